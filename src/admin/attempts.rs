//! Attempts to sign in, and what was checked in each.

use serde::Serialize;
use utoipa::ToSchema;

use super::error::AdminError;
use super::list::{List, Listed};
use super::{Act, Change, NOTHING};
use crate::model::attempt::{Attempt, Purpose, Reference, State};
use crate::model::check::{Check, Verdict};
use crate::model::code::Code;
use crate::model::difference::Difference;
use crate::model::id::{AppId, ConnectionId, OrganizationId, UserId};
use crate::model::time::Millis;
use crate::model::visible::escape;
use crate::store::attempts::{self, Filter};
use crate::upstream::entra_codes;

/// What stands in place of a personal value that was not revealed.
pub const MASKED: &str = "(masked)";

/// Which attempts are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of this organization.
    pub organization: Option<OrganizationId>,
    /// Through this connection.
    pub connection: Option<ConnectionId>,
    /// Of people this app sent.
    pub app: Option<AppId>,
    /// Of this person.
    pub user: Option<UserId>,
    /// `choosing`, `awaiting`, `verified`, `admitted` or `refused`.
    pub outcome: Option<String>,
    /// Refused for this reason.
    pub code: Option<String>,
    /// Begun at this moment (RFC 3339) or later.
    pub from: Option<String>,
    /// Begun before this moment (RFC 3339).
    pub until: Option<String>,
    /// The reference or identifier of exactly one.
    pub reference: Option<String>,
}

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
    /// How what came differs from what would have been accepted, where both are values.
    pub difference: Option<DifferenceItem>,
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

/// One try to sign in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AttemptItem {
    /// Its identifier.
    pub id: String,
    /// What people quote: the hour and minute it began, in UTC, and three words. However it was
    /// passed on (in capitals, without the hyphens), it finds the attempt.
    #[schema(example = "1407-amber-otter-lake")]
    pub reference: String,
    /// `choosing`, `awaiting`, `verified`, `admitted` or `refused`.
    #[schema(example = "refused")]
    pub outcome: &'static str,
    /// Why it was refused.
    pub code: Option<&'static str>,
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
    /// When it began (RFC 3339).
    pub created_at: String,
    /// When it last changed (RFC 3339).
    pub changed_at: String,
}

/// The attempts wanted, newest first, personal values masked. One piece looks at
/// [`attempts::LOOKED_AT`] attempts at most and may hold fewer than asked for, or none, while
/// more come behind its `next`.
///
/// # Errors
/// `NotFound` for an organization out of reach; `Invalid` for a state or code there is not,
/// and for what is no moment or no span of time.
pub fn list(
    act: &Act<'_>,
    wanted: &Wanted,
    list: &List,
) -> Result<Listed<AttemptItem>, AdminError> {
    let organization = act.access.narrow(wanted.organization.as_ref())?;
    let (from, until) = span(wanted)?;
    let mut filter = Filter {
        organization,
        connection: wanted.connection.clone(),
        app: wanted.app.clone(),
        user: wanted.user.clone(),
        from,
        until,
        outcome: wanted.outcome.as_deref().map(outcome).transpose()?,
        code: wanted.code.as_deref().map(code).transpose()?,
    };
    if let Some(reference) = &wanted.reference {
        let found = attempts::find_by_reference(act.tx, &quoted(reference))?
            .filter(|attempt| fits(attempt, &filter));
        return Ok(List::single(found.map(|attempt| show(&attempt, false))));
    }
    let mut horizon = None;
    let listed = list.read(
        |page| {
            horizon = attempts::horizon(act.tx, &filter, page)?;
            filter.from = horizon.or(filter.from);
            attempts::list(act.tx, &filter, page)
        },
        |row| (row.created_at, row.id.as_str()),
        |row| Ok(show(&row, false)),
    )?;
    Ok(listed.going_on(horizon))
}

/// The moments between which the attempts wanted began.
fn span(wanted: &Wanted) -> Result<(Option<Millis>, Option<Millis>), AdminError> {
    let from = wanted.from.as_deref().map(|text| moment("from", text)).transpose()?;
    let until = wanted.until.as_deref().map(|text| moment("until", text)).transpose()?;
    if from.zip(until).is_some_and(|(from, until)| from >= until) {
        return Err(AdminError::field("until", "give a moment after `from`"));
    }
    Ok((from, until))
}

