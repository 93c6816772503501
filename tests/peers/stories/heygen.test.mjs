// What customers of real vendors do, from the first page of the set-up to the first sign-in.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Browser } from '../support/browser.mjs';
import { startPeer } from '../support/child.mjs';
import { Doorward } from '../support/doorward.mjs';
import { addApp, addOrganization, match, passed, testDraft } from '../support/house.mjs';
import { assertRefused } from '../support/refused.mjs';

/** A name and no address, the same for all customers. */
const SP_ENTITY_ID = 'api2.heygen.com';

/** A certificate as it comes out of a text field: no armour, Windows line ends, spaces around. */
const pasted = (pem) => pem.split('\n').filter((line) => line && !line.includes('-----')).map((line) => ` ${line} \r\n`).join('');

/** A customer that has nothing but our page before it; `idp` is its own provider. */
async function customer(t, house, name, address) {
  const organization = await addOrganization(house, name, address);
  const connection = await house.api('POST', '/connections', { organization: organization.id, name: 'Okta', protocol: 'saml' });
  const put = async (draft) => house.api('PUT', `/connections/${connection.id}/draft`, { sp_entity_id: SP_ENTITY_ID, ...draft }, await match(house, connection.id));
  const activate = async () => house.call('POST', `/connections/${connection.id}/activate`, undefined, await match(house, connection.id));
  const idp = await startPeer(t, 'samlp_idp.mjs');
  return { organization, connection, put, activate, idp };
}

/** The provider is told our two values and shows its three. */
async function exchange({ idp, put }, { entity_id, acs_url }) {
  const shown = await idp.configure({ sp_entity_id: entity_id, acs_url, email_name_id: true });
  const values = { idp_entity_id: shown.entity_id, sso_url: shown.sso_url, certificate: pasted(shown.certificate) };
  const { missing } = await put(values);
  return { values, missing };
}

test('HeyGen: SAML with three pasted values, entered by company domain', { timeout: 120_000 }, async (t) => {
  const house = await Doorward.open(t);
  const app = await addApp(t, house, 'openid-client');
  const acme = await customer(t, house, 'Acme', 'acme');
  const { organization, connection } = acme;
  const domain = `/organizations/${organization.id}/domains/example.com`;
  let ours;
  let values;

  /** The shared page of all customers, and the company's domain typed into it. */
  const byDomain = async (browser = new Browser()) => {
    const asked = await browser.open(app.login());
    const form = asked.forms.find((each) => each.fields.some(({ name }) => name === 'email'));
    assert.ok(form, String(asked));
    return browser.carryOn(await browser.submit(asked, form, { email: 'example.com' }), 'alice');
  };

  await t.test('our values are there before any of the provider is known', async () => {
    const saved = await acme.put({});
    ours = saved.service_provider;
    assert.deepEqual(ours, { ...connection.service_provider, entity_id: SP_ENTITY_ID }, 'the same address all along');
    assert.ok(ours.acs_url.startsWith(`${house.url}/saml/`), ours.acs_url);
    assert.deepEqual(saved.missing, ['idp_entity_id', 'sso_url', 'certificates']);
  });

  await t.test('three values by hand are all it needs', async () => {
    const made = await exchange(acme, ours);
    assert.deepEqual(made.missing, []);
    values = made.values;
  });

  await t.test('nobody depends on it before a test has passed', async () => {
    const early = await acme.activate();
    assert.equal(early.status, 409, early.body);
    assert.equal(early.json.code, 'not_tested');
    const page = await testDraft(house, connection.id);
    assert.ok(passed(page), String(page));
    assert.ok(page.text.includes('alice@example.com') && page.text.includes('openid-client'), String(page));
    assert.deepEqual(await house.list(`/users?organization=${organization.id}`), [], 'a test makes no account');
    const put = await acme.activate();
    assert.equal(put.status, 200, put.body);
  });

  await t.test('the domain leads to the company once it is proved, and to no other', async () => {
    await house.api('PUT', domain);
    const pending = await byDomain();
    assert.ok(pending.url.startsWith(house.url) && pending.isHtml, `it has no effect yet: ${pending}`);
    await house.api('POST', `${domain}/accept`, {});
    const page = await byDomain();
    assert.equal(page.status, 200, String(page));
    const { claims, userinfo } = page.json;
    assert.equal(userinfo.email, 'alice@example.com');
    assert.equal(userinfo.org_id ?? claims.org_id, organization.id);
    assert.equal(userinfo.name ?? claims.name, 'Alice Example', 'named attributes are mapped');
    assert.equal((await byDomain()).json.claims.sub, claims.sub, 'the same person twice');
  });

  await t.test('two customers share the entity ID; the address an answer arrives at says whose it is', async () => {
    const beta = await customer(t, house, 'Beta', 'beta');
    const { service_provider: theirs } = await beta.put({});
    assert.equal(theirs.entity_id, SP_ENTITY_ID);
    assert.notEqual(theirs.acs_url, ours.acs_url);
    await exchange(beta, theirs);
    assert.ok(passed(await testDraft(house, beta.connection.id)));
    assert.equal((await beta.activate()).status, 200);
    const page = await new Browser().signIn(app.login({ organization: 'beta' }), 'bob');
    assert.equal(page.status, 200, String(page));
    assert.equal(page.json.userinfo.org_id ?? page.json.claims.org_id, beta.organization.id);

    // One provider told to answer at the other's address gets nobody in there.
    await acme.idp.configure({ sp_entity_id: SP_ENTITY_ID, acs_url: theirs.acs_url, email_name_id: true });
    const astray = await byDomain();
    assert.ok(astray.status >= 400 && astray.reference, String(astray));
    assert.equal((await house.list(`/users?organization=${beta.organization.id}`)).length, 1, 'only bob');
    await acme.idp.configure({ sp_entity_id: SP_ENTITY_ID, acs_url: ours.acs_url, email_name_id: true });

    await house.api('PUT', `/organizations/${beta.organization.id}/domains/example.com`);
    const taken = await house.call('POST', `/organizations/${beta.organization.id}/domains/example.com/accept`, {});
    assert.equal(taken.status, 409, taken.body);
    assert.equal((await byDomain()).status, 200, 'the domain is as it was');
  });

  await t.test('a later mistake stays in the draft: the wrong certificate does not pass its test', async () => {
    const other = await startPeer(t, 'samlp_idp.mjs');
    const { certificate } = await other.configure({ sp_entity_id: SP_ENTITY_ID, acs_url: ours.acs_url });
    await acme.put({ ...values, certificate: pasted(certificate) });
    await assertRefused(house, await testDraft(house, connection.id), { code: 'saml_signer_unknown' });
    const refused = await acme.activate();
    assert.equal(refused.json.code, 'not_tested', refused.body);
    assert.equal((await byDomain()).status, 200, 'what is in use is as it was');
  });
});
