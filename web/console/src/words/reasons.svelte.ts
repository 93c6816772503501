// Reason codes in words, as the API has them. They are asked for once, when the first is to be shown.
import { api, got, type Schemas } from '../api/client';
import { t } from '../strings';

let all = $state.raw<readonly Schemas['ReasonCodeItem'][]>([]);
let asked = false;

/** Every reason there is; none until they have been read. */
export function reasons(): readonly Schemas['ReasonCodeItem'][] {
  if (!asked) {
    asked = true;
    got(api.GET('/api/v1/reason-codes')).then(
      ({ items }) => (all = items),
      // Codes stand for themselves until another screen asks again.
      () => (asked = false),
    );
  }
  return all;
}

/** What happened, in words for administrators; nothing while they are not known. `read`: what the
 *  person read, where it came along. */
export const reasonWords = (code: string, read?: string): string | undefined =>
  t.reasonWords[code] ?? read ?? reasons().find((each) => each.code === code)?.happened;
