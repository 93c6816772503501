// What came from the provider and what became of it, as boxes and lines.
import type { Schemas } from '../../api/client';
import { t } from '../../strings';
import type { Box, Line } from '../../ui/lines';

type Received = Schemas['ReceivedItem'];
type Match = Schemas['MatchItem'];

const words = t.mapping.became;
/** There is no value. */
const NOTHING = ['not_sent', 'unusable', 'too_many'];
const came = (name: string): string => `came ${name}`;
const field = (name: string): string => `field ${name}`;
/** Of a name that is an address its end, which is what tells it from others. */
const short = (name: string): string =>
  /^(https?|urn):/.test(name) ? name.split(/[/:]/).at(-1) || name : name;
export const called = (name: string): string => t.signIns.trace.data.fields[name] ?? name;

/** The attributes or claims a field was made of. */
export function sources(match: Match, all: readonly Match[], names: ReadonlySet<string>): string[] {
  if (match.why === 'put_together') {
    return all
      .filter((each) => ['given_name', 'family_name'].includes(each.field))
      .flatMap((each) => (each.name ? [each.name] : []));
  }
  if (match.why === 'tenant_and_object') return ['tid', 'oid'].filter((name) => names.has(name));
  if (match.name) return [match.name];
  return ['name_id', 'looked_like_address'].includes(match.why)
    ? ['NameID']
    : match.why === 'sub'
      ? ['sub']
      : [];
}

/** What a field holds; masked values stay masked. */
export function held(received: Received, name: string): string {
  const profile = received.profile;
  if (!profile) return '';
  if (name === 'groups') return (profile.groups ?? []).map(({ label }) => label).join(', ');
  const value = {
    email: profile.email,
    given_name: profile.given_name,
    family_name: profile.family_name,
    name: profile.name,
  }[name];
  return value ?? '';
}

export function became(received: Received): { left: Box[]; right: Box[]; lines: Line[] } {
  const { attributes, matches } = received;
  const names = new Set(attributes.map(({ name }) => name));
  const lines: Line[] = [];
  for (const match of matches) {
    const open = !NOTHING.includes(match.why);
    for (const source of sources(match, matches, names)) {
      lines.push({ from: came(source), into: field(match.field), open });
    }
  }
  const users = (id: string): string[] =>
    lines.filter((line) => line.from === id).map(({ into }) => called(into.slice('field '.length)));
  const box = (name: string, kind: string): Box => {
    const used = users(came(name));
    const rule = [
      ...(short(name) === name ? [] : [`${name}.`]),
      used.length > 0 ? words.gives(used) : words.unused,
    ];
    return {
      id: came(name),
      name: short(name),
      kind,
      rule,
      open: lines.some((line) => line.from === came(name) && line.open),
    };
  };
  const left = attributes.map(({ name, values }) => box(name, values.join(', ')));
  // A NameID stands beside the attributes, and what is configured may not have come.
  for (const source of new Set(lines.map(({ from }) => from.slice('came '.length)))) {
    if (names.has(source)) continue;
    const broken = lines.some((line) => line.from === came(source) && !line.open);
    left.push(box(source, broken ? words.notSent : ''));
  }
  const order = new Map(matches.map((match, index) => [field(match.field), index]));
  const first = (id: string): number =>
    Math.min(...lines.filter(({ from }) => from === id).map(({ into }) => order.get(into) ?? 0), 99);
  const right = matches.map((match): Box => {
    const open = !NOTHING.includes(match.why);
    return {
      id: field(match.field),
      name: called(match.field),
      kind: open ? '' : words.nothing,
      rule: [match.sentence],
      open,
    };
  });
  // What is used stands on top, in the order of the fields: fewer lines cross.
  return { left: left.toSorted((a, b) => first(a.id) - first(b.id)), right, lines };
}
