import type { Screen } from '../../app/router.svelte';
import { t } from '../../strings';

export default [
  {
    path: '/organizations/:organization/enforcement',
    load: () => import('./Enforcement.svelte'),
    nav: { of: 'organization', label: t.enforcement.nav, icon: 'shield', order: 35 },
  },
] satisfies Screen[];
