//! How this installation runs, and what of it can be changed while it runs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::AdminError;
use super::input::{Expected, Problems};
use super::{Act, Change};
use crate::keys::ring::Ring;
use crate::model::settings::{Fixed, Settings};
use crate::model::time::SECOND;
use crate::store::settings;

/// A session may be told to end after a month at the latest, in seconds.
const MONTH: i64 = 30 * 86_400;
/// The shortest idle limit, in seconds: with less nobody could fill in a form.
const IDLE_LEAST: i64 = 5 * 60;
/// Sign-ins are kept for at least a day and at most ten years, in seconds.
const RETENTION: (i64, i64) = (86_400, 3_650 * 86_400);
/// A signing key signs for at least a week and at most two years, in days.
const KEY_DAYS: (i64, i64) = (7, 730);

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
    /// A signing key signs so many days; the next one is published at least a day before it signs.
    pub signing_key_days: i64,
    /// What was told when Doorward started and therefore cannot be changed here.
    pub fixed: Vec<FixedItem>,
    /// Counts edits; the ETag.
    pub version: i64,
}

/// A setting that was told when Doorward started.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FixedItem {
    /// Its name here.
    #[schema(example = "session_idle_seconds")]
    pub setting: &'static str,
    /// The option it was told by.
    #[schema(example = "session_idle_minutes")]
    pub option: &'static str,
}

/// A change to the settings. What is absent stays as it is.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsPatch {
    /// Sessions that begin from now on end then at the latest; at most 30 days.
    pub session_absolute_seconds: Option<i64>,
    /// A session not used for so long ends, those that have begun, too; 5 minutes at least.
    pub session_idle_seconds: Option<i64>,
    /// Attempts and their traces are kept so long, from a day to ten years. Older ones are
    /// removed within minutes, for good.
    pub attempt_retention_seconds: Option<i64>,
    /// A signing key signs so many days, from 7 to 730.
    pub signing_key_days: Option<i64>,
}

impl SettingsPatch {
    /// The values of a setting that may be told at start: its name, its row, what is wanted.
    const fn told(&self) -> [(Fixed, &'static str, Option<i64>); 3] {
        [
            (
                Fixed::SessionAbsolute,
                settings::SESSION_ABSOLUTE_SECONDS,
                self.session_absolute_seconds,
            ),
            (Fixed::SessionIdle, settings::SESSION_IDLE_SECONDS, self.session_idle_seconds),
            (
                Fixed::AttemptRetention,
                settings::ATTEMPT_RETENTION_SECONDS,
                self.attempt_retention_seconds,
            ),
        ]
    }

    /// Refuses what cannot be, given what holds now.
    fn check(&self, act: &Act<'_>, now: &Settings) -> Result<(), AdminError> {
        let mut problems = Problems::default();
        for (fixed, field, wanted) in self.told() {
            if wanted.is_some() && act.hub.config.fixed.contains(&fixed) {
                let option = fixed.option();
                let text =
                    format!("it is told at start by {option}: take that away, or change it there");
                problems.add(field, text);
            }
        }
        let mut within =
            |field: &str, wanted: Option<i64>, (least, most): (i64, i64), unit: &str| {
                if wanted.is_some_and(|wanted| !(least..=most).contains(&wanted)) {
                    problems.add(field, format!("give a number of {unit} from {least} to {most}"));
                }
            };
        let absolute = self.session_absolute_seconds;
        within(settings::SESSION_ABSOLUTE_SECONDS, absolute, (IDLE_LEAST, MONTH), "seconds");
        let idle = self.session_idle_seconds;
        within(settings::SESSION_IDLE_SECONDS, idle, (IDLE_LEAST, MONTH), "seconds");
        let retention = self.attempt_retention_seconds;
        within(settings::ATTEMPT_RETENTION_SECONDS, retention, RETENTION, "seconds");
        within(settings::SIGNING_KEY_DAYS, self.signing_key_days, KEY_DAYS, "days");
        let absolute = absolute.unwrap_or(now.limits.absolute / SECOND);
        if idle.unwrap_or(now.limits.idle / SECOND) > absolute {
            let field = match idle {
                Some(_) => settings::SESSION_IDLE_SECONDS,
                None => settings::SESSION_ABSOLUTE_SECONDS,
            };
            problems.add(field, "a session cannot be idle for longer than it lasts at the latest");
        }
        problems.done()
    }
}

/// The settings. For the installation's administrators.
///
/// # Errors
/// `Forbidden`.
pub fn load(act: &Act<'_>) -> Result<SettingsItem, AdminError> {
    act.access.installation()?;
    Ok(item(act, &act.hub.running.written(act.tx)?))
}

/// Changes the settings; gives them as the API shows them, and for the server to take over once
/// they are written. For the installation's owners.
///
/// # Errors
/// `Forbidden`, `OwnersOnly`, `Stale`, `Invalid`.
pub fn update(
    act: &Act<'_>,
    expected: Expected,
    patch: &SettingsPatch,
) -> Result<(SettingsItem, Settings), AdminError> {
    act.access.installation()?;
    act.access.owner()?;
    let before = act.hub.running.written(act.tx)?;
    expected.check(before.version)?;
    patch.check(act, &before)?;
    for (_, name, wanted) in patch.told() {
        if let Some(seconds) = wanted {
            settings::set(act.tx, name, &seconds.to_string())?;
        }
    }
    if let Some(days) = patch.signing_key_days.filter(|days| *days != before.signing_key_days) {
        settings::set(act.tx, settings::SIGNING_KEY_DAYS, &days.to_string())?;
        Ring::retime(act.tx, act.now)?;
    }
    settings::set(act.tx, settings::VERSION, &before.version.saturating_add(1).to_string())?;
    let mut after = act.hub.running.written(act.tx)?;
    if after.limits.idle > before.limits.idle {
        // What has ended stays ended.
        let since = act.now.plus(-before.limits.idle).max(before.limits.seen_since);
        settings::set(act.tx, settings::SESSIONS_SEEN_SINCE, &since.0.to_string())?;
        after.limits.seen_since = since;
    }
    let (before, shown) = (item(act, &before), item(act, &after));
    let change = Change { action: "settings.update", organization: None, subject: "settings" };
    act.note(&change, Some(&before), Some(&shown))?;
    Ok((shown, after))
}

fn item(act: &Act<'_>, settings: &Settings) -> SettingsItem {
    let config = &act.hub.config;
    let fixed = SettingsPatch::default()
        .told()
        .into_iter()
        .filter(|(fixed, ..)| config.fixed.contains(fixed))
        .map(|(fixed, setting, _)| FixedItem { setting, option: fixed.option() });
    SettingsItem {
        public_url: config.public_url.as_str().to_owned(),
        doorward_version: env!("CARGO_PKG_VERSION"),
        allow_private_idps: config.allow_private_idps,
        session_absolute_seconds: settings.limits.absolute / SECOND,
        session_idle_seconds: settings.limits.idle / SECOND,
        attempt_retention_seconds: settings.attempt_retention / SECOND,
        signing_key_days: settings.signing_key_days,
        fixed: fixed.collect(),
        version: settings.version,
    }
}
