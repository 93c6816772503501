// Which groups give which role, over the connections of an organization.
import { api, got } from '../../api/client';

export interface Given {
  role: string;
  group: string;
  /** What people call the group. */
  label: string;
  connection: string;
  connectionName: string;
  /** People signed in since it is mapped, and none came with it. */
  unseen: boolean;
}

export interface GivenBy {
  groups: Given[];
  connections: { id: string; name: string }[];
  /** There are more connections than were looked at. */
  more: boolean;
}

const MOST = 20;

export async function givenBy(organization: string, signal: AbortSignal): Promise<GivenBy> {
  const query = { organization, limit: MOST };
  const { items, next } = await got(api.GET('/api/v1/connections', { params: { query }, signal }));
  const groups = await Promise.all(
    items.map(async ({ id, name }) => {
      const options = { params: { path: { id } }, signal };
      const found = await got(api.GET('/api/v1/connections/{id}/role-mappings', options));
      return found.mappings.map((each) => ({
        role: each.role,
        group: each.group,
        label: each.group_label,
        connection: id,
        connectionName: name,
        unseen: !each.last_seen_at && each.signed_in_since > 0,
      }));
    }),
  );
  return {
    groups: groups.flat(),
    connections: items.map(({ id, name }) => ({ id, name })),
    more: Boolean(next),
  };
}
