// An app made in the console and used by a stock client, which is told nothing but what stands on
// the page.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openChromium } from './support/chromium.mjs';
import { startPeer } from './support/child.mjs';
import { Doorward } from './support/doorward.mjs';
import { HANDS, takeSeat } from './support/hands.mjs';
import { addOrganization, addUpstream } from './support/house.mjs';

for (const way of Object.keys(HANDS)) {
  test(`an app made in the console signs people in, by ${way}`, { timeout: 120_000 }, async (t) => {
    const house = await Doorward.open(t, { host: 'door.localhost' });
    const organization = await addOrganization(house, 'Acme GmbH', 'acme');
    await addUpstream(t, house, organization, 'samlp', { host: 'idp.localhost' });
    const app = await startPeer(t, 'openid_client_app.mjs', { host: 'app.localhost' });
    const { page, hands, tally, heading, assertQuiet } = await takeSeat(t, house, way);

    tally.begin('into the console');
    await hands.enterConsole(house);

    tally.begin('the app is made');
    await hands.link('Apps');
    await heading('Apps');
    await hands.link('New app');
    await heading('New app');
    await hands.field('Name', 'Wiki');
    await hands.field(/^Redirect URIs/, `${app.base}/callback`);
    await hands.button('Create app');
    await heading('Wiki');

    tally.begin('its values are carried over');
    const client_secret = await hands.copy(page.getByRole('button', { name: 'Copy Client secret' }));
    await hands.choose(page.getByLabel('For', { exact: true }), 'Node.js (openid-client 6)');
    const snippet = await hands.copy(page.getByRole('button', { name: 'Copy Node.js (openid-client 6)' }));
    const [, issuer, client_id] = snippet.match(/new URL\('([^']+)'\),\s+'([^']+)',/) ?? assert.fail(snippet);
    await app.configure({ issuer, client_id, client_secret });
    await hands.button('I have stored it');
    await page.getByText(client_secret).waitFor({ state: 'detached' });
    await hands.link(/^To the settings of/);
    await heading('Wiki');

    tally.begin('somebody uses it');
    const person = await openChromium(t, { origins: [house.origin] });
    await person.page.goto(`${app.base}/login?organization=acme`);
    await hands.on(person.page).signIn('alice', app.base);
    await person.page.waitForURL(`${app.base}/callback**`);
    const { claims, userinfo } = JSON.parse(await person.page.innerText('body'));
    assert.deepEqual([claims.iss, claims.aud, userinfo.email], [house.url, client_id, 'alice@example.com']);
    assert.deepEqual(person.complaints, []);

    tally.begin('and stands in the console');
    await hands.link('Sign-ins');
    await heading('Sign-ins');
    await page.getByRole('row').filter({ hasText: 'Got in' }).getByText('Wiki').waitFor();

    tally.report(t);
    assertQuiet();
  });
}
