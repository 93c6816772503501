// Between what a connection holds and what a new draft of it says.
import type { Schemas } from '../../../api/client';

type Connection = Schemas['ConnectionItem'];
export type Draft = Schemas['DraftBody'];
export type Given = Record<string, unknown>;

/** What is being worked on: the draft, else what is live. */
export const present = (connection: Connection): Schemas['ConfigItem'] | undefined =>
  (connection.draft ?? connection.live)?.config;

/** What is particular about a connection, whatever its values are. */
export function extras(connection: Connection): Given {
  const config = present(connection);
  if (!config) return {};
  if (!('certificates' in config)) {
    const { attributes, clock_skew_seconds, scopes, token_auth } = config;
    return { attributes, clock_skew_seconds, scopes, token_auth };
  }
  const { accept_expired_certificates, accepted_audiences, attributes } = config;
  const { clock_skew_seconds, name_id_format, sp_entity_id } = config;
  return {
    accept_expired_certificates,
    accepted_audiences,
    attributes,
    clock_skew_seconds,
    name_id_format,
    sp_entity_id,
  };
}

/** The values themselves; a secret stays while issuer and client do. */
export function values(connection: Connection): Given {
  const config = present(connection);
  if (!config) return {};
  if (!('certificates' in config)) {
    const { issuer, client_id, client_secret_expires_at } = config;
    return filled({ issuer, client_id, client_secret_expires_at });
  }
  if (config.metadata_url) return { metadata_url: config.metadata_url };
  const [first, ...rest] = config.certificates.map(({ certificate }) => certificate);
  const endpoint = config.sso_endpoints[0];
  return filled({
    idp_entity_id: config.idp_entity_id,
    sso_url: endpoint?.location,
    sso_binding: endpoint?.binding,
    certificate: first,
    certificates: rest,
  });
}

/** Without what is not there. */
export const filled = (given: Given): Given =>
  Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  );

export const body = (given: Given): Draft => filled(given) as unknown as Draft;
