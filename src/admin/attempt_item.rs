//! An attempt as the API shows it, and the trace page.

use serde::Serialize;
use utoipa::ToSchema;

use super::Act;
use super::advice::{self, AdviceItem, RemedyItem};
use super::captures::{self, CaptureItem};
use super::error::AdminError;
use super::fixes::{self, FixItem};
use super::received::{self, ReceivedItem};
use super::shown::{MASKED, Shown};
use super::test_item::{self, TestItem};
use super::timeline::{self, StepItem};
use crate::model::attempt::{Attempt, Purpose, State};
use crate::model::check::{Check, Verdict};
use crate::model::difference::Difference;
use crate::model::id::AppId;
use crate::model::notice::Notice;
use crate::model::plainly::plainly;
use crate::model::visible::escape;
use crate::store::attempts::Names;
use crate::upstream::entra_codes;

/// One thing that was looked at.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CheckItem {
    /// What was checked.
    pub name: String,
    /// What would have been accepted. Invisible characters, and spaces at the ends, are
    /// written as their code points: `\u{200b}`.
    pub expected: String,
    /// What came, written likewise; personal values are masked until revealed.
    pub received: String,
    /// `passed`, `failed` or `warned`.
    #[schema(example = "failed")]
    pub verdict: &'static str,
    /// Whether `received` is personal.
    pub personal: bool,
    /// What a warning gives notice of, where that has a code: `groups_overage`,
    /// `email_missing` or `email_is_sign_in_name`.
    #[schema(example = "groups_overage")]
    pub notice: Option<&'static str>,
    /// How what came differs from what would have been accepted, where both are values.
    pub difference: Option<DifferenceItem>,
    /// What a warning means for whoever reads it, where it is one of the usual ones.
    pub plain: Option<&'static str>,
    /// What the provider's own error number means, where there is one that is known.
    pub explanation: Option<ExplanationItem>,
}

/// How one value differs from another.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DifferenceItem {
    /// The accepted value this is about: the nearest, when there are several.
    pub accepted: String,
    /// The received value this is about: the nearest, when there are several.
    pub came: String,
    /// Place of the first character that differs, counted in characters from 1, before
    /// invisible ones were written out.
    #[schema(example = 24)]
    pub position: usize,
    /// The accepted character there, by name or code point where it cannot be seen or may be
    /// taken for another; null when the accepted value has ended before.
    pub expected: Option<String>,
    /// The received character there, likewise.
    #[schema(example = "space (U+0020)")]
    pub received: Option<String>,
    /// What it comes down to.
    #[schema(example = "a trailing space (U+0020)")]
    pub sentence: String,
}

/// What a provider's error number means.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ExplanationItem {
    /// The number as it is quoted.
    #[schema(example = "AADSTS50105")]
    pub code: &'static str,
    /// What happened.
    pub meaning: &'static str,
    /// Who can mend it.
    pub who: &'static str,
    /// What they have to do.
    pub action: &'static str,
}

/// What those an attempt names are called; null of what is not known yet, or is gone.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AttemptNamesItem {
    /// The organization.
    pub organization: Option<String>,
    /// The connection.
    pub connection: Option<String>,
    /// The app.
    pub app: Option<String>,
    /// The person, as they are kept here, or else their e-mail address.
    pub user: Option<String>,
}

impl From<Names> for AttemptNamesItem {
    fn from(names: Names) -> Self {
        let Names { organization, connection, app, user } = names;
        Self { organization, connection, app, user }
    }
}

/// One try to sign in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AttemptItem {
    /// Its identifier.
    pub id: String,
    /// What people quote: the hour and minute it began, in UTC, and three words. However it was
    /// passed on (in capitals, without the hyphens), it finds the attempt.
    #[schema(example = "1407-amber-otter-lake")]
    pub reference: String,
    /// `choosing`, `awaiting`, `verified`, `admitted`, `tested` (it was a test, and it passed)
    /// or `refused`.
    #[schema(example = "refused")]
    pub outcome: &'static str,
    /// Why it was refused.
    pub code: Option<&'static str>,
    /// Who has to act, when it was refused.
    pub remedy: Option<RemedyItem>,
    /// What to change in the provider's console. Only of an attempt asked for by itself; null
    /// where nothing there helps.
    pub advice: Option<AdviceItem>,
    /// Repairs of the connection that this suggests, for its draft. Only of an attempt asked for
    /// by itself.
    pub fixes: Vec<FixItem>,
    /// What it tried, when it was a test; null of a sign-in.
    pub test: Option<TestItem>,
    /// What was checked, in order.
    pub checks: Vec<CheckItem>,
    /// The organization, once known.
    pub organization: Option<String>,
    /// The connection, once known.
    pub connection: Option<String>,
    /// The app that sent the person here.
    pub app: Option<String>,
    /// The person, once known.
    pub user: Option<String>,
    /// What these four are called. Only in a list that was asked for names.
    pub names: Option<AttemptNamesItem>,
    /// When it began (RFC 3339).
    pub created_at: String,
    /// When it last changed (RFC 3339).
    pub changed_at: String,
    /// Its stations, in order.
    pub timeline: Vec<StepItem>,
    /// What is kept of the provider's answer. Only of an attempt asked for by itself; null
    /// where no answer could be believed far enough to be read.
    pub received: Option<ReceivedItem>,
    /// The message itself, when capture was on. Only of an attempt asked for by itself.
    pub capture: Option<CaptureItem>,
}

