// HTTP as an attacker writes it, octet by octet, at the real server: two requests in one, requests
// without end, paths in disguise, line ends smuggled into what comes back as a header.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Browser } from './support/browser.mjs';
import { Doorward } from './support/doorward.mjs';
import { addApp, addOrganization, addUpstream } from './support/house.mjs';
import { raw, target } from './support/raw.mjs';

const EVIL = 'evil.example';
const DISCOVERY = '/.well-known/openid-configuration';

/** Still there, and still the same. */
async function assertWell(house) {
  const { answer } = await target(house, DISCOVERY);
  assert.equal(answer.status, 200);
  assert.equal(JSON.parse(answer.body).issuer, house.url);
}

test('one request is never two', { timeout: 120_000 }, async (t) => {
  const house = await Doorward.open(t);
  const host = `Host: localhost:${house.port}`;
  const second = `GET ${DISCOVERY} HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`;
  const first = (lines, body, version = '1.1') =>
    `POST /owner HTTP/${version}\r\n${host}\r\nContent-Type: application/x-www-form-urlencoded\r\n${lines}\r\n\r\n${body}`;
  const chunked = 'Transfer-Encoding: chunked';

  await t.test('the control: two requests are two', async () => {
    for (const lines of ['Content-Length: 0', `${chunked}`]) {
      const body = lines === chunked ? '0\r\n\r\n' : '';
      const { answers } = await raw(house, first(lines, body + second));
      assert.deepEqual(answers.map((each) => each.status), [403, 200]);
      assert.equal(JSON.parse(answers[1].body).issuer, house.url);
    }
  });

  const chunks = `0\r\n\r\n${second}`;
  const refused = {
    'a length and chunks': [`Content-Length: 5\r\n${chunked}`, chunks],
    'chunks and a length': [`${chunked}\r\nContent-Length: ${second.length + 5}`, chunks],
    'two lengths': [`Content-Length: 0\r\nContent-Length: ${second.length}`, second],
    'two lengths in one': [`Content-Length: 0, ${second.length}`, second],
    'a length with a sign': ['Content-Length: +0', second],
    'a length below nothing': ['Content-Length: -1', second],
    'a length in hex': ['Content-Length: 0x0', second],
    'a length past 64 bits': ['Content-Length: 18446744073709551616', second],
    'an empty length': ['Content-Length: ', second],
    'a space before the colon': ['Transfer-Encoding : chunked', chunks],
    'a line that goes on': ['Transfer-Encoding:\r\n chunked', chunks],
    'a line that starts with a space': [' Content-Length: 0', second],
    'almost chunked': ['Transfer-Encoding: xchunked', chunks],
    'quoted': ['Transfer-Encoding: "chunked"', chunks],
    'behind a control character': ['Transfer-Encoding: \x0bchunked', chunks],
    'chunked last of two': ['Transfer-Encoding: gzip, chunked', chunks],
    'chunked first of two': ['Transfer-Encoding: chunked, identity', chunks],
    'chunked twice': [`${chunked}\r\n${chunked}`, chunks],
    'identity': ['Transfer-Encoding: identity', chunks],
    'chunks in HTTP/1.0': [chunked, chunks, '1.0'],
    'a chunk size in C': [chunked, `0x0\r\n\r\n${second}`],
    'a chunk size below nothing': [chunked, `-1\r\n\r\n${second}`],
    'a chunk size past 64 bits': [chunked, `10000000000000000\r\n\r\n${second}`],
    'a chunk that is longer than it says': [chunked, `1\r\naXX0\r\n\r\n${second}`],
    'a line feed in a chunk extension': [chunked, `0;a\nb\r\n\r\n${second}`],
    'chunks without carriage returns': [chunked, `0\n\n${second}`],
    'a carriage return alone': ['X: y\rContent-Length: 0', second],
    'a zero octet': ['X: y\0', second],
  };
  for (const [name, shape] of Object.entries(refused)) {
    await t.test(`${name}: refused, and the connection closed`, async () => {
      const { answers, closed, text } = await raw(house, first(...shape));
      assert.deepEqual(answers.map((each) => each.status), [400], text);
      assert.ok(closed && !text.includes('"issuer"'), text);
    });
  }

  const inside = `Content-Length: ${second.length}`;
  for (const [name, lines] of Object.entries({
    'a body': inside,
    'a body that waits to be asked for': `Expect: 100-continue\r\n${inside}`,
    'a body behind a look-alike': `Content_Length: 0\r\n${inside}`,
    'a body that would be a socket': `Upgrade: websocket\r\nConnection: upgrade\r\n${inside}`,
  })) {
    await t.test(`${name} is no request`, async () => {
      const { answers, text } = await raw(house, first(lines, second), { patience: 500 });
      assert.ok(answers.length <= 1 && !text.includes('"issuer"'), text);
    });
  }
  await assertWell(house);
});

