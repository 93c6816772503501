// What a screen reads: one thing, or a list in pieces. Both keep what they have while they read
// again, and say when it is old.
import { untrack } from 'svelte';
import { Failure } from './failure';

/** One thing read from the API. Made by [`load`]; drawn by `ui/Loaded.svelte`. */
export class Loading<T> {
  value = $state.raw<T | undefined>(undefined);
  failure = $state.raw<Failure | undefined>(undefined);
  busy = $state(true);
  #again = $state(0);

  /** Read again when a reactive value inside `read` changes, or [`again`] is called. */
  constructor(read: (signal: AbortSignal) => Promise<T>) {
    $effect(() => {
      void this.#again;
      const control = new AbortController();
      const reading = read(control.signal);
      untrack(() => {
        this.busy = true;
      });
      reading.then(
        (value) => {
          if (!control.signal.aborted) this.put(value);
        },
        (error: unknown) => {
          if (control.signal.aborted) return;
          this.busy = false;
          this.failure = asFailure(error);
        },
      );
      return () => control.abort();
    });
  }

  again(): void {
    this.#again += 1;
  }

  /** Takes what a write answered, instead of reading again. */
  put(value: T): void {
    this.value = value;
    this.failure = undefined;
    this.busy = false;
  }
}

/** Reads one thing for as long as the component lives. `read` names what it depends on before
 *  its first `await`. */
export function load<T>(read: (signal: AbortSignal) => Promise<T>): Loading<T> {
  return new Loading(read);
}

/** A piece of a list. */
export interface Piece<T> {
  items: T[];
  next?: string | null;
}

/** A list in pieces: by cursor, forwards, and back over the cursors seen. */
export class List<T> {
  readonly piece: Loading<Piece<T>>;
  #cursors = $state.raw<string[]>([]);

  constructor(
    read: (after: string | undefined, signal: AbortSignal) => Promise<Piece<T>>,
    key?: () => unknown,
  ) {
    let before: unknown;
    this.piece = new Loading((signal) => {
      // Another search starts at its beginning.
      const asked = JSON.stringify(key?.() ?? null);
      if (before !== undefined && asked !== before) untrack(() => (this.#cursors = []));
      before = asked;
      return read(this.#cursors.at(-1), signal);
    });
  }

  get items(): T[] {
    return this.piece.value?.items ?? [];
  }

  /** Which piece this is, from 1. */
  get number(): number {
    return this.#cursors.length + 1;
  }

  get more(): boolean {
    return Boolean(this.piece.value?.next);
  }

  forward(): void {
    const next = this.piece.value?.next;
    if (next) this.#cursors = [...this.#cursors, next];
  }

  back(): void {
    this.#cursors = this.#cursors.slice(0, -1);
  }

  again(): void {
    this.piece.again();
  }
}

/** Reads a list for as long as the component lives. `key` names what it is searched by: when
 *  that changes, it starts at its beginning. */
export function list<T>(
  read: (after: string | undefined, signal: AbortSignal) => Promise<Piece<T>>,
  key?: () => unknown,
): List<T> {
  return new List(read, key);
}

/** Pieces asked for in one go while they hold nothing. */
const EMPTY_PIECES = 4;

/** A piece may hold nothing while there are more: then the next ones are asked for. */
export async function pieces<T>(
  read: (after: string | undefined) => Promise<Piece<T>>,
  after?: string,
): Promise<Piece<T>> {
  let from = after;
  for (let tries = 1; ; tries += 1) {
    const piece = await read(from);
    if (piece.items.length > 0 || !piece.next || tries === EMPTY_PIECES) return piece;
    from = piece.next;
  }
}

export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  console.error(error);
  return new Failure('unreadable', 'Error', error instanceof Error ? error.message : String(error), 0);
}
