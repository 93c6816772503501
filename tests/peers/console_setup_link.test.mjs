// A colleague without an account sets a connection up in the console, in a browser of their own: by
// a link, step by step, from the provider's name to the test that passes. Whoever made the link
// turns it on. Then links that are over, in the midst of it.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { request } from './support/browser.mjs';
import { run, startPeer } from './support/child.mjs';
import { enterConsole, look, openConsole, settled } from './support/console.mjs';
import { Doorward, OWNER } from './support/doorward.mjs';
import { addOrganization } from './support/house.mjs';
import { soon } from './support/soon.mjs';
import { runTest } from './support/tests.mjs';

const next = (page) => page.getByRole('link', { name: /^Next:/ }).click();
const heading = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor();

/** Opens a link as its holder does: the page, its button, the way into the console. */
async function openLink(page, url) {
  await page.goto(url);
  await page.getByRole('button', { name: 'Begin' }).click();
  await page.getByRole('link', { name: 'Go on step by step' }).click();
  await settled(page);
}

/** What the browser at the page gets from the API. */
async function asks(page, address) {
  const url = new URL(`/api/v1${address}`, page.url()).href;
  const cookies = await page.context().cookies(url);
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  return (await request(url, { headers: { cookie } })).status;
}

test('the wizard over a set-up link, in another browser', { timeout: 300_000 }, async (t) => {
  const house = await Doorward.open(t, { host: 'door.localhost' });
  const organization = await addOrganization(house, 'Acme GmbH', 'acme');
  const place = `/organizations/${organization.id}/connections`;
  const idp = await startPeer(t, 'samlp_idp.mjs', { host: 'idp.localhost' });
  const peers = [new URL(idp.base).origin];
  const olive = await openConsole(t, house, { peers });
  const ida = await openConsole(t, house, { peers });
  let made;

  await t.test('the owner begins, and hands the rest over', async () => {
    const { page } = olive;
    await enterConsole(page, house, place);
    await page.getByRole('link', { name: 'Add connection' }).first().click();
    await page.getByLabel('Okta').check();
    await page.getByLabel('Protocol', { exact: true }).selectOption('saml');
    await page.getByRole('button', { name: 'Create connection' }).click();
    await heading(page, 'Copy these to Okta');
    [made] = await house.list('/connections');
    await page.getByText('New set-up link').click();
    await page.getByLabel(/^For whom/).fill('Ida of IT');
    await page.getByRole('button', { name: 'Make link' }).click();
    await look(page, 'wizard-hand-over');
    made.link = await page.getByText(/setup-link#/).innerText();
  });

  await t.test('the colleague is told who asks what, and sees nothing else', async () => {
    const { page } = ida;
    await openLink(page, made.link.trim());
    await heading(page, 'Which provider is it?');
    const frame = page.locator('header');
    await frame.getByText(`${OWNER.name} asks you to prepare Okta for Acme GmbH.`).waitFor();
    await frame.getByText(/Your link ends in (6|7) days/).waitFor();
    assert.equal(await page.locator('nav[aria-label="Main navigation"]').count(), 0);
    await look(page, 'link-provider');
    for (const elsewhere of ['/', place, `${place}/${made.id}`, '/sign-ins', '/settings']) {
      await page.goto(`${house.url}/console${elsewhere}`);
      await page.waitForURL(`${house.url}/console/setup-link/**`);
    }
    for (const refused of ['/organizations', '/attempts', '/users', `/organizations/${organization.id}`, `/connections/${made.id}/setup-links`]) {
      assert.equal(await asks(page, refused), 403, refused);
    }
  });

  await t.test('from the provider to a test that passes, repaired in place', async () => {
    const { page } = ida;
    await page.getByRole('button', { name: 'Next: Copy to provider' }).click();
    await page.getByText('Choose a provider, or paste').waitFor();
    await page.getByLabel('Okta').check();
    await page.getByRole('button', { name: 'Next: Copy to provider' }).click();
    await heading(page, 'Copy these to Okta');
    const { acs_url, entity_id } = made.service_provider;
    await soon(async () => assert.ok((await page.innerText('main')).includes(acs_url)));
    await look(page, 'link-give');
    await next(page);
    await heading(page, 'Copy these from Okta');
    const { metadata_url } = await idp.configure({ sp_entity_id: entity_id, audience: 'urn:somebody:else', acs_url });
    await page.getByLabel('Metadata address, metadata or certificate').fill(metadata_url);
    await page.getByRole('button', { name: 'Read and save' }).click();
    await heading(page, 'Let people in at Okta');
    await next(page);
    await runTest(page, 'Test the draft');
    await page.getByText('The test did not pass').first().waitFor();
    await look(page, 'link-test-failed');
    await page.getByRole('button', { name: 'Put this into the draft' }).first().click();
    await page.getByText('The draft was repaired').waitFor();
    // Left, and gone on with where it was.
    await page.goto(`${house.url}/setup-link`);
    await page.getByRole('link', { name: 'Go on step by step' }).click();
    await heading(page, 'Test the sign-in');
    await runTest(page, 'Test the draft');
    await page.getByText('The test passed').first().waitFor();
    await settled(page);
    await look(page, 'link-test-passed');
    // What came of it is remembered here.
    await page.reload();
    await page.getByText('The test passed').first().waitFor();
    await next(page);
    await heading(page, 'What came, and what becomes of it');
    await page.getByText('What came in the last test').waitFor();
    await look(page, 'link-map');
    await next(page);
    await heading(page, 'Say that all is done');
    assert.equal(await page.getByRole('button', { name: /make .* live/i }).count(), 0);
    await look(page, 'link-done');
    await page.getByRole('button', { name: 'All is done' }).click();
    await page.getByRole('heading', { name: 'All is done here' }).waitFor();
    assert.equal(await asks(page, '/me'), 401, 'the link is over');
    assert.equal((await house.api('GET', `/connections/${made.id}`)).live, null, 'and nothing is live');
  });

  await t.test('the owner goes on where the colleague ended, and turns it on', async () => {
    const { page } = olive;
    await page.goto(`${house.url}/console${place}/${made.id}`);
    await page.getByText('Finished').waitFor();
    await page.getByRole('link', { name: 'Go on setting it up' }).click();
    await heading(page, 'Make it live');
    await page.getByRole('button', { name: 'Make Okta live' }).click();
    await page.getByText('Okta is live').waitFor();
    await soon(async () => assert.ok((await house.api('GET', `/connections/${made.id}`)).live));
  });

  await t.test('a link that is revoked ends at once, and says who makes another', async () => {
    const { page } = ida;
    const link = await house.api('POST', `/connections/${made.id}/setup-links`, {});
    await openLink(page, link.url);
    await heading(page, 'Copy these from Okta');
    await house.api('DELETE', `/connections/${made.id}/setup-links/${link.id}`);
    await page.getByLabel('Metadata address, metadata or certificate').fill('https://idp.example');
    await page.getByRole('button', { name: 'Read and save' }).click();
    const dialog = page.getByRole('dialog', { name: 'You cannot go on with this link' });
    await dialog.getByText(/owner or administrator of Acme GmbH/).waitFor();
    await look(page, 'link-over');
    await page.goto(`${house.url}/console/setup-link/get`);
    await page.waitForURL(`${house.url}/setup-link`);
    await page.getByRole('heading', { name: 'Your link is over' }).waitFor();
    await soon(async () => assert.match(await page.innerText('main'), /Ask any owner or administrator of Acme GmbH/));
  });

  await t.test('so does one that ran out', async () => {
    const { page } = ida;
    const link = await house.api('POST', `/connections/${made.id}/setup-links`, {});
    await openLink(page, link.url);
    // A moment ago: one that ran out long ago is forgotten by the minute's housekeeping.
    const change = 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1], timeout=20); c.execute("UPDATE setup_links SET expires_at = ? WHERE id = ?", (int(sys.argv[3]), sys.argv[2])); c.commit()';
    await run('python3', ['-c', change, path.join(house.data, 'doorward.db'), link.id, String(Date.now() - 1_000)]);
    assert.equal(await asks(page, `/connections/${made.id}`), 401);
    await page.reload();
    await page.getByRole('heading', { name: 'Your link is over' }).waitFor();
  });

  await t.test('whoever is signed in is told so', async () => {
    const { page } = olive;
    const link = await house.api('POST', `/connections/${made.id}/setup-links`, {});
    await openLink(page, link.url);
    await heading(page, 'You are signed in here');
    await look(page, 'link-signed-in');
  });
  ida.assertQuiet();
  olive.assertQuiet();
});
