// A clinic joins a product its staff used with passwords before. Its provider shows an address and
// a certificate file, no metadata; people are made at their first sign-in and say which room they
// work in; in the end single sign-on is the only way.
import assert from 'node:assert/strict';
import test from 'node:test';
import { PASSWORD } from '../peers/people.mjs';
import { Browser } from '../support/browser.mjs';
import { startPeer } from '../support/child.mjs';
import { openChromium } from '../support/chromium.mjs';
import { Doorward } from '../support/doorward.mjs';
import { addApp, addOrganization, match, passed, testDraft } from '../support/house.mjs';
import { assertRefused } from '../support/refused.mjs';
import { assertSound } from '../support/sound.mjs';
import { callIn, Owner, send, typeAddress, typePassword, useLink } from '../support/story.mjs';

const OWN_WORDS = 'words that pat knows by heart';

test('the clinic: SAML from an address and a certificate file, people made at their first sign-in', { timeout: 180_000 }, async (t) => {
  const house = await Doorward.open(t, { host: 'door.localhost' });
  const app = await addApp(t, house, 'openid-client', { host: 'app.localhost', roles_claim: true });
  const idp = await startPeer(t, 'samlp_idp.mjs', { host: 'idp.localhost' });
  const clinic = await addOrganization(house, 'Northside Clinic', 'northside');
  const made = await house.api('POST', '/connections', { organization: clinic.id, name: 'Okta', protocol: 'saml' });
  const ours = made.service_provider;
  const at = `/connections/${made.id}`;
  const patch = async (address, body) => house.api('PATCH', address, body, { 'if-match': '*' });
  const people = () => house.list(`/users?organization=${clinic.id}`);
  const arrive = (who, browser = new Browser()) => browser.signIn(app.login({ organization: 'northside', connection: made.id }), who);
  const told = (page) => ({ ...page.json.claims, ...page.json.userinfo });
  /** The provider's settings for us, with whatever is wrong in them. */
  const atProvider = (wrong = {}) => idp.configure({ sp_entity_id: ours.entity_id, acs_url: ours.acs_url, email_name_id: true, plain_attributes: true, ...wrong });

  await t.test('a link carries the set-up to the clinic: its IT gives an address and a certificate file', async () => {
    const { url } = await house.api('POST', `${at}/setup-links`, { sent_to: 'IT of Northside' });
    const it = new Browser();
    const page = await useLink(it, url);
    assert.ok(page.text.includes('Northside Clinic') && page.text.includes(ours.acs_url) && page.text.includes(ours.entity_id), String(page));
    const shown = await atProvider();
    const file = Buffer.from(shown.certificate).toString('base64');
    const { json: read } = await callIn(it, house, 'POST', '/recognise', { file });
    assert.match(read.read.certificates[0].subject, /samlp/);
    assert.equal(read.protocol, 'saml');
    const put = await callIn(it, house, 'PUT', `${at}/draft`, { ...read.draft, sso_url: shown.sso_url });
    assert.equal(put.status, 200, put.body);
    assert.deepEqual(put.json.missing, ['idp_entity_id'], 'the provider did not show one');
    const tried = await callIn(it, house, 'POST', `${at}/test`, {});
    const report = await it.signIn(tried.json.url, 'alice');
    assert.ok(passed(report), String(report));
    assert.ok(report.text.includes(shown.entity_id), 'the report says which issuer was learned');
    assert.equal((await callIn(it, house, 'POST', `${at}/activate`)).status, 403, 'IT prepares and no more');
    assert.equal((await callIn(it, house, 'GET', '/users')).status, 403);
    assert.equal((await callIn(it, house, 'POST', '/setup-links/finish')).status, 204);
    assert.equal((await callIn(it, house, 'GET', at)).status, 401, 'over');
    const live = await house.api('POST', `${at}/activate`, undefined, await match(house, made.id));
    assert.equal(live.live.config.idp_entity_id, shown.entity_id, 'pinned');
  });

  await t.test('recipient, destination, audience and the learned issuer are held to', async () => {
    const elsewhere = ours.acs_url.replace(made.id, 'another');
    for (const [wrong, code] of [
      [{ recipient: elsewhere }, 'saml_recipient_mismatch'],
      [{ destination: elsewhere }, 'saml_destination_mismatch'],
      [{ audience: 'https://other.example/sp' }, 'saml_audience_mismatch'],
      [{ issuer: 'http://idp.localhost/another' }, 'saml_issuer_mismatch'],
    ]) {
      await atProvider(wrong);
      await assertRefused(house, await arrive('alice'), { code });
    }
    await atProvider();
    assert.deepEqual(await people(), [], 'none of them is anybody here');
  });

  await t.test('while nobody new is taken, only who is invited comes in', async () => {
    await patch(at, { new_users: 'invited_only' });
    await assertRefused(house, await arrive('dora'), { code: 'not_invited' });
    const { link } = await house.api('POST', `/organizations/${clinic.id}/invitations`, { email: 'carol@example.com' });
    const browser = new Browser();
    const page = await browser.carryOn(await useLink(browser, link), 'carol', { until: (each) => /sign out/i.test(each.text) });
    assert.match(page.text, /Carol Example/, String(page));
    await assertRefused(house, await arrive('dora'), { code: 'not_invited' });
    assert.deepEqual((await people()).map(({ email }) => email), ['carol@example.com']);
    await patch(at, { new_users: 'create' });
  });

  await t.test('a new doctor says the room once, without JavaScript, and the app hears that somebody is new', async (t2) => {
    await patch(`/organizations/${clinic.id}`, { required_fields: [{ name: 'room', label: 'Room name' }] });
    const { page, complaints } = await openChromium(t2, { origins: [house.origin], javaScriptEnabled: false });
    const begin = async () => {
      await page.goto(app.login({ organization: 'northside', prompt: 'login' }));
      assert.ok(page.url().startsWith(idp.base), page.url());
      await page.fill('input[name=username]', 'dora');
      await page.fill('input[name=password]', PASSWORD);
      await page.press('input[name=password]', 'Enter');
      const arrived = page.waitForResponse((each) => each.request().isNavigationRequest() && each.status() === 200);
      await page.click('input[type=submit]');
      const answer = await arrived;
      await page.waitForLoadState();
      return answer;
    };
    await assertSound(page, await begin(), 'profile');
    assert.equal((await people()).length, 1, 'nobody yet');
    await page.getByLabel('Room name').fill('Blue 4');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL(`${app.base}/callback**`);
    const first = JSON.parse(await page.innerText('body'));
    assert.deepEqual([first.claims.is_new_user, first.userinfo.room, first.userinfo.email], [true, 'Blue 4', 'dora@example.com']);
    assert.equal(first.userinfo.given_name, 'Dora', 'attributes without a NameFormat');
    await begin();
    const second = JSON.parse(await page.innerText('body'));
    assert.deepEqual([second.claims.sub, second.claims.is_new_user, second.userinfo.room], [first.claims.sub, undefined, 'Blue 4']);
    assert.deepEqual(complaints, []);
    const listed = (await people()).find(({ id }) => id === first.claims.sub);
    assert.deepEqual(listed.answers, { room: 'Blue 4' });
    await patch(`/organizations/${clinic.id}`, { required_fields: [] });
  });

  await t.test('whoever is known under another name there is found again, once an administrator says so', async () => {
    await house.api('PUT', `/organizations/${clinic.id}/domains/example.com`);
    await house.api('POST', `/organizations/${clinic.id}/domains/example.com/accept`, {});
    const { sub } = told(await arrive('dora'));
    // The provider names people by a lasting number from now on: to it she is somebody else.
    await atProvider({ email_name_id: false });
    await assertRefused(house, await arrive('dora'), { code: 'relink_pending' });
    const [asked] = await house.list(`/organizations/${clinic.id}/relinks`);
    assert.deepEqual([asked.state, asked.known.user], ['pending', sub]);
    await house.api('POST', `/organizations/${clinic.id}/relinks/${asked.id}/approve`, undefined, { 'if-match': `"${asked.version}"` });
    const again = told(await arrive('dora'));
    assert.deepEqual([again.sub, again.is_new_user], [sub, undefined]);
    await atProvider();
  });

  await t.test('the tile is a sign-in of ours, and lands on the dashboard or a page the app owns', async () => {
    await patch(`/apps/${app.app.id}`, { initiate_login_uri: `${app.base}/initiate` });
    await patch(`/organizations/${clinic.id}`, { default_app: app.app.id });
    const click = (relay) => new Browser().signIn(`${idp.base}/sso?${new URLSearchParams({ RelayState: relay })}`, 'dora');
    const dashboard = `${app.base}/rooms/blue`;
    for (const [relay, target] of [['', null], [dashboard, dashboard], ['http://evil.example/', null]]) {
      const page = await click(relay);
      assert.equal(page.status, 200, String(page));
      assert.ok(page.url.startsWith(`${app.base}/callback`), String(page));
      assert.equal(page.json.target, target, relay);
      const posts = page.chain.filter((hop) => hop === `POST ${ours.acs_url}`);
      assert.equal(posts.length, 2, 'the unasked answer signs nobody in, the second one is asked for');
    }
  });

  let pat;
  await t.test('somebody with a password uses the general page, and is offered the way of the clinic', async () => {
    const user = await house.api('POST', '/users', { organization: clinic.id, email: 'pat@example.com', name: 'Pat' });
    const { link } = await house.api('POST', `/users/${user.id}/password-link`, {});
    await useLink(new Browser(), link, { password: OWN_WORDS });
    pat = async (browser = new Browser()) => {
      const page = await typeAddress(browser, await browser.open(app.login()), 'pat@example.com');
      return { browser, page };
    };
    const { browser, page } = await pat();
    assert.match(page.text, /Sign in with Northside Clinic/, String(page));
    const wrong = await typePassword(browser, page, 'pat@example.com', 'not these words');
    assert.equal(wrong.status, 403, String(wrong));
    const inside = await typePassword(browser, wrong, 'pat@example.com', OWN_WORDS);
    assert.deepEqual([told(inside).sub, told(inside).amr], [user.id, ['pwd']], String(inside));
    // The other way on the same page.
    const other = await pat();
    const through = await other.browser.carryOn(await send(other.browser, other.page, '/login/connection'), 'carol');
    assert.equal(told(through).email, 'carol@example.com', String(through));
    assert.equal(told(through).amr, undefined, 'how is for the provider to say');
  });

  await t.test('a person is removed, the seat is free, and whoever comes back is somebody new', async () => {
    const before = await people();
    const carol = before.find(({ email }) => email === 'carol@example.com');
    await house.api('DELETE', `/users/${carol.id}`, undefined, await match(house, carol.id, 'users'));
    assert.equal((await people()).length, before.length - 1);
    assert.notEqual(told(await arrive('carol')).sub, carol.id);
  });

  let owner;
  await t.test('required: the login address of the clinic and the general page lead to its provider only', async () => {
    owner = await Owner.invite(house, clinic, 'head@northside.example', 'Head of Northside');
    const enforcement = `/organizations/${clinic.id}/enforcement`;
    const require = async () => house.call('PUT', enforcement, { mode: 'required' }, { 'if-match': '*' });
    const early = await require();
    assert.deepEqual(early.json.errors.map(({ field }) => field).sort(), ['drill', 'owner_ready', 'proved_by_owner'], early.body);
    await owner.arm();
    await owner.rehearse(clinic);
    const { url } = await house.api('POST', `${at}/test`, { revision: 'live' });
    const proof = await owner.browser.signIn(url, 'olive');
    assert.match(proof.text, /counts as the test of an owner/, String(proof));
    const done = await require();
    assert.equal(done.status, 200, done.body);
    assert.deepEqual(done.json.people.not_linked.map(({ email }) => email), ['pat@example.com'], 'whom it concerns');
    const address = await new Browser().open(`${house.url}/o/northside`);
    assert.ok(address.url.startsWith(idp.base), String(address));
    const { page } = await pat();
    assert.ok(page.url.startsWith(idp.base), `no password is asked for: ${page}`);
  });

  await t.test('with the provider gone the owner comes in, and nobody else', async () => {
    await idp.stop();
    await assert.rejects(arrive('dora'), /ECONNREFUSED/);
    const browser = new Browser();
    const asked = await browser.open(app.login());
    const door = asked.body.match(/<a href="([^"]+)">Owner sign-in<\/a>/)[1].replaceAll('&amp;', '&').replaceAll('&#38;', '&');
    const page = await owner.knock(await browser.open(new URL(door, asked.url).href), browser);
    assert.ok(page.url.startsWith(`${app.base}/callback`), String(page));
    assert.deepEqual([told(page).sub, told(page).roles, told(page).org_id], [owner.id, ['owner'], clinic.id]);
    const [notice] = await house.list('/notices');
    assert.deepEqual([notice.kind, notice.user], ['break_glass', owner.id]);
  });

  await t.test('the same guide for other providers', async () => {
    for (const id of ['okta', 'entra', 'auth0']) {
      const { saml } = await house.api('GET', `/presets/${id}`);
      assert.ok(saml.fields.length > 0 && saml.start.at.length > 0, id);
    }
  });
});
