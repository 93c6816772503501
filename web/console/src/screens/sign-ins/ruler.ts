// The moments of an answer's window on a line. A stretch much longer than the others is
// shortened, so that days and seconds fit beside each other.
import type { Schemas } from '../../api/client';
import { t } from '../../strings';

export type Protocol = 'saml' | 'oidc';

export interface Mark {
  name: string;
  at: Date;
  x: number;
  now: boolean;
}

export interface Ruler {
  marks: Mark[];
  /** From when until when it holds, and the same with the tolerance: places. */
  bar: [number, number];
  tolerated: [number, number];
  state: 'inside' | 'tolerated' | 'outside';
}

export const WIDTH = 400;
const EDGE = 16;
/** Least distance of two moments. */
const APART = 20;

/** Nothing when the answer names no moment. */
export function ruler(window: Schemas['WindowItem'], protocol: Protocol): Ruler | null {
  const words = t.signIns.trace.ruler;
  const read = (text: string | null | undefined): number | null => (text ? Date.parse(text) : null);
  const [made, from, until] = [window.issued_at, window.not_before, window.not_on_or_after].map(read);
  const now = Date.parse(window.judged_at);
  const tolerance = Math.max(window.tolerance_ms, 0);
  const starts = [made, from].filter((each) => each !== null && each !== undefined);
  const start = starts.length > 0 ? Math.max(...starts) : null;
  const end = until ?? null;
  if (start === null && end === null) return null;

  const named: [string, number | null | undefined][] = [
    [words.made[protocol], made],
    [words.from[protocol], from],
    [words.until[protocol], until],
    [words.now, now],
  ];
  const edges = [start && start - tolerance, end && end + tolerance];
  const place = scale([...named.map(([, moment]) => moment), ...edges].filter((each) => each != null));
  const marks = named
    .filter((each): each is [string, number] => each[1] != null)
    .map(([name, moment]) => ({ name, at: new Date(moment), x: place(moment), now: name === words.now }))
    .toSorted((a, b) => a.at.getTime() - b.at.getTime());
  const bar = (early: number | null, late: number | null): [number, number] => [
    early === null ? 0 : place(early),
    late === null ? WIDTH : place(late),
  ];
  const inside = (slack: number): boolean =>
    (start === null || now >= start - slack) && (end === null || now < end + slack);
  return {
    marks,
    bar: bar(start, end),
    tolerated: bar(start && start - tolerance, end && end + tolerance),
    state: inside(0) ? 'inside' : inside(tolerance) ? 'tolerated' : 'outside',
  };
}

function scale(moments: number[]): (moment: number) => number {
  const all = [...new Set(moments)].toSorted((a, b) => a - b);
  const weights = all.slice(1).map((moment, index) => Math.log1p((moment - (all[index] ?? moment)) / 1_000));
  const sum = weights.reduce((a, b) => a + b, 0) || 1;
  const free = WIDTH - 2 * EDGE - APART * weights.length;
  const places = new Map<number, number>();
  let x = EDGE;
  for (const [index, moment] of all.entries()) {
    if (index > 0) x += APART + (free * (weights[index - 1] ?? 0)) / sum;
    places.set(moment, x);
  }
  return (moment) => places.get(moment) ?? EDGE;
}
