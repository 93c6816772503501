import { t } from '../strings';
import type { Kind } from '../ui/Status.svelte';

/** What a person is called on a screen. */
export function personName(person: { name?: string | null; email?: string | null }): string {
  return person.name ?? person.email ?? t.people.unnamed;
}

/** Where a person stands, for `Status`. */
export function personState(person: { state: string }): { kind: Kind; text: string } {
  const kind = person.state === 'active' ? 'good' : person.state === 'inactive' ? 'warn' : 'off';
  return { kind, text: t.people.states[person.state] ?? person.state };
}
