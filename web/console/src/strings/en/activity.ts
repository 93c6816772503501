// Sign-ins over time: the chart, and the squares of a connection.
import { count } from './plural';

export const title = 'Sign-ins over time';
export const ranges = { day: '24 hours', week: '7 days' };
export const range = 'Period';
export const empty = 'Nobody tried to sign in during this time.';
export const good = 'Got in';
export const tested = 'Tests';
export const bad = 'Refused';
export const changed = 'A connection was changed';
export const changes = 'Changes to connections';
export const unknown = 'Nothing is known of the time before the dashed line.';
export const asTable = 'Sign-ins over time, as a table';
export const table = 'Show as a table';
export const chart = 'Show as a chart';
export const from = 'From';
export const causes = 'Why people were refused';
export const causesNone = 'Nobody was refused.';
export const picture = (good: number, tested: number, bad: number) =>
  `Sign-ins over time: ${count(good, 'person', 'people')} got in, ${bad} refused, and ${count(tested, 'test was', 'tests were')} run. The table says the same.`;
export const times = (n: number) => count(n, 'time', 'times');
export const most = (n: number) => `At most ${n} in one step`;
export const squares = (good: number, bad: number) =>
  `The last 24 hours in half hours: ${good} with sign-ins, ${bad} with failures`;
export const because = 'Its cause:';
