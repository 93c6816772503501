// Connections: the list, one of them, its values and tests.
export const title = 'Connections';
export const one = 'Connection';
export const lead = 'Identity providers through which people of this organization sign in.';
export const add = 'Add connection';
export const empty = 'No identity provider is connected yet. People cannot sign in until one is.';
export const columns = { name: 'Name', protocol: 'Protocol', state: 'State', ends: 'Ends first' };
export const noEnd = 'nothing known';
export const kinds = { certificate: 'Certificate', secret: 'Client secret' };
export const protocols = { saml: 'SAML 2.0', oidc: 'OpenID Connect' } as Record<string, string>;
export const goOn = 'Go on setting it up';
export const roles = 'Roles from groups';

export const health = {
  title: 'State',
  success: 'Last successful sign-in',
  failure: 'Last refused sign-in',
  week: 'Last seven days',
  counts: (admitted: number, refused: number) => `${admitted} let in, ${refused} refused`,
  clock: 'Its clock',
  ahead: (seconds: string) => `${seconds} s ahead of ours`,
  behind: (seconds: string) => `${seconds} s behind ours`,
  ends: 'Ends first',
  ended: 'It has ended.',
  warnings: 'To look at',
  missing: 'Still missing',
  refused: 'The latest sign-in was refused',
};

/** What the values of a draft are called, for people. */
export const values: Record<string, string> = {
  idp_entity_id: 'Entity ID of the provider',
  sso_url: 'Sign-on address of the provider',
  sso_endpoints: 'Sign-on address of the provider',
  certificate: 'Signing certificate',
  certificates: 'Signing certificate',
  metadata_url: 'Metadata address',
  metadata_xml: 'Metadata',
  issuer: 'Issuer',
  client_id: 'Client ID',
  client_secret: 'Client secret',
};

export const config = {
  entity: 'Entity ID of the provider',
  endpoint: 'Sign-on address',
  metadata: 'Metadata read from',
  certificate: 'Certificate',
  until: 'valid until',
  issuer: 'Issuer',
  clientId: 'Client ID',
  secret: 'Client secret',
  secretSet: 'stored, never shown',
  secretMissing: 'missing',
  secretUntil: 'ends on',
  secretNoEnd: 'its end is not known: enter it, so that you are warned in time',
  scopes: 'Scopes',
  none: 'not known yet',
};

export const theirs = {
  title: 'Values the provider must have',
  explain: 'Copy them into the provider’s console.',
  acs: 'ACS URL',
  entity: 'Entity ID',
  metadata: 'Metadata address',
  redirect: 'Redirect URI',
  another: 'Another that will do',
};

export const reread = {
  explain:
    'The provider publishes its certificates and addresses. What has changed goes into the draft, to be tested first.',
  button: 'Read its metadata again',
  busy: 'Reading its metadata…',
  same: 'Its metadata says what is here already',
  changed: 'Its metadata has changed: test the draft, then make it live',
};

export const nowLive = {
  title: 'It is live',
  tell: 'Tell your people',
  hint: 'They sign in at this address.',
  next: 'Next:',
  app: 'add an app',
};

export const revisions = {
  title: 'What is live, and what is prepared',
  live: 'Live',
  draft: 'Draft',
  previous: 'Live before',
  notLive: 'Nothing is live yet: nobody signs in through this connection.',
  noDraft: 'Nothing is being prepared. Changes are made in a draft, tested, and then made live.',
  tested: 'Tested',
  notTested: 'Not tested yet: it can be made live once a test has passed.',
  edit: 'Change the values',
  test: { draft: 'Test the draft', live: 'Test sign-in', previous: 'Test the one before' },
  activate: 'Make the draft live',
  activated: (name: string) => `${name} is live`,
  discard: 'Discard the draft',
  discardAsk: 'Discard the draft?',
  discardExplain: 'What is live stays as it is. The values of the draft are gone.',
  discarded: 'The draft was discarded',
  back: 'Return to the one before',
  backAsk: 'Return to what was live before?',
  backExplain: 'It applies from the next sign-in on. You can come back to what is live now in the same way.',
  returned: 'What was live before is live again',
  previousExplain: 'It can be returned to in one step, without a test.',
};

