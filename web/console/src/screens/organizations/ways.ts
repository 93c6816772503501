// The route map as boxes and lines between them, each with its rule in words: the picture and the
// list are drawn from the same.
import type { Schemas } from '../../api/client';
import { t } from '../../strings';
import type { Box, Line } from '../../ui/lines';

type Map = Schemas['RouteMapItem'];
type Leads = Schemas['LeadsItem'];
type Reason = Schemas['ReasonItem'];

export interface Ways {
  from: Box[];
  through: Box[];
  into: Box[];
  lines: Line[];
}

export const PASSWORD = 'password';
export const ADDRESS = 'address';
export const domainBox = (domain: string): string => `domain ${domain}`;
export const connectionBox = (id: string | null | undefined): string => (id ? `connection ${id}` : PASSWORD);
export const appBox = (app: string): string => `app ${app}`;

const words = t.routeMap;

/** Why, for whoever can mend it; else as people read it. */
export const because = (reason: Reason): string =>
  words.reasons[reason.code] ?? reason.sentence.replace(/\.$/, '').replace(/^[A-Z]/, (c) => c.toLowerCase());

/** Why something leads nowhere at all: no connection is named there. */
export const becauseNone = (reason: Reason): string => words.reasonsOfNone[reason.code] ?? because(reason);

/** The boxes something leads to. */
export function ends(leads: Leads): string[] {
  const doors = leads.connections.map((id) => connectionBox(id));
  return leads.to === 'password' ? [PASSWORD, ...doors] : doors;
}

export function ways(map: Map): Ways {
  const names = new Map<string, string>(map.connections.map(({ id, name }) => [id, name]));
  const called = (ids: readonly string[]): string[] => ids.map((id) => names.get(id) ?? id);
  const lines: Line[] = [];

  function leading(from: string, leads: Leads): string[] {
    if (leads.refused) return [words.rules.nowhere(from, becauseNone(leads.refused))];
    const own = called(leads.connections);
    const way =
      leads.to === 'straight'
        ? words.rules.straight(from, own[0] ?? '')
        : leads.to === 'choice'
          ? words.rules.choice(from, own)
          : words.rules.password(from, own);
    const closed = map.connections.flatMap(({ name, refused }) =>
      refused ? [words.rules.notThis(name, because(refused))] : [],
    );
    return [way, ...closed];
  }

  function join(from: string, leads: Leads, open: boolean): void {
    const reached = new Set(ends(leads));
    for (const into of reached) lines.push({ from, into, open });
    if (!open) return;
    for (const { id, refused } of map.connections) {
      if (refused && !reached.has(connectionBox(id)))
        lines.push({ from, into: connectionBox(id), open: false });
    }
  }

  const from: Box[] = map.domains.map((each) => {
    const id = domainBox(each.domain);
    // Where it would lead once it is proved is drawn, too, as broken.
    join(id, each.leads ?? map.leads, Boolean(each.leads));
    const rule = each.leads
      ? leading(words.rules.domain(each.domain, each.include_subdomains), each.leads)
      : [words.rules.unproved(each.domain, each.state)];
    return { id, name: each.domain, rule, open: Boolean(each.leads && !each.leads.refused) };
  });
  if (map.login_url) {
    const path = new URL(map.login_url).pathname.replace(/^.*(?=\/o\/)/, '');
    join(ADDRESS, map.leads, true);
    const rule = leading(words.loginAddress, map.leads);
    from.unshift({ id: ADDRESS, name: path, kind: words.loginAddress, rule, open: !map.leads.refused });
  }

  const through: Box[] = map.connections.map(({ id, name, refused }) => ({
    id: connectionBox(id),
    name,
    rule: [refused ? words.rules.closed(name, because(refused)) : words.rules.open(name)],
    open: !refused,
  }));
  if (map.password != null) {
    const rule = [map.password ? words.rules.passwordOpen : words.rules.passwordClosed];
    through.push({ id: PASSWORD, name: words.password, rule, open: map.password });
  }

  const opens = new Map(through.map(({ id, open }) => [id, open]));
  const into: Box[] = map.apps.map((each) => {
    const id = appBox(each.app);
    const rule: string[] = [];
    const good: string[] = [];
    const bad: string[] = [];
    for (const { connection, refused } of each.ways) {
      const door = connectionBox(connection);
      const name = connection ? (names.get(connection) ?? connection) : words.password;
      // What nobody can sign in with leads into no app: that is the rule of the connection.
      if (!opens.get(door)) continue;
      lines.push({ from: door, into: id, open: !refused });
      if (refused) bad.push(words.rules.not(name, because(refused)));
      else good.push(name);
    }
    rule.push(good.length > 0 ? words.rules.through(each.name, good) : words.rules.noWay(each.name), ...bad);
    if (each.by_role) rule.push(words.rules.byRole);
    return { id, name: each.name, rule, open: good.length > 0 };
  });
  return { from, through, into, lines };
}
