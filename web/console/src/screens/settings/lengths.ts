// Lengths of time as people say them, and as they are typed: whole numbers of one unit.
import { t } from '../../strings';

/** A length in words. */
export function said(seconds: number): string {
  const { days, hours, minutes } = t.settings.units;
  if (seconds % 86_400 === 0 && seconds >= 172_800) return days(seconds / 86_400);
  if (seconds % 3_600 === 0) return hours(seconds / 3_600);
  return minutes(Math.round(seconds / 60));
}

/** What was typed, if it is a whole number. */
export function whole(text: string): number | null {
  return /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : null;
}
