// The console in a real browser: the owner at work, and what every screen of it owes its reader.
import assert from 'node:assert/strict';
import { openChromium } from './chromium.mjs';
import { OWNER } from './doorward.mjs';
import { picture } from './pictures.mjs';
import { violations } from './sound.mjs';

const WIDTHS = [1440, 375];
const SCHEMES = ['light', 'dark'];

/** A browser that notes every request, refused by the content policy or not, and every complaint.
 *  Other tabs may go to `peers`, origins that may be added later. */
export async function openConsole(test, house, { peers = [] } = {}) {
  const opened = await openChromium(test, { origins: [house.origin] });
  const { context, page, complaints } = opened;
  const elsewhere = [];
  context.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    // What the pages of a provider ask for is not ours to judge.
    const from = request.isNavigationRequest() ? '' : request.frame().url();
    if (URL.canParse(from) && peers.includes(new URL(from).origin)) return;
    if (protocol !== 'data:' && origin !== house.origin) elsewhere.push(request.url());
  });
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`refused by the content policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  /** At the end of a test: nothing was refused, nothing failed, nobody else was asked. */
  const assertQuiet = () => {
    // That the API refuses something is for the tests to expect, and no complaint.
    const ours = complaints.filter((each) => !/\/api\/v1\/.*Failed to load resource.*status of 4\d\d/.test(each));
    assert.deepEqual(ours, [], 'nothing in the console of the browser');
    assert.deepEqual(elsewhere.filter((each) => !peers.includes(new URL(each).origin)), [], 'no request to another origin');
  };
  return { ...opened, context, page, assertQuiet };
}

/** Opens a screen; signs in at the owner's door first, and comes back to it. */
export async function enterConsole(page, house, screen = '/') {
  await page.goto(`${house.url}/console${screen}`);
  await page.getByRole('link', { name: 'Owner sign-in' }).click();
  await page.fill('input[type=email]', OWNER.email);
  await page.fill('input[type=password]', OWNER.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(`${house.url}/console${screen}`);
  await settled(page);
}

/** Until nothing is loading any more; a dialog may be what something waits for. */
export async function settled(page) {
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(() => document.querySelector('[role=dialog]') || !document.querySelector('.skeleton, [aria-busy=true]'));
  await page.evaluate(() => document.fonts.ready);
}

/** Looks at the screen as it is: one h1, a title, no violation of axe, nothing wider than the
 *  window, in light and dark, wide and narrow. */
export async function look(page, name) {
  await settled(page);
  for (const width of WIDTHS) {
    await resize(page, width);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await drawn(page);
      const place = `${name} at ${width} in ${colorScheme}`;
      await picture(page, `${name}-${width}-${colorScheme}`);
      assert.equal(await page.locator('h1').count(), 1, `${place} has one h1`);
      assert.match(await page.title(), / - Doorward$/, place);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, `${place} is not wider than the window`);
      assert.deepEqual(await violations(page, width, colorScheme), [], place);
    }
  }
  await resize(page, 1440);
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
}

/** Waits until what the width and the colours change is drawn. */
function drawn(page) {
  return page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** Makes the window so wide and high, in pixels; what is measured next is drawn by then. */
export async function resize(page, width, height = 900) {
  await page.setViewportSize({ width, height });
  await drawn(page);
}

/** Whether all of it is in the window as it is, and nothing lies over its middle. */
export function seen(locator) {
  return locator.evaluate((element) => {
    const { top, right, bottom, left } = element.getBoundingClientRect();
    const inside = top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth;
    return inside && element.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
  });
}

/** Goes on with Tab until what is called `name` has the focus, and asserts that one can see it. */
export async function tabTo(page, name, most = 40) {
  for (let presses = 0; presses < most; presses += 1) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const element = document.activeElement;
      const seen = element && (getComputedStyle(element).outlineStyle !== 'none' || getComputedStyle(element).boxShadow !== 'none');
      const label = element?.getAttribute('aria-label') || element?.labels?.[0]?.textContent || element?.textContent || '';
      return { label: label.replace(/\s+/g, ' ').trim(), seen: Boolean(seen) };
    });
    if (at.label === name || (name instanceof RegExp && name.test(at.label))) {
      assert.ok(at.seen, `${name} shows that it has the focus`);
      return;
    }
  }
  throw new Error(`${name} was not reached with ${most} presses of Tab`);
}
