// Requiring single sign-on in the console: refused, mended item by item, switched on, taken back;
// and the owners whom it never concerns.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Browser } from './support/browser.mjs';
import { Doorward, OWNER } from './support/doorward.mjs';
import { enterConsole, look, openConsole, settled } from './support/console.mjs';
import { addOrganization, addUpstream, passed } from './support/house.mjs';
import { soon } from './support/soon.mjs';
import { Owner } from './support/story.mjs';

test('owners and enforcement in the console', { timeout: 300_000 }, async (t) => {
  const house = await Doorward.open(t, { host: 'door.localhost' });
  const organization = await addOrganization(house, 'Acme GmbH', 'acme');
  const { connection } = await addUpstream(t, house, organization, 'oidc-provider', { host: 'idp.localhost' });
  for (const name of ['Pat', 'Quinn']) {
    await house.api('POST', '/users', { organization: organization.id, email: `${name}@example.com`, name });
  }
  const at = `/organizations/${organization.id}`;
  const { page, assertQuiet } = await openConsole(t, house);
  const dialog = page.getByRole('dialog');
  const button = (name) => page.getByRole('button', { name, exact: true });
  let owner;

  await t.test('an owner is made, with a link that is shown once', async () => {
    await enterConsole(page, house, `${at}/owners`);
    await page.getByText('There is no owner.').waitFor();
    await page.getByRole('link', { name: 'Make owner' }).first().click();
    await page.getByLabel('Who', { exact: true }).selectOption('person');
    await button('Make owner').click();
    await page.getByText('Search, and choose a person.').first().waitFor();
    await look(page, 'owner-new-wrong');
    await page.getByLabel('Who', { exact: true }).selectOption('someone');
    await page.getByLabel('Address', { exact: true }).fill('root@acme.example');
    await page.getByLabel('Name', { exact: true }).fill('Root of Acme');
    await button('Make owner').click();
    const link = await page.locator('.copyable code').innerText();
    await look(page, 'owner-link');
    await button('I have sent or copied it').click();
    await page.getByRole('heading', { name: 'Root of Acme' }).waitFor();
    assert.doesNotMatch(await page.innerText('main'), new RegExp(link.split('#')[1]));
    const [{ id }] = await house.list(`/owners?organization=${organization.id}`);
    owner = new Owner(house, { id, email: 'root@acme.example', password: OWNER.password });
    const way = page.getByRole('region', { name: 'Rehearse the way in' });
    await way.getByText(/first one of them sets a password and adds a second factor/).waitFor();
    await owner.setPassword(link);
    // The password alone lets in, and is not what a rehearsal is about.
    await way.getByRole('button', { name: 'Check again' }).click();
    await way.getByText(/first one of them adds a second factor/).waitFor();
    await way.getByRole('button', { name: 'Start a rehearsal' }).waitFor({ state: 'detached' });
    await look(page, 'owners-unarmed');
  });

  await t.test('the list says what is missing, and the button waits for it', async () => {
    await page.goto(`${house.url}/console${at}/enforcement`);
    await page.getByText('checks are not passed').waitFor();
    await page.getByRole('heading', { name: 'Before it can be required' }).waitFor();
    await soon(async () => assert.ok(await button('Require single sign-on for Acme GmbH').isDisabled()));
    await page.getByText(/Those who have not signed in through it yet/).click();
    await page.getByRole('link', { name: 'Quinn' }).waitFor();
    // What is not known is marked by what the API says of it, not by its words: neither passed nor in the way.
    const { checks } = await house.api('GET', `/organizations/${organization.id}/enforcement`);
    const unknown = checks.filter(({ known }) => !known);
    assert.ok(unknown.some(({ name }) => name === 'lasting') && unknown.every(({ passed }) => passed), JSON.stringify(unknown));
    const notes = page.getByRole('listitem').filter({ hasText: 'Not known, and not in the way' });
    await notes.first().waitFor();
    await soon(async () => assert.equal(await notes.count(), unknown.length));
    await look(page, 'enforcement-refused');
    await page.getByRole('link', { name: 'Open the owners' }).click();
    await page.getByRole('heading', { name: 'Owners', level: 1 }).waitFor();
  });

  await t.test('the way in is rehearsed', async () => {
    await button('Check again').waitFor();
    await owner.arm();
    await button('Check again').click();
    await button('Start a rehearsal').click();
    const url = await page.getByRole('link', { name: 'Go through the rehearsal in a new tab' }).getAttribute('href');
    await look(page, 'owners-rehearsal');
    assert.match((await owner.knock(await owner.browser.open(url))).text, /Rehearsal passed/);
    await button('I am back: show how it is now').click();
    await page.getByText(/today, next within 90 days/).waitFor();
    await look(page, 'owners');
  });

  await t.test('the test in the owner’s browser is the last item', async () => {
    await page.goto(`${house.url}/console${at}/enforcement`);
    await button(`Test ${connection.name}`).click();
    const test = await page.getByRole('link', { name: 'Run the test in a new tab' }).getAttribute('href');
    assert.ok(passed(await owner.browser.signIn(test, 'maria')));
    await button('Check again').click();
    await page.getByText('Nothing stands in the way.').waitFor();
  });

  await t.test('it is required once the name is typed, from a later moment on', async () => {
    await page.getByLabel('From when on').selectOption('later');
    await button('Require single sign-on for Acme GmbH').click();
    await page.getByText('Give a day and a time.').first().waitFor();
    const day = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10);
    await page.getByLabel('Day and time').fill(`${day}T08:00`);
    await look(page, 'enforcement-ready');
    await button('Require single sign-on for Acme GmbH').click();
    await look(page, 'enforcement-ask');
    await dialog.getByText(/comes into force on .*password go on until they end/).waitFor();
    await dialog.getByLabel('Type Acme GmbH to confirm').fill('Acme GmbH');
    await dialog.getByRole('button', { name: 'Require single sign-on for Acme GmbH' }).click();
    await page.getByText('Required from a later moment on:').waitFor();
    await soon(async () => assert.equal((await house.api('GET', `${at}/enforcement`)).mode, 'required'));
  });

  await t.test('one press takes it back; at once it is in force at once', async () => {
    await button('Stop requiring it').click();
    await page.getByText('Single sign-on is optional again').waitFor();
    // What is said no longer contradicts what was said before.
    await page.getByText('Single sign-on is required for Acme GmbH').waitFor({ state: 'detached' });
    await soon(async () => assert.equal((await house.api('GET', `${at}/enforcement`)).mode, 'optional'));
    await page.getByLabel('From when on').selectOption('now');
    await button('Require single sign-on for Acme GmbH').click();
    await dialog.getByLabel('Type Acme GmbH to confirm').fill('Acme GmbH');
    await dialog.getByRole('button', { name: 'Require single sign-on for Acme GmbH' }).click();
    await page.getByText('Required: people sign in only through').waitFor();
    await page.waitForFunction(() => /^H[12]$/.test(document.activeElement?.tagName ?? ''));
    await page.getByRole('heading', { name: 'What it rests on' }).waitFor();
    await page.getByRole('heading', { name: 'Before it can be required' }).waitFor({ state: 'detached' });
    await look(page, 'enforcement-required');
  });

  await t.test('whoever signs in at the owner’s door meanwhile is announced until it is read', async () => {
    await owner.enter(new Browser());
    await page.goto(`${house.url}/console${at}/owners`);
    const notice = page.getByRole('heading', { name: 'Root of Acme signed in at the owner’s door' });
    await notice.waitFor();
    await look(page, 'owners-notice');
    await page.getByRole('button', { name: /^I have read this/ }).click();
    await notice.waitFor({ state: 'detached' });
  });

  await t.test('the last owner stays; the installation sees them all', async () => {
    await button('No longer an owner: Root of Acme').click();
    await dialog.getByLabel('Type Root of Acme to confirm').fill('Root of Acme');
    await dialog.getByRole('button', { name: 'No longer an owner' }).click();
    await dialog.getByRole('heading', { name: 'There is a problem' }).waitFor();
    await look(page, 'owner-last');
    await page.keyboard.press('Escape');
    await page.goto(`${house.url}/console/owners`);
    await settled(page);
    await page.getByRole('heading', { name: OWNER.name }).waitFor();
    await page.getByRole('heading', { name: 'Root of Acme' }).waitFor();
    await look(page, 'owners-all');
  });

  assertQuiet();
});
