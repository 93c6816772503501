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

const LIST: &str = "SELECT id, at, actor, organization_id, action, subject, before_data,
    after_data FROM audit_events
    WHERE (at, id) < (?1, ?2) ORDER BY at DESC, id DESC LIMIT ?3";
const LIST_OF: &str = "SELECT id, at, actor, organization_id, action, subject, before_data,
    after_data FROM audit_events
    WHERE organization_id = ?4 AND (at, id) < (?1, ?2) ORDER BY at DESC, id DESC LIMIT ?3";

/// The rows about one organization, or all of them, newest first.
///
/// # Errors
/// A database error.
pub fn list(
    tx: &Tx<'_>,
    organization: Option<&OrganizationId>,
    page: &Page,
) -> Result<Vec<AuditEvent>, StoreError> {
    let (at, after) = page.position_from_end();
    match organization.map(OrganizationId::as_str) {
        Some(of) => tx.all(LIST_OF, params![at, after, page.limit, of], read),
        None => tx.all(LIST, params![at, after, page.limit], read),
    }
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