fn moment(field: &'static str, text: &str) -> Result<Millis, AdminError> {
    Millis::parse_rfc3339(text).ok_or_else(|| {
        AdminError::field(
            field,
            "give a moment with its zone (RFC 3339), such as 2026-11-21T09:30:00Z; \
             in an address a + is written %2B",
        )
    })
}

/// One attempt by its reference or identifier, personal values masked.
///
/// # Errors
/// `NotFound`.
pub fn load(act: &Act<'_>, reference: &str) -> Result<AttemptItem, AdminError> {
    Ok(show(&kept(act, reference)?, false))
}

/// One attempt with its personal values, which is noted in the trail.
///
/// # Errors
/// `NotFound`.
pub fn reveal(act: &Act<'_>, reference: &str) -> Result<AttemptItem, AdminError> {
    let attempt = kept(act, reference)?;
    let change = Change {
        action: "attempt.reveal",
        organization: attempt.organization.as_ref(),
        subject: attempt.id.as_str(),
    };
    act.note(&change, NOTHING, NOTHING)?;
    Ok(show(&attempt, true))
}

fn kept(act: &Act<'_>, reference: &str) -> Result<Attempt, AdminError> {
    let attempt =
        attempts::find_by_reference(act.tx, &quoted(reference))?.ok_or(AdminError::NotFound)?;
    act.access.reaches(attempt.organization.as_ref())?;
    Ok(attempt)
}

/// A reference as it stands on the page, from how people pass it on. Identifiers and anything
/// else stay what they are.
fn quoted(text: &str) -> String {
    Reference::read(text).map_or_else(|| text.trim().to_owned(), |reference| reference.0)
}

fn fits(attempt: &Attempt, filter: &Filter) -> bool {
    let is = |wanted: Option<&str>, found: Option<&str>| wanted.is_none() || wanted == found;
    let id = |id: &Option<OrganizationId>| id.as_ref().map(OrganizationId::to_string);
    is(id(&filter.organization).as_deref(), id(&attempt.organization).as_deref())
        && (filter.connection.is_none() || filter.connection == attempt.connection)
        && is(filter.outcome.as_deref(), Some(attempt.state.name()))
        && is(filter.code.map(Code::as_str), reason(&attempt.state))
        && is(filter.app.as_ref().map(AppId::as_str), app(attempt).map(AppId::as_str))
        && (filter.user.is_none() || filter.user == attempt.user)
        && filter.from.is_none_or(|from| from <= attempt.created_at)
        && filter.until.is_none_or(|until| attempt.created_at < until)
}

fn outcome(text: &str) -> Result<String, AdminError> {
    const OUTCOMES: [&str; 5] = ["choosing", "awaiting", "verified", "admitted", "refused"];
    OUTCOMES.contains(&text).then(|| text.to_owned()).ok_or_else(|| {
        AdminError::field("outcome", format!("give one of: {}", OUTCOMES.join(", ")))
    })
}

fn code(text: &str) -> Result<Code, AdminError> {
    Code::ALL.iter().copied().find(|code| code.as_str() == text).ok_or_else(|| {
        AdminError::field("code", "give a reason code such as saml_audience_mismatch")
    })
}

fn app(attempt: &Attempt) -> Option<&AppId> {
    match &attempt.purpose {
        Purpose::App(request) => Some(&request.app),
        Purpose::Home => None,
    }
}

const fn reason(state: &State) -> Option<&'static str> {
    match state {
        State::Refused { code } => Some(code.as_str()),
        _ => None,
    }
}

fn show(attempt: &Attempt, revealed: bool) -> AttemptItem {
    AttemptItem {
        id: attempt.id.to_string(),
        reference: attempt.reference.0.clone(),
        outcome: attempt.state.name(),
        code: reason(&attempt.state),
        checks: attempt.checks.as_slice().iter().map(|c| show_check(c, revealed)).collect(),
        organization: attempt.organization.as_ref().map(ToString::to_string),
        connection: attempt.connection.as_ref().map(ToString::to_string),
        app: app(attempt).map(ToString::to_string),
        user: attempt.user.as_ref().map(ToString::to_string),
        created_at: attempt.created_at.rfc3339(),
        changed_at: attempt.changed_at.rfc3339(),
    }
}

fn show_check(check: &Check, revealed: bool) -> CheckItem {
    let hidden = check.personal && !revealed;
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
