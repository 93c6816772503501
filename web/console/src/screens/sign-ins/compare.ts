// The checks of two sign-ins beside each other: those of one name in their order.
import type { Schemas } from '../../api/client';

type Check = Schemas['CheckItem'];

export interface Pair {
  key: string;
  name: string;
  here: Check | null;
  then: Check | null;
  /** Which of several checks of this name it is, from 1; 0 where there is one only. */
  nth: number;
  /** `own`: every sign-in has a value of its own there. `masked`: what is personal is not compared. */
  differs: 'verdict' | 'value' | 'missing' | 'own' | 'masked' | null;
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

/** Identifiers and references that are made for one sign-in. */
const OWN: ReadonlySet<string> = new Set([
  'access_token_hash',
  'assertion_id',
  'assertion_used_once',
  'attempt',
  'browser',
  'confirmation_in_response_to',
  'in_response_to',
  'nonce',
]);
const MOMENT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;
/** How far a moment is from the one it was judged at: `4 min 59 s after our clock`. */
const DISTANCE = /(\d+(\.\d+)? (ms|s|min|h|d) )+(before|after)/g;

/** What is left of a value to compare: every sign-in has moments of its own. Whether they are too far
 *  off is the verdict's to say. */
const lasting = (value: string): string => value.replaceAll(MOMENT, '').replaceAll(DISTANCE, '');

function difference(here: Check | null, then: Check | null): Pair['differs'] {
  if (!here || !then) return 'missing';
  if (here.verdict !== then.verdict) return 'verdict';
  if (here.personal || then.personal) return 'masked';
  if (here.received === then.received && here.expected === then.expected) return null;
  const alike =
    OWN.has(here.name) ||
    (lasting(here.received) === lasting(then.received) && lasting(here.expected) === lasting(then.expected));
  return alike ? 'own' : 'value';
}

/** In the order of the first, what only the second has behind. */
export function compared(here: readonly Check[], then: readonly Check[]): Pair[] {
  const [one, other] = [keyed(here), keyed(then)];
  const keys = [...new Set([...one.keys(), ...other.keys()])];
  return keys.map((key) => {
    const [a, b] = [one.get(key) ?? null, other.get(key) ?? null];
    const name = (a ?? b)?.name ?? key;
    const several = keys.includes(`${name} 2`);
    const nth = several ? Number(key.slice(name.length)) : 0;
    return { key, name, nth, here: a, then: b, differs: difference(a, b) };
  });
}
