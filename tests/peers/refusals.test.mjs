// When a sign-in fails: the visitor reads what to do and a reference, the admin finds the
// failing check by it, and nothing loops or comes back to life.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Browser, request } from './support/browser.mjs';
import { Doorward } from './support/doorward.mjs';
import { activate, addApp, addOrganization, addUpstream, match, passed, testDraft } from './support/house.mjs';
import { assertRefused } from './support/refused.mjs';

/** A connection people signed in through does not come to mean another provider: its subjects are others. */
async function assertBasisKept(house, { id }, draft) {
  await house.api('PUT', `/connections/${id}/draft`, draft, await match(house, id));
  const refused = await house.call('POST', `/connections/${id}/activate`, undefined, await match(house, id));
  assert.equal(refused.status, 409, refused.body);
  assert.equal(refused.json.code, 'identity_basis');
  await house.api('DELETE', `/connections/${id}/draft`, undefined, await match(house, id));
}

test('refusals at a SAML connection', { timeout: 180_000 }, async (t) => {
  const house = await Doorward.open(t);
  const organization = await addOrganization(house, 'Acme', 'acme');
  const { peer, connection, draft } = await addUpstream(t, house, organization, 'samlp');
  const app = await addApp(t, house, 'openid-client');
  const { entity_id, acs_url } = connection.service_provider;
  const right = { sp_entity_id: entity_id, acs_url };
  const signIn = (browser = new Browser()) => browser.signIn(app.login({ organization: 'acme' }), 'alice');

  await t.test('the control: it works', async () => {
    await peer.configure(right);
    const page = await signIn();
    assert.equal(page.status, 200, String(page));
  });

  await t.test('an audience typed wrong at the provider', async () => {
    await peer.configure({ ...right, audience: `${entity_id}/` });
    const { failed } = await assertRefused(house, await signIn(), { code: 'saml_audience_slash', check: /audience/i });
    const about = failed.find((each) => /audience/i.test(each.name));
    assert.ok(about.expected.includes(entity_id));
    assert.ok(about.received.includes(`${entity_id}/`));
  });

  await t.test('an unsigned answer', async () => {
    await peer.configure({ ...right, audience: undefined, sign_assertion: false });
    await assertRefused(house, await signIn(), { code: 'saml_unsigned' });
    await peer.configure({ ...right, sign_assertion: true });
  });

  await t.test('signed response and signed assertion together are fine', async () => {
    await peer.configure({ ...right, sign_response: true });
    const page = await signIn();
    assert.equal(page.status, 200, String(page));
    await peer.configure({ ...right, sign_response: false });
  });

  await t.test('another issuer, certificate the same', async () => {
    await peer.configure({ ...right, issuer: 'urn:somebody:else' });
    await assertRefused(house, await signIn(), { code: 'saml_issuer_mismatch', check: /issuer/i });
    await peer.configure(right);
    assert.equal((await signIn()).status, 200, 'mended');
    await assertBasisKept(house, connection, { ...draft, idp_entity_id: 'urn:somebody:else' });
    assert.equal((await signIn()).status, 200, 'the live revision is as it was');
  });

  await t.test('an answer sent twice, also after a restart', async () => {
    const browser = new Browser();
    const sent = [];
    const submit = browser.submit.bind(browser);
    browser.submit = (page, form, values) => {
      if (form.action === acs_url) sent.push({ page, form, values });
      return submit(page, form, values);
    };
    const before = new Browser(browser.jar);
    assert.equal((await signIn(browser)).status, 200);
    assert.equal(sent.length, 1, 'one answer went through the browser');
    const replay = () => submit(sent[0].page, sent[0].form, sent[0].values);
    const now = await replay();
    assert.ok(now.status >= 400, String(now));
    await house.stop();
    await house.start();
    const later = await replay();
    assert.ok(later.status >= 400, String(later));
    assert.ok(later.reference, `a reference: ${later}`);
    const elsewhere = await new Browser().submit(sent[0].page, sent[0].form);
    assert.ok(elsewhere.status >= 400, String(elsewhere));
    assert.ok(!elsewhere.chain.some((hop) => hop.includes(peer.base)), 'no new request by itself');
    assert.ok(before.jar === browser.jar);
  });

  await t.test('an answer that arrives in another browser', async () => {
    const login = await new Browser().open(app.login({ organization: 'acme' }));
    const form = login.forms.find((each) => each.has('password'));
    const thief = new Browser();
    const answer = await thief.step(login, 'mallory');
    assert.ok(form && answer.forms.length > 0, String(answer));
    const page = await thief.step(answer, 'mallory');
    assert.ok(page.status >= 400, String(page));
    assert.ok(page.reference);
  });

  await t.test('nonsense at the ACS leaves a record too', async () => {
    const page = await new Browser().open(acs_url, { method: 'POST', fields: new URLSearchParams({ SAMLResponse: 'AAAA' }), from: 'idp.example.net' });
    assert.ok(page.status >= 400 && page.status < 500, String(page));
    const attempt = await house.api('GET', `/attempts/${page.reference}`);
    assert.equal(attempt.outcome, 'refused');
  });

  await t.test('a disabled user, connection, organization', async () => {
    const page = await signIn();
    const { sub } = page.json.claims;
    for (const [kind, id] of [['users', sub], ['connections', connection.id], ['organizations', organization.id]]) {
      await house.api('PATCH', `/${kind}/${id}`, { disabled: true }, await match(house, id, kind));
      const refused = await signIn();
      assert.ok(refused.status >= 400, `${kind}: ${refused}`);
      await house.api('PATCH', `/${kind}/${id}`, { disabled: false }, await match(house, id, kind));
      assert.equal((await signIn()).status, 200, `${kind} again`);
    }
  });
});

