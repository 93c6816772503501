import type { Screen } from '../../app/router.svelte';

export default [
  {
    path: '/organizations/:organization/connections/:connection/roles',
    load: () => import('./Mapping.svelte'),
  },
] satisfies Screen[];
