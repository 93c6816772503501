//! Connections and their revisions.

use rusqlite::params;

use super::shelf::Kind;
use super::tx::Row;
use super::{Page, StoreError, Tx, page, tx};
use crate::model::connection::{Connection, ConnectionConfig, Protocol, Revision};
use crate::model::id::{ConnectionId, OrganizationId, RevisionId};
use crate::model::time::Millis;

/// A revision and when people began to sign in through it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRevision {
    /// The revision.
    pub revision: Revision,
    /// When it went live, last; `None` for one that never did.
    pub went_live_at: Option<Millis>,
    /// When a test sign-in through it passed, last.
    pub tested_at: Option<Millis>,
    /// When one that an owner of the organization ran passed, last.
    pub owner_tested_at: Option<Millis>,
}

const INSERT: &str = "INSERT INTO connections
    (id, organization_id, name, protocol, disabled, live_revision_id, draft_revision_id,
     previous_revision_id, settings, created_at, version)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";

/// Adds a connection.
///
/// # Errors
/// `Conflict` when the organization does not exist.
pub fn insert(tx: &Tx<'_>, connection: &Connection) -> Result<(), StoreError> {
    let c = connection;
    tx.execute(
        INSERT,
        params![
            c.id.as_str(),
            c.organization.as_str(),
            c.name,
            protocol_name(c.protocol),
            c.disabled,
            c.live.as_ref().map(RevisionId::as_str),
            c.draft.as_ref().map(RevisionId::as_str),
            c.previous.as_ref().map(RevisionId::as_str),
            tx::to_json(&c.settings)?,
            c.created_at.0,
            c.version
        ],
    )?;
    Ok(())
}

const FIND: &str = "SELECT id, organization_id, name, protocol, disabled, live_revision_id,
    draft_revision_id, previous_revision_id, settings, capture_until, created_at, version FROM connections WHERE id = ?1";

/// The connection with this identifier.
///
/// # Errors
/// A database error.
pub fn find(tx: &Tx<'_>, id: &ConnectionId) -> Result<Option<Connection>, StoreError> {
    tx.shelved(Kind::Connection, id.as_str(), || tx.optional(FIND, [id.as_str()], read))
}

/// Connections of one organization looked at when a person is routed.
const MOST_PER_ORGANIZATION: i64 = 100;

const FIND_LIVE: &str = "SELECT id, organization_id, name, protocol, disabled, live_revision_id,
    draft_revision_id, previous_revision_id, settings, capture_until, created_at, version FROM connections
    WHERE organization_id = ?1 AND disabled = 0 AND live_revision_id IS NOT NULL
    ORDER BY created_at, id LIMIT ?2";

/// The connections of an organization that people can sign in through, oldest first.
///
/// # Errors
/// A database error.
pub fn find_live_of_organization(
    tx: &Tx<'_>,
    organization: &OrganizationId,
) -> Result<Vec<Connection>, StoreError> {
    let of = organization.as_str();
    let read = || tx.all(FIND_LIVE, params![of, MOST_PER_ORGANIZATION], read).map(Some);
    Ok(tx.shelved(Kind::Ways, of, read)?.unwrap_or_default())
}

const FIND_LIVE_BY_ISSUER: &str = "SELECT c.* FROM revisions r
    JOIN connections c ON c.live_revision_id = r.id
    WHERE r.oidc_issuer = ?1 AND c.disabled = 0 ORDER BY c.created_at, c.id LIMIT ?2";

/// The OpenID Connect connections that people can sign in through at this issuer, oldest first.
/// Several organizations may have the same one.
///
/// # Errors
/// A database error.
pub fn find_live_by_issuer(tx: &Tx<'_>, issuer: &str) -> Result<Vec<Connection>, StoreError> {
    tx.all(FIND_LIVE_BY_ISSUER, params![issuer, MOST_PER_ORGANIZATION], read)
}

