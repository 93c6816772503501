// The bars of the chart of sign-ins.
import type { Schemas } from '../../api/client';

export interface Bar {
  from: Date;
  until: Date;
  good: number;
  tested: number;
  bad: number;
}

/** Everything that ended, step by step. */
export function bars(activity: Schemas['ActivityItem']): Bar[] {
  const step = activity.step_seconds * 1_000;
  const start = Date.parse(activity.from);
  const steps = Math.max(0, ...activity.series.map(({ admitted }) => admitted.length));
  return Array.from({ length: steps }, (_, index) => {
    const sum = (of: 'admitted' | 'tested' | 'refused'): number =>
      activity.series.reduce((all, series) => all + (series[of][index] ?? 0), 0);
    return {
      from: new Date(start + index * step),
      until: new Date(start + (index + 1) * step),
      good: sum('admitted'),
      tested: sum('tested'),
      bad: sum('refused'),
    };
  });
}

export const total = (all: readonly Bar[], of: 'good' | 'tested' | 'bad'): number =>
  all.reduce((sum, bar) => sum + bar[of], 0);
