// What a page shows comes when it comes: what is asked of it is asked until it holds.
import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE = 20_000;
const PAUSE = 50;

/** Repeats `check` until it no longer throws; ends with its last error after 20 seconds. */
export async function soon(check) {
  const until = performance.now() + PATIENCE;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > until) throw error;
    }
    await pause(PAUSE);
  }
}
