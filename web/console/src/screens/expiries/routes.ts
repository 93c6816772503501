import type { Screen } from '../../app/router.svelte';
import { t } from '../../strings';

export default [
  {
    path: '/organizations/:organization/expiries',
    load: () => import('./Expiries.svelte'),
    nav: { of: 'organization', label: t.expiries.title, icon: 'key', order: 25 },
  },
] satisfies Screen[];
