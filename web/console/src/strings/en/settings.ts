// How this installation runs, and the tokens of its API.

export const title = 'Settings';
export const lead = 'How this installation runs.';
export const start = {
  title: 'Set when Doorward starts',
  hint: 'Each is an option of “doorward serve”: change it there and restart.',
  told: 'set by the option',
  private: 'Identity providers on private addresses',
  allowed: 'may be called',
  refused: 'are not called',
  version: 'Version',
};
export const limits = {
  title: 'Sessions, records and keys',
  names: {
    session_idle_seconds: 'A session that is not used ends after',
    session_absolute_seconds: 'A session ends at the latest after',
    attempt_retention_seconds: 'Sign-ins and their traces are kept for',
    signing_key_days: 'A signing key signs for',
  } as Record<string, string>,
  fields: {
    session_idle_seconds: 'Minutes after which a session that is not used ends',
    session_absolute_seconds: 'Minutes after which a session ends at the latest',
    attempt_retention_seconds: 'Days for which sign-ins and their traces are kept',
    signing_key_days: 'Days for which a signing key signs',
  },
  hints: {
    session_idle_seconds: 'Applies at once, also to sessions that have begun.',
    session_absolute_seconds: 'Applies to sessions that begin from now on.',
    attempt_retention_seconds: 'Older ones are removed within minutes.',
    signing_key_days: 'The next key is published before it signs: apps need do nothing.',
  },
  makes: (length: string) => `That is ${length}.`,
  number: 'Give a whole number.',
  sure: (days: number) => `Remove what is older than ${days === 1 ? '1 day' : `${days} days`}, for good`,
  sureMissing: 'Say that what is older may be removed: it does not come back.',
  save: 'Save settings',
  saved: 'The settings were saved and apply from now on',
  same: 'Nothing was changed',
  undone: 'The settings are as before',
  owners: 'Only owners of the installation change these.',
};
export const keys = {
  title: 'Signing keys',
  hint: 'Apps check tokens with the public halves, which they read by themselves. A key is published for at least a day before it signs and for a day after.',
  columns: {
    algorithm: 'Algorithm',
    state: 'State',
    from: 'Signs from',
    until: 'Published until',
    id: 'kid',
  },
  states: { next: 'Comes next', active: 'Signs now', retired: 'Signed before' } as Record<string, string>,
  stays: 'stays',
  empty: 'There is no key yet.',
  rotate: 'Bring the next keys forward',
  ask: 'Bring the next keys forward?',
  explain:
    'They sign as soon as every app can have read them: a day after they were published, or within the hour if that has passed. Nobody is signed out and apps need do nothing. This cannot be undone. If the data folder was copied by somebody else, the next keys were copied with it: do it again once new ones are published.',
  rotated: 'The next keys sign as soon as every app can have read them',
};
export const address = {
  title: 'Public address',
  url: 'Public URL',
  hint: 'Also the issuer that apps see. It is set when Doorward starts, with --public-url.',
  follow: 'What has to follow a change of it',
  apps: 'Every app: its issuer, which is now',
  connections: 'Every identity provider: the values below, which begin with the address.',
  columns: { name: 'Connection', organization: 'Organization', values: 'Values at the provider' },
  none: 'There is no connection yet.',
};
export const units = {
  minutes: (n: number) => (n === 1 ? '1 minute' : `${n} minutes`),
  hours: (n: number) => (n === 1 ? '1 hour' : `${n} hours`),
  days: (n: number) => (n === 1 ? '1 day' : `${n} days`),
};

export const tokens = {
  title: 'API tokens',
  lead: 'Whoever has one can do what you can, by the API. Give each use its own.',
  empty: 'There is no token. Make one for a script or for monitoring.',
  columns: { name: 'What it is for', reach: 'Reaches', used: 'Last used', made: 'Made', end: 'End it' },
  everything: 'the installation',
  revoke: 'Revoke',
  revokeOne: (name: string) => `Revoke ${name}`,
  revokeAsk: (name: string) => `Revoke the token ${name}?`,
  revokeExplain: 'Whatever uses it stops working at once. This cannot be undone.',
  revoked: (name: string) => `The token ${name} was revoked`,
  make: 'New token',
  name: 'What it is for',
  nameHint: 'So that you know later which one to revoke.',
  organization: 'Only for one organization',
  organizationHint: 'Leave it empty for everything you reach.',
  button: 'Create token',
  secret: 'API token',
  owners: 'Only owners make and revoke tokens.',
};
