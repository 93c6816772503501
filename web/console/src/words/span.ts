import { t } from '../strings';

const one = (n: number): string => String(Number(n.toFixed(1)));

/** How long something took: `230 ms`, `1.4 s`, `12 min`. */
export function span(ms: number): string {
  const length = Math.abs(ms);
  if (length < 1_000) return t.signIns.spans.ms(length);
  if (length < 60_000) return t.signIns.spans.s(one(length / 1_000));
  if (length < 3_600_000) return t.signIns.spans.min(one(length / 60_000));
  if (length < 172_800_000) return t.signIns.spans.h(one(length / 3_600_000));
  return t.signIns.spans.d(one(length / 86_400_000));
}