/// The column `oidc_issuer` of a revision with this configuration.
fn oidc_issuer(config: &ConnectionConfig) -> Option<&str> {
    match config {
        ConnectionConfig::Oidc(config) if !config.issuer.is_empty() => Some(&config.issuer),
        ConnectionConfig::Oidc(_) | ConnectionConfig::Saml(_) => None,
    }
}

const LIST: &str = "SELECT id, organization_id, name, protocol, disabled, live_revision_id,
    draft_revision_id, previous_revision_id, settings, capture_until, created_at, version FROM connections
    WHERE (created_at, id) > (?1, ?2) ORDER BY created_at, id LIMIT ?3";
const LIST_OF: &str = "SELECT id, organization_id, name, protocol, disabled, live_revision_id,
    draft_revision_id, previous_revision_id, settings, capture_until, created_at, version FROM connections
    WHERE organization_id = ?4 AND (created_at, id) > (?1, ?2) ORDER BY created_at, id LIMIT ?3";

/// The connections of one organization, or of all, oldest first.
///
/// # Errors
/// A database error.
pub fn list(
    tx: &Tx<'_>,
    organization: Option<&OrganizationId>,
    page: &Page,
) -> Result<Vec<Connection>, StoreError> {
    let (at, after) = page.position();
    match organization.map(OrganizationId::as_str) {
        Some(of) => tx.all(LIST_OF, params![at, after, page.limit, of], read),
        None => tx.all(LIST, params![at, after, page.limit], read),
    }
}

const SEARCH: &str = "SELECT id, organization_id, name, protocol, disabled, live_revision_id,
    draft_revision_id, previous_revision_id, settings, capture_until, created_at, version FROM connections
    WHERE (created_at, id) > (?1, ?2) AND (lower(name) LIKE ?4 ESCAPE '!' OR name LIKE ?4 ESCAPE '!')
    ORDER BY created_at, id LIMIT ?3";
const SEARCH_OF: &str = "SELECT id, organization_id, name, protocol, disabled, live_revision_id,
    draft_revision_id, previous_revision_id, settings, capture_until, created_at, version FROM connections
    WHERE organization_id = ?5 AND (created_at, id) > (?1, ?2)
    AND (lower(name) LIKE ?4 ESCAPE '!' OR name LIKE ?4 ESCAPE '!')
    ORDER BY created_at, id LIMIT ?3";

/// Those of them with `text` in their name. Capitals do not count in the letters a to z.
///
/// # Errors
/// A database error.
pub fn search(
    tx: &Tx<'_>,
    organization: Option<&OrganizationId>,
    text: &str,
    page: &Page,
) -> Result<Vec<Connection>, StoreError> {
    let (at, after) = page.position();
    let wanted = page::containing(text);
    match organization.map(OrganizationId::as_str) {
        Some(of) => tx.all(SEARCH_OF, params![at, after, page.limit, wanted, of], read),
        None => tx.all(SEARCH, params![at, after, page.limit, wanted], read),
    }
}

const UPDATE: &str = "UPDATE connections
    SET name = ?3, disabled = ?4, settings = ?5, version = version + 1
    WHERE id = ?1 AND version = ?2";

/// Writes name, disabled and settings if the row still has `connection.version`, which then counts
/// one up. Gives whether it did.
///
/// # Errors
/// A database error.
pub fn update(tx: &Tx<'_>, connection: &Connection) -> Result<bool, StoreError> {
    let c = connection;
    let settings = tx::to_json(&c.settings)?;
    let values = params![c.id.as_str(), c.version, c.name, c.disabled, settings];
    Ok(tx.execute(UPDATE, values)? == 1)
}

const SET_CAPTURE: &str = "UPDATE connections SET capture_until = ?2 WHERE id = ?1";

/// Keeps answers whole until then, or no longer. Not an edit: the version stays.
///
/// # Errors
/// A database error.
pub fn set_capture(
    tx: &Tx<'_>,
    id: &ConnectionId,
    until: Option<Millis>,
) -> Result<(), StoreError> {
    tx.execute(SET_CAPTURE, params![id.as_str(), until.map(|until| until.0)]).map(drop)
}

