// Connections in the console: how one does, its rules, what is live and what is prepared.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Doorward } from './support/doorward.mjs';
import { enterConsole, look, openConsole, settled } from './support/console.mjs';
import { activate, addOrganization, addUpstream, match } from './support/house.mjs';
import { soon } from './support/soon.mjs';
import { runTest } from './support/tests.mjs';

test('connections in the console', { timeout: 240_000 }, async (t) => {
  const house = await Doorward.open(t, { host: 'door.localhost' });
  const organization = await addOrganization(house, 'Acme GmbH', 'acme');
  const place = `/organizations/${organization.id}/connections`;
  const peers = [];
  const { page, assertQuiet } = await openConsole(t, house, { peers });
  await enterConsole(page, house, place);
  await page.getByText('No identity provider is connected yet').waitFor();
  await look(page, 'connections-empty');

  const { peer, connection, draft } = await addUpstream(t, house, organization, 'samlp', { host: 'idp.localhost' });
  peers.push(new URL(peer.base).origin);
  await house.api('POST', '/connections', { organization: organization.id, name: 'Half done', protocol: 'oidc' });

  await t.test('the list leads to one', async () => {
    await page.reload();
    await page.getByRole('link', { name: 'samlp' }).waitFor();
    await look(page, 'connections');
    await page.getByRole('link', { name: 'Half done' }).click();
    await page.getByRole('heading', { name: 'Half done', level: 1 }).waitFor();
    await page.getByText('Still missing').waitFor();
    await look(page, 'connection-half-done');
    await page.goto(`${house.url}/console${place}/${connection.id}`);
    await page.getByRole('heading', { name: 'samlp', level: 1 }).waitFor();
    await settled(page);
    await look(page, 'connection');
    await soon(async () => assert.ok((await page.innerText('main')).includes(connection.service_provider.acs_url)));
  });

  await t.test('rules are saved and taken back', async () => {
    await page.getByLabel('People who sign in for the first time').selectOption('invited_only');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('The connection was saved').waitFor();
    await soon(async () => assert.equal((await house.api('GET', `/connections/${connection.id}`)).new_users, 'invited_only'));
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('The connection is as before').waitFor();
    await soon(async () => assert.equal((await house.api('GET', `/connections/${connection.id}`)).new_users, 'create'));
  });

  await t.test('a draft is tested in another tab, made live, and returned from', async () => {
    await house.api('PUT', `/connections/${connection.id}/draft`, { ...draft, clock_skew_seconds: 60 }, await match(house, connection.id));
    await page.reload();
    await settled(page);
    await runTest(page, 'Test the draft');
    await page.getByText('The test passed').first().waitFor();
    await page.getByRole('button', { name: 'Make the draft live' }).click();
    await page.getByText('samlp is live').waitFor();
    await page.getByRole('button', { name: 'Return to the one before' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Return to the one before' }).click();
    await page.getByText('What was live before is live again').waitFor();
  });

  await t.test('the metadata is read again: the same leaves no draft, another certificate is tested first', async () => {
    await house.api('PUT', `/connections/${connection.id}/draft`, { metadata_url: `${peer.base}/metadata` }, await match(house, connection.id));
    await activate(house, connection.id);
    await page.reload();
    await page.getByRole('button', { name: 'Read its metadata again' }).click();
    await page.getByText('Its metadata says what is here already').waitFor();
    await soon(async () => assert.equal((await house.api('GET', `/connections/${connection.id}`)).draft, null));
    const { entity_id, acs_url } = connection.service_provider;
    await peer.configure({ sp_entity_id: entity_id, acs_url, new_certificate: true });
    await page.getByRole('button', { name: 'Read its metadata again' }).click();
    await page.getByText('Its metadata has changed').waitFor();
    await look(page, 'connection-metadata-changed');
    const { live, draft: read } = await house.api('GET', `/connections/${connection.id}`);
    assert.notEqual(read.config.certificates[0].fingerprint_sha256, live.config.certificates[0].fingerprint_sha256);
    await runTest(page, 'Test the draft');
    await page.getByRole('button', { name: 'Make the draft live' }).click();
    await page.getByText('samlp is live').last().waitFor();
  });

  await t.test('a set-up link is shown once, and revoked', async () => {
    await page.getByText('New set-up link').click();
    await page.getByLabel(/^For whom/).fill('Ida of IT');
    await page.getByRole('button', { name: 'Make link' }).click();
    await page.getByText(/setup-link#/).waitFor();
    await look(page, 'connection-link');
    await page.getByRole('button', { name: 'I have sent or copied it' }).click();
    await page.getByRole('button', { name: 'Revoke the link for Ida of IT' }).click();
    await page.getByText('The link was revoked').waitFor();
    await page.getByText(/setup-link#/).waitFor({ state: 'detached' });
  });

  await t.test('it is disabled after a question, and deleted when its name is typed', async () => {
    await page.getByRole('button', { name: 'Disable connection' }).click();
    await look(page, 'connection-disable');
    await page.getByRole('dialog').getByRole('button', { name: 'Disable connection' }).click();
    await page.getByText('samlp is disabled').waitFor();
    await page.getByRole('button', { name: 'Delete connection' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete samlp?' });
    await dialog.getByLabel('Type samlp to confirm').fill('samlp');
    await dialog.getByRole('button', { name: 'Delete connection' }).click();
    await page.getByText('samlp was deleted').waitFor();
    await page.getByRole('link', { name: 'Half done' }).waitFor();
  });
  assertQuiet();
});