export const rules = {
  title: 'Who gets in, and how',
  name: 'Name',
  nameHint: 'People see it when they choose how to sign in.',
  newUsers: 'People who sign in for the first time',
  newUsersOptions: { create: 'Become users', invited_only: 'Need an invitation' },
  admit: 'Let in',
  admitOptions: {
    everyone: 'Everyone the provider vouches for',
    mapped_groups: 'Only members of groups that give a role',
  },
  admitHint: 'Whoever leaves the last such group is refused at the next sign-in.',
  sync: 'When somebody leaves a group',
  syncOptions: { mirror: 'Its roles are taken away', add_only: 'Its roles stay' },
  unsolicited: 'Take sign-ins that begin at the provider (IdP-initiated)',
  unsolicitedHint:
    'A tile works without it, and more safely: it begins a sign-in here. Switch this on only for a provider that cannot do that. Each person then confirms who they are.',
  signOut: 'Signing out here also signs out at the provider',
  signOutOptions: { ask: 'Ask each time', always: 'Always', never: 'Never' },
  button: 'Save',
  saved: 'The connection was saved',
  undone: 'The connection is as before',
};

export const ends = {
  title: 'Switch off or delete',
  disable: 'Disable connection',
  enable: 'Enable connection',
  disableAsk: (name: string) => `Disable ${name}?`,
  disableExplain:
    'Disabling refuses every sign-in through it and ends every session that began through it, at once. It can be enabled again.',
  enableExplain: 'It is disabled: every sign-in through it is refused.',
  disabled: (name: string) => `${name} is disabled`,
  enabled: (name: string) => `${name} is enabled`,
  remove: 'Delete connection',
  removeAsk: (name: string) => `Delete ${name}?`,
  removeExplain:
    'Its sessions end, and people who sign in only through it have no way in any more. This cannot be undone.',
  removed: (name: string) => `${name} was deleted`,
};

export const test = {
  again: 'Test again',
  open: 'Open it here if no tab opened',
  elsewhere: 'Address of the test',
  elsewhereHint: 'For somebody else, in any browser. It works once.',
  opens: 'It opens a page that starts the test, in a new tab.',
  waiting: 'Waiting for the sign-in in the other tab…',
  until: 'It ends',
  over: 'The time for this test is over. Start another one.',
  passed: 'The test passed',
  passedExplain: 'The provider’s answer was read and accepted.',
  notLetIn: 'A real sign-in would not have let this person in:',
  failed: 'The test did not pass',
  reference: 'Reference',
  checks: { expected: 'Expected', received: 'Received', name: 'Check', difference: 'Difference' },
  field: (provider: string) => `Look at this field in ${provider}`,
  raw: 'What was looked at',
  value: 'This value belongs there',
  fixes: 'Repair it here',
  fix: 'Put this into the draft',
  fixed: 'The draft was repaired. Test it again.',
  before: 'Now',
  after: 'Then',
  nothing: 'nothing',
  pick: 'Which one',
  confirm: (fingerprint: string) =>
    `I compared the fingerprint with the one the provider shows: ${fingerprint}`,
  confirmFirst: 'Compare first, then tick this.',
  mistakes: 'Known to go wrong',
};

export const links = {
  title: 'Set-up links',
  explain:
    'Somebody without an account can prepare this connection with such a link, and nothing else. You make it live.',
  make: 'New set-up link',
  sentTo: 'For whom',
  sentToHint: 'A name or address, for your own record. Nothing is sent.',
  days: 'Days it lasts',
  button: 'Make link',
  address: 'Address of the set-up link',
  none: 'There is no set-up link.',
  revoke: 'Revoke',
  revokeNamed: (name: string) => `Revoke the link for ${name}`,
  revoked: 'The link was revoked',
  nobody: 'somebody',
  colleague: 'whoever prepares the connection',
  states: {
    made: 'Not opened yet',
    opened: 'Opened',
    used: 'Begun',
    finished: 'Finished',
    revoked: 'Revoked',
    over: 'Expired',
  },
  until: 'until',
  more: 'There are more.',
};
