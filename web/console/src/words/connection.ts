import type { Schemas } from '../api/client';
import { t } from '../strings';
import type { Kind } from '../ui/Status.svelte';

/** How a connection stands, for `Status`. */
export function connectionState(connection: Schemas['ConnectionItem']): { kind: Kind; text: string } {
  const words = t.organizations.connections.states;
  const { disabled, live, draft, missing } = connection;
  if (disabled) return { kind: 'off', text: words.disabled };
  if (live) return { kind: 'good', text: draft ? words.liveDraft : words.live };
  if (missing.length > 0) return { kind: 'wait', text: words.missing };
  if (draft?.tested_at) return { kind: 'wait', text: words.tested };
  return { kind: 'wait', text: words.untested };
}

/** Something that ends: certificates and client secrets of what is live, else of the draft. */
export interface Ending {
  kind: 'certificate' | 'secret';
  at: Date;
}

/** The end that comes first; of several certificates the last one counts, as any of them will do. */
export function firstEnding(connection: Schemas['ConnectionItem']): Ending | null {
  const config = (connection.live ?? connection.draft)?.config;
  if (!config) return null;
  if ('certificates' in config) {
    const ends = config.certificates.map((each) => new Date(each.not_after).getTime());
    return ends.length > 0 ? { kind: 'certificate', at: new Date(Math.max(...ends)) } : null;
  }
  const end = config.client_secret_expires_at;
  return end ? { kind: 'secret', at: new Date(end) } : null;
}
