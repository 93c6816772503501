// Sign-ins in the console: found, narrowed, taken along, and one that failed read and put right
// from its trace.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { Browser } from './support/browser.mjs';
import { Doorward } from './support/doorward.mjs';
import { enterConsole, look, openConsole, settled } from './support/console.mjs';
import { activate, addApp, addOrganization, addUpstream } from './support/house.mjs';
import { soon } from './support/soon.mjs';

test('sign-ins in the console', { timeout: 240_000 }, async (t) => {
  const house = await Doorward.open(t, { host: 'door.localhost' });
  const { page, assertQuiet } = await openConsole(t, house);
  await enterConsole(page, house, '/sign-ins');

  await t.test('before there are any', async () => {
    await page.getByText('Nobody has signed in yet').waitFor();
    await look(page, 'sign-ins-empty');
  });

  const organization = await addOrganization(house, 'Acme GmbH', 'acme');
  const { peer, connection } = await addUpstream(t, house, organization, 'samlp', { host: 'idp.localhost' });
  const app = await addApp(t, house, 'openid-client', { host: 'app.localhost' });
  const { entity_id, acs_url } = connection.service_provider;
  const right = { sp_entity_id: entity_id, acs_url };
  const signIn = () => new Browser().signIn(app.login({ organization: 'acme' }), 'alice');
  const good = await signIn();
  assert.equal(good.status, 200, String(good));
  await house.api('POST', `/connections/${connection.id}/capture`);
  await peer.configure({ ...right, audience: 'https://new.example/sp' });
  const failed = await signIn();
  assert.ok(failed.reference, String(failed));

  await t.test('who tried, and did it work', async () => {
    await page.goto(`${house.url}/console/sign-ins`);
    await page.getByRole('row').filter({ hasText: failed.reference }).waitFor();
    await page.getByRole('row').filter({ hasText: 'Got in' }).getByText('Acme GmbH').waitFor();
    await look(page, 'sign-ins');
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download this page as CSV' }).click(),
    ]);
    const text = await readFile(await saved.path(), 'utf8');
    assert.match(text.split('\r\n')[1], new RegExp(`${failed.reference},refused,saml_audience_mismatch,.*Acme GmbH,samlp`));
  });

  await t.test('each link says whose sign-in it is, and names cost no call of their own', async () => {
    const calls = [];
    const note = (request) => calls.push(new URL(request.url()).pathname);
    page.on('request', note);
    await page.reload();
    const { name } = (await house.list('/users')).find((each) => each.organization === organization.id);
    await page.getByRole('link', { name: new RegExp(`^(this minute|\\d+ minutes? ago) \\(sign-in of ${name}, `) }).first().waitFor();
    await page.getByRole('link', { name: new RegExp(`\\(sign-in of somebody not known, .+, ${failed.reference}\\)$`) }).waitFor();
    await settled(page);
    page.off('request', note);
    const links = await page.locator('tbody th a').evaluateAll((all) => all.map((each) => each.textContent.replace(/\s+/g, ' ').trim()));
    assert.equal(new Set(links).size, links.length, JSON.stringify(links));
    const named = calls.filter((each) => /\/api\/v1\/(users|connections|apps|organizations)\/./.test(each));
    assert.deepEqual(named, [], 'the list brings the names');
  });

  await t.test('what is taken along is no formula, whichever sign a spreadsheet takes for the end of a cell', async () => {
    const hostile = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', 'a;=1', 'a,=1', 'a\t=1', 'a\n=1', 'a\r\n=1', 'a; \t=1',
      'a;;=1', 'a;"=1', '"=1', '＝1', 'a;－1', 'a\t\t@x'];
    const harmless = ['Acme; Sons, 1-2', 'a=b', 'R&D "east"', 'ann@acme.test'];
    const values = [...hostile, ...harmless];
    const [kept] = (await house.api('GET', '/attempts?names=true&limit=1')).items;
    const items = values.map((organization, index) => ({ ...kept, id: `row-${index}`, names: { ...kept.names, organization } }));
    await page.route('**/api/v1/attempts?*', (route) => route.fulfill({ json: { items, next: null } }));
    await page.reload();
    await page.locator('tbody tr').nth(values.length - 1).waitFor();
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download this page as CSV' }).click(),
    ]);
    await page.unroute('**/api/v1/attempts?*');
    const rows = readCsv(await readFile(await saved.path(), 'utf8'));
    const column = rows[0].indexOf('Organization');
    assert.equal(rows.length, values.length + 1);
    assert.ok(rows.every((row) => row.length === rows[0].length), 'no value is taken for two');
    rows.slice(1).forEach((row, index) => {
      const [value, cell] = [values[index], row[column]];
      if (index >= hostile.length) return assert.equal(cell, value, 'what is harmless stays as it is');
      assert.equal(cell.replaceAll("'", ''), value, 'nothing is lost');
      for (const part of cell.split(/[;,\t\r\n]/)) assert.doesNotMatch(part, /^[\s"]*[=+\-@＝＋－＠]/, JSON.stringify({ value, cell }));
    });
    await page.reload();
    await settled(page);
  });

  await t.test('narrowed by what is chosen, kept over a reload', async () => {
    await page.getByText('Filters', { exact: true }).click();
    await page.getByRole('combobox', { name: 'Organization', exact: true }).last().click();
    await page.keyboard.type('acm');
    await page.getByRole('option', { name: 'Acme GmbH' }).click();
    await page.getByLabel('Connection').selectOption({ label: 'samlp' });
    await page.getByLabel('Outcome').selectOption('admitted');
    await page.getByLabel('Tests', { exact: true }).selectOption('Without tests');
    await page.getByText('Not applied yet').waitFor();
    await look(page, 'sign-ins-filters');
    await page.getByRole('button', { name: 'Show sign-ins' }).click();
    await page.getByText(failed.reference, { exact: true }).waitFor({ state: 'detached' });
    await page.getByText('Not applied yet').waitFor({ state: 'detached' });
    await soon(async () => assert.equal(await page.locator('tbody tr').count(), 1));
    await page.reload();
    await settled(page);
    await soon(async () => assert.equal(await page.locator('tbody tr').count(), 1));
    await soon(async () => assert.equal(await page.getByRole('combobox', { name: 'Organization', exact: true }).last().inputValue(), 'Acme GmbH'));
    await page.getByLabel('Reason code').fill('oidc_nonce_mismatch');
    await page.getByRole('button', { name: 'Show sign-ins' }).click();
    await page.getByText('No sign-in fits these filters.').waitFor();
    await page.getByRole('main').getByRole('button', { name: 'Clear filters' }).last().click();
    await page.getByText(failed.reference, { exact: true }).waitFor();
    await page.getByLabel('Search by reference').fill(failed.reference.toUpperCase());
    await page.getByRole('row').filter({ hasText: 'Got in' }).waitFor({ state: 'detached' });
    await soon(async () => assert.equal(await page.locator('tbody tr').count(), 1));
  });

  await t.test('pieces that hold nothing are gone through', async () => {
    let asked = 0;
    await page.route('**/api/v1/attempts?*', async (route) => {
      asked += 1;
      if (asked > 2) return route.continue({ url: route.request().url().replace(/[?&]after=[^&]*/, '') });
      return route.fulfill({ json: { items: [], next: `piece-${asked}` } });
    });
    await page.goto(`${house.url}/console/organizations/${organization.id}/sign-ins`);
    await page.getByText(failed.reference, { exact: true }).waitFor();
    assert.equal(asked, 3);
    await page.unroute('**/api/v1/attempts?*');
    await page.route('**/api/v1/attempts?*', (route) => route.fulfill({ json: { items: [], next: 'more' } }));
    await page.reload();
    await page.getByText('None of the newest 5,000').waitFor();
    await soon(async () => assert.equal(await page.getByRole('button', { name: 'Next' }).isEnabled(), true));
    await page.unroute('**/api/v1/attempts?*');
    await page.reload();
    await settled(page);
  });

  await t.test('why it failed', async () => {
    await page.getByRole('row').filter({ hasText: failed.reference }).getByRole('link').click();
    await page.getByRole('heading', { name: `Sign-in ${failed.reference}` }).waitFor();
    await look(page, 'trace-refused');
    const open = page.locator('details[open]');
    await soon(async () => assert.equal(await open.count(), 1));
    await soon(async () => assert.match(await open.innerText(), /audience/));
    await soon(async () => assert.ok((await open.innerText()).includes('https://new.example/sp')));
    const sequence = page.getByRole('img', { name: /Sequence of this sign-in.*failed at step/ });
    await sequence.waitFor();
    // The lanes go by behind the words: in forced colours, too, where a halo would take the colour of the words.
    for (const forcedColors of ['none', 'active']) {
      await page.emulateMedia({ forcedColors });
      const styles = await sequence.locator('g text:not(.soft)').evaluateAll((all) => all.map((each) => getComputedStyle(each)).map(({ fill, stroke, paintOrder, strokeWidth }) => ({ fill, stroke, paintOrder, strokeWidth })));
      for (const { fill, stroke, paintOrder, strokeWidth } of styles) {
        assert.notEqual(fill, stroke, forcedColors);
        assert.deepEqual([paintOrder.split(' ')[0], strokeWidth], ['stroke', '7px']);
      }
      const out = await sequence.evaluate((svg) => [...svg.querySelectorAll('text')].map((each) => each.getBBox()).filter(({ x, width }) => x < 0 || x + width > svg.viewBox.baseVal.width).length);
      assert.equal(out, 0, 'no label is cut');
    }
    await page.emulateMedia({ forcedColors: 'none' });
    await soon(async () => assert.ok(await page.getByRole('img', { name: /Time window of the answer/ }).isVisible()));
    await soon(async () => assert.match(await page.innerText('main'), /failed here/i));
  });

  await t.test('personal values only when asked for, which is noted', async () => {
    const before = await page.innerText('main');
    assert.ok(!before.includes('alice@'), before);
    await page.getByRole('button', { name: 'Show personal values' }).click();
    await page.getByText('It was noted in the audit trail.').waitFor();
    await soon(async () => assert.match(await page.innerText('main'), /alice@/));
    await look(page, 'trace-revealed');
    const events = await house.api('GET', '/audit-events');
    assert.ok(events.items.some(({ action }) => /reveal/.test(action)), JSON.stringify(events.items.map(({ action }) => action)));
  });

  await t.test('judged again, put right in place, and it works', async () => {
    await page.getByRole('button', { name: 'Judge again' }).click();
    await page.getByText('It is still refused').waitFor();
    await page.getByRole('button', { name: 'Put it into the draft' }).click();
    await page.getByText('The change is in the draft of the connection').waitFor();
    await settled(page);
    await page.getByLabel('Judge with').selectOption('draft');
    await page.getByRole('button', { name: 'Judge again' }).click();
    await page.getByText('It passes now').waitFor();
    await look(page, 'trace-mended');
    await activate(house, connection.id);
    assert.equal((await signIn()).status, 200);
  });

  await t.test('one that worked, and one that is not there', async () => {
    const [{ reference }] = (await house.api('GET', '/attempts?outcome=admitted&limit=1')).items;
    await page.goto(`${house.url}/console/sign-ins/${reference}`);
    await page.getByRole('heading', { name: `Sign-in ${reference}` }).waitFor();
    await look(page, 'trace-admitted');
    assert.equal(await page.locator('details[open]').count(), 0);
    await page.goto(`${house.url}/console/sign-ins/0000-no-such-one`);
    await page.getByRole('alert').first().waitFor();
    await look(page, 'trace-unknown');
  });

  assertQuiet();
});

/** Rows of comma-separated values (RFC 4180). */
function readCsv(text) {
  const rows = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end !== ',') rows.push([]);
  }
  assert.deepEqual(rows.pop(), [], 'the last line ends');
  return rows;
}
