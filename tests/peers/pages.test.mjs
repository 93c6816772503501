// The pages beside the plain sign-in, in a real browser without JavaScript: an owner's second
// factor and its rehearsal, invitation and profile, a password of one's own, the link that sets
// a connection up, the report of a test, the sign-out. With JavaScript only the token of a link
// moves into its field by itself.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openChromium } from './support/chromium.mjs';
import { Doorward, OWNER } from './support/doorward.mjs';
import { addOrganization, addUpstream, match } from './support/house.mjs';
import { atProvider, press, reader } from './support/pages.mjs';
import { violations } from './support/sound.mjs';
import { totp } from './support/totp.mjs';

const CHOSEN = 'words of my own choosing';
const token = (link) => link.split('#')[1];

test('the control: what is wrong with a page is found', { timeout: 60_000 }, async (t) => {
  const { page } = await openChromium(t, { origins: [] });
  const faint = '<p style="color: #ccc; background: #fff">Words</p>';
  const broken = `<!doctype html><html lang="en"><title>Broken</title><main><h1>Broken</h1><img src="data:,">${faint}</main></html>`;
  // Another page has no script of ours until it is judged.
  for (const address of ['about:blank#1', 'data:text/html,2']) {
    await page.goto(address);
    await page.setContent(broken);
    const names = async (width, colorScheme) => (await violations(page, width, colorScheme)).map((each) => each.split(':')[0]);
    for (const [width, colorScheme] of [[1440, 'light'], [375, 'dark']]) {
      assert.deepEqual(await names(width, colorScheme), ['color-contrast', 'image-alt']);
    }
    for (const [width, colorScheme] of [[1440, 'dark'], [375, 'light']]) {
      assert.deepEqual(await names(width, colorScheme), ['color-contrast']);
    }
  }
});

test('the first run without JavaScript', { timeout: 240_000 }, async (t) => {
  const house = await Doorward.create(t, { host: 'door.localhost' });
  const look = await reader(t, house);
  await house.start();
  const { page, complaints } = await openChromium(t, { origins: [house.origin], javaScriptEnabled: false });
  const link = await house.setupLink();
  await look(page, await page.goto(link), 'setup');
  assert.ok((await page.innerText('main')).includes(house.url), 'the public address is shown');
  await page.fill('#token', token(link));
  await page.fill('#name', OWNER.name);
  await page.fill('#email', OWNER.email);
  await page.fill('#password', 'short');
  await page.fill('#organization', 'Acme GmbH');
  await look(page, await press(page, 'Create the owner'), 'setup-wrong');
  await page.fill('#password', OWNER.password);
  await look(page, await press(page, 'Create the owner'), 'setup-codes');
  const codes = await page.locator('ol.codes code').allInnerTexts();
  assert.equal(codes.length, 10);
  await page.fill('#code', codes[2].slice(-4));
  await press(page, 'I have stored them');
  assert.equal(new URL(page.url()).pathname, '/console/');
  await look(page, await page.goto(`${house.url}/`), 'signed-in-owner');
  assert.deepEqual(complaints, [], 'nothing in the console');
});

test('the pages of a sign-in', { timeout: 240_000 }, async (t) => {
  const house = await Doorward.open(t, { host: 'door.localhost' });
  const look = await reader(t, house);
  const organization = await addOrganization(house, 'Acme', 'acme');
  await addUpstream(t, house, organization, 'samlp', { host: 'idp.localhost' });
  await addUpstream(t, house, organization, 'oidc-provider', { host: 'op.localhost' });
  const { page, complaints } = await openChromium(t, { origins: [house.origin], javaScriptEnabled: false });
  await look(page, await page.goto(`${house.url}/login`), 'login');
  await page.fill('#email', 'nobody@elsewhere.example');
  await look(page, await press(page, 'Continue'), 'login-unknown');
  await look(page, await page.goto(`${house.url}/o/acme`), 'choose');
  await look(page, await page.goto(`${house.url}/owner`), 'owner');
  await page.fill('#email', OWNER.email);
  await page.fill('#password', 'not the password at all');
  await look(page, await press(page, 'Sign in'), 'owner-wrong');
  await look(page, await page.goto(`${house.url}/setup`), 'setup-over');
  assert.deepEqual(complaints, [], 'nothing in the console');
});

test('the owner\'s second factor without JavaScript', { timeout: 240_000 }, async (t) => {
  const house = await Doorward.open(t, { host: 'door.localhost' });
  const look = await reader(t, house);
  const { page, complaints } = await openChromium(t, { origins: [house.origin], javaScriptEnabled: false });
  const password = async (button) => {
    await page.fill('input[type=email]', OWNER.email);
    await page.fill('input[type=password]', OWNER.password);
    return press(page, button);
  };
  let codes;

  await t.test('an authenticator app', async () => {
    await page.goto(`${house.url}/owner`);
    await password('Sign in');
    await look(page, await page.goto(`${house.url}/owner/factors`), 'factors-none');
    await look(page, await press(page, 'Add an app'), 'totp');
    const secret = await page.innerText('main code');
    await page.fill('#code', '000000');
    await look(page, await press(page, 'Add the app'), 'totp-wrong');
    await page.fill('#code', totp(secret));
    await press(page, 'Add the app');
    assert.match(await page.innerText('main'), /Added on \d{4}-/);
  });

  await t.test('recovery codes', async () => {
    await look(page, await press(page, 'Make recovery codes'), 'codes');
    codes = await page.locator('ol.codes code').allInnerTexts();
    assert.equal(codes.length, 10);
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download as text' }).click();
    assert.match((await saved).suggestedFilename(), /\.txt$/);
    await page.fill('#code', codes[3].slice(-4));
    await look(page, await press(page, 'I have stored them'), 'factors');
    assert.match(await page.innerText('main'), /10 of 10 left/);
  });

  await t.test('a rehearsal uses up a code and changes nothing else', async () => {
    await look(page, await press(page, 'Rehearse'), 'drill');
    await look(page, await password('Sign in'), 'drill-second');
    await page.fill('#code', codes[0]);
    await look(page, await press(page, 'Finish the rehearsal'), 'drilled');
    const [owner] = await house.list('/owners');
    assert.equal(owner.recovery_codes_left, 9);
    assert.equal(owner.days_since_drill, 0);
  });

  await t.test('the password alone lets nobody in', async () => {
    await page.goto(`${house.url}/`);
    await look(page, await press(page, 'Sign out'), 'signed-out');
    await page.goto(`${house.url}/owner`);
    await look(page, await password('Sign in'), 'second');
    await page.fill('#code', codes[0]);
    await look(page, await press(page, 'Sign in'), 'second-wrong');
    await page.fill('#code', codes[1]);
    await press(page, 'Sign in');
    assert.match(await page.innerText('main'), /sign out/i);
  });
  assert.deepEqual(complaints, [], 'nothing in the console');
});