test('an answer signed with SHA-1 is refused by name', { timeout: 60_000 }, async (t) => {
  const house = await Doorward.open(t);
  const organization = await addOrganization(house, 'Acme', 'acme');
  const { peer, connection } = await addUpstream(t, house, organization, 'pysaml2');
  const app = await addApp(t, house, 'openid-client');
  const { body } = await request(connection.service_provider.metadata_url);
  await peer.configure({
    sp_metadata: body,
    sign_alg: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
    digest_alg: 'http://www.w3.org/2000/09/xmldsig#sha1',
  });
  const page = await new Browser().signIn(app.login({ organization: 'acme' }), 'alice');
  const { failed } = await assertRefused(house, page, { code: 'saml_sha1_refused' });
  assert.ok(failed.some((each) => each.received.includes('sha1')), JSON.stringify(failed));
});

test('refusals at an OIDC connection', { timeout: 120_000 }, async (t) => {
  const house = await Doorward.open(t);
  const organization = await addOrganization(house, 'Acme', 'acme');
  const { peer, connection, draft } = await addUpstream(t, house, organization, 'oidc-provider');
  const app = await addApp(t, house, 'openid-client');
  const signIn = () => new Browser().signIn(app.login({ organization: 'acme' }), 'alice');
  const put = async (changes) => house.api('PUT', `/connections/${connection.id}/draft`, { ...draft, ...changes }, await match(house, connection.id));

  await t.test('a wrong client secret', async () => {
    await put({ client_secret: 'this is not the secret' });
    const { attempt } = await assertRefused(house, await testDraft(house, connection.id), { code: 'oidc_client_refused' });
    assert.equal(attempt.advice.draft_field, 'client_secret', 'which of our values is wrong');
    const refused = await house.call('POST', `/connections/${connection.id}/activate`, undefined, await match(house, connection.id));
    assert.equal(refused.status, 409, refused.body);
    assert.equal(refused.json.code, 'not_tested');
    await put({});
    await activate(house, connection.id);
    assert.equal((await signIn()).status, 200, 'mended');
  });

  await t.test('the issuer with a slash too many', async () => {
    const issuer = `${draft.issuer}/`;
    await assertBasisKept(house, connection, { ...draft, issuer });
    const slash = await addOrganization(house, 'Slash', 'slash');
    const made = await house.api('POST', '/connections', { organization: slash.id, name: 'slash', protocol: 'oidc', config: { ...draft, issuer } });
    const { failed } = await assertRefused(house, await testDraft(house, made.id), { code: 'oidc_issuer_mismatch', check: /discovery_issuer/ });
    assert.ok(failed.some((each) => each.received.includes(`set issuer to ${draft.issuer})`)), JSON.stringify(failed));
  });

  await t.test('the provider switched off between the sign-in there and the way back', async () => {
    const browser = new Browser();
    browser.holdsBack = (url) => connection.redirect_uris.some((each) => url.startsWith(`${each}?`));
    const { held } = await browser.signIn(app.login({ organization: 'acme' }), 'alice', { until: (page) => page.held });
    assert.ok(held, 'on the way back');
    browser.holdsBack = null;
    await peer.stop();
    const refused = await browser.open(held, { from: new URL(peer.base).hostname });
    await assertRefused(house, refused, { code: 'upstream_unreachable' });
    assert.ok(refused.chain.length < 8, 'no loop');
  });

  await t.test('the provider switched off before anything is known of it', async () => {
    await house.stop();
    await house.start();
    const page = await signIn();
    await assertRefused(house, page, { code: 'upstream_unreachable' });
    assert.ok(page.chain.length < 8, 'no loop');
  });
});

test('both ways to send a client secret, at a provider that takes only one', { timeout: 120_000 }, async (t) => {
  const house = await Doorward.open(t);
  const app = await addApp(t, house, 'openid-client');
  for (const [only, other] of [['client_secret_post', 'client_secret_basic'], ['client_secret_basic', 'client_secret_post']]) {
    await t.test(`only ${only}`, async (t2) => {
      const organization = await addOrganization(house, only, only.replaceAll('_', '-'));
      const { connection, draft } = await addUpstream(t2, house, organization, 'idpyoidc', { settings: { token_auth: [only] } });
      const signIn = async (token_auth) => {
        await house.api('PUT', `/connections/${connection.id}/draft`, { ...draft, token_auth }, await match(house, connection.id));
        const page = await testDraft(house, connection.id);
        if (!passed(page)) return page;
        await activate(house, connection.id);
        return new Browser().signIn(app.login({ organization: organization.path }), 'alice');
      };
      const found = await signIn(undefined);
      assert.equal(found.status, 200, `taken from the discovery document: ${found}`);
      await assertRefused(house, await signIn(other), { code: 'oidc_client_refused' });
      const told = await signIn(only);
      assert.equal(told.status, 200, String(told));
    });
  }
});
