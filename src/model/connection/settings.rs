//! What an administrator decides about a connection beside its configuration. No part of a
//! revision: it changes without a new test.

use serde::{Deserialize, Serialize};

/// The settings of a connection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConnectionSettings {
    /// What becomes of people who come for the first time.
    pub new_users: NewUsers,
    /// Whether people come in whose groups give them no role.
    pub admit: Admit,
    /// What becomes of roles whose groups somebody left.
    pub role_sync: RoleSync,
    /// Whether groups give roles here, or did: a sign-in looks at roles only then.
    pub gives_roles: bool,
    /// Whether responses nobody asked for are taken.
    pub accept_unsolicited: bool,
    /// Whether somebody who signs out is signed out at the provider, too.
    pub provider_sign_out: ProviderSignOut,
}

/// What becomes of people who come for the first time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NewUsers {
    /// They become users.
    #[default]
    Create,
    /// They come in by an invitation only.
    InvitedOnly,
}

/// Who comes in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Admit {
    /// Everyone the provider vouches for.
    #[default]
    Everyone,
    /// Members of groups that give a role.
    MappedGroups,
}

/// What becomes of roles whose groups somebody left.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleSync {
    /// They are taken away.
    #[default]
    Mirror,
    /// They stay.
    AddOnly,
}

/// Whether somebody who signs out is signed out at the provider, too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderSignOut {
    /// They are asked.
    #[default]
    Ask,
    /// Always.
    Always,
    /// Never.
    Never,
}
