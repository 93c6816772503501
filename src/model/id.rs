//! Identifiers: random, lower-case letters and digits only, because some identity
//! providers refuse anything else in an address.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::rng::Rng;
use super::time::Millis;

/// Length of a generated identifier: 24 characters of base 32, 120 random bits.
pub const ID_LENGTH: usize = 24;
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Characters of time an ordered identifier begins with: 50 bits of unix milliseconds.
const TIME_LENGTH: usize = 10;
/// The same 32 characters in the order of their bytes.
const ORDERED: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";

/// `length` random characters of `a-z2-7`, five bits each.
pub fn random_text(rng: &dyn Rng, length: usize) -> String {
    let mut bytes = vec![0u8; length];
    rng.fill(&mut bytes);
    bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect()
}

/// A moment as text that sorts as the moments do. Before 1970 all are one.
fn time_text(now: Millis) -> String {
    let millis = u64::try_from(now.0).unwrap_or(0);
    let digit = |place: usize| ORDERED[usize::try_from(millis >> (5 * place) & 31).unwrap_or(0)];
    (0..TIME_LENGTH).rev().map(|place| char::from(digit(place))).collect()
}

/// Whether `text` has the form of an identifier of ours (1 to 64 of `a-z0-9`).
pub fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

/// The text given was not an identifier of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is 1 to 64 lower-case letters and digits")]
pub struct NotAnId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// A new random identifier.
            pub fn random(rng: &dyn Rng) -> Self {
                Self(random_text(rng, ID_LENGTH))
            }

            /// A new random identifier that sorts after those made in earlier milliseconds:
            /// rows that are added all the time then lie side by side. It tells when it was
            /// made, and is as hard to guess within that moment as 70 random bits.
            pub fn ordered(rng: &dyn Rng, now: Millis) -> Self {
                Self(time_text(now) + &random_text(rng, ID_LENGTH - TIME_LENGTH))
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAnId;
            fn try_from(text: String) -> Result<Self, NotAnId> {
                if is_id(&text) { Ok(Self(text)) } else { Err(NotAnId) }
            }
        }

        impl TryFrom<&str> for $name {
            type Error = NotAnId;
            fn try_from(text: &str) -> Result<Self, NotAnId> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    )+};
}

ids! {
    /// One organization.
    OrganizationId,
    /// One identity provider of one organization. Stands in SAML and OIDC addresses.
    ConnectionId,
    /// One exact configuration of a connection.
    RevisionId,
    /// One relying party of ours; doubles as its OAuth `client_id`.
    AppId,
    /// A person within one organization; doubles as the `sub` apps receive.
    UserId,
    /// One role of an organization.
    RoleId,
    /// One invitation.
    InvitationId,
    /// One question to an administrator whether a new subject is a known person.
    RelinkId,
    /// One link a provider's administrator sets a connection up through.
    SetupLinkId,
    /// One rehearsal of the owner's way in.
    DrillId,
    /// One passkey of an owner.
    PasskeyId,
    /// One notice to administrators.
    AdminNoticeId,
    /// One try to sign in.
    AttemptId,
    /// One signed-in browser.
    SessionId,
    /// One bearer token of the admin API.
    TokenId,
    /// What ending all access of a person came to.
    ReceiptId,
    /// One signing key; doubles as its JOSE `kid`.
    KeyId,
    /// One row of the audit trail.
    AuditId,
}

impl RoleId {
    pub(super) const OWNER: &str = "owner";
    pub(super) const ADMIN: &str = "admin";

    /// The role of owners: the same in every organization.
    pub fn owner() -> Self {
        Self(Self::OWNER.to_owned())
    }

    /// The role of administrators: the same in every organization.
    pub fn admin() -> Self {
        Self(Self::ADMIN.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rng::SystemRng;

    #[test]
    fn random_ids_have_the_form_of_ids() {
        let id = AppId::random(&SystemRng);
        assert_eq!(id.as_str().len(), ID_LENGTH);
        assert_eq!(AppId::try_from(id.as_str()), Ok(id));
    }

    #[test]
    fn ordered_ids_sort_by_their_moment() {
        let moments = [0, 1, 31, 32, 1_023, 1_024, 1_763_000_000_000, 1_763_000_000_001, 1 << 49];
        let ids = moments.map(|at| SessionId::ordered(&SystemRng, Millis(at)));
        assert!(ids.is_sorted(), "{ids:?}");
        assert_eq!(SessionId::try_from(ids[6].as_str()), Ok(ids[6].clone()));
        let (one, other) = (&ids[6], SessionId::ordered(&SystemRng, Millis(moments[6])));
        assert_eq!(one.as_str().len(), ID_LENGTH);
        assert_eq!(one.as_str()[..TIME_LENGTH], other.as_str()[..TIME_LENGTH]);
        assert_ne!(*one, other);
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["", "A", "a_b", "a-b", "ä", "a b", &"a".repeat(65)] {
            assert_eq!(AppId::try_from(text), Err(NotAnId), "{text:?}");
        }
    }
}
