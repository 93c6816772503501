//! The audit trail: rows are added and read, never changed.

use rusqlite::params;

use super::tx::Row;
use super::{Page, StoreError, Tx, tx};
use crate::model::audit::AuditEvent;
use crate::model::id::OrganizationId;
use crate::model::time::Millis;

const APPEND: &str = "INSERT INTO audit_events
    (id, at, actor, organization_id, action, subject, before_data, after_data)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

/// Adds a row.
///
/// # Errors
/// A database error.
pub fn append(tx: &Tx<'_>, event: &AuditEvent) -> Result<(), StoreError> {
    let e = event;
    tx.execute(
        APPEND,
        params![
            e.id.as_str(),
            e.at.0,
            tx::to_json(&e.actor)?,
            e.organization.as_ref().map(OrganizationId::as_str),
            e.action,
            e.subject,
            e.before.as_ref().map(ToString::to_string),
            e.after.as_ref().map(ToString::to_string)
        ],
    )?;
    Ok(())
}

/// Which rows to list; `None` = any.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// About this organization.
    pub organization: Option<OrganizationId>,
    /// Of this action, exactly.
    pub action: Option<String>,
    /// Done by whoever has this identifier, or is of this kind: nothing that means something in
    /// a pattern.
    pub actor: Option<String>,
    /// Done to the thing with this identifier.
    pub subject: Option<String>,
    /// At this moment or later.
    pub from: Option<Millis>,
    /// Before this moment.
    pub until: Option<Millis>,
}

impl Filter {
    /// Whether a row of the right organization and time may still be none of those wanted.
    const fn picks(&self) -> bool {
        self.action.is_some() || self.actor.is_some() || self.subject.is_some()
    }

    fn from(&self) -> i64 {
        self.from.map_or(i64::MIN, |from| from.0)
    }

    fn until(&self) -> i64 {
        self.until.map_or(i64::MAX, |until| until.0)
    }
}

/// Rows one piece of a list looks at, at most. A filter may match none of all that are kept.
pub const LOOKED_AT: i64 = 20_000;

// The organization and the time are what the indexes hold; the rest is looked for in the rows.
const LIST: &str = "SELECT id, at, actor, organization_id, action, subject, before_data,
    after_data FROM audit_events
    WHERE at >= ?4 AND at < ?5 AND (at, id) < (?1, ?2)
    AND (?6 IS NULL OR action = ?6) AND (?7 IS NULL OR actor LIKE ?7)
    AND (?8 IS NULL OR subject = ?8)
    ORDER BY at DESC, id DESC LIMIT ?3";
const LIST_OF: &str = "SELECT id, at, actor, organization_id, action, subject, before_data,
    after_data FROM audit_events
    WHERE organization_id = ?9 AND at >= ?4 AND at < ?5 AND (at, id) < (?1, ?2)
    AND (?6 IS NULL OR action = ?6) AND (?7 IS NULL OR actor LIKE ?7)
    AND (?8 IS NULL OR subject = ?8)
    ORDER BY at DESC, id DESC LIMIT ?3";

/// The rows about one organization, or all of them, newest first.
///
/// # Errors
/// A database error.
pub fn list(
    tx: &Tx<'_>,
    organization: Option<&OrganizationId>,
    page: &Page,
) -> Result<Vec<AuditEvent>, StoreError> {
    search(tx, &Filter { organization: organization.cloned(), ..Filter::default() }, page)
}

/// The rows wanted, newest first. How many are looked at is bounded by [`horizon`].
///
/// # Errors
/// A database error.
pub fn search(tx: &Tx<'_>, filter: &Filter, page: &Page) -> Result<Vec<AuditEvent>, StoreError> {
    let ((at, after), until) = (page.position_from_end(), filter.until());
    let (from, action, subject) = (filter.from(), &filter.action, &filter.subject);
    let actor = filter.actor.as_ref().map(|id| format!("%\"{id}\"%"));
    match &filter.organization {
        Some(of) => tx.all(
            LIST_OF,
            params![at, after, page.limit, from, until, action, actor, subject, of.as_str()],
            read,
        ),
        None => {
            tx.all(LIST, params![at, after, page.limit, from, until, action, actor, subject], read)
        }
    }
}

const HORIZON: &str = "SELECT at FROM audit_events WHERE at >= ?1 AND at < ?2
    ORDER BY at DESC LIMIT 1 OFFSET ?3";
const HORIZON_OF: &str = "SELECT at FROM audit_events
    WHERE organization_id = ?4 AND at >= ?1 AND at < ?2 ORDER BY at DESC LIMIT 1 OFFSET ?3";

/// The moment before which a piece of a list does not look, when that leaves out rows the filter
/// lets through by organization and time: a piece then looks at [`LOOKED_AT`] of them, or at all
/// of one millisecond if that has more. Reads an index only.
///
/// # Errors
/// A database error.
pub fn horizon(tx: &Tx<'_>, filter: &Filter, page: &Page) -> Result<Option<Millis>, StoreError> {
    if !filter.picks() {
        return Ok(None);
    }
    let (at, after) = page.position();
    let before = match (&page.after, after.is_empty()) {
        (None, _) => filter.until(),
        (Some(_), true) => filter.until().min(at),
        (Some(_), false) => filter.until().min(at.saturating_add(1)),
    };
    let from = filter.from();
    let moment = |offset: i64| match &filter.organization {
        Some(of) => {
            tx.optional(HORIZON_OF, params![from, before, offset, of.as_str()], |row| row.get(0))
        }
        None => tx.optional(HORIZON, params![from, before, offset], |row| row.get::<_, i64>(0)),
    };
    let Some(left) = moment(LOOKED_AT)? else { return Ok(None) };
    // Whatever the newest millisecond holds is looked at whole, so that every piece goes on.
    let newest = moment(0)?.unwrap_or(before);
    Ok(Some(Millis(left.saturating_add(1).min(newest))))
}

fn read(row: &Row<'_>) -> Result<AuditEvent, StoreError> {
    Ok(AuditEvent {
        id: tx::id(row, "id")?,
        at: Millis(row.get("at")?),
        actor: tx::json(row, "actor")?,
        organization: tx::optional_id(row, "organization_id")?,
        action: row.get("action")?,
        subject: row.get("subject")?,
        before: optional_json(row, "before_data")?,
        after: optional_json(row, "after_data")?,
    })
}

fn optional_json(row: &Row<'_>, column: &str) -> Result<Option<serde_json::Value>, StoreError> {
    row.get::<_, Option<String>>(column)?
        .map(|text| {
            serde_json::from_str(&text).map_err(|_| StoreError::Corrupt("JSON of an unknown form"))
        })
        .transpose()
}
