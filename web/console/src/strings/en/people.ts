// People: the list, invitations, questions of who is who, and one person.
import { count } from './plural';

export const title = 'People';
export const lead = 'Everybody who has signed in through the identity provider, was invited or was added.';
export const tabs = {
  label: 'People, invitations and questions',
  people: 'People',
  invitations: 'Invitations',
  questions: 'Questions',
};
export const search = 'Search by address or name';
export const searchHint = 'Type how the address or the full name begins.';
export const empty = 'People appear here after their first sign-in.';
export const unnamed = 'Without a name';
export const none = 'none';

export const columns = {
  name: 'Name',
  email: 'Address',
  how: 'Signs in',
  last: 'Last sign-in',
  state: 'State',
};
export const filters = {
  title: 'Filters',
  state: 'State',
  any: 'Any',
  never: 'Only people who have never signed in',
};
export const states = {
  active: 'Active',
  disabled: 'Disabled',
  inactive: 'No longer let in by their groups',
} as Record<string, string>;
export const methods = {
  upstream: 'identity provider',
  password: 'password',
  owner_password: 'owner’s door',
} as Record<string, string>;
export const sessionMethods = {
  upstream: 'Through',
  password: 'With a password',
  owner_password: 'At the owner’s door',
} as Record<string, string>;

export const invite = {
  title: 'Invite somebody',
  button: 'Invite',
  explain:
    'They sign in through the identity provider with exactly this address, even when the connection takes nobody new.',
  email: 'Address',
  emailHint: 'As the identity provider states it.',
  connection: 'Connection',
  anyConnection: 'Any of this organization',
  hours: 'The link works for',
  hoursOptions: { day: 'One day', week: 'One week', month: '30 days' },
  done: (email: string) => `${email} is invited`,
  link: (email: string) => `Invitation link for ${email}`,
};

export const add = {
  title: 'Add somebody with a password',
  button: 'Add with a password',
  explain: 'For people whom the identity provider does not know. They set a password through a link.',
  name: 'Name',
  submit: 'Add and make a link',
  done: (email: string) => `${email} was added`,
  link: (email: string) => `Link with which ${email} sets a password`,
};

export const invitations = {
  lead: 'Who may get in although nobody knows them yet.',
  caption: 'Invitations',
  columns: { email: 'Address', state: 'State', made: 'Made', ends: 'Ends', act: 'Revoke' },
  states: { open: 'Open', used: 'Used', revoked: 'Revoked', expired: 'Expired' } as Record<string, string>,
  empty:
    'Nobody is invited. People whom the identity provider knows need no invitation, unless the connection takes nobody new.',
  revoke: 'Revoke',
  revokeOf: (email: string) => `Revoke the invitation of ${email}`,
  revokeAsk: (email: string) => `Revoke the invitation of ${email}?`,
  revokeExplain: 'Their link stops working. You can invite them again.',
  revoked: (email: string) => `The invitation of ${email} was revoked`,
  person: 'Open the person',
};

export const questions = {
  lead: 'Somebody new signed in with the address of a person who is known. Are they the same?',
  state: 'Show',
  filters: {
    pending: 'Waiting for an answer',
    approved: 'The same person',
    refused: 'Refused',
    separate: 'Somebody else',
  },
  empty: 'No question waits for an answer.',
  emptyOther: 'There is none.',
  newcomer: 'Who wants to get in',
  known: 'Who is known',
  name: 'Name',
  email: 'Address',
  subject: 'Identity at the provider',
  connection: 'Connection',
  asked: 'Asked',
  reference: 'Reference',
  created: 'Known since',
  last: 'Last sign-in',
  disabled: 'This person is disabled.',
  approve: 'The same person',
  approveExplain: 'As the same person they get the account, with everything apps know about it.',
  separate: 'Somebody else: own account',
  refuse: 'Refuse',
  undo: 'This was a mistake',
  forget: 'Forget the question',
  of: (action: string, email: string) => `${action}: ${email}`,
  forgetHint: 'Their next sign-in may raise it again.',
  approved: (email: string) => `${email} now leads to the known person`,
  separated: (email: string) => `${email} gets an account of their own at the next sign-in`,
  refused: (email: string) => `${email} does not get in`,
  undone: (email: string) => `${email} waits again`,
  forgotten: 'The question is forgotten',
  answered: 'Answered',
};

