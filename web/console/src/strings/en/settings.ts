// How this installation runs, and the tokens of its API.

export const title = 'Settings';
export const lead = 'How this installation runs.';
export const runs = 'Set when Doorward starts';
export const runsHint = 'Each is an option of “doorward serve”: change it there and start anew.';
export const names = {
  url: 'Public URL',
  urlHint: 'Also the issuer apps see. A change of it changes values at every provider and app.',
  absolute: 'A session ends at the latest after',
  idle: 'A session that is not used ends after',
  retention: 'Sign-ins and their traces are kept for',
  private: 'Identity providers on private addresses',
  allowed: 'may be called',
  refused: 'are not called',
  version: 'Version',
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
