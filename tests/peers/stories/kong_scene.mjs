// An API product's customer with an Okta of its own: an issuer with a path, the scope `openid` alone,
// `login_email` and `groups` in the ID token, roles by group.
import { Browser } from '../support/browser.mjs';
import { startPeer } from '../support/child.mjs';
import { Doorward } from '../support/doorward.mjs';
import { addApp, addOrganization, testDraft } from '../support/house.mjs';

export const told = (page) => ({ ...page.json.claims, ...page.json.userinfo });

/** The house, the customer, its provider and an app; the connection is a draft that nobody tried. */
export async function openScene(t) {
  const house = await Doorward.open(t, { host: 'door.localhost' });
  const app = await addApp(t, house, 'openid-client', { host: 'app.localhost', roles_claim: true });
  const organization = await addOrganization(house, 'Acme', 'acme-apis');
  const idp = await startPeer(t, 'oidc_provider.mjs', { host: 'idp.localhost' });
  const made = await house.api('POST', '/connections', { organization: organization.id, name: 'Okta', protocol: 'oidc' });
  const client = { client_id: 'konnect', client_secret: 'a secret of the authorization server' };
  const { issuer } = await idp.configure({
    ...client,
    // The one address of all customers, for sign-in and sign-out.
    redirect_uris: made.redirect_uris.slice(1),
    post_logout_redirect_uris: made.redirect_uris.slice(1),
    issuer_path: '/oauth2/aus1',
    openid_claims: ['sub', 'login_email', 'groups'],
    initiate_login_uri: organization.login_url,
  });
  const draft = { issuer, ...client, shared_redirect_uri: true, scopes: ['openid'], attributes: { subject: 'Login_Email', email: 'login_email', groups: 'groups' } };
  const at = `/connections/${made.id}`;
  const edit = { 'if-match': '*' };
  return {
    house, app, organization, idp, made, at, draft,
    put: (body) => house.api('PUT', `${at}/draft`, body, edit),
    activate: () => house.call('POST', `${at}/activate`, undefined, edit),
    patch: (address, body) => house.call('PATCH', address, body, edit),
    map: (...pairs) => house.call('PUT', `${at}/role-mappings`, { mappings: pairs.map(([role, group]) => ({ role, group })) }, edit),
    role: async (name, help) => (await house.api('POST', `/organizations/${organization.id}/roles`, { name, help })).id,
    find: async (email) => (await house.list(`/users?organization=${organization.id}&q=${encodeURIComponent(email)}`))[0],
    test: (who) => testDraft(house, made.id, who),
    /** From the app, past whatever session there is. */
    arrive: (who, browser = new Browser()) => browser.signIn(app.login({ connection: made.id, prompt: 'login' }), who),
  };
}
