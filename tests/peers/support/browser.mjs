// A browser without JavaScript: cookies, redirects, forms. One instance is one person's
// browser; several navigations may run side by side, as tabs do.
import http from 'node:http';
import { PASSWORD } from '../peers/people.mjs';
import { filled, forms, text } from './html.mjs';
import { Jar } from './jar.mjs';

const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
const REDIRECTS = 20;
const STEPS = 12;

/** One HTTP request with every header ours; names below localhost are the loopback. */
export function request(address, { method = 'GET', headers = {}, body, timeout = 30_000 } = {}) {
  const url = new URL(address);
  return new Promise((done, fail) => {
    const options = { host: '127.0.0.1', port: url.port || 80, path: url.pathname + url.search, method, agent, timeout };
    const sent = http.request({ ...options, headers: { host: url.host, ...headers } }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('error', fail);
      answer.on('end', () => {
        const cookies = answer.headers['set-cookie'] ?? [];
        done({ url: address, status: answer.statusCode, headers: answer.headers, cookies, body: Buffer.concat(parts).toString('utf8') });
      });
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer in time from ${address}`)));
    sent.on('error', fail);
    sent.end(body);
  });
}

export class Page {
  constructor(answer, chain) {
    Object.assign(this, answer, { chain });
    this.isHtml = (answer.headers['content-type'] ?? '').includes('html');
    this.forms = this.isHtml ? forms(answer.body, answer.url) : [];
  }

  get text() { return text(this.body); }
  get json() { return JSON.parse(this.body); }
  get reference() { return this.text.match(/\b\d{4}(?:-[a-z]{4,7}){3}\b/)?.[0]; }

  toString() {
    return `${this.status} ${this.url}\n${this.chain.join('\n')}\n${this.body.slice(0, 3000)}`;
  }
}

export class Browser {
  constructor(jar = new Jar()) {
    this.jar = jar;
    /** Given an address: whether to stop short of it and answer `{ held }`. */
    this.holdsBack = null;
  }

  /** Navigates and follows redirects; `from` is the host of the page that led here. */
  async open(address, { method = 'GET', fields, from = null, headers = {} } = {}) {
    const chain = [];
    let [url, verb, body] = [address, method, fields?.toString()];
    for (let hop = 0; hop <= REDIRECTS; hop += 1) {
      if (this.holdsBack?.(url)) return { held: url, chain };
      chain.push(`${verb} ${url}`);
      const answer = await request(url, { method: verb, headers: { ...this.#headers(url, verb, from), ...(hop === 0 ? headers : {}) }, body });
      this.jar.store(url, answer.cookies);
      if (![301, 302, 303, 307, 308].includes(answer.status)) return new Page(answer, chain);
      if (!answer.headers.location) throw new Error(`redirect without a place from ${url}`);
      url = new URL(answer.headers.location, url).href;
      if (![307, 308].includes(answer.status)) [verb, body] = ['GET', undefined];
    }
    throw new Error(`redirected without end:\n${chain.join('\n')}`);
  }

  #headers(url, verb, from) {
    const site = from === null ? 'none' : from === new URL(url).hostname ? 'same-origin' : 'cross-site';
    const headers = {
      accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
      'accept-language': 'en',
      'user-agent': 'Mozilla/5.0 (doorward peers test)',
      'sec-fetch-site': site,
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    const cookie = this.jar.header(url, { method: verb, from });
    if (cookie) headers.cookie = cookie;
    if (verb === 'POST') headers['content-type'] = 'application/x-www-form-urlencoded';
    return headers;
  }

  submit(page, form, values = {}) {
    const fields = filled(form, values);
    const from = new URL(page.url).hostname;
    if (form.method === 'GET') return this.open(`${form.action.split('?')[0]}?${fields}`, { from });
    const headers = { origin: new URL(page.url).origin, referer: page.url };
    return this.open(form.action, { method: 'POST', fields, from, headers });
  }

  /** What a person does next: sign in, consent, press the only button there is. */
  step(page, who) {
    const login = page.forms.find((form) => form.has('password'));
    if (login) {
      const name = login.typed.find((each) => each.type !== 'password')?.name;
      const password = login.typed.find((each) => each.type === 'password').name;
      return this.submit(page, login, { [name]: who, [password]: PASSWORD });
    }
    const button = page.forms.find((form) => form.method === 'POST' && form.typed.length === 0);
    return button ? this.submit(page, button) : null;
  }

  /** From an app's login address to the page that answers it (the app's, or a refusal). */
  async signIn(address, who, options) {
    return this.carryOn(await this.open(address), who, options);
  }

  /** The same, from a page on the way. */
  async carryOn(page, who, { until = (at) => !at.isHtml } = {}) {
    const chain = [...page.chain];
    for (let count = 0; count < STEPS && page.status < 400 && !until(page); count += 1) {
      const next = this.step(page, who);
      if (!next) break;
      page = await next;
      chain.push(...page.chain);
    }
    page.chain = chain;
    return page;
  }
}
