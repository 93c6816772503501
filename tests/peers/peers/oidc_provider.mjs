// An upstream OpenID Provider: the certified `oidc-provider`, with its own login pages.
import { errors, Provider } from 'oidc-provider';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { person } from './people.mjs';
import { send, serve } from './serve.mjs';

let settings;
let callback;

function signingKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' };
}

async function findAccount(_context, id) {
  const who = person(id);
  return {
    accountId: id,
    claims: async () => ({
      sub: id,
      email: who.email,
      email_verified: true,
      login_email: who.login_email ?? who.email,
      given_name: who.given,
      family_name: who.family,
      name: who.full,
      groups: who.groups ?? undefined,
    }),
  };
}

/** What was consented to before; nothing for whoever the app is not assigned to, and in these words. */
async function loadExistingGrant({ oidc }) {
  if (oidc.session.accountId && !person(oidc.session.accountId).assigned) {
    throw new errors.AccessDenied('User is not assigned to the client application.');
  }
  const id = oidc.result?.consent?.grantId ?? oidc.session.grantIdFor(oidc.client.clientId);
  return id && oidc.provider.Grant.find(id);
}

/** The page that ends a session, its button within the form. */
function logoutSource(context, form) {
  const button = '<button type="submit" name="logout" value="yes">Yes, sign me out</button>';
  context.body = `<!doctype html><html lang="en"><title>Sign out</title><h1>Sign out?</h1>${form.replace('</form>', `${button}</form>`)}</html>`;
}

/** `openid_claims`: what the scope `openid` gives, in the ID token; without it claims are by scope, at userinfo.
 *  `initiate_login_uri`: where this provider's tile leads. */
function configure({ client_id, client_secret, redirect_uris, post_logout_redirect_uris = [], ...more }, base) {
  settings = { issuer: base + (more.issuer_path ?? ''), ...more };
  const byScope = { openid: ['sub'], email: ['email', 'email_verified'], profile: ['given_name', 'family_name', 'name', 'groups'] };
  const provider = new Provider(settings.issuer, {
    clients: [{ client_id, client_secret, redirect_uris, post_logout_redirect_uris, grant_types: ['authorization_code'], response_types: ['code'] }],
    jwks: { keys: [signingKey()] },
    cookies: { keys: [randomUUID()] },
    claims: more.openid_claims ? { openid: more.openid_claims } : byScope,
    conformIdTokenClaims: !more.openid_claims,
    features: { rpInitiatedLogout: { enabled: true, logoutSource } },
    findAccount,
    loadExistingGrant,
    pkce: { required: () => true },
    ttl: { Session: 3600, Interaction: 3600, Grant: 3600, IdToken: 300, AccessToken: 600, AuthorizationCode: 60 },
  });
  provider.on('server_error', (_context, error) => console.error(error));
  callback = provider.callback();
  return { issuer: settings.issuer };
}

/** The tile on this provider's dashboard: the app is told to begin, and by whom. */
function tile(response, asked) {
  const address = new URL(settings.initiate_login_uri);
  address.searchParams.set('iss', settings.issuer);
  for (const [name, value] of asked) address.searchParams.set(name, value);
  send(response, 303, '', { location: address.href });
}

function handle(request, response, url) {
  if (url.pathname === '/tile') return tile(response, url.searchParams);
  const path = settings.issuer_path ?? '';
  if (path && url.pathname.startsWith(`${path}/`)) {
    // What it makes its own addresses from when it stands below a path.
    request.originalUrl = request.url;
    request.url = request.url.slice(path.length);
  }
  return callback(request, response);
}

serve({ configure, handle });
