// Roles: what groups give, and what apps receive.

export const title = 'Roles';
export const lead =
  'Apps receive the roles of a person. Groups of the identity provider give them, or somebody here does.';
export const caption = 'Roles of this organization';
export const create = 'New role';
export const columns = { name: 'Name', help: 'What it is for', groups: 'Groups that give it', act: 'Change' };
export const kinds = {
  ordinary: '',
  admin: 'may administer this organization',
  owner: 'can always sign in at the owner’s door',
} as Record<string, string>;
export const empty = 'There are no roles of your own yet.';
export const noHelp = 'not said';
export const noGroup = 'none';
export const fixed = 'Every organization has it.';
export const through = (connection: string) => `through ${connection}`;
export const neverSeen = 'nobody has signed in with it yet';
export const partly = 'Groups of the first 20 connections are shown.';
export const mappings = 'Groups are mapped to roles at each connection:';

export const make = {
  title: 'New role',
  name: 'Name',
  nameHint: 'As apps receive it.',
  help: 'What it is for',
  helpHint: 'For whoever maps groups to it.',
  button: 'Create role',
  done: (name: string) => `${name} was created`,
};

export const edit = {
  title: (name: string) => `Change ${name}`,
  button: 'Save role',
  edit: 'Change',
  of: (name: string) => `Change ${name}`,
  saved: (name: string) => `${name} was saved`,
  undone: 'The role is as before',
};

export const remove = {
  button: 'Delete role',
  short: 'Delete',
  of: (name: string) => `Delete ${name}`,
  ask: (name: string) => `Delete ${name}?`,
  explain:
    'Whoever has it loses it, and groups no longer give it. Apps that are open only to this role are then open to nobody. This cannot be undone.',
  done: (name: string) => `${name} was deleted`,
};
