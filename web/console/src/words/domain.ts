import type { Schemas } from '../api/client';
import type { Kind } from '../ui/Status.svelte';

/** How a mail domain stands, for `Status`. */
export function domainKind(domain: Schemas['DomainItem']): Kind {
  if (domain.state === 'lost') return 'bad';
  if (domain.state === 'pending') return 'wait';
  return domain.warning ? 'warn' : 'good';
}
