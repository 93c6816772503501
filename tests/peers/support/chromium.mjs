// Debian's Chromium, with third-party cookies blocked, no network beyond loopback and a fresh profile.
import { chromium } from 'playwright-core';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { atEnd, scratch } from './child.mjs';

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const BLOCKED = { profile: { cookie_controls_mode: 1, block_third_party_cookies: true } };

/** A new browser; what it complains about on pages of `origins` collects in `complaints`. */
export async function openChromium(test, { origins, javaScriptEnabled = true } = {}) {
  const folder = path.join(scratch(test), 'profile');
  mkdirSync(path.join(folder, 'Default'), { recursive: true });
  writeFileSync(path.join(folder, 'Default', 'Preferences'), JSON.stringify(BLOCKED));
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: process.env.DOORWARD_CHROMIUM ?? '/usr/bin/chromium',
    args: FLAGS,
    chromiumSandbox: false,
    javaScriptEnabled,
  });
  atEnd(test, () => context.close());
  const complaints = [];
  const ours = (url) => URL.canParse(url) && origins.includes(new URL(url).origin);
  const watch = (page) => {
    page.on('console', (message) => {
      const { url } = message.location();
      // That a page is an error page is for the tests to expect, and no complaint.
      const itself = url === page.url().split('#')[0] && message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !itself && (ours(url) || ours(page.url()))) complaints.push(`${url}: ${message.text()}`);
    });
    page.on('pageerror', (error) => {
      if (ours(page.url())) complaints.push(`${page.url()}: ${error}`);
    });
  };
  context.pages().forEach(watch);
  context.on('page', watch);
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(20_000);
  return { context, page, complaints };
}
