// The last test of a connection. Whoever administers it looks it up; the browser of a set-up link
// lists nothing and remembers which tests it began.
import { api, got, type Schemas } from '../../api/client';
import { Failure } from '../../api/failure';
import { session } from '../../api/session.svelte';

type Attempt = Schemas['AttemptItem'];

/** References that are remembered of a connection. */
const MOST = 5;
const key = (connection: string): string => `doorward.tests.${connection}`;

function remembered(connection: string): string[] {
  return (localStorage.getItem(key(connection)) ?? '').split(' ').filter(Boolean).slice(0, MOST);
}

/** Remembers a test that was begun here. */
export function rememberTest(connection: string, reference: string): void {
  if (session.reach !== 'connection') return;
  localStorage.setItem(key(connection), [reference, ...remembered(connection)].slice(0, MOST).join(' '));
}

export const readAttempt = (reference: string, signal?: AbortSignal): Promise<Attempt> =>
  got(api.GET('/api/v1/attempts/{reference}', { params: { path: { reference } }, signal: signal ?? null }));

/** The newest test that is wanted, whole. */
export async function lastTest(
  connection: string,
  wanted: (attempt: Attempt) => boolean,
  signal?: AbortSignal,
): Promise<Attempt | null> {
  if (session.reach !== 'connection') {
    const query = { connection, limit: 20 };
    const { items } = await got(api.GET('/api/v1/attempts', { params: { query }, signal: signal ?? null }));
    const found = items.find(wanted);
    return found ? readAttempt(found.reference, signal) : null;
  }
  for (const reference of remembered(connection)) {
    try {
      const found = await readAttempt(reference, signal);
      if (wanted(found)) return found;
    } catch (error) {
      // It is kept for a time only.
      if (!(error instanceof Failure && error.status === 404)) throw error;
    }
  }
  return null;
}
