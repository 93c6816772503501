import type { Screen } from '../../app/router.svelte';

export default [
  {
    path: '/account',
    load: () => import('./Account.svelte'),
    reach: ['installation', 'organization'],
  },
] satisfies Screen[];
