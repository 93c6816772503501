//! Organizations and their mail domains.

use rusqlite::{Row, params};

use super::{Page, StoreError, Tx, tx};
use crate::model::id::OrganizationId;
use crate::model::organization::{LoginPath, Organization};
use crate::model::time::Millis;

/// A mail domain of an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// The domain in lower case.
    pub domain: String,
    /// Whose it is.
    pub organization: OrganizationId,
    /// When it was added.
    pub created_at: Millis,
}

const INSERT: &str = "INSERT INTO organizations
    (id, name, path, home, disabled, created_at, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

/// Adds an organization.
///
/// # Errors
/// `Conflict` when the path is taken or there already is a home organization.
pub fn insert(tx: &Tx<'_>, organization: &Organization) -> Result<(), StoreError> {
    let o = organization;
    let path = o.path.as_ref().map(LoginPath::as_str);
    tx.execute(
        INSERT,
        params![o.id.as_str(), o.name, path, o.home, o.disabled, o.created_at.0, o.version],
    )?;
    Ok(())
}

const FIND: &str = "SELECT id, name, path, home, disabled, created_at, version
    FROM organizations WHERE id = ?1";

/// The organization with this identifier.
///
/// # Errors
/// A database error.
pub fn find(tx: &Tx<'_>, id: &OrganizationId) -> Result<Option<Organization>, StoreError> {
    tx.optional(FIND, [id.as_str()], read)
}

const FIND_BY_PATH: &str = "SELECT id, name, path, home, disabled, created_at, version
    FROM organizations WHERE path = ?1";

/// The organization with this login path.
///
/// # Errors
/// A database error.
pub fn find_by_path(tx: &Tx<'_>, path: &LoginPath) -> Result<Option<Organization>, StoreError> {
    tx.optional(FIND_BY_PATH, [path.as_str()], read)
}

const FIND_BY_DOMAIN: &str =
    "SELECT o.id, o.name, o.path, o.home, o.disabled, o.created_at, o.version
    FROM organization_domains d JOIN organizations o ON o.id = d.organization_id
    WHERE d.domain = ?1";

/// The organization that has this mail domain (lower case).
///
/// # Errors
/// A database error.
pub fn find_by_domain(tx: &Tx<'_>, domain: &str) -> Result<Option<Organization>, StoreError> {
    tx.optional(FIND_BY_DOMAIN, [domain], read)
}

const HOME: &str = "SELECT id, name, path, home, disabled, created_at, version
    FROM organizations WHERE home = 1";

/// The organization whose owners administer the installation; `None` before set-up.
///
/// # Errors
/// A database error.
pub fn home(tx: &Tx<'_>) -> Result<Option<Organization>, StoreError> {
    tx.optional(HOME, [], read)
}

const LIST: &str = "SELECT id, name, path, home, disabled, created_at, version
    FROM organizations WHERE (created_at, id) > (?1, ?2) ORDER BY created_at, id LIMIT ?3";

/// The organizations, oldest first.
///
/// # Errors
/// A database error.
pub fn list(tx: &Tx<'_>, page: &Page) -> Result<Vec<Organization>, StoreError> {
    let (at, after) = page.position();
    tx.all(LIST, params![at, after, page.limit], read)
}

const UPDATE: &str = "UPDATE organizations
    SET name = ?3, path = ?4, disabled = ?5, version = version + 1
    WHERE id = ?1 AND version = ?2";

/// Writes name, path and disabled if the row still has `organization.version`, which then
/// counts one up. Gives whether it did.
///
/// # Errors
/// `Conflict` when the path is taken.
pub fn update(tx: &Tx<'_>, organization: &Organization) -> Result<bool, StoreError> {
    let o = organization;
    let path = o.path.as_ref().map(LoginPath::as_str);
    Ok(tx.execute(UPDATE, params![o.id.as_str(), o.version, o.name, path, o.disabled])? == 1)
}

const DELETE: &str = "DELETE FROM organizations WHERE id = ?1";

/// Removes an organization with its connections, users and sessions. Gives whether it was there.
///
/// # Errors
/// A database error.
pub fn delete(tx: &Tx<'_>, id: &OrganizationId) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, [id.as_str()])? == 1)
}

const DOMAINS: &str = "SELECT domain, organization_id, created_at FROM organization_domains
    WHERE organization_id = ?1 AND (created_at, domain) > (?2, ?3)
    ORDER BY created_at, domain LIMIT ?4";

/// The mail domains of an organization, oldest first.
///
/// # Errors
/// A database error.
pub fn domains(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    page: &Page,
) -> Result<Vec<Domain>, StoreError> {
    let (at, after) = page.position();
    tx.all(DOMAINS, params![organization.as_str(), at, after, page.limit], read_domain)
}

const FIND_DOMAIN: &str =
    "SELECT domain, organization_id, created_at FROM organization_domains WHERE domain = ?1";

/// Whose domain this is (lower case).
///
/// # Errors
/// A database error.
pub fn find_domain(tx: &Tx<'_>, domain: &str) -> Result<Option<Domain>, StoreError> {
    tx.optional(FIND_DOMAIN, [domain], read_domain)
}

const PUT_DOMAIN: &str = "INSERT INTO organization_domains (domain, organization_id, created_at)
    VALUES (?1, ?2, ?3)";

/// Adds a mail domain.
///
/// # Errors
/// `Conflict` when some organization already has it.
pub fn put_domain(tx: &Tx<'_>, domain: &Domain) -> Result<(), StoreError> {
    let d = domain;
    tx.execute(PUT_DOMAIN, params![d.domain, d.organization.as_str(), d.created_at.0])?;
    Ok(())
}

const DELETE_DOMAIN: &str =
    "DELETE FROM organization_domains WHERE organization_id = ?1 AND domain = ?2";

/// Removes a mail domain of this organization. Gives whether it was there.
///
/// # Errors
/// A database error.
pub fn delete_domain(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    domain: &str,
) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE_DOMAIN, [organization.as_str(), domain])? == 1)
}

fn read(row: &Row<'_>) -> Result<Organization, StoreError> {
    let path = row
        .get::<_, Option<String>>("path")?
        .map(|text| {
            LoginPath::try_from(text).map_err(|_| StoreError::Corrupt("a path of an unknown form"))
        })
        .transpose()?;
    Ok(Organization {
        id: tx::id(row, "id")?,
        name: row.get("name")?,
        path,
        disabled: row.get("disabled")?,
        home: row.get("home")?,
        created_at: Millis(row.get("created_at")?),
        version: row.get("version")?,
    })
}

fn read_domain(row: &Row<'_>) -> Result<Domain, StoreError> {
    Ok(Domain {
        domain: row.get("domain")?,
        organization: tx::id(row, "organization_id")?,
        created_at: Millis(row.get("created_at")?),
    })
}