export const person = {
  one: 'Person',
  about: 'Who this is',
  email: 'Address',
  verified: {
    verified: 'the identity provider vouches for it',
    refuted: 'the identity provider says it is not verified',
    unstated: 'nobody vouches for it',
  } as Record<string, string>,
  id: 'Identifier',
  idHint: 'Apps receive it as “sub”; it never changes.',
  created: 'Known since',
  last: 'Last sign-in',
  how: 'Signs in with',
  groups: 'Groups',
  noGroups: 'not known',
  owner: 'Owner: can always sign in at the owner’s door',
  admin: 'May administer this organization',
  inactive: 'Their groups no longer let them in. They get back in by themselves with a group that does.',
  disabledNote: 'Every sign-in of theirs is refused.',
};

export const identities = {
  title: 'Identities',
  explain: 'What the connections know them by.',
  none: 'None: they have never signed in through an identity provider.',
  first: 'The first 20 are shown.',
};

export const ownRoles = {
  title: 'Roles',
  explain: 'Apps receive them. What a group gives can be taken away only at the provider.',
  none: 'They have no role.',
  byHand: 'by hand',
  from: (names: string) => `by groups of ${names}`,
  change: 'Change roles',
  save: 'Save roles',
  saved: 'The roles were saved',
  undone: 'The roles are as before',
  noRoles: 'The organization has no roles that could be given.',
  given: 'Given by a group; it stays.',
};

export const sessions = {
  title: 'Sessions',
  explain: 'Browsers in which they are signed in.',
  none: 'They are signed in nowhere.',
  seen: 'Last used',
  ends: 'ends',
  end: 'End',
  endOne: (at: string) => `End the session of ${at}`,
  endAll: 'End all sessions',
  ended: 'The session has ended',
  endedAll: (n: number) => `${count(n, 'session has', 'sessions have')} ended`,
  more: 'Only the first 50 are shown.',
};

export const attempts = {
  title: 'Sign-ins',
  none: 'No sign-in of theirs is on record.',
};

export const password = {
  title: 'Password',
  explain:
    'A link with which they set a password. It works once, within 24 hours, and ends any earlier link.',
  button: 'Make a link',
  link: (email: string) => `Link with which ${email} sets a password`,
};

export const access = {
  title: 'End all access',
  explain: (disabled: boolean) =>
    `Ends every session and access token at once and tells their apps. ${
      disabled
        ? 'They stay disabled: they cannot sign in again until they are enabled.'
        : 'They may sign in again; disable them to keep them out.'
    }`,
  button: 'End all access',
  ask: (name: string) => `End all access of ${name}?`,
  act: 'End all access now',
  telling: 'Ending it, and telling the apps…',
  done: (sessions: number, tokens: number) =>
    `${count(sessions, 'session', 'sessions')} and ${count(tokens, 'access token', 'access tokens')} have ended.`,
  complete: 'Every app was told, as far as it can be.',
  waiting: 'Some apps have not answered yet; this list updates itself.',
  noApps: 'There was no app to tell.',
  receipt: 'Receipt',
  apps: 'What became of each app',
  states: {
    delivered: 'Signed out there',
    refused: 'It refused',
    retrying: 'No answer yet, will be told again',
    given_up: 'Could not be told',
    no_address: 'Cannot be told: it has no logout address',
  } as Record<string, string>,
  tries: (n: number) => count(n, 'try', 'tries'),
};

export const disable = {
  title: 'Keep them out',
  explain: 'Ends every session of theirs and refuses every sign-in until they are enabled again.',
  enableExplain: 'They can sign in again as soon as they are enabled.',
  disable: 'Disable',
  enable: 'Enable',
  disabled: (name: string) => `${name} is disabled`,
  enabled: (name: string) => `${name} is enabled`,
};

export const remove = {
  title: 'Delete for good',
  explain:
    'Removes identities, passwords, sessions and what apps were given. If they sign in again, they are somebody new to every app. This cannot be undone.',
  button: 'Delete person',
  ask: (name: string) => `Delete ${name}?`,
  done: (name: string) => `${name} was deleted`,
};
