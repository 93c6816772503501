// What a form and its fields know of each other.
import { getContext, setContext } from 'svelte';

export class FormState {
  /** What is wrong, by the name the field has in the API. */
  errors = $state.raw<Readonly<Record<string, string>>>({});
  /** Fields on the screen: their id by name. */
  readonly fields = new Map<string, { id: string; label: () => string }>();

  /** What fields find wrong themselves before anything is sent, by their name. */
  readonly checks = new Map<string, () => string | undefined>();

  /** What the fields find wrong. */
  check(): Record<string, string> {
    const wrong: Record<string, string> = {};
    for (const [name, check] of this.checks) {
      const text = check();
      if (text) wrong[name] = text;
    }
    return wrong;
  }

  /** A field of its own error: that of exactly its name, or of a part of it (`domains[0]`). */
  errorOf(name: string): string | undefined {
    const own = this.errors[name];
    if (own !== undefined) return own;
    const inner = Object.keys(this.errors).find((key) => concerns(key, name));
    return inner && this.errors[inner];
  }

  /** A field was edited: what was wrong with it, or with a part of it, was about what stood there
   *  before. */
  edited(name: string): void {
    const left = Object.entries(this.errors).filter(([key]) => !concerns(key, name));
    if (left.length < Object.keys(this.errors).length) this.errors = Object.fromEntries(left);
  }

  /** Which field on the screen an error is about. */
  fieldOf(error: string): { id: string; label: () => string } | undefined {
    return this.fields.get(error) ?? this.fields.get(error.split(/[.[]/)[0] ?? '');
  }
}

/** Whether an error is about a field or a part of it. */
const concerns = (error: string, name: string): boolean =>
  error === name || error.startsWith(`${name}.`) || error.startsWith(`${name}[`);

const KEY = Symbol('form');

export const provideForm = (): FormState => setContext(KEY, new FormState());
export const useForm = (): FormState | undefined => getContext<FormState | undefined>(KEY);
