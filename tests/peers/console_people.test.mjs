// People and roles in the console: found, invited, told apart, given roles, signed out everywhere,
// kept out and removed.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Browser } from './support/browser.mjs';
import { Doorward } from './support/doorward.mjs';
import { enterConsole, look, openConsole, resize, settled } from './support/console.mjs';
import { addApp, addOrganization, addUpstream } from './support/house.mjs';
import { soon } from './support/soon.mjs';

test('people and roles in the console', { timeout: 300_000 }, async (t) => {
  const house = await Doorward.open(t, { host: 'door.localhost' });
  const organization = await addOrganization(house, 'Acme GmbH', 'acme');
  const at = `/organizations/${organization.id}`;
  const { peer, connection } = await addUpstream(t, house, organization, 'oidc-provider', { host: 'idp.localhost' });
  // Nothing answers there: that the app cannot be told is part of the story.
  const app = await addApp(t, house, 'openid-client', { host: 'app.localhost' });
  await house.api('PATCH', `/apps/${app.app.id}`, { backchannel_logout_uri: 'http://app.localhost:9/bye' }, { 'if-match': '*' });
  await house.api('PUT', `${at}/domains/example.com`);
  await house.api('POST', `${at}/domains/example.com/accept`, {});
  const arrive = (who) => new Browser().signIn(app.login({ organization: organization.id, login_hint: `${who}@example.com` }), who);
  await arrive('dora');
  // To the provider she is somebody else now.
  await peer.assign({ 'dora-2': { email: 'dora@example.com' } });
  const asked = await arrive('dora-2');
  assert.equal(asked.status, 403, String(asked));
  for (let n = 1; n <= 60; n += 1) {
    await house.api('POST', '/users', { organization: organization.id, email: `p${n}@example.com`, name: `Person ${n}` });
  }

  const { page, assertQuiet } = await openConsole(t, house);
  const dialog = page.getByRole('dialog');
  const button = (name) => page.getByRole('button', { name, exact: true });
  const heading = (name) => page.getByRole('heading', { name, exact: true, level: 1 });

  await enterConsole(page, house, `${at}/roles`);

  await t.test('a role is made, changed back, and deleted when its name is typed', async () => {
    await button('New role').click();
    await dialog.getByRole('button', { name: 'Create role' }).click();
    await dialog.getByRole('heading', { name: 'There is a problem' }).waitFor();
    await dialog.getByLabel('Name', { exact: true }).fill('Editor');
    await dialog.getByLabel(/What it is for/).fill('May change pages');
    await look(page, 'role-new');
    await dialog.getByRole('button', { name: 'Create role' }).click();
    await page.getByText('Editor was created').waitFor();
    const [role] = (await house.list(`${at}/roles`)).filter(({ name }) => name === 'Editor');
    await house.api('PUT', `/connections/${connection.id}/role-mappings`, { mappings: [{ group: 'staff', role: role.id }] }, { 'if-match': '*' });
    await button('Change Editor').click();
    await dialog.getByLabel('Name', { exact: true }).fill('Author');
    await dialog.getByRole('button', { name: 'Save role' }).click();
    await page.getByText('Author was saved').waitFor();
    // What can be undone stays said: a dialog leaves it room, on a phone, too.
    await resize(page, 375, 667);
    await button('Change Author').click();
    await dialog.getByLabel('Name', { exact: true }).fill(' ');
    await dialog.getByRole('button', { name: 'Save role' }).click();
    await dialog.getByRole('heading', { name: 'There is a problem' }).waitFor();
    const edge = (selector) => page.locator(selector).evaluate((element) => element.getBoundingClientRect());
    const [box, said] = [await edge('[role=dialog]'), await edge('.toasts')];
    assert.ok(box.top >= 0 && box.bottom <= said.top, `${box.bottom} is above ${said.top}`);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    await resize(page, 1440);
    await button('Undo').click();
    await page.getByText('The role is as before').waitFor();
    await page.getByText('Author was saved').waitFor({ state: 'detached' });
    await page.reload();
    await page.getByText('through oidc-provider').waitFor();
    await look(page, 'roles');
    await house.api('POST', `${at}/roles`, { name: 'Spare', help: '' });
    await page.reload();
    await button('Delete Spare').click();
    await dialog.getByLabel('Type Spare to confirm').fill('Spare');
    await dialog.getByRole('button', { name: 'Delete role' }).click();
    await page.getByText('Spare was deleted').waitFor();
  });

  await t.test('people are found by search and filters, in pieces', async () => {
    await page.getByRole('link', { name: 'People', exact: true }).click();
    await heading('People').waitFor();
    await button('Next').click();
    await page.getByText('Page 2').waitFor();
    await look(page, 'people');
    await page.getByLabel('Only people who have never signed in').check();
    await page.getByLabel('Search by address or name').fill('p42');
    await page.getByRole('link', { name: 'Person 42' }).waitFor();
    await page.getByRole('link', { name: 'Person 41' }).waitFor({ state: 'detached' });
    await page.getByLabel('State', { exact: true }).selectOption('disabled');
    await page.getByText('Nothing was found for “p42, Disabled, Only people who have never signed in”.').waitFor();
    await look(page, 'people-none');
    await button('Clear the search').click();
    await page.getByRole('link', { name: 'Dora Example' }).waitFor();
  });

  await t.test('somebody is invited; the link is shown once and revoked', async () => {
    await page.getByRole('link', { name: 'Invite', exact: true }).click();
    await heading('Invite somebody').waitFor();
    await page.getByLabel('Address', { exact: true }).fill('no address');
    await button('Invite').click();
    await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
    await look(page, 'invite-wrong');
    // What was wrong goes with what stood there, and with it the summary: it was the only thing.
    await page.getByLabel('Address', { exact: true }).fill('gina@example.com');
    await page.getByRole('heading', { name: 'There is a problem' }).waitFor({ state: 'detached' });
    await page.locator('.error, [aria-invalid]').first().waitFor({ state: 'detached' });
    await page.waitForFunction(() => !document.title.startsWith('Error:'));
    await button('Invite').click();
    await page.getByText('gina@example.com is invited').waitFor();
    await look(page, 'invite-link');
    await button('I have sent or copied it').click();
    await heading('Invitations').waitFor();
    await button('Revoke the invitation of gina@example.com').click();
    await look(page, 'invitation-revoke');
    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('Revoked', { exact: true }).waitFor();
    await look(page, 'invitations');
  });

  await t.test('a question is answered, and the answer taken back', async () => {
    await page.getByRole('link', { name: 'Questions', exact: true }).click();
    await heading('Questions').waitFor();
    await page.getByRole('article', { name: 'dora@example.com' }).waitFor();
    await look(page, 'questions');
    await button('The same person: dora@example.com').click();
    await page.getByText('dora@example.com now leads to the known person').waitFor();
    await page.getByText('No question waits').waitFor();
    await button('Undo').click();
    await button('Refuse: dora@example.com').click();
    await page.getByText('dora@example.com does not get in').waitFor();
    await page.getByLabel('Show', { exact: true }).selectOption('refused');
    await button('Forget the question: dora@example.com').click();
    await page.getByText('The question is forgotten').waitFor();
    await arrive('dora-2');
    await page.getByLabel('Show', { exact: true }).selectOption('pending');
    await page.reload();
    await button('Somebody else: own account: dora@example.com').click();
    await page.getByText('gets an account of their own').waitFor();
    await look(page, 'questions-none');
  });

  await t.test('one person: where roles are from, and roles by hand', async () => {
    await house.api('POST', `${at}/roles`, { name: 'Helper', help: 'Answers questions' });
    await arrive('dora');
    await arrive('dora');
    const [dora] = await house.list(`/users?organization=${organization.id}&q=dora`);
    await page.goto(`${house.url}/console${at}/people/${dora.id}`);
    await page.getByText('by groups of oidc-provider').waitFor();
    await button('Change roles').click();
    await dialog.getByLabel('Helper').check();
    await look(page, 'person-roles');
    await dialog.getByRole('button', { name: 'Save roles' }).click();
    await page.getByText('The roles were saved').waitFor();
    await page.getByText('by hand').waitFor();
    await look(page, 'person');
    const { roles } = await house.api('GET', `/users/${dora.id}`);
    assert.deepEqual(roles.map(({ name }) => name).sort(), ['Editor', 'Helper']);
  });

  await t.test('sessions end one by one; all access ends with a receipt', async () => {
    const sessions = page.getByRole('region', { name: 'Sessions' });
    await sessions.getByRole('listitem').nth(1).waitFor();
    const before = await sessions.getByRole('listitem').count();
    await sessions.getByRole('button', { name: /^End the session of/ }).first().click();
    await page.getByText('The session has ended').waitFor();
    await page.waitForFunction((wanted) => document.querySelectorAll('[aria-labelledby=sessions] li').length === wanted, before - 1);
    await button('End all access').click();
    await dialog.getByRole('button', { name: 'End all access now' }).click();
    await page.getByText('Receipt:').waitFor();
    await page.getByText('They are signed in nowhere.').waitFor();
    await page.getByRole('region', { name: 'End all access' }).getByText('openid-client').waitFor();
    await look(page, 'person-receipt');
  });

  await t.test('disabled, enabled again by undoing, and deleted by name', async () => {
    await button('Disable').click();
    await page.getByText('Every sign-in of theirs is refused.').waitFor();
    const access = page.getByRole('region', { name: 'End all access' });
    await access.getByText('They stay disabled').waitFor();
    await look(page, 'person-disabled');
    await button('Undo').last().click();
    await button('Disable').waitFor();
    await access.getByText('disable them to keep them out').waitFor();
    await button('Delete person').click();
    await dialog.getByLabel('Type Dora Example to confirm').fill('Dora Example');
    await dialog.getByRole('button', { name: 'Delete person' }).click();
    await page.getByText('Dora Example was deleted').waitFor();
    await heading('People').waitFor();
  });

  await t.test('somebody is added with a password', async () => {
    await page.getByRole('link', { name: 'Add with a password' }).click();
    await page.getByLabel('Address', { exact: true }).fill('ruth@example.com');
    await button('Add and make a link').click();
    await page.getByText('ruth@example.com was added').waitFor();
    await look(page, 'person-added');
    await button('I have sent or copied it').click();
    await heading('ruth@example.com').waitFor();
    await settled(page);
  });

  await t.test('one’s own account', async () => {
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('menuitem', { name: 'My account' }).click();
    await heading('My account').waitFor();
    await page.getByRole('link', { name: 'Second factors and recovery codes' }).waitFor();
    await page.getByRole('combobox', { name: 'Appearance' }).selectOption('dark');
    await soon(async () => assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark'));
    await page.getByRole('combobox', { name: 'Appearance' }).selectOption('system');
    await look(page, 'account');
    await page.getByRole('button', { name: /^End the session of/ }).first().waitFor();
  });

  assertQuiet();
});
