//! Floor 4: signing keys, sealing of secrets at rest, passwords, codes and passkeys of owners.
//!
//! Owns: every private key of ours and the key that seals secrets. Does not own: what is
//! signed or sealed, and keys of other parties, which `wire` reads.

mod pair;
pub mod passkey;
pub mod password;
pub mod ring;
mod rotation;
pub mod seal;
pub mod totp;
