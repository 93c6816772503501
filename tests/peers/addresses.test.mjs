// public_url is the only source of every address: no request header changes one (6a, 6c).
import assert from 'node:assert/strict';
import test from 'node:test';
import { request } from './support/browser.mjs';
import { Doorward } from './support/doorward.mjs';
import { addApp, addOrganization, addUpstream } from './support/house.mjs';

const EVIL = 'evil.example';

/** Headers with which proxies and attackers talk about addresses. */
const LIES = [
  { host: EVIL },
  { host: `${EVIL}:443` },
  { host: `localhost@${EVIL}` },
  { 'x-forwarded-host': EVIL, 'x-forwarded-proto': 'https' },
  { 'x-forwarded-proto': 'https', 'x-forwarded-port': '8443' },
  { 'x-forwarded-prefix': `/${EVIL}`, 'x-forwarded-path': `/${EVIL}` },
  { forwarded: `for=192.0.2.1;host=${EVIL};proto=https` },
  { 'x-original-host': EVIL, 'x-host': EVIL, 'x-forwarded-server': EVIL },
  { 'x-original-url': `/${EVIL}`, 'x-rewrite-url': `/${EVIL}` },
  { 'x-forwarded-for': EVIL, 'x-real-ip': EVIL, 'true-client-ip': EVIL },
  { host: 'localhost', 'x-forwarded-host': `${EVIL}, ${EVIL}` },
  { origin: `https://${EVIL}`, referer: `https://${EVIL}/` },
];

/** What differs from one honest answer to the next: random values and times. */
const steady = (text) => text
  .replace(/[\w-]{20,}/g, '~')
  .replace(/\b[A-Z0-9]{4}-[A-Z0-9]{4}\b/g, '~')
  .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '~')
  .replace(/SAMLRequest=[^&"]+/g, 'SAMLRequest=~')
  .replace(/value="[\w+/=~]{20,}"/g, 'value="~"');

test('no header changes an emitted address', { timeout: 120_000 }, async (t) => {
  const house = await Doorward.open(t);
  const saml = await addOrganization(house, 'Saml', 'saml');
  const oidc = await addOrganization(house, 'Oidc', 'oidc');
  const { connection } = await addUpstream(t, house, saml, 'samlp');
  await addUpstream(t, house, oidc, 'oidc-provider');
  const app = await addApp(t, house, 'openid-client');
  const authorize = (organization) => `/oauth2/authorize?${new URLSearchParams({
    client_id: app.app.client_id, redirect_uri: `${app.base}/callback`, response_type: 'code', scope: 'openid',
    state: 's', nonce: 'n', code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256', organization,
  })}`;

  const places = {
    discovery: '/.well-known/openid-configuration',
    'authorization server metadata': '/.well-known/oauth-authorization-server',
    'SAML metadata': `/saml/${connection.id}/metadata`,
    'authorize to SAML': authorize('saml'),
    'authorize to OIDC': authorize('oidc'),
    'an error redirect': authorize('saml').replace('response_type=code', 'response_type=token'),
    'login address': '/o/saml',
    home: '/',
    'login page': '/login',
    'owner door': '/owner',
    'no such page': '/no/such/page',
  };
  for (const [name, place] of Object.entries(places)) {
    await t.test(name, async () => {
      const told = (answer) => steady(`${answer.status}\n${answer.headers.location ?? ''}\n${answer.headers.link ?? ''}\n${answer.body}`);
      const honest = await request(house.origin + place);
      for (const lie of LIES) {
        const answer = await request(house.origin + place, { headers: lie });
        const raw = JSON.stringify(answer.headers) + answer.body;
        assert.ok(!decodeURIComponent(raw.replace(/%(?![0-9a-f]{2})/gi, '%25')).includes(EVIL), `${JSON.stringify(lie)} shows up at ${place}: ${raw}`);
        // A host of another name may be refused outright, but never answered with other addresses.
        if (answer.status === honest.status) assert.equal(told(answer), told(honest), JSON.stringify(lie));
        else assert.ok([400, 403, 404, 421].includes(answer.status), `${JSON.stringify(lie)}: ${answer.status}`);
      }
    });
  }
});

test('an issuer with a path is found where RFC 8414 looks, and documents answer HEAD', { timeout: 60_000 }, async (t) => {
  const house = await Doorward.open(t, { base: '/sso' });
  const at = (place) => request(house.origin + place);
  const found = await at('/.well-known/oauth-authorization-server/sso');
  assert.equal(found.status, 200, found.body);
  assert.equal(JSON.parse(found.body).issuer, `${house.origin}/sso`);
  for (const place of ['/.well-known/oauth-authorization-server/sso', '/sso/.well-known/openid-configuration', '/sso/oauth2/jwks', '/sso/health/ready']) {
    const [got, asked] = [await at(place), await request(house.origin + place, { method: 'HEAD' })];
    assert.deepEqual([asked.status, asked.body], [200, ''], place);
    assert.equal(asked.headers['content-length'], String(Buffer.byteLength(got.body)), place);
  }
});
