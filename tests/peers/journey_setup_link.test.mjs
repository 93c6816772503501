// The wizard over a set-up link by the keyboard alone, for an OpenID Provider: from the link in a
// mail to a test that passes, in a browser in which nobody has an account.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startPeer } from './support/child.mjs';
import { settled } from './support/console.mjs';
import { Doorward } from './support/doorward.mjs';
import { takeSeat } from './support/hands.mjs';
import { addOrganization } from './support/house.mjs';

test('a set-up link, by keys', { timeout: 120_000 }, async (t) => {
  const house = await Doorward.open(t, { host: 'door.localhost' });
  const organization = await addOrganization(house, 'Acme GmbH', 'acme');
  const op = await startPeer(t, 'oidc_provider.mjs', { host: 'op.localhost' });
  const made = await house.api('POST', '/connections', { organization: organization.id, name: 'Company account', protocol: 'oidc' });
  const link = await house.api('POST', `/connections/${made.id}/setup-links`, {});
  const { page, hands, tally, heading, assertQuiet } = await takeSeat(t, house, 'keys', { peers: [new URL(op.base).origin] });

  tally.begin('the link');
  await hands.follows(link.url);
  await hands.button('Begin');
  await hands.link('Go on step by step');
  await settled(page);

  tally.begin('which provider it is');
  await heading('Which provider is it?');
  await hands.check(page.getByLabel('Another provider, over OpenID Connect'));
  await hands.button(/^Next:/);

  tally.begin('values there and back');
  await page.getByRole('button', { name: /^Copy/ }).first().waitFor();
  const redirect = await hands.copy(page.getByRole('button', { name: /^Copy/ }).first());
  assert.ok(made.redirect_uris.includes(redirect));
  const client = { client_id: 'doorward', client_secret: 'a secret of the test, long enough' };
  const { issuer } = await op.configure({ ...client, redirect_uris: made.redirect_uris });
  await hands.link(/^Next:/);
  await hands.field('Issuer', issuer);
  await hands.field('Client ID', client.client_id);
  await hands.field('Client secret', client.client_secret);
  await hands.button('Save values');
  await heading(/^Let people in/);
  await hands.link(/^Next:/);

  tally.begin('the test');
  await heading('Test the sign-in');
  const there = await hands.opens(page.getByRole('button', { name: 'Test the draft' }));
  await there.startTest();
  await there.signIn('alice');
  await there.page.getByRole('heading', { name: 'The test passed' }).waitFor();
  await there.close();
  await page.getByText('The test passed').first().waitFor();

  tally.begin('all is done');
  await hands.link(/^Next:/);
  await settled(page);
  await hands.link(/^Next:/);
  await heading('Say that all is done');
  await hands.button('All is done');
  await page.getByRole('heading', { name: 'All is done here' }).waitFor();
  const [stored] = (await house.api('GET', `/connections/${made.id}/setup-links`)).items;
  assert.ok(stored.finished_at, JSON.stringify(stored));

  tally.report(t);
  assertQuiet();
});
