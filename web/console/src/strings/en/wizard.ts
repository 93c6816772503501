// Joining a connection to its provider, step by step.

export const inWords = 'In the words of';
export const back = 'Back';
export const next = (name: string) => `Next: ${name}`;

export const steps = {
  provider: 'Provider',
  give: 'Copy to provider',
  get: 'Copy from provider',
  access: 'Let people in',
  test: 'Test',
  map: 'Check what came',
  on: 'Go live',
  done: 'Done',
};

export const titles = {
  provider: () => 'Which provider is it?',
  done: () => 'Say that all is done',
  give: (provider: string) => `Copy these to ${provider}`,
  get: (provider: string) => `Copy these from ${provider}`,
  access: (provider: string) => `Let people in at ${provider}`,
  test: () => 'Test the sign-in',
  map: () => 'What came, and what becomes of it',
  on: () => 'Make it live',
};

export const provider = {
  title: 'Connect an identity provider',
  legend: 'Which provider is it?',
  choose: 'Choose a provider, or paste something from it below.',
  protocol: 'Protocol',
  protocolHint: 'Either will do; take what the provider’s administrator knows.',
  button: 'Create connection',
  made: (name: string) => `${name} was created; it lets nobody in yet`,
  paste: 'Or paste what you have',
  pasteLabel: 'Metadata, its address, an issuer, a domain or a certificate',
  pasteHint: 'It is recognised, and chosen above.',
  recognise: 'Recognise',
};

export const paste = {
  file: 'Or a file',
  nothing: 'Paste something, or choose a file.',
  large: 'The file is larger than 512 KB: it is no metadata and no certificate.',
  missing: 'Still to be added:',
  better: 'If you have the metadata address, paste it instead: it brings all three.',
};

export const field = {
  at: (place: string) => `At ${place}.`,
  also: (names: string) => `It may also be called ${names}.`,
  moved: 'The label may have moved; the value is what counts.',
};

export const give = {
  start: 'Begin in its console at',
  settings: 'Set these too, if your provider asks',
  optional: (n: number) => `${n} more that can be set, and need not be`,
  download: 'Download our metadata',
  ours: {
    acs_url: 'ACS URL',
    recipient_url: 'ACS URL',
    acs_url_pattern: 'ACS URL as a pattern',
    sp_entity_id: 'Entity ID',
    sp_metadata_url: 'Metadata address',
    sp_metadata_file: 'Metadata',
    redirect_uri: 'Redirect URI',
    login_url: 'Login address',
    initiate_url: 'Initiate login URI',
  } as Record<string, string>,
};

export const get = {
  where: (provider: string) => `Where they are in ${provider}`,
  called: (provider: string, names: string) => `In ${provider}: ${names}.`,
  paste: 'Paste it as it comes',
  pasteSaml: 'Metadata address, metadata or certificate',
  pasteOidc: 'Issuer, discovery address or domain',
  pasteHint: 'The metadata address is best: it brings everything. No metadata? Use the three fields below.',
  pasteHintOidc: 'In any form; what it is will be said.',
  read: 'Read and save',
  unusable: 'Nothing in it can be used here.',
  otherProtocol: (name: string) =>
    `This is for ${name}. Create a connection for that protocol instead, or look for the values of this one.`,
  otherProtocolOfLink: (name: string) =>
    `This is for ${name}, and the connection was made for the other protocol. Ask whoever sent you the link for a link to a connection over ${name}, or look for the values of this one.`,
  typed: 'Or value by value',
  typedOidc: 'Then: client ID and secret',
  save: 'Save values',
  saved: 'The values were saved',
  certificateHint: 'In any wrapping: PEM, base64 or XML. Leave it empty to keep what is there.',
  secretStays: 'One is stored. Leave it empty to keep it.',
  expires: 'Day on which the client secret ends',
  expiresHint: 'As the provider’s console says. You are warned in time.',
};

export const access = {
  taken: 'This was taken from what you gave:',
  explain: (provider: string) =>
    `A new app in ${provider} is often open to nobody. Let in at least yourself before the test. This is the step most often forgotten.`,
  unknown: 'Look for “users”, “groups”, “assignments” or “access” in the app you made there.',
};

export const test = {
  explain: (provider: string) =>
    `Sign in at ${provider} in another tab. Nobody gets in by it, and nothing changes for anybody.`,
  nothing: 'There is nothing to test yet.',
  missing: 'Values are still missing:',
};

export const map = {
  came: 'What came in the last test',
  masked: 'Personal values are masked.',
  reveal: 'Show the values',
  revealNote: 'Showing them is noted in the audit trail.',
  revealed: 'The values are shown, and this is noted in the audit trail.',
  automatically: 'recognised automatically',
  becomes: 'becomes',
  nothing: 'nothing came',
  itself: 'the answer itself',
  unused: 'Came, and is not used',
  token: (app: string) => `What ${app} would be told`,
  noTest: 'No test has passed yet.',
  toTest: 'Run a test first',
  names: 'Read other names instead',
  namesExplain:
    'The usual names of every provider are known. Fill in only what has another name. It applies after the next test.',
  open: 'Names of attributes',
  save: 'Save names',
  saved: 'The names were saved. Test them again.',
  fields: {
    subject: 'Lasting identity',
    email: 'E-mail address',
    given_name: 'First name',
    family_name: 'Last name',
    name: 'Full name',
    groups: 'Groups',
  } as Record<string, string>,
};

export const on = {
  /** What will happen; narrower where the connection lets in fewer. */
  who: ({ admit, new_users }: { admit: string; new_users: string }): string => {
    const whom =
      admit === 'mapped_groups'
        ? 'who is a member of a group that gives a role'
        : new_users === 'invited_only'
          ? 'who was invited or is known already'
          : 'your provider lets sign in to Doorward';
    return `When you press it, everyone ${whom} can sign in.`;
  },
  explain: 'It is not required of anybody; that is a step of its own.',
  button: (name: string) => `Make ${name} live`,
  already: 'It is live.',
  untested: 'It can be made live once a test has passed.',
};

export const stuck = {
  button: 'I’m stuck',
  title: (provider: string) => `Known to go wrong with ${provider}`,
  explain: 'Look for what you see.',
  prints: 'It says:',
};
