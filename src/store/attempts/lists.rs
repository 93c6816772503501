//! Attempts in lists, with what those they name are called.

use rusqlite::params;
use rusqlite::types::ValueRef;

use super::{app, read};
use crate::model::attempt::Attempt;
use crate::model::code::Code;
use crate::model::id::{AppId, ConnectionId, OrganizationId, UserId};
use crate::model::time::Millis;
use crate::model::user::Profile;
use crate::store::tx::{Row, json};
use crate::store::{Page, StoreError, Tx};

/// Which attempts to list; `None` = any.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this organization.
    pub organization: Option<OrganizationId>,
    /// Through this connection.
    pub connection: Option<ConnectionId>,
    /// Of people this app sent.
    pub app: Option<AppId>,
    /// Of this person.
    pub user: Option<UserId>,
    /// In this state.
    pub outcome: Option<String>,
    /// Refused for this reason.
    pub code: Option<Code>,
    /// Tests of connections, or all but these.
    pub test: Option<bool>,
    /// Begun at this moment or later.
    pub from: Option<Millis>,
    /// Begun before this moment.
    pub until: Option<Millis>,
}

impl Filter {
    /// Whether an attempt of the right organization and time may still be none of those wanted.
    const fn picks(&self) -> bool {
        self.connection.is_some()
            || self.app.is_some()
            || self.user.is_some()
            || self.outcome.is_some()
            || self.code.is_some()
            || self.test.is_some()
    }
}

/// Attempts one piece of a list looks at, at most. A filter may match none of all that are kept.
pub const LOOKED_AT: i64 = 5_000;

/// What those an attempt names are called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The organization.
    pub organization: Option<String>,
    /// The connection.
    pub connection: Option<String>,
    /// The app.
    pub app: Option<String>,
    /// The person of that organization, or else their address.
    pub user: Option<String>,
}

/// The columns [`Names`] is read from: each is one search by a key, within the statement.
macro_rules! names {
    ($organization:literal, $connection:literal, $app:literal, $user:literal) => {
        concat!(
            "(SELECT name FROM organizations WHERE id = ",
            $organization,
            ") AS organization_name, (SELECT name FROM connections WHERE id = ",
            $connection,
            ") AS connection_name, (SELECT name FROM apps WHERE id = ",
            $app,
            ") AS app_name, (SELECT profile FROM users WHERE id = ",
            $user,
            " AND organization_id = ",
            $organization,
            ") AS user_profile"
        )
    };
}

const NAMES: &str = concat!("SELECT ", names!("?1", "?2", "?3", "?4"));

/// What those an attempt names are called; nothing of those that are gone.
///
/// # Errors
/// A database error.
pub fn names(tx: &Tx<'_>, attempt: &Attempt) -> Result<Names, StoreError> {
    let organization = attempt.organization.as_ref().map(OrganizationId::as_str);
    let connection = attempt.connection.as_ref().map(ConnectionId::as_str);
    let user = attempt.user.as_ref().map(UserId::as_str);
    tx.one(NAMES, params![organization, connection, app(&attempt.purpose), user], read_names)
}

fn read_names(row: &Row<'_>) -> Result<Names, StoreError> {
    Ok(Names {
        organization: row.get("organization_name")?,
        connection: row.get("connection_name")?,
        app: row.get("app_name")?,
        user: match row.get_ref("user_profile")? {
            ValueRef::Null => None,
            _ => json::<Profile>(row, "user_profile").map(|of| of.name.or(of.email))?,
        },
    })
}

/// The names of those that a row of `attempts` names.
macro_rules! row_names {
    () => {
        concat!(
            ", ",
            names!(
                "attempts.organization_id",
                "attempts.connection_id",
                "attempts.app_id",
                "attempts.user_id"
            )
        )
    };
}

// The organization and the time are what the indexes hold; the rest is looked for in the rows.
macro_rules! list {
    ($names:expr, $of:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            $names,
            " FROM attempts WHERE created_at BETWEEN ?1 AND ?2 AND (created_at, id) < (?3, ?4) \
             AND (?5 IS NULL OR connection_id = ?5) AND (?6 IS NULL OR app_id = ?6) AND (?7 IS NULL OR user_id = ?7) \
             AND (?8 IS NULL OR state = ?8) AND (?9 IS NULL OR code = ?9) AND (?11 IS NULL OR test = ?11)",
            $of,
            " ORDER BY created_at DESC, id DESC LIMIT ?10"
        )
    };
}

