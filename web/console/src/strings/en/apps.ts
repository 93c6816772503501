// Apps: the list, a new one, and one of them.

export const title = 'Apps';
export const lead =
  'What people can get into. Each app signs people in through Doorward with OpenID Connect.';
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
    'Where the app is answered, one on a line, letter for letter. Nobody gets in to the app without it; if the app shows it only later, add it then.',
  public: 'It runs only on people’s devices (no server of its own)',
  publicHint: 'An app on a phone or a desktop, or one that runs in the browser alone: it can keep no secret.',
  button: 'Create app',
  done: (name: string) => `${name} was created`,
  next: 'Put these into the app',
  open: (name: string) => `To the settings of ${name} in Doorward`,
  noRedirect: (name: string) => `Nobody gets in to ${name} yet: it has no redirect URI.`,
  addRedirect: 'Look it up in the app, and add it in its settings',
};

export const values = {
  title: 'Values for the app',
  client: 'Client ID',
  secret: 'Client secret',
  issuer: 'Issuer',
  issuerOurs: 'public URL',
  discovery: 'Discovery URL',
  discoveryHint: 'Most apps need only this one and find everything else through it.',
  snippets: 'Ready to paste',
  snippetFor: 'For',
  secretHere: 'the client secret',
};

export const settings = {
  title: 'Settings',
  posts: 'Where people may land after signing out',
  postsHint: 'Post-logout redirect URIs, one on each line.',
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
  explain: 'Every rule that is set has to hold. A change counts at once, also for those who are signed in.',
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
  personHint: 'Type how the name or address begins.',
  button: 'Show the claims',
  missing: 'Choose a person from the list.',
  refused: 'This person would not get in',
  reads: 'They would read:',
  varies: (names: string) => `Each token also has its own values of: ${names}.`,
  token: 'Claims of the ID token',
};

export const danger = {
  rotate: 'New secret',
  rotateTitle: 'Give it a new secret',
  rotateExplain: 'The old secret stops working at once: nobody gets in until the app has the new one.',
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

export const attempt = {
  title: 'Try it',
  explain: (app: string) => `Tells ${app} to begin a sign-in, as a tile would. It is a real one.`,
  button: (app: string) => `Sign in to ${app}`,
  tab: '(in a new tab)',
  yourself:
    'You are signed in here and get in as yourself. To get in as somebody else, open the address of its tile in a private window.',
  disabled: 'The app is disabled: every sign-in to it is refused.',
  missing: 'Give it a redirect URI first.',
  cannot: (app: string) => `To try it, open ${app} and press its sign-in.`,
  itself: 'The result appears under Sign-ins. Before that you can:',
  claims: 'look at the claims it would receive about a person',
  route: (organization: string) => `see where an address of ${organization} leads`,
  anyRoute: 'see where an address of an organization leads',
  test: 'test its connections',
  traces: 'Sign-ins of this app',
};

export const mismatches = {
  title: 'Asked for, but not registered',
  explain: (app: string) =>
    `Among the newest 5,000 sign-ins of the last seven days, somebody asked in the name of ${app} to be answered at these addresses. Each was refused.`,
  known: 'Same host as a registered address',
  unknown: 'A host the app has no address at',
  first: 'Nothing is registered yet to compare it with',
  times: (n: number) => (n === 1 ? 'Once:' : `${n} times, last`),
  unfit: (why: string) => `It cannot be registered from here: ${why}.`,
  review: 'Review',
  reviewOf: (address: string) => `Review ${address}`,
  ask: (app: string) => `Answer ${app} at this address?`,
  anybody: (app: string) =>
    `Anybody who knows the client ID can cause this request, with an address of their own. Whoever runs this host would receive the sign-ins of people who believe they sign in to ${app}.`,
  foreign: (app: string) => `${app} has no address at this host`,
  look: (app: string) =>
    `Add it only if you know that ${app} runs there: look up the address in the app itself, not in a message.`,
  registered: 'Registered now:',
  none: 'none',
  button: (host: string) => `Register it: ${host} receives sign-ins`,
  added: (host: string) => `An address at ${host} was registered`,
  undone: 'The redirect URIs are as before',
};
