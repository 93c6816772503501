//! Passkeys of owners (W3C Web Authentication Level 3).

use super::id::{PasskeyId, UserId};
use super::secret::Digest;
use super::time::{MINUTE, Millis};

/// Passkeys one owner may have.
pub const MOST: u8 = 10;
/// A challenge is to be answered within so long, in milliseconds.
pub const PATIENCE: i64 = 5 * MINUTE;
/// Bytes of a challenge (section 13.4.3 asks for at least 16).
pub const CHALLENGE: usize = 32;
/// Longest name, in characters.
const NAME: usize = 60;

/// What an authenticator told of a key it made, and what is remembered of its use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// How the authenticator knows it, at most 1023 bytes.
    pub id: Vec<u8>,
    /// The public key (COSE, RFC 9052 section 7).
    pub public_key: Vec<u8>,
    /// The algorithm of its signatures (COSE).
    pub algorithm: i32,
    /// How often it was used, as it says itself; always 0 for passkeys that are synchronized.
    pub counter: u32,
    /// How the browser reaches it, as the browser said.
    pub transports: Vec<String>,
    /// The authenticator promised to use it for a verified person only.
    pub verified_only: bool,
}

/// A passkey of an owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// Its identifier.
    pub id: PasskeyId,
    /// Whose it is.
    pub user: UserId,
    /// What the owner calls it; no two of one owner are called the same.
    pub name: String,
    /// The key.
    pub credential: Credential,
    /// The host it was made for: the RP ID.
    pub host: String,
    /// Whether that is the host we are reached at.
    pub works: bool,
    /// When it was added.
    pub created_at: Millis,
    /// When it was last used.
    pub used_at: Option<Millis>,
}

/// What a challenge is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To add a passkey.
    Add,
    /// To sign in with one.
    SignIn,
}

impl Purpose {
    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::SignIn => "sign_in",
        }
    }
}

/// Under what authenticators keep the passkeys of an owner (section 5.4.3: at most 64 bytes
/// that say nothing of the person).
pub fn handle(user: &UserId) -> Digest {
    Digest::of(format!("doorward passkeys of\n{user}").as_bytes())
}

/// The name of a passkey as typed, tidied; `None` when it cannot be one.
pub fn name(typed: &str) -> Option<String> {
    let text = typed.trim();
    let fits = (1..=NAME).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_on_one_line() {
        let long = "n".repeat(60);
        for (typed, expected) in [
            (" Ann's phone ", Some("Ann's phone")),
            ("é", Some("é")),
            (long.as_str(), Some(long.as_str())),
            (&"n".repeat(61), None),
            ("", None),
            (" \t", None),
            ("a\nb", None),
        ] {
            assert_eq!(name(typed).as_deref(), expected, "{typed:?}");
        }
    }

    #[test]
    fn each_owner_has_a_handle_that_does_not_name_them() {
        let (one, other) = (UserId::try_from("one").unwrap(), UserId::try_from("other").unwrap());
        assert_eq!(handle(&one), handle(&one));
        assert_ne!(handle(&one), handle(&other));
        assert_ne!(handle(&one), Digest::of(b"one"));
    }
}
