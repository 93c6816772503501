import type { Schemas } from '../../api/client';
import { t } from '../../strings';
import type { Kind } from '../../ui/Status.svelte';

/** How an app stands, for `Status`. */
export function appState(app: Schemas['AppItem']): { kind: Kind; text: string } {
  if (app.disabled) return { kind: 'off', text: t.apps.states.off };
  if (app.missing.length > 0) return { kind: 'wait', text: t.apps.states.missing };
  return { kind: 'good', text: t.apps.states.on };
}

/** What stands in a box, one on a line. */
export const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
