// From an empty folder to an owner: with a browser, without one, and across a restart.
import assert from 'node:assert/strict';
import test from 'node:test';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { Browser } from './support/browser.mjs';
import { Doorward, OWNER } from './support/doorward.mjs';
import { addApp, addOrganization, addUpstream } from './support/house.mjs';
import { enterAsOwner, fillSetup, takeOwnersDoor } from './support/owner.mjs';

test('the printed one-time address sets the house up, once, without JavaScript', { timeout: 120_000 }, async (t) => {
  const house = await Doorward.create(t);
  await house.start();
  const link = new URL(await house.setupLink());
  assert.equal(`${link.origin}${link.pathname}`, `${house.url}/setup`);
  assert.equal(link.search, '', 'no proxy logs the token');
  const token = link.hash.slice(1);
  assert.ok(token.length >= 20, 'the token is in the fragment');
  assert.equal(statSync(path.join(house.data, 'setup-token')).mode & 0o777, 0o600);

  const wrong = await fillSetup(new Browser(), house, `${token.slice(0, -1)}${token.endsWith('a') ? 'b' : 'a'}`);
  assert.ok(wrong.status >= 400, String(wrong));

  const done = await fillSetup(new Browser(), house, token);
  assert.ok(done.status < 400, String(done));
  assert.ok(!existsSync(path.join(house.data, 'setup-token')), 'the token file is gone');
  const again = await fillSetup(new Browser(), house, token).catch((gone) => gone);
  assert.ok(again.status >= 400 || again instanceof Error, 'set-up is gone afterwards');

  const owner = await enterAsOwner(new Browser(), house);
  assert.equal(owner.status, 200, String(owner));
  assert.match(owner.text, /sign out/i);
});

test('a machine without a browser is set up on the command line, also while the server runs', { timeout: 120_000 }, async (t) => {
  const house = await Doorward.create(t);
  await house.start();
  await house.cli(['owner', 'create', '--data', house.data, '--email', OWNER.email, '--name', OWNER.name,
    '--organization', 'Home', '--password-stdin'], { stdin: `${OWNER.password}\n` });
  house.token = (await house.cli(['token', 'create', '--data', house.data, '--name', 'first'])).trim();
  assert.match(house.token, /^\S+$/, 'only the token on standard output');
  const owners = await house.list('/owners');
  assert.deepEqual(owners.map((owner) => owner.email), [OWNER.email]);
  const page = await enterAsOwner(new Browser(), house);
  assert.match(page.text, /sign out/i, String(page));
  assert.match(await house.cli(['version']), /\d+\.\d+\.\d+/);
});

test('with the provider switched off the owner signs in at /owner in under two seconds', { timeout: 120_000 }, async (t) => {
  const house = await Doorward.open(t);
  const organization = await addOrganization(house, 'Acme', 'acme');
  const { peer } = await addUpstream(t, house, organization, 'oidc-provider');
  const app = await addApp(t, house, 'openid-client');
  assert.equal((await new Browser().signIn(app.login({ organization: 'acme' }), 'alice')).status, 200);
  await peer.stop();
  await house.stop();
  await house.start();
  const began = performance.now();
  const page = await enterAsOwner(new Browser(), house);
  const took = performance.now() - began;
  assert.match(page.text, /sign out/i, String(page));
  assert.ok(took < 2000, `took ${Math.round(took)} ms`);

  const wrong = await enterAsOwner(new Browser(), house, { password: 'not the password at all' });
  assert.ok(wrong.status >= 400, String(wrong));
});

test('an owner without single sign-on goes through the own door on to the app', { timeout: 120_000 }, async (t) => {
  const house = await Doorward.open(t);
  const app = await addApp(t, house, 'openid-client');
  const browser = new Browser();
  const asked = await browser.open(app.login());
  assert.equal(asked.status, 200, String(asked));
  const page = await takeOwnersDoor(browser, asked);
  assert.equal(page.status, 200, String(page));
  assert.ok(page.url.startsWith(`${app.base}/callback?`), String(page));
  const { claims, userinfo } = page.json;
  assert.equal(userinfo.email ?? claims.email, OWNER.email);
  const [owner] = await house.list('/owners');
  assert.equal(claims.sub, owner.id);
  const again = await browser.open(app.login());
  assert.equal(again.json.claims.sid, claims.sid, 'signed in from now on');
});

test('a restart keeps sessions, tokens and configuration', { timeout: 120_000 }, async (t) => {
  const house = await Doorward.open(t);
  const organization = await addOrganization(house, 'Acme', 'acme');
  await addUpstream(t, house, organization, 'samlp');
  const app = await addApp(t, house, 'openid-client');
  const browser = new Browser();
  const first = await browser.signIn(app.login({ organization: 'acme' }), 'alice');
  assert.equal(first.status, 200, String(first));
  const { code } = await house.stop();
  assert.equal(code, 0, 'a clean end');
  await house.start();
  const second = await browser.open(app.login({ organization: 'acme' }));
  assert.equal(second.status, 200, String(second));
  assert.equal(second.json.claims.sid, first.json.claims.sid, 'the same session');
  const third = await new Browser().signIn(app.login({ organization: 'acme' }), 'alice');
  assert.equal(third.json.claims.sub, first.json.claims.sub, String(third));
});

test('wrong input names the option and what it expects', { timeout: 120_000 }, async (t) => {
  const house = await Doorward.create(t);
  for (const [args, names] of [
    [['serve', '--listen', 'nowhere'], /listen/],
    [['serve', '--public-url', 'sso.example.com'], /public[-_ ]url/i],
    [['owner', 'create', '--data', house.data], /email/],
  ]) {
    await assert.rejects(house.cli(args), names, args.join(' '));
  }
});
