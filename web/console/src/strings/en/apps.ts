// Apps: the list, a new one, and one of them.

export const title = 'Apps';
export const lead = 'What people can get into. Each signs in here with OpenID Connect.';
export const create = 'New app';
export const empty = 'There is no app yet. Add one to get into it through your identity provider.';
export const columns = { name: 'Name', client: 'Client ID', kind: 'Kind', access: 'Open to', state: 'State' };
export const kinds = { public: 'Public client', confidential: 'With a secret' };
export const everyone = 'everyone';
export const limited = 'some people';
export const states = { on: 'Ready', off: 'Disabled', missing: 'Redirect URI is missing' };

export const make = {
  title: 'New app',
  name: 'Name',
  nameHint: 'As people know it; they see it when they sign in.',
  redirects: 'Redirect URIs',
  redirectsHint:
    'Where the app is answered, one on a line. Copy them from the app; they are compared letter for letter.',
  public: 'It can keep no secret',
  publicHint: 'An app on a phone or a desktop, or one that runs in the browser alone.',
  button: 'Create app',
  done: (name: string) => `${name} was created`,
  next: 'Put these into the app',
  open: 'Go on to the app',
};

export const values = {
  title: 'Values for the app',
  client: 'Client ID',
  secret: 'Client secret',
  issuer: 'Issuer',
  issuerOurs: 'public URL',
  discovery: 'Discovery URL',
  discoveryHint: 'Most apps take this one and find everything else by it.',
  snippets: 'Ready to paste',
  snippetFor: 'For',
  secretHere: 'the client secret',
};

export const settings = {
  title: 'Settings',
  posts: 'Where people may land after signing out',
  postsHint: 'Post logout redirect URIs, one on a line.',
  initiate: 'Address at which it begins a sign-in',
  initiateHint: 'Its initiate login URI: tiles and bookmarks need it to lead into the app.',
  backchannel: 'Back-channel logout URI',
  backchannelHint: 'It is told there when a session ends, so that it ends its own.',
  algorithm: 'Signature of its ID tokens',
  roles: 'Receives the claim “roles”',
  groups: 'Receives the claim “groups”',
  button: 'Save settings',
  saved: 'The settings were saved',
  undone: 'The settings are as before',
};

export const access = {
  title: 'Who may use it',
  explain: 'Every rule that is set has to hold. It counts at once, for whoever is signed in, too.',
  organizations: 'People of these organizations',
  roles: 'People with one of these roles',
  connections: 'People who sign in through one of these connections',
  all: 'Everyone',
  add: 'Add',
  remove: (name: string) => `Remove ${name}`,
  anyRole: (name: string) => `${name} of any organization`,
  of: (name: string, organization: string) => `${name} (${organization})`,
  button: 'Save who may use it',
  saved: 'Who may use it was saved',
};

export const preview = {
  title: 'What it would receive',
  explain: 'The claims of the ID token, as of the person’s last sign-in. Nothing is issued.',
  person: 'Person',
  personHint: 'By the beginning of the name or address.',
  button: 'Show the claims',
  missing: 'Choose a person from the list.',
  refused: 'This person would not get in',
  varies: (names: string) => `Each token also has its own: ${names}.`,
  token: 'Claims of the ID token',
};

export const danger = {
  rotate: 'New secret',
  rotateTitle: 'Give it a new secret',
  rotateExplain: 'The secret before stops working at once: nobody gets in until the app has the new one.',
  rotateAsk: (name: string) => `Give ${name} a new secret?`,
  disable: 'Disable app',
  enable: 'Enable app',
  disableTitle: 'Refuse it on every path',
  disableExplain: 'Nobody gets into it through Doorward until it is enabled again.',
  enableExplain: 'It is refused now.',
  disabled: (name: string) => `${name} is disabled`,
  enabled: (name: string) => `${name} is enabled`,
  remove: 'Delete app',
  removeTitle: 'Delete for good',
  removeExplain: 'Removes the app with its codes and access tokens. This cannot be undone.',
  removeAsk: (name: string) => `Delete ${name}?`,
  removed: (name: string) => `${name} was deleted`,
};

export const tiles = {
  lead: 'What people of this organization can open, each with an address for a bookmark or a tile.',
  empty: 'No app is open to this organization.',
  address: (name: string) => `Address of ${name}`,
  missing: 'It has no address at which it begins a sign-in: people land on Doorward’s own page.',
  usual: 'Where people land who name no app.',
  off: 'This app is disabled.',
};
