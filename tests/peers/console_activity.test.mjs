// Sign-ins over time in the console: on the start page, on an organization's, and by connection.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Browser } from './support/browser.mjs';
import { enterConsole, look, openConsole } from './support/console.mjs';
import { Doorward } from './support/doorward.mjs';
import { addApp, addOrganization, addUpstream } from './support/house.mjs';
import { soon } from './support/soon.mjs';

test('sign-ins over time in the console', { timeout: 240_000 }, async (t) => {
  const house = await Doorward.open(t, { host: 'door.localhost' });
  const organization = await addOrganization(house, 'Acme GmbH', 'acme');
  const { peer, connection } = await addUpstream(t, house, organization, 'samlp', { host: 'idp.localhost' });
  const app = await addApp(t, house, 'openid-client', { host: 'app.localhost' });
  const { entity_id, acs_url } = connection.service_provider;
  const signIn = () => new Browser().signIn(app.login({ organization: 'acme' }), 'alice');
  for (let n = 0; n < 3; n += 1) assert.equal((await signIn()).status, 200);
  await peer.configure({ sp_entity_id: entity_id, acs_url, audience: 'https://new.example/sp' });
  await signIn();

  const { page, assertQuiet } = await openConsole(t, house);
  await enterConsole(page, house);

  await t.test('on the start page, with the causes of failures', async () => {
    await page.getByRole('img', { name: /3 people got in, 1 refused, and 1 test was run/ }).waitFor();
    await page.getByRole('img', { name: '1 with sign-ins, 1 with failures', exact: false }).waitFor();
    await look(page, 'home-activity');
    await page.getByRole('link', { name: 'The company\'s sign-in is set up for another address.' }).click();
    await page.waitForURL('**/sign-ins?code=saml_audience_mismatch&test=false&from=*');
    await page.getByRole('row').filter({ hasText: 'saml_audience_mismatch' }).waitFor();
    await soon(async () => assert.equal(await page.locator('tbody tr').count(), 1));
  });

  await t.test('of an organization, over a week, as a table', async () => {
    await page.goto(`${house.url}/console/organizations/${organization.id}`);
    await page.getByRole('img', { name: /3 people got in/ }).waitFor();
    // What is known begins in the only bar there is: a mark below it says where.
    const mark = page.locator('.since span');
    await mark.waitFor();
    const [{ x }, chart] = [await mark.boundingBox(), await page.locator('svg:has(.kept)').boundingBox()];
    assert.ok(x > chart.x + chart.width / 2 && x < chart.x + chart.width, `the mark is at ${x} of ${JSON.stringify(chart)}`);
    for (const colorScheme of ['dark', 'light']) {
      await page.emulateMedia({ colorScheme });
      const strokes = await page.evaluate(() => ['kept', 'beside'].map((name) => getComputedStyle(document.querySelector(`line.${name}`)).stroke));
      assert.notEqual(strokes[0], strokes[1], `the dashes are seen in ${colorScheme}`);
    }
    await look(page, 'organization-activity');
    await page.getByRole('button', { name: '7 days' }).click();
    await page.getByRole('button', { name: '7 days', pressed: true }).waitFor();
    await page.waitForFunction(() => document.querySelectorAll('svg pattern ~ g, svg defs ~ g').length > 26);
    await page.getByRole('button', { name: 'Show as a table' }).click();
    await page.getByRole('region', { name: 'Sign-ins over time, as a table' }).waitFor();
    await look(page, 'organization-activity-table');
    await page.getByRole('region', { name: 'Sign-ins over time, as a table' }).getByRole('link', { name: '3' }).click();
    await page.waitForURL('**/sign-ins?outcome=admitted&test=false&from=*');
    await page.getByRole('row').filter({ hasText: 'Got in' }).first().waitFor();
    await soon(async () => assert.equal(await page.locator('tbody tr').count(), 3));
  });

  assertQuiet();
});