test('what has no end is cut off', { timeout: 120_000 }, async (t) => {
  const house = await Doorward.open(t);
  const host = `Host: localhost:${house.port}`;
  const many = (count, make) => Array.from({ length: count }, (_, at) => make(at));

  await t.test('heads too large', async () => {
    for (const [name, headers, path = '/login'] of [
      ['one header', [`X: ${'a'.repeat(200_000)}`]],
      ['many headers', many(200, (at) => `X-${at}: y`)],
      ['the address', [], `/login?${'a'.repeat(200_000)}`],
    ]) {
      const { answer, closed } = await target(house, path, { headers });
      assert.equal(answer?.status, 431, name);
      assert.ok(closed, name);
    }
    // Large, but not too large: answered, and nothing of it comes back.
    for (const headers of [[`Cookie: ${many(3000, (at) => `a${at}=b`).join('; ')}`], [`X: ${'a'.repeat(100_000)}`]]) {
      const { answer } = await target(house, '/login', { headers });
      assert.equal(answer.status, 200);
      assert.ok(!answer.body.includes('aaaa'));
    }
  });

  await t.test('a long path leaves a short trace', async () => {
    const { answer } = await target(house, `/o/${'a'.repeat(60_000)}`);
    const reference = answer.body.match(/\b\d{4}(?:-[a-z]{4,7}){3}\b/)[0];
    const record = await house.call('GET', `/attempts/${reference}`);
    assert.ok(record.body.length < 4_000, `${record.body.length} characters`);
  });

  await t.test('a body longer than it may be', async () => {
    const post = (length, body) => raw(house, [`POST /owner HTTP/1.1\r\n${host}\r\nContent-Type: application/x-www-form-urlencoded\r\n${length}\r\n\r\n`, body]);
    const announced = await post('Content-Length: 99999999999', 'email=');
    assert.equal(announced.answers[0]?.status, 413, 'not waited for');
    const poured = await post('Transfer-Encoding: chunked', many(20, () => `10000\r\n${'a'.repeat(0x10000)}\r\n`).join(''));
    assert.equal(poured.answers[0]?.status, 413);
  });

  await t.test('heads and bodies too slow', async () => {
    const slow = (text, patience) => raw(house, text, { patience });
    const form = 'Content-Type: application/x-www-form-urlencoded';
    const [head, body, idle] = await Promise.all([
      slow(`GET /login HTTP/1.1\r\n${host}\r\n`, 20_000),
      slow(`POST /owner HTTP/1.1\r\n${host}\r\n${form}\r\nContent-Length: 100\r\n\r\nemail=`, 75_000),
      slow('', 20_000),
    ]);
    assert.deepEqual([head.answers[0]?.status, head.closed], [408, true]);
    assert.deepEqual([body.answers[0]?.status, body.closed], [408, true]);
    assert.ok(idle.closed, 'who says nothing is not waited for');
  });
  await assertWell(house);
});

