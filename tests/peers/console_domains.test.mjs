// Mail domains in the console: added, proved, taken, widened and removed; and those nobody can have.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Doorward } from './support/doorward.mjs';
import { enterConsole, look, openConsole, settled } from './support/console.mjs';
import { addOrganization } from './support/house.mjs';
import { soon } from './support/soon.mjs';

test('mail domains in the console', { timeout: 240_000 }, async (t) => {
  // Nothing answers at this address: that a record cannot be looked for is part of the story.
  const house = await Doorward.open(t, { host: 'door.localhost', settings: ['--dns-server', '127.0.0.1:9'] });
  const organization = await addOrganization(house, 'Acme GmbH', 'acme');
  const at = `/organizations/${organization.id}/domains`;
  const { page, assertQuiet } = await openConsole(t, house);
  await enterConsole(page, house, at);
  const dialog = page.getByRole('dialog');

  await t.test('a public mail domain is refused in the words of the API', async () => {
    await page.getByText('No domain yet').waitFor();
    await look(page, 'domains-empty');
    await page.getByRole('button', { name: 'Add domain' }).click();
    await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
    await page.getByLabel('Domain', { exact: true }).fill('gmail.com');
    await page.getByRole('button', { name: 'Add domain' }).click();
    const { json } = await house.call('PUT', `${at}/gmail.com`);
    await page.getByText(json.errors[0].detail).first().waitFor();
    await soon(async () => assert.equal(await page.getByLabel('Domain', { exact: true }).inputValue(), 'gmail.com'));
    await look(page, 'domains-refused');
  });

  await t.test('the record is to be copied, and looked for', async () => {
    await page.getByLabel('Domain', { exact: true }).fill('@Acme.example');
    await page.getByRole('button', { name: 'Add domain' }).click();
    await page.getByRole('heading', { name: 'acme.example', level: 1 }).waitFor();
    const { record } = await house.api('GET', `${at}/acme.example`);
    await soon(async () => assert.deepEqual(await page.locator('.copyable code').allInnerTexts(), [record.type, record.name, record.value]));
    await page.getByRole('button', { name: 'Look for the record now' }).click();
    await page.getByText(/: see below/).waitFor();
    const { last_check } = await house.api('GET', `${at}/acme.example`);
    await page.getByText(last_check.detail).waitFor();
    await look(page, 'domain-pending');
  });

  await t.test('what it covers is changed, and changed back', async () => {
    await page.getByRole('button', { name: 'Cover domains below it' }).click();
    await page.getByText('acme.example covers the domains below it').waitFor();
    await soon(async () => assert.equal((await house.api('GET', `${at}/acme.example`)).include_subdomains, true));
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Cover domains below it' }).waitFor();
    await soon(async () => assert.equal((await house.api('GET', `${at}/acme.example`)).include_subdomains, false));
  });

  await t.test('whoever runs the installation may take it as proved', async () => {
    await page.getByRole('button', { name: 'Accept domain' }).click();
    await look(page, 'domain-accept');
    await dialog.getByLabel('Type acme.example to confirm').fill('acme.example');
    await dialog.getByRole('button', { name: 'Accept domain' }).click();
    await page.getByText('Accepted by the operator').waitFor();
    await soon(async () => assert.equal((await house.api('GET', `${at}/acme.example`)).state, 'proved_by_operator'));
    await look(page, 'domain-accepted');
    await page.goto(`${house.url}/console${at}`);
    await look(page, 'domains');
  });

  await t.test('it is removed only when its name is typed', async () => {
    await page.getByRole('link', { name: 'acme.example' }).click();
    await settled(page);
    await page.getByRole('button', { name: 'Remove domain' }).click();
    await dialog.getByLabel('Type acme.example to confirm').fill('acme.example');
    await dialog.getByRole('button', { name: 'Remove domain' }).click();
    await page.getByText('No domain yet').waitFor();
    await soon(async () => assert.deepEqual(await house.list(at), []));
  });

  assertQuiet();
});