test('links people are sent, without JavaScript', { timeout: 240_000 }, async (t) => {
  const house = await Doorward.open(t, { host: 'door.localhost' });
  const look = await reader(t, house);
  const organization = await addOrganization(house, 'Acme', 'acme');
  const { connection } = await addUpstream(t, house, organization, 'samlp', { host: 'idp.localhost' });
  await house.api('PATCH', `/organizations/${organization.id}`, { required_fields: [{ name: 'room', label: 'Room number' }] }, await match(house, organization.id, 'organizations'));
  const open = () => openChromium(t, { origins: [house.origin], javaScriptEnabled: false });
  const invite = (email) => house.api('POST', `/organizations/${organization.id}/invitations`, { email });

  await t.test('an invitation, and what the organization asks once', async () => {
    const { page, complaints } = await open();
    const { link } = await invite('carol@example.com');
    await look(page, await page.goto(link), 'invitation');
    await page.fill('#token', 'not one');
    await look(page, await press(page, 'Continue to sign-in'), 'invitation-wrong');
    await page.fill('#token', link);
    await press(page, 'Continue to sign-in');
    await look(page, await atProvider(page, 'carol'), 'profile');
    await page.getByLabel('Room number').fill('12');
    await look(page, await press(page, 'Continue'), 'home');
    assert.match(await page.innerText('main'), /Carol Example|carol@example\.com/);
    assert.deepEqual(complaints, []);
  });

  await t.test('a password of one\'s own', async () => {
    const { page, complaints } = await open();
    const user = await house.api('POST', '/users', { organization: organization.id, email: 'pat@elsewhere.example', name: 'Pat' });
    const { link } = await house.api('POST', `/users/${user.id}/password-link`, {});
    await look(page, await page.goto(link), 'password-link');
    await page.fill('#token', token(link));
    await page.fill('#password', 'short');
    await look(page, await press(page, 'Set password'), 'password-link-wrong');
    await page.fill('#token', token(link));
    await page.fill('#password', CHOSEN);
    await look(page, await press(page, 'Set password'), 'password-set');
    const signIn = await page.getByRole('link', { name: 'Sign in' }).getAttribute('href');
    await look(page, await page.goto(new URL(signIn, house.url).href), 'password');
    await page.fill('#email', 'pat@elsewhere.example');
    await page.fill('#password', CHOSEN);
    await look(page, await press(page, 'Sign in'), 'password-profile');
    await page.getByLabel('Room number').fill('14');
    await press(page, 'Continue');
    assert.match(await page.innerText('main'), /pat@elsewhere\.example[\s\S]*sign out/i);
    assert.deepEqual(complaints, []);
  });

  await t.test('a link that sets a connection up', async () => {
    const { page, complaints } = await open();
    const made = await house.api('POST', '/connections', { organization: organization.id, name: 'Another', protocol: 'saml' });
    const { url } = await house.api('POST', `/connections/${made.id}/setup-links`, {});
    await look(page, await page.goto(url), 'setup-link');
    await page.fill('#token', 'not one');
    await look(page, await press(page, 'Begin'), 'setup-link-wrong');
    // The whole address is as good as the part it asks for.
    await page.fill('#token', url);
    await look(page, await press(page, 'Begin'), 'setup-task');
    assert.ok((await page.innerText('main')).includes(made.service_provider.acs_url));
    assert.deepEqual(complaints, []);
  });

  await t.test('the report of a test', async () => {
    const { page, complaints } = await open();
    const { url } = await house.api('POST', `/connections/${connection.id}/test`, { revision: 'live' });
    await look(page, await page.goto(url), 'test-link');
    await press(page, 'Start the test');
    await look(page, await atProvider(page, 'alice'), 'test-report');
    assert.equal(new URL(page.url()).pathname, '/login/test/report');
    assert.deepEqual(complaints, []);
  });

  await t.test('with JavaScript the token moves into its field, and out of the address', async (t2) => {
    const { page, complaints } = await openChromium(t2, { origins: [house.origin] });
    for (const address of ['/invitation', '/password', '/setup-link', '/owner/link']) {
      await page.goto(`${house.url}${address}#a-token-of-some-length`);
      assert.equal(await page.inputValue('#token'), 'a-token-of-some-length', address);
      assert.ok(!page.url().includes('#'), page.url());
    }
    assert.deepEqual(complaints, []);
  });
});
