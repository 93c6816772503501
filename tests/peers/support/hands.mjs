// Somebody's hands at a browser: a mouse, or the keyboard alone. What they press and type is
// counted, so that a test can say how much work something is, and what is typed at an identity
// provider is counted apart.
import assert from 'node:assert/strict';
import { PASSWORD } from '../peers/people.mjs';
import { openConsole, settled } from './console.mjs';
import { OWNER } from './doorward.mjs';

/** Presses of Tab after which nobody would go on looking. */
const MOST = 90;

/** What was done, step by step. */
export class Tally {
  constructor(ours) {
    Object.assign(this, { ours, steps: [] });
  }

  /** Everything from now on is part of this step. */
  begin(name) {
    this.end();
    this.steps.push({ name, since: performance.now(), seconds: 0, clicks: 0, fields: 0, keys: 0, elsewhere: 0 });
  }

  end() {
    const last = this.steps.at(-1);
    if (last?.since) Object.assign(last, { seconds: (performance.now() - last.since) / 1000, since: undefined });
  }

  note(page, kind, by = 1) {
    const last = this.steps.at(-1);
    const ours = !URL.canParse(page.url()) || new URL(page.url()).origin === this.ours || page.url() === 'about:blank';
    last[ours ? kind : 'elsewhere'] += by;
  }

  sum(kind) { return this.steps.reduce((sum, each) => sum + each[kind], 0); }

  /** A small table for whoever reads the output of the test. */
  report(t) {
    this.end();
    const row = (name, ...cells) => t.diagnostic(name.padEnd(44) + cells.map((each) => String(each).padStart(10)).join(''));
    row('step', 'minutes', 'clicks', 'fields', 'keys', 'at the IdP');
    for (const { name, seconds, clicks, fields, keys, elsewhere } of this.steps) row(name, (seconds / 60).toFixed(2), clicks, fields, keys, elsewhere);
    row('all of it', ...[(this.sum('seconds') / 60).toFixed(2), ...['clicks', 'fields', 'keys', 'elsewhere'].map((kind) => this.sum(kind))]);
  }
}

class Hands {
  constructor(page, tally) {
    Object.assign(this, { page, tally });
  }

  /** The same hands in another tab or window. */
  on(page) { return new this.constructor(page, this.tally); }

  /** Presses an address that stands elsewhere: in a terminal, in a mail. */
  async follows(address) {
    this.tally.note(this.page, this.pressed);
    await this.page.goto(address);
  }

  /** Presses what opens another tab; gives the hands there. */
  async opens(locator) {
    const opened = this.page.context().waitForEvent('page');
    await this.press(locator);
    const tab = await opened;
    tab.setDefaultTimeout(20_000);
    return this.on(tab);
  }

  /** Closes the tab one is in, which takes a press. */
  async close() {
    this.tally.note(this.page, this.pressed);
    await this.page.close();
  }

  /** Of several that are called the same any will do. */
  button(name) { return this.press(this.page.getByRole('button', { name, exact: typeof name === 'string' }).first()); }
  link(name) { return this.press(this.page.getByRole('link', { name, exact: typeof name === 'string' }).first()); }
  field(label, text) { return this.type(this.page.getByLabel(label, { exact: typeof label === 'string' }), text); }

  /** Opens a screen of the console by way of the owner's door. */
  async enterConsole(house, screen = '/') {
    await this.page.goto(`${house.url}/console${screen}`);
    await this.link('Owner sign-in');
    await this.atOwnersDoor();
    await this.page.waitForURL(`${house.url}/console${screen}`);
    await settled(this.page);
  }

  /** Password and, where it is asked for, a code. */
  async atOwnersDoor({ email, password } = OWNER, code = null) {
    await this.field('E-mail address', email);
    await this.field('Password', password);
    await this.button('Sign in');
    if (!code) return;
    await this.type(this.page.locator('#code'), code);
    await this.press(this.page.locator('button[type=submit]').first());
  }

  /** Presses a button that copies; gives what can be pasted then. */
  async copy(locator) {
    await this.press(locator);
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  /** At the page of a test, where it does not go on by itself. */
  async startTest() {
    const start = this.page.getByRole('button', { name: 'Start the test' });
    await start.or(this.page.locator('input[type=password]')).first().waitFor();
    if (await start.isVisible()) await this.press(start);
  }

  /** At an identity provider: name, password, and its question whether that is meant. */
  async signIn(who, ours = this.tally.ours) {
    const { page } = this;
    const name = page.locator('input[name=username], input[name=login]');
    await name.waitFor();
    await this.type(name, who);
    await this.type(page.locator('input[name=password]'), PASSWORD);
    await this.press(page.locator('button[type=submit]'));
    const consent = page.getByRole('button', { name: 'Continue', exact: true });
    await consent.or(page.locator('main h1')).or(page.locator('body > pre')).first().waitFor();
    if (new URL(page.url()).origin !== ours && await consent.isVisible()) await this.press(consent);
  }
}

export class Mouse extends Hands {
  pressed = 'clicks';

  async press(locator) {
    await locator.waitFor();
    this.tally.note(this.page, 'clicks');
    await locator.click();
  }

  async type(locator, text) {
    this.tally.note(this.page, 'fields');
    await locator.fill(text);
  }

