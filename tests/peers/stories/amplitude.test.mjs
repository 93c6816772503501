// A company buys the plan with single sign-on, and its own administrator sets it up from one metadata
// file; later the provider's certificate changes.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Browser, request } from '../support/browser.mjs';
import { startPeer } from '../support/child.mjs';
import { openChromium } from '../support/chromium.mjs';
import { Doorward } from '../support/doorward.mjs';
import { addApp, addOrganization, passed } from '../support/house.mjs';
import { assertRefused } from '../support/refused.mjs';
import { callIn, Owner } from '../support/story.mjs';

/** A file as an editor leaves it: a mark at its start, line ends of Windows, lines that are empty. */
const saved = (text) => Buffer.from(`\ufeff${text.replaceAll('\n', '\r\n')}\r\n\r\n`).toString('base64');

test('Amplitude: SAML from one metadata file, by the company\'s own administrator', { timeout: 180_000 }, async (t) => {
  const house = await Doorward.open(t);
  const app = await addApp(t, house, 'Authlib', { roles_claim: true });
  const idp = await startPeer(t, 'pysaml2_idp.py', { host: 'idp.localhost' });
  const company = await addOrganization(house, 'Acme', 'acme');
  await house.api('PATCH', `/organizations/${company.id}`, { sso_allowed: false }, { 'if-match': '*' });
  const owner = await Owner.invite(house, company, 'root@acme.example', 'Root of Acme');
  /** The owner at work, in the browser of theirs. */
  const own = async (method, address, body) => {
    const answer = await callIn(owner.browser, house, method, address, body);
    assert.ok(answer.status < 300, `${method} ${address}: ${answer.status} ${answer.body}`);
    return answer.json;
  };
  const arrive = (who, browser = new Browser()) => browser.signIn(app.login({ organization: 'acme' }), who);
  const told = (page) => ({ ...page.json.claims, ...page.json.userinfo });
  let at;
  let ours;

  /** The provider is told of us, and signs with one key. */
  const atProvider = async (keys = {}) => idp.configure({ sp_metadata: (await request(ours.metadata_url)).body, ...keys });
  const recognise = (file) => own('POST', '/recognise', { file });
  const goLive = async () => {
    const { url } = await own('POST', `${at}/test`, {});
    const page = await new Browser().signIn(url, 'alice');
    assert.ok(passed(page), String(page));
    return own('POST', `${at}/activate`);
  };

  await t.test('whoever administers the company configures it, in the own browser, and nobody else', async () => {
    const made = await own('POST', '/connections', { organization: company.id, name: 'Okta', protocol: 'saml' });
    at = `/connections/${made.id}`;
    ours = made.service_provider;
    const other = await addOrganization(house, 'Other', 'other');
    const stranger = await Owner.invite(house, other, 'root@other.example', 'Root of Other');
    for (const [method, address, body] of [['GET', at], ['PUT', `${at}/draft`, {}], ['POST', `${at}/activate`]]) {
      const refused = await callIn(stranger.browser, house, method, address, body);
      assert.equal(refused.status, 404, `${method}: ${refused.body}`);
    }
    assert.deepEqual((await own('GET', at)).service_provider, ours, 'entity ID and ACS address, at any time');
  });

  await t.test('one file fills everything, also what a browser showed of it, and what was read is shown first', async (t2) => {
    const shown = await atProvider();
    const { page } = await openChromium(t2, { origins: [] });
    await page.goto(shown.metadata_url);
    await page.keyboard.press('Control+A');
    const copied = await page.evaluate(() => getSelection().toString());
    assert.match(copied, /does not appear to have any style information/, 'more than the file itself');
    const [raw, viewed] = [await recognise(saved(shown.metadata_xml)), await recognise(saved(copied))];
    for (const { kind, read, wrong, missing } of [raw, viewed]) {
      assert.deepEqual([kind, read.entity_id, wrong, missing], ['saml_metadata', shown.entity_id, [], []]);
      assert.deepEqual(read.sso_endpoints.map(({ location }) => location).sort(), [`${idp.base}/sso/post`, `${idp.base}/sso/redirect`]);
      const [{ not_after: end, subject }, ...more] = read.certificates;
      assert.deepEqual([subject, more], ['CN=pysaml2', []]);
      assert.ok(Date.parse(end) > Date.now(), end);
    }
    assert.deepEqual(viewed.read, raw.read);
    assert.equal((await own('GET', at)).draft.config.idp_entity_id, '', 'nothing is kept by looking');
    const put = await own('PUT', `${at}/draft`, viewed.draft);
    assert.deepEqual([put.missing, put.draft.config.idp_entity_id], [[], shown.entity_id]);
  });

  await t.test('the plan decides whether it is a way in, and it is for the vendor to say', async () => {
    const early = await callIn(owner.browser, house, 'POST', `${at}/test`, {});
    assert.deepEqual([early.status, early.json.code], [409, 'switched_off'], early.body);
    const sell = (sso_allowed, caller) => caller('PATCH', `/organizations/${company.id}`, { sso_allowed }, { 'if-match': '*' });
    const refused = await sell(true, (...call) => callIn(owner.browser, house, ...call));
    assert.equal(refused.status, 403, refused.body);
    const vendor = (...call) => house.api(...call);
    await sell(true, vendor);
    await goLive();
    assert.equal((await arrive('alice')).status, 200);
    await sell(false, vendor);
    await assertRefused(house, await arrive('alice'), { code: 'sso_not_offered' });
    await sell(true, vendor);
    assert.equal((await arrive('alice')).status, 200);
  });

  let sub;
  await t.test('the e-mail address is the name of a person, and has to be one of the company', async () => {
    const hold = async (domain) => {
      await own('PUT', `/organizations/${company.id}/domains/${domain}`);
      const claimed = await callIn(owner.browser, house, 'POST', `/organizations/${company.id}/domains/${domain}/accept`, {});
      assert.equal(claimed.status, 403, 'a company does not prove its domain by saying so');
      await house.api('POST', `/organizations/${company.id}/domains/${domain}/accept`, {});
    };
    await hold('acme.example');
    await own('PATCH', `/organizations/${company.id}`, { outside_domains: 'refuse' });
    await assertRefused(house, await arrive('bob'), { code: 'email_domain_outside' });
    await hold('example.com');
    const page = await arrive('bob');
    const [known] = (await own('GET', '/users?q=bob')).items;
    sub = told(page).sub;
    assert.deepEqual([known.id, known.identities.map(({ subject }) => subject)], [sub, ['bob@example.com']]);
    assert.deepEqual([told(page).email, told(page).email_verified, told(page).roles], ['bob@example.com', true, []]);
  });

  await t.test('a person administers when an owner says so, and owners stay out of their reach', async () => {
    const browser = new Browser();
    await arrive('bob', browser);
    assert.equal((await callIn(browser, house, 'GET', at)).status, 401, 'no administrator yet');
    await own('PUT', `/users/${sub}/roles`, { roles: ['admin'] });
    assert.equal((await callIn(browser, house, 'GET', at)).status, 200);
    const more = await callIn(browser, house, 'POST', `/organizations/${company.id}/owners`, { user: sub });
    assert.equal(more.status, 403, more.body);
    assert.deepEqual(told(await arrive('bob')).roles, ['admin']);
  });

  await t.test('a new certificate that nobody was told of is refused until its metadata is there', async () => {
    const { metadata_xml } = await atProvider({ key: 2 });
    await assertRefused(house, await arrive('bob'), { code: 'saml_signer_unknown' });
    const { draft } = await recognise(saved(metadata_xml));
    await own('PUT', `${at}/draft`, draft);
    await assertRefused(house, await arrive('bob'), { code: 'saml_signer_unknown' });
    const live = await goLive();
    assert.equal(`/connections/${live.id}`, at, 'the same connection');
    assert.deepEqual(live.service_provider, ours, 'nothing to change at the provider');
    assert.equal(told(await arrive('bob')).sub, sub, 'the same person');
  });

  await t.test('one that was announced changes nothing for anybody', async () => {
    const { metadata_xml } = await atProvider({ key: 2, announced_keys: [3] });
    const { read, draft } = await recognise(saved(metadata_xml));
    assert.equal(read.certificates.length, 2);
    await own('PUT', `${at}/draft`, draft);
    await goLive();
    for (const key of [2, 3]) {
      await atProvider({ key });
      assert.equal(told(await arrive('bob')).sub, sub, `key ${key}`);
    }
    await atProvider({ key: 1 });
    await assertRefused(house, await arrive('bob'), { code: 'saml_signer_unknown' });
  });

  await t.test('with the provider gone the owner comes in, and nobody else', async () => {
    await idp.stop();
    await assert.rejects(arrive('bob'), /ECONNREFUSED/);
    const browser = new Browser();
    await owner.enter(browser);
    const page = await browser.open(app.login());
    assert.deepEqual([told(page).sub, told(page).roles, told(page).amr], [owner.id, ['owner'], ['pwd']], String(page));
    assert.equal((await own('GET', at)).id, at.split('/').at(-1), 'and administers');
  });

  await t.test('each provider has a guide at an address of its own', async () => {
    const guides = await house.list('/presets');
    for (const { id } of guides) assert.equal((await house.api('GET', `/presets/${id}`)).id, id);
    assert.ok(['okta', 'entra', 'google'].every((id) => guides.some((each) => each.id === id)), JSON.stringify(guides));
  });
});
