// Which groups of a provider give which roles.
import { count } from './plural';

export const title = 'Roles from groups';
export const lead = 'Members of a group at the provider get its role at their next sign-in.';
export const current = 'Groups that give a role';
export const none = 'No group gives a role yet.';
export const noRoles = 'The organization has no roles.';
export const gives = 'gives';
export const seen = 'Last seen with somebody';
export const unseen = (people: number) =>
  people > 0
    ? `Not one of the ${count(people, 'person', 'people')} who have signed in since had it: does the provider send it?`
    : 'Nobody has signed in since.';
export const remove = (group: string) => `Remove ${group}`;
export const isNew = 'not saved yet';
export const add = 'Add a group';
export const group = 'Group';
export const groupHint =
  'Exactly as the provider sends it: a name, an identifier, a path or a distinguished name.';
export const role = 'Role';
export const addButton = 'Add to the list';
export const needGroup = 'Enter a group.';
export const chooseRole = 'Choose a role';
export const twice = 'This group gives this role already.';
export const before = 'What saving would do';
export const examined = (people: number, complete: boolean) =>
  `By the groups of ${count(people, 'person', 'people')} at their last sign-in${complete ? '' : '; there are more people than were looked at'}.`;
export const nothing = 'Nothing would change for anybody.';
export const outcomes = {
  gain: 'get a role',
  lose: 'lose a role',
  deactivated: 'are refused until they sign in with a group of the list',
  reactivated: 'are let in again',
  locked_out: 'are refused',
  kept_owner:
    'stay owners although no group gives the role, because nobody else could sign in without the provider',
  unknown_groups: 'keep what they have, as their groups are not known',
};
export const people = (n: number) => count(n, 'person', 'people');
export const save = 'Save the groups';
export const saved = 'The groups were saved';
export const undone = 'The groups are as before';
export const unsaved = 'There are changes that are not saved.';
export const warnings = 'To look at';

export const became = {
  title: 'What came, and what became of it',
  empty: 'Nobody has signed in through this connection yet. Run a test first.',
  test: 'Open the connection',
  ofTest: 'Of the test',
  ofSignIn: 'Of the sign-in',
  received: 'From the provider',
  here: 'Here',
  value: 'Value',
  rule: 'Taken from, and why',
  asTable: 'The same as a table',
  picture: (all: number, unused: number, fields: number): string =>
    `Picture: ${count(all, 'value', 'values')} from the provider, ${unused} of them not used, and ${count(fields, 'field', 'fields')} made of the others. The table below says the same.`,
  gives: (fields: readonly string[]): string => `Used for: ${fields.join(', ')}.`,
  unused: 'Not used.',
  unusedList: 'Not used:',
  notSent: 'not sent',
  nothing: 'nothing',
  token: 'What an app is told',
  app: 'App',
  noApps: 'No app is open to this organization.',
  noAppsThen: 'No app was open to this organization when the test ran. Run another one.',
  noToken: 'Nothing: this person would not be let in.',
};
