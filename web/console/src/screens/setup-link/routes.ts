import type { Screen } from '../../app/router.svelte';

export default [
  { path: '/setup-link', load: () => import('./SetupLink.svelte'), reach: ['connection'] },
  { path: '/setup-link/:step', load: () => import('./SetupLink.svelte'), reach: ['connection'] },
] satisfies Screen[];
