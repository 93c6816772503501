// Customers of a GraphQL product set their own provider up through a link; their people come from the
// tile on the provider's dashboard, and the first owner of an account is a person who was named.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { PASSWORD } from '../peers/people.mjs';
import { Browser } from '../support/browser.mjs';
import { startPeer } from '../support/child.mjs';
import { openChromium } from '../support/chromium.mjs';
import { Doorward, OWNER } from '../support/doorward.mjs';
import { addApp, addOrganization, match, passed } from '../support/house.mjs';
import { assertRefused } from '../support/refused.mjs';
import { callIn, Owner, useLink } from '../support/story.mjs';

const told = (page) => ({ ...page.json.claims, ...page.json.userinfo });

/** A customer whose IT has nothing but a link: gives the connection, live, and the provider. */
async function customer(t, house, name, host) {
  const organization = await addOrganization(house, name, name.toLowerCase());
  const made = await house.api('POST', '/connections', { organization: organization.id, name: 'Okta', protocol: 'oidc' });
  const at = `/connections/${made.id}`;
  const idp = await startPeer(t, 'oidc_provider.mjs', { host });
  const client = { client_id: `${name}-client`, client_secret: `${name}-secret-that-nobody-mails` };
  const requested = await house.api('POST', `${at}/setup-links`, { sent_to: `IT of ${name}` });
  const links = async () => (await house.list(`${at}/setup-links`))[0];

  const it = new Browser();
  const page = await useLink(it, requested.url);
  const [, shared] = made.initiate_login_uris;
  assert.ok([...made.redirect_uris, shared].every((each) => page.text.includes(each)), `all that the provider asks for: ${page}`);
  await idp.configure({ ...client, redirect_uris: made.redirect_uris, initiate_login_uri: shared });
  const { json: read } = await callIn(it, house, 'POST', '/recognise', { input: idp.base });
  assert.deepEqual([read.protocol, read.draft.issuer, read.wrong], ['oidc', idp.base, []], 'the issuer comes of the domain');
  const put = await callIn(it, house, 'PUT', `${at}/draft`, { ...read.draft, ...client });
  assert.deepEqual([put.status, put.json.missing, put.json.draft.config.client_secret_set], [200, [], true], put.body);
  const early = await house.call('POST', `${at}/activate`, undefined, await match(house, made.id));
  assert.deepEqual([early.json.code, (await links()).finished_at], ['not_tested', null], 'configured');
  const tried = await callIn(it, house, 'POST', `${at}/test`, {});
  const report = await it.signIn(tried.json.url, 'alice');
  assert.ok(passed(report), String(report));
  assert.equal((await callIn(it, house, 'POST', '/setup-links/finish')).status, 204);
  assert.ok((await links()).finished_at, 'the vendor sees that all is done');
  assert.ok((await house.api('GET', at)).draft.tested_at, 'tested');
  await house.api('POST', `${at}/activate`, undefined, await match(house, made.id));
  return { organization, made, at, idp, client };
}