test('a path is what it says, whoever asks', { timeout: 120_000 }, async (t) => {
  const house = await Doorward.open(t);
  const organization = await addOrganization(house, 'Acme', 'acme');
  const { peer } = await addUpstream(t, house, organization, 'samlp');
  const page = async (path) => (await target(house, path)).answer;
  const steady = ({ status, body }) => `${status}\n${body.replace(/[\w-]{20,}|value="[^"]*"/g, '~')}`;
  const owner = steady(await page('/owner'));

  await t.test('the target may name a host: no address changes', async () => {
    for (const path of [DISCOVERY, '/login', '/owner', '/nowhere']) {
      const honest = steady(await page(path));
      for (const origin of [`http://${EVIL}`, `https://${EVIL}`, `http://u:p@${EVIL}:99`, `HTTP://${EVIL}`]) {
        assert.equal(steady(await page(origin + path)), honest, origin + path);
      }
    }
    const { status, header } = await page(`http://${EVIL}/o/acme`);
    assert.equal(status, 303);
    assert.ok(header('location').startsWith(`${peer.base}/sso?`));
    const asked = Buffer.from(new URL(header('location')).searchParams.get('SAMLRequest'), 'base64').toString('latin1');
    assert.ok(asked.includes(`${house.url}/saml/`) && !asked.includes(EVIL), asked);
  });

  await t.test('the host may be nonsense: no address changes, or it is refused', async () => {
    const honest = (await page(DISCOVERY)).body;
    const asked = async (lines) => (await raw(house, `GET ${DISCOVERY} HTTP/1.1\r\n${lines}Connection: close\r\n\r\n`)).answers[0];
    for (const name of ['', 'a b', `${EVIL}/x`, `u:p@${EVIL}`, `${EVIL}, localhost`, '[::1', `${EVIL}:99999`, `localhost\t${EVIL}`, `\x80${EVIL}`]) {
      const { status, body, headers } = await asked(`Host: ${name}\r\n`);
      if (status === 200) assert.equal(body, honest);
      else assert.equal(status, 400);
      assert.ok(!JSON.stringify(headers).includes(EVIL), name);
    }
    assert.equal((await asked('')).status, 400, 'no host');
    assert.equal((await asked(`Host: localhost\r\nHost: ${EVIL}\r\n`)).status, 400, 'two hosts');
  });

  await t.test('nothing leads out of its place', async () => {
    const up = ['..', '%2e%2e', '%2E.', '%252e%252e', '%c0%ae%c0%ae', '%u002e%u002e', '..%00', '....//'];
    const slash = ['/', '%2f', '%5c', '\\', '%252f', '%c0%af', '%ef%bc%8f', ';/'];
    for (const dots of up) {
      for (const stroke of slash) {
        for (const path of [`/o/${dots}${stroke}owner`, `/x/${dots}${stroke}owner`, `/assets/${dots}${stroke}${dots}${stroke}owner`, `/o/acme${stroke}${dots}${stroke}${dots}${stroke}owner`]) {
          const answer = await page(path);
          assert.ok([400, 403, 404].includes(answer.status), `${path}: ${answer.status} ${answer.header('location')}`);
          assert.notEqual(steady(answer), owner, path);
        }
        const files = await page(`/assets/${dots}${stroke}doorward.key`);
        assert.ok([400, 404].includes(files.status), `${files.status}`);
        const api = await page(`/api/v1/${dots}${stroke}v1${stroke}organizations`);
        assert.ok([400, 401, 404].includes(api.status) && !api.body.includes(organization.id), api.body);
      }
    }
  });

  await t.test('no spelling gets past the API token', async () => {
    for (const path of ['/api/v1/organizations', '/API/v1/organizations', '//api/v1/organizations', '/api//v1/organizations', '/api/v1//organizations',
      '/api/v1/organizations/', '/api/v1/organizations%2f', '/api/v1/%6frganizations', '/api/v1/organizations;x', '/api%2fv1/organizations',
      '/./api/v1/organizations', '/api/v1/organizations%00', '/api/v1/organizations%20', '/api/v1/organizations.json', `http://${EVIL}/api/v1/organizations`]) {
      const answer = await page(path);
      assert.ok([400, 401, 404].includes(answer.status), `${path}: ${answer.status}`);
      assert.ok(!answer.body.includes(organization.id), answer.body);
    }
  });

  await t.test('two slashes are no way to another host', async () => {
    for (const path of [`//${EVIL}`, `//${EVIL}/`, `//${EVIL}/o/acme`, `/\\${EVIL}`, `/%5c${EVIL}`, `/%2f%2f${EVIL}`, `/o//${EVIL}`, `///${EVIL}/..`, `/login//${EVIL}`]) {
      const answer = await page(path);
      assert.ok([400, 403, 404].includes(answer.status), `${path}: ${answer.status}`);
      assert.equal(answer.header('location'), undefined);
    }
  });

  await t.test('other kinds of targets are refused', async () => {
    for (const [path, method] of [['*', 'GET'], ['*', 'OPTIONS'], [`${EVIL}:443`, 'CONNECT'], ['owner', 'GET'], ['/login', 'TRACE'], ['/login', 'A'.repeat(5_000)]]) {
      const { answer } = await target(house, path, { method, headers: ['X-Mine: not to be echoed'], patience: 10_000 });
      assert.ok([400, 404, 405, 501].includes(answer.status), `${method} ${path}: ${answer.status}`);
      assert.ok(!answer.body.includes('not to be echoed'));
    }
  });
  await assertWell(house);
});

