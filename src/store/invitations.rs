//! Invitations, and the browsers that opened one.

use rusqlite::params;

use super::tx::{Row, id, optional_id};
use super::{Page, StoreError, Tx};
use crate::model::id::{InvitationId, OrganizationId, UserId};
use crate::model::invitation::Invitation;
use crate::model::secret::Digest;
use crate::model::time::Millis;

/// Browsers remembered per invitation; the one that opened it first goes first.
const OPENINGS: i64 = 20;
/// Invitations opened in one browser that are looked at.
const MOST_OF_BROWSER: i64 = 20;

/// Adds an invitation behind the link with this digest.
///
/// # Errors
/// `Conflict` when its organization or connection does not exist.
pub fn insert(tx: &Tx<'_>, digest: &Digest, invitation: &Invitation) -> Result<(), StoreError> {
    let i = invitation;
    tx.execute(
        "INSERT INTO invitations (id, digest, organization_id, email, connection_id, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            i.id.as_str(),
            digest.as_bytes(),
            i.organization.as_str(),
            i.email,
            i.connection.as_ref().map(|connection| connection.as_str()),
            i.created_at.0,
            i.expires_at.0,
        ],
    )?;
    Ok(())
}

/// The invitation with this identifier.
///
/// # Errors
/// A database error.
pub fn find(tx: &Tx<'_>, invitation: &InvitationId) -> Result<Option<Invitation>, StoreError> {
    tx.optional("SELECT * FROM invitations WHERE id = ?1", [invitation.as_str()], read)
}

/// The invitation behind a link.
///
/// # Errors
/// A database error.
pub fn find_by_link(tx: &Tx<'_>, digest: &Digest) -> Result<Option<Invitation>, StoreError> {
    tx.optional("SELECT * FROM invitations WHERE digest = ?1", [digest.as_bytes()], read)
}

/// The invitations of an organization, oldest first.
///
/// # Errors
/// A database error.
pub fn list(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    page: &Page,
) -> Result<Vec<Invitation>, StoreError> {
    let (at, last) = page.position();
    tx.all(
        "SELECT * FROM invitations WHERE organization_id = ?1 AND (created_at, id) > (?2, ?3) ORDER BY created_at, id LIMIT ?4",
        params![organization.as_str(), at, last, page.limit],
        read,
    )
}

/// How many invitations of an organization can be used.
///
/// # Errors
/// A database error.
pub fn count_open(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    now: Millis,
) -> Result<i64, StoreError> {
    tx.one(
        "SELECT COUNT(*) AS open FROM invitations WHERE organization_id = ?1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > ?2",
        params![organization.as_str(), now.0],
        |row| row.get("open"),
    )
}

/// Takes an invitation back; `false` when it was used or taken back before.
///
/// # Errors
/// A database error.
pub fn revoke(tx: &Tx<'_>, invitation: &InvitationId, now: Millis) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE invitations SET revoked_at = ?2 WHERE id = ?1 AND used_at IS NULL AND revoked_at IS NULL",
        params![invitation.as_str(), now.0],
    )?;
    Ok(changed == 1)
}

/// Uses an invitation up; `false` when it cannot be used, or not again.
///
/// # Errors
/// A database error.
pub fn use_up(
    tx: &Tx<'_>,
    invitation: &InvitationId,
    user: &UserId,
    now: Millis,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE invitations SET used_at = ?3, user_id = ?2 WHERE id = ?1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > ?3",
        params![invitation.as_str(), user.as_str(), now.0],
    )?;
    Ok(changed == 1)
}

/// Remembers that a browser opened an invitation.
///
/// # Errors
/// A database error.
pub fn opened_in(
    tx: &Tx<'_>,
    invitation: &InvitationId,
    browser: &Digest,
    now: Millis,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO invitation_openings (browser, invitation_id, opened_at) VALUES (?1, ?2, ?3) ON CONFLICT (browser, invitation_id) DO UPDATE SET opened_at = excluded.opened_at",
        params![browser.as_bytes(), invitation.as_str(), now.0],
    )?;
    tx.execute(
        "DELETE FROM invitation_openings WHERE invitation_id = ?1 AND browser NOT IN (SELECT browser FROM invitation_openings WHERE invitation_id = ?1 ORDER BY opened_at DESC LIMIT ?2)",
        params![invitation.as_str(), OPENINGS],
    )?;
    Ok(())
}

/// The invitations of an organization that a browser opened and that can be used, the last
/// one first.
///
/// # Errors
/// A database error.
pub fn open_of_browser(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    browser: &Digest,
    now: Millis,
) -> Result<Vec<Invitation>, StoreError> {
    tx.all(
        "SELECT invitations.* FROM invitation_openings JOIN invitations ON invitations.id = invitation_openings.invitation_id WHERE invitation_openings.browser = ?1 AND invitations.organization_id = ?2 AND invitations.used_at IS NULL AND invitations.revoked_at IS NULL AND invitations.expires_at > ?3 ORDER BY invitation_openings.opened_at DESC LIMIT ?4",
        params![browser.as_bytes(), organization.as_str(), now.0, MOST_OF_BROWSER],
        read,
    )
}

fn read(row: &Row<'_>) -> Result<Invitation, StoreError> {
    let moment = |column: &str| row.get::<_, Option<i64>>(column).map(|at| at.map(Millis));
    Ok(Invitation {
        id: id(row, "id")?,
        organization: id(row, "organization_id")?,
        email: row.get("email")?,
        connection: optional_id(row, "connection_id")?,
        created_at: Millis(row.get("created_at")?),
        expires_at: Millis(row.get("expires_at")?),
        revoked_at: moment("revoked_at")?,
        used_at: moment("used_at")?,
        user: optional_id(row, "user_id")?,
    })
}
