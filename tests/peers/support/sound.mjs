// What a page owes its reader, looked at in a real browser.
import assert from 'node:assert/strict';

const LIMIT = 15 * 1024;

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
