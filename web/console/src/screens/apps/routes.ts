import type { Screen } from '../../app/router.svelte';
import { t } from '../../strings';

export default [
  {
    path: '/apps',
    load: () => import('./Apps.svelte'),
    reach: ['installation'],
    nav: { of: 'installation', label: t.apps.title, icon: 'app', order: 30 },
  },
  { path: '/apps/new', load: () => import('./NewApp.svelte'), reach: ['installation'] },
  { path: '/apps/:app', load: () => import('./App.svelte'), reach: ['installation'] },
  {
    path: '/organizations/:organization/apps',
    load: () => import('./Tiles.svelte'),
    nav: { of: 'organization', label: t.apps.title, icon: 'app', order: 60 },
  },
] satisfies Screen[];
