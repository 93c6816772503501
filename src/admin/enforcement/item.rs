//! How requiring single sign-on stands, as the API shows it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model::organization::{EnforcementMode, RunningSessions};
use crate::model::preflight::Finding;

/// How far single sign-on is the way in for the people of an organization.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnforcementBody {
    /// `off`: not offered; `optional`: beside passwords; `required`: the only way but for owners.
    #[schema(value_type = String, example = "required")]
    pub mode: EnforcementMode,
    /// With `required`: in force from then on (RFC 3339), at most 90 days ahead; absent = at once.
    #[serde(default)]
    pub starts_at: Option<String>,
    /// Whether sessions that began otherwise `keep` going or `end`. With `required`: those that
    /// began with a password, as it comes into force. With `off`, or while the plan does not
    /// allow single sign-on: those that began through a provider, at once.
    #[serde(default)]
    #[schema(value_type = String, example = "keep")]
    pub running_sessions: RunningSessions,
}

/// How far single sign-on is the way in, and whether it may be required.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EnforcementItem {
    /// Whose.
    pub organization: String,
    /// `off`, `optional` or `required`.
    #[schema(value_type = String, example = "optional")]
    pub mode: EnforcementMode,
    /// In force from then on (RFC 3339).
    pub starts_at: Option<String>,
    /// What becomes of sessions that began otherwise.
    #[schema(value_type = String, example = "keep")]
    pub running_sessions: RunningSessions,
    /// Whether people who are not owners have to sign in through their provider now.
    pub in_force: bool,
    /// Whether it may be required: every check has passed.
    pub ready: bool,
    /// What has to be so before it may be required.
    pub checks: Vec<PreflightCheckItem>,
    /// Whom it concerns.
    pub people: CoverageItem,
    /// Who keeps a way in beside the provider: the owners.
    pub exempt: Vec<ExemptItem>,
    /// Counts edits of the organization; the ETag.
    pub version: i64,
}

/// One thing that has to be so before single sign-on may be required.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PreflightCheckItem {
    /// Its stable name.
    pub name: &'static str,
    /// Whether it is so.
    pub passed: bool,
    /// Whether there was anything to judge by. Where there was not (no end of a certificate is
    /// known, no clock was measured), it counts as passed and proves nothing.
    pub known: bool,
    /// What has to be so.
    pub expected: &'static str,
    /// What is.
    pub received: String,
    /// What to do; absent when it is so.
    #[serde(skip_serializing_if = "str::is_empty")]
    #[schema(required = false)]
    pub remedy: &'static str,
}

/// Whom requiring single sign-on concerns.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CoverageItem {
    /// How many people may sign in.
    pub active: i64,
    /// How many of them have signed in through a connection that is live.
    pub linked: i64,
    /// How many of them have no password either, without the owners: while there are some,
    /// single sign-on cannot be switched off.
    pub without_password: i64,
    /// Those who have not, without the owners: at most 100, oldest first. Of more than 5,000
    /// people only those among the oldest, and among the oldest who never signed in.
    pub not_linked: Vec<AffectedItem>,
}

/// Somebody who has not signed in through the provider yet.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AffectedItem {
    /// Who.
    pub id: String,
    /// Their name, where it is known.
    pub name: Option<String>,
    /// Their e-mail address, where it is known.
    pub email: Option<String>,
}

/// An owner, who keeps a way in beside the provider.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ExemptItem {
    /// Who.
    pub id: String,
    /// Their name, where it is known.
    pub name: Option<String>,
    /// Their e-mail address, where it is known.
    pub email: Option<String>,
    /// Whether they have a password and a second factor.
    pub ready: bool,
}

impl From<Finding> for PreflightCheckItem {
    fn from(finding: Finding) -> Self {
        let Finding { name, passed, known, expected, received, remedy } = finding;
        Self { name, passed, known, expected, received, remedy }
    }
}
