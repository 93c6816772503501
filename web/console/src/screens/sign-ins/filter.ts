// What the list of sign-ins is narrowed by: it stands in the address.
export const KEYS = [
  'organization',
  'connection',
  'app',
  'user',
  'outcome',
  'code',
  'test',
  'from',
  'until',
  'reference',
] as const;
export type Key = (typeof KEYS)[number];
export type Filter = Partial<Record<Key, string>>;

/** What is set in an address. */
export function read(query: URLSearchParams): Filter {
  const filter: Filter = {};
  for (const key of KEYS) {
    const value = query.get(key);
    if (value) filter[key] = value;
  }
  return filter;
}

/** A moment as a field for local times holds it; empty when there is none. */
export function local(moment: string | undefined): string {
  const date = new Date(moment ?? '');
  if (Number.isNaN(date.getTime())) return '';
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The other way: RFC 3339 in UTC. */
export function moment(local: string): string {
  const date = new Date(local);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}
