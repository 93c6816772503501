// What those are called whom a list names by identifier. Each is asked for once; where it is out
// of reach or gone, the identifier stands for it.
import { SvelteMap } from 'svelte/reactivity';
import { api, got } from '../api/client';
import { session } from '../api/session.svelte';

export type Named = 'organization' | 'connection' | 'app' | 'user';

/** More than these are not kept. */
const MOST = 2_000;
const known = new SvelteMap<string, string>();
const asked = new Set<string>();
let tiles: Promise<Map<string, string>> | null = null;

/** The name, or nothing while it is not known. */
export function nameOf(kind: Named, id: string): string | undefined {
  const key = `${kind}:${id}`;
  const name = known.get(key);
  if (name === undefined && !asked.has(key)) {
    if (asked.size >= MOST) asked.clear();
    asked.add(key);
    queueMicrotask(() => void ask(kind, id, key));
  }
  return name;
}

async function ask(kind: Named, id: string, key: string): Promise<void> {
  const name = await read(kind, id).catch(() => undefined);
  if (known.size >= MOST) known.clear();
  known.set(key, name ?? id);
}

async function read(kind: Named, id: string): Promise<string | undefined> {
  const params = { path: { id } };
  switch (kind) {
    case 'organization':
      return (await got(api.GET('/api/v1/organizations/{id}', { params }))).name;
    case 'connection':
      return (await got(api.GET('/api/v1/connections/{id}', { params }))).name;
    case 'user': {
      const user = await got(api.GET('/api/v1/users/{id}', { params }));
      return user.name ?? user.email ?? undefined;
    }
    case 'app':
      return session.organization
        ? (await open(session.organization)).get(id)
        : (await got(api.GET('/api/v1/apps/{id}', { params }))).name;
  }
}

/** Administrators of one organization know apps by their tiles. */
export function open(organization: string): Promise<Map<string, string>> {
  tiles ??= got(
    api.GET('/api/v1/organizations/{id}/tiles', {
      params: { path: { id: organization }, query: { limit: 200 } },
    }),
  ).then(({ items }) => new Map(items.map(({ app, name }) => [app, name])));
  return tiles;
}
