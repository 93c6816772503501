// One's own account.

export const title = 'My account';
export const lead = 'How you sign in, and where you are signed in.';
export const open = 'My account';

export const about = {
  title: 'Who you are here',
  name: 'Name',
  email: 'Address',
  reach: 'You administer',
  all: 'the whole installation',
  one: 'one organization',
};

export const factors = {
  title: 'Password and second factors',
  explain:
    'The authenticator app, passkeys and recovery codes are changed at the owner’s door, where you prove who you are first.',
  open: 'Second factors and recovery codes',
  provider:
    'You sign in through your company’s identity provider: password and second factor are changed there.',
};

export const sessions = {
  title: 'Where you are signed in',
  explain: 'The browser you are in is among them: ending its session asks you to sign in again here.',
};

export const theme = {
  title: 'Appearance',
  explain: 'It is kept in this browser only.',
};
