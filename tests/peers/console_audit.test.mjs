// The audit trail and the API tokens in the console.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { enterConsole, look, openConsole, resize, settled } from './support/console.mjs';
import { Doorward } from './support/doorward.mjs';
import { addOrganization, match } from './support/house.mjs';
import { soon } from './support/soon.mjs';

test('audit and tokens in the console', { timeout: 240_000 }, async (t) => {
  const house = await Doorward.open(t, { host: 'door.localhost' });
  const organization = await addOrganization(house, 'Acme GmbH', 'acme');
  await house.api('PATCH', `/organizations/${organization.id}`, { name: 'Acme SE' }, await match(house, organization.id, 'organizations'));
  const { page, assertQuiet } = await openConsole(t, house);
  await enterConsole(page, house, '/audit');

  await t.test('who changed what, with before and after', async () => {
    const row = page.getByRole('row').filter({ hasText: 'organization.update' });
    await row.getByText('Show the difference').click();
    await row.getByText('Acme GmbH').waitFor();
    await soon(async () => assert.match(await row.innerText(), /Before:.*Acme GmbH[\s\S]*After:.*Acme SE/));
    await look(page, 'audit');
    for (const width of [375, 800, 1440]) {
      await resize(page, width);
      const broken = await page.locator('tbody tr td:nth-child(3) code').evaluateAll((codes) => codes.flatMap((code) => [...code.childNodes])
        .filter((part) => part.nodeType === Node.TEXT_NODE && part.data.trim())
        .filter((part) => { const range = document.createRange(); range.selectNodeContents(part); return range.getClientRects().length > 1; })
        .map((part) => part.data));
      assert.deepEqual(broken, [], `codes break behind their dots only at ${width}`);
    }
    await resize(page, 1440);
    await page.getByRole('columnheader', { name: 'What was changed', exact: true }).waitFor();
    await page.getByRole('columnheader', { name: 'Action', exact: true }).waitFor();
    await page.getByLabel('Action', { exact: true }).selectOption('organization.update');
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1);
    const save = async (name) => {
      const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
      return readFile(await saved.path(), 'utf8');
    };
    const json = JSON.parse(await save('Download this page as JSON'));
    assert.deepEqual(json.map(({ action }) => action), ['organization.update']);
    const csv = await save('Download this page as CSV');
    assert.equal(csv.trim().split('\r\n').length, 2);
    assert.match(csv, /,organization\.update,[^,]+,Acme SE,/, 'what it was done to by name');
    await page.reload();
    await settled(page);
    await soon(async () => assert.equal(await page.locator('tbody tr').count(), 1, 'the filter stays in the address'));
    await page.getByLabel('What was changed', { exact: true }).fill('nosuchthing');
    await page.getByText('No entry fits these filters.').waitFor();
    await page.getByLabel('What was changed', { exact: true }).fill(organization.id);
    await page.getByRole('row').filter({ hasText: 'organization.update' }).waitFor();
    await page.getByLabel('Until').fill('2020-01-01T00:00');
    await page.getByText('No entry fits these filters.').waitFor();
    await page.getByLabel('Until').fill('');
    await page.getByRole('row').filter({ hasText: 'organization.update' }).waitFor();
    await page.getByLabel('In the entry').fill('nowhere');
    await page.getByText('Nothing was found for “nowhere”.').waitFor();
    await page.goto(`${house.url}/console/organizations/${organization.id}/audit`);
    await page.getByRole('row').filter({ hasText: 'organization.update' }).waitFor();
    await look(page, 'organization-audit');
  });

  await t.test('a token is shown once, works, and is revoked by its name', async () => {
    await page.getByRole('link', { name: 'API tokens' }).click();
    await page.getByLabel('What it is for').fill('Monitoring');
    // What is typed and not chosen would be a token for everything.
    await page.getByRole('combobox', { name: 'Only for one organization' }).click();
    await page.keyboard.type('Acme');
    await page.getByRole('option', { name: 'Acme SE' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Create token' }).click();
    await page.getByText('Choose one from the list, or empty the field.').first().waitFor();
    await soon(async () => assert.equal((await house.list('/tokens')).length, 1));
    await page.getByRole('combobox', { name: 'Only for one organization' }).click();
    await page.getByRole('option', { name: 'Acme SE' }).click();
    await page.getByRole('button', { name: 'Create token' }).click();
    const shown = page.getByRole('group', { name: 'API token' });
    await shown.waitFor();
    await look(page, 'tokens');
    const authorization = `Bearer ${await shown.locator('code').innerText()}`;
    const me = await house.call('GET', '/me', undefined, { authorization });
    assert.equal(me.json.organization, organization.id);
    await page.getByRole('button', { name: 'I have stored it' }).click();
    await shown.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Revoke Monitoring' }).click();
    const dialog = page.getByRole('dialog', { name: 'Revoke the token Monitoring?' });
    await dialog.getByLabel('Type Monitoring to confirm').fill('Monitoring');
    await dialog.getByRole('button', { name: 'Revoke Monitoring' }).click();
    await page.getByText('The token Monitoring was revoked').waitFor();
    assert.equal((await house.call('GET', '/me', undefined, { authorization })).status, 401);
  });

  assertQuiet();
});
