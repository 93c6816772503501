// The furniture of a scenario: organizations, connections to real providers, real apps.
import { randomBytes } from 'node:crypto';
import { Browser, request } from './browser.mjs';
import { startPeer } from './child.mjs';

/** How each kind of upstream is started and joined to a connection that is still an empty draft. */
export const UPSTREAMS = {
  'oidc-provider': { file: 'oidc_provider.mjs', protocol: 'oidc', join: joinOidc },
  idpyoidc: { file: 'idpyoidc_op.py', protocol: 'oidc', join: joinOidc },
  samlp: { file: 'samlp_idp.mjs', protocol: 'saml', join: joinPasted },
  'samlp by metadata address': { file: 'samlp_idp.mjs', protocol: 'saml', join: joinAddress },
  pysaml2: { file: 'pysaml2_idp.py', protocol: 'saml', join: joinMetadata },
};

export const APPS = {
  'openid-client': 'openid_client_app.mjs',
  Authlib: 'authlib_app.py',
};

/** An issuer, an id and a secret. */
async function joinOidc(peer, connection, settings) {
  const client = { client_id: 'doorward', client_secret: randomBytes(24).toString('base64url') };
  const { issuer } = await peer.configure({ ...client, redirect_uris: connection.redirect_uris, ...settings });
  return { issuer, ...client };
}

/** Three pasted values; the provider is told our two. */
async function joinPasted(peer, connection) {
  const { entity_id, acs_url } = connection.service_provider;
  const values = await peer.configure({ sp_entity_id: entity_id, acs_url });
  return { idp_entity_id: values.entity_id, sso_url: values.sso_url, certificate: values.certificate };
}

/** The address of the provider's metadata; the provider is told our two values. */
async function joinAddress(peer, connection) {
  const { entity_id, acs_url } = connection.service_provider;
  const { metadata_url } = await peer.configure({ sp_entity_id: entity_id, acs_url });
  return { metadata_url };
}

/** A metadata file each way. */
async function joinMetadata(peer, connection) {
  const answer = await request(connection.service_provider.metadata_url);
  if (answer.status !== 200) throw new Error(`our metadata: ${answer.status} ${answer.body}`);
  const { metadata_xml } = await peer.configure({ sp_metadata: answer.body });
  return { metadata_xml };
}

export const addOrganization = (house, name, address) => house.api('POST', '/organizations', { name, path: address });

/** Starts an upstream, an OpenID Provider with `settings` of its own, and makes it the live connection of `organization`. */
export async function addUpstream(test, house, organization, kind, { host, env, settings = {} } = {}) {
  const { file, protocol, join } = UPSTREAMS[kind];
  const peer = await startPeer(test, file, { host, env });
  const made = await house.api('POST', '/connections', { organization: organization.id, name: kind, protocol });
  const draft = await join(peer, made, settings);
  await house.api('PUT', `/connections/${made.id}/draft`, draft, await match(house, made.id));
  const connection = await activate(house, made.id);
  return { peer, connection: { ...made, ...connection }, draft };
}

/** Runs a test sign-in of a connection's draft as `who`, in a browser of its own; gives its last page. */
export async function testDraft(house, id, who = 'alice') {
  const { url } = await house.api('POST', `/connections/${id}/test`, {});
  return new Browser().signIn(url, who);
}

export const passed = (page) => page.status === 200 && page.text.includes('The test passed');

/** Puts a connection's draft into use, after the test that needs. */
export async function activate(house, id) {
  const page = await testDraft(house, id);
  if (!passed(page)) throw new Error(`the test of the draft: ${page}`);
  return house.api('POST', `/connections/${id}/activate`, undefined, await match(house, id));
}

/** The header that says which version of a connection is being changed. */
export async function match(house, id, kind = 'connections') {
  const { headers } = await house.call('GET', `/${kind}/${id}`);
  return { 'if-match': headers.etag };
}

/** Starts an app and registers it. */
export async function addApp(test, house, kind, { host, ...more } = {}) {
  const peer = await startPeer(test, APPS[kind], { host });
  const app = await house.api('POST', '/apps', {
    name: kind,
    redirect_uris: [`${peer.base}/callback`],
    post_logout_redirect_uris: [`${peer.base}/signed-out`],
    groups_claim: true,
    ...more,
  });
  const settings = { issuer: house.url, client_id: app.client_id, client_secret: app.client_secret };
  const { issuer } = await peer.configure(settings);
  if (issuer !== house.url) throw new Error(`the app was told issuer ${issuer}, not ${house.url}`);
  return { ...peer, app, settings, login: (query) => `${peer.base}/login?${new URLSearchParams(query)}` };
}
