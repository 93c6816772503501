// One connection being set up: which step comes next, and in whose words it is explained.
import { api, got, type Schemas } from '../../../api/client';
import { load, type Loading } from '../../../api/load.svelte';
import { session } from '../../../api/session.svelte';
import { t } from '../../../strings';
import { providerName } from '../../../words/provider';
import { present } from './values';

type Connection = Schemas['ConnectionItem'];
export type Guide = Schemas['GuideItem'];

export const STEPS = ['give', 'get', 'access', 'test', 'map', 'on'] as const;
/** The steps of somebody with a set-up link: what there is to connect was made for them, and
 *  others make it live. */
export const LINK_STEPS = ['provider', 'give', 'get', 'access', 'test', 'map', 'done'] as const;
export type Step = (typeof STEPS)[number] | (typeof LINK_STEPS)[number];

/** Where it goes on: where it was left, else at the first step that lacks something. */
export function nextStep(connection: Connection): Step {
  const config = present(connection);
  const bare = !config || !('certificates' in config ? config.idp_entity_id : config.issuer);
  const left = localStorage.getItem(leftKey(connection.id));
  const of = (...steps: Step[]): Step | undefined => steps.find((step) => step === left);
  if (!connection.draft && connection.live) return 'get';
  if (bare || connection.missing.length > 0) return of('give', 'get') ?? (bare ? 'give' : 'get');
  if (!connection.draft?.tested_at) return of('access', 'test') ?? 'test';
  return of('map') ?? 'on';
}

const leftKey = (id: string): string => `doorward.step.${id}`;
const passedKey = (id: string): string => `doorward.passed.${id}`;

/** The connection whose values were saved a moment ago: the next step says what was taken. */
export const taken = { of: '' };

/** Which provider it is, remembered in this browser: its values say so once they are there. */
const key = (id: string): string => `doorward.preset.${id}`;
export const remember = (id: string, preset: string): void => localStorage.setItem(key(id), preset);

export class Wizard {
  readonly connection: Loading<Connection>;
  readonly presets: Loading<Schemas['Listed_PresetSummary']>;
  readonly preset: Loading<Schemas['PresetItem'] | null>;
  /** The person's choice, or what was remembered. */
  chosen = $state('');
  /** What the values look like. */
  seen = $state('');

  /** Steps that were gone on from, in this browser: of some nothing else tells it. */
  passed = $state.raw<readonly string[]>([]);

  constructor(
    readonly id: string,
    readonly place: (step: Step) => string,
  ) {
    this.passed = (localStorage.getItem(passedKey(id)) ?? '').split(' ');
    this.chosen = localStorage.getItem(key(id)) ?? '';
    this.connection = load((signal) =>
      got(api.GET('/api/v1/connections/{id}', { params: { path: { id } }, signal })),
    );
    this.presets = load((signal) => got(api.GET('/api/v1/presets', { signal })));
    this.preset = load(async (signal) => {
      const wanted = this.name;
      if (!wanted) return null;
      return got(api.GET('/api/v1/presets/{id}', { params: { path: { id: wanted } }, signal }));
    });
    $effect(() => {
      const it = this.connection.value;
      if (it && !this.chosen && !this.seen) void this.#look(it);
    });
  }

  /** The preset in whose words it is explained. */
  get name(): string {
    const protocol = this.connection.value?.protocol;
    return this.chosen || this.seen || (protocol ? `generic-${protocol}` : '');
  }

  get guide(): Guide | null {
    const it = this.connection.value;
    const preset = this.preset.value;
    return (it && preset && (it.protocol === 'saml' ? preset.saml : preset.oidc)) ?? null;
  }

  /** What the provider is called in sentences. */
  get provider(): string {
    const preset = this.preset.value;
    return preset ? providerName(preset.id, preset.name) : t.theProvider;
  }

  /** Whether this is the browser of a set-up link, which prepares and does not put into use. */
  readonly link = session.reach === 'connection';

  choose(preset: string): void {
    this.chosen = preset;
    remember(this.id, preset);
  }

  /** Remembers where one is, to go on there. */
  at(step: Step): void {
    localStorage.setItem(leftKey(this.id), step);
  }

  /** Remembers that a step was gone on from. */
  pass(step: Step): void {
    if (this.passed.includes(step)) return;
    this.passed = [...this.passed, step];
    localStorage.setItem(passedKey(this.id), this.passed.join(' ').trim());
  }

  put(connection: Connection): void {
    this.connection.put(connection);
  }

  async #look(connection: Connection): Promise<void> {
    const config = present(connection);
    const input = config && ('certificates' in config ? config.idp_entity_id : config.issuer);
    if (!input) return;
    const asked = { input, file: null };
    const found = await got(api.POST('/api/v1/recognise', { body: asked })).catch(() => null);
    this.seen = found?.provider?.id ?? '';
  }
}
