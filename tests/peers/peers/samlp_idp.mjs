// An upstream SAML identity provider: Auth0's `samlp`, behind a login page of ours.
import samlp from 'samlp';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PASSWORD, person } from './people.mjs';
import { form, json, send, serve } from './serve.mjs';

let settings;

/** A key and a certificate made now, so that nothing in the tests ages. */
function credentials() {
  const folder = mkdtempSync(path.join(tmpdir(), 'doorward-samlp-'));
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name));
  try {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '60',
      '-subj', '/CN=samlp', '-keyout', key, '-out', cert], { stdio: 'pipe' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** `new_certificate`: signs with another one from now on. */
function configure({ new_certificate, ...given }, base) {
  const { key, cert } = (!new_certificate && settings) || credentials();
  settings = { key, cert, issuer: `${base}/metadata`, sso: `${base}/sso`, ...given };
  return { entity_id: settings.issuer, sso_url: settings.sso, certificate: settings.cert, metadata_url: `${base}/metadata` };
}

const escape = (text) => String(text ?? '').replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

function loginPage(fields) {
  const hidden = ['SAMLRequest', 'RelayState'].map((name) => `<input type="hidden" name="${name}" value="${escape(fields[name])}">`);
  return `<!doctype html><html lang="en"><title>Sign in at the IdP</title><h1>Sign in at the IdP</h1>
<form method="post" action="/sso">${hidden.join('')}<input name="username" autocomplete="username">
<input type="password" name="password"><button type="submit">Sign in</button></form></html>`;
}

function metadata(response) {
  const request = { originalUrl: '', headers: { host: new URL(settings.sso).host }, protocol: 'http' };
  const page = { set: () => {}, send: (text) => send(response, 200, text, { 'content-type': 'application/samlmetadata+xml' }) };
  samlp.metadata({ issuer: settings.issuer, cert: settings.cert, redirectEndpointPath: '/sso', postEndpointPath: '/sso' })(request, page);
}

function profile(name) {
  const who = person(name);
  const named = { email: who.email, firstName: who.given, lastName: who.family, groups: who.groups };
  const base = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/';
  return {
    getClaims: () => settings.plain_attributes ? named : ({
      [`${base}emailaddress`]: who.email,
      [`${base}givenname`]: who.given,
      [`${base}surname`]: who.family,
      'http://schemas.microsoft.com/identity/claims/displayname': who.full,
      'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups': who.groups,
    }),
    getNameIdentifier: () => settings.email_name_id ? {
      nameIdentifier: who.email,
      nameIdentifierFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
    } : {
      nameIdentifier: `samlp-${name}`,
      nameIdentifierFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    },
  };
}

function answer(fields, name, response) {
  const options = {
    issuer: settings.issuer,
    key: settings.key,
    cert: settings.cert,
    recipient: settings.recipient ?? settings.acs_url,
    destination: settings.destination ?? settings.acs_url,
    audience: settings.audience ?? settings.sp_entity_id,
    signResponse: settings.sign_response ?? false,
    signAssertion: settings.sign_assertion ?? true,
    // Without one it is `unspecified` (SAML core section 2.7.3.1).
    includeAttributeNameFormat: !settings.plain_attributes,
    lifetimeInSeconds: 300,
    RelayState: fields.RelayState,
    getUserFromRequest: () => name,
    profileMapper: profile,
    getPostURL: (_audience, _dom, _request, done) => done(null, settings.acs_url),
  };
  const page = { set: () => {}, send: (text) => send(response, 200, text) };
  samlp.auth(options)({ method: 'POST', query: {}, body: fields }, page, (error) => send(response, 500, String(error)));
}

async function handle(request, response, url) {
  if (url.pathname === '/metadata') return metadata(response);
  if (url.pathname !== '/sso') return json(response, { error: 'no such page' }, 404);
  const posted = request.method === 'POST' ? await form(request) : {};
  // A redirect-binding request is inflated by samlp only when it arrives in the query.
  const fields = { ...Object.fromEntries(url.searchParams), ...posted };
  const name = posted.password === PASSWORD ? posted.username : null;
  return name ? answer(fields, name, response) : send(response, 200, loginPage(fields));
}

serve({ configure, handle });
