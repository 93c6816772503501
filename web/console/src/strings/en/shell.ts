// The frame around every screen.

export const product = 'Doorward';

export const shell = {
  title: (title: string) => `${title} - Doorward`,
  skip: 'Skip to the content',
  menu: 'Menu',
  navigation: 'Main navigation',
  installation: 'This installation',
  trail: 'You are here',
  account: 'Account',
  signedInAs: (name: string) => `Signed in as ${name}`,
  factors: 'Second factors and recovery codes',
  signOut: 'Sign out',
  theme: 'Appearance',
  themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
  toasts: 'Messages',
};

export const switcher = {
  label: 'Organization',
  choose: 'Find an organization',
  all: 'All organizations',
  none: 'No organization has that name.',
  more: 'Type more of the name to see others.',
};

export const signIn = {
  title: 'Sign in to the console',
  explain: 'The console is for owners and administrators. You come back to this page afterwards.',
  company: 'Sign in with your company account',
  owner: 'Owner sign-in',
  ownerHint: 'With a password, even when the identity provider is down.',
  notYou: 'If you are already signed in, your account does not administer anything here.',
};

export const ended = {
  title: 'Your session has ended',
  explain:
    'Nothing you typed is lost. Sign in again in a new tab, then come back here: it goes on by itself.',
  resume: 'I have signed in again',
  notYet: 'You are not signed in yet.',
};

export const unreachable = {
  title: 'Doorward cannot be reached',
  explain: 'Check the network, and whether Doorward is running.',
};

export const missing = {
  title: 'There is no such page',
  explain: 'The address may be mistyped, or the page may be out of your reach.',
  home: 'To the start page',
  /** What the last part of an address names. */
  things: {
    organization: 'organization',
    connection: 'connection',
    domain: 'mail domain',
    person: 'person',
    app: 'app',
    reference: 'sign-in on record',
    step: 'step',
  },
  thing: (thing: string) => `There is no such ${thing}`,
  gone: 'It may have been deleted, the address may be mistyped, or it may be out of your reach.',
  list: (name: string) => `To the list: ${name}`,
};
