import type { Screen } from '../../app/router.svelte';
import { t } from '../../strings';

export default [
  {
    path: '/organizations/:organization/connections',
    load: () => import('./Connections.svelte'),
    nav: { of: 'organization', label: t.connections.title, icon: 'connection', order: 20 },
  },
  { path: '/organizations/:organization/connections/new', load: () => import('./wizard/New.svelte') },
  {
    path: '/organizations/:organization/connections/:connection/setup',
    load: () => import('./wizard/Setup.svelte'),
  },
  {
    path: '/organizations/:organization/connections/:connection/setup/:step',
    load: () => import('./wizard/Setup.svelte'),
  },
  {
    path: '/organizations/:organization/connections/:connection',
    load: () => import('./Connection.svelte'),
  },
] satisfies Screen[];
