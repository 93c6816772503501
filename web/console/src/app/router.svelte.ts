// Addresses below /console/ and what they show. Screens are found by their `routes.ts` files
// (see README.md), each loaded when it is first shown.
import type { Component } from 'svelte';
import { BASE } from '../api/base';
import { session, type Reach } from '../api/session.svelte';
import type { IconName } from '../ui/icons';

export type Params = Record<string, string>;

/** A screen: it is handed `params`, and may leave them out. */
export type ScreenComponent = Component<any>;

/** One screen. */
export interface Screen {
  /** `/organizations/:organization/people`; a part with a colon is handed over in `params`. */
  path: string;
  load: () => Promise<{ default: ScreenComponent }>;
  /** Whose screen it is; without it everybody's who administers something. */
  reach?: Reach[];
  /** Its entry in the navigation: of the installation, or of one organization. */
  nav?: { of: 'installation' | 'organization'; label: string; icon: IconName; order: number };
}

const ROOT = `${BASE}/console`;

const files = import.meta.glob<{ default: Screen[] }>('../screens/*/routes.ts', { eager: true });
export const screens: Screen[] = Object.values(files).flatMap((file) => file.default);

/** The address of a screen, for `href`. */
export const to = (path: string): string => `${ROOT}${path}`;

/** Whether there is a screen of this pattern: links to what is not built yet are left out. */
export const has = (pattern: string): boolean => screens.some((screen) => screen.path === pattern);

function read(): string {
  const path = location.pathname.slice(ROOT.length).replace(/\/+$/, '');
  return path === '' ? '/' : path;
}

function matched(pattern: string, path: string): Params | null {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return null;
  const params: Params = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    if (!part.startsWith(':')) {
      if (part !== value) return null;
      continue;
    }
    try {
      params[part.slice(1)] = decodeURIComponent(value);
    } catch {
      return null;
    }
  }
  return params;
}

class Router {
  path = $state(read());
  query = $state.raw(new URLSearchParams(location.search));
  /** Counts what the person opened; 0 is the page as it was loaded. */
  steps = $state(0);

  /** Where somebody wants to go while a screen holds something that was typed and not saved. */
  held = $state.raw<string | null>(null);
  /** Says whether something would be lost; of the screen that is shown. */
  #unsaved: (() => boolean) | null = null;

  readonly found = $derived.by(() => {
    for (const screen of screens) {
      const params = matched(screen.path, this.path);
      if (params) return { screen, params };
    }
    return null;
  });

  constructor() {
    addEventListener('popstate', () => this.#travelled());
    addEventListener('beforeunload', (event) => {
      // What belongs to somebody else is not kept.
      if (!session.foreign && this.#unsaved?.()) event.preventDefault();
    });
    document.addEventListener('click', (event) => this.#clicked(event));
  }

  /** Opens a screen. */
  go(path: string, { replace = false } = {}): void {
    if (this.#unsaved?.()) {
      this.held = path;
      return;
    }
    const address = to(path);
    if (replace) history.replaceState(null, '', address);
    else history.pushState(null, '', address);
    this.#arrive();
  }

  /** Has `ui/Unsaved.svelte` asked before the screen is left. Gives the way to stop that. */
  guard(unsaved: () => boolean): () => void {
    this.#unsaved = unsaved;
    return () => {
      if (this.#unsaved === unsaved) this.#unsaved = null;
    };
  }

  /** Goes where it was held back from, whatever is lost. */
  leave(): void {
    const [path, guard] = [this.held, this.#unsaved];
    this.held = null;
    this.#unsaved = null;
    if (path === null) return;
    const from = this.path;
    this.go(path);
    // The screen stays, and what is typed on it from now on.
    if (this.path === from) this.#unsaved = guard;
  }

  /** The browser is there already: what would be lost brings it back, and asks. */
  #travelled(): void {
    if (read() === this.path || !this.#unsaved?.()) return this.#arrive();
    const wanted = location.pathname.slice(ROOT.length) + location.search;
    history.pushState(null, '', to(this.path + (this.query.size > 0 ? `?${this.query}` : '')));
    this.held = wanted;
  }

  /** Puts what a screen searches by into the address, so that it survives a reload. */
  note(values: Record<string, string>): void {
    const query = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(values)) {
      if (value === '') query.delete(name);
      else query.set(name, value);
    }
    const text = query.toString();
    history.replaceState(null, '', `${location.pathname}${text && `?${text}`}`);
    this.query = query;
  }

  #arrive(): void {
    const path = read();
    if (path !== this.path) {
      this.steps += 1;
      scrollTo(0, 0);
    }
    this.path = path;
    this.query = new URLSearchParams(location.search);
  }

  /** A plain link to a screen opens it without loading the page again. */
  #clicked(event: MouseEvent): void {
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (event.defaultPrevented || !plain) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link?.href || link.target || link.hasAttribute('download')) return;
    const url = new URL(link.href);
    const ours = url.origin === location.origin && `${url.pathname}/`.startsWith(`${ROOT}/`);
    // The way to sign in is the server's, and a fragment is the browser's.
    if (!ours || url.pathname === `${ROOT}/sign-in`) return;
    if (url.hash && url.pathname === location.pathname) return;
    event.preventDefault();
    this.go(url.pathname.slice(ROOT.length) + url.search);
  }
}

export const router = new Router();
