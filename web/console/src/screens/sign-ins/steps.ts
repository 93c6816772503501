import type { Schemas } from '../../api/client';

/** Of more steps than these the last are not kept. */
const KEPT = 24;

/** The step at which a refused attempt failed: the last before the page that said so. */
export function failing(steps: readonly Schemas['StepItem'][]): number | null {
  const end = steps.findIndex(({ station }) => station === 'refused');
  if (end < 0) return null;
  return end > KEPT ? end : Math.max(end - 1, 0);
}
