// What of an organization's connections ends, and when.
import type { Schemas } from '../../api/client';
import { t } from '../../strings';
import type { Kind } from '../../ui/Status.svelte';

/** A certificate of the provider, or our secret there. */
export interface End {
  key: string;
  connection: Schemas['ConnectionItem'];
  what: string;
  /** Only in the draft, not live. */
  draft: boolean;
  from: Date | null;
  until: Date | null;
}

export const DAY = 86_400_000;

/** Everything that ends, the earliest first; what has no known end stands last. */
export function endsOf(connections: readonly Schemas['ConnectionItem'][]): End[] {
  const all = connections.flatMap((connection) => {
    const live = connection.live ? of(connection, connection.live.config, false) : [];
    const draft = connection.draft ? of(connection, connection.draft.config, true) : [];
    const seen = new Set(live.map(({ key }) => key));
    return [...live, ...draft.filter(({ key }) => !seen.has(key))];
  });
  const at = ({ until }: End): number => until?.getTime() ?? Number.MAX_SAFE_INTEGER;
  return all.toSorted((a, b) => at(a) - at(b));
}

function of(connection: Schemas['ConnectionItem'], config: Schemas['ConfigItem'], draft: boolean): End[] {
  if ('certificates' in config) {
    return config.certificates.map((each) => ({
      key: `${connection.id} ${each.fingerprint_sha256}`,
      connection,
      what: t.expiries.certificate(each.subject),
      draft,
      from: new Date(each.not_before),
      until: new Date(each.not_after),
    }));
  }
  if (!config.client_secret_set) return [];
  const end = config.client_secret_expires_at;
  const key = `${connection.id} ${config.client_id} ${end ?? ''}`;
  return [{ key, connection, what: t.expiries.secret, draft, from: null, until: end ? new Date(end) : null }];
}

/** How it stands. */
export function state(end: End, now: number): { kind: Kind; text: string } {
  if (!end.until) return { kind: 'warn', text: t.expiries.secretUnknown };
  if (end.from && end.from.getTime() > now) return { kind: 'wait', text: t.expiries.notYet };
  const days = Math.floor((end.until.getTime() - now) / DAY);
  if (days < 0) return { kind: 'bad', text: t.expiries.ended };
  return { kind: days <= 30 ? 'bad' : days <= 60 ? 'warn' : 'good', text: t.expiries.left(days) };
}
