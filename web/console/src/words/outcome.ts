import type { Schemas } from '../api/client';
import { t } from '../strings';
import type { Kind } from '../ui/Status.svelte';

const KINDS: Record<string, Kind> = { admitted: 'good', tested: 'good', refused: 'bad' };

/** How an attempt ended, or how far it is, for `Status`. */
export function outcomeState(attempt: Pick<Schemas['AttemptItem'], 'outcome'>): { kind: Kind; text: string } {
  return {
    kind: KINDS[attempt.outcome] ?? 'wait',
    text: t.signIns.outcomes[attempt.outcome] ?? attempt.outcome,
  };
}
