// A test sign-in begun in the console: the tab that opens, and the provider in it.
import { PASSWORD } from '../peers/people.mjs';

/** Presses the button of a test and signs in at the provider, in the tab that opens. */
export async function runTest(page, button, who = 'alice') {
  const ours = new URL(page.url()).origin;
  const opened = page.context().waitForEvent('page');
  await page.getByRole('button', { name: button }).click();
  const tab = await opened;
  const start = tab.getByRole('button', { name: 'Start the test' });
  const name = tab.locator('input[name=username], input[name=login]');
  await name.or(start).first().waitFor();
  if (await start.isVisible()) await start.click();
  await name.fill(who);
  await tab.locator('input[name=password]').fill(PASSWORD);
  await tab.locator('button[type=submit]').click();
  // Some ask for consent.
  const consent = tab.getByRole('button', { name: 'Continue' });
  const back = tab.locator('main h1');
  await back.or(consent).first().waitFor();
  if (new URL(tab.url()).origin !== ours) await consent.click();
  await tab.waitForURL(`${ours}/**`);
  const verdict = await back.innerText();
  await tab.close();
  return verdict;
}
