import type { Screen } from '../../app/router.svelte';
import { t } from '../../strings';

const load = () => import('./Audit.svelte');

export default [
  {
    path: '/audit',
    load,
    reach: ['installation'],
    nav: { of: 'installation', label: t.audit.title, icon: 'audit', order: 50 },
  },
  {
    path: '/organizations/:organization/audit',
    load,
    nav: { of: 'organization', label: t.audit.title, icon: 'audit', order: 80 },
  },
] satisfies Screen[];
