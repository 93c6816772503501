// What the people of a story do by hand: an owner with a second factor, somebody who works in the
// browser they are signed in with, somebody who types a password.
import assert from 'node:assert/strict';
import { Browser, request } from './browser.mjs';
import { OWNER } from './doorward.mjs';
import { totp } from './totp.mjs';

const SIGNED_IN = /sign out/i;

/** The form of a page that goes to `path`. */
export function formTo(page, path) {
  const form = page.forms.find((each) => new URL(each.action).pathname.endsWith(path));
  assert.ok(form, `a form to ${path}: ${page}`);
  return form;
}

/** Fills in the form that goes to `path` and sends it. */
export const send = (browser, page, path, values) => browser.submit(page, formTo(page, path), values);

/** Calls the admin API as a page of ours does in this browser; gives the answer whatever its status. */
export async function callIn(browser, house, method, address, body) {
  const ask = async (verb, path, more = {}, sent) => {
    const url = `${house.url}/api/v1${path}`;
    const cookie = browser.jar.header(url, { method: verb, from: house.host });
    const headers = { accept: 'application/json', 'sec-fetch-site': 'same-origin', origin: house.origin, cookie, ...more };
    const answer = await request(url, { method: verb, headers, body: sent && JSON.stringify(sent) });
    return { ...answer, json: answer.body ? JSON.parse(answer.body) : null };
  };
  if (method === 'GET') return ask('GET', address);
  const me = await ask('GET', '/me');
  const more = { 'x-csrf-token': me.json.csrf_token ?? 'none', 'content-type': 'application/json', 'if-match': '*' };
  return ask(method, address, more, body);
}

/** Opens the page of a link somebody was given and hands its token over, with `values` beside it. */
export async function useLink(browser, link, values = {}) {
  const address = new URL(link);
  const page = await browser.open(address.origin + address.pathname);
  return send(browser, page, address.pathname, { token: address.hash.slice(1), ...values });
}

/** From an app's login page: types an address there. */
export async function typeAddress(browser, page, address) {
  return send(browser, page, '/login', { email: address });
}

/** At the page for passwords. */
export const typePassword = (browser, page, email, password) => send(browser, page, '/login/password', { email, password });

/** Somebody who may always come in at the owner's door, with a second factor once they `arm`. */
export class Owner {
  constructor(house, { email, password, id }) {
    Object.assign(this, { house, email, password, id, codes: [], browser: new Browser() });
  }

  /** An owner of `organization`, made by its vendor, who sets a password through the link. */
  static async invite(house, organization, email, name) {
    const made = await house.api('POST', `/organizations/${organization.id}/owners`, { email, name });
    const owner = new Owner(house, { ...made, password: OWNER.password });
    await owner.setPassword(made.link);
    return owner;
  }

  async setPassword(link) {
    const page = await useLink(this.browser, link, { password: this.password });
    assert.match(page.text, SIGNED_IN, String(page));
  }

  /** Adds an authenticator app and makes recovery codes, of which each use takes one. */
  async arm() {
    const { browser, house } = this;
    const factors = () => browser.open(`${house.url}/owner/factors`);
    const added = await send(browser, await factors(), '/owner/factors/totp');
    const [, secret] = added.body.match(/<code>([A-Z2-7 ]+)<\/code>/);
    await send(browser, added, '/totp/confirm', { code: totp(secret) });
    const offered = await send(browser, await factors(), '/owner/factors/codes');
    this.codes = [...offered.body.matchAll(/<li><code>([^<]+)<\/code>/g)].map(([, code]) => code);
    const stored = await send(browser, offered, '/codes/confirm', { code: this.codes[0].slice(-4) });
    assert.match(stored.text, /10 of 10 left/, String(stored));
  }

  /** At a page of the owner's door: the password, and a code where one is asked for. */
  async knock(page, browser = this.browser) {
    const { email, password } = this;
    const second = await send(browser, page, '/owner', { email, password });
    const asked = second.forms.some((form) => form.action.endsWith('/owner/second'));
    return asked ? send(browser, second, '/owner/second', { code: this.codes.shift() }) : second;
  }

  /** Comes in at the fixed address. */
  async enter(browser = new Browser()) {
    const page = await this.knock(await browser.open(`${this.house.url}/owner`), browser);
    assert.match(page.text, SIGNED_IN, String(page));
    this.browser = browser;
    return page;
  }

  /** Rehearses that. */
  async rehearse(organization) {
    const { url } = await this.house.api('POST', '/owners/drill', { organization: organization.id });
    const page = await this.knock(await this.browser.open(url));
    assert.match(page.text, /Rehearsal passed/, String(page));
  }
}
