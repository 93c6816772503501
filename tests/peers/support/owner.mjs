// What an owner does by hand: the set-up page and the owner's door.
import { OWNER } from './doorward.mjs';
import { decode } from './html.mjs';

/** Types into each field by what it is for, as a person reading its label would. */
function typed(form, values) {
  const chosen = {};
  for (const { name, type } of form.typed) {
    if (/token|code/i.test(name)) chosen[name] = values.token;
    else if (type === 'password') chosen[name] = values.password;
    else if (type === 'email' || /mail/i.test(name)) chosen[name] = values.email;
    else if (/org|company/i.test(name)) chosen[name] = values.organization;
    else if (/name/i.test(name)) chosen[name] = values.name;
  }
  return chosen;
}

export async function fillSetup(browser, house, token) {
  const page = await browser.open(`${house.url}/setup`);
  const form = page.forms.find((each) => each.has('password'));
  if (!form) return page;
  return browser.submit(page, form, typed(form, { ...OWNER, organization: 'Home', token }));
}

export async function enterAsOwner(browser, house, values = {}) {
  return knock(browser, await browser.open(`${house.url}/owner`), values);
}

/** From any page that offers the owner's door. */
export async function takeOwnersDoor(browser, page) {
  const [, address] = page.body.match(/<a href="([^"]+)">Owner sign-in<\/a>/) ?? [];
  if (!address) throw new Error(`no way to the owner's door: ${page}`);
  return knock(browser, await browser.open(new URL(decode(address), page.url).href, { from: new URL(page.url).hostname }));
}

function knock(browser, page, values = {}) {
  const form = page.forms.find((each) => each.has('password'));
  if (!form) throw new Error(`no form at the owner's door: ${page}`);
  return browser.submit(page, form, typed(form, { ...OWNER, ...values }));
}
