// Home and organizations in the console, with something in them: lists in pieces and by search,
// from one to another, settings taken back, and a deletion that has to be meant.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Doorward } from './support/doorward.mjs';
import { enterConsole, look, openConsole, settled } from './support/console.mjs';
import { addOrganization, addUpstream } from './support/house.mjs';
import { soon } from './support/soon.mjs';

test('organizations in the console', { timeout: 240_000 }, async (t) => {
  const house = await Doorward.open(t, { host: 'door.localhost' });
  const organization = await addOrganization(house, 'Acme GmbH', 'acme');
  await addUpstream(t, house, organization, 'samlp', { host: 'idp.localhost' });
  await house.api('POST', '/connections', { organization: organization.id, name: 'Half done', protocol: 'oidc' });
  await house.api('PUT', `/organizations/${organization.id}/domains/acme.example`);
  for (let n = 1; n <= 60; n += 1) await addOrganization(house, `Customer ${n} Ltd`, `customer-${n}`);

  const { page, assertQuiet } = await openConsole(t, house);
  await enterConsole(page, house);

  await t.test('home and the organization, with something to show', async () => {
    await page.goto(`${house.url}/console/`);
    await look(page, 'home');
    await soon(async () => assert.match(await page.innerText('main'), /Half done/));
    await page.goto(`${house.url}/console/organizations/${organization.id}`);
    await look(page, 'organization');
    await page.getByRole('button', { name: 'Copy Login address' }).click();
    await page.getByText('Copied').or(page.getByText('did not allow')).first().waitFor();
  });

  await t.test('organizations in pieces, and by search', async () => {
    await page.goto(`${house.url}/console/organizations`);
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Page 2').waitFor();
    await page.getByRole('link', { name: 'Customer 60 Ltd' }).waitFor();
    await look(page, 'organizations');
    await page.getByLabel('Search by name, path or domain').fill('acme.exa');
    await page.waitForURL('**/organizations?q=acme.exa');
    await page.getByRole('link', { name: 'Customer 60 Ltd' }).waitFor({ state: 'detached' });
    await soon(async () => assert.deepEqual(await page.locator('tbody th a').allInnerTexts(), ['Acme GmbH']));
    await soon(async () => assert.match(await page.locator('tbody tr').innerText(), /1 of 2 live[\s\S]*Optional/));
    await page.getByLabel('Search by name, path or domain').fill('nobody');
    await page.getByText('Nothing was found for “nobody”.').waitFor();
    await page.reload();
    await page.getByText('Nothing was found for “nobody”.').waitFor();
    await look(page, 'organizations-none');
  });

  await t.test('from one organization to another by its name', async () => {
    const search = async () => {
      await page.getByRole('combobox', { name: 'Organization' }).click();
      await page.keyboard.type('customer 42');
      await page.getByRole('option', { name: 'Customer 42 Ltd' }).waitFor();
    };
    await search();
    await look(page, 'switcher');
    // Narrow, the switcher is behind the menu: what was open there is closed.
    await page.reload();
    await settled(page);
    await search();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Customer 42 Ltd', level: 1 }).waitFor();
  });

  await t.test('settings are saved, taken back, and refused when somebody else was faster', async () => {
    await page.getByRole('link', { name: 'Settings', exact: true }).last().click();
    await page.getByLabel('Name', { exact: true }).fill('Customer 42 SE');
    await page.getByRole('button', { name: 'Save settings' }).click();
    await page.getByText('The settings were saved').waitFor();
    await look(page, 'organization-settings');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('The settings are as before').waitFor();
    await soon(async () => assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'Customer 42 Ltd'));
    const [mine] = (await house.api('GET', '/organizations?q=customer-42')).items;
    await house.api('PATCH', `/organizations/${mine.id}`, { name: 'Theirs' }, { 'if-match': '*' });
    await page.getByLabel('Name', { exact: true }).fill('Mine');
    await page.getByRole('button', { name: 'Save settings' }).click();
    await page.getByText('Somebody else has changed this meanwhile').waitFor();
    assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'Mine', 'what was typed stays');
    await page.reload();
    await settled(page);
  });

  await t.test('an organization is deleted only when its name is typed', async () => {
    await page.getByRole('button', { name: 'Delete organization' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete Theirs?' });
    await dialog.getByLabel('Type Theirs to confirm').fill('Thiers');
    await dialog.getByRole('button', { name: 'Delete organization' }).click();
    await dialog.getByText('Type exactly “Theirs”.').first().waitFor();
    await look(page, 'organization-delete');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await soon(async () => assert.equal(await page.evaluate(() => document.activeElement?.textContent?.trim()), 'Delete organization', 'the focus is back'));
    await page.getByRole('button', { name: 'Delete organization' }).click();
    await dialog.getByLabel('Type Theirs to confirm').fill('Theirs');
    await dialog.getByRole('button', { name: 'Delete organization' }).click();
    await page.getByText('Theirs was deleted').waitFor();
  });

  assertQuiet();
});
