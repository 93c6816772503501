// What the address of a screen names that is not there, and the list it would stand in.
import { session } from '../api/session.svelte';
import { t } from '../strings';
import { here } from './here.svelte';
import { router, screens, type Screen } from './router.svelte';

export interface Missing {
  /** What it is called, such as `person`; nothing where the address names no single thing. */
  title: string | undefined;
  /** Where to go on. */
  list: { label: string; path: string };
}

const reached = ({ reach }: Screen): boolean => !reach || reach.includes(session.reach);

/** What is missing at the address one is at. */
export function missing(): Missing {
  const { screen, params } = router.found ?? { screen: null, params: {} };
  const parts = screen?.path.split('/') ?? [];
  const names: Partial<Record<string, string>> = t.missing.things;
  const last = here.missing ? ':organization' : parts.findLast((part) => part.startsWith(':'));
  const known = last && (last !== ':organization' || here.missing);
  return {
    title: known ? names[last.slice(1)] : undefined,
    list: above(last ? parts.slice(0, parts.indexOf(last)) : [], params),
  };
}

/** The nearest screen above with an entry in the navigation; the start page where there is none. */
function above(parts: readonly string[], params: Record<string, string>): Missing['list'] {
  for (let length = parts.length; length > 1; length -= 1) {
    const pattern = parts.slice(0, length).join('/');
    const screen = screens.find(({ path, nav }) => path === pattern && nav);
    if (!screen?.nav || !reached(screen)) continue;
    return {
      label: t.missing.list(screen.nav.label),
      path: pattern.replace(/:(\w+)/g, (_, name: string) => params[name] ?? ''),
    };
  }
  return { label: t.missing.home, path: '/' };
}
