// Requiring single sign-on, from the refusal over each red check and its link to where it is
// mended, to the moment it is in force; and the way back.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Doorward, OWNER } from './support/doorward.mjs';
import { HANDS, takeSeat } from './support/hands.mjs';
import { addUpstream } from './support/house.mjs';
import { soon } from './support/soon.mjs';
import { totp } from './support/totp.mjs';

for (const way of Object.keys(HANDS)) {
  test(`single sign-on refused, repaired, required and taken back, by ${way}`, { timeout: 120_000 }, async (t) => {
    const house = await Doorward.open(t, { host: 'door.localhost' });
    const [home] = await house.list('/organizations');
    const { peer } = await addUpstream(t, house, home, 'samlp', { host: 'idp.localhost' });
    const enforcement = () => house.api('GET', `/organizations/${home.id}/enforcement`);
    const failing = async () => (await enforcement()).checks.filter(({ passed }) => !passed).map(({ name }) => name);
    const { page, hands, tally, heading, assertQuiet } = await takeSeat(t, house, way, { peers: [new URL(peer.base).origin] });
    const main = page.getByRole('main');
    const require = main.getByRole('button', { name: 'Require single sign-on for Home', exact: true });

    tally.begin('refused');
    await hands.enterConsole(house, `/organizations/${home.id}/enforcement`);
    await page.getByText('checks are not passed').waitFor();
    assert.deepEqual(await failing(), ['proved_by_owner', 'owner_ready', 'drill']);
    await soon(async () => assert.equal(await require.isDisabled(), true));

    tally.begin('a second factor');
    await hands.link('Open the owners');
    await heading('Owners');
    await hands.link('Your second factors and recovery codes');
    await heading('Second factors');
    await hands.button('Add an app');
    await heading('Add an authenticator app');
    await hands.field('Code', totp(await page.innerText('main code')));
    await hands.button('Add the app');
    await heading('Second factors');
    await hands.button('Make recovery codes');
    await heading('Your recovery codes');
    const [code] = await page.locator('ol.codes code').allInnerTexts();
    await hands.field('Last four characters of one of them', code.slice(-4));
    await hands.button('I have stored them');
    await page.getByText('10 of 10 left').waitFor();
    await hands.link('Back');
    await hands.link('Open the console');
    await heading('Home');
    assert.deepEqual(await failing(), ['proved_by_owner', 'drill']);

    tally.begin('a rehearsal');
    await hands.link(`Open: ${OWNER.name}: rehearse the owner’s way in`);
    await heading('Owners');
    await hands.button('Start a rehearsal');
    const drill = await hands.opens(page.getByRole('link', { name: 'Go through the rehearsal in a new tab' }));
    await drill.atOwnersDoor(OWNER, code);
    await drill.page.getByRole('heading', { name: 'Rehearsal passed' }).waitFor();
    await drill.close();
    await hands.button('I am back: show how it is now');
    await page.getByText(/today, next within 90 days/).waitFor();
    assert.deepEqual(await failing(), ['proved_by_owner']);

    tally.begin('the owner’s own test');
    await hands.link('Require single sign-on');
    await heading('Requiring single sign-on');
    await hands.button('Test samlp');
    const tab = await hands.opens(page.getByRole('link', { name: 'Run the test in a new tab' }));
    await tab.startTest();
    await tab.signIn('maria');
    await tab.page.getByRole('heading', { name: 'The test passed' }).waitFor();
    await tab.close();
    await hands.button('Check again');
    await page.getByText('Nothing stands in the way.').waitFor();

    tally.begin('required');
    await hands.press(require);
    const dialog = page.getByRole('dialog');
    await hands.field('Type Home to confirm', 'Home');
    await hands.press(dialog.getByRole('button', { name: 'Require single sign-on for Home' }));
    await page.getByText('Required: people sign in only through').waitFor();
    assert.equal((await enforcement()).in_force, true);

    tally.begin('taken back');
    await hands.button('Stop requiring it');
    await page.getByText('Single sign-on is optional again').waitFor();
    assert.deepEqual([(await enforcement()).mode, (await enforcement()).in_force], ['optional', false]);

    tally.report(t);
    assertQuiet();
  });
}
