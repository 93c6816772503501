// Who works here: the person of the browser's session, what they reach, and what happens when
// the session ends.
import { at } from './base';
import type { components } from './schema';

type Me = components['schemas']['Me'];

/** How far the person reaches: everything, one organization, or one connection to set up. */
export type Reach = 'installation' | 'organization' | 'connection';

const RETURN = 'doorward.return';
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('doorward.session');

class Session {
  me = $state.raw<Me | null>(null);
  /** `asking` until it is known; `over` while the person has to sign in again to go on. */
  state = $state<'asking' | 'in' | 'out' | 'over' | 'unreachable'>('asking');
  /** Somebody else signed in meanwhile: the page is loaded anew, whatever was typed on it. */
  foreign = false;
  #waiting: (() => void)[] = [];

  constructor() {
    // Signed in again in another window: go on here, unless it is somebody else.
    channel?.addEventListener('message', () => void this.#met());
    addEventListener('focus', () => void this.#met());
  }

  get csrf(): string {
    return this.me?.csrf_token ?? '';
  }

  /** What a form of a page carries, which is no call of the API. */
  get form(): string {
    return this.me?.form_token ?? '';
  }

  get reach(): Reach {
    if (this.me?.connection) return 'connection';
    return this.me?.organization ? 'organization' : 'installation';
  }

  /** The one organization within reach; null for the whole installation. */
  get organization(): string | null {
    return this.me?.organization ?? null;
  }

  /** Asks who works here. */
  async start(): Promise<void> {
    try {
      const me = await find();
      this.me = me;
      this.state = me ? 'in' : 'out';
      if (me) channel?.postMessage('in');
    } catch {
      this.state = 'unreachable';
    }
  }

  /** Asks again without a word, for a new form token. Does not come back when somebody else is
   *  in: what was to be sent is not theirs to send. */
  async refresh(): Promise<void> {
    const me = await find().catch(() => null);
    if (me && this.#leftTo(me)) return new Promise(() => {});
    if (me) this.me = me;
  }

  /** Called when a call finds the session ended; resolves when the same person is in again. */
  again(): Promise<void> {
    this.state = 'over';
    return new Promise((done) => this.#waiting.push(done));
  }

  /** Whether the person has signed in again meanwhile; then everything that waits goes on. */
  async resume(): Promise<boolean> {
    if (this.state !== 'over') return true;
    const me = await find().catch(() => null);
    if (!me) return false;
    if (this.#leftTo(me)) return false;
    this.me = me;
    this.state = 'in';
    for (const done of this.#waiting.splice(0)) done();
    return true;
  }

  /** Somebody may be in, or another than before: another window says so, or was left for this one. */
  async #met(): Promise<void> {
    if (this.state !== 'in') await this.resume();
    else await this.refresh();
  }

  /** Loads the page anew when it is somebody else than before: what is on the screen is not theirs,
   *  nor is what waits to be done. Gives whether it is. */
  #leftTo(me: Me): boolean {
    if (me.actor.id === this.me?.actor.id) return false;
    this.foreign = true;
    location.reload();
    return true;
  }
}

async function find(): Promise<Me | null> {
  const answer = await fetch(at('/api/v1/me'), { headers: { accept: 'application/json' } });
  if (answer.status === 401) return null;
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()) as Me;
}

/** Where signing in begins: at the owner's door, or with the company's provider. */
export const signInAddress = (owner: boolean): string => at(`/console/sign-in?owner=${owner}`);

/** Remembers where one was, for this tab. */
export function rememberPlace(): void {
  sessionStorage.setItem(RETURN, location.href);
}

/** Where one was before signing in; once. */
export function takePlace(): string | null {
  const place = sessionStorage.getItem(RETURN);
  sessionStorage.removeItem(RETURN);
  return place;
}

export const session = new Session();
