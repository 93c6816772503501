// What apps do besides signing in: logging out, many tabs, a path in the public address.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Browser, request } from './support/browser.mjs';
import { Doorward } from './support/doorward.mjs';
import { addApp, addOrganization, addUpstream } from './support/house.mjs';

test('an app logs its user out and back to the registered address', { timeout: 120_000 }, async (t) => {
  const house = await Doorward.open(t);
  const organization = await addOrganization(house, 'Acme', 'acme');
  await addUpstream(t, house, organization, 'samlp');
  const app = await addApp(t, house, 'openid-client');
  const browser = new Browser();
  const page = await browser.signIn(app.login({ organization: 'acme' }), 'alice');
  assert.equal(page.status, 200, String(page));
  const { claims, tokens } = page.json;

  const stranger = `${app.base}/logout?${new URLSearchParams({ id_token_hint: tokens.id_token, post_logout_redirect_uri: 'http://evil.example/' })}`;
  const refused = await new Browser().open(stranger);
  assert.ok(refused.url.startsWith(house.url), `never sent to an unregistered address: ${refused}`);

  let out = await browser.open(`${app.base}/logout?${new URLSearchParams({ id_token_hint: tokens.id_token })}`);
  if (out.isHtml) out = await browser.step(out);
  assert.equal(out.status, 200, String(out));
  assert.deepEqual(out.json, { signed_out: true, state: 'bye' });
  const sessions = await house.list(`/sessions?user=${claims.sub}`);
  assert.ok(!sessions.some((session) => session.id === claims.sid && !session.ended_at), JSON.stringify(sessions));
  const userinfo = await request(`${house.url}/oauth2/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
  assert.ok([200, 401].includes(userinfo.status), 'a token may live on or end, but answers cleanly');
  const next = await browser.open(app.login({ organization: 'acme' }));
  assert.ok(next.forms.some((form) => form.has('password')), `asked to sign in again: ${next}`);
});

test('twenty tabs of two apps in one browser all arrive', { timeout: 120_000 }, async (t) => {
  const house = await Doorward.open(t);
  const organization = await addOrganization(house, 'Acme', 'acme');
  await addUpstream(t, house, organization, 'samlp');
  const apps = [await addApp(t, house, 'openid-client'), await addApp(t, house, 'Authlib')];
  const browser = new Browser();
  // The apps' own session cookies are set before the tabs open, as on any second visit.
  for (const app of apps) await browser.open(app.base);
  const tabs = await Promise.all(Array.from({ length: 20 }, (_, index) =>
    browser.signIn(apps[index % 2].login({ organization: 'acme' }), 'alice')));
  for (const page of tabs) assert.equal(page.status, 200, String(page));
  assert.equal(new Set(tabs.map((page) => page.json.claims.sub)).size, 1, 'one person');
  assert.equal((await house.list(`/users?organization=${organization.id}`)).length, 1, 'one user');
});

test('twenty first sign-ins of one person at once make one user', { timeout: 120_000 }, async (t) => {
  const house = await Doorward.open(t);
  const organization = await addOrganization(house, 'Acme', 'acme');
  await addUpstream(t, house, organization, 'samlp');
  const app = await addApp(t, house, 'openid-client');
  const pages = await Promise.all(Array.from({ length: 20 }, () => new Browser().signIn(app.login({ organization: 'acme' }), 'dora')));
  for (const page of pages) assert.equal(page.status, 200, String(page));
  assert.equal(new Set(pages.map((page) => page.json.claims.sub)).size, 1);
});

test('a public address with a path works through the whole sign-in', { timeout: 120_000 }, async (t) => {
  const house = await Doorward.open(t, { base: '/sso/door' });
  for (const [upstream, app] of [['samlp', 'openid-client'], ['oidc-provider', 'Authlib']]) {
    const organization = await addOrganization(house, upstream, upstream);
    await addUpstream(t, house, organization, upstream);
    const registered = await addApp(t, house, app);
    const browser = new Browser();
    const page = await browser.signIn(registered.login({ organization: upstream }), 'alice');
    assert.equal(page.status, 200, String(page));
    const claims = page.json.claims;
    assert.equal(claims.iss, house.url);
    for (const hop of page.chain) {
      const { origin, pathname } = new URL(hop.split(' ')[1]);
      if (origin === house.origin) assert.ok(pathname.startsWith('/sso/door/'), hop);
    }
    const cookie = browser.jar.find(house.host, /session/);
    assert.equal(cookie?.path.replace(/\/$/, ''), '/sso/door', 'cookies stay below the path');
  }
});