  /** Of a list that opens: one press to open it, one to pick. */
  async choose(locator, label) {
    this.tally.note(this.page, 'clicks', 2);
    await locator.selectOption({ label });
  }

  /** A box to tick, or one of several to choose. */
  async check(locator) {
    this.tally.note(this.page, 'clicks');
    await locator.check();
  }
}

export class Keys extends Hands {
  pressed = 'keys';

  async key(name) {
    this.tally.note(this.page, 'keys');
    await this.page.keyboard.press(name);
  }

  /** Goes on with Tab, or back with Shift and Tab, until `locator` has the focus. Every place on the way shows that
   *  it has it, is not covered, and lets it go again. */
  async reach(locator) {
    await locator.first().waitFor();
    // How a place shows its focus is in a stylesheet, which comes after the text.
    await this.page.waitForLoadState();
    const seen = [];
    for (let presses = 0; presses <= MOST; presses += 1) {
      // What is drawn anew meanwhile is looked for again.
      const at = await locator.first().evaluate(look).catch((error) => ({ error }));
      if (!at.error) {
        // How others draw their pages is not ours to judge.
        if (presses > 0 && new URL(this.page.url()).origin === this.tally.ours) {
          assert.ok(at.shown, `${at.label} shows that it has the focus (${new URL(this.page.url()).pathname})`);
          assert.ok(at.free, `${at.label} is not covered while it has the focus (${new URL(this.page.url()).pathname})`);
          assert.ok(at.moved, `${at.label} lets the focus go on (${new URL(this.page.url()).pathname})`);
        }
        if (at.there) return;
        seen.push(at.label);
      }
      await this.key(at.before ? 'Shift+Tab' : 'Tab');
    }
    throw new Error(`${locator} was not reached at ${this.page.url()} with ${MOST} presses of Tab, past: ${seen.join(' | ')}`);
  }

  async press(locator) {
    await this.reach(locator);
    const box = await locator.first().evaluate((it) => it.matches('input'));
    await this.key(box ? 'Space' : 'Enter');
  }

  async type(locator, text) {
    await this.reach(locator);
    this.tally.note(this.page, 'fields');
    // What is there already is typed over.
    await this.page.keyboard.press('ControlOrMeta+A');
    await this.page.keyboard.insertText(text);
  }

  async choose(locator, label) {
    await this.reach(locator);
    const by = await locator.evaluate((it, wanted) => [...it.options].findIndex((each) => each.label === wanted) - it.selectedIndex, label);
    for (let left = Math.abs(by); left > 0; left -= 1) await this.key(by > 0 ? 'ArrowDown' : 'ArrowUp');
    assert.equal(await locator.evaluate((it) => it.selectedOptions[0]?.label), label);
  }

  async check(locator) {
    await this.reach(locator);
    for (let presses = 0; presses < MOST && !(await locator.isChecked()); presses += 1) {
      const here = await locator.evaluate((it) => it === document.activeElement);
      await this.key(here ? 'Space' : 'ArrowDown');
    }
    assert.ok(await locator.isChecked());
  }
}

/** In the page: where the focus is, seen from what is wanted. */
function look(wanted) {
  const it = document.activeElement;
  const place = it && it !== document.body ? it : null;
  // Of several to choose one from, only one takes the focus.
  const group = place?.type === 'radio' && wanted.type === 'radio' && place.name === wanted.name && place.form === wanted.form;
  const label = (place?.getAttribute('aria-label') || place?.labels?.[0]?.textContent || place?.textContent || place?.tagName || 'the page').replace(/\s+/g, ' ').trim().slice(0, 60);
  // A date is several places to the keyboard: day, month, year, calendar.
  window.stays = window.lastPlace === place ? (window.stays ?? 0) + 1 : 0;
  const moved = !place || window.stays <= (place.type === 'date' ? 3 : 0);
  window.lastPlace = place;
  if (!place) return { there: false, before: false, shown: true, free: true, moved, label };
  const drawn = (each) => each.outlineStyle !== 'none' && parseFloat(each.outlineWidth) >= 2 && !/, 0\)$|^transparent$/.test(each.outlineColor);
  const style = getComputedStyle(place);
  const shown = drawn(style) || style.boxShadow !== 'none';
  const box = place.getBoundingClientRect();
  const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
  const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
  const inside = [[0.5, 0.5], [0.1, 0.2], [0.9, 0.2], [0.1, 0.8], [0.9, 0.8]].map(([x, y]) => document.elementFromPoint(left + (right - left) * x, top + (bottom - top) * y));
  const free = right > left && bottom > top && inside.some((each) => each && (place.contains(each) || each.contains(place)));
  const after = place.compareDocumentPosition(wanted);
  return { there: place === wanted || group, before: Boolean(after & Node.DOCUMENT_POSITION_PRECEDING), shown, free, moved, label };
}

/** Both ways a journey is gone. */
export const HANDS = { mouse: Mouse, keys: Keys };

/** A browser in which somebody works on the console with their own hands. */
export async function takeSeat(t, house, way, { peers = [] } = {}) {
  const seat = await openConsole(t, house, { peers });
  await seat.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: house.origin });
  const tally = new Tally(house.origin);
  const heading = async (name) => {
    await seat.page.getByRole('heading', { name, level: 1, exact: typeof name === 'string' }).waitFor();
    await settled(seat.page);
  };
  return { ...seat, tally, hands: new HANDS[way](seat.page, tally), heading };
}
