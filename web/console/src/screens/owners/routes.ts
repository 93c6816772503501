import type { Screen } from '../../app/router.svelte';
import { t } from '../../strings';

export default [
  {
    path: '/owners',
    load: () => import('./Owners.svelte'),
    reach: ['installation'],
    nav: { of: 'installation', label: t.owners.title, icon: 'lock', order: 60 },
  },
  {
    path: '/organizations/:organization/owners',
    load: () => import('./Owners.svelte'),
    nav: { of: 'organization', label: t.owners.title, icon: 'lock', order: 45 },
  },
  { path: '/organizations/:organization/owners/new', load: () => import('./NewOwner.svelte') },
] satisfies Screen[];