const DELETE: &str = "DELETE FROM connections WHERE id = ?1";

/// Removes a connection with its revisions and the identities known through it. Gives
/// whether it was there.
///
/// # Errors
/// A database error.
pub fn delete(tx: &Tx<'_>, id: &ConnectionId) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, [id.as_str()])? == 1)
}

const SET_DRAFT: &str =
    "UPDATE connections SET draft_revision_id = ?2, version = version + 1 WHERE id = ?1";

/// Names the revision being prepared, or none.
///
/// # Errors
/// A database error.
pub fn set_draft(
    tx: &Tx<'_>,
    id: &ConnectionId,
    draft: Option<&RevisionId>,
) -> Result<(), StoreError> {
    tx.execute(SET_DRAFT, params![id.as_str(), draft.map(RevisionId::as_str)])?;
    Ok(())
}

// What was live before stays at hand.
const SET_LIVE: &str = "UPDATE connections
    SET previous_revision_id = live_revision_id, live_revision_id = ?2, draft_revision_id = NULL,
        version = version + 1 WHERE id = ?1";
const WENT_LIVE: &str =
    "UPDATE revisions SET went_live_at = ?3 WHERE id = ?1 AND connection_id = ?2";

/// Makes the revision the one people sign in through; no draft is left.
///
/// # Errors
/// `Corrupt` when the revision is not one of this connection's.
pub fn set_live(
    tx: &Tx<'_>,
    id: &ConnectionId,
    live: &RevisionId,
    now: Millis,
) -> Result<(), StoreError> {
    if tx.execute(WENT_LIVE, params![live.as_str(), id.as_str(), now.0])? != 1 {
        return Err(StoreError::Corrupt("a revision of another connection"));
    }
    tx.execute(SET_LIVE, [id.as_str(), live.as_str()])?;
    Ok(())
}

const GO_BACK: &str = "UPDATE connections
    SET previous_revision_id = live_revision_id, live_revision_id = ?2, version = version + 1
    WHERE id = ?1 AND previous_revision_id = ?2";

/// Makes the revision that was live before the one people sign in through, and the one that was
/// live the one before. The draft stays.
///
/// # Errors
/// `Corrupt` when the revision is not the one that was live before.
pub fn go_back(
    tx: &Tx<'_>,
    id: &ConnectionId,
    previous: &RevisionId,
    now: Millis,
) -> Result<(), StoreError> {
    let live = tx.execute(WENT_LIVE, params![previous.as_str(), id.as_str(), now.0])?;
    let changed = tx.execute(GO_BACK, [id.as_str(), previous.as_str()])?;
    if (live, changed) != (1, 1) {
        return Err(StoreError::Corrupt("a revision that was not live before"));
    }
    Ok(())
}

const TESTED: &str = "UPDATE revisions SET tested_at = ?3,
    owner_tested_at = CASE WHEN ?4 = 1 THEN ?3 ELSE owner_tested_at END
    WHERE id = ?1 AND connection_id = ?2";

/// Notes that a test sign-in through the revision passed; `by_owner` when an owner of the
/// organization ran it. Not an edit: the connection's version stays.
///
/// # Errors
/// `Corrupt` when the revision is not one of this connection's.
pub fn tested(
    tx: &Tx<'_>,
    id: &ConnectionId,
    revision: &RevisionId,
    now: Millis,
    by_owner: bool,
) -> Result<(), StoreError> {
    let params = params![revision.as_str(), id.as_str(), now.0, i64::from(by_owner)];
    if tx.execute(TESTED, params)? != 1 {
        return Err(StoreError::Corrupt("a revision of another connection"));
    }
    Ok(())
}

const INSERT_REVISION: &str =
    "INSERT INTO revisions (id, connection_id, config, created_at, oidc_issuer)
     VALUES (?1, ?2, ?3, ?4, ?5)";

