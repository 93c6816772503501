import type { Screen } from '../../app/router.svelte';
import { t } from '../../strings';

export default [
  {
    path: '/organizations',
    load: () => import('./Organizations.svelte'),
    reach: ['installation'],
    nav: { of: 'installation', label: t.organizations.title, icon: 'organization', order: 20 },
  },
  { path: '/organizations/new', load: () => import('./NewOrganization.svelte'), reach: ['installation'] },
  {
    path: '/organizations/:organization',
    load: () => import('./Organization.svelte'),
    nav: { of: 'organization', label: t.organizations.overview, icon: 'organization', order: 10 },
  },
  {
    path: '/organizations/:organization/settings',
    load: () => import('./OrganizationSettings.svelte'),
    nav: { of: 'organization', label: t.organizations.settings.title, icon: 'settings', order: 90 },
  },
] satisfies Screen[];
