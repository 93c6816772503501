// An API product's customer: roles follow the groups of its provider, and only their members come in.
import assert from 'node:assert/strict';
import test from 'node:test';
import { PASSWORD } from '../peers/people.mjs';
import { Browser } from '../support/browser.mjs';
import { openChromium } from '../support/chromium.mjs';
import { passed } from '../support/house.mjs';
import { assertRefused } from '../support/refused.mjs';
import { openScene, told } from './kong_scene.mjs';

const groups = (...names) => ({ groups: names });

test('Kong: OpenID Connect with roles by groups', { timeout: 180_000 }, async (t) => {
  const scene = await openScene(t);
  const { house, app, organization, idp, at, draft, arrive, find } = scene;
  const arrives = async (who) => told(await arrive(who));
  let admin;
  let developer;

  await t.test('a login path is of one customer, and its address is there to be copied', async () => {
    const taken = await house.call('POST', '/organizations', { name: 'Another', path: 'acme-apis' });
    assert.equal(taken.status, 409, taken.body);
    assert.match(taken.json.detail, /taken|has|another/i, taken.body);
    for (const path of ['acme/apis', 'acme apis', '']) {
      const refused = await house.call('POST', '/organizations', { name: 'Another', path });
      assert.deepEqual([refused.status, refused.json.errors[0].field], [422, 'path'], path);
    }
    const shown = await house.api('GET', `/organizations/${organization.id}`);
    assert.equal(shown.login_url, `${house.url}/o/acme-apis`);
  });

  await t.test('the claims of a test user are seen before anything is mapped, and nothing goes live untested', async () => {
    await idp.assign({ maria: groups('svc-admins', 'svc-devs', 'everyone') });
    await scene.put(draft);
    assert.equal((await scene.activate()).json.code, 'not_tested');
    const report = await scene.test('maria');
    assert.ok(passed(report), String(report));
    for (const part of ['login_email', 'maria@example.com', 'svc-admins', 'svc-devs', 'everyone']) assert.ok(report.text.includes(part), `${part}: ${report}`);
    const { received } = await house.api('POST', `/attempts/${report.reference}/reveal`);
    const taken = Object.fromEntries(received.matches.map(({ field, name }) => [field, name]));
    assert.deepEqual([taken.email, taken.groups, received.profile.email], ['login_email', 'groups', 'maria@example.com']);
    assert.equal(await find('maria'), undefined, 'nobody was let in');
    await scene.put({ ...draft, clock_skew_seconds: 60 });
    assert.equal((await scene.activate()).json.code, 'not_tested', 'any change needs a new test');
    assert.ok(passed(await scene.test('maria')));
    const live = await scene.activate();
    assert.equal(live.status, 200, live.body);
    assert.deepEqual(live.json.live.config.scopes, ['openid']);
  });

  await t.test('somebody who came before anything was mapped has no role', async () => {
    await idp.assign({ noah: groups('svc-devs') });
    assert.deepEqual((await arrives('noah')).roles, []);
  });

  await t.test('each role has one group, a preview says whom it concerns, and one is mapped before it counts', async () => {
    admin = await scene.role('Service Admin', 'May change every service');
    developer = await scene.role('Service Developer', 'May call every service');
    const roles = await house.list(`/organizations/${organization.id}/roles`);
    assert.equal(roles.find(({ id }) => id === admin).help, 'May change every service');
    const gate = { admit: 'mapped_groups' };
    assert.equal((await scene.patch(at, gate)).json.code, 'no_mapping');
    const twice = await scene.map([admin, 'svc-admins'], [admin, 'svc-owners']);
    assert.deepEqual([twice.status, twice.json.errors[0].field], [422, 'mappings[1].role'], twice.body);
    const mappings = [{ role: admin, group: 'svc-admins' }, { role: developer, group: 'svc-devs' }];
    const preview = await house.api('POST', `${at}/role-mappings/preview`, { mappings, ...gate });
    assert.deepEqual(preview.gain.people.map(({ email }) => email), ['noah@example.com']);
    assert.equal(preview.deactivated.count, 0);
    assert.equal((await house.api('POST', `${at}/role-mappings/preview`, { mappings: mappings.slice(0, 1), ...gate })).deactivated.count, 1);
    const mapped = await scene.map([admin, 'svc-admins'], [developer, 'svc-devs'], ['admin', 'never-sent']);
    assert.equal(mapped.status, 200, mapped.body);
    assert.equal((await scene.patch(at, gate)).status, 200);
  });

  await t.test('the login address leads straight to the provider, and back with the roles of all groups', async (t2) => {
    await idp.assign({ maria: groups('svc-admins', 'svc-devs', 'everyone') });
    const { page, complaints } = await openChromium(t2, { origins: [house.origin] });
    const { login_url: address } = organization;
    const asked = page.waitForRequest((each) => each.url().startsWith(`${draft.issuer}/auth?`));
    await page.goto(address);
    assert.equal(new URL((await asked).url()).searchParams.get('scope'), 'openid');
    assert.ok(page.url().startsWith(`${draft.issuer}/`), page.url());
    await page.fill('input[name=login]', 'maria');
    await page.fill('input[name=password]', PASSWORD);
    await page.click('button[type=submit]');
    await page.click('button[type=submit]');
    await page.waitForURL(`${house.url}/`);
    await page.goto(app.login({ organization: 'acme-apis' }));
    const { claims, userinfo } = JSON.parse(await page.innerText('body'));
    assert.deepEqual(claims.roles.toSorted(), ['Service Admin', 'Service Developer']);
    assert.deepEqual([userinfo.email, userinfo.org_id, userinfo.is_new_user ?? claims.is_new_user], ['maria@example.com', organization.id, true]);
    assert.deepEqual(complaints, []);
    const listed = await find('maria');
    assert.deepEqual([listed.id, listed.roles.map(({ name }) => name).sort()], [claims.sub, ['Service Admin', 'Service Developer']], 'in the list at once');
    const preview = await house.api('POST', `/apps/${app.app.id}/token-preview`, { user: claims.sub, scopes: ['openid', 'email', 'profile', 'groups'] });
    for (const [name, value] of Object.entries(preview.claims)) assert.deepEqual(claims[name], value, `${name} as foreseen`);
  });

  await t.test('somebody outside all mapped groups reads so, and leaves no account behind', async () => {
    await idp.assign({ eve: groups('everyone', 'svc', 'SVC-ADMINS', 'svc-admins-of-others') });
    await assertRefused(house, await arrive('eve'), { code: 'groups_not_mapped' });
    await idp.assign({ eve: { groups: null } });
    await assertRefused(house, await arrive('eve'), { code: 'groups_unknown' });
    assert.equal(await find('eve'), undefined);
  });

  await t.test('roles follow the groups at each sign-in, of people known before, too', async () => {
    for (const [now, roles] of [
      [['svc-devs'], ['Service Developer']],
      [['svc-admins'], ['Service Admin']],
      [['svc-admins', 'svc-devs'], ['Service Admin', 'Service Developer']],
      [['svc-devs'], ['Service Developer']],
    ]) {
      await idp.assign({ noah: groups(...now) });
      assert.deepEqual((await arrives('noah')).roles.toSorted(), roles);
    }
  });

  await t.test('roles of the provider are read-only by hand', async () => {
    const noah = await find('noah');
    const refused = await house.call('PUT', `/users/${noah.id}/roles`, { roles: [] }, { 'if-match': '*' });
    assert.deepEqual([refused.status, refused.json.code], [409, 'role_from_provider'], refused.body);
    assert.deepEqual((await find('noah')).roles.map(({ name, by_hand }) => [name, by_hand]), [['Service Developer', false]]);
  });

  await t.test('the last group lost, the account rests; one of them back, it wakes', async () => {
    const browser = new Browser();
    await idp.assign({ noah: groups('svc-devs') });
    const { sub } = told(await arrive('noah', browser));
    const inside = () => browser.open(app.login({ organization: 'acme-apis' }));
    assert.equal(told(await inside()).sub, sub);
    await idp.assign({ noah: groups('everyone') });
    await assertRefused(house, await arrive('noah'), { code: 'groups_not_mapped' });
    const resting = await find('noah');
    assert.deepEqual([resting.state, resting.sessions, resting.roles], ['inactive', 0, []]);
    await assertRefused(house, await inside(), { code: 'groups_not_mapped' });
    await idp.assign({ noah: groups('svc-admins') });
    const back = await arrives('noah');
    assert.deepEqual([back.sub, back.roles, back.is_new_user], [sub, ['Service Admin'], undefined]);
    assert.equal((await find('noah')).state, 'active');
  });

  await t.test('a mapped group that nobody ever came with is seen', async () => {
    const { mappings } = await house.api('GET', `${at}/role-mappings`);
    const seen = Object.fromEntries(mappings.map((each) => [each.group, [Boolean(each.last_seen_at), each.signed_in_since > 0]]));
    assert.deepEqual(seen, { 'svc-admins': [true, true], 'svc-devs': [true, true], 'never-sent': [false, true] });
  });

  await t.test('thousands of groups break neither token nor cookie nor the app', async () => {
    const many = Array.from({ length: 2500 }, (_, index) => `team-${index}`);
    await idp.assign({ noah: groups(...many, 'svc-devs') });
    const browser = new Browser();
    const { claims, userinfo, tokens } = (await arrive('noah', browser)).json;
    assert.deepEqual([claims.roles, userinfo.groups.length], [['Service Developer'], 2501]);
    assert.ok(tokens.id_token.length < 4000, `${tokens.id_token.length}`);
    assert.ok(browser.jar.header(house.url).length < 1000, browser.jar.header(house.url));
  });
});
