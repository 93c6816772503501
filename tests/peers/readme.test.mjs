// What the README tells to type, typed: from an owner to a signed-in app, and to the look-up
// of a refused sign-in. Only names and addresses of the reader's own are put in.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { Browser, request } from './support/browser.mjs';
import { run, scratch, startPeer } from './support/child.mjs';
import { binary, Doorward, OWNER } from './support/doorward.mjs';
import { APPS, passed } from './support/house.mjs';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const blocks = [...readme.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].map(([, block]) => block);

/** The one block that holds `text`. */
function block(text) {
  const found = blocks.filter((each) => each.includes(text));
  assert.equal(found.length, 1, `one block of the README with ${text}`);
  return found[0];
}

/** One terminal: what a block sets is there in the next one. */
class Terminal {
  constructor(folder, house, own = {}) {
    Object.assign(this, { folder, own: { './data': house.data, 'http://localhost:8080': house.url, ...own } });
    mkdirSync(path.join(folder, 'bin'), { recursive: true });
    symlinkSync(binary, path.join(folder, 'bin', 'doorward'));
    writeFileSync(path.join(folder, 'state'), '');
  }

  async type(text, own = {}) {
    let typed = block(text);
    for (const [example, real] of Object.entries({ ...this.own, ...own })) typed = typed.replaceAll(example, real);
    const script = `set -euo pipefail; cd '${this.folder}'; PATH="$PWD/bin:$PATH"; source state\n${typed}\n{ declare -f; export -p; } >state`;
    return run('bash', ['-c', script], { stdin: `${OWNER.password}\n` });
  }

  saves(name, text) { writeFileSync(path.join(this.folder, name), text); }
}

async function begin(t) {
  const house = await Doorward.create(t);
  await house.start();
  const terminal = new Terminal(path.join(scratch(t), 'desk'), house, { 'you@example.com': OWNER.email });
  await terminal.type('owner create');
  await terminal.type('token create');
  const peer = await startPeer(t, APPS['openid-client']);
  const app = async () => {
    const made = JSON.parse(await terminal.type('/api/v1/apps', { 'https://wiki.example.com': peer.base }));
    await peer.configure({ issuer: house.url, client_id: made.client_id, client_secret: made.client_secret });
    return `${peer.base}/login?organization=acme`;
  };
  const assertSignsIn = async (login) => {
    const page = await new Browser().signIn(login, 'alice');
    assert.equal(page.status, 200, String(page));
    assert.equal(page.json.userinfo.email, 'alice@example.com');
  };
  const putsIntoUse = async () => {
    const page = await new Browser().signIn((await terminal.type('/test | the url')).trim(), 'alice');
    assert.ok(passed(page), String(page));
    await terminal.type('/activate');
  };
  return { house, terminal, app, assertSignsIn, putsIntoUse };
}

/** What a block prints when it printed one Python value. */
const told = (text) => JSON.parse(text.trim().replaceAll("'", '"'));

test('the README with a SAML provider, each way to describe it', { timeout: 120_000 }, async (t) => {
  const { house, terminal, app, assertSignsIn, putsIntoUse } = await begin(t);
  const shown = told(await terminal.type('"protocol":"saml"'));
  const idp = await startPeer(t, 'samlp_idp.mjs');
  const values = await idp.configure({ sp_entity_id: shown.entity_id, acs_url: shown.acs_url });
  terminal.saves('metadata.xml', (await request(values.metadata_url)).body);
  terminal.saves('certificate.pem', values.certificate);
  await terminal.type('edit()');
  const login = await app();
  const own = {
    'https://idp.example.com/metadata': values.metadata_url,
    'https://idp.example.com/entity': values.entity_id,
    'https://idp.example.com/sso': values.sso_url,
  };
  for (const way of ['# a metadata file', '# a metadata address', '# three pasted values']) {
    await t.test(way, async () => {
      assert.deepEqual(told(await terminal.type(way, own)), [], 'nothing is missing');
      await putsIntoUse();
      await assertSignsIn(login);
    });
  }
  await t.test('the organization has an address of its own', async () => {
    const page = await new Browser().signIn(`${house.url}/o/acme`, 'alice', { until: (at) => /sign out/i.test(at.text) });
    assert.equal(page.status, 200, String(page));
  });
  await t.test('a refused sign-in is looked up by its reference', async () => {
    await idp.configure({ sp_entity_id: shown.entity_id, acs_url: shown.acs_url, audience: 'urn:somebody:else' });
    const page = await new Browser().signIn(login, 'alice');
    assert.ok(page.status >= 400, String(page));
    for (const typed of [page.reference, page.reference.toUpperCase().replaceAll('-', '')]) {
      const answer = await terminal.type('/api/v1/attempts/', { '1407-amber-otter-lake': typed });
      assert.ok(answer.includes('"saml_audience_mismatch"'), answer);
      assert.equal(answer.split(page.reference).length - 1, 2, `by reference and by search: ${answer}`);
    }
  });
});

test('the README with an OpenID Connect provider', { timeout: 120_000 }, async (t) => {
  const { terminal, app, assertSignsIn, putsIntoUse } = await begin(t);
  const redirect_uris = told(await terminal.type('"protocol":"oidc"'));
  const idp = await startPeer(t, 'oidc_provider.mjs');
  const { issuer } = await idp.configure({ client_id: 'the-client', client_secret: 'the-secret', redirect_uris: redirect_uris.slice(0, 1) });
  await terminal.type('edit()');
  assert.deepEqual(told(await terminal.type('# an OpenID Connect issuer', { 'https://idp.example.com': issuer })), []);
  await putsIntoUse();
  await assertSignsIn(await app());
});
