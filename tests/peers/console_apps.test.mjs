// Apps in the console: made there and used by a stock client, changed, shown to whom, and ended.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Browser } from './support/browser.mjs';
import { startPeer } from './support/child.mjs';
import { enterConsole, look, openConsole, settled } from './support/console.mjs';
import { Doorward } from './support/doorward.mjs';
import { addOrganization, addUpstream } from './support/house.mjs';
import { soon } from './support/soon.mjs';

test('apps in the console', { timeout: 240_000 }, async (t) => {
  const house = await Doorward.open(t, { host: 'door.localhost' });
  const organization = await addOrganization(house, 'Acme GmbH', 'acme');
  await addUpstream(t, house, organization, 'samlp', { host: 'idp.localhost' });
  const peer = await startPeer(t, 'openid_client_app.mjs', { host: 'app.localhost' });
  const signIn = () => new Browser().signIn(`${peer.base}/login?organization=acme`, 'alice');
  const { page, assertQuiet } = await openConsole(t, house);
  await enterConsole(page, house, '/apps');
  const secret = () => page.getByRole('group', { name: 'Client secret' });
  const told = () => secret().locator('code').innerText();

  await t.test('a new one, with its secret shown once, lets people in', async () => {
    await page.getByText('There is no app yet').waitFor();
    await look(page, 'apps-empty');
    await page.getByRole('link', { name: 'New app' }).first().click();
    await page.getByRole('heading', { name: 'New app' }).waitFor();
    await page.getByLabel('Name', { exact: true }).fill('Wiki');
    await page.getByLabel('Redirect URIs').fill('http://elsewhere.example/callback');
    await page.getByRole('button', { name: 'Create app' }).click();
    await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
    await look(page, 'app-new-wrong');
    await page.getByLabel('Redirect URIs').fill(`${peer.base}/callback\n`);
    await page.getByRole('button', { name: 'Create app' }).click();
    await secret().waitFor();
    await look(page, 'app-made');
    const variables = page.getByRole('region', { name: 'Environment variables' });
    await soon(async () => assert.ok((await variables.innerText()).includes(await told()), 'while it is shown it is in what is copied'));
    const [app] = await house.list('/apps');
    await peer.configure({ issuer: house.url, client_id: app.client_id, client_secret: await told() });
    const page1 = await signIn();
    assert.equal(page1.status, 200, String(page1));
    await page.getByRole('button', { name: 'I have stored it' }).click();
    await secret().waitFor({ state: 'detached' });
    await soon(async () => assert.match(await variables.innerText(), /<the client secret>/));
    await page.getByRole('link', { name: /^To the settings of/ }).click();
    await page.getByRole('heading', { name: 'Wiki', level: 1 }).waitFor();
    await settled(page);
    await soon(async () => assert.match(await page.innerText('main'), /\.well-known\/openid-configuration/));
    await page.getByLabel('For', { exact: true }).selectOption({ label: 'oauth2-proxy' });
    await soon(async () => assert.match(await page.getByRole('region', { name: 'oauth2-proxy' }).innerText(), new RegExp(app.client_id)));
    await look(page, 'app');
  });

  await t.test('what is changed is saved, and taken back', async () => {
    await page.getByLabel('Redirect URIs').fill(`${peer.base}/callback\nhttps://wiki.example/callback`);
    await page.getByLabel('Back-channel logout URI').fill('https://wiki.example/logout');
    await page.getByLabel('Receives the claim “roles”').check();
    await page.getByRole('button', { name: 'Save settings' }).click();
    await page.getByText('The settings were saved').waitFor();
    let [app] = await house.list('/apps');
    assert.equal(app.redirect_uris.length, 2);
    assert.equal(app.backchannel_logout_uri, 'https://wiki.example/logout');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('The settings are as before').waitFor();
    [app] = await house.list('/apps');
    assert.equal(app.redirect_uris.length, 1);
    assert.equal(app.backchannel_logout_uri ?? null, null);
  });

  await t.test('who may use it, and what it would be told', async () => {
    const find = async (group, name) => {
      await page.getByRole('group', { name: group }).getByRole('combobox').click();
      await page.getByRole('option', { name }).click();
    };
    await find('People of these organizations', 'Acme GmbH');
    await find('People with one of these roles', 'admin of any organization');
    await page.getByRole('button', { name: 'Save who may use it' }).click();
    await page.getByText('Who may use it was saved').waitFor();
    const [app] = await house.list('/apps');
    assert.deepEqual([app.organizations, app.allowed_roles], [[organization.id], ['admin']]);
    const choose = async () => {
      await page.getByRole('combobox', { name: 'Person' }).click();
      await page.keyboard.type('alice');
      await page.getByRole('option', { name: /Alice/ }).click();
      await page.getByRole('button', { name: 'Show the claims' }).click();
    };
    await choose();
    await page.getByText('This person would not get in').waitFor();
    await look(page, 'app-access');
    await page.getByRole('button', { name: 'Remove admin of any organization' }).click();
    await page.getByRole('button', { name: 'Save who may use it' }).click();
    await page.getByRole('button', { name: 'Remove admin of any organization' }).waitFor({ state: 'detached' });
    await page.waitForFunction(() => !document.querySelector('form[aria-busy=true]'));
    await page.getByRole('button', { name: 'Show the claims' }).click();
    await page.getByRole('region', { name: 'Claims of the ID token' }).waitFor();
    await soon(async () => assert.match(await page.getByRole('region', { name: 'Claims of the ID token' }).innerText(), /alice@/));
  });

  await t.test('a new secret ends the one before', async () => {
    await page.getByRole('button', { name: 'New secret' }).click();
    const dialog = page.getByRole('dialog', { name: 'Give Wiki a new secret?' });
    await dialog.getByLabel('Type Wiki to confirm').fill('Wiki');
    await dialog.getByRole('button', { name: 'New secret' }).click();
    await secret().waitFor();
    const [app] = await house.list('/apps');
    await peer.configure({ issuer: house.url, client_id: app.client_id, client_secret: await told() });
    assert.equal((await signIn()).status, 200);
  });

  await t.test('what people of the organization can open', async () => {
    await page.goto(`${house.url}/console/organizations/${organization.id}/apps`);
    await page.getByRole('heading', { name: 'Wiki' }).waitFor();
    await look(page, 'organization-apps');
    await page.getByRole('link', { name: 'Wiki' }).click();
    await page.getByRole('heading', { name: 'Wiki', level: 1 }).waitFor();
  });

  await t.test('switched off, on again, and deleted only when its name is typed', async () => {
    await page.getByRole('button', { name: 'Disable app' }).click();
    await page.getByText('Wiki is disabled').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Disable app' }).waitFor();
    await page.goto(`${house.url}/console/apps`);
    await page.getByRole('link', { name: 'Wiki' }).waitFor();
    await look(page, 'apps');
    await page.getByRole('link', { name: 'Wiki' }).click();
    await page.getByRole('button', { name: 'Delete app' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete Wiki?' });
    await dialog.getByLabel('Type Wiki to confirm').fill('Wiki');
    await dialog.getByRole('button', { name: 'Delete app' }).click();
    await page.getByText('Wiki was deleted').waitFor();
    await soon(async () => assert.deepEqual(await house.list('/apps'), []));
  });

  assertQuiet();
});
