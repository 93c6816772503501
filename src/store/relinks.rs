//! Questions whether a new subject of a connection is a person who is known.

use rusqlite::params;

use super::tx::{Row, id};
use super::{Page, StoreError, Tx};
use crate::model::attempt::Reference;
use crate::model::id::{ConnectionId, OrganizationId, RelinkId};
use crate::model::relink::{Relink, State};
use crate::model::time::Millis;

/// Adds a question.
///
/// # Errors
/// `Conflict` when there is one about the same subject.
pub fn insert(tx: &Tx<'_>, relink: &Relink) -> Result<(), StoreError> {
    let r = relink;
    tx.execute(
        "INSERT INTO relinks (id, organization_id, connection_id, subject, user_id, email, name, reference, state, created_at, decided_at, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        params![
            r.id.as_str(),
            r.organization.as_str(),
            r.connection.as_str(),
            r.subject,
            r.user.as_str(),
            r.email,
            r.name,
            r.reference.0,
            r.state.as_str(),
            r.created_at.0,
            r.decided_at.map(|at| at.0),
            r.version,
        ],
    )?;
    Ok(())
}

/// The question with this identifier.
///
/// # Errors
/// A database error.
pub fn find(tx: &Tx<'_>, relink: &RelinkId) -> Result<Option<Relink>, StoreError> {
    tx.optional("SELECT * FROM relinks WHERE id = ?1", [relink.as_str()], read)
}

/// The question about a subject of a connection.
///
/// # Errors
/// A database error.
pub fn find_by_subject(
    tx: &Tx<'_>,
    connection: &ConnectionId,
    subject: &str,
) -> Result<Option<Relink>, StoreError> {
    tx.optional(
        "SELECT * FROM relinks WHERE connection_id = ?1 AND subject = ?2",
        [connection.as_str(), subject],
        read,
    )
}

/// The questions of an organization, in one state or in any, oldest first.
///
/// # Errors
/// A database error.
pub fn list(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    state: Option<State>,
    page: &Page,
) -> Result<Vec<Relink>, StoreError> {
    let ((at, last), of, limit) = (page.position(), organization.as_str(), page.limit);
    match state.map(State::as_str) {
        Some(state) => tx.all(
            "SELECT * FROM relinks WHERE organization_id = ?1 AND state = ?5 AND (created_at, id) > (?2, ?3) ORDER BY created_at, id LIMIT ?4",
            params![of, at, last, limit, state],
            read,
        ),
        None => tx.all(
            "SELECT * FROM relinks WHERE organization_id = ?1 AND (created_at, id) > (?2, ?3) ORDER BY created_at, id LIMIT ?4",
            params![of, at, last, limit],
            read,
        ),
    }
}

/// How many questions of an organization wait.
///
/// # Errors
/// A database error.
pub fn count_pending(tx: &Tx<'_>, organization: &OrganizationId) -> Result<i64, StoreError> {
    tx.one(
        "SELECT COUNT(*) AS pending FROM relinks WHERE organization_id = ?1 AND state = 'pending'",
        [organization.as_str()],
        |row| row.get("pending"),
    )
}

/// Keeps an answer if the row still has `relink.version`, which then counts one up. Gives
/// whether it did.
///
/// # Errors
/// A database error.
pub fn update(tx: &Tx<'_>, relink: &Relink) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE relinks SET state = ?3, decided_at = ?4, version = version + 1 WHERE id = ?1 AND version = ?2",
        params![
            relink.id.as_str(),
            relink.version,
            relink.state.as_str(),
            relink.decided_at.map(|at| at.0),
        ],
    )?;
    Ok(changed == 1)
}

/// Forgets a question. Gives whether it was there.
///
/// # Errors
/// A database error.
pub fn delete(tx: &Tx<'_>, relink: &RelinkId) -> Result<bool, StoreError> {
    Ok(tx.execute("DELETE FROM relinks WHERE id = ?1", [relink.as_str()])? == 1)
}

/// Removes all questions about people of a connection, answered or not.
///
/// # Errors
/// A database error.
pub fn delete_of_connection(tx: &Tx<'_>, connection: &ConnectionId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM relinks WHERE connection_id = ?1", [connection.as_str()])?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Relink, StoreError> {
    let state: String = row.get("state")?;
    Ok(Relink {
        id: id(row, "id")?,
        organization: id(row, "organization_id")?,
        connection: id(row, "connection_id")?,
        subject: row.get("subject")?,
        user: id(row, "user_id")?,
        email: row.get("email")?,
        name: row.get("name")?,
        reference: Reference(row.get("reference")?),
        state: State::read(&state).ok_or(StoreError::Corrupt("a state of an unknown name"))?,
        created_at: Millis(row.get("created_at")?),
        decided_at: row.get::<_, Option<i64>>("decided_at")?.map(Millis),
        version: row.get("version")?,
    })
}