test('what is sent back stays inside its header', { timeout: 120_000 }, async (t) => {
  const house = await Doorward.open(t);
  const saml = await addOrganization(house, 'Saml', 'saml');
  const oidc = await addOrganization(house, 'Oidc', 'oidc');
  await addUpstream(t, house, saml, 'samlp');
  await addUpstream(t, house, oidc, 'oidc-provider');
  const app = await addApp(t, house, 'openid-client');
  const [callback] = app.app.redirect_uris;
  const [signedOut] = app.app.post_logout_redirect_uris;
  const ENDS = ['\r\n', '\n', '\r', '\u2028', '\u010a\u010d', '\0'];

  const asking = (more) => `/oauth2/authorize?${new URLSearchParams({
    client_id: app.app.client_id, redirect_uri: callback, response_type: 'code', scope: 'openid', state: 's', nonce: 'n',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256', ...more,
  })}`;
  /** Nothing in the head but what we wrote: no line of theirs, and every octet one of a header's. */
  function assertWhole({ text, answer }, address) {
    const head = text.slice(0, text.indexOf('\r\n\r\n'));
    assert.ok(answer.status < 500, `${address}: ${answer.status}`);
    assert.match(head.replaceAll('\r\n', ''), /^[\t\x20-\x7e]*$/, address);
    assert.ok(!/^(x-injected|set-cookie: evil)/im.test(head), `${address}\n${head}`);
    assert.ok(!/^\s*<script|x-injected/im.test(answer.body.split('<body')[0]), `${address}\n${answer.body}`);
    return answer;
  }

  for (const end of ENDS) {
    const planted = `a${end}X-Injected: 1${end}Set-Cookie: evil=1${end}${end}<script>`;
    await t.test(JSON.stringify(end), async () => {
      for (const organization of ['saml', 'oidc']) {
        for (const name of ['login_hint', 'state', 'nonce', 'redirect_uri', 'client_id', 'scope', 'prompt', 'response_mode', 'response_type', 'max_age',
          'domain_hint', 'organization', 'connection', 'code_challenge', 'code_challenge_method', 'id_token_hint', 'ui_locales', 'request']) {
          const address = asking({ organization, [name]: planted });
          assertWhole(await target(house, address), address);
        }
        const address = asking({ organization, redirect_uri: callback + planted });
        const answer = assertWhole(await target(house, address), address);
        assert.equal(answer.header('location'), undefined, 'sent nowhere');
      }
      // What the app sent comes back to it unchanged, in its field.
      const failing = await target(house, asking({ organization: 'saml', state: planted, response_type: 'token' }));
      const location = assertWhole(failing, 'state').header('location');
      assert.equal(new URL(location).searchParams.get('state'), planted);

      for (const address of [
        `/o/saml${encodeURIComponent(planted)}`,
        `/o/saml?login_hint=${encodeURIComponent(planted)}`,
        `/login?${new URLSearchParams({ email: planted })}`,
        `/oidc/callback?${new URLSearchParams({ code: planted, state: planted, iss: planted })}`,
        `/oidc/callback?${new URLSearchParams({ error: planted, error_description: planted, state: 's' })}`,
        `/oauth2/logout?${new URLSearchParams({ client_id: app.app.client_id, post_logout_redirect_uri: signedOut, state: planted })}`,
        `/oauth2/logout?${new URLSearchParams({ client_id: app.app.client_id, post_logout_redirect_uri: signedOut + planted })}`,
        `/${encodeURIComponent(planted)}`,
      ]) assertWhole(await target(house, address), address);
      for (const header of [`Cookie: doorward-browser=${encodeURIComponent(planted)}`, `Accept-Language: ${encodeURIComponent(planted)}`, `Origin: ${encodeURIComponent(planted)}`, `X-Request-Id: ${encodeURIComponent(planted)}`]) {
        assertWhole(await target(house, asking({ organization: 'saml' }), { headers: [header] }), header);
      }
    });
  }

  await t.test('a whole sign-in brings the state back as it was', async () => {
    const browser = new Browser();
    browser.holdsBack = (url) => url.startsWith(`${callback}?`);
    const state = 'a\r\nX-Injected: 1\r\n\r\n';
    const { held } = await browser.signIn(house.url + asking({ organization: 'saml', state, login_hint: 'x\r\ny@example.com' }), 'alice', { until: (page) => page.held });
    assert.ok(held, 'sent back to the app');
    assert.equal(new URL(held).searchParams.get('state'), state);
    assert.ok(new URL(held).searchParams.get('code'));
  });
  await assertWell(house);
});
