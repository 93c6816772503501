// An upstream OpenID Provider: the certified `oidc-provider`, with its own login pages.
import { Provider } from 'oidc-provider';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { person } from './people.mjs';
import { serve } from './serve.mjs';

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
      given_name: who.given,
      family_name: who.family,
      name: who.full,
      groups: who.groups,
    }),
  };
}

function configure({ client_id, client_secret, redirect_uris, issuer_path = '' }, base) {
  const provider = new Provider(base + issuer_path, {
    clients: [{ client_id, client_secret, redirect_uris, grant_types: ['authorization_code'], response_types: ['code'] }],
    jwks: { keys: [signingKey()] },
    cookies: { keys: [randomUUID()] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['given_name', 'family_name', 'name', 'groups'] },
    findAccount,
    pkce: { required: () => true },
    ttl: { Session: 3600, Interaction: 3600, Grant: 3600, IdToken: 300, AccessToken: 600, AuthorizationCode: 60 },
  });
  provider.on('server_error', (_context, error) => console.error(error));
  callback = provider.callback();
  return { issuer: base + issuer_path };
}

serve({ configure, handle: (request, response) => callback(request, response) });
