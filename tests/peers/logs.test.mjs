// What must never reach a log: assertions, codes, tokens, cookies, passwords, secrets, and what
// providers say of people. Whole sign-ins are made, refused ones too, and everything that was
// secret in them is looked for in everything the server wrote.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import test from 'node:test';
import { PASSWORD } from './peers/people.mjs';
import { Browser } from './support/browser.mjs';
import { Doorward, OWNER } from './support/doorward.mjs';
import { addApp, addOrganization, addUpstream } from './support/house.mjs';
import { enterAsOwner } from './support/owner.mjs';

const MOST = 64 << 20;
/** Shorter values would be found by chance. */
const TELLING = 8;
/** Query parameters that say nothing secret. */
const OPEN = new Set(['response_type', 'client_id', 'redirect_uri', 'scope', 'organization', 'code_challenge_method', 'iss', 'login_hint', 'prompt', 'max_age']);

/** A browser that remembers every value that was secret on its way. */
class Witness extends Browser {
  constructor() {
    super();
    this.seen = new Map();
  }

  note(name, value) {
    if (value && value.length >= TELLING) this.seen.set(value, name);
  }

  async open(address, options = {}) {
    for (const [name, value] of options.fields ?? []) {
      this.note(`field ${name}`, value);
      if (name !== 'SAMLResponse') continue;
      const xml = Buffer.from(value, 'base64').toString('utf8');
      for (const [, text] of xml.matchAll(/>([^<>\s][^<>]{7,})</g)) {
        if (/@|^[A-Za-z0-9+/=\s]{40,}$/.test(text)) this.note('a value of the assertion', text);
      }
    }
    const page = await super.open(address, options);
    for (const line of page.chain ?? []) {
      for (const [name, value] of new URL(line.slice(line.indexOf(' ') + 1)).searchParams) {
        if (!OPEN.has(name)) this.note(`parameter ${name}`, value);
      }
    }
    for (const cookie of this.jar.cookies.values()) this.note(`cookie ${cookie.name}`, cookie.value);
    return page;
  }
}

for (const level of ['info', 'trace']) {
  test(`nothing secret in the log at level ${level}`, { timeout: 120_000 }, async (t) => {
    const house = await Doorward.open(t, { settings: ['--log-level', level] });
    let log = house.child.err;
    house.child.process.stderr.on('data', (part) => { if (log.length < MOST) log += part; });
    const app = await addApp(t, house, 'openid-client');
    const secrets = new Map([
      [house.token, 'the API token'], [app.app.client_secret, "the app's secret"],
      [OWNER.password, "the owner's password"], [PASSWORD, 'a password'],
      ['alice@example.com', 'an address'], ['Alice Example', 'a name'], [OWNER.email, "the owner's address"],
    ]);
    for (const upstream of ['samlp', 'pysaml2', 'oidc-provider']) {
      const organization = await addOrganization(house, `Via ${upstream}`, `via-${upstream}`);
      const { draft } = await addUpstream(t, house, organization, upstream);
      if (draft.client_secret) secrets.set(draft.client_secret, 'our secret at the provider');
      const witness = new Witness();
      const page = await witness.signIn(app.login({ organization: organization.path }), 'alice');
      assert.equal(page.status, 200, String(page));
      for (const [name, token] of Object.entries(page.json.tokens)) secrets.set(token, name);
      for (const [value, name] of witness.seen) secrets.set(value, `${upstream}: ${name}`);
      // The same answer once more: a refusal is written about too.
      const stale = page.chain.findLast((line) => line.includes('/login/finish') || line.includes('/callback?'));
      if (stale) await new Browser().open(stale.slice(stale.indexOf(' ') + 1));
    }
    // A private key pasted by mistake, where anything may be pasted and where a certificate belongs.
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
    for (const line of key.split('\n').filter((each) => each.length > 20)) secrets.set(line, 'a private key');
    for (const body of [{ input: key }, { file: Buffer.from(key).toString('base64') }]) {
      const seen = await house.api('POST', '/recognise', body);
      assert.equal(seen.kind, 'private_key');
      assert.ok(!key.split('\n').some((line) => line.length > 20 && JSON.stringify(seen).includes(line)));
    }
    await assert.rejects(house.api('POST', '/connections', { organization: 'x', name: 'x', protocol: 'saml', config: { certificate: key } }));

    const owner = new Witness();
    await enterAsOwner(owner, house);
    for (const [value, name] of owner.seen) secrets.set(value, `owner: ${name}`);
    await house.stop();

    assert.match(log, /\/saml\/[a-z0-9]+\/acs/, 'the sign-ins are in the log');
    assert.ok(log.length < MOST, 'the whole log was looked at');
    assert.ok([...secrets.values()].some((name) => name.includes('SAMLResponse')), 'the assertion was witnessed');
    assert.ok([...secrets.values()].some((name) => name.includes('cookie')), 'cookies were witnessed');
    const found = [...secrets].filter(([value]) => log.includes(value) || log.includes(encodeURIComponent(value)));
    const where = found.map(([value, name]) => `${name}: ${log.split('\n').find((line) => line.includes(value))?.slice(0, 200)}`);
    assert.deepEqual(where, []);
  });
}
