// Owners, what they sign in with, and the rehearsal of their way in.
import { count } from './plural';

export const title = 'Owners';
export const lead =
  'They can always sign in at the owner’s door with a password, also when the identity provider is down.';
export const empty = 'There is no owner.';
export const more = 'Only the first 100 are shown.';
export const open = 'Open their page under People';

export const door = {
  title: 'The owner’s door',
  explain: 'Keep this address where you will find it when nothing else works.',
  address: 'Owner sign-in',
};

export const nobody =
  'No owner can sign in while the identity provider is down: each needs a password, and a second factor where single sign-on is or will be required.';

export const few =
  'Fewer than two owners can sign in: if the only one is away while the identity provider is down, nobody gets in.';

export const card = {
  password: 'Password',
  totp: 'Authenticator app',
  passkeys: 'Passkeys',
  codes: 'Recovery codes left',
  stored: 'stored',
  notStored: 'not confirmed as stored',
  drill: 'Last rehearsal',
  never: 'never',
  days: (n: number) => (n === 0 ? 'today' : `${count(n, 'day', 'days')} ago`),
  next: (n: number) => (n > 0 ? `next within ${count(n, 'day', 'days')}` : 'due now'),
  last: 'Last sign-in there',
  yes: 'set',
  no: 'none',
  works: 'works',
  elsewhere: (host: string) => `made for ${host}, does not work here`,
  own: 'Your second factors and recovery codes',
  noFactor: 'No second factor yet.',
  addFactor: 'Add one',
  theirs: 'They add one at the owner’s door.',
};

export const drill = {
  title: 'Rehearse the way in',
  explain:
    'An owner signs in at the owner’s door with password and second factor, as if the identity provider were down. Nobody is signed in by it. It counts for 90 days.',
  button: 'Start a rehearsal',
  /** What is missing before anybody can pass it. */
  first: {
    owner: 'Nobody can pass it yet: first somebody has to be an owner who is not disabled.',
    password: 'No owner can pass it yet: first one of them sets a password and adds a second factor.',
    factor: 'No owner can pass it yet: first one of them adds a second factor that works here.',
  },
  myself: 'You cannot pass it yourself yet: you have no second factor that works here.',
  arm: 'Add a second factor',
  check: 'Check again',
  link: 'Address of the rehearsal',
  open: 'Go through the rehearsal in a new tab',
  ends: 'It ends',
  again: 'I am back: show how it is now',
};

export const links = {
  button: 'New password link',
  of: (name: string) => `New password link for ${name}`,
  link: (name: string) => `Link with which ${name} sets a password`,
  ends: 'It works until',
};

export const make = {
  title: 'Make somebody an owner',
  button: 'Make owner',
  explain: 'They get a link through which they set a password; then they add a second factor.',
  who: 'Who',
  whoOptions: { someone: 'Somebody new', person: 'A person of the organization' },
  find: 'Their address or name',
  findHint: 'Search above, then choose here.',
  pick: 'Person',
  found: (n: number) => `${count(n, 'person was', 'people were')} found`,
  notPicked: 'Search, and choose a person.',
  email: 'Address',
  emailHint: 'They sign in with it at the owner’s door.',
  name: 'Name',
  done: (name: string) => `${name} is an owner`,
};

export const remove = {
  button: 'No longer an owner',
  of: (name: string) => `No longer an owner: ${name}`,
  ask: (name: string) => `Make ${name} a person like others?`,
  explain: 'Their password, second factors and recovery codes are removed. They sign in as others do.',
  done: (name: string) => `${name} is no longer an owner`,
};

export const notices = {
  title: (name: string) => `${name} signed in at the owner’s door`,
  why: (address: string) =>
    `While single sign-on is required, from ${address}. If nobody of you knows why, set a new password and new second factors.`,
  read: 'I have read this',
};
