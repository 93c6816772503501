import type { Screen } from '../../app/router.svelte';
import { t } from '../../strings';

const PEOPLE = '/organizations/:organization/people';

// Those of a fixed name stand before that of a person.
export default [
  {
    path: PEOPLE,
    load: () => import('./People.svelte'),
    reach: ['installation', 'organization'],
    nav: { of: 'organization', label: t.people.title, icon: 'people', order: 40 },
  },
  { path: `${PEOPLE}/invitations`, load: () => import('./Invitations.svelte') },
  { path: `${PEOPLE}/questions`, load: () => import('./Questions.svelte') },
  { path: `${PEOPLE}/invite`, load: () => import('./Invite.svelte') },
  { path: `${PEOPLE}/add`, load: () => import('./AddPerson.svelte') },
  { path: `${PEOPLE}/:person`, load: () => import('./Person.svelte') },
] satisfies Screen[];
