// The console in a real browser: sign-in and back, the frame, the first organization; small,
// quiet, without violations of axe, and usable with the keyboard alone.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Doorward, OWNER } from './support/doorward.mjs';
import { enterConsole, look, openConsole, settled, tabTo } from './support/console.mjs';
import { soon } from './support/soon.mjs';
import { Owner } from './support/story.mjs';

const FIRST_LOAD = 150 * 1024;

test('the console, from the sign-in to the sign-out', { timeout: 240_000 }, async (t) => {
  const house = await Doorward.open(t, { host: 'door.localhost' });
  const { context, page, assertQuiet } = await openConsole(t, house);

  await t.test('asks to sign in, and comes back to where one was', async () => {
    await page.goto(`${house.url}/console/organizations/new`);
    await page.getByRole('heading', { name: 'Sign in to the console' }).waitFor();
    await look(page, 'sign-in');
    await enterConsole(page, house, '/organizations/new');
    await page.getByRole('heading', { name: 'New organization' }).waitFor();
  });

  await t.test('loads little at first, compressed', async () => {
    const loads = [];
    const note = (response) => loads.push(response);
    page.on('response', note);
    const tools = await context.newCDPSession(page);
    await tools.send('Network.enable');
    await tools.send('Network.setCacheDisabled', { cacheDisabled: true });
    const began = performance.now();
    await page.goto(`${house.url}/console/`);
    await page.getByRole('heading', { name: 'Home', exact: true, level: 1 }).waitFor();
    const took = performance.now() - began;
    await settled(page);
    page.off('response', note);
    await tools.detach();
    let total = 0;
    for (const response of loads.filter((each) => !each.url().includes('/api/'))) {
      const { responseBodySize, responseHeadersSize } = await response.request().sizes();
      total += responseBodySize + responseHeadersSize;
      if (response.url().includes('/assets/')) assert.equal(response.headers()['content-encoding'], 'br', response.url());
    }
    assert.ok(total > 10_000 && total < FIRST_LOAD, `the first load is ${total} bytes`);
    t.diagnostic(`first load ${(total / 1024).toFixed(1)} KB, heading after ${Math.round(took)} ms`);
  });

  await t.test('home, before anything is there', async () => {
    await look(page, 'home-empty');
    await soon(async () => assert.match(await page.innerText('main'), /The first steps/));
  });

  await t.test('an organization with the keyboard alone', async () => {
    await page.goto(`${house.url}/console/`);
    await settled(page);
    await page.keyboard.press('Tab');
    await soon(async () => assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Skip to the content'));
    await tabTo(page, 'Organizations');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Organizations', level: 1 }).waitFor();
    await soon(async () => assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'H1', 'the new screen has the focus'));
    await settled(page);
    await tabTo(page, 'New organization');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'New organization' }).waitFor();
    await tabTo(page, 'Create organization');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
    assert.match(await page.title(), /^Error: /);
    await look(page, 'organization-new-wrong');
    await soon(async () => assert.match(await page.evaluate(() => document.activeElement?.className ?? ''), /panel/, 'the summary has the focus'));
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await soon(async () => assert.equal(await page.evaluate(() => document.activeElement?.name), 'name', 'and leads to the field'));
    await page.keyboard.type('Acme GmbH');
    await page.getByRole('heading', { name: 'There is a problem' }).waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => document.activeElement?.name), 'name', 'where one types has not moved');
    await page.keyboard.press('Tab');
    await page.keyboard.type('acme');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Acme GmbH', level: 1 }).waitFor();
    await look(page, 'organization-empty');
  });

  await t.test('a session that ends while somebody types costs nothing', async () => {
    await page.goto(`${house.url}/console/organizations/new`);
    await page.getByLabel('Name', { exact: true }).fill('Typed before');
    for (const { id } of await house.list('/sessions')) await house.api('DELETE', `/sessions/${id}`);
    await page.getByRole('button', { name: 'Create organization' }).click();
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.waitFor();
    await look(page, 'session-ended');
    await page.keyboard.press('Escape');
    await dialog.getByRole('button', { name: 'I have signed in again' }).click();
    await dialog.getByText('You are not signed in yet.').waitFor();
    const opened = context.waitForEvent('page');
    await dialog.getByRole('link', { name: 'Owner sign-in' }).click();
    const tab = await opened;
    await tab.fill('input[type=email]', OWNER.email);
    await tab.fill('input[type=password]', OWNER.password);
    await tab.getByRole('button', { name: 'Sign in', exact: true }).click();
    await tab.waitForURL(`${house.url}/console/`);
    // What was sent goes on by itself.
    await page.getByRole('heading', { name: 'Typed before', level: 1 }).waitFor();
    await tab.close();
  });

  await t.test('what one person typed is neither shown to the next nor saved by them', async () => {
    const [home] = (await house.list('/organizations')).filter(({ name }) => name === 'Home');
    const acme = (await house.list('/organizations')).find(({ name }) => name === 'Acme GmbH');
    const nina = await Owner.invite(house, home, 'nina@example.org', 'Nina Next');
    const becomes = async ({ email, password }, door) => {
      const tab = await context.newPage();
      await tab.goto(`${house.url}${door}`);
      if (door.startsWith('/console')) await tab.getByRole('link', { name: 'Owner sign-in' }).click();
      await tab.fill('input[type=email]', email);
      await tab.fill('input[type=password]', password);
      await tab.getByRole('button', { name: 'Sign in', exact: true }).click();
      return tab;
    };
    const asked = [];
    const note = (dialog) => asked.push(dialog.type()) && dialog.accept();
    page.on('dialog', note);
    const typed = async (text) => {
      await page.goto(`${house.url}/console/organizations/${acme.id}/settings`);
      await page.getByLabel('Name', { exact: true }).fill(text);
      await page.evaluate(() => (window.before = true));
    };
    const handedOver = async (name, text) => {
      await page.waitForFunction(() => !window.before);
      await page.getByRole('button', { name }).waitFor();
      await page.getByLabel('Name', { exact: true }).waitFor();
      await settled(page);
      await soon(async () => assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'Acme GmbH'));
      assert.ok(!(await page.content()).includes(text));
      await soon(async () => assert.equal((await house.api('GET', `/organizations/${acme.id}`)).name, 'Acme GmbH'));
      assert.deepEqual(asked, [], 'nobody is asked to keep what is not theirs');
    };

    // The session ended, and somebody else signs in to go on.
    await typed('Of Olive');
    for (const { id } of await house.list('/sessions')) await house.api('DELETE', `/sessions/${id}`);
    await page.getByRole('button', { name: 'Save settings' }).click();
    await page.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
    let tab = await becomes(nina, '/console/');
    await handedOver('Nina Next', 'Of Olive');
    await tab.close();

    // The browser became somebody else's while the session went on.
    await typed('Of Nina');
    await context.clearCookies();
    tab = await becomes(OWNER, '/console/');
    await handedOver('Olive Owner', 'Of Nina');
    await tab.close();

    // The same, and nobody told this page: what is saved next is not sent again in another's name.
    await typed('Of Olive, too');
    await context.clearCookies({ name: /session$/ });
    tab = await becomes(nina, '/owner');
    await tab.getByRole('button', { name: /sign out/i }).first().waitFor();
    await page.getByRole('button', { name: 'Save settings' }).click();
    await handedOver('Nina Next', 'Of Olive, too');
    await tab.close();
    page.off('dialog', note);
    await context.clearCookies();
    await enterConsole(page, house, '/');
  });

  await t.test('light or dark stays chosen; what is missing is said', async () => {
    await page.getByRole('button', { name: /^Account/ }).click();
    await look(page, 'account-menu');
    await page.getByRole('menuitemradio', { name: 'Dark' }).click();
    await page.reload();
    await settled(page);
    await soon(async () => assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark'));
    await page.goto(`${house.url}/console/nothing/here`);
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await page.goto(`${house.url}/console/organizations/no-such-one`);
    await page.getByRole('heading', { name: 'There is no such organization' }).waitFor();
    await page.getByRole('link', { name: 'Mail domains' }).waitFor({ state: 'detached' });
    await look(page, 'organization-unknown');
    await page.getByRole('link', { name: 'To the list: Organizations' }).click();
    await page.waitForURL('**/console/organizations');
    await page.goto(`${house.url}/console/sign-ins/no-such-one`);
    await page.getByRole('heading', { name: 'There is no such sign-in on record' }).waitFor();
    await page.getByRole('link', { name: 'To the list: Sign-ins' }).click();
    await page.waitForURL('**/console/sign-ins');
  });

  await t.test('sign-out', async () => {
    await page.goto(`${house.url}/console/`);
    await settled(page);
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL('**/signed-out');
    await page.goto(`${house.url}/console/`);
    await page.getByRole('heading', { name: 'Sign in to the console' }).waitFor();
  });

  assertQuiet();
});

test('without JavaScript the console says what works without it', { timeout: 120_000 }, async (t) => {
  const house = await Doorward.open(t, { base: '/sso' });
  const { openChromium } = await import('./support/chromium.mjs');
  const { page } = await openChromium(t, { origins: [house.origin], javaScriptEnabled: false });
  await page.goto(`${house.url}/console/organizations`);
  await soon(async () => assert.match(await page.innerText('main'), /needs JavaScript/));
  await soon(async () => assert.match((await page.getByRole('link').first().getAttribute('href')) ?? '', /^\/sso\//));
});

test('below a path of the public URL', { timeout: 120_000 }, async (t) => {
  const house = await Doorward.open(t, { host: 'door.localhost', base: '/sso' });
  const { page, assertQuiet } = await openConsole(t, house);
  await enterConsole(page, house, '/organizations');
  await page.getByRole('link', { name: 'Home', exact: true }).last().click();
  await page.waitForURL(`${house.url}/console/organizations/**`);
  await settled(page);
  assertQuiet();
});
