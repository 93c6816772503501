// The pages between an app and its provider, in a real browser without JavaScript: the question, the
// choice, the refusal, the change of person, the sign-out; an owner's link; what is not there.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openChromium } from './support/chromium.mjs';
import { Doorward, OWNER } from './support/doorward.mjs';
import { addApp, addOrganization, addUpstream } from './support/house.mjs';
import { atProvider, press, reader } from './support/pages.mjs';

test('the ways into an app and out of it, without JavaScript', { timeout: 240_000 }, async (t) => {
  const house = await Doorward.open(t, { host: 'door.localhost' });
  const look = await reader(t, house);
  const { page, complaints } = await openChromium(t, { origins: [house.origin], javaScriptEnabled: false });
  const organization = await addOrganization(house, 'Acme', 'acme');
  const { peer, connection } = await addUpstream(t, house, organization, 'samlp', { host: 'idp.localhost' });
  await addUpstream(t, house, organization, 'oidc-provider', { host: 'op.localhost' });
  const app = await addApp(t, house, 'openid-client', { host: 'app.localhost' });
  const { entity_id, acs_url } = connection.service_provider;

  await t.test('an app asks, and there are two ways', async () => {
    await look(page, await page.goto(app.login()), 'app-login');
    assert.match(await page.innerText('main'), /to continue to openid-client/);
    await look(page, await page.goto(app.login({ organization: 'acme' })), 'app-choose');
    await press(page, 'Continue with samlp');
    assert.equal(new URL(page.url()).origin, new URL(peer.base).origin);
  });

  await t.test('a refusal, with the way to try again', async () => {
    await peer.configure({ sp_entity_id: entity_id, acs_url, audience: 'urn:somebody:else' });
    await look(page, await atProvider(page, 'alice'), 'refused');
    assert.match(await page.innerText('main'), /\b\d{4}(?:-[a-z]{4,7}){3}\b/);
    assert.equal(await page.getByRole('link', { name: 'Try again' }).count(), 1);
    await peer.configure({ sp_entity_id: entity_id, acs_url });
    await page.getByRole('link', { name: 'Try again' }).click();
    await press(page, 'Continue with samlp');
    await page.fill('input[name=username]', 'alice');
  });

  await t.test('one person after the other', async () => {
    const saml = { connection: connection.id };
    await page.goto(`${house.url}/saml/${connection.id}/start?round=1`);
    await look(page, await page.reload(), 'tile');
    await page.goto(app.login(saml));
    await atProvider(page, 'alice');
    await page.goto(app.login({ ...saml, prompt: 'login' }));
    await look(page, await atProvider(page, 'bob'), 'replace');
    assert.match(await page.innerText('main'), /Alice Example[\s\S]*Bob Example/);
    await page.goto(house.url);
  });

  await t.test('the sign-out an app asks for', async () => {
    await look(page, await page.goto(`${app.base}/logout`), 'logout-confirm');
    await press(page, 'Sign out');
    assert.deepEqual(JSON.parse(await page.innerText('body')), { signed_out: true, state: 'bye' });
  });

  await t.test('the link with which an owner sets a password', async () => {
    const { link } = await house.api('POST', `/organizations/${organization.id}/owners`, { email: 'root@acme.example', name: 'Root' });
    await look(page, await page.goto(link), 'owner-link');
    await page.fill('#token', 'not one');
    await page.fill('#password', OWNER.password);
    await look(page, await press(page, 'Set password and sign in'), 'owner-link-wrong');
  });

  await t.test('what is not there', async () => {
    await look(page, await page.goto(`${house.url}/o/nobody-here`), 'unknown-organization');
    await look(page, await page.goto(`${house.url}/oauth2/authorize?client_id=nobody`), 'unknown-app');
    await look(page, await page.goto(`${house.url}/trace`), 'trace-closed');
  });
  assert.deepEqual(complaints, [], 'nothing in the console');
});
