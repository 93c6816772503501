// Starting and ending the programs of a test: each by its own process id, never by name.
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const peers = path.join(here, '..', 'peers');
const python = process.env.DOORWARD_PEERS_PYTHON ?? path.join(here, '..', '.venv', 'bin', 'python');
const PATIENCE = 30_000;

const endings = new WeakMap();

/** Runs `action` when the test ends, the last one first, as what was started last is to end first.
 *  One that fails keeps none of the others from running: nothing may outlive a test. */
export function atEnd(test, action) {
  if (!endings.has(test)) {
    endings.set(test, []);
    test.after(async () => {
      const errors = [];
      for (const each of endings.get(test).reverse()) {
        try { await each(); } catch (error) { errors.push(error); }
      }
      if (errors.length > 0) throw errors[0];
    });
  }
  endings.get(test).push(action);
}

/** A folder that is gone when the test ends. */
export function scratch(test) {
  const folder = mkdtempSync(path.join(tmpdir(), 'doorward-test-'));
  // A browser's last helper processes may still write when it has said that it ended.
  atEnd(test, () => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  return folder;
}

const PORTS = [15_000, 32_000];

/** A port nobody listens on right now. It is none of those that systems give to whoever names
 *  none, so that it is still free when a program of the test comes back to it. */
export async function freePort() {
  for (let tries = 1; ; tries += 1) {
    const port = randomInt(...PORTS);
    const server = net.createServer();
    const error = await new Promise((done) => {
      server.once('error', done);
      server.listen(port, '127.0.0.1', () => done());
    });
    if (!error) {
      await new Promise((done) => server.close(done));
      return port;
    }
    if (error.code !== 'EADDRINUSE' || tries === 20) throw error;
  }
}

/** A running program whose output is kept for the report of a failing test. */
export class Child {
  constructor(command, args, { env = {}, cwd } = {}) {
    this.name = path.basename(args[0] ?? command);
    this.out = '';
    this.err = '';
    this.process = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    this.process.stdin.on('error', () => {});
    this.process.stdout.on('data', (part) => { this.out = (this.out + part).slice(-200_000); });
    this.process.stderr.on('data', (part) => { this.err = (this.err + part).slice(-200_000); });
    this.ended = new Promise((done) => {
      this.process.once('error', (error) => done({ error }));
      this.process.once('exit', (code, signal) => done({ code, signal }));
    });
  }

  /** Resolves with the match when standard output shows `pattern`. */
  async shows(pattern, patience = PATIENCE) {
    const until = performance.now() + patience;
    for (;;) {
      const match = this.out.match(pattern);
      if (match) return match;
      const left = until - performance.now();
      if (left <= 0) throw new Error(`${this.name} did not show ${pattern} in time\n${this.report()}`);
      let stop;
      const more = new Promise((done) => {
        stop = setTimeout(done, left);
        this.process.stdout.once('data', done);
      });
      const ended = await Promise.race([more, this.ended]);
      clearTimeout(stop);
      if (ended?.code !== undefined || ended?.error) {
        if (this.out.match(pattern)) continue;
        throw new Error(`${this.name} ended (${JSON.stringify(ended)})\n${this.report()}`);
      }
    }
  }

  async stop(signal = 'SIGTERM') {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill(signal);
    const giveUp = setTimeout(() => this.process.kill('SIGKILL'), PATIENCE);
    const ended = await this.ended;
    clearTimeout(giveUp);
    return ended;
  }

  report() {
    return `--- ${this.name}: standard output\n${this.out.slice(-4000)}\n--- standard error\n${this.err.slice(-8000)}`;
  }
}

/** Runs a program to its end; throws unless it exits 0. */
export async function run(command, args, { stdin = '', env } = {}) {
  const child = new Child(command, args, { env });
  child.process.stdin.end(stdin);
  const { code, error } = await child.ended;
  if (code !== 0) throw new Error(`${path.basename(command)} ${args.join(' ')} failed: ${error ?? code}\n${child.report()}`);
  return child.out;
}

/** Starts one of `peers/`, with `more` in its environment; `configure` hands it its settings, `assign` (not in
 *  Python) who its people are. */
export async function startPeer(test, file, { host, env: more = {} } = {}) {
  const command = file.endsWith('.py') ? python : process.execPath;
  const env = { TMPDIR: scratch(test), PYTHONWARNINGS: 'ignore', NODE_NO_WARNINGS: '1', ...(host ? { PEER_HOST: host } : {}), ...more };
  const child = new Child(command, [path.join(peers, file)], { env, cwd: peers });
  atEnd(test, () => child.stop('SIGKILL'));
  const [line] = await child.shows(/\{"base".*\}/);
  const { base } = JSON.parse(line);
  // Told under its loopback address: Node does not resolve names below localhost everywhere.
  const address = `http://127.0.0.1:${new URL(base).port}`;
  const post = async (path, settings) => {
    const answer = await fetch(`${address}${path}`, { method: 'POST', body: JSON.stringify(settings), headers: { 'content-type': 'application/json' } });
    if (!answer.ok) throw new Error(`${file} refused its settings: ${await answer.text()}\n${child.report()}`);
    return answer.json();
  };
  const configure = (settings) => post('/configure', settings);
  const assign = (people) => post('/people', people);
  return { base, child, configure, assign, stop: () => child.stop('SIGKILL') };
}
