//! How this installation runs. Everything here is set at start; nothing can be changed while
//! it runs, yet.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Act;
use super::error::AdminError;
use super::input::Expected;
use crate::model::time::SECOND;

/// How this installation runs.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SettingsItem {
    /// The one address it is reached at; also the issuer apps see.
    pub public_url: String,
    /// Doorward's version.
    pub doorward_version: &'static str,
    /// Whether identity providers on private addresses may be called.
    pub allow_private_idps: bool,
    /// A session ends then at the latest.
    pub session_absolute_seconds: i64,
    /// A session not used for so long ends.
    pub session_idle_seconds: i64,
    /// Attempts and their traces are kept so long.
    pub attempt_retention_seconds: i64,
    /// Counts edits; the ETag.
    pub version: i64,
}

/// A change to the settings. There is none that can be changed while Doorward runs: each is
/// an option of `doorward serve`.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsPatch {}

const VERSION: i64 = 1;

/// The settings. For the installation's administrators.
///
/// # Errors
/// `Forbidden`.
pub fn load(act: &Act<'_>) -> Result<SettingsItem, AdminError> {
    act.access.installation()?;
    let config = &act.hub.config;
    Ok(SettingsItem {
        public_url: config.public_url.as_str().to_owned(),
        doorward_version: env!("CARGO_PKG_VERSION"),
        allow_private_idps: config.allow_private_idps,
        session_absolute_seconds: config.session_absolute / SECOND,
        session_idle_seconds: config.session_idle / SECOND,
        attempt_retention_seconds: config.attempt_retention / SECOND,
        version: VERSION,
    })
}

/// Changes the settings: a patch that names none is the only one there is.
///
/// # Errors
/// `Forbidden`, `Stale`.
pub fn update(
    act: &Act<'_>,
    expected: Expected,
    _patch: &SettingsPatch,
) -> Result<SettingsItem, AdminError> {
    let item = load(act)?;
    expected.check(item.version)?;
    Ok(item)
}
