// The identity provider is gone while single sign-on is required: the owner gets in at the own
// door all the same, which is announced in the console and stands in its audit trail.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Doorward, OWNER } from './support/doorward.mjs';
import { HANDS, takeSeat } from './support/hands.mjs';
import { addUpstream, passed } from './support/house.mjs';
import { soon } from './support/soon.mjs';
import { Owner } from './support/story.mjs';

/** Single sign-on required of the home organization, with its owner armed. */
async function require(t, house) {
  const [home] = await house.list('/organizations');
  const { peer, connection } = await addUpstream(t, house, home, 'oidc-provider', { host: 'idp.localhost' });
  const owner = new Owner(house, OWNER);
  await owner.enter();
  await owner.arm();
  await owner.rehearse(home);
  const { url } = await house.api('POST', `/connections/${connection.id}/test`, { revision: 'live' });
  assert.ok(passed(await owner.browser.signIn(url, 'maria')));
  await house.api('PUT', `/organizations/${home.id}/enforcement`, { mode: 'required' }, { 'if-match': '*' });
  return { home, peer, owner };
}

for (const way of Object.keys(HANDS)) {
  test(`an owner gets in without the identity provider, by ${way}`, { timeout: 120_000 }, async (t) => {
    const house = await Doorward.open(t, { host: 'door.localhost' });
    const { home, peer, owner } = await require(t, house);
    await peer.stop();
    // Nothing of the provider is remembered.
    await house.stop();
    await house.start();
    const { page, hands, tally, heading, assertQuiet } = await takeSeat(t, house, way);
    const announced = `${OWNER.name} signed in at the owner’s door`;

    tally.begin('the usual way is shut');
    const answer = await page.goto(home.login_url);
    assert.ok(answer.status() >= 500, `${answer.status()}`);
    await soon(async () => assert.match(await page.innerText('main'), /sign in with their password/));

    tally.begin('in at the owner’s door');
    await hands.link('sign in with their password');
    await heading('Owner sign-in');
    await hands.atOwnersDoor(OWNER, owner.codes.shift());
    await heading('You are signed in');
    assert.equal(new URL(page.url()).origin, house.origin);

    tally.begin('announced');
    await hands.link('Open the console');
    await heading('Home');
    await page.getByText(announced).first().waitFor();
    await hands.button(/^I have read this/);
    await page.getByText(announced).first().waitFor({ state: 'detached' });

    tally.begin('in the audit trail');
    await hands.link('Audit');
    await heading(/^Audit/);
    await page.getByRole('row').filter({ hasText: /break.?glass/i }).first().waitFor();

    tally.report(t);
    assertQuiet();
  });
}
