// The trace page in a real browser: a sign-in fails, and the owner who is told its reference reads why.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Browser } from './support/browser.mjs';
import { openChromium } from './support/chromium.mjs';
import { Doorward, OWNER } from './support/doorward.mjs';
import { addApp, addOrganization, addUpstream } from './support/house.mjs';
import { picture } from './support/pictures.mjs';

const LIMIT = 15 * 1024;
const WIDTHS = [320, 375, 1440];

async function enter(page, address) {
  await page.goto(address);
  await page.fill('input[type=email]', OWNER.email);
  await page.fill('input[type=password]', OWNER.password);
  await page.press('input[type=password]', 'Enter');
  await page.waitForURL('**/trace/**');
}

/** Everything is on the paper: nothing is wider than the window, no words of a picture are cut or on other words. */
async function assertFits(page, name) {
  const found = await page.evaluate(() => {
    const box = (each) => each.getBoundingClientRect();
    const wide = [...document.querySelectorAll('main *:not(.unseen)')]
      .filter((each) => box(each).right > innerWidth + 1 || box(each).left < -1)
      .map((each) => `${each.tagName} ${each.textContent.slice(0, 40)}`);
    const cut = [];
    for (const picture of document.querySelectorAll('svg')) {
      const words = [...picture.querySelectorAll('text')].map((each) => ({ text: each.textContent, ...box(each).toJSON() }));
      const paper = box(picture);
      for (const [at, one] of words.entries()) {
        if (one.left < paper.left - 1 || one.right > paper.right + 1 || one.bottom > paper.bottom + 1) cut.push(`off the paper: ${one.text}`);
        for (const other of words.slice(at + 1)) {
          const over = Math.min(one.right, other.right) - Math.max(one.left, other.left);
          const under = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
          if (over > 1 && under > 3) cut.push(`${one.text} on ${other.text}`);
        }
      }
    }
    return { scrolls: document.documentElement.scrollWidth > innerWidth, wide, cut };
  });
  assert.deepEqual(found, { scrolls: false, wide: [], cut: [] }, name);
}

async function look(page, name) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    await picture(page, `${name}-${width}`);
    await assertFits(page, `${name} at ${width}`);
  }
}

/** The colours in which words and lines of the first picture are drawn. */
const colours = (page) => page.evaluate(() => {
  const of = (selector) => getComputedStyle(document.querySelector(selector));
  return { words: of('svg text').fill, lines: of('svg .arrow').stroke, paper: getComputedStyle(document.querySelector('main')).backgroundColor };
});

test('an owner is told a reference and reads why the sign-in failed', { timeout: 180_000 }, async (t) => {
  const house = await Doorward.open(t, { host: 'door.localhost' });
  const organization = await addOrganization(house, 'Acme', 'acme');
  const { peer, connection } = await addUpstream(t, house, organization, 'samlp', { host: 'idp.localhost' });
  const app = await addApp(t, house, 'openid-client', { host: 'app.localhost' });
  const { entity_id, acs_url } = connection.service_provider;
  const right = { sp_entity_id: entity_id, acs_url };
  const signIn = () => new Browser().signIn(app.login({ organization: 'acme' }), 'alice');
  await peer.configure({ ...right, audience: `${entity_id}/` });
  const failed = await signIn();
  assert.ok(failed.reference, String(failed));
  await peer.configure({ ...right, audience: undefined });
  const good = await signIn();
  assert.equal(good.status, 200, String(good));
  const { items: [{ reference: admitted }] } = await house.api('GET', '/attempts?outcome=admitted');

  const { page, complaints } = await openChromium(t, { origins: [house.origin], javaScriptEnabled: false });
  await t.test('by the owner\'s door and back', async () => {
    await enter(page, `${house.url}/trace/${failed.reference}`);
    assert.equal(page.url(), `${house.url}/trace/${failed.reference}`);
    const answer = await page.reload();
    assert.ok((await answer.body()).length < LIMIT, `${(await answer.body()).length} bytes`);
  });

  await t.test('what failed is open and says what differs', async () => {
    const open = page.locator('details.failed[open]');
    assert.equal(await open.count(), 1);
    const said = await open.innerText();
    assert.match(said, /Failed: audience/);
    assert.ok(said.includes(entity_id) && said.includes('ends with a slash'), said);
    assert.equal(await page.getByText('failed here').first().isVisible(), true);
    assert.equal(await page.getByText('saml_audience_slash').first().isVisible(), true);
    assert.ok((await page.locator('#change ~ dl').innerText()).includes(`Enter\n${entity_id}`), 'what to enter, and where');
    // Folded until asked for, by keyboard alone.
    const issuer = page.locator('ul.passed code', { hasText: /^issuer$/ });
    assert.equal(await issuer.isVisible(), false);
    await page.locator('summary', { hasText: 'Passed' }).focus();
    await page.keyboard.press('Enter');
    assert.equal(await issuer.isVisible(), true);
  });

  await t.test('the pictures have words for whoever does not see them', async () => {
    const named = await page.getByRole('img').evaluateAll((all) => all.map((each) => each.querySelector('title')?.textContent));
    assert.deepEqual(named, ['Time window of the answer: now is inside', 'Sequence of this sign-in']);
    assert.ok(await page.getByRole('img', { name: 'Sequence of this sign-in' }).isVisible());
  });

  await t.test('it fits every width, in light, dark and forced colours', async () => {
    await look(page, 'refused');
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await colours(page);
    assert.notEqual(dark.words, dark.paper);
    await look(page, 'refused-dark');
    await page.emulateMedia({ colorScheme: 'light', forcedColors: 'active' });
    const forced = await colours(page);
    assert.equal(forced.words, forced.lines, 'both in the colour of text');
    assert.notEqual(forced.words, forced.paper);
    await look(page, 'refused-forced');
    await page.emulateMedia({ forcedColors: 'none' });
  });

  await t.test('one that worked, masked and revealed', async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    const answer = await page.goto(`${house.url}/trace/${admitted}`);
    assert.ok((await answer.text()).includes('The person was let in.'));
    assert.ok(!(await answer.text()).includes('alice@example.com'));
    await page.getByRole('button', { name: 'Reveal personal values' }).click();
    await page.getByText('alice@example.com').first().waitFor();
    await look(page, 'revealed');
    const { items: [noted] } = await house.api('GET', '/audit-events?limit=1');
    assert.equal(noted.action, 'attempt.reveal');
    await page.getByRole('link', { name: 'Mask them' }).click();
    assert.ok(!(await page.content()).includes('alice@example.com'));
  });

  await t.test('found by how people say it', async () => {
    await page.goto(`${house.url}/trace`);
    await page.fill('input[name=reference]', failed.reference.replaceAll('-', ' ').toUpperCase());
    await page.keyboard.press('Enter');
    await page.waitForURL(`${house.url}/trace/${failed.reference}`);
  });
  assert.deepEqual(complaints, [], 'nothing in the console');
});