impl AttemptItem {
    /// The same for whoever only prepares the connection: without the organization's people and
    /// apps.
    pub(super) fn for_setup(mut self) -> Self {
        (self.user, self.app, self.capture) = (None, None, None);
        if let Some(report) = self.test.as_mut().and_then(|test| test.report.as_mut()) {
            report.user = None;
            report.apps.clear();
        }
        self
    }
}

pub(super) fn app(attempt: &Attempt) -> Option<&AppId> {
    match &attempt.purpose {
        Purpose::App(request) => Some(&request.app),
        Purpose::Start(start) => Some(&start.app),
        Purpose::Refused(app) => Some(app),
        Purpose::Home | Purpose::Test(_) => None,
    }
}

pub(super) const fn reason(state: &State) -> Option<&'static str> {
    match state {
        State::Refused { code } => Some(code.as_str()),
        _ => None,
    }
}

/// An attempt in a list.
pub(super) fn show(attempt: &Attempt) -> AttemptItem {
    of(attempt, Shown::Masked)
}

/// The same with what those it names are called.
pub(super) fn show_named(attempt: &Attempt, names: Names) -> AttemptItem {
    AttemptItem { names: Some(names.into()), ..show(attempt) }
}

/// An attempt by itself, with what is kept of the provider's answer.
///
/// # Errors
/// A fault of our own.
pub(super) fn whole(
    act: &Act<'_>,
    attempt: &Attempt,
    shown: Shown,
) -> Result<AttemptItem, AdminError> {
    let received = received::load(act, attempt, shown)?;
    let advice = advice::advice(act, attempt)?;
    let fixes = fixes::offered(act, attempt)?;
    let capture = captures::load(act, attempt, shown == Shown::Revealed)?;
    let test = test_item::whole(act, attempt, shown)?;
    Ok(AttemptItem { received, advice, fixes, capture, test, ..of(attempt, shown) })
}

fn of(attempt: &Attempt, shown: Shown) -> AttemptItem {
    AttemptItem {
        id: attempt.id.to_string(),
        reference: attempt.reference.0.clone(),
        outcome: attempt.state.name(),
        code: reason(&attempt.state),
        remedy: advice::remedy(attempt),
        advice: None,
        fixes: Vec::new(),
        test: test_item::show(attempt),
        checks: attempt.checks.as_slice().iter().map(|c| show_check(c, shown)).collect(),
        organization: attempt.organization.as_ref().map(ToString::to_string),
        connection: attempt.connection.as_ref().map(ToString::to_string),
        app: app(attempt).map(ToString::to_string),
        user: attempt.user.as_ref().map(ToString::to_string),
        names: None,
        created_at: attempt.created_at.rfc3339(),
        changed_at: attempt.changed_at.rfc3339(),
        timeline: timeline::of(attempt),
        received: None,
        capture: None,
    }
}

pub(super) fn show_check(check: &Check, shown: Shown) -> CheckItem {
    let hidden = check.personal && shown == Shown::Masked;
    CheckItem {
        name: check.name.clone(),
        expected: escape(&check.expected),
        received: if hidden { MASKED.to_owned() } else { escape(&check.received) },
        verdict: match check.verdict {
            Verdict::Passed => "passed",
            Verdict::Failed => "failed",
            Verdict::Warned => "warned",
        },
        personal: check.personal,
        notice: check.notice().map(Notice::as_str),
        plain: plainly(check),
        // It quotes what came.
        difference: if hidden { None } else { check.difference().map(show_difference) },
        // The provider's own words are personal; their number stands in a check that is not.
        explanation: if check.personal { None } else { explain(check) },
    }
}

fn show_difference(found: Difference) -> DifferenceItem {
    DifferenceItem {
        accepted: escape(&found.accepted),
        came: escape(&found.came),
        position: found.position,
        expected: found.expected,
        received: found.received,
        sentence: found.sentence,
    }
}

fn explain(check: &Check) -> Option<ExplanationItem> {
    // Only where the provider's words were looked through: elsewhere it would be somebody's text.
    let told = ["status", "answer", "token_endpoint"].contains(&check.name.as_str());
    let known = entra_codes::explain(&check.received).filter(|_| told)?;
    let entra_codes::Explanation { code, meaning, who, action } = *known;
    Some(ExplanationItem { code, meaning, who, action })
}
