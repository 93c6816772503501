// Short messages about what was done, with a way to undo it where there is one.
import { asFailure } from '../api/load.svelte';

export interface Toast {
  id: number;
  text: string;
  bad: boolean;
  undo?: () => Promise<void>;
}

const STAYS = 8_000;
/** Long enough to find the button by any means. */
const STAYS_TO_UNDO = 30_000;
const MOST = 4;

class Toasts {
  all = $state.raw<Toast[]>([]);
  #next = 1;

  /** Says what was done. With `undo` it offers to take it back. */
  say(text: string, { undo, bad = false }: { undo?: () => Promise<void>; bad?: boolean } = {}): void {
    const toast: Toast = { id: this.#next, text, bad, undo };
    this.#next += 1;
    // Only the last thing that was done can be taken back.
    const others = undo ? this.all.filter((each) => !each.undo) : this.all;
    this.all = [...others.slice(1 - MOST), toast];
    setTimeout(() => this.close(toast.id), undo || bad ? STAYS_TO_UNDO : STAYS);
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

  close(id: number): void {
    this.all = this.all.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
