// The one way to the admin API. Every address, body and answer is typed from its own document
// (schema.d.ts, made by every build). A call gives the answer's body or throws a `Failure`:
//
//   const { items, next } = await got(api.GET('/api/v1/organizations', { params: { query: { limit: 50 } } }));
//   await got(api.PATCH('/api/v1/organizations/{id}', {
//     params: { path: { id }, header: match(organization) }, body: { name } }));
//
// A session that ended meanwhile is no error: the call waits until the person signed in again.
import createClient from 'openapi-fetch';
import { t } from '../strings';
import { BASE } from './base';
import { Failure, type Problem } from './failure';
import type { components, paths } from './schema';
import { session } from './session.svelte';

export type Schemas = components['schemas'];

/** Tries of one call: the session may end, and the form token change, in between. */
const TRIES = 3;

async function send(request: Request): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    const copy = request.clone();
    if (request.method !== 'GET') copy.headers.set('X-CSRF-Token', session.csrf);
    const answer = await fetch(copy);
    if (tries === TRIES || request.signal.aborted) return answer;
    if (answer.status === 401) await session.again();
    else if (answer.status === 403 && (await codeOf(answer)) === 'csrf') await session.refresh();
    else return answer;
  }
}

async function codeOf(answer: Response): Promise<unknown> {
  const body: unknown = await answer
    .clone()
    .json()
    .catch(() => null);
  return typeof body === 'object' && body !== null && 'code' in body ? body.code : null;
}

export const api = createClient<paths>({ baseUrl: new URL(BASE, location.origin).href, fetch: send });

/** What openapi-fetch gives back. */
type Outcome<T> = { data?: T; error?: unknown; response: Response };

/** The body of the answer; throws a [`Failure`] when there is none. */
export async function got<T>(call: Promise<Outcome<T>>): Promise<T> {
  let outcome: Outcome<T>;
  try {
    outcome = await call;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Failure('unreachable', t.failures.unreachable.title, t.failures.unreachable.detail, 0);
  }
  const { data, error, response } = outcome;
  if (response.ok) return data as T;
  if (isProblem(error)) throw Failure.of(error);
  throw new Failure('unreadable', t.failures.unreadable.title, t.failures.unreadable.detail, response.status);
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'detail' in value;
}

/** The header that says which version of a thing is being changed: its ETag. */
export function match(thing: { version: number }): { 'If-Match': string } {
  return { 'If-Match': `"${thing.version}"` };
}

/** Makes the same creation sent twice count once: the key stays while the body does. */
export class Once {
  #body = '';
  #key = '';

  header(body: unknown): { 'Idempotency-Key': string } {
    const text = JSON.stringify(body);
    if (text !== this.#body) [this.#body, this.#key] = [text, crypto.randomUUID()];
    return { 'Idempotency-Key': this.#key };
  }
}
