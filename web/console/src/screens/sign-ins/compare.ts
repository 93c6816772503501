// The checks of two sign-ins beside each other: those of one name in their order.
import type { Schemas } from '../../api/client';

type Check = Schemas['CheckItem'];

export interface Pair {
  key: string;
  name: string;
  here: Check | null;
  then: Check | null;
  /** `masked`: what is personal is not compared. */
  differs: 'verdict' | 'value' | 'missing' | 'masked' | null;
}

function keyed(checks: readonly Check[]): Map<string, Check> {
  const seen = new Map<string, number>();
  return new Map(
    checks.map((check) => {
      const n = (seen.get(check.name) ?? 0) + 1;
      seen.set(check.name, n);
      return [`${check.name} ${n}`, check];
    }),
  );
}

function difference(here: Check | null, then: Check | null): Pair['differs'] {
  if (!here || !then) return 'missing';
  if (here.verdict !== then.verdict) return 'verdict';
  if (here.personal || then.personal) return 'masked';
  return here.received === then.received && here.expected === then.expected ? null : 'value';
}

/** In the order of the first, what only the second has behind. */
export function compared(here: readonly Check[], then: readonly Check[]): Pair[] {
  const [one, other] = [keyed(here), keyed(then)];
  return [...new Set([...one.keys(), ...other.keys()])].map((key) => {
    const [a, b] = [one.get(key) ?? null, other.get(key) ?? null];
    return { key, name: (a ?? b)?.name ?? key, here: a, then: b, differs: difference(a, b) };
  });
}
