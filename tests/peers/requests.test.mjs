// What an app's request makes of the visitor's way: fresh proof, and nothing told to strangers.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import test from 'node:test';
import { Browser } from './support/browser.mjs';
import { Doorward } from './support/doorward.mjs';
import { addApp, addOrganization, addUpstream, match } from './support/house.mjs';

function asking(house, app, more) {
  const challenge = createHash('sha256').update(randomBytes(32)).digest('base64url');
  return `${house.url}/oauth2/authorize?${new URLSearchParams({
    response_type: 'code', client_id: app.app.client_id, redirect_uri: app.app.redirect_uris[0], scope: 'openid',
    code_challenge: challenge, code_challenge_method: 'S256', ...more,
  })}`;
}

/** The SAML request a browser would carry to the provider; ours is one stored DEFLATE block. */
async function carried(house, address) {
  const browser = new Browser();
  browser.holdsBack = (url) => !url.startsWith(house.url);
  const { held } = await browser.open(address);
  assert.ok(held, 'the visitor is sent on');
  return Buffer.from(new URL(held).searchParams.get('SAMLRequest'), 'base64').toString('latin1');
}

test('an app that names the oldest proof it accepts has the provider asked anew', { timeout: 60_000 }, async (t) => {
  const house = await Doorward.open(t);
  const app = await addApp(t, house, 'openid-client');
  const organization = await addOrganization(house, 'Acme', 'acme');
  await addUpstream(t, house, organization, 'samlp');
  const ask = (more) => carried(house, asking(house, app, { organization: 'acme', ...more }));
  assert.doesNotMatch(await ask({}), /ForceAuthn/, 'nobody is bothered without need');
  assert.match(await ask({ max_age: '60' }), /ForceAuthn="true"/);
  assert.match(await ask({ prompt: 'login' }), /ForceAuthn="true"/);
});

test('a stranger cannot tell what is switched off from what does not exist', { timeout: 60_000 }, async (t) => {
  const house = await Doorward.open(t);
  const app = await addApp(t, house, 'openid-client');
  const organization = await addOrganization(house, 'Acme', 'acme');
  const empty = await addOrganization(house, 'Empty', 'empty');
  await addUpstream(t, house, organization, 'samlp');
  await house.api('PATCH', `/organizations/${organization.id}`, { disabled: true }, await match(house, organization.id, 'organizations'));
  const seen = new Map();
  for (const [path, code] of [['nobody', 'route_unknown'], ['acme', 'organization_disabled'], [empty.path, 'connection_not_live']]) {
    for (const address of [`${house.url}/o/${path}`, asking(house, app, { organization: path })]) {
      const page = await new Browser().open(address);
      assert.equal(page.status, 403, String(page));
      // What differs by nature: what to quote, when, and the way to start again.
      const told = page.text.replaceAll(page.reference, 'REFERENCE').replace(/\d{4}-\d\d-\d\d.*?UTC|\d\d:\d\d(:\d\d)?/g, 'TIME');
      seen.set(told, address);
      const attempt = await house.api('GET', `/attempts/${page.reference}`);
      assert.equal(attempt.code, code, 'the trace has the reason');
      assert.ok(attempt.checks.some((check) => check.verdict === 'failed'), 'and the check that failed');
    }
  }
  assert.equal(seen.size, 1, [...seen].map(([text, address]) => `${address}\n${text}`).join('\n\n'));
});
