// How the installation is set: what is changed holds at once, is taken back, and is refused where
// it cannot be; keys are brought forward; what would follow a change of the address.
import assert from 'node:assert/strict';
import test from 'node:test';
import { enterConsole, look, openConsole, resize, settled } from './support/console.mjs';
import { Doorward } from './support/doorward.mjs';
import { addOrganization } from './support/house.mjs';
import { soon } from './support/soon.mjs';

test('settings of the installation', { timeout: 120_000 }, async (t) => {
  const house = await Doorward.open(t, { host: 'door.localhost', settings: ['--session-absolute-minutes', '600'] });
  const organization = await addOrganization(house, 'Acme GmbH', 'acme');
  const made = await house.api('POST', '/connections', { organization: organization.id, name: 'Okta', protocol: 'saml' });
  const { page, assertQuiet } = await openConsole(t, house);
  await enterConsole(page, house, '/settings');
  const idle = page.getByLabel('Minutes after which a session that is not used ends');
  const kept = page.getByLabel('Days for which sign-ins and their traces are kept');
  const save = () => page.getByRole('button', { name: 'Save settings' }).click();
  const stored = (name) => house.api('GET', '/settings').then((settings) => settings[name]);

  await t.test('it says what holds, and what was told at start', async () => {
    await soon(async () => assert.equal(await idle.inputValue(), '60'));
    await soon(async () => assert.match(await page.innerText('main'), /A session ends at the latest after\s+10 hours, set by the option --session-absolute-minutes/));
    assert.equal(await page.getByLabel(/ends at the latest/).count(), 0, 'and does not offer to change that');
    await page.getByText('Signs now').first().waitFor();
    await settled(page);
    await look(page, 'settings');
  });

  await t.test('a change holds at once, and is taken back', async () => {
    await idle.fill('30');
    await page.getByText('That is 30 minutes.').waitFor();
    await save();
    await page.getByText('The settings were saved').waitFor();
    assert.equal(await stored('session_idle_seconds'), 1800);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('The settings are as before').waitFor();
    assert.equal(await stored('session_idle_seconds'), 3600);
    await soon(async () => assert.equal(await idle.inputValue(), '60'));
  });

  await t.test('what cannot be is said at its field, and nothing typed is lost', async () => {
    await idle.fill('700');
    await save();
    await page.getByRole('alert').getByText(/than it lasts at the latest/).waitFor();
    await soon(async () => assert.equal(await idle.inputValue(), '700'));
    await idle.fill('');
    await save();
    await page.getByRole('alert').getByText(/Give a whole number/).waitFor();
    await look(page, 'settings-refused');
    await idle.fill('60');
  });

  await t.test('what is removed for good has to be meant', async () => {
    await kept.fill('7');
    await save();
    await page.getByRole('alert').getByText(/it does not come back/).waitFor();
    assert.equal(await stored('attempt_retention_seconds'), 30 * 86_400);
    await page.getByLabel('Remove what is older than 7 days, for good').check();
    await save();
    await page.getByText('The settings were saved').waitFor();
    assert.equal(await stored('attempt_retention_seconds'), 7 * 86_400);
    assert.equal(await page.getByRole('button', { name: 'Undo' }).count(), 0, 'what was removed does not come back');
  });

  await t.test('the next keys are brought forward', async () => {
    await page.reload();
    await page.getByText('Comes next').first().waitFor();
    await page.getByRole('button', { name: 'Bring the next keys forward' }).click();
    const dialog = page.getByRole('dialog');
    await look(page, 'settings-keys');
    await dialog.getByRole('button', { name: 'Bring the next keys forward' }).click();
    await page.getByText('The next keys sign as soon as').waitFor();
    const { items } = await house.api('GET', '/signing-keys');
    const next = items.filter(({ state }) => state === 'next');
    assert.equal(next.length, 3);
    for (const { algorithm, created_at, signs_from } of next) {
      assert.equal(Date.parse(signs_from) - Date.parse(created_at), 86_400_000, algorithm);
    }
  });

  await t.test('what follows a change of the address', async () => {
    await page.getByText('What has to follow a change of it').first().click();
    await page.getByText(made.service_provider.acs_url).waitFor();
    await look(page, 'settings-address');
    await resize(page, 320);
    const { width } = await page.getByText(made.service_provider.acs_url).boundingBox();
    assert.ok(width > 180, `the addresses have the width of the card, not ${width}`);
    await resize(page, 1440);
  });
  assertQuiet();
});
