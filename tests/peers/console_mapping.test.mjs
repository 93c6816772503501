// In the console: what ends when, and which groups give which roles.
import assert from 'node:assert/strict';
import test from 'node:test';
import { enterConsole, look, openConsole, resize } from './support/console.mjs';
import { Doorward } from './support/doorward.mjs';
import { addOrganization, addUpstream } from './support/house.mjs';
import { soon } from './support/soon.mjs';

test('expiries and groups in the console', { timeout: 240_000 }, async (t) => {
  const house = await Doorward.open(t, { host: 'door.localhost' });
  const organization = await addOrganization(house, 'Acme GmbH', 'acme');
  const { connection } = await addUpstream(t, house, organization, 'samlp', { host: 'idp.localhost' });
  const config = { issuer: 'https://login.example.com', client_id: 'doorward', client_secret: 'a secret that ends' };
  const made = { organization: organization.id, protocol: 'oidc', config };
  await house.api('POST', '/connections', { ...made, name: 'No end known' });
  const ends = { ...config, client_secret_expires_at: '2027-11-30T00:00:00Z' };
  await house.api('POST', '/connections', { ...made, name: 'Company account', config: ends });
  await house.api('POST', `/organizations/${organization.id}/roles`, { name: 'Editor' });
  const place = `/organizations/${organization.id}`;
  const { page, assertQuiet } = await openConsole(t, house);
  await enterConsole(page, house, `${place}/expiries`);

  await t.test('certificates and secrets on one line of time, and in a table', async () => {
    await page.getByRole('rowheader', { name: /samlp/ }).waitFor();
    await look(page, 'expiries');
    await soon(async () => assert.equal(await page.locator('tbody tr').count(), 3));
    for (const width of [320, 375]) {
      await resize(page, width);
      const row = page.getByRole('row').filter({ hasText: 'samlp' });
      const cells = await row.getByRole('cell').evaluateAll((all) => all.map((each) => each.getBoundingClientRect()).map(({ top, width }) => ({ top, width })));
      assert.equal(new Set(cells.map(({ top }) => top)).size, 3, `each below the other at ${width}`);
      assert.ok(cells.every((cell) => cell.width > width / 2), JSON.stringify(cells));
      await soon(async () => assert.match(await row.innerText(), /From\s[\s\S]*Until\s[\s\S]*State\s/));
    }
    await resize(page, 1440);
    await soon(async () => assert.match(await page.locator('tbody tr').last().innerText(), /End not known[\s\S]*Enter its end/));
  });

  await t.test('a group gives a role, after a look at whom that concerns', async () => {
    await page.goto(`${house.url}/console${place}/connections/${connection.id}/roles`);
    await page.getByText('No group gives a role yet.').waitFor();
    await page.getByRole('button', { name: 'Add to the list' }).click();
    await page.getByText('Enter a group.').first().waitFor();
    await page.getByLabel('Group', { exact: true }).fill('editors');
    await page.getByLabel('Role', { exact: true }).selectOption('Editor');
    await page.getByRole('button', { name: 'Add to the list' }).click();
    await page.getByText('Nothing would change for anybody.').waitFor();
    await look(page, 'mapping-preview');
    await page.getByRole('button', { name: 'Save the groups' }).click();
    await page.getByText('The groups were saved').waitFor();
    const { mappings } = await house.api('GET', `/connections/${connection.id}/role-mappings`);
    assert.deepEqual(mappings.map(({ group, role_name }) => [group, role_name]), [['editors', 'Editor']]);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('The groups are as before').waitFor();
    await page.getByText('No group gives a role yet.').waitFor();
  });
  assertQuiet();
});
