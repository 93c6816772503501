//! What an administrator decides about an organization.

use serde::{Deserialize, Serialize};

use crate::model::id::{AppId, UserId};
use crate::model::time::Millis;

/// The settings of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OrganizationSettings {
    /// Whether a role may be given by more than one group of a connection.
    pub several_groups_per_role: bool,
    /// What people are asked for at their first sign-in, where their provider does not say.
    pub required_fields: Vec<RequiredField>,
    /// Where people land who name no app.
    pub default_app: Option<AppId>,
    /// Whether the operator lets the organization sign in through a provider of its own.
    pub sso_allowed: bool,
    /// Whether its people have to sign in through their provider.
    pub enforcement: Enforcement,
}

impl Default for OrganizationSettings {
    fn default() -> Self {
        Self {
            several_groups_per_role: false,
            required_fields: Vec::new(),
            default_app: None,
            sso_allowed: true,
            enforcement: Enforcement::default(),
        }
    }
}

/// A field people fill in at their first sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequiredField {
    /// Its name in our records and in tokens: lower-case letters, digits and `_`.
    pub name: String,
    /// What the page calls it.
    pub label: String,
}

/// Whether people have to sign in through their provider.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Enforcement {
    /// The rule.
    pub mode: EnforcementMode,
    /// In force from then on; `None` = since it was set.
    pub starts_at: Option<Millis>,
    /// Owners who may sign in otherwise.
    pub exempt: Vec<UserId>,
}

/// How far single sign-on is the way in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnforcementMode {
    /// Not offered.
    Off,
    /// Offered beside others.
    #[default]
    Optional,
    /// The only one, but for exempt owners.
    Required,
}
