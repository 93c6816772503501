// How a thing differs from what it was, field by field.

export interface Change {
  field: string;
  before: string | null;
  after: string | null;
}

/** Deeper than this, values are compared whole. */
const DEPTH = 4;
const MOST = 100;

export function difference(before: unknown, after: unknown): Change[] {
  const changes: Change[] = [];
  compare('', before, after, 0, changes);
  return changes.slice(0, MOST);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function compare(path: string, before: unknown, after: unknown, depth: number, into: Change[]): void {
  if (JSON.stringify(before) === JSON.stringify(after) || into.length >= MOST) return;
  const [old, next] = [before ?? {}, after ?? {}];
  if (depth < DEPTH && isObject(old) && isObject(next) && (isObject(before) || isObject(after))) {
    for (const key of new Set([...Object.keys(old), ...Object.keys(next)])) {
      compare(path ? `${path}.${key}` : key, old[key], next[key], depth + 1, into);
    }
    return;
  }
  into.push({ field: path, before: shown(before), after: shown(after) });
}

function shown(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value, null, 1);
}