const LIST: [&str; 2] = [list!("", ""), list!("", " AND organization_id = ?12")];
const LIST_NAMED: [&str; 2] =
    [list!(row_names!(), ""), list!(row_names!(), " AND organization_id = ?12")];

/// Attempts, newest first. How many rows are looked at is bounded by [`horizon`].
///
/// # Errors
/// A database error.
pub fn list(tx: &Tx<'_>, filter: &Filter, page: &Page) -> Result<Vec<Attempt>, StoreError> {
    listed(tx, LIST, (filter, page), read)
}

/// The same, with what those they name are called, in the same statement.
///
/// # Errors
/// A database error.
pub fn list_named(
    tx: &Tx<'_>,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<(Attempt, Names)>, StoreError> {
    listed(tx, LIST_NAMED, (filter, page), |row| Ok((read(row)?, read_names(row)?)))
}

/// `all` lists those of every organization, `of_one` those of one.
fn listed<T>(
    tx: &Tx<'_>,
    [all, of_one]: [&str; 2],
    (filter, page): (&Filter, &Page),
    read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let (from, top, at, last) = range(filter, page);
    let connection = filter.connection.as_ref().map(ConnectionId::as_str);
    let app = filter.app.as_ref().map(AppId::as_str);
    let user = filter.user.as_ref().map(UserId::as_str);
    let (outcome, code, limit) = (&filter.outcome, filter.code.map(Code::as_str), page.limit);
    let test = filter.test;
    if let Some(organization) = &filter.organization {
        let of = organization.as_str();
        let wanted =
            params![from, top, at, last, connection, app, user, outcome, code, limit, test, of];
        return tx.all(of_one, wanted, read);
    }
    let wanted = params![from, top, at, last, connection, app, user, outcome, code, limit, test];
    tx.all(all, wanted, read)
}

const HORIZON: &str = "SELECT created_at FROM attempts WHERE created_at BETWEEN ?1 AND ?2 \
     ORDER BY created_at DESC LIMIT 1 OFFSET ?3";
const HORIZON_OF: &str = "SELECT created_at FROM attempts WHERE created_at BETWEEN ?1 AND ?2 AND organization_id = ?4 \
     ORDER BY created_at DESC LIMIT 1 OFFSET ?3";

/// The moment before which a piece of a list does not look, when that leaves out attempts the
/// filter lets through by organization and time: a piece then looks at [`LOOKED_AT`] of them,
/// or at all of one millisecond if that has more. Reads an index only.
///
/// # Errors
/// A database error.
pub fn horizon(tx: &Tx<'_>, filter: &Filter, page: &Page) -> Result<Option<Millis>, StoreError> {
    if !filter.picks() {
        return Ok(None);
    }
    let (from, top, ..) = range(filter, page);
    let at = |row: &Row<'_>| row.get::<_, i64>(0);
    let moment = |offset: i64| match &filter.organization {
        Some(of) => tx.optional(HORIZON_OF, params![from, top, offset, of.as_str()], at),
        None => tx.optional(HORIZON, params![from, top, offset], at),
    };
    let Some(left) = moment(LOOKED_AT)? else { return Ok(None) };
    // Whatever the newest millisecond holds is looked at whole, so that every piece goes on.
    let newest = moment(0)?.unwrap_or(top);
    Ok(Some(Millis(left.saturating_add(1).min(newest))))
}

/// The earliest and the latest moment wanted, and the moment and identifier of the row before.
fn range(filter: &Filter, page: &Page) -> (i64, i64, i64, String) {
    let (at, last) = match page.after {
        Some(_) => page.position(),
        None => (i64::MAX, String::new()),
    };
    let from = filter.from.map_or(i64::MIN, |from| from.0);
    let until = filter.until.map_or(i64::MAX, |until| until.0.saturating_sub(1));
    // Behind a horizon nothing of its own millisecond is left.
    let top = until.min(if last.is_empty() { at.saturating_sub(1) } else { at });
    (from, top, at, last)
}
