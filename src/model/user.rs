//! A person within one organization, and what an identity provider says of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::id::{OrganizationId, UserId};
use super::time::Millis;

/// Whether the provider vouches for the address. Three-valued: silence is not a no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmailVerified {
    /// The claim was there and true.
    Verified,
    /// The claim was there and anything but true.
    Refuted,
    /// There was no such claim.
    Unstated,
}

/// The groups a provider named. Unknown is not empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Groups {
    /// No claim, or a marker that there are too many to send.
    Unknown,
    /// Exactly these.
    Known(Vec<String>),
}

/// What a provider said of a person, in our words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// E-mail address as received.
    pub email: Option<String>,
    /// Whether the provider vouches for it.
    pub email_verified: EmailVerified,
    /// First name.
    pub given_name: Option<String>,
    /// Last name.
    pub family_name: Option<String>,
    /// Full name as shown.
    pub name: Option<String>,
    /// Groups.
    pub groups: Groups,
}

impl Profile {
    /// A profile of which nothing is known.
    pub const fn empty() -> Self {
        Self {
            email: None,
            email_verified: EmailVerified::Unstated,
            given_name: None,
            family_name: None,
            name: None,
            groups: Groups::Unknown,
        }
    }
}

/// Attributes or claims as received: name to values, bounded by the reader.
pub type Received = BTreeMap<String, Vec<String>>;

/// A person within one organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Stable for ever; the `sub` apps receive.
    pub id: UserId,
    /// The organization they belong to.
    pub organization: OrganizationId,
    /// What is known of them, as of the last sign-in.
    pub profile: Profile,
    /// What the person told us where their provider did not: field to text.
    pub answers: BTreeMap<String, String>,
    /// May always sign in at the owner's door.
    pub owner: bool,
    /// May administer their organization.
    pub admin: bool,
    /// Refused on every path.
    pub disabled: bool,
    /// Their provider took the last group that lets them in away, then; coming back undoes it.
    pub inactive_since: Option<Millis>,
    /// An administrator ended their access then: what proved them before proves nothing more.
    pub access_ended_at: Option<Millis>,
    /// Whether an app has been told that they are new.
    pub announced: bool,
    /// First sign-in or creation.
    pub created_at: Millis,
    /// Last sign-in.
    pub last_sign_in_at: Option<Millis>,
    /// Counts edits; the ETag of the admin API.
    pub version: i64,
}

impl User {
    /// Whether every way in is closed to them, by hand or by what their groups say.
    pub const fn is_shut_out(&self) -> bool {
        self.disabled || self.inactive_since.is_some()
    }
}
