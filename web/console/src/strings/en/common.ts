// What components and several screens say.

export const actions = {
  cancel: 'Cancel',
  close: 'Close',
  copy: 'Copy',
  copied: 'Copied',
  reload: 'Reload the page',
  retry: 'Try again',
  undo: 'Undo',
};

export const failures = {
  title: 'This did not work',
  old: 'What is shown below is from before.',
  unreachable: {
    title: 'Doorward cannot be reached',
    detail: 'Check the network, and whether Doorward runs. Nothing was lost; try again.',
  },
  unreadable: {
    title: 'The answer could not be read',
    detail:
      'Something between the browser and Doorward answered in its place, or Doorward has a fault. Try again.',
  },
  stale: 'Somebody else has changed this meanwhile. Reload to see what it is now.',
  screen: 'This screen could not be loaded. Doorward may have been updated: reload the page.',
};

export const form = {
  problem: 'There is a problem',
  error: (title: string) => `Error: ${title}`,
  optional: 'optional',
};

export const unsaved = {
  title: 'Leave without saving?',
  explain: 'What you typed here is not saved yet, and is kept nowhere.',
  stay: 'Stay here',
  leave: 'Leave',
};

export const loading = 'Loading';

/** A provider of which no more is known. */
export const theProvider = 'the identity provider';

export const list = {
  search: 'Search',
  next: 'Next',
  previous: 'Previous',
  page: (n: number) => `Page ${n}`,
  nothingFound: (query: string) => `Nothing was found for “${query}”.`,
  clear: 'Clear the search',
};

export const find = {
  none: 'Nothing has that name.',
  choose: 'Choose one from the list, or empty the field.',
};

export const time = {
  never: 'never',
  utc: (text: string) => `${text} UTC`,
};

export const copyable = {
  copy: (name: string) => `Copy ${name}`,
  copied: (name: string) => `${name} copied`,
  ours: (name: string) => `Doorward calls it: ${name}`,
  failed: 'The browser did not allow it: select the value and copy it by hand.',
};

export const secret = {
  once: 'This is shown once. Copy it now and keep it where secrets are kept.',
  stored: 'I have stored it',
  send: (to: string) =>
    `Send it to ${to} yourself, over a channel you trust: Doorward sends no mail. It is shown once.`,
  sent: 'I have sent or copied it',
};

export const confirm = {
  type: (name: string) => `Type ${name} to confirm`,
  mismatch: (name: string) => `Type exactly “${name}”.`,
};

export const steps = {
  label: 'Steps',
  of: (n: number, all: number, name: string) => `Step ${n} of ${all}: ${name}`,
  done: 'done',
};

export const lines = {
  point: 'Point at a box, or choose it, to read its rule.',
  more: (n: number): string => `and ${n} more in the list`,
};
