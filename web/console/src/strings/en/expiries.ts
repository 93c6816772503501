// What ends when: certificates of providers and our client secrets there.
import { count } from './plural';

export const title = 'Certificates and secrets';
export const lead = 'What ends in the next 24 months. Once one has ended, nobody can sign in with it.';
export const empty = 'Certificates and client secrets appear here once a connection has them.';
export const timeline = 'The next 24 months';
export const legend = 'Lines before an end mark 60, 30 and 7 days.';
export const table = 'All of them';
export const columns = { what: 'What', from: 'From', until: 'Until', state: 'State' };
export const certificate = (subject: string) => `Certificate ${subject}`;
export const secret = 'Client secret';
export const inDraft = 'in the draft';
export const unknown = 'not known';
export const secretUnknown = 'End not known';
export const enter = 'Enter its end';
export const enterNamed = (connection: string) => `Enter its end, so that you are warned: ${connection}`;
export const change = 'Add the next one';
export const changeNamed = (connection: string) => `Add the next one: ${connection}`;
export const left = (days: number) => `${count(days, 'day', 'days')} left`;
export const ended = 'Ended';
export const notYet = 'Not valid yet';
export const now = 'now';
export const more = 'There are more connections than are shown here.';
