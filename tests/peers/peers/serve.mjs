// What every Node peer shares: a loopback server on a free port that says where it is on its
// first line, takes its settings by POST /configure, and ends when its parent goes away.
import dns from 'node:dns';
import http from 'node:http';
import { assign } from './people.mjs';

/** Names below localhost are the loopback (RFC 6761 section 6.3), whatever the machine's resolver thinks. */
const lookup = dns.lookup;
dns.lookup = (name, options, done) => lookup(name.endsWith('.localhost') ? '127.0.0.1' : name, options, done);

export async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

export async function form(request) {
  return Object.fromEntries(new URLSearchParams(await body(request)));
}

export function send(response, status, text, headers = {}) {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers });
  response.end(text);
}

export const json = (response, value, status = 200) =>
  send(response, status, JSON.stringify(value), { 'content-type': 'application/json' });

/** Starts `handle(request, response, url)`; `configure(settings, base)` runs once per POST, and who
 *  somebody is changes by POST /people. */
export function serve({ configure, handle }) {
  const name = process.env.PEER_HOST ?? '127.0.0.1';
  const server = http.createServer(async (request, response) => {
    const url = new URL(request.url, server.base);
    try {
      if (request.method === 'POST' && url.pathname === '/configure') {
        return json(response, (await configure(JSON.parse(await body(request)), server.base)) ?? {});
      }
      if (request.method === 'POST' && url.pathname === '/people') {
        assign(JSON.parse(await body(request)));
        return json(response, {});
      }
      if (url.pathname === '/favicon.ico') return send(response, 204, '');
      await handle(request, response, url);
    } catch (error) {
      console.error(error);
      json(response, { error: String(error?.error ?? error?.message), detail: String(error?.cause ?? '') }, 500);
    }
  });
  server.listen(0, '127.0.0.1', () => {
    server.base = `http://${name}:${server.address().port}`;
    console.log(JSON.stringify({ base: server.base }));
  });
  process.stdin.resume();
  process.stdin.on('end', () => process.exit(0));
}
