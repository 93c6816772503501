//! What an administrator decides about an organization.

use serde::{Deserialize, Serialize};

use crate::model::id::AppId;
use crate::model::time::Millis;

/// The settings of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OrganizationSettings {
    /// Whether a role may be given by more than one group of a connection.
    pub several_groups_per_role: bool,
    /// Whether people may have roles beside the built-in ones: they are looked up only then.
    pub has_roles: bool,
    /// What people are asked for at their first sign-in, where their provider does not say.
    pub required_fields: Vec<RequiredField>,
    /// Where people land who name no app.
    pub default_app: Option<AppId>,
    /// Whether the operator lets the organization sign in through a provider of its own.
    pub sso_allowed: bool,
    /// Whether its people have to sign in through their provider.
    pub enforcement: Enforcement,
    /// Who becomes the owner of an organization that has none.
    pub first_owner: Option<FirstOwner>,
    /// Whether some of its people have a password here, which pages then offer. Kept with the
    /// passwords; nobody decides it.
    pub local_passwords: bool,
}

/// The one person who becomes the first owner by signing in through the organization's own
/// provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstOwner {
    /// Their address.
    pub email: String,
    /// Not after.
    pub expires_at: Millis,
}

impl Default for OrganizationSettings {
    fn default() -> Self {
        Self {
            several_groups_per_role: false,
            has_roles: false,
            required_fields: Vec::new(),
            default_app: None,
            sso_allowed: true,
            enforcement: Enforcement::default(),
            first_owner: None,
            local_passwords: false,
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

/// Whether people have to sign in through their provider. Owners keep their own door whatever
/// stands here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Enforcement {
    /// The rule.
    pub mode: EnforcementMode,
    /// `Required` is in force from then on; `None` = since it was set.
    pub starts_at: Option<Millis>,
    /// What becomes of sessions that began otherwise.
    pub running_sessions: RunningSessions,
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
    /// The only one, but for owners.
    Required,
}

/// What becomes of sessions that began otherwise, once single sign-on is required, or is not
/// offered any more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunningSessions {
    /// They go on until they run out.
    #[default]
    Keep,
    /// They end as it comes into force.
    End,
}

impl OrganizationSettings {
    /// Whether people who are not owners have to sign in through their provider now. Where the
    /// plan forbids a provider, nobody has to.
    pub fn sso_only(&self, now: Millis) -> bool {
        self.sso_only_from().is_some_and(|from| now >= from)
    }

    /// Whether sessions that a password opened are over, because they have to by now. Owners'
    /// are not among them.
    pub fn ends_password_sessions(&self, now: Millis) -> bool {
        self.sso_only(now) && self.enforcement.running_sessions == RunningSessions::End
    }

    /// Whether sessions that a provider opened are over, because it is not offered, or the plan
    /// does not allow it any more.
    pub fn ends_provider_sessions(&self) -> bool {
        let offered = self.sso_allowed && self.enforcement.mode != EnforcementMode::Off;
        !offered && self.enforcement.running_sessions == RunningSessions::End
    }

    /// From when on they have to; `None` = never.
    pub fn sso_only_from(&self) -> Option<Millis> {
        let Enforcement { mode, starts_at, .. } = &self.enforcement;
        let required = self.sso_allowed && *mode == EnforcementMode::Required;
        required.then(|| starts_at.unwrap_or(Millis(i64::MIN)))
    }
}

impl Enforcement {
    /// Whether people who are not owners have to sign in through their provider now.
    pub fn in_force(&self, now: Millis) -> bool {
        self.will_be() && self.starts_at.is_none_or(|start| now >= start)
    }

    /// Whether they have to, or it is decided that they will have to.
    pub fn will_be(&self) -> bool {
        self.mode == EnforcementMode::Required
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn required_comes_into_force_at_its_start() {
        use EnforcementMode::{Off, Optional, Required};
        for (mode, starts_at, expected) in [
            (Off, None, false),
            (Optional, Some(5), false),
            (Required, None, true),
            (Required, Some(11), false),
            (Required, Some(10), true),
            (Required, Some(9), true),
        ] {
            let enforcement = Enforcement {
                mode,
                starts_at: starts_at.map(Millis),
                running_sessions: RunningSessions::Keep,
            };
            assert_eq!(enforcement.in_force(Millis(10)), expected, "{mode:?} {starts_at:?}");
        }
    }

    #[test]
    fn settings_kept_before_a_setting_was_known_are_read() {
        let kept: OrganizationSettings = serde_json::from_str("{}").unwrap();
        assert_eq!(kept, OrganizationSettings::default());
        assert!(kept.sso_allowed);
    }
}
