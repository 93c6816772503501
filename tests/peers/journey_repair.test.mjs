// A sign-in that fails, and the way from the words the person reads to the person signed in: the
// reference is looked up in the console, the offered repair taken, tested and made live.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openChromium } from './support/chromium.mjs';
import { Doorward } from './support/doorward.mjs';
import { HANDS, takeSeat } from './support/hands.mjs';
import { addApp, addOrganization, addUpstream } from './support/house.mjs';
import { soon } from './support/soon.mjs';

const WRONGS = {
  'the wrong audience': { code: 'saml_audience_mismatch', given: { audience: 'urn:somebody:else' } },
  'a new certificate': { code: 'saml_signer_unknown', given: { new_certificate: true } },
};

for (const way of Object.keys(HANDS)) {
  test(`a connection repaired from the trace of a sign-in, by ${way}`, { timeout: 120_000 }, async (t) => {
    const house = await Doorward.open(t, { host: 'door.localhost' });
    const organization = await addOrganization(house, 'Acme GmbH', 'acme');
    const { peer, connection } = await addUpstream(t, house, organization, 'samlp', { host: 'idp.localhost' });
    const app = await addApp(t, house, 'openid-client', { host: 'app.localhost' });
    const { page, hands, tally, heading, assertQuiet } = await takeSeat(t, house, way, { peers: [new URL(peer.base).origin] });
    const { entity_id, acs_url } = connection.service_provider;
    tally.begin('into the console');
    await hands.enterConsole(house);

    for (const [wrong, { code, given }] of Object.entries(WRONGS)) {
      await t.test(wrong, async (t2) => {
        await peer.configure({ sp_entity_id: entity_id, acs_url, ...given });
        const person = await openChromium(t2, { origins: [house.origin] });
        const theirs = hands.on(person.page);

        tally.begin(`${wrong}: the person fails`);
        await person.page.goto(app.login({ organization: 'acme' }));
        await theirs.signIn('alice');
        const said = await person.page.innerText('main');
        const [reference] = said.match(/\b\d{4}(?:-[a-z]{4,7}){3}\b/) ?? assert.fail(said);
        assert.ok(!said.includes('urn:somebody:else'), 'no word of the message itself');

        tally.begin(`${wrong}: looked up`);
        await hands.link('Sign-ins');
        await heading('Sign-ins');
        await hands.field('Search by reference', reference);
        const row = page.getByRole('row').filter({ hasText: reference });
        await hands.press(row.getByRole('link').first());
        await heading(`Sign-in ${reference}`);
        await soon(async () => assert.ok((await page.innerText('main')).includes(code)));

        tally.begin(`${wrong}: repaired`);
        await page.getByRole('button', { name: 'Put it into the draft' }).waitFor();
        const compared = page.getByLabel('I compared this fingerprint');
        if (await compared.isVisible()) await hands.check(compared);
        await hands.button('Put it into the draft');
        await page.getByText('The change is in the draft of the connection').waitFor();
        await hands.link('Open the connection');
        await heading('samlp');
        const tab = await hands.opens(page.getByRole('button', { name: 'Test the draft' }));
        await tab.startTest();
        await tab.signIn('maria');
        await tab.page.getByRole('heading', { name: 'The test passed' }).waitFor();
        await tab.close();
        await page.getByText('The test passed').first().waitFor();
        await hands.button('Make the draft live');
        await page.getByText('samlp is live').waitFor();

        tally.begin(`${wrong}: the person gets in`);
        await theirs.link('Try again');
        await theirs.signIn('alice');
        await soon(async () => assert.match(await person.page.innerText('body'), /alice@example\.com/));
        assert.deepEqual(person.complaints, []);
      });
    }
    tally.report(t);
    assertQuiet();
  });
}
