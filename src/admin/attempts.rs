//! Attempts to sign in: found, looked into, and revealed.

use super::attempt_item::{self, AttemptItem, app, reason};
use super::error::AdminError;
use super::list::{List, Listed};
use super::moment::moment;
use super::shown::Shown;
use super::{Act, Change, NOTHING, Scope};
use crate::model::attempt::{Attempt, Purpose, Reference};
use crate::model::code::Code;
use crate::model::id::{AppId, ConnectionId, OrganizationId, UserId};
use crate::model::time::Millis;
use crate::store::attempts::{self, Filter, Names};
use crate::store::{Page, StoreError, apps};

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
    /// `choosing`, `awaiting`, `verified`, `admitted`, `tested` or `refused`.
    pub outcome: Option<String>,
    /// Refused for this reason.
    pub code: Option<String>,
    /// Tests of connections, or all but these.
    pub test: Option<bool>,
    /// Begun at this moment (RFC 3339) or later.
    pub from: Option<String>,
    /// Begun before this moment (RFC 3339).
    pub until: Option<String>,
    /// The reference or identifier of exactly one.
    pub reference: Option<String>,
    /// With what those they name are called.
    pub names: bool,
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
        test: wanted.test,
    };
    if let Some(reference) = &wanted.reference {
        let found = attempts::find_by_reference(act.tx, &quoted(reference))?
            .filter(|attempt| fits(attempt, &filter));
        let item = match &found {
            Some(one) if wanted.names => {
                let names = attempts::names(act.tx, one)?;
                Some(attempt_item::show_named(one, reached(act, one, names)?))
            }
            found => found.as_ref().map(attempt_item::show),
        };
        return Ok(List::single(item));
    }
    let mut horizon = None;
    let mut since = |page: &Page| {
        horizon = attempts::horizon(act.tx, &filter, page)?;
        filter.from = horizon.or(filter.from);
        Ok::<_, StoreError>(filter.clone())
    };
    let listed = if wanted.names {
        list.read(
            |page| attempts::list_named(act.tx, &since(page)?, page),
            |(row, _)| (row.created_at, row.id.as_str()),
            |(row, names)| {
                let names = reached(act, &row, names)?;
                Ok(attempt_item::show_named(&row, names))
            },
        )?
    } else {
        list.read(
            |page| attempts::list(act.tx, &since(page)?, page),
            |row| (row.created_at, row.id.as_str()),
            |row| Ok(attempt_item::show(&row)),
        )?
    };
    Ok(listed.going_on(horizon))
}

/// Administrators of one organization are not told which apps there are but theirs: anybody may
/// try another with their organization.
fn reached(act: &Act<'_>, attempt: &Attempt, names: Names) -> Result<Names, AdminError> {
    let (Some(asking), Scope::Organization(own)) = (app(attempt), act.access.scope()) else {
        return Ok(names);
    };
    let open = apps::find(act.tx, asking)?.is_some_and(|app| app.admits(own));
    Ok(if open { names } else { Names { app: None, ..names } })
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

/// One attempt by its reference or identifier, personal values masked.
///
/// # Errors
/// `NotFound`.
pub fn load(act: &Act<'_>, reference: &str) -> Result<AttemptItem, AdminError> {
    let item = attempt_item::whole(act, &kept_for_setup(act, reference)?, Shown::Masked)?;
    Ok(if act.access.prepares() { item.for_setup() } else { item })
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
    attempt_item::whole(act, &attempt, Shown::Revealed)
}

pub(super) fn kept(act: &Act<'_>, reference: &str) -> Result<Attempt, AdminError> {
    let attempt =
        attempts::find_by_reference(act.tx, &quoted(reference))?.ok_or(AdminError::NotFound)?;
    act.access.reaches(attempt.organization.as_ref())?;
    Ok(attempt)
}

/// The same, and for whoever only prepares a connection the tests of exactly that one.
pub(super) fn kept_for_setup(act: &Act<'_>, reference: &str) -> Result<Attempt, AdminError> {
    let Scope::Connection(organization, id) = act.access.scope() else {
        return kept(act, reference);
    };
    let found = attempts::find_by_reference(act.tx, &quoted(reference))?;
    let own = |attempt: &Attempt| {
        attempt.organization.as_ref() == Some(organization)
            && attempt.connection.as_ref() == Some(id)
            && matches!(&attempt.purpose, Purpose::Test(of) if of.connection == *id)
    };
    found.filter(own).ok_or(AdminError::NotFound)
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
        && filter.test.is_none_or(|test| test == matches!(attempt.purpose, Purpose::Test(_)))
        && filter.from.is_none_or(|from| from <= attempt.created_at)
        && filter.until.is_none_or(|until| attempt.created_at < until)
}

fn outcome(text: &str) -> Result<String, AdminError> {
    const OUTCOMES: [&str; 6] =
        ["choosing", "awaiting", "verified", "admitted", "tested", "refused"];
    OUTCOMES.contains(&text).then(|| text.to_owned()).ok_or_else(|| {
        AdminError::field("outcome", format!("give one of: {}", OUTCOMES.join(", ")))
    })
}

fn code(text: &str) -> Result<Code, AdminError> {
    Code::ALL.iter().copied().find(|code| code.as_str() == text).ok_or_else(|| {
        AdminError::field("code", "give a reason code such as saml_audience_mismatch")
    })
}
