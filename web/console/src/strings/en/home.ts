// The start page.
import { count } from './plural';

export const title = 'Home';

export const todo = {
  title: 'To do',
  empty: 'Nothing: everything is as it should be.',
  partly: 'This looks at the first 200 owners and the first 50 connections.',
  owners: (organization: string) => `${organization}: have a second owner who can sign in`,
  ownersWhy: 'If the only one is away while the identity provider is down, nobody gets in.',
  factor: (name: string) => `${name}: add a second factor`,
  factorWhy: 'Single sign-on can be required only when owners have one.',
  drill: (name: string) => `${name}: rehearse the owner’s way in`,
  drillFirst: 'You have not tried the owner’s door yet.',
  drillFirstOf: (name: string) => `${name} has not tried the owner’s door yet.`,
  drillWhy: 'A way in that nobody has tried for three months may not work when it is needed.',
  values: (name: string) => `Finish the connection ${name}`,
  valuesWhy: 'Values of the identity provider are missing.',
  test: (name: string) => `Test the connection ${name}`,
  testWhy: 'Nobody depends on it until a test has passed and it is live.',
  makeLive: (name: string) => `Make the connection ${name} live`,
  makeLiveWhy: 'Its test passed.',
  certificate: (name: string) => `${name}: the certificate of the identity provider ends`,
  secret: (name: string) => `${name}: the client secret ends`,
  warning: (name: string) => `Look at the connection ${name}`,
  notice: (name: string) => `${name} signed in at the owner’s door`,
  noticeWhy: (address: string) =>
    `While single sign-on is required, from ${address}. If nobody of you knows why, set a new password and new second factors.`,
  read: 'I have read this',
  open: 'Open',
};

export const health = {
  title: 'Connections',
  empty: 'No identity provider is connected yet.',
  add: 'Connect an identity provider',
  more: 'Only the first 50 are shown.',
  last: 'Last sign-in',
  lastFailure: 'Last failure',
  none: 'none in 24 hours',
  counts: (good: number, bad: number) =>
    `${count(good, 'sign-in', 'sign-ins')}, ${count(bad, 'failure', 'failures')} in 24 hours`,
};

export const codes = {
  stored: 'Recovery codes are active.',
  door: 'The owner’s door:',
};

export const start = {
  title: 'The first steps',
  explain: 'Five steps to the first sign-in.',
  done: 'done',
  organization: 'Create an organization',
  connection: 'Connect its identity provider',
  test: 'Test the connection and make it live',
  app: 'Add an app',
  signIn: 'Sign in to the app through the identity provider',
};
