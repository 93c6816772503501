// Cookies as a browser keeps them: per host (never per port), with path, Secure, prefixes and
// SameSite, so that the tests notice when a sign-in leans on a cookie no browser would send.
export class Jar {
  constructor() {
    this.cookies = new Map();
  }

  store(address, lines) {
    for (const line of lines) this.#one(new URL(address), line);
  }

  #one(url, line) {
    const [pair, ...rest] = line.split(';').map((part) => part.trim());
    const cut = pair.indexOf('=');
    const name = pair.slice(0, cut);
    const value = pair.slice(cut + 1);
    const at = Object.fromEntries(rest.map((part) => {
      const [key, ...more] = part.split('=');
      return [key.toLowerCase(), more.join('=')];
    }));
    const secure = 'secure' in at;
    const path = at.path?.startsWith('/') ? at.path : '/';
    if (name.startsWith('__Host-') && (!secure || path !== '/' || 'domain' in at)) throw new Error(`a browser drops ${line}`);
    if (name.startsWith('__Secure-') && !secure) throw new Error(`a browser drops ${line}`);
    const sameSite = (at.samesite ?? 'lax').toLowerCase();
    if (sameSite === 'none' && !secure) throw new Error(`a browser drops ${line}`);
    const key = `${url.hostname} ${path} ${name}`;
    const gone = Number(at['max-age']) <= 0 || ('expires' in at && Date.parse(at.expires) <= Date.now());
    if (gone) this.cookies.delete(key);
    else this.cookies.set(key, { host: url.hostname, path, name, value, secure, sameSite, httpOnly: 'httponly' in at });
  }

  /** The Cookie header for a top-level navigation started by a page of `from` (a host) or by the person. */
  header(address, { method = 'GET', from = null } = {}) {
    const url = new URL(address);
    const crossSite = from !== null && from !== url.hostname;
    const trustworthy = url.protocol === 'https:' || url.hostname === 'localhost' || url.hostname.endsWith('.localhost') || url.hostname === '127.0.0.1';
    const sent = [];
    for (const cookie of this.cookies.values()) {
      if (cookie.host !== url.hostname || (cookie.secure && !trustworthy)) continue;
      const under = url.pathname === cookie.path || url.pathname.startsWith(cookie.path.endsWith('/') ? cookie.path : `${cookie.path}/`);
      if (!under) continue;
      if (crossSite && cookie.sameSite === 'strict') continue;
      if (crossSite && cookie.sameSite === 'lax' && method !== 'GET') continue;
      sent.push(`${cookie.name}=${cookie.value}`);
    }
    return sent.join('; ');
  }

  find(host, pattern) {
    return [...this.cookies.values()].find((cookie) => cookie.host === host && pattern.test(cookie.name));
  }

  clone() {
    const copy = new Jar();
    copy.cookies = new Map(this.cookies);
    return copy;
  }
}
