import type { Schemas } from '../../api/client';

/** A passkey of an owner. */
export interface Passkey {
  id: string;
  name: string;
  /** The host it was made for. */
  host: string;
  /** Whether Doorward is reached there. */
  works: boolean;
}

export type Owner = Schemas['OwnerItem'] & { passkeys?: Passkey[] };

/** Their passkeys; nothing where the API does not tell. */
export const passkeysOf = (owner: Owner): Passkey[] | undefined => owner.passkeys;
