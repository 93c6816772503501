// The wizard of the console, to the end: a SAML provider that first answers for somebody else and
// is repaired in place, and an OpenID Provider whose values are typed.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startPeer } from './support/child.mjs';
import { enterConsole, look, openConsole, resize, seen, settled } from './support/console.mjs';
import { Doorward } from './support/doorward.mjs';
import { addOrganization } from './support/house.mjs';
import { soon } from './support/soon.mjs';
import { runTest } from './support/tests.mjs';

const next = (page) => page.getByRole('link', { name: /^Next:/ }).click();
const heading = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor();

test('a connection in the console, from its provider to its use', { timeout: 240_000 }, async (t) => {
  const house = await Doorward.open(t, { host: 'door.localhost' });
  const organization = await addOrganization(house, 'Acme GmbH', 'acme');
  const place = `/organizations/${organization.id}/connections`;
  // The login page of the OpenID Provider asks for a font.
  const peers = ['https://fonts.googleapis.com'];
  const { page, assertQuiet } = await openConsole(t, house, { peers });
  await enterConsole(page, house, place);

  await t.test('SAML: pasted, repaired where it failed, made live', async () => {
    const idp = await startPeer(t, 'samlp_idp.mjs', { host: 'idp.localhost' });
    peers.push(new URL(idp.base).origin);
    await page.getByRole('link', { name: 'Add connection' }).first().click();
    await heading(page, 'Connect an identity provider');
    await page.getByRole('button', { name: 'Create connection' }).click();
    await page.getByText('Choose a provider, or paste').waitFor();
    await page.getByLabel('Okta').check();
    await page.getByLabel('Protocol', { exact: true }).selectOption('saml');
    await look(page, 'wizard-provider');
    await page.getByRole('button', { name: 'Create connection' }).click();
    await heading(page, 'Copy these to Okta');
    const [made] = await house.list('/connections');
    const { acs_url, entity_id } = made.service_provider;
    await soon(async () => assert.ok((await page.innerText('main')).includes(acs_url)));
    await look(page, 'wizard-give');
    const marks = page.getByRole('navigation', { name: 'Steps' }).locator('.mark');
    for (const width of [320, 375, 700, 900, 1440]) {
      await resize(page, width);
      const places = await marks.evaluateAll((all) => all.map((each) => each.getBoundingClientRect()).map(({ top, left, right }) => ({ top, left, right })));
      assert.deepEqual(new Set(places.map(({ top }) => Math.round(top))).size, 1, `one row at ${width}`);
      places.slice(1).forEach(({ left }, index) => assert.ok(left > places[index].right, `none covers another at ${width}`));
      await soon(async () => assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, `not wider than ${width}`));
    }
    await page.getByRole('button', { name: 'I’m stuck' }).click();
    await look(page, 'wizard-stuck');
    // On a phone the way out is in sight, however long the list is.
    await resize(page, 375, 667);
    const stuck = page.getByRole('dialog', { name: 'Known to go wrong with Okta' });
    await page.waitForFunction(() => {
      const dialog = document.querySelector('[role=dialog]');
      const { top, bottom } = dialog.getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight && dialog.scrollHeight > dialog.clientHeight;
    });
    await soon(async () => assert.ok(await seen(stuck.getByRole('button', { name: 'Close' })), 'Close can be pressed as it is'));
    await stuck.getByRole('button', { name: 'Close' }).click();
    await stuck.waitFor({ state: 'detached' });
    await resize(page, 1440);
    await next(page);
    await heading(page, 'Copy these from Okta');

    const { metadata_url } = await idp.configure({ sp_entity_id: entity_id, audience: 'urn:somebody:else', acs_url });
    await page.getByLabel('Metadata address, metadata or certificate').fill('<html><body>Sign in</body></html>');
    await page.getByRole('button', { name: 'Read and save' }).click();
    await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
    await look(page, 'wizard-get-wrong');
    await page.getByLabel('Metadata address, metadata or certificate').fill(metadata_url);
    await page.getByRole('button', { name: 'Read and save' }).click();
    await heading(page, 'Let people in at Okta');
    await next(page);
    await heading(page, 'Test the sign-in');
    await runTest(page, 'Test the draft');
    await page.getByText('The test did not pass').first().waitFor();
    await settled(page);
    await look(page, 'wizard-test-failed');
    await page.getByRole('button', { name: 'Put this into the draft' }).first().click();
    await page.getByText('The draft was repaired').waitFor();

    // Left, and gone on with where it was.
    await page.goto(`${house.url}/console${place}/${made.id}`);
    await page.getByRole('link', { name: 'Go on setting it up' }).click();
    await heading(page, 'Test the sign-in');
    await runTest(page, 'Test the draft');
    await page.getByText('The test passed').first().waitFor();
    await settled(page);
    await next(page);
    await heading(page, 'What came, and what becomes of it');
    await page.getByText('What came in the last test').waitFor();
    await look(page, 'wizard-map');
    // Masked until somebody asks, and then it is on record who did.
    assert.doesNotMatch(await page.innerText('main'), /alice@example\.com/);
    await page.getByRole('button', { name: 'Show the values' }).click();
    await page.getByText('The values are shown').waitFor();
    await soon(async () => assert.match(await page.innerText('main'), /alice@example\.com/));
    await soon(async () => assert.ok((await house.list('/audit-events')).some(({ action }) => action === 'attempt.reveal')));
    await next(page);
    await heading(page, 'Make it live');
    await page.getByRole('button', { name: 'Make Okta live' }).click();
    await page.getByText('Okta is live').waitFor();
    const on = page.getByRole('region', { name: 'It is live' });
    await soon(async () => assert.match(await on.innerText(), new RegExp(`${house.url}/o/acme`)));
    await on.getByRole('link', { name: 'add an app' }).waitFor();
    await settled(page);
    await look(page, 'connection-turned-on');
    await soon(async () => assert.ok((await house.api('GET', `/connections/${made.id}`)).live));
  });

  await t.test('OpenID Connect: typed, with the day its secret ends', async () => {
    const op = await startPeer(t, 'oidc_provider.mjs', { host: 'op.localhost' });
    peers.push(new URL(op.base).origin);
    await page.goto(`${house.url}/console${place}/new`);
    await page.getByLabel('Another provider, over OpenID Connect').check();
    await page.getByLabel('Name', { exact: true }).fill('Company account');
    await page.getByRole('button', { name: 'Create connection' }).click();
    await heading(page, 'Copy these to the identity provider');
    const made = (await house.list('/connections')).find(({ name }) => name === 'Company account');
    const client = { client_id: 'doorward', client_secret: 'a secret of the test, long enough' };
    const { issuer } = await op.configure({ ...client, redirect_uris: made.redirect_uris });
    await look(page, 'wizard-give-oidc');
    await next(page);
    await page.getByLabel('Issuer', { exact: true }).fill(issuer);
    await page.getByLabel('Client ID', { exact: true }).fill(client.client_id);
    await page.getByLabel('Client secret', { exact: true }).fill(client.client_secret);
    await page.getByLabel(/^Day on which/).fill('2027-05-01');
    await look(page, 'wizard-get-oidc');
    // Nothing typed is lost without a word.
    await page.getByRole('link', { name: 'Mail domains' }).click();
    await page.getByRole('dialog', { name: 'Leave without saving?' }).waitFor();
    await look(page, 'wizard-leave');
    await page.getByRole('button', { name: 'Stay here' }).click();
    await soon(async () => assert.equal(await page.getByLabel('Issuer', { exact: true }).inputValue(), issuer));
    await page.goBack();
    await page.getByRole('dialog', { name: 'Leave without saving?' }).waitFor();
    await page.getByRole('button', { name: 'Leave', exact: true }).click();
    await heading(page, 'Copy these to the identity provider');
    // It goes on where it was left, not at its beginning.
    await next(page);
    await heading(page, 'Copy these from the identity provider');
    await page.getByRole('link', { name: 'Company account' }).click();
    await page.getByRole('link', { name: 'Go on setting it up' }).click();
    await heading(page, 'Copy these from the identity provider');
    await page.getByLabel('Issuer', { exact: true }).fill(issuer);
    await page.getByLabel('Client ID', { exact: true }).fill(client.client_id);
    await page.getByLabel('Client secret', { exact: true }).fill(client.client_secret);
    await page.getByLabel(/^Day on which/).fill('2027-05-01');
    await page.getByRole('button', { name: 'Save values' }).click();
    await heading(page, 'Let people in at the identity provider');
    await next(page);
    await runTest(page, 'Test the draft');
    await page.getByText('The test passed').first().waitFor();
    await next(page);
    await next(page);
    await page.getByRole('button', { name: 'Make Company account live' }).click();
    await page.getByText('Company account is live').waitFor();
  });
  assertQuiet();
});
