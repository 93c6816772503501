// The organization one is in: that of the address, or the only one within reach.
import { api, got, type Schemas } from '../api/client';
import { asFailure } from '../api/load.svelte';
import type { Failure } from '../api/failure';
import { session } from '../api/session.svelte';
import type { Step } from '../ui/Page.svelte';
import { t } from '../strings';
import { router } from './router.svelte';

type Organization = Schemas['OrganizationItem'];

class Here {
  organization = $state.raw<Organization | null>(null);
  failure = $state.raw<Failure | null>(null);

  /** Its id; null on the screens of the installation. */
  readonly id = $derived(router.found?.params['organization'] ?? session.organization);

  /** There is none of this id, or none within reach. */
  readonly missing = $derived(this.id !== null && this.failure?.status === 404);

  /** Reads it; called by the frame whenever the id changes. */
  async read(id: string): Promise<void> {
    if (this.organization?.id !== id) this.organization = null;
    this.failure = null;
    try {
      const found = await got(api.GET('/api/v1/organizations/{id}', { params: { path: { id } } }));
      if (this.id === id) this.organization = found;
    } catch (error) {
      if (this.id === id) this.failure = asFailure(error);
    }
  }

  /** Takes what a write answered. */
  put(organization: Organization): void {
    this.organization = organization;
  }

  /** The way to a screen of the organization, for `Page`. */
  trail(...more: Step[]): Step[] {
    const own: Step[] = this.id
      ? [{ label: this.organization?.name ?? t.organizations.one, path: `/organizations/${this.id}` }]
      : [];
    const all: Step[] =
      session.reach === 'installation' ? [{ label: t.organizations.title, path: '/organizations' }] : [];
    return [...all, ...own, ...more];
  }
}

export const here = new Here();
