// The same customer makes single sign-on the only way for all but its owner, and can take that back.
import assert from 'node:assert/strict';
import test from 'node:test';
import { PASSWORD } from '../peers/people.mjs';
import { Browser } from '../support/browser.mjs';
import { openChromium } from '../support/chromium.mjs';
import { passed } from '../support/house.mjs';
import { assertRefused } from '../support/refused.mjs';
import { callIn, Owner, send, typeAddress, typePassword, useLink } from '../support/story.mjs';
import { openScene, told } from './kong_scene.mjs';

const OWN_WORDS = 'words that pat knows by heart';

test('Kong: single sign-on required, and the owner never locked out', { timeout: 180_000 }, async (t) => {
  const scene = await openScene(t);
  const { house, app, organization, idp, at, draft, arrive, find } = scene;
  const enforcement = `/organizations/${organization.id}/enforcement`;
  const failed = ({ checks }) => checks.filter((each) => !each.passed).map(({ name }) => name).sort();
  const enforce = (body) => house.call('PUT', enforcement, body, { 'if-match': '*' });
  /** At the general page, with an address of the customer and a password. */
  const byPassword = async (browser = new Browser()) => {
    const page = await typeAddress(browser, await browser.open(app.login()), 'pat@example.com');
    return page.url.startsWith(house.url) ? typePassword(browser, page, 'pat@example.com', OWN_WORDS) : page;
  };
  const pat = new Browser();
  let owner;

  await t.test('roles by groups, and somebody with a password', async () => {
    await idp.assign({ maria: { groups: ['svc-admins'] } });
    await scene.put(draft);
    assert.ok(passed(await scene.test('maria')));
    assert.equal((await scene.activate()).status, 200);
    await scene.map([await scene.role('Service Admin', ''), 'svc-admins']);
    assert.equal((await scene.patch(at, { admit: 'mapped_groups' })).status, 200);
    await house.api('POST', `/organizations/${organization.id}/domains/example.com/accept`, {});
    const user = await house.api('POST', '/users', { organization: organization.id, email: 'pat@example.com', name: 'Pat' });
    await useLink(new Browser(), (await house.api('POST', `/users/${user.id}/password-link`, {})).link, { password: OWN_WORDS });
    assert.deepEqual([told(await byPassword(pat)).sub, told(await arrive('maria')).roles], [user.id, ['Service Admin']]);
  });

  await t.test('it is refused with a list until nobody can be locked out, and each item is done by hand', async () => {
    const early = await enforce({ mode: 'required' });
    assert.deepEqual([early.status, early.json.code], [409, 'not_ready'], early.body);
    assert.deepEqual(early.json.errors.map(({ field }) => field).sort(), ['drill', 'owner_ready', 'proved_by_owner']);
    owner = await Owner.invite(house, organization, 'root@acme.example', 'Root of Acme');
    assert.deepEqual(failed(await house.api('GET', enforcement)), ['drill', 'owner_ready', 'proved_by_owner']);
    await owner.arm();
    assert.deepEqual(failed(await house.api('GET', enforcement)), ['drill', 'proved_by_owner']);
    await owner.rehearse(organization);
    const link = async () => (await house.api('POST', `${at}/test`, { revision: 'live' })).url;
    assert.ok(passed(await new Browser().signIn(await link(), 'maria')), 'works, but who it was is not known');
    assert.deepEqual(failed(await house.api('GET', enforcement)), ['proved_by_owner']);
    assert.ok(passed(await owner.browser.signIn(await link(), 'maria')));
    const ready = await house.api('GET', enforcement);
    assert.deepEqual([failed(ready), ready.ready], [[], true]);
    assert.deepEqual(ready.people.not_linked.map(({ email }) => email), ['pat@example.com'], 'the consequences, by name');
    assert.deepEqual(ready.exempt.map(({ id }) => id), [owner.id]);
  });

  await t.test('required: a password is no way in any more, and what it opened ends', async () => {
    assert.equal(told(await pat.open(app.login())).email, 'pat@example.com', 'still in');
    const open = new Browser();
    const form = await typeAddress(open, await open.open(app.login()), 'pat@example.com');
    const done = await enforce({ mode: 'required', running_sessions: 'end' });
    assert.deepEqual([done.status, done.json.in_force], [200, true], done.body);
    const late = await typePassword(open, form, 'pat@example.com', OWN_WORDS);
    assert.equal(late.status, 403, String(late));
    assert.match(late.text, /Passwords do not work here/);
    assert.equal((await house.list('/attempts?code=password_sso_required')).length, 1);
    assert.ok((await byPassword()).url.startsWith(draft.issuer), 'the way leads to the provider');
    const out = await pat.open(app.login());
    assert.ok(out.url.startsWith(house.url) && out.isHtml, `asked to sign in again: ${out}`);
    assert.deepEqual(told(await arrive('maria')).roles, ['Service Admin']);
    await assertRefused(house, await arrive('eve'), { code: 'groups_not_mapped' });
  });

  await t.test('the only way in is kept: the connection, the plan, the mapped groups, the last owner', async () => {
    for (const [address, body] of [[at, { disabled: true }], [`/organizations/${organization.id}`, { sso_allowed: false }]]) {
      const refused = await scene.patch(address, body);
      assert.deepEqual([refused.status, refused.json.code], [409, 'sso_required'], refused.body);
    }
    assert.equal((await scene.map()).json.code, 'no_mapping');
    const last = await house.call('DELETE', `/organizations/${organization.id}/owners/${owner.id}`, undefined, { 'if-match': '*' });
    assert.deepEqual([last.status, last.json.code], [409, 'last_owner'], last.body);
  });

  await t.test('owner and person take turns in one browser', async () => {
    const browser = new Browser();
    for (let round = 0; round < 2; round += 1) {
      await owner.enter(browser);
      const root = told(await browser.open(app.login()));
      assert.deepEqual([root.sub, root.roles, root.idp, root.amr.includes('pwd')], [owner.id, ['owner'], undefined, true]);
      const asked = await browser.carryOn(await browser.open(app.login({ connection: scene.made.id, prompt: 'login' })), 'maria', {
        until: (page) => !page.isHtml || /Change who is signed in/.test(page.text),
      });
      assert.match(asked.text, /Change who is signed in/, String(asked));
      const form = asked.forms.find((each) => each.has('submit') && each.fields.some(({ value }) => value === 'continue'));
      const maria = told(await browser.carryOn(await browser.submit(asked, form, { choice: 'continue' }), 'maria'));
      assert.deepEqual([maria.email, maria.roles, maria.idp, maria.amr], ['maria@example.com', ['Service Admin'], scene.made.id, undefined]);
    }
  });

  await t.test('signing out of the app signs out at the provider, and ends where the app wants it', async (t2) => {
    assert.equal((await scene.patch(at, { provider_sign_out: 'always' })).status, 200);
    const { page, complaints } = await openChromium(t2, { origins: [house.origin] });
    const arrives = async (address) => {
      await page.goto(address);
      await page.fill('input[name=login]', 'maria');
      await page.fill('input[name=password]', PASSWORD);
      await page.click('button[type=submit]');
      await page.click('button[type=submit]');
    };
    // The tile is the login address, as the provider says it: with its issuer.
    await arrives(`${idp.base}/tile`);
    await page.waitForURL(`${house.url}/`);
    await page.goto(app.login({ organization: 'acme-apis' }));
    const { tokens } = JSON.parse(await page.innerText('body'));
    const returned = page.waitForRequest((each) => each.url().startsWith(`${house.url}/oidc/callback?`));
    await page.goto(`${app.base}/logout?${new URLSearchParams({ id_token_hint: tokens.id_token })}`);
    assert.ok(page.url().startsWith(draft.issuer), page.url());
    await page.getByRole('button', { name: 'Yes, sign me out' }).click();
    await page.waitForURL(`${app.base}/signed-out**`);
    await returned;
    assert.deepEqual(JSON.parse(await page.innerText('body')), { signed_out: true, state: 'bye' });
    await page.goto(app.login({ organization: 'acme-apis' }));
    assert.ok(await page.isVisible('input[name=password]') && page.url().startsWith(draft.issuer), 'the provider asks again');
    assert.deepEqual(complaints, []);
  });

  await t.test('with the provider gone the owner comes in, and nobody else', async () => {
    await idp.stop();
    const page = await arrive('maria').catch((error) => error);
    assert.ok(page instanceof Error || page.status >= 400, String(page));
    const refused = await byPassword().catch((error) => error);
    assert.ok(refused instanceof Error || refused.status >= 400, String(refused));
    const browser = new Browser();
    const bare = await send(browser, await browser.open(`${house.url}/owner`), '/owner', { email: owner.email, password: owner.password });
    assert.equal((await callIn(browser, house, 'GET', '/me')).status, 401, `the password alone does not do: ${bare}`);
    await owner.enter();
    assert.deepEqual(told(await owner.browser.open(app.login())).sub, owner.id);
    const notices = (await callIn(owner.browser, house, 'GET', '/notices')).json.items;
    assert.ok(notices.some(({ kind, user }) => kind === 'break_glass' && user === owner.id), JSON.stringify(notices));
  });

  await t.test('the owner takes it back, and passwords are a way in again', async () => {
    const back = await callIn(owner.browser, house, 'PUT', enforcement, { mode: 'optional' });
    assert.deepEqual([back.status, back.json.in_force], [200, false], back.body);
    assert.equal(told(await byPassword()).sub, (await find('pat')).id);
  });
});
