// The public pages in a real browser: what each owes its reader, and the hands of who reads them.
import assert from 'node:assert/strict';
import { PASSWORD } from '../peers/people.mjs';
import { openChromium } from './chromium.mjs';
import { picture, pictured } from './pictures.mjs';
import { assertSound, violations } from './sound.mjs';

const WIDTHS = [1440, 375, 320];
// The rules are asked at these.
const JUDGED = [1440, 375];
const SCHEMES = ['light', 'dark'];

/** Whoever looks at pages: gives `look(page, answer, name)`, for a page as it is now and the `answer` that brought it.
 *  The rules of axe need scripts, so they are asked of the same text in another browser. */
export async function reader(test, house) {
  const { page: judge } = await openChromium(test, { origins: [house.origin] });
  const assertRules = async (page, name) => {
    const body = await page.content();
    await judge.route(page.url(), (route) => route.fulfill({ body, contentType: 'text/html; charset=utf-8' }));
    await judge.goto(page.url());
    for (const width of JUDGED) {
      await judge.setViewportSize({ width, height: 900 });
      for (const colorScheme of SCHEMES) {
        await judge.emulateMedia({ colorScheme });
        assert.deepEqual(await violations(judge, width, colorScheme), [], `${name} at ${width} in ${colorScheme}`);
      }
    }
    await judge.unrouteAll();
  };
  return async (page, answer, name) => {
    await assertSound(page, answer, name);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      for (const colorScheme of pictured ? SCHEMES : []) {
        await page.emulateMedia({ colorScheme });
        await picture(page, `page-${name}-${width}-${colorScheme}`);
      }
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, `${name} at ${width} is not wider than the window`);
    }
    await assertRules(page, name);
  };
}

/** Presses what is called `name`; gives the answer the page then comes from. */
export async function press(page, name) {
  const arrived = page.waitForResponse((each) => each.request().isNavigationRequest() && (each.status() < 300 || each.status() >= 400));
  await page.getByRole('button', { name, exact: true }).click();
  const answer = await arrived;
  await page.waitForLoadState();
  return answer;
}

/** Types name and password at the identity provider and presses its buttons. */
export async function atProvider(page, who) {
  await page.fill('input[name=username]', who);
  await page.fill('input[name=password]', PASSWORD);
  await page.press('input[name=password]', 'Enter');
  const arrived = page.waitForResponse((each) => each.url().includes('door.localhost') && each.request().isNavigationRequest() && (each.status() === 200 || each.status() >= 400));
  await page.click('input[type=submit], button[type=submit]');
  const answer = await arrived;
  await page.waitForLoadState();
  return answer;
}
