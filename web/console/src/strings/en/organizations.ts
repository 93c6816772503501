// Organizations: the list, one of them, its settings.
import { count } from './plural';

export const one = 'Organization';
export const title = 'Organizations';
export const lead = 'Companies whose people sign in here. Most installations need one.';
export const create = 'New organization';
export const search = 'Search by name, path or domain';
export const empty = 'There is no organization yet. Most installations need one.';

export const columns = {
  name: 'Name',
  state: 'State',
  connections: 'Connections',
  people: 'People',
  sso: 'Single sign-on',
  last: 'Last sign-in',
  drill: 'Last rehearsal',
};
export const noConnection = 'none';
export const liveOf = (live: number, all: number): string => `${live} of ${all} live`;
export const nobodyYet = 'none known';
export const sso: Record<string, string> = {
  off: 'Switched off',
  optional: 'Optional',
  scheduled: 'Will be required',
  required: 'Required',
};

export const home = 'runs this installation';
export const states = { on: 'Active', off: 'Disabled' };

export const overview = 'Overview';
export const disabledNote = 'This organization is disabled: every sign-in of its people is refused.';
export const loginAddress = 'Login address';
export const loginAddressHint = 'People of this organization start here; put it on your intranet page.';
export const noLoginAddress = 'It has no login address of its own yet. Give it a path in the settings.';
export const noPath = 'It has no login address of its own yet.';

export const connections = {
  title: 'Connections',
  empty: 'No identity provider is connected yet. People cannot sign in until one is.',
  add: 'Add connection',
  protocols: { saml: 'SAML 2.0', oidc: 'OpenID Connect' } as Record<string, string>,
  states: {
    disabled: 'Disabled',
    live: 'Live',
    liveDraft: 'Live, with changes that are not live yet',
    tested: 'Tested, not live',
    missing: 'Values are missing',
    untested: 'Not tested yet',
  },
};

export const domains = {
  title: 'Mail domains',
  empty: 'No domain yet: people cannot be sent here by their address.',
  more: 'There are more.',
  states: {
    pending: 'Not proved',
    proved_by_dns: 'Proved by DNS',
    proved_by_operator: 'Accepted by the operator',
    lost: 'Lost: the record is gone',
  } as Record<string, string>,
};

export const enforcement = {
  title: 'Requiring single sign-on',
  modes: { optional: 'Single sign-on is optional', required: 'Single sign-on is required' } as Record<
    string,
    string
  >,
  starts: 'It starts',
  ready: 'Nothing stands in the way: it could be required.',
  missing: (n: number) => `${count(n, 'check is', 'checks are')} not passed yet before it can be required.`,
  people: (linked: number, active: number) =>
    `${linked} of ${count(active, 'active person', 'active people')} signed in through a connection`,
};

export const owners = {
  title: 'Owners',
  explain: 'They can always sign in with a password, also when the identity provider is down.',
  few: 'Fewer than two owners can sign in: if the only one is away while the identity provider is down, nobody gets in.',
  can: 'Can sign in',
  cannot: 'Cannot sign in yet',
  disabled: 'Disabled',
  due: 'rehearsal due',
  none: 'It has no owner.',
};

export const make = {
  title: 'New organization',
  name: 'Name',
  nameHint: 'As people know it; they see it when they sign in.',
  path: 'Path',
  pathHint: (base: string) =>
    `The last part of its own login address, ${base}/o/… 2 to 63 lower-case letters, digits and hyphens.`,
  button: 'Create organization',
  done: (name: string) => `${name} was created`,
};

export const settings = {
  title: 'Settings',
  outside: 'People with an address outside its domains',
  outsideHint: 'It applies once the organization has proved a domain.',
  outsideOptions: {
    let_in_unverified: 'Get in; apps are told that the address is not verified',
    refuse: 'Are refused',
  },
  several: 'A role may be given by several groups of a connection',
  ssoAllowed: 'May sign in through an identity provider of its own',
  ssoAllowedHint: 'Take it away when the plan of this customer does not include it.',
  button: 'Save settings',
  saved: 'The settings were saved',
  undone: 'The settings are as before',
  disable: 'Disable organization',
  enable: 'Enable organization',
  disableTitle: 'Refuse every sign-in',
  disableExplain: 'Ends every session of its people at once and refuses new ones until it is enabled again.',
  enableExplain: 'Its people are refused now. They can sign in again as soon as it is enabled.',
  disabled: (name: string) => `${name} is disabled`,
  enabled: (name: string) => `${name} is enabled`,
  remove: 'Delete organization',
  removeTitle: 'Delete for good',
  removeExplain: 'Removes its connections, people, roles and domains. This cannot be undone.',
  removeAsk: (name: string) => `Delete ${name}?`,
  removed: (name: string) => `${name} was deleted`,
  homeNote: 'This organization runs the installation: it can be neither disabled nor deleted.',
};
