// The wizard over a set-up link by the keyboard alone, for an OpenID Provider: from the link in a
// mail to a test that passes, in a browser in which nobody has an account.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startPeer } from './support/child.mjs';
import { settled } from './support/console.mjs';
import { Doorward } from './support/doorward.mjs';
import { takeSeat } from './support/hands.mjs';
import { addOrganization } from './support/house.mjs';
import { chooseProvider, exchangeValues, passTest } from './support/wizard.mjs';

test('a set-up link, by keys', { timeout: 120_000 }, async (t) => {
  const house = await Doorward.open(t, { host: 'door.localhost' });
  const organization = await addOrganization(house, 'Acme GmbH', 'acme');
  const op = await startPeer(t, 'oidc_provider.mjs', { host: 'op.localhost' });
  const made = await house.api('POST', '/connections', { organization: organization.id, name: 'Company account', protocol: 'oidc' });
  const link = await house.api('POST', `/connections/${made.id}/setup-links`, {});
  const seat = await takeSeat(t, house, 'keys', { peers: [new URL(op.base).origin] });
  const { page, hands, tally, heading, assertQuiet } = seat;

  tally.begin('the link');
  await hands.follows(link.url);
  await hands.button('Begin');
  await hands.link('Go on step by step');
  await settled(page);

  tally.begin('which provider it is');
  await heading('Which provider is it?');
  await chooseProvider(seat, 'Another provider, over OpenID Connect', /^Next:/);

  tally.begin('values there and back');
  await exchangeValues(seat, {
    copy: [/^Copy/],
    configure: async (redirect) => {
      assert.ok(made.redirect_uris.includes(redirect));
      const client = { client_id: 'doorward', client_secret: 'a secret of the test, long enough' };
      const { issuer } = await op.configure({ ...client, redirect_uris: made.redirect_uris });
      return { Issuer: issuer, 'Client ID': client.client_id, 'Client secret': client.client_secret };
    },
    save: 'Save values',
  });

  tally.begin('the test');
  await passTest(seat, 'alice');

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
