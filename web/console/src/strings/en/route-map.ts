// Where people are sent: from what they type, through a connection, into an app.

export const title = 'Who gets where';
export const lead = 'From what people type, through how they sign in, into an app.';
export const columns = { from: 'Address', through: 'Sign-in with', into: 'App' };
export const password = 'Password';
export const loginAddress = 'Login address';
export const empty = 'Nothing leads anywhere yet: add a connection, and a domain or a login address.';
export const picture = (n: number, broken: number): string =>
  `Picture of ${n} ways${broken > 0 ? `, ${broken} of them broken` : ''}. The list below says the same.`;
export const legend = { open: 'leads there', broken: 'does not, and the rule says why' };
export const asList = 'The same as a list';
export const cut = 'There is more than the picture and the list show.';

export const or = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`;

/** Why something does not lead on, for whoever can mend it. */
export const reasons: Record<string, string> = {
  connection_not_live: 'it is not live',
  sso_not_offered: 'single sign-on is switched off for this organization',
  organization_disabled: 'the organization is disabled',
  app_disabled: 'the app is disabled',
  app_not_admitted: 'the app is not open to this organization',
  app_connection_refused: 'the app does not take people who come this way',
  app_role_missing: 'the app is for people with certain roles, and this one has none of them',
  user_disabled: 'the account is disabled',
  user_inactive: 'no group lets this person in any more',
  not_invited: 'new people need an invitation',
  email_domain_outside: 'nobody new is taken in for this domain while its proof is missing',
};

/** Instead, where no connection is named before it. */
export const reasonsOfNone: Record<string, string> = { connection_not_live: 'no connection is live' };

const states: Record<string, string> = { pending: 'is not proved yet', lost: 'has lost its proof' };

export const rules = {
  domain: (name: string, below: boolean): string => (below ? `${name} and every domain below it` : name),
  unproved: (name: string, state: string): string =>
    `${name} ${states[state] ?? 'belongs to nobody here'}: an address there leads to nothing of this organization.`,
  straight: (from: string, name: string): string => `${from}: people go straight to ${name}.`,
  choice: (from: string, names: readonly string[]): string => `${from}: people choose ${or(names)}.`,
  password: (from: string, names: readonly string[]): string =>
    `${from}: people are asked for a password${names.length > 0 ? `, with ${or(names)} beside it` : ''}.`,
  nowhere: (from: string, why: string): string => `${from}: people get no further, because ${why}.`,
  notThis: (name: string, why: string): string => `${name} is not offered, because ${why}.`,
  open: (name: string): string => `${name}: people can sign in with it.`,
  closed: (name: string, why: string): string => `${name}: nobody can sign in with it, because ${why}.`,
  passwordOpen: 'Password: people who have one may sign in with it.',
  passwordClosed: 'Password: it is not asked for, because single sign-on is required.',
  through: (app: string, names: readonly string[]): string => `${app}: people get in with ${or(names)}.`,
  noWay: (app: string): string => `${app}: nothing leads into it now.`,
  not: (name: string, why: string): string => `Not with ${name}, because ${why}.`,
  byRole: 'Only people with certain roles get in; that is known once they have signed in.',
};

export const attempt = {
  title: 'Try an address',
  explain:
    'Says what would happen, by the rules that send people on. Nobody is signed in and nothing is counted.',
  address: 'Address',
  addressHint: 'An e-mail address, or the domain of a company.',
  app: 'App',
  home: 'Doorward’s own sign-in page',
  button: 'Show the way',
  in: 'They get in',
  likely: 'They get in if signing in succeeds',
  depends: 'They can sign in; their roles say whether they get in',
  out: 'They do not get in',
  asked: (app: string, address: string): string =>
    `${app} sends them here. Unless it says whom it expects, Doorward asks for the address: ${address}.`,
  told: (app: string): string => `${app} leads to one organization only: nobody is asked for an address.`,
  typed: (address: string): string => `On the sign-in page they type ${address}.`,
  nothing: (organization: string): string =>
    `The address leads to nothing of ${organization}: none of its proved domains covers it. People read that no way to sign in was found.`,
  domain: (domain: string, organization: string): string => `${domain} is a domain of ${organization}.`,
  straight: (name: string): string => `They go straight to ${name} and sign in there.`,
  choice: (names: readonly string[]): string => `They choose ${or(names)} and sign in there.`,
  password: (names: readonly string[]): string =>
    `They are asked for a password${names.length > 0 ? `, with ${or(names)} beside it` : ''}.`,
  nowhere: (why: string): string => `They get no further: ${why}.`,
  refused: (why: string): string => `When they come back they are refused: ${why}.`,
  known: 'They are known here.',
  isNew: 'Nobody with this address is known here: an account is made when they come back.',
  newAsked: 'Nobody with this address is known here.',
  opens: (app: string): string => `They get into ${app}.`,
  opensThen: (app: string): string => `If signing in succeeds, they get into ${app}.`,
  roles: (app: string): string => `Whether they get into ${app} depends on their roles.`,
  home2: 'They are signed in.',
};
