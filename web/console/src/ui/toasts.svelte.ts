// Short messages about what was done, with a way to undo it where there is one.
import { asFailure } from '../api/load.svelte';

export interface Toast {
  id: number;
  text: string;
  bad: boolean;
  undo?: () => Promise<void>;
  /** When it was said, in milliseconds of the page. */
  said: number;
}

const STAYS = 8_000;
/** Long enough to find the button by any means. */
const STAYS_TO_UNDO = 30_000;
/** What was said so shortly before another screen is opened is said there, in milliseconds. */
const FRESH = 1_000;

class Toasts {
  all = $state.raw<Toast[]>([]);
  #next = 1;

  /** Says what was done, and no longer what was said before: the two may contradict each other. With
   *  `undo` it offers to take it back, and stays until its time is over or something else can be
   *  taken back. Gives what `close` takes. */
  say(text: string, { undo, bad = false }: { undo?: () => Promise<void>; bad?: boolean } = {}): number {
    const toast: Toast = { id: this.#next, text, bad, undo, said: performance.now() };
    this.#next += 1;
    // Only the last thing that was done can be taken back.
    const others = undo ? [] : this.all.filter((each) => each.undo);
    this.all = [...others, toast];
    setTimeout(() => this.close(toast.id), undo || bad ? STAYS_TO_UNDO : STAYS);
    return toast.id;
  }

  /** Says that something did not work. */
  failed(error: unknown): void {
    const failure = asFailure(error);
    this.say(failure.detail || failure.title, { bad: true });
  }

  async undo(toast: Toast): Promise<void> {
    this.close(toast.id);
    try {
      await toast.undo?.();
    } catch (error) {
      this.failed(error);
    }
  }

  /** Another screen is opened: what belonged to the one before goes with it. What was said as the
   *  last thing there is about to be read, and what can still be taken back stays. */
  leave(): void {
    const now = performance.now();
    this.all = this.all.filter((toast) => toast.undo || now - toast.said < FRESH);
  }

  close(id: number): void {
    this.all = this.all.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
