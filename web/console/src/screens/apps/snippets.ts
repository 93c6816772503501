// What is pasted into common clients. The secret is in it only while it is shown; else its place.
import type { Schemas } from '../../api/client';
import { t } from '../../strings';
import type { Discovery } from './discovery';

export interface Snippet {
  id: string;
  name: string;
  text: string;
}

export function snippets(app: Schemas['AppItem'], of: Discovery, shown = ''): Snippet[] {
  const id = app.client_id;
  const secret = app.public ? '' : shown || `<${t.apps.values.secretHere}>`;
  const redirect = app.redirect_uris[0] ?? '';
  const scopes = 'openid email profile';
  const all: (Snippet | null)[] = [
    {
      id: 'variables',
      name: 'Environment variables',
      text: [
        `OIDC_ISSUER=${of.issuer}`,
        `OIDC_CLIENT_ID=${id}`,
        secret && `OIDC_CLIENT_SECRET=${secret}`,
        redirect && `OIDC_REDIRECT_URI=${redirect}`,
        `OIDC_SCOPES="${scopes}"`,
      ]
        .filter(Boolean)
        .join('\n'),
    },
    app.public
      ? null
      : {
          id: 'grafana',
          name: 'Grafana (grafana.ini)',
          text: [
            '[auth.generic_oauth]',
            'enabled = true',
            'name = Doorward',
            `client_id = ${id}`,
            `client_secret = ${secret}`,
            `scopes = ${scopes}`,
            `auth_url = ${of.authorization_endpoint}`,
            `token_url = ${of.token_endpoint}`,
            `api_url = ${of.userinfo_endpoint}`,
            'use_pkce = true',
            app.roles_claim && "role_attribute_path = contains(roles[*], 'admin') && 'Admin' || 'Viewer'",
          ]
            .filter(Boolean)
            .join('\n'),
        },
    app.public
      ? null
      : {
          id: 'oauth2-proxy',
          name: 'oauth2-proxy',
          text: [
            'provider = "oidc"',
            `oidc_issuer_url = "${of.issuer}"`,
            `client_id = "${id}"`,
            `client_secret = "${secret}"`,
            redirect && `redirect_url = "${redirect}"`,
            `scope = "${scopes}"`,
            'code_challenge_method = "S256"',
            'email_domains = ["*"]',
          ]
            .filter(Boolean)
            .join('\n'),
        },
    {
      id: 'openid-client',
      name: 'Node.js (openid-client 6)',
      text: [
        "import * as client from 'openid-client';",
        '',
        'const config = await client.discovery(',
        `  new URL('${of.issuer}'),`,
        `  '${id}',`,
        app.public ? '  undefined,\n  client.None(),' : '  process.env.OIDC_CLIENT_SECRET,',
        ');',
      ].join('\n'),
    },
    {
      id: 'authlib',
      name: 'Python (Authlib)',
      text: [
        'oauth.register(',
        '    "doorward",',
        `    server_metadata_url="${of.url}",`,
        `    client_id="${id}",`,
        !app.public && '    client_secret=os.environ["OIDC_CLIENT_SECRET"],',
        `    client_kwargs={"scope": "${scopes}", "code_challenge_method": "S256"},`,
        ')',
      ]
        .filter(Boolean)
        .join('\n'),
    },
    {
      id: 'spring',
      name: 'Spring Boot (application.yml)',
      text: [
        'spring.security.oauth2.client:',
        '  provider.doorward:',
        `    issuer-uri: ${of.issuer}`,
        '  registration.doorward:',
        `    client-id: ${id}`,
        app.public ? '    client-authentication-method: none' : '    client-secret: ${OIDC_CLIENT_SECRET}',
        `    scope: ${scopes.replaceAll(' ', ',')}`,
      ].join('\n'),
    },
  ];
  return all.filter((each) => each !== null);
}
