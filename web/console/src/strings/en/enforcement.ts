// Requiring single sign-on: what has to be so before, whom it concerns, and the way back.
import { count } from './plural';

export const title = 'Requiring single sign-on';
export const nav = 'Require single sign-on';
export const lead =
  'Once it is required, people sign in only through the identity provider. Owners keep their password.';

export const now = {
  title: 'How it is now',
  inForce: 'Required: people sign in only through the identity provider.',
  waits: 'Required from a later moment on:',
  optional: 'Optional: people sign in through the identity provider or with a password.',
  off: 'Off: people sign in with a password only.',
  running: {
    keep: 'Sessions that began with a password go on until they end by themselves.',
    end: 'Sessions that began with a password end when it comes into force.',
  } as Record<string, string>,
  undo: 'Stop requiring it',
  undone: 'Single sign-on is optional again',
  offer: 'Offer single sign-on',
};

export const checks = {
  title: 'Before it can be required',
  required: 'What it rests on',
  all: 'Nothing stands in the way.',
  some: (n: number) => `${count(n, 'check is', 'checks are')} not passed. Each says what to do.`,
  again: 'Check again',
  passed: 'Passed',
  failed: 'Not passed',
  unknown: 'Not known, and not in the way',
  is: 'Found',
  fixes: {
    settings: 'Open the settings',
    connections: 'Open the connections',
    connection: (name: string) => `Open ${name}`,
    owners: 'Open the owners',
    domains: 'Open the mail domains',
    test: (name: string) => `Test ${name}`,
    run: 'Run the test in a new tab',
    runHint: 'It works once, in this browser, within 15 minutes. Come back afterwards and check again.',
    drill: 'Start a rehearsal',
  },
};

export const people = {
  title: 'Who is affected',
  none: 'Nobody has signed in here yet.',
  picture: 'How many people have signed in through the identity provider',
  linked: 'Signed in through it',
  open: 'Not yet',
  exempt: 'Exempt owners',
  openOrExempt: 'Not yet, or owners',
  names: (n: number) => `Those who have not signed in through it yet (${n})`,
  more: 'Only the first 100 are listed.',
  explain:
    'They are sent to the identity provider at their next sign-in. Whoever already has an account here waits, the first time, until an administrator confirms under People that it is the same person.',
};

export const exempt = {
  title: 'Who is exempt',
  explain: 'Owners can always sign in at the owner’s door, also when the identity provider is down.',
  ready: 'Password and second factor',
  notReady: 'No password or no second factor',
  none: 'There is no owner.',
};

export const require = {
  title: 'Require it',
  explain: 'Nothing changes until you type the name of the organization. Any owner can take it back at once.',
  starts: 'From when on',
  startsOptions: { now: 'At once', later: 'From a later moment on' },
  at: 'Day and time',
  atHint: 'In your own time zone, within 90 days. Tell people beforehand.',
  atMissing: 'Give a day and a time.',
  sessions: 'Sessions that began with a password',
  sessionsOptions: { keep: 'Go on until they end', end: 'End when it comes into force' },
  button: (name: string) => `Require single sign-on for ${name}`,
  ask: (name: string) => `Require single sign-on for ${name}?`,
  inForce: (at: string | null) =>
    at === null ? 'It comes into force at once.' : `It comes into force on ${at}.`,
  asked: (known: number, open: number) =>
    open > 0
      ? `${count(open, 'person has', 'people have')} not signed in through the identity provider yet; whoever it does not know cannot get in any more.`
      : known > 0
        ? `All whom Doorward knows (${count(known, 'person', 'people')}) have signed in through the identity provider before; whoever comes later does so, too.`
        : 'Nobody but owners is known yet; whoever comes later signs in through the identity provider.',
  owners: 'Owners keep their own way in.',
  done: (name: string) => `Single sign-on is required for ${name}`,
  blocked: 'This is possible once every check above has passed.',
};

export const off = {
  title: 'Turn single sign-on off',
  explain:
    'Nobody can sign in through the identity provider any more; people need a password. Connections stay as they are.',
  blocked: (n: number) =>
    `${count(n, 'person has', 'people have')} no password and would have no way in. It can be turned off once all have one.`,
  button: 'Turn single sign-on off',
  ask: (name: string) => `Turn single sign-on off for ${name}?`,
  done: 'Single sign-on is off',
};