/// Adds a revision.
///
/// # Errors
/// `Conflict` when the connection does not exist.
pub fn insert_revision(tx: &Tx<'_>, revision: &Revision) -> Result<(), StoreError> {
    let r = revision;
    let config = tx::to_json(&r.config)?;
    tx.execute(
        INSERT_REVISION,
        params![
            r.id.as_str(),
            r.connection.as_str(),
            config,
            r.created_at.0,
            oidc_issuer(&r.config)
        ],
    )?;
    Ok(())
}

const REVISION: &str = "SELECT id, connection_id, config, created_at, went_live_at, tested_at,
    owner_tested_at FROM revisions WHERE id = ?1";

/// The revision with this identifier.
///
/// # Errors
/// A database error.
pub fn revision(tx: &Tx<'_>, id: &RevisionId) -> Result<Option<Revision>, StoreError> {
    Ok(kept_revision(tx, id)?.map(|kept| kept.revision))
}

/// The revision with this identifier, and what became of it.
///
/// # Errors
/// A database error.
pub fn kept_revision(tx: &Tx<'_>, id: &RevisionId) -> Result<Option<KeptRevision>, StoreError> {
    tx.optional(REVISION, [id.as_str()], read_revision)
}

const REVISIONS: &str = "SELECT id, connection_id, config, created_at, went_live_at, tested_at,
    owner_tested_at FROM revisions
    WHERE connection_id = ?4 AND (created_at, id) < (?1, ?2)
    ORDER BY created_at DESC, id DESC LIMIT ?3";

/// The revisions of a connection, newest first.
///
/// # Errors
/// A database error.
pub fn revisions(
    tx: &Tx<'_>,
    connection: &ConnectionId,
    page: &Page,
) -> Result<Vec<KeptRevision>, StoreError> {
    let (at, after) = page.position_from_end();
    tx.all(REVISIONS, params![at, after, page.limit, connection.as_str()], read_revision)
}

const DELETE_REVISION: &str = "DELETE FROM revisions WHERE id = ?1 AND went_live_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM connections c WHERE c.id = revisions.connection_id
        AND revisions.id IN (c.live_revision_id, c.previous_revision_id, c.draft_revision_id))";

/// Removes a revision that never was live and is of no use to its connection. Gives whether it
/// did.
///
/// # Errors
/// A database error.
pub fn delete_unused_revision(tx: &Tx<'_>, id: &RevisionId) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE_REVISION, [id.as_str()])? == 1)
}

const fn protocol_name(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Saml => "saml",
        Protocol::Oidc => "oidc",
    }
}

fn read(row: &Row<'_>) -> Result<Connection, StoreError> {
    let protocol = match row.get::<_, String>("protocol")?.as_str() {
        "saml" => Protocol::Saml,
        "oidc" => Protocol::Oidc,
        _ => return Err(StoreError::Corrupt("a protocol of an unknown name")),
    };
    Ok(Connection {
        id: tx::id(row, "id")?,
        organization: tx::id(row, "organization_id")?,
        name: row.get("name")?,
        protocol,
        disabled: row.get("disabled")?,
        live: tx::optional_id(row, "live_revision_id")?,
        draft: tx::optional_id(row, "draft_revision_id")?,
        previous: tx::optional_id(row, "previous_revision_id")?,
        settings: tx::json(row, "settings")?,
        capture_until: row.get::<_, Option<i64>>("capture_until")?.map(Millis),
        created_at: Millis(row.get("created_at")?),
        version: row.get("version")?,
    })
}

fn read_revision(row: &Row<'_>) -> Result<KeptRevision, StoreError> {
    Ok(KeptRevision {
        revision: Revision {
            id: tx::id(row, "id")?,
            connection: tx::id(row, "connection_id")?,
            config: tx::json(row, "config")?,
            created_at: Millis(row.get("created_at")?),
        },
        went_live_at: row.get::<_, Option<i64>>("went_live_at")?.map(Millis),
        tested_at: row.get::<_, Option<i64>>("tested_at")?.map(Millis),
        owner_tested_at: row.get::<_, Option<i64>>("owner_tested_at")?.map(Millis),
    })
}
