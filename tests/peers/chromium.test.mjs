// A real browser: provider, broker and app on three different sites, third-party cookies
// blocked, with and without JavaScript (5b); and what every page of ours has to be.
import assert from 'node:assert/strict';
import test from 'node:test';
import { PASSWORD } from './peers/people.mjs';
import { openChromium } from './support/chromium.mjs';
import { Doorward, OWNER } from './support/doorward.mjs';
import { addApp, addOrganization, addUpstream } from './support/house.mjs';
import { assertSound, reachesSubmit } from './support/sound.mjs';

async function furnish(t) {
  const house = await Doorward.open(t, { host: 'door.localhost' });
  const organization = await addOrganization(house, 'Acme', 'acme');
  const { peer } = await addUpstream(t, house, organization, 'samlp', { host: 'idp.localhost' });
  const app = await addApp(t, house, 'openid-client', { host: 'app.localhost' });
  return { house, idp: peer, app };
}

/** Types name and password at the provider and, without JavaScript, presses its button. */
async function signIn(page, app, { button }) {
  await page.goto(app.login({ organization: 'acme' }));
  await page.fill('input[name=username]', 'alice');
  await page.fill('input[name=password]', PASSWORD);
  await page.press('input[name=password]', 'Enter');
  if (button) await page.click('input[type=submit], button[type=submit]');
  await page.waitForURL(`${app.base}/callback**`);
  return JSON.parse(await page.innerText('body'));
}

test('SAML across three sites, third-party cookies blocked', { timeout: 120_000 }, async (t) => {
  const { house, idp, app } = await furnish(t);
  const sites = [house.url, idp.base, app.base].map((base) => new URL(base).hostname);
  assert.equal(new Set(sites).size, 3);

  await t.test('with JavaScript', async (t2) => {
    const { page, complaints } = await openChromium(t2, { origins: [house.origin] });
    const { claims } = await signIn(page, app, { button: false });
    assert.equal(claims.email, 'alice@example.com');
    assert.deepEqual(complaints, []);
  });

  await t.test('without JavaScript, by the visible button of the form', async (t2) => {
    const { page, complaints } = await openChromium(t2, { origins: [house.origin], javaScriptEnabled: false });
    const { claims } = await signIn(page, app, { button: true });
    assert.equal(claims.email, 'alice@example.com');
    assert.deepEqual(complaints, []);
  });

  await t.test('the back button after a finished sign-in ends on a page, not in a loop', async (t2) => {
    const { page } = await openChromium(t2);
    await signIn(page, app, { button: false });
    for (let back = 0; back < 3; back += 1) await page.goBack().catch(() => null);
    await page.waitForLoadState();
    const { claims } = await signInAgain(page, app);
    assert.equal(claims.email, 'alice@example.com');
  });
});

/** The session is still there: no provider in between. */
async function signInAgain(page, app) {
  await page.goto(app.login({ organization: 'acme' }));
  await page.waitForURL(`${app.base}/callback**`);
  return JSON.parse(await page.innerText('body'));
}

test('every page of ours: small, titled, labelled, quiet, usable by keyboard', { timeout: 120_000 }, async (t) => {
  const { house, app } = await furnish(t);
  const fresh = await Doorward.create(t, { host: 'door.localhost' });
  await fresh.start();
  const pages = {
    login: [`${house.url}/login`, true],
    'owner door': [`${house.url}/owner`, true],
    'set-up': [await fresh.setupLink(), true],
    'no such address': [`${house.url}/o/nobody-here`, false],
    'signed out': [`${house.url}/signed-out`, false],
    'unknown app': [`${house.url}/oauth2/authorize?client_id=nobody`, false],
    'unknown redirect': [app.login({ redirect_uri: 'http://evil.example/' }), false],
  };
  const { page, complaints } = await openChromium(t, { origins: [house.origin, fresh.origin] });
  for (const [name, [address, hasForm]] of Object.entries(pages)) {
    await t.test(name, async () => {
      const answer = await page.goto(address);
      await assertSound(page, answer, name);
      if (hasForm) assert.equal(await reachesSubmit(page), true, `${name}: a visible focus on the button`);
    });
  }
  await t.test('the owner gets in by keyboard alone', async () => {
    await page.goto(`${house.url}/owner`);
    await page.focus('input[type=email]');
    await page.keyboard.type(OWNER.email);
    await page.focus('input[type=password]');
    await page.keyboard.type(OWNER.password);
    await page.keyboard.press('Enter');
    await page.getByText(/sign out/i).first().waitFor();
    const answer = await page.reload();
    await assertSound(page, answer, 'home');
  });
  assert.deepEqual(complaints, [], 'nothing in the console');
});
