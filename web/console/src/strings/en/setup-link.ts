// What somebody with a set-up link is told.

export const asks = (name: string | null | undefined, organization: string, connection: string) =>
  `${name ? `${name} asks you` : 'You are asked'} to prepare ${connection} for ${organization}.`;
export const ends = 'Your link ends';

export const done = {
  ready: (organization: string) =>
    `The connection is prepared, and its test passed. ${organization} makes it live.`,
  live: 'The connection is live already.',
  explain: 'The link is over then; whoever sent it sees that it is their turn.',
  button: 'All is done',
  untested: 'You are done once a test has passed.',
};

export const ended = {
  title: 'You cannot go on with this link',
  explain:
    'It has expired or was revoked, or nothing was done for an hour. Its page says which, and lets you in again where the link still holds. What you saved is kept.',
  ask: (name: string | null | undefined, organization: string) =>
    `Ask ${name ? `${name}, or another` : 'an'} owner or administrator of ${organization}${name ? ',' : ''} for a new link: they make it on the page of the connection.`,
  open: 'Open the page of the link',
  resume: 'I opened my link again',
  notYet: 'The link is not open in this browser.',
};

export const another = {
  title: 'You are signed in here',
  explain:
    'A set-up link is for somebody without an account. In this browser you are signed in and reach the connection as yourself. Open the link in another browser, or sign out first.',
  console: 'To the console',
};
