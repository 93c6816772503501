// The audit trail.

export const title = 'Audit';
export const lead = 'Who changed what, newest first.';
export const fitsNone = 'No entry fits these filters.';
export const empty = 'Nothing has been changed yet.';
export const nothing = 'Nothing on this page fits. There may be more on the next.';
/** What a column and the filter of it are called. */
const subject = 'What was changed';
const action = 'Action';
export const columns = {
  time: 'When',
  actor: 'Who',
  action,
  subject,
  change: 'Difference',
};
export const actors: Record<string, string> = {
  user: 'Person',
  token: 'API token',
  setup_link: 'Set-up link',
  host: 'Command line on the host',
  system: 'Doorward itself',
};
export const filters = {
  title: 'Filters',
  explain: 'Filters search the whole trail; “In the entry” looks only at the entries on this page.',
  action,
  any: 'Any',
  actor: 'Who',
  subject,
  subjectHint: 'Its whole identifier.',
  from: 'From',
  until: 'Until',
  text: 'In the entry',
  textHint: 'A part of an action, an identifier or a value.',
};
export const json = 'Download this page as JSON';
export const csv = 'Download this page as CSV';
export const show = 'Show the difference';
export const before = 'Before';
export const after = 'After';
export const made = 'It was made.';
export const removed = 'It was removed.';
export const same = 'No value differs.';
export const none = 'none';
export const installation = 'Installation';
