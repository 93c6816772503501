// The first run, in a browser alone: from an empty folder and the printed address to somebody who
// signed in through a real identity provider, with every press and every typed field counted.
import assert from 'node:assert/strict';
import test from 'node:test';
import { readFile } from 'node:fs/promises';
import { openChromium } from './support/chromium.mjs';
import { startPeer } from './support/child.mjs';
import { Doorward, OWNER } from './support/doorward.mjs';
import { HANDS, takeSeat } from './support/hands.mjs';
import { soon } from './support/soon.mjs';
import { chooseProvider, exchangeValues, passTest } from './support/wizard.mjs';

const CLICKS = 25;
const FIELDS = 6;

for (const way of Object.keys(HANDS)) {
  test(`from an empty folder to a sign-in, by ${way}`, { timeout: 120_000 }, async (t) => {
    const house = await Doorward.create(t, { host: 'door.localhost' });
    await house.start();
    const idp = await startPeer(t, 'samlp_idp.mjs', { host: 'idp.localhost' });
    const seat = await takeSeat(t, house, way, { peers: [new URL(idp.base).origin] });
    const { page, hands, tally, heading, assertQuiet } = seat;

    tally.begin('the owner');
    const printed = await house.setupLink();
    await hands.follows(printed);
    await hands.field('Your name', OWNER.name);
    await hands.field('E-mail address', OWNER.email);
    await hands.field('Password', OWNER.password);
    await hands.field('Name of your organization', 'Acme GmbH');
    await hands.button('Create the owner');

    tally.begin('recovery codes');
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    const saved = page.waitForEvent('download');
    await hands.button('Download as text');
    const [code] = (await readFile(await (await saved).path(), 'utf8')).match(/^\S+-\S+$/m);
    await hands.field('Last four characters of one of them', code.slice(-4));
    await hands.button('I have stored them');
    await heading('Home');

    tally.begin('which provider it is');
    await hands.link('Connect its identity provider');
    await heading('Connect an identity provider');
    await chooseProvider(seat, 'Another provider, over SAML', 'Create connection');

    tally.begin('values there and back');
    await exchangeValues(seat, {
      copy: [/^Copy Assertion Consumer/, /^Copy SP Entity ID/],
      configure: async (acs_url, sp_entity_id) => {
        const { metadata_url } = await idp.configure({ sp_entity_id, acs_url });
        return { 'Metadata address, metadata or certificate': metadata_url };
      },
      save: 'Read and save',
    });

    tally.begin('the test');
    await passTest(seat, 'alice');

    tally.begin('made live');
    await hands.link(/^Next:/);
    await heading('What came, and what becomes of it');
    await hands.link(/^Next:/);
    await heading('Make it live');
    await hands.button('Make Acme GmbH live');
    await page.getByText('Acme GmbH is live').waitFor();

    tally.begin('a colleague signs in');
    await hands.link('Acme GmbH');
    const login = await hands.copy(page.getByRole('button', { name: /^Copy.*Login address/i }).first());
    const other = await openChromium(t, { origins: [house.origin] });
    const colleague = hands.on(other.page);
    await colleague.follows(login);
    await colleague.signIn('bob');
    await other.page.getByRole('heading', { name: 'You are signed in' }).waitFor();
    await soon(async () => assert.match(await other.page.innerText('main'), /bob@example\.com[\s\S]*Acme GmbH/));
    assert.deepEqual(other.complaints, []);

    tally.report(t);
    if (way === 'mouse') assert.ok(tally.sum('clicks') <= CLICKS, `${tally.sum('clicks')} clicks`);
    assert.ok(tally.sum('fields') <= FIELDS, `${tally.sum('fields')} typed fields`);
    // Whoever came no further than Doorward's own page reached no app.
    await page.goto(`${house.url}/console/`);
    const steps = page.getByRole('region', { name: 'The first steps' });
    await steps.getByRole('link', { name: 'Add an app' }).waitFor();
    await steps.getByRole('link', { name: 'Sign in to the app through the identity provider' }).waitFor();
    assertQuiet();
  });
}
