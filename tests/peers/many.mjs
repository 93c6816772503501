// The console over a folder that `cargo bench --bench lists -- --keep FOLDER` filled: how long each
// list takes to stand there, and whether it can be searched and gone through. By hand, no test:
//   DOORWARD_BIN=target/$(uname -m)-unknown-linux-gnu/release/doorward node tests/peers/many.mjs FOLDER
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { freePort, Child } from './support/child.mjs';
import { binary, Doorward } from './support/doorward.mjs';
import { enterConsole, openConsole, settled } from './support/console.mjs';
import { picture } from './support/pictures.mjs';

const [, , given] = process.argv;
if (!given) {
  console.error('usage: node tests/peers/many.mjs FOLDER, filled by `cargo bench --bench lists -- --keep FOLDER`');
  process.exit(2);
}
const folder = path.resolve(given);
const ends = [];
const test = { after: (action) => ends.push(action) };

const port = await freePort();
const house = Object.assign(new Doorward(), { port, host: 'localhost', settings: [], data: path.join(folder, 'data') });
house.origin = `http://localhost:${port}`;
house.url = house.origin;
house.token = readFileSync(path.join(folder, 'token'), 'utf8');
house.child = new Child(binary, ['serve', '--data', house.data, '--listen', `127.0.0.1:${port}`, '--public-url', house.url]);
ends.push(() => house.child.stop());
await house.child.shows(/ready at/i);
try {
  await looked();
} finally {
  for (const end of ends.reverse()) await end();
}

async function looked() {
  const { page, complaints } = await openConsole(test, house);
  page.setDefaultTimeout(60_000);
  await enterConsole(page, house, '/organizations');
  const told = (name, ms) => console.log(`${name.padEnd(60)} ${ms.toFixed(0).padStart(6)} ms`);
  const timed = async (name, action, shown) => {
    const began = performance.now();
    await action();
    await settled(page);
    told(name, performance.now() - began);
    if (shown) await picture(page, `many-${shown}`);
  };
  const opened = async (name, screen) => {
    await page.goto(`${house.url}/console${screen}`);
    await settled(page);
    const marks = await page.evaluate(() => {
      const [navigation] = performance.getEntriesByType('navigation');
      const calls = performance.getEntriesByType('resource').filter(({ name }) => name.includes('/api/'));
      return {
        ready: navigation.domContentLoadedEventEnd,
        paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
        content: Math.max(0, ...calls.map(({ responseEnd }) => responseEnd)),
        slowest: Math.max(0, ...calls.map(({ duration }) => duration)),
        calls: calls.length,
      };
    });
    const ms = (value) => `${value.toFixed(0).padStart(6)} ms`;
    console.log(`${name.padEnd(36)} painted ${ms(marks.paint)}  content ${ms(marks.content)}  slowest of ${marks.calls} calls ${ms(marks.slowest)}`);
    await picture(page, `many-${name.replaceAll(/\W+/g, '-')}`);
  };
  const largest = '/organizations/org000000';
  for (const [name, screen] of [
    ['home', '/'], ['organizations', '/organizations'], ['organization', largest], ['connections', `${largest}/connections`],
    ['people', `${largest}/people`], ['people disabled', `${largest}/people?state=disabled`], ['people by name', `${largest}/people?q=mara%20novak`],
    ['people never', `${largest}/people?never=true`], ['enforcement', `${largest}/enforcement`], ['sign-ins', '/sign-ins'],
    ['sign-ins of the largest', `${largest}/sign-ins`], ['audit', '/audit'], ['audit of the largest', `${largest}/audit`], ['owners', '/owners'],
  ]) await opened(name, screen);

  await page.goto(`${house.url}/console${largest}/people`);
  await settled(page);
  await timed('people: next piece', () => page.getByRole('button', { name: 'Next', exact: true }).click());
  await timed('people: search', async () => {
    await page.getByLabel('Search by address or name').fill('selim.thorn');
    await page.getByRole('link', { name: 'Selim Thorn' }).first().waitFor();
  }, 'people-found');
  await timed('switcher: opened by a click', async () => {
    await page.locator('#switcher').click();
    await page.getByRole('option').first().waitFor();
  }, 'switcher');
  await timed('switcher: search', async () => {
    await page.locator('#switcher').fill('company-9876');
    await page.getByRole('option', { name: / 9876$/ }).waitFor();
  }, 'switcher-found');
  await timed('switcher: chosen', async () => {
    await page.getByRole('option', { name: / 9876$/ }).click();
    await page.waitForURL(/org009876/);
  });
  if (complaints.length > 0) console.log('complaints:', complaints);
}
