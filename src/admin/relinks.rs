//! Questions whether somebody new is a person who is known, and their answers.

use serde::Serialize;
use utoipa::ToSchema;

use super::error::{AdminError, Conflict};
use super::input::Expected;
use super::list::{List, Listed};
use super::{Act, Change, NOTHING, organizations};
use crate::model::id::{OrganizationId, RelinkId};
use crate::model::relink::{Answer, Relink, State};
use crate::model::time::Millis;
use crate::store::{relinks as store, sessions, users};

/// The person who is known.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct KnownPerson {
    /// Their user.
    pub user: String,
    /// Their address as last received.
    pub email: Option<String>,
    /// Their name as last received.
    pub name: Option<String>,
    /// Every sign-in of theirs is refused.
    pub disabled: bool,
    /// Their first sign-in (RFC 3339).
    pub created_at: String,
    /// Their last sign-in (RFC 3339).
    pub last_sign_in_at: Option<String>,
}

/// The question whether somebody new is a person who is known: the same connection vouched for
/// the same proved e-mail address under another subject.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RelinkItem {
    /// Its identifier.
    pub id: String,
    /// The organization.
    pub organization: String,
    /// The connection that vouches for both.
    pub connection: String,
    /// `pending`: they wait. `approved`: they are the known person. `refused`: they do not come
    /// in. `separate`: they get an account of their own.
    #[schema(example = "pending")]
    pub state: &'static str,
    /// The new subject.
    pub subject: String,
    /// The address that came with it.
    pub email: String,
    /// The name that came with it.
    pub name: Option<String>,
    /// The person who is known.
    pub known: KnownPerson,
    /// The attempt in which the question arose.
    pub reference: String,
    /// When it arose (RFC 3339).
    pub created_at: String,
    /// When it was answered last (RFC 3339).
    pub decided_at: Option<String>,
    /// Counts edits; the ETag.
    pub version: i64,
}

/// The questions of an organization, oldest first.
///
/// # Errors
/// `NotFound`; `Invalid` for a state that is none.
pub fn list(
    act: &Act<'_>,
    organization: &OrganizationId,
    state: Option<&str>,
    list: &List,
) -> Result<Listed<RelinkItem>, AdminError> {
    organizations::kept(act, organization)?;
    let state = match state {
        Some(text) => Some(State::read(text).ok_or_else(|| {
            AdminError::field("state", "give pending, approved, refused or separate")
        })?),
        None => None,
    };
    list.read(
        |page| store::list(act.tx, organization, state, page),
        |row| (row.created_at, row.id.as_str()),
        |row| show(act, &row),
    )
}

/// One question.
///
/// # Errors
/// `NotFound`.
pub fn load(
    act: &Act<'_>,
    organization: &OrganizationId,
    id: &RelinkId,
) -> Result<RelinkItem, AdminError> {
    show(act, &kept(act, organization, id)?)
}

/// Answers a question. An approval makes the new subject lead to the known person, whose `sub`
/// stays what it is; undoing it takes that back and ends their sessions.
///
/// # Errors
/// `NotFound`, `Stale`; `OwnersOnly` when the known person is an owner out of reach; `Conflict`
/// when the question is not one for this answer.
pub fn answer(
    act: &Act<'_>,
    (organization, id): (&OrganizationId, &RelinkId),
    expected: Expected,
    answer: Answer,
) -> Result<RelinkItem, AdminError> {
    let current = kept(act, organization, id)?;
    expected.check(current.version)?;
    let before = show(act, &current)?;
    let next = current
        .clone()
        .answered(act.now, answer)
        .ok_or(AdminError::Conflict(Conflict::RelinkDecided))?;
    // Who is known may be an owner by now: an approval lets somebody in as them, and undoing one
    // ends their sessions.
    if let Some(known) = users::find(act.tx, &next.user)? {
        act.access.over(&known)?;
    }
    match answer {
        Answer::Approve => link(act, &next)?,
        Answer::Undo => {
            users::delete_identity(act.tx, &next.connection, &next.subject)?;
            // Which of their sessions began under that subject is not kept.
            sessions::end_of_user(act.tx, &next.user)?;
        }
        Answer::Refuse | Answer::Separate => {}
    }
    if !store::update(act.tx, &next)? {
        return Err(AdminError::Stale);
    }
    let item = load(act, organization, id)?;
    act.note(&change(verb(answer), &next), Some(&before), Some(&item))?;
    Ok(item)
}

/// Forgets a question that is not approved: the next sign-in may ask it anew.
///
/// # Errors
/// `NotFound`, `Stale`; `Conflict` for one that is approved.
pub fn delete(
    act: &Act<'_>,
    (organization, id): (&OrganizationId, &RelinkId),
    expected: Expected,
) -> Result<(), AdminError> {
    let current = kept(act, organization, id)?;
    expected.check(current.version)?;
    if current.state == State::Approved {
        return Err(AdminError::Conflict(Conflict::RelinkDecided));
    }
    let before = show(act, &current)?;
    store::delete(act.tx, id)?;
    act.note(&change("relink.delete", &current), Some(&before), NOTHING)
}

fn link(act: &Act<'_>, relink: &Relink) -> Result<(), AdminError> {
    let user = users::find(act.tx, &relink.user)?.ok_or(AdminError::NotFound)?;
    // They may have become one since.
    if user.owner || user.organization != relink.organization {
        return Err(AdminError::Conflict(Conflict::RelinkOwner));
    }
    users::insert_identity(act.tx, &relink.connection, &relink.subject, &user.id, act.now)
        .map_err(|error| AdminError::named(error, Conflict::RelinkDecided))
}

const fn verb(answer: Answer) -> &'static str {
    match answer {
        Answer::Approve => "relink.approve",
        Answer::Refuse => "relink.refuse",
        Answer::Separate => "relink.separate",
        Answer::Undo => "relink.undo",
    }
}

fn kept(act: &Act<'_>, organization: &OrganizationId, id: &RelinkId) -> Result<Relink, AdminError> {
    organizations::kept(act, organization)?;
    let found = store::find(act.tx, id)?;
    found.filter(|found| found.organization == *organization).ok_or(AdminError::NotFound)
}

fn change<'c>(action: &'c str, relink: &'c Relink) -> Change<'c> {
    Change { action, organization: Some(&relink.organization), subject: relink.id.as_str() }
}

fn show(act: &Act<'_>, relink: &Relink) -> Result<RelinkItem, AdminError> {
    let known = users::find(act.tx, &relink.user)?.ok_or(AdminError::NotFound)?;
    Ok(RelinkItem {
        id: relink.id.to_string(),
        organization: relink.organization.to_string(),
        connection: relink.connection.to_string(),
        state: relink.state.as_str(),
        subject: relink.subject.clone(),
        email: relink.email.clone(),
        name: relink.name.clone(),
        known: KnownPerson {
            user: known.id.to_string(),
            email: known.profile.email,
            name: known.profile.name,
            disabled: known.disabled,
            created_at: known.created_at.rfc3339(),
            last_sign_in_at: known.last_sign_in_at.map(Millis::rfc3339),
        },
        reference: relink.reference.0.clone(),
        created_at: relink.created_at.rfc3339(),
        decided_at: relink.decided_at.map(Millis::rfc3339),
        version: relink.version,
    })
}
