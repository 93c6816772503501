//! An owner whose password was right, and who is not in yet.

use serde::{Deserialize, Serialize};

use super::id::UserId;
use super::secret::Digest;
use super::time::{MINUTE, Millis};

/// What the owner still has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Show a second factor.
    Factor,
    /// Add a second factor, because the organization needs one and the owner has none.
    Enrol,
}

impl Kind {
    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Factor => "factor",
            Self::Enrol => "enrol",
        }
    }

    /// Reads the stable text.
    pub fn read(text: &str) -> Option<Self> {
        [Self::Factor, Self::Enrol].into_iter().find(|kind| kind.as_str() == text)
    }

    /// How long the step may take: finding a phone, or setting one up.
    pub const fn lifetime(self) -> i64 {
        match self {
            Self::Factor => 10 * MINUTE,
            Self::Enrol => 20 * MINUTE,
        }
    }
}

/// What the owner goes on to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Onward {
    /// The handle of the attempt to finish.
    pub attempt: Option<String>,
    /// The reference of the trace to see; empty for the page that asks which.
    pub trace: Option<String>,
    /// The token of the drill this sign-in is; once kept, what was derived from it.
    pub drill: Option<String>,
    /// To the page of second factors.
    pub factors: bool,
}

/// The step as it is kept. The browser holds its token in a cookie that pages cannot read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerStep {
    /// Of the token.
    pub digest: Digest,
    /// Whose password was right.
    pub user: UserId,
    /// What is to be done.
    pub kind: Kind,
    /// Of the password's hash, which must not have changed meanwhile.
    pub password: Digest,
    /// What comes after.
    pub onward: Onward,
    /// Wrong codes so far.
    pub tries: u32,
    /// When the password was right.
    pub created_at: Millis,
}
