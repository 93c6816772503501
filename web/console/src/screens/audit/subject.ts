// What an entry of the trail was done to: its kind by the action, its name where the entry holds it.
import type { Schemas } from '../../api/client';
import type { Named } from '../../words/names.svelte';

type Event = Schemas['AuditItem'];

const KINDS: Partial<Record<string, Named>> = {
  app: 'app',
  connection: 'connection',
  first_owner: 'organization',
  organization: 'organization',
  owner: 'user',
  user: 'user',
};

/** What kind of thing it was done to; nothing where that kind has no names to ask for. */
export const kindOf = ({ action }: Event): Named | undefined => KINDS[action.split('.')[0] ?? ''];

/** Its name by the entry itself: as it is since, or as it was. */
export function nameWithin({ before, after }: Event): string | undefined {
  for (const values of [after, before]) {
    if (typeof values !== 'object' || values === null) continue;
    for (const key of ['name', 'email']) {
      const name: unknown = (values as Record<string, unknown>)[key];
      if (typeof name === 'string' && name !== '') return name;
    }
  }
  return undefined;
}
