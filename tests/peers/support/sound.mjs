// What a page owes its reader, looked at in a real browser.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const LIMIT = 15 * 1024;
const AXE = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const RULES = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] };
const COLOURS = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };

/** What axe finds wrong with the page as it is, wide or narrow, light or dark. What was looked at wide in light is judged
 *  wide in dark by what colours change, and narrow the other way round: the rest would be the same again. */
export async function violations(page, width, colorScheme) {
  // Half a megabyte of script is read once a page, not once a look.
  if (!(await page.evaluate(() => Boolean(window.axe)))) await page.evaluate(AXE);
  const first = (width < 1000) === (colorScheme === 'dark');
  const found = await page.evaluate((runOnly) => window.axe.run({ runOnly, resultTypes: ['violations'] }), first ? RULES : COLOURS);
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(' | ')}`);
}

/** Everything on the page can be reached and pressed with the keyboard alone. */
export async function reachesSubmit(page) {
  for (let presses = 0; presses < 15; presses += 1) {
    await page.keyboard.press('Tab');
    const submit = await page.evaluate(() => {
      const at = document.activeElement;
      return at?.matches('button, input[type=submit]') ? getComputedStyle(at).outlineStyle !== 'none' || getComputedStyle(at).boxShadow !== 'none' : null;
    });
    if (submit !== null) return submit;
  }
  return null;
}

/** What every page of ours has to be; `answer` is what brought it. */
export async function assertSound(page, answer, name) {
  assert.ok((await answer.body()).length < LIMIT, `${name} is small`);
  const policy = answer.headers()['content-security-policy'] ?? '';
  assert.ok(policy.includes("default-src 'none'") || policy.includes("default-src 'self'"), `${name}: ${policy}`);
  assert.ok(!/script-src[^;]*'unsafe-inline'/.test(policy), `${name}: ${policy}`);
  const found = await page.evaluate(() => ({
    title: document.title,
    lang: document.documentElement.lang,
    headings: document.querySelectorAll('h1').length,
    main: document.querySelectorAll('main').length,
    unlabelled: [...document.querySelectorAll('input:not([type=hidden]):not([type=submit])')].filter((each) => !each.labels?.length && !each.ariaLabel).map((each) => each.name),
    viewport: Boolean(document.querySelector('meta[name=viewport]')),
  }));
  assert.ok(found.title.length > 0, `${name} has a title`);
  assert.ok(found.lang.length > 0, `${name} has a language`);
  assert.equal(found.headings, 1, `${name} has one h1`);
  assert.equal(found.main, 1, `${name} has one main`);
  assert.deepEqual(found.unlabelled, [], `${name}: every field has a label`);
  assert.ok(found.viewport, `${name} fits small screens`);
}
