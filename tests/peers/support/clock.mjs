// The clock of a program under test, through Debian's libfaketime: everything the program and
// what it starts ask for the time is told another one, while its timers run on as they were.
import assert from 'node:assert/strict';
import { readdirSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { scratch } from './child.mjs';

function library() {
  const places = readdirSync('/usr/lib', { withFileTypes: true }).filter((each) => each.isDirectory());
  const found = places.map(({ name }) => `/usr/lib/${name}/faketime/libfaketimeMT.so.1`).find(existsSync);
  assert.ok(found, 'libfaketime is missing; install it with: apt-get install libfaketime');
  return found;
}

/** The environment of a program, and how to move the clock it sees while it runs. */
export function clock(test) {
  const file = path.join(scratch(test), 'clock');
  const set = (text) => writeFileSync(file, `${text}\n`);
  const move = (minutes) => set(`${minutes < 0 ? '-' : '+'}${Math.abs(minutes)}m`);
  move(0);
  const env = { LD_PRELOAD: library(), FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' };
  return { env, move };
}
