import type { Screen } from '../../app/router.svelte';
import { t } from '../../strings';

export default [
  {
    path: '/settings',
    load: () => import('./Settings.svelte'),
    reach: ['installation'],
    nav: { of: 'installation', label: t.settings.title, icon: 'settings', order: 90 },
  },
  {
    path: '/tokens',
    load: () => import('./Tokens.svelte'),
    reach: ['installation', 'organization'],
    nav: { of: 'installation', label: t.settings.tokens.title, icon: 'key', order: 85 },
  },
] satisfies Screen[];
