import type { Screen } from '../../app/router.svelte';
import { t } from '../../strings';

export default [
  {
    path: '/organizations/:organization/domains',
    load: () => import('./Domains.svelte'),
    nav: { of: 'organization', label: t.domains.title, icon: 'domain', order: 30 },
  },
  { path: '/organizations/:organization/domains/:domain', load: () => import('./Domain.svelte') },
] satisfies Screen[];
