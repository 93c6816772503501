import type { Screen } from '../../app/router.svelte';
import { t } from '../../strings';

export default [
  {
    path: '/',
    load: () => import('./Home.svelte'),
    nav: { of: 'installation', label: t.home.title, icon: 'home', order: 10 },
  },
] satisfies Screen[];
