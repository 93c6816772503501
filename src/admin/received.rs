//! What is kept of a provider's answer, as the API shows it.

use serde::Serialize;
use utoipa::ToSchema;

use super::Act;
use super::error::AdminError;
use super::evidence;
use super::shown::{MASKED, Shown};
use crate::model::attempt::Attempt;
use crate::model::evidence::Window;
use crate::model::group::{GroupKind, label};
use crate::model::matched::Match;
use crate::model::time::Millis;
use crate::model::user::{EmailVerified, Groups, Profile};
use crate::model::visible::escape;

/// One attribute or claim.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReceivedAttributeItem {
    /// Its name as received.
    pub name: String,
    /// Its values, masked until revealed. Invisible characters, and spaces at the ends, are
    /// written as their code points.
    pub values: Vec<String>,
}

/// The person as read from what was received; values are masked until revealed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProfileItem {
    /// E-mail address.
    pub email: Option<String>,
    /// `verified`, `refuted` or `unstated`.
    #[schema(value_type = String, example = "unstated")]
    pub email_verified: EmailVerified,
    /// First name.
    pub given_name: Option<String>,
    /// Last name.
    pub family_name: Option<String>,
    /// Full name.
    pub name: Option<String>,
    /// Groups; null when they are not known.
    pub groups: Option<Vec<GroupItem>>,
}

/// One group.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GroupItem {
    /// Its text as received, which is what rules match; masked until revealed.
    pub value: String,
    /// What kind of text that is: `name`, `guid`, `path`, `dn` or `domain_name`.
    #[schema(example = "dn")]
    pub kind: &'static str,
    /// What people call it: of a distinguished name its common name, else the text itself;
    /// masked until revealed.
    pub label: String,
}

/// Which attribute or claim a field of the person was taken from, and why.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MatchItem {
    /// `subject`, `email`, `given_name`, `family_name`, `name` or `groups`.
    #[schema(example = "email")]
    pub field: &'static str,
    /// The name of the attribute or claim; of one that was not sent, the configured name.
    #[schema(example = "User.email")]
    pub name: Option<String>,
    /// `configured`, `known_name`, `normalised`, `sign_in_name`, `name_id`,
    /// `looked_like_address`, `put_together`, `sub` or `tenant_and_object`; where there is no
    /// value `not_sent`, `unusable` or `too_many`.
    #[schema(example = "normalised")]
    pub why: &'static str,
    /// The same in a sentence.
    pub sentence: String,
}

/// The times an answer names, and the moment they were held against (RFC 3339).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WindowItem {
    /// When it was made: SAML `IssueInstant`, OpenID Connect `iat`.
    pub issued_at: Option<String>,
    /// It holds from then on: `NotBefore`, `nbf`.
    pub not_before: Option<String>,
    /// It holds until just before then: `NotOnOrAfter` (the earlier of those that have to
    /// hold), `exp`.
    pub not_on_or_after: Option<String>,
    /// When it was judged, by our clock.
    pub judged_at: String,
    /// How far clocks may differ, in milliseconds.
    #[schema(example = 180_000)]
    pub tolerance_ms: i64,
}

/// What is kept of the provider's answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReceivedItem {
    /// Attributes or claims, by name.
    pub attributes: Vec<ReceivedAttributeItem>,
    /// Whether some were left out, or values were cut.
    pub cut: bool,
    /// What was made of them.
    pub profile: Option<ProfileItem>,
    /// What each field was taken from, and why. Names are never masked.
    pub matches: Vec<MatchItem>,
    /// How far the provider's clock is ahead of ours, in milliseconds, the way of the answer
    /// included; negative when it is behind.
    #[schema(example = -1200)]
    pub skew_ms: Option<i64>,
    /// When the answer holds; never masked.
    pub window: Option<WindowItem>,
}

/// What is kept of the answer in `attempt`.
pub(super) fn load(
    act: &Act<'_>,
    attempt: &Attempt,
    shown: Shown,
) -> Result<Option<ReceivedItem>, AdminError> {
    let Some(evidence) = evidence::of(act, attempt)? else { return Ok(None) };
    let value = |text: &String| one(text, shown);
    let attributes = evidence.received.iter().map(|(name, values)| ReceivedAttributeItem {
        name: escape(name),
        values: values.iter().map(value).collect(),
    });
    Ok(Some(ReceivedItem {
        attributes: attributes.collect(),
        cut: evidence.cut,
        profile: evidence.profile.map(|profile| person(profile, value)),
        matches: evidence.matches.iter().map(matched).collect(),
        skew_ms: evidence.skew,
        window: evidence.window.map(times),
    }))
}

fn times(window: Window) -> WindowItem {
    let text = |moment: Option<Millis>| moment.map(Millis::rfc3339);
    WindowItem {
        issued_at: text(window.issued_at),
        not_before: text(window.not_before),
        not_on_or_after: text(window.not_on_or_after),
        judged_at: window.judged_at.rfc3339(),
        tolerance_ms: window.tolerance_ms,
    }
}

/// A person as read from an answer.
pub(super) fn profile(profile: Profile, shown: Shown) -> ProfileItem {
    person(profile, |text| one(text, shown))
}

fn one(text: &str, shown: Shown) -> String {
    match shown {
        Shown::Masked => MASKED.to_owned(),
        Shown::Revealed => escape(text),
    }
}

fn person(profile: Profile, value: impl Fn(&String) -> String) -> ProfileItem {
    let one = |text: Option<String>| text.as_ref().map(&value);
    ProfileItem {
        email: one(profile.email),
        email_verified: profile.email_verified,
        given_name: one(profile.given_name),
        family_name: one(profile.family_name),
        name: one(profile.name),
        groups: match profile.groups {
            Groups::Unknown => None,
            Groups::Known(groups) => Some(
                groups
                    .iter()
                    .map(|group| GroupItem {
                        value: value(group),
                        kind: GroupKind::of(group).as_str(),
                        label: value(&label(group).into_owned()),
                    })
                    .collect(),
            ),
        },
    }
}

fn matched(matched: &Match) -> MatchItem {
    MatchItem {
        field: matched.field.as_str(),
        name: matched.name.as_deref().map(escape),
        why: matched.why.as_str(),
        sentence: matched.sentence(),
    }
}
