import type { Screen } from '../../app/router.svelte';
import { t } from '../../strings';

const list = () => import('./SignIns.svelte');
const trace = () => import('./Trace.svelte');

export default [
  {
    path: '/sign-ins',
    load: list,
    reach: ['installation'],
    nav: { of: 'installation', label: t.signIns.title, icon: 'sign', order: 40 },
  },
  { path: '/sign-ins/:reference', load: trace },
  {
    path: '/organizations/:organization/sign-ins',
    load: list,
    nav: { of: 'organization', label: t.signIns.title, icon: 'sign', order: 70 },
  },
  { path: '/organizations/:organization/sign-ins/:reference', load: trace },
] satisfies Screen[];
