// Passkeys of an owner in a real browser, with an authenticator the browser itself plays
// (Chromium's virtual authenticator): added, used after the password, removed; and what the
// pages say where there is none, or no JavaScript.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openChromium } from './support/chromium.mjs';
import { Doorward, OWNER } from './support/doorward.mjs';
import { assertSound } from './support/sound.mjs';

/** An authenticator of this browser; `verified` says whether its owner unlocks it. */
async function authenticator({ context, page }, options = {}) {
  const client = await context.newCDPSession(page);
  await client.send('WebAuthn.enable');
  const { authenticatorId } = await client.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true,
      isUserVerified: true, automaticPresenceSimulation: true, ...options },
  });
  const call = (name, more = {}) => client.send(`WebAuthn.${name}`, { authenticatorId, ...more });
  return { call, keys: async () => (await call('getCredentials')).credentials };
}

/** Presses what is called `name` and waits for what the page says in the end. */
async function press(page, name, expected) {
  await page.getByRole('button', { name, exact: true }).click();
  await page.waitForFunction((text) => document.querySelector('main').innerText.includes(text), expected);
}

async function password(page, house, expected) {
  await page.goto(`${house.url}/owner`);
  await page.fill('input[type=email]', OWNER.email);
  await page.fill('input[type=password]', OWNER.password);
  await press(page, 'Sign in', expected);
}

async function signOut(page, house) {
  await page.goto(`${house.url}/`);
  await press(page, 'Sign out', 'signed out');
}

test('a passkey in a browser', { timeout: 120_000 }, async (t) => {
  const house = await Doorward.open(t);
  const browser = await openChromium(t, { origins: [house.origin] });
  const { page, complaints } = browser;
  const device = await authenticator(browser);
  await password(page, house, 'Sign out');

  await t.test('is added', async () => {
    await assertSound(page, await page.goto(`${house.url}/owner/factors`), 'factors');
    const asked = page.waitForResponse((each) => each.url().endsWith('/owner/factors/passkeys'));
    await page.fill('#name', "Olive's laptop");
    await press(page, 'Add a passkey', 'Your passkey is added.');
    const answer = await asked;
    assert.match(answer.headers()['content-security-policy'], /script-src 'self'/);
    assert.match(await page.innerText('main'), /Olive's laptop, added on \d{4}-\d\d-\d\d, never used/);
    const [key, ...others] = await device.keys();
    assert.equal(others.length, 0);
    assert.equal(key.rpId, 'localhost');
    const [owner] = await house.list('/owners');
    assert.deepEqual(owner.passkeys.map(({ name, works }) => [name, works]), [["Olive's laptop", true]]);
  });

  await t.test('is not added twice', async () => {
    await page.goto(`${house.url}/owner/factors`);
    await page.fill('#name', 'The same');
    await press(page, 'Add a passkey', 'holds a passkey of yours already');
    assert.equal(await page.title(), 'Add a passkey - Doorward');
    assert.equal((await device.keys()).length, 1);
  });

  await t.test('lets its owner in after the password', async () => {
    await signOut(page, house);
    await password(page, house, 'Second step');
    assert.equal(await page.locator('#code').count(), 0, 'no code is asked for where there is none');
    const arrived = page.waitForResponse((each) => each.url().endsWith('/owner/second/passkey'));
    await press(page, 'Use a passkey', 'Sign out');
    await arrived;
    const [key] = await device.keys();
    assert.ok(key.signCount > 0);
    const [owner] = await house.list('/owners');
    assert.ok(owner.passkeys[0].last_used_at);
  });

  await t.test('that does not answer is asked again by a button', async () => {
    await signOut(page, house);
    const [key] = await device.keys();
    await device.call('removeCredential', { credentialId: key.credentialId });
    await password(page, house, 'Second step');
    await press(page, 'Use a passkey', 'The browser gave no passkey');
    assert.equal(await page.evaluate(() => document.activeElement.matches('main *, body')), true);
    await device.call('addCredential', { credential: key });
    await press(page, 'Use the passkey', 'Sign out');
  });

  await t.test('that was copied is refused', async () => {
    await signOut(page, house);
    const [key] = await device.keys();
    await device.call('removeCredential', { credentialId: key.credentialId });
    await device.call('addCredential', { credential: { ...key, signCount: 0 } });
    await password(page, house, 'Second step');
    await press(page, 'Use a passkey', 'This passkey was not taken');
    await device.call('removeCredential', { credentialId: key.credentialId });
    await device.call('addCredential', { credential: { ...key, signCount: key.signCount + 10 } });
    await press(page, 'Use a passkey', 'Sign out');
  });

  await t.test('survives a restart, and works without being unlocked', async () => {
    await signOut(page, house);
    await house.stop();
    await house.start();
    await device.call('setUserVerified', { isUserVerified: false });
    await password(page, house, 'Second step');
    // A device that verifies is asked to, and one that fails at it gives nothing.
    await press(page, 'Use a passkey', 'The browser gave no passkey');
    await device.call('setUserVerified', { isUserVerified: true });
    await press(page, 'Use the passkey', 'Sign out');
  });

  await t.test('is removed', async () => {
    await page.goto(`${house.url}/owner/factors`);
    await press(page, "Remove Olive's laptop", 'The passkey is removed.');
    const [owner] = await house.list('/owners');
    assert.deepEqual(owner.passkeys, []);
    await signOut(page, house);
    await password(page, house, 'Sign out');
  });
  assert.deepEqual(complaints, [], 'nothing in the console');
});

test('a security key that only sees a touch', { timeout: 120_000 }, async (t) => {
  const house = await Doorward.open(t);
  const browser = await openChromium(t, { origins: [house.origin] });
  const { page, complaints } = browser;
  await authenticator(browser, { transport: 'usb', hasResidentKey: false, hasUserVerification: false, isUserVerified: false });
  await password(page, house, 'Sign out');
  await page.goto(`${house.url}/owner/factors`);
  await page.fill('#name', 'Blue key');
  await press(page, 'Add a passkey', 'Your passkey is added.');
  await signOut(page, house);
  await password(page, house, 'Second step');
  await press(page, 'Use a passkey', 'Sign out');
  assert.deepEqual(complaints, [], 'nothing in the console');

  await t.test('without JavaScript the page says what is missing, and goes on another way', async (t2) => {
    const plain = (await openChromium(t2, { origins: [house.origin], javaScriptEnabled: false })).page;
    await plain.goto(`${house.url}/owner`);
    await plain.fill('input[type=email]', OWNER.email);
    await plain.fill('input[type=password]', OWNER.password);
    await plain.getByRole('button', { name: 'Sign in' }).click();
    await plain.waitForURL(/second$/);
    assert.match(await plain.innerText('main'), /A passkey needs JavaScript/);
    const arrived = plain.waitForResponse((each) => each.url().endsWith('/owner/second/passkey'));
    await plain.getByRole('button', { name: 'Use a passkey' }).click();
    await assertSound(plain, await arrived, 'passkey');
    assert.match(await plain.innerText('main'), /A passkey needs JavaScript/);
    await plain.getByRole('button', { name: 'Use the passkey' }).click();
    await plain.waitForSelector('[role=alert] h2');
    assert.match(await plain.innerText('main'), /or use another way/);
  });
});
