// Signature wrapping with messages that others signed: samlp (with xml-crypto) and pysaml2 (with
// xmlsec1). The browser carries the provider's answer; on the way it is rebuilt, and posted.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { SignedXml } from 'xml-crypto';
import { Browser } from './support/browser.mjs';
import { run, scratch } from './support/child.mjs';
import { Doorward } from './support/doorward.mjs';
import { addApp, addOrganization, addUpstream } from './support/house.mjs';
import { assertRefused } from './support/refused.mjs';
import { cut, shapes } from './support/wrapping.mjs';

const SAML = 'urn:oasis:names:tc:SAML:2.0';
const DSIG = 'http://www.w3.org/2000/09/xmldsig#';

/** Whether Debian's xmlsec1 still takes the message for signed. */
async function goodForXmlsec(folder, certificate, xml) {
  const [message, key] = ['message.xml', 'key.pem'].map((name) => path.join(folder, name));
  writeFileSync(message, xml);
  writeFileSync(key, certificate);
  const ids = [`${SAML}:assertion:Assertion`, `${SAML}:protocol:Response`].flatMap((name) => ['--id-attr:ID', name]);
  return run('xmlsec1', ['--verify', '--pubkey-cert-pem', key, ...ids, message]).then(() => true, () => false);
}

/** Whether xml-crypto does. */
function goodForXmlCrypto(certificate, xml) {
  const signed = new SignedXml();
  signed.keyInfoProvider = { getKeyInfo: () => '', getKey: () => certificate };
  try {
    // Taken out of the message, it has to bring along what its prefix means.
    const declared = cut(xml, 'Signature').replace(/^<([\w.-]+):Signature(?![^>]*xmlns:\1=)/, `$& xmlns:$1="${DSIG}"`);
    signed.loadSignature(declared);
    return signed.checkSignature(xml);
  } catch { return false; }
}

/** Signs in as alice; the answer on its way is what `change` makes of it. */
async function signIn(app, acs, change) {
  const browser = new Browser();
  const submit = browser.submit.bind(browser);
  browser.submit = async (page, form, values) => {
    if (form.action !== acs) return submit(page, form, values);
    const field = form.fields.find((each) => each.name === 'SAMLResponse');
    const xml = await change(Buffer.from(field.value, 'base64').toString('utf8'));
    return submit(page, form, { ...values, SAMLResponse: Buffer.from(xml).toString('base64') });
  };
  return browser.signIn(app.login({ organization: 'acme' }), 'alice');
}

for (const upstream of ['samlp', 'pysaml2']) {
  test(`wrapping what ${upstream} signed`, { timeout: 120_000 }, async (t) => {
    const house = await Doorward.open(t);
    const organization = await addOrganization(house, 'Acme', 'acme');
    const { peer, connection } = await addUpstream(t, house, organization, upstream);
    const app = await addApp(t, house, 'openid-client');
    const folder = scratch(t);
    const acs = connection.service_provider.acs_url;
    const settings = upstream === 'samlp'
      ? { sp_entity_id: connection.service_provider.entity_id, acs_url: acs }
      : { sp_metadata: (await (await fetch(connection.service_provider.metadata_url)).text()) };
    const certificates = new Set();

    for (const part of ['Response', 'Assertion']) {
      await peer.configure({ ...settings, sign_response: part === 'Response', sign_assertion: part === 'Assertion' });
      let certificate;

      await t.test(`the signed ${part} as it came is accepted`, async () => {
        const page = await signIn(app, acs, async (xml) => {
          assert.equal(cut(xml, 'Signature'), xml.match(/<(\w+:)?Signature[\s>][^]*<\/\1Signature>/)[0], 'one signature');
          const body = cut(xml, 'X509Certificate').replace(/<[^>]*>|\s/g, '');
          certificate = `-----BEGIN CERTIFICATE-----\n${body.match(/.{1,64}/g).join('\n')}\n-----END CERTIFICATE-----\n`;
          certificates.add(certificate);
          assert.ok(await goodForXmlsec(folder, certificate, xml), 'xmlsec1 agrees');
          assert.ok(goodForXmlCrypto(certificate, xml), 'xml-crypto agrees');
          const broken = xml.replace(/alice@/, 'malory@');
          assert.ok(!await goodForXmlsec(folder, certificate, broken) && !goodForXmlCrypto(certificate, broken), 'and they look');
          return xml;
        });
        assert.equal(page.status, 200, String(page));
        assert.equal(page.json.userinfo.email, 'alice@example.com');
      });

      const names = part === 'Response' ? ['XSW1', 'XSW2'] : ['XSW3', 'XSW4', 'XSW5', 'XSW6', 'XSW7', 'XSW8'];
      for (const name of names) {
        for (const kept of [false, true]) {
          await t.test(`${name}${kept ? ' with identifiers twice' : ''}`, async () => {
            const page = await signIn(app, acs, async (xml) => {
              const made = shapes(xml, { part, from: 'alice', to: 'mallory', kept })[name];
              assert.ok(made.includes('mallory@example.com') && made.includes('alice@example.com'));
              if (!kept) {
                const fooled = await goodForXmlsec(folder, certificate, made) || goodForXmlCrypto(certificate, made);
                assert.ok(fooled, `the signature is still good for others, or this is no attack: ${made}`);
              }
              return made;
            });
            // In two of the shapes both assertions stand where one belongs.
            const beside = ['XSW3', 'XSW5'].includes(name) ? 'saml_assertion_count' : 'saml_signature_wrapped';
            await assertRefused(house, page, { code: kept ? 'saml_duplicate_id' : beside });
          });
        }
      }
    }

    await t.test('nobody but alice was let in', async () => {
      assert.equal(certificates.size, 1);
      const users = await house.list(`/users?organization=${organization.id}`);
      assert.deepEqual(users.map((each) => each.email), ['alice@example.com']);
    });
  });
}
