// HTTP as no client library would send it: octets in, octets out.
import net from 'node:net';

const PATIENCE = 5_000;

/** Sends `parts` to the house on one connection and reads until it closes, or until `enough` of the
 *  text that came says so. Resolves with what came and whether the house closed. */
export function raw(house, parts, { patience = PATIENCE, enough = () => false } = {}) {
  return new Promise((done) => {
    const socket = net.connect({ host: '127.0.0.1', port: house.port });
    const began = performance.now();
    let text = '';
    const finish = (closed) => {
      clearTimeout(timer);
      socket.destroy();
      done({ text, closed, after: performance.now() - began, answers: answers(text) });
    };
    const timer = setTimeout(() => finish(false), patience);
    socket.setEncoding('latin1');
    socket.on('data', (part) => {
      text += part;
      if (enough(text)) finish(false);
    });
    socket.on('end', () => finish(true));
    // A server that has said no may reset the connection while we still talk.
    socket.on('error', () => finish(true));
    for (const part of [parts].flat()) socket.write(part, 'latin1');
  });
}

/** The answers in what came, taken apart by their own lengths. */
function answers(text) {
  const found = [];
  for (let rest = text; rest.startsWith('HTTP/1.');) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) break;
    const [start, ...lines] = rest.slice(0, end).split('\r\n');
    const headers = lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]);
    const status = Number(start.split(' ')[1]);
    const length = Number(headers.find(([name]) => name === 'content-length')?.[1] ?? 0);
    const body = rest.slice(end + 4, end + 4 + length);
    if (status !== 100) found.push({ status, headers, body, header: (name) => headers.find(([each]) => each === name)?.[1] });
    rest = rest.slice(end + 4 + length);
  }
  return found;
}

/** One request with this target, as its only request. */
export async function target(house, path, { method = 'GET', headers = [] } = {}) {
  const lines = [`${method} ${path} HTTP/1.1`, `Host: localhost:${house.port}`, 'Connection: close', ...headers];
  const got = await raw(house, `${lines.join('\r\n')}\r\n\r\n`);
  return { ...got, answer: got.answers[0] };
}
