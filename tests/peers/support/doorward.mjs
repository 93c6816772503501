// The program under test, run as an operator runs it: binary, data folder, command line, HTTP.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { request } from './browser.mjs';
import { atEnd, Child, freePort, run, scratch } from './child.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
export const binary = path.resolve(root, process.env.DOORWARD_BIN ?? 'target/release/doorward');

export const OWNER = { email: 'owner@example.org', name: 'Olive Owner', password: 'a long sentence for the owner' };

export class Doorward {
  /** Nothing runs yet: `start` does that. */
  static async create(test, { host = 'localhost', base = '', settings = [] } = {}) {
    const port = await freePort();
    const house = new Doorward();
    Object.assign(house, { port, host, settings, data: path.join(scratch(test), 'data'), token: null });
    house.origin = `http://${host}:${port}`;
    house.url = house.origin + base;
    atEnd(test, () => house.child?.stop('SIGKILL'));
    return house;
  }

  /** A running house with an owner and an API token, both made on the command line. */
  static async open(test, options = {}) {
    const house = await Doorward.create(test, options);
    await house.cli(['owner', 'create', '--data', house.data, '--email', OWNER.email, '--name', OWNER.name,
      '--organization', 'Home', '--password-stdin'], { stdin: `${OWNER.password}\n` });
    await house.start();
    house.token = (await house.cli(['token', 'create', '--data', house.data, '--name', 'tests'])).trim();
    return house;
  }

  cli(args, options) {
    return run(binary, args, options);
  }

  async start() {
    const began = performance.now();
    this.child = new Child(binary, ['serve', '--data', this.data, '--listen', `127.0.0.1:${this.port}`,
      '--public-url', this.url, '--allow-private-idps', ...this.settings]);
    await this.child.shows(/ready at/i);
    this.readyAfter = performance.now() - began;
    return this;
  }

  stop() { return this.child.stop('SIGTERM'); }
  kill() { return this.child.stop('SIGKILL'); }

  async setupLink() {
    const [, link] = await this.child.shows(/Set up:\s+(\S+)/);
    return link;
  }

  /** A call to the admin API; resolves with the answer whatever its status. */
  async call(method, address, body, headers = {}) {
    const answer = await request(`${this.url}/api/v1${address}`, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
    });
    let parsed = null;
    try { parsed = answer.body ? JSON.parse(answer.body) : null; } catch { /* the caller sees the text */ }
    return { ...answer, json: parsed };
  }

  /** The same, when it has to succeed. */
  async api(method, address, body, headers) {
    const answer = await this.call(method, address, body, headers);
    if (answer.status >= 300) throw new Error(`${method} ${address}: ${answer.status} ${answer.body}\n${this.child.report()}`);
    return answer.json;
  }

  /** Every item of a list, page after page. */
  async list(address) {
    const items = [];
    for (let after = '', page = 0; page < 100; page += 1) {
      const mark = address.includes('?') ? '&' : '?';
      const got = await this.api('GET', `${address}${mark}limit=200${after && `&after=${encodeURIComponent(after)}`}`);
      items.push(...got.items);
      if (!got.next) return items;
      after = got.next;
    }
    throw new Error(`${address} has no end`);
  }
}
