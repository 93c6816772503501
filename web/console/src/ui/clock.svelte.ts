// Times as people say them.
import { language } from '../strings';

/** The present moment, told anew every half minute. */
class Now {
  value = $state(Date.now());

  constructor() {
    setInterval(() => (this.value = Date.now()), 30_000);
  }
}

export const now = new Now();

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600_000],
  ['month', 2_629_800_000],
  ['week', 604_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];
const words = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
/** "Next month" would be any day of it. */
const counted = new Intl.RelativeTimeFormat(language, { numeric: 'always' });
const LONG: readonly string[] = ['year', 'month', 'week'];
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** `3 minutes ago`, `in 2 days`. */
export function relative(date: Date, from: number): string {
  const gap = date.getTime() - from;
  for (const [unit, length] of UNITS) {
    if (Math.abs(gap) < length) continue;
    return LONG.includes(unit)
      ? counted.format(Math.round(gap / length), unit)
      : words.format(Math.trunc(gap / length), unit);
  }
  return words.format(0, 'minute');
}

/** Day and time in the person's own zone. */
export const exactly = (date: Date): string => full.format(date);

/** The day in the person's own zone. */
export const onDay = (date: Date): string => day.format(date);

/** Day and time in UTC. */
export const utc = (date: Date): string => date.toISOString().slice(0, 16).replace('T', ' ');
