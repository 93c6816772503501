// Pictures of the console with something in them: where people are sent, what became of what a
// provider sent, a refusal beside the last success; and an app tried and given an address.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Browser } from './support/browser.mjs';
import { Doorward } from './support/doorward.mjs';
import { enterConsole, look, openConsole, settled } from './support/console.mjs';
import { addApp, addOrganization, addUpstream, match, passed } from './support/house.mjs';
import { soon } from './support/soon.mjs';

test('pictures in the console', { timeout: 300_000 }, async (t) => {
  const house = await Doorward.open(t, { host: 'door.localhost' });
  const organization = await addOrganization(house, 'Acme GmbH', 'acme');
  const place = `/organizations/${organization.id}`;
  const { peer, connection } = await addUpstream(t, house, organization, 'samlp', { host: 'idp.localhost' });
  const { entity_id, acs_url } = connection.service_provider;
  await house.api('POST', '/connections', { organization: organization.id, name: 'Entra, not finished', protocol: 'oidc' });
  for (const domain of ['acme.example', 'pending.example']) await house.api('PUT', `${place}/domains/${domain}`);
  await house.api('POST', `${place}/domains/acme.example/accept`, {});
  const wiki = await addApp(t, house, 'openid-client', { host: 'app.localhost', name: 'Wiki' });
  const other = { redirect_uris: ['https://pay.example/cb'] };
  const payroll = await house.api('POST', '/apps', { name: 'Payroll and everything that belongs to it', ...other });
  await house.api('PATCH', `/apps/${payroll.id}`, { disabled: true }, await match(house, payroll.id, 'apps'));
  // The test that is looked at knows the apps there are.
  const { url } = await house.api('POST', `/connections/${connection.id}/test`, { revision: 'live' });
  assert.ok(passed(await new Browser().signIn(url, 'alice')));
  const { page, assertQuiet } = await openConsole(t, house);
  await enterConsole(page, house, place);
  const signIn = () => new Browser().signIn(wiki.login({ organization: 'acme' }), 'alice');

  await t.test('the route map, as a picture and as a list', async () => {
    const map = page.getByRole('region', { name: 'Who gets where' });
    await map.getByRole('group', { name: /^Picture of \d+ ways, \d+ of them broken/ }).waitFor();
    await map.getByText('The same as a list').click();
    for (const way of [
      /acme\.example: people go straight to samlp\./,
      /pending\.example is not proved yet/,
      /Entra, not finished: nobody can sign in with it, because it is not live/,
      /Not with samlp, because the app is disabled/,
    ]) await soon(async () => assert.match(await map.innerText(), way));
    await map.getByRole('button', { name: /^samlp\./ }).focus();
    await page.keyboard.press('Enter');
    await soon(async () => assert.equal(await map.getByRole('button', { name: /^samlp\./ }).getAttribute('aria-pressed'), 'true'));
    await look(page, 'organization-route-map');
    await page.keyboard.press('Escape');
  });

  await t.test('an address is tried by the rules of the server, and leaves no trace', async () => {
    const before = (await house.api('GET', '/attempts')).items.length;
    const map = page.getByRole('region', { name: 'Who gets where' });
    const ask = async (address, app) => {
      await map.getByLabel('Address', { exact: true }).fill(address);
      await map.getByLabel('App', { exact: true }).selectOption({ label: app });
      await map.getByRole('button', { name: 'Show the way' }).click();
      await page.waitForFunction(() => !document.querySelector('form[aria-busy=true]'));
      return map.getByRole('status').innerText();
    };
    assert.match(await ask('', 'Wiki'), /^$/);
    await map.getByText('give an e-mail address').first().waitFor();
    assert.match(await ask('ann@acme.example', 'Wiki'), /get in if signing in succeeds[\s\S]*straight to samlp[\s\S]*account is made[\s\S]*get into Wiki/);
    await look(page, 'organization-route-tried');
    assert.match(await ask('ann@acme.example', payroll.name), /do not get in[\s\S]*the app is disabled/);
    assert.match(await ask('ann@pending.example', 'Wiki'), /do not get in[\s\S]*leads to nothing of Acme GmbH/);
    await look(page, 'organization-route-nowhere');
    assert.equal((await house.api('GET', '/attempts')).items.length, before);
  });

  await t.test('what came and what became of it', async () => {
    const became = page.getByRole('region', { name: 'What came, and what became of it' });
    await page.goto(`${house.url}/console${place}/connections/${connection.id}/roles`);
    await became.getByText('Of the test').waitFor();
    await settled(page);
    await became.getByText('The same as a table').click();
    await look(page, 'mapping-became');
    assert.ok(!(await became.innerText()).includes('alice@'), 'values are masked');
    await soon(async () => assert.match(await became.getByRole('region', { name: 'Claims of the ID token' }).innerText(), /"email"/));
    await became.getByRole('button', { name: 'Show personal values' }).click();
    await became.getByText(/alice@/).first().waitFor();
    await look(page, 'mapping-became-revealed');
    assert.equal((await signIn()).status, 200);
    await page.reload();
    await became.getByText('Of the sign-in').waitFor();
    await became.getByRole('region', { name: 'Claims of the ID token' }).waitFor();
    await became.getByLabel('App').selectOption({ label: payroll.name });
    await became.getByText('app_disabled').waitFor();
  });

  await t.test('a refusal beside the last success before it', async () => {
    await peer.configure({ sp_entity_id: entity_id, acs_url, audience: 'https://new.example/sp' });
    const failed = await signIn();
    await peer.configure({ sp_entity_id: entity_id, acs_url });
    await house.api('GET', `/attempts/${failed.reference}`);
    const [good] = (await house.api('GET', '/attempts?outcome=admitted&limit=1')).items;
    // One that comes after it is none to compare with.
    assert.equal((await signIn()).status, 200);
    await page.goto(`${house.url}/console/sign-ins/${failed.reference}`);
    const compare = page.getByRole('region', { name: 'Compared with the last one that worked' });
    await compare.getByRole('link', { name: good.reference }).waitFor();
    const row = compare.getByRole('row').filter({ has: page.getByRole('rowheader', { name: /^audience/ }) });
    await soon(async () => assert.match(await row.innerText(), /another outcome[\s\S]*Failed[\s\S]*new\.example[\s\S]*Passed/));
    const names = await compare.getByRole('rowheader').allInnerTexts();
    assert.deepEqual(names.filter((name) => /instant|not before|in response to/.test(name)), [], 'moments and identifiers are no difference');
    const few = await compare.getByRole('row').count();
    await look(page, 'trace-compare');
    await compare.getByRole('button', { name: 'Show the checks that are alike, too' }).click();
    await soon(async () => assert.ok((await compare.getByRole('row').count()) > few));
    assert.ok(!(await compare.innerText()).includes('alice@'), 'masked values stay masked');
    await look(page, 'trace-compare-all');
  });

  await t.test('an app is tried where it can be told to begin', async () => {
    await page.goto(`${house.url}/console/apps/${wiki.app.id}`);
    const attempt = page.getByRole('region', { name: 'Try it' });
    await attempt.getByText('To try it, open Wiki').waitFor();
    await look(page, 'app-try-not');
    const begins = `${wiki.base}/login?from=tile`;
    await house.api('PATCH', `/apps/${wiki.app.id}`, { initiate_login_uri: begins }, await match(house, wiki.app.id, 'apps'));
    await page.reload();
    const link = attempt.getByRole('link', { name: /Sign in to Wiki/ });
    const address = new URL(await link.getAttribute('href'));
    assert.equal(address.searchParams.get('iss'), house.url);
    assert.equal(address.searchParams.get('from'), 'tile');
    await soon(async () => assert.equal(await link.getAttribute('rel'), 'noopener noreferrer'));
    await look(page, 'app-try');
  });

  await t.test('an address somebody asked for is added after a look at its host, and a stranger’s is told apart', async () => {
    const ask = async (redirect_uri) => {
      const query = new URLSearchParams({
        client_id: wiki.app.client_id,
        redirect_uri,
        response_type: 'code',
        scope: 'openid',
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method: 'S256',
      });
      await new Browser().open(`${house.url}/oauth2/authorize?${query}`);
    };
    const wanted = `${wiki.base}/other/callback`;
    const theirs = 'https://app.localhost.evil.example/callback?and=more';
    await ask(wanted);
    await ask(theirs);
    await ask('http://evil.example/callback');
    const kept = (await house.api('GET', `/apps/${wiki.app.id}`)).redirect_uris;
    await page.goto(`${house.url}/console/apps/${wiki.app.id}`);
    const list = page.getByRole('region', { name: 'Asked for, but not registered' });
    await list.waitFor();
    await soon(async () => assert.match(await list.innerText(), /cannot be registered from here: a redirect URI starts with https/));
    await soon(async () => assert.equal(await list.getByRole('button').count(), 2));
    await list.getByRole('button', { name: `Review ${theirs}` }).click();
    const dialog = page.getByRole('dialog', { name: 'Answer Wiki at this address?' });
    await dialog.getByText('Anybody who knows the client ID can cause this request').waitFor();
    const warned = await dialog.innerText();
    assert.match(warned, /app\.localhost\.evil\.example\n/);
    assert.ok(warned.includes(theirs), 'the whole address stands there');
    assert.match(warned, /Anybody who knows the client ID can cause this request/);
    assert.match(warned, /Wiki has no address at this host/);
    await look(page, 'app-address-stranger');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.deepEqual((await house.api('GET', `/apps/${wiki.app.id}`)).redirect_uris, kept, 'nothing was added by itself');
    await list.getByRole('button', { name: `Review ${wanted}` }).click();
    await look(page, 'app-address');
    await dialog.getByRole('button', { name: /^Register it/ }).click();
    await page.getByText('An address at app.localhost was registered').waitFor();
    await soon(async () => assert.deepEqual((await house.api('GET', `/apps/${wiki.app.id}`)).redirect_uris, [...kept, wanted]));
    const box = page.getByLabel('Redirect URIs', { exact: true });
    await soon(async () => assert.match(await box.inputValue(), /other\/callback/, 'and the next save of the settings keeps it'));
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('The redirect URIs are as before').waitFor();
    await soon(async () => assert.deepEqual((await house.api('GET', `/apps/${wiki.app.id}`)).redirect_uris, kept));
    await soon(async () => assert.ok(!(await box.inputValue()).includes('other/callback')));
    await look(page, 'app-mismatches');
  });

  assertQuiet();
});
