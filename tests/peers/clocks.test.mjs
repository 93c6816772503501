// Time at the identity provider: its clock is off by a little, or by too much, and its
// certificate has run out. The provider is the real one; only what it takes for now is moved.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { Browser } from './support/browser.mjs';
import { run, scratch } from './support/child.mjs';
import { clock } from './support/clock.mjs';
import { Doorward } from './support/doorward.mjs';
import { activate, addApp, addOrganization, addUpstream, match, testDraft } from './support/house.mjs';
import { assertRefused } from './support/refused.mjs';

const CODES = {
  saml: { ahead: 'saml_not_yet_valid', behind: 'saml_issued_before_request' },
  oidc: { ahead: 'oidc_token_not_yet_valid', behind: 'oidc_token_expired' },
};
/** How far off the refused moment is, give or take what a slow machine needs. SAML answers say when
 *  they were made, which is held against our asking. What an ID token says of that is not: Entra ID
 *  puts it five minutes back. It is refused by its end, five minutes after it was made. */
const OFF = {
  saml: { ahead: /\b(9 min 5\d s|10 min \d+ s) after our clock/, behind: /\b10 min \d+ s before our clock: the provider.s clock is (9 min 59 s|10 min \d+ s) behind ours/ },
  oidc: { ahead: /\b(9 min 5\d s|10 min \d+ s) after our clock/, behind: /\b(4 min 59 s|5 min \d+ s) before our clock: the provider.s clock is/ },
};

for (const [upstream, protocol] of [['samlp', 'saml'], ['pysaml2', 'saml'], ['oidc-provider', 'oidc'], ['idpyoidc', 'oidc']]) {
  test(`the clock of ${upstream}`, { timeout: 120_000 }, async (t) => {
    const house = await Doorward.open(t);
    const organization = await addOrganization(house, 'Acme', 'acme');
    const { env, move } = clock(t);
    const { connection, draft } = await addUpstream(t, house, organization, upstream, { env });
    const app = await addApp(t, house, 'openid-client');
    const signIn = () => new Browser().signIn(app.login({ organization: 'acme' }), 'alice');
    const tolerate = async (clock_skew_seconds) => {
      await house.api('PUT', `/connections/${connection.id}/draft`, { ...draft, clock_skew_seconds }, await match(house, connection.id));
      await activate(house, connection.id);
    };

    for (const minutes of [0, 2, -2]) {
      await t.test(`${minutes} min off is within the tolerance`, async () => {
        move(minutes);
        const page = await signIn();
        assert.equal(page.status, 200, String(page));
      });
    }

    for (const [minutes, side] of [[10, 'ahead'], [-10, 'behind']]) {
      await t.test(`10 min ${side} is refused by name, and says by how much`, async () => {
        move(minutes);
        const { failed } = await assertRefused(house, await signIn(), { code: CODES[protocol][side] });
        assert.equal(failed.length, 1, JSON.stringify(failed));
        const [{ expected, received }] = failed;
        assert.match(received, OFF[protocol][side], JSON.stringify(failed));
        assert.match(expected, /\b3 min 0 s\b/, 'what is tolerated');
        move(0);
        assert.equal((await signIn()).status, 200, 'the clock is set right');
      });
    }

    await t.test('a connection with less tolerance notices two minutes', async () => {
      await tolerate(60);
      move(2);
      const { failed } = await assertRefused(house, await signIn(), { code: CODES[protocol].ahead });
      assert.match(failed[0].expected, /\b1 min 0 s\b/, 'what is tolerated');
      await tolerate(180);
      assert.equal((await signIn()).status, 200, 'with it, it does not');
    });
  });
}

/** A key whose certificate ran out long ago, made by an openssl that thinks it is then. */
async function expired(test) {
  const folder = scratch(test);
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name));
  const then = clock(test);
  then.move(-60 * 24 * 400);
  await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=long ago', '-keyout', key, '-out', cert], { env: then.env });
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}

test('a provider whose certificate has run out', { timeout: 60_000 }, async (t) => {
  const house = await Doorward.open(t);
  const organization = await addOrganization(house, 'Acme', 'acme');
  const { peer, connection, draft } = await addUpstream(t, house, organization, 'samlp');
  const app = await addApp(t, house, 'openid-client');
  const { entity_id, acs_url } = connection.service_provider;
  const { certificate } = await peer.configure({ ...(await expired(t)), sp_entity_id: entity_id, acs_url });
  const signIn = () => new Browser().signIn(app.login({ organization: 'acme' }), 'alice');
  const use = async (changes) => {
    const saved = await house.api('PUT', `/connections/${connection.id}/draft`, { ...draft, certificate, ...changes }, await match(house, connection.id));
    await activate(house, connection.id);
    return saved;
  };

  await t.test('is not let in by a certificate that was not pinned', async () => {
    await assertRefused(house, await signIn(), { code: 'saml_signer_unknown' });
  });

  await t.test('keeps working by default: the key is pinned, not the date', async () => {
    const saved = await use({});
    assert.ok(saved.warnings.some((each) => /expired|run out|ended/i.test(each)), JSON.stringify(saved.warnings));
    const page = await signIn();
    assert.equal(page.status, 200, String(page));
    const { items: [attempt] } = await house.api('GET', `/attempts?connection=${connection.id}&outcome=admitted`);
    const { checks } = await house.api('GET', `/attempts/${attempt.reference}`);
    const warned = checks.filter((each) => each.verdict === 'warned');
    assert.deepEqual(warned.map((each) => each.name), ['certificate'], JSON.stringify(checks));
    assert.match(warned[0].received, /^until \d{4}-/);
  });

  await t.test('is refused by name where the organization wants it so', async () => {
    const strict = { ...draft, certificate, accept_expired_certificates: false };
    await house.api('PUT', `/connections/${connection.id}/draft`, strict, await match(house, connection.id));
    const { failed } = await assertRefused(house, await testDraft(house, connection.id), { code: 'saml_signer_expired', check: /certificate/ });
    assert.equal(failed[0].expected, 'valid now, as accept_expired_certificates is false');
    assert.match(failed[0].received, /^until \d{4}-/);
    assert.equal((await signIn()).status, 200, 'what is live is as it was');
  });
});
