// Every upstream through to every app: the person and the claims arrive.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Browser } from './support/browser.mjs';
import { Doorward } from './support/doorward.mjs';
import { addApp, addOrganization, addUpstream, APPS, UPSTREAMS } from './support/house.mjs';

/** Whether the upstream vouches for the mailbox in so many words. */
const SAYS_VERIFIED = { 'oidc-provider': true, idpyoidc: true };

function assertClaims(page, { who, organization, connection, upstream, app }) {
  assert.equal(page.status, 200, String(page));
  const { claims, userinfo } = page.json;
  assert.equal(claims.aud instanceof Array ? claims.aud[0] : claims.aud, app.app.client_id);
  assert.equal(claims.sub, userinfo.sub);
  assert.ok(!claims.sub.includes('@'), 'sub is never an address');
  const title = who[0].toUpperCase() + who.slice(1);
  for (const [name, value] of Object.entries({
    email: `${who}@example.com`,
    given_name: title,
    family_name: 'Example',
    name: `${title} Example`,
    org_id: organization.id,
    org_name: organization.name,
    idp: connection.id,
  })) {
    assert.equal(userinfo[name] ?? claims[name], value, `${name} in ${JSON.stringify(page.json, null, 1)}`);
  }
  assert.deepEqual([...(userinfo.groups ?? claims.groups)].sort(), ['engineers', 'staff']);
  if (SAYS_VERIFIED[upstream]) assert.equal(userinfo.email_verified ?? claims.email_verified, true);
  assert.ok(claims.sid, 'sid is there');
  assert.ok(Math.abs(Date.now() / 1000 - claims.auth_time) < 120, 'auth_time is now');
}

test('every upstream to every app', { timeout: 240_000 }, async (t) => {
  const house = await Doorward.open(t);
  const apps = {};
  for (const name of Object.keys(APPS)) apps[name] = await addApp(t, house, name);

  for (const upstream of Object.keys(UPSTREAMS)) {
    const organization = await addOrganization(house, `Via ${upstream}`, `via-${upstream.replaceAll(' ', '-')}`);
    const { connection } = await addUpstream(t, house, organization, upstream);
    const subjects = new Set();

    for (const [name, app] of Object.entries(apps)) {
      await t.test(`${upstream} to ${name}`, async () => {
        const login = app.login({ organization: organization.path });
        const first = await new Browser().signIn(login, 'alice');
        assertClaims(first, { who: 'alice', organization, connection, upstream, app });
        const second = await new Browser().signIn(login, 'alice');
        assertClaims(second, { who: 'alice', organization, connection, upstream, app });
        assert.equal(first.json.claims.sub, second.json.claims.sub, 'the same person twice');
        assert.notEqual(first.json.claims.sid, second.json.claims.sid, 'two browsers, two sessions');
        assert.ok(!second.json.claims.is_new_user, 'not new the second time');
        subjects.add(first.json.claims.sub);
      });
    }

    await t.test(`${upstream}: one user for both apps, another for another person`, async () => {
      assert.equal(subjects.size, 1);
      const other = await new Browser().signIn(apps['openid-client'].login({ organization: organization.path }), 'bob');
      assert.equal(other.status, 200, String(other));
      assert.ok(!subjects.has(other.json.claims.sub));
      assert.equal(other.json.claims.is_new_user ?? other.json.userinfo.is_new_user, true, 'new the first time');
      const users = await house.list(`/users?organization=${organization.id}`);
      assert.equal(users.length, 2);
    });

    await t.test(`${upstream}: the organization's own address /o/ signs in too`, async () => {
      const page = await new Browser().signIn(`${house.url}/o/${organization.path}`, 'alice', {
        until: (at) => at.url.startsWith(house.url) && /sign out/i.test(at.text),
      });
      assert.equal(page.status, 200, String(page));
      assert.match(page.text, /alice@example\.com|Alice Example/);
    });
  }

  await t.test('a signed-in browser enters the second app without asking the provider', async () => {
    const browser = new Browser();
    const first = await browser.signIn(apps['openid-client'].login({ organization: 'via-samlp' }), 'carol');
    assert.equal(first.status, 200, String(first));
    const second = await browser.open(apps.Authlib.login({ organization: 'via-samlp' }));
    assert.equal(second.status, 200, String(second));
    assert.equal(second.json.claims.sid, first.json.claims.sid);
  });
});
