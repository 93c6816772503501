// The controls of the experiment: the same providers and apps without Doorward between them.
// When one of these fails, a peer is broken and not the broker.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { Browser } from './support/browser.mjs';
import { startPeer } from './support/child.mjs';
import { APPS, UPSTREAMS } from './support/house.mjs';

for (const [upstream, { file, protocol }] of Object.entries(UPSTREAMS)) {
  if (protocol !== 'oidc') continue;
  for (const [name, program] of Object.entries(APPS)) {
    test(`control: ${name} signs in at ${upstream} directly`, { timeout: 60_000 }, async (t) => {
      const [provider, app] = await Promise.all([startPeer(t, file), startPeer(t, program)]);
      const client = { client_id: 'control', client_secret: randomBytes(24).toString('base64url') };
      const { issuer } = await provider.configure({ ...client, redirect_uris: [`${app.base}/callback`] });
      await app.configure({ issuer, ...client });
      const page = await new Browser().signIn(`${app.base}/login?scope=openid+email+profile`, 'alice');
      assert.equal(page.status, 200, String(page));
      assert.equal(page.json.userinfo.email, 'alice@example.com');
    });
  }
}
