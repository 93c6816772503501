// What an administrator should do next, the most pressing first.
import type { Schemas } from '../../api/client';
import { session } from '../../api/session.svelte';
import { has } from '../../app/router.svelte';
import { t } from '../../strings';
import { exactly } from '../../ui/clock.svelte';
import { firstEnding } from '../../words/connection';
import { hasFactor } from '../../words/owner';

export interface Todo {
  id: string;
  title: string;
  why: string;
  /** Where it is done. */
  path?: string;
  /** Outside the console. */
  href?: string;
  /** A notice to be acknowledged. */
  notice?: string;
}

const SOON = 60 * 86_400_000;
const words = t.home.todo;

export interface Facts {
  owners: Schemas['OwnerItem'][];
  connections: Schemas['ConnectionItem'][];
  notices: Schemas['NoticeItem'][];
  /** Names of organizations by id, of those that are known. */
  names: Map<string, string>;
  now: number;
}

export function todos({ owners, connections, notices, names, now }: Facts): Todo[] {
  return [
    ...told(notices),
    ...ends(connections, now),
    ...ofOwners(owners, names),
    ...unfinished(connections),
  ];
}

function told(notices: Schemas['NoticeItem'][]): Todo[] {
  return notices.map((notice) => ({
    id: `notice-${notice.id}`,
    title: words.notice(notice.name ?? notice.user),
    why: `${exactly(new Date(notice.at))}. ${words.noticeWhy(notice.address)}`,
    notice: notice.id,
  }));
}

function place(connection: Schemas['ConnectionItem']): string {
  const own = has('/organizations/:organization/connections/:connection')
    ? `/connections/${connection.id}`
    : '';
  return `/organizations/${connection.organization}${own}`;
}

function ends(connections: Schemas['ConnectionItem'][], now: number): Todo[] {
  return connections.flatMap((connection) => {
    const ending = connection.disabled ? null : firstEnding(connection);
    if (!ending || ending.at.getTime() - now > SOON) return [];
    const title = ending.kind === 'certificate' ? words.certificate : words.secret;
    return [
      {
        id: `end-${connection.id}`,
        title: title(connection.name),
        why: exactly(ending.at),
        path: place(connection),
      },
    ];
  });
}

function ofOwners(owners: Schemas['OwnerItem'][], names: Map<string, string>): Todo[] {
  const found: Todo[] = [];
  const able = new Map<string, number>();
  for (const owner of owners) {
    able.set(owner.organization, (able.get(owner.organization) ?? 0) + (owner.can_sign_in ? 1 : 0));
  }
  for (const [organization, count] of able) {
    if (count >= 2) continue;
    const name = names.get(organization) ?? t.organizations.one;
    found.push({
      id: `owners-${organization}`,
      title: words.owners(name),
      why: words.ownersWhy,
      path: `/organizations/${organization}/owners`,
    });
  }
  for (const owner of owners) {
    if (owner.disabled || !owner.has_password) continue;
    const name = owner.name ?? owner.email ?? owner.id;
    const path = `/organizations/${owner.organization}/owners`;
    if (!hasFactor(owner)) {
      found.push({ id: `factor-${owner.id}`, title: words.factor(name), why: words.factorWhy, path });
    } else if (owner.drill_due) {
      found.push({ id: `drill-${owner.id}`, title: words.drill(name), why: untried(owner), path });
    }
  }
  return found;
}

/** Nobody ever tried, or not lately. */
function untried({ id, name, email, last_drill_at }: Schemas['OwnerItem']): string {
  if (last_drill_at) return words.drillWhy;
  return id === session.me?.actor.id ? words.drillFirst : words.drillFirstOf(name ?? email ?? id);
}

function unfinished(connections: Schemas['ConnectionItem'][]): Todo[] {
  return connections.flatMap((connection) => {
    const { id, name, disabled, draft, live, missing, warnings } = connection;
    // What nobody depends on yet goes on where it was left.
    const path = place(connection) + (draft && !live ? '/setup' : '');
    if (disabled) return [];
    if (draft && missing.length > 0) return [{ id, title: words.values(name), why: words.valuesWhy, path }];
    if (draft && !draft.tested_at) return [{ id, title: words.test(name), why: words.testWhy, path }];
    if (draft) return [{ id, title: words.makeLive(name), why: words.makeLiveWhy, path }];
    if (!live) return [{ id, title: words.values(name), why: words.valuesWhy, path }];
    if (warnings.length > 0) return [{ id, title: words.warning(name), why: warnings.join('; '), path }];
    return [];
  });
}
