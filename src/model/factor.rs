//! What an owner has beside the password.

use serde::{Deserialize, Serialize};

use super::time::Millis;

/// A kind of second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// A code generator (RFC 6238).
    Totp,
    /// A recovery code, which works once.
    RecoveryCode,
    /// A passkey (WebAuthn).
    Passkey,
}

impl Factor {
    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::RecoveryCode => "recovery_code",
            Self::Passkey => "passkey",
        }
    }

    /// Reads the stable text.
    pub fn read(text: &str) -> Option<Self> {
        let all = [Self::Totp, Self::RecoveryCode, Self::Passkey];
        all.into_iter().find(|factor| factor.as_str() == text)
    }
}

/// The second factors of one owner.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Factors {
    /// When the code generator was added.
    pub totp_since: Option<Millis>,
    /// Recovery codes that were not used yet.
    pub codes_left: u32,
    /// When the codes were confirmed as stored; `None` when there never were any.
    pub codes_since: Option<Millis>,
    /// Passkeys that work at the address we are reached at.
    pub passkeys: u32,
    /// Passkeys that were made while we were reached at another host: they work there only.
    pub passkeys_elsewhere: u32,
}

impl Factors {
    /// The one a sign-in is most likely proved with.
    pub fn likely(&self) -> Option<Factor> {
        match self {
            Self { totp_since: Some(_), .. } => Some(Factor::Totp),
            Self { passkeys: 1.., .. } => Some(Factor::Passkey),
            _ => (self.codes_left > 0).then_some(Factor::RecoveryCode),
        }
    }

    /// Whether there is any that works.
    pub const fn any(&self) -> bool {
        self.totp_since.is_some() || self.codes_left > 0 || self.passkeys > 0
    }

    /// Whether a password alone is not enough. A passkey of another host counts: whoever added
    /// one did not mean to be let in without, because an address was changed.
    pub const fn asked(&self) -> bool {
        self.any() || self.passkeys_elsewhere > 0
    }
}
