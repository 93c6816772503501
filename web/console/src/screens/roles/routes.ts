import type { Screen } from '../../app/router.svelte';
import { t } from '../../strings';

export default [
  {
    path: '/organizations/:organization/roles',
    load: () => import('./Roles.svelte'),
    nav: { of: 'organization', label: t.roles.title, icon: 'key', order: 50 },
  },
] satisfies Screen[];
