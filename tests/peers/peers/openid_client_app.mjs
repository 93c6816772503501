// An app that signs people in through Doorward with the certified `openid-client`.
import * as client from 'openid-client';
import { json, send, serve } from './serve.mjs';

const pending = new Map();
let config;
let own;

async function configure({ issuer, client_id, client_secret }, base) {
  own = base;
  config = await client.discovery(new URL(issuer), client_id, client_secret, undefined, {
    execute: [client.allowInsecureRequests],
  });
  return { redirect_uri: `${base}/callback`, issuer: config.serverMetadata().issuer };
}

/** /login?organization=acme&... : every parameter travels on to the authorization request. */
async function login(response, url, target) {
  const verifier = client.randomPKCECodeVerifier();
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  const asked = {
    redirect_uri: `${own}/callback`,
    scope: 'openid email profile groups',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...Object.fromEntries(url.searchParams),
  };
  pending.set(state, { verifier, nonce, target });
  send(response, 303, '', { location: client.buildAuthorizationUrl(config, asked).href });
}

/** Told to begin by somebody else (OpenID Connect Core section 4): only by its own issuer, and back to its own pages. */
function initiate(response, url) {
  if (url.searchParams.get('iss') !== config.serverMetadata().issuer) return json(response, { error: 'not my issuer' }, 403);
  const target = url.searchParams.get('target_link_uri');
  if (target && new URL(target).origin !== own) return json(response, { error: 'not my page' }, 403);
  return login(response, new URL('/login', own), target);
}

async function callback(response, url) {
  const state = url.searchParams.get('state');
  const wanted = pending.get(state);
  pending.delete(state);
  if (!wanted) return json(response, { error: 'unknown state' }, 400);
  if (url.searchParams.has('error')) return json(response, Object.fromEntries(url.searchParams), 403);
  const tokens = await client.authorizationCodeGrant(config, new URL(url.pathname + url.search, own), {
    pkceCodeVerifier: wanted.verifier,
    expectedState: state,
    expectedNonce: wanted.nonce,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
  json(response, { claims, userinfo, target: wanted.target, tokens: { access_token: tokens.access_token, id_token: tokens.id_token } });
}

function logout(response, url) {
  const parameters = { post_logout_redirect_uri: `${own}/signed-out`, state: 'bye', ...Object.fromEntries(url.searchParams) };
  send(response, 303, '', { location: client.buildEndSessionUrl(config, parameters).href });
}

async function handle(_request, response, url) {
  if (url.pathname === '/login') return login(response, url);
  if (url.pathname === '/initiate') return initiate(response, url);
  if (url.pathname === '/callback') return callback(response, url);
  if (url.pathname === '/logout') return logout(response, url);
  if (url.pathname === '/signed-out') return json(response, { signed_out: true, state: url.searchParams.get('state') });
  return json(response, { ready: Boolean(config) });
}

serve({ configure, handle });