test('Inigo: OpenID Connect by a link, entered from the provider\'s tile', { timeout: 180_000 }, async (t) => {
  const house = await Doorward.open(t, { host: 'door.localhost' });
  const app = await addApp(t, house, 'openid-client', { host: 'app.localhost', roles_claim: true });
  await house.api('PATCH', `/apps/${app.app.id}`, { initiate_login_uri: `${app.base}/initiate` }, { 'if-match': '*' });
  const begin = (who, browser = new Browser()) => browser.signIn(app.login({ organization: 'acme' }), who);
  let acme;
  let beta;

  await t.test('a customer sets itself up, and the secret is seen by nobody afterwards', async () => {
    acme = await customer(t, house, 'Acme', 'idp.localhost');
    const { client_secret: secret } = acme.client;
    for (const address of [acme.at, `${acme.at}/revisions`, '/audit-events?limit=200']) {
      const { body } = await house.call('GET', address);
      assert.ok(body.includes('Acme-client') && !body.includes(secret), address);
    }
    for (const file of readdirSync(house.data)) {
      assert.ok(!readFileSync(path.join(house.data, file)).includes(secret), `${file} holds it sealed, if at all`);
    }
    assert.deepEqual(await house.list(`/users?organization=${acme.organization.id}`), []);
  });

  let olive;
  let dora;
  await t.test('the first who comes is a person like others; the one who was named is the owner, once', async () => {
    const named = `/organizations/${acme.organization.id}/first-owner`;
    await house.api('POST', `/organizations/${acme.organization.id}/domains/example.com/accept`, {});
    await house.api('POST', named, { email: 'olive@example.com' });
    const first = told(await begin('dora'));
    dora = first.sub;
    assert.deepEqual([first.is_new_user, first.roles, first.email], [true, [], 'dora@example.com']);
    assert.equal((await house.api('GET', named)).email, 'olive@example.com', 'still awaited');
    olive = told(await begin('olive'));
    assert.deepEqual([olive.is_new_user, olive.roles], [true, ['owner']]);
    assert.equal((await house.call('GET', named)).status, 404);
    assert.equal((await house.call('POST', named, { email: 'dora@example.com' })).json.code, 'has_owner');
    const noted = (await house.list('/audit-events')).filter(({ action }) => action === 'owner.first_by_sign_in');
    assert.deepEqual(noted.map(({ subject }) => subject), [olive.sub]);
    const again = told(await begin('dora'));
    assert.deepEqual([again.sub, again.is_new_user, again.roles], [dora, undefined, []]);
  });

  await t.test('the tile leads into the app, silently where the provider knows the person', async (t2) => {
    await house.api('PATCH', `/organizations/${acme.organization.id}`, { default_app: app.app.id }, { 'if-match': '*' });
    const { context, page, complaints } = await openChromium(t2, { origins: [house.origin] });
    const inApp = async () => {
      await page.waitForURL(`${app.base}/callback**`);
      return JSON.parse(await page.innerText('body'));
    };
    await page.goto(`${acme.idp.base}/tile`);
    await page.fill('input[name=login]', 'dora');
    await page.fill('input[name=password]', PASSWORD);
    await page.click('button[type=submit]');
    await page.click('button[type=submit]');
    const { claims } = await inApp();
    assert.equal(claims.org_id, acme.organization.id);
    const target = `${app.base}/services/7`;
    for (const known of [true, false]) {
      if (!known) await context.clearCookies({ domain: 'door.localhost' });
      const seen = [];
      const note = (answer) => answer.request().isNavigationRequest() && answer.status() === 200 && seen.push(new URL(answer.url()).host);
      page.on('response', note);
      await page.goto(`${acme.idp.base}/tile?${new URLSearchParams({ target_link_uri: target, login_hint: 'dora@example.com' })}`);
      const landed = await inApp();
      page.off('response', note);
      assert.deepEqual([landed.target, landed.claims.sub], [target, claims.sub]);
      assert.deepEqual(seen, [new URL(app.base).host], 'no page on the way');
    }
    assert.deepEqual(complaints, []);
  });

  await t.test('of many customers the issuer says whose tile it was; no other one begins anything', async () => {
    beta = await customer(t, house, 'Beta', 'other.localhost');
    const click = (idp, query = {}) => new Browser().signIn(`${idp.base}/tile?${new URLSearchParams(query)}`, 'dora');
    const target = { target_link_uri: app.app.id };
    const [one, other] = [told(await click(acme.idp, target)), told(await click(beta.idp, target))];
    assert.deepEqual([one.org_id, other.org_id], [acme.organization.id, beta.organization.id]);
    assert.notEqual(one.sub, other.sub, 'the same name at two providers is two people');
    await assertRefused(house, await click(acme.idp, { iss: 'http://evil.example' }), { code: 'initiate_issuer_unknown' });
    for (const evil of ['http://evil.example/', `${app.base}.evil.example/`]) {
      const page = await click(acme.idp, { target_link_uri: evil });
      assert.ok(page.url.startsWith(`${app.base}/callback`), String(page));
      assert.equal(page.json.target, null, 'the default app, and no page of it');
    }
    // A tile for one app is a place of ours, and one address for every provider.
    const [tile] = await house.list(`/organizations/${beta.organization.id}/tiles`);
    await beta.idp.configure({ ...beta.client, redirect_uris: beta.made.redirect_uris, initiate_login_uri: tile.url });
    assert.equal(told(await click(beta.idp)).sub, other.sub);
  });

  await t.test('who is not assigned at the provider reads so, and the trace tells it from a refusal of ours', async () => {
    await acme.idp.assign({ eve: { assigned: false } });
    const page = await begin('eve');
    assert.match(page.text, /The identity provider refused this sign-in/, String(page));
    const theirs = await assertRefused(house, page, { code: 'upstream_refused' });
    assert.ok(theirs.failed.some(({ received }) => received === 'access_denied'), JSON.stringify(theirs.failed));
    const { checks } = await house.api('POST', `/attempts/${page.reference}/reveal`);
    assert.ok(checks.some(({ received }) => /User is not assigned to the client application/.test(received)), JSON.stringify(checks));
    const disable = async (disabled) => house.api('PATCH', `/users/${dora}`, { disabled }, { 'if-match': '*' });
    await disable(true);
    const ours = await assertRefused(house, await begin('dora'), { code: 'user_disabled' });
    const stations = ({ attempt }) => attempt.timeline.map(({ station }) => station);
    assert.ok(!stations(theirs).includes('token'), `the provider said no: ${stations(theirs)}`);
    assert.ok(stations(ours).includes('token'), `it said yes: ${stations(ours)}`);
    await disable(false);
    assert.equal((await begin('dora')).status, 200);
    await acme.idp.assign({});
    assert.equal(told(await begin('eve')).is_new_user, true, 'assigned, eve comes in');
  });

  await t.test('with the provider gone the owner comes in, and nobody else', async () => {
    const owner = new Owner(house, { id: olive.sub, email: 'olive@example.com', password: OWNER.password });
    const { link } = await house.api('POST', `/organizations/${acme.organization.id}/owners/${olive.sub}/link`);
    await acme.idp.stop();
    const page = await begin('dora').catch((error) => error);
    assert.ok(page instanceof Error || page.status >= 400, String(page));
    await owner.setPassword(link);
    const browser = new Browser();
    await owner.enter(browser);
    const inside = told(await browser.open(app.login()));
    assert.deepEqual([inside.sub, inside.roles, inside.amr], [olive.sub, ['owner'], ['pwd']]);
    const there = await new Browser().signIn(app.login({ organization: 'beta' }), 'dora');
    assert.equal(told(there).org_id, beta.organization.id, 'the other customer notices nothing');
  });
});
