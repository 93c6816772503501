import type { Schemas } from '../api/client';
import { t } from '../strings';
import type { Kind } from '../ui/Status.svelte';

/** Whether there is a second factor with which an owner can pass here: an authenticator app, a passkey
 *  of this host, or a recovery code. */
export const hasFactor = (owner: Schemas['OwnerItem']): boolean =>
  owner.has_totp || owner.recovery_codes_left > 0 || owner.passkeys.some(({ works }) => works);

/** Whether an owner gets in when the identity provider is down, for `Status`. */
export function ownerState(owner: Schemas['OwnerItem']): { kind: Kind; text: string } {
  const words = t.organizations.owners;
  if (owner.disabled) return { kind: 'off', text: words.disabled };
  if (!owner.can_sign_in) return { kind: 'bad', text: words.cannot };
  return owner.drill_due
    ? { kind: 'warn', text: `${words.can}, ${words.due}` }
    : { kind: 'good', text: words.can };
}
