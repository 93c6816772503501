//! Organizations.

use rusqlite::params;

use super::shelf::Kind;
use super::tx::Row;
use super::{Page, StoreError, Tx, page, tx};
use crate::model::domain::standing::OutsideDomains;
use crate::model::id::OrganizationId;
use crate::model::organization::{LoginPath, Organization, OrganizationSettings};
use crate::model::time::Millis;

const INSERT: &str = "INSERT INTO organizations
    (id, name, path, home, disabled, outside_domains, settings, created_at, version)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";

/// Adds an organization.
///
/// # Errors
/// `Conflict` when the path is taken or there already is a home organization.
pub fn insert(tx: &Tx<'_>, organization: &Organization) -> Result<(), StoreError> {
    let o = organization;
    let path = o.path.as_ref().map(LoginPath::as_str);
    tx.execute(
        INSERT,
        params![
            o.id.as_str(),
            o.name,
            path,
            o.home,
            o.disabled,
            o.outside_domains.as_str(),
            tx::to_json(&o.settings)?,
            o.created_at.0,
            o.version
        ],
    )?;
    Ok(())
}

const FIND: &str = "SELECT id, name, path, home, disabled, outside_domains, settings, created_at,
    version
    FROM organizations WHERE id = ?1";

/// The organization with this identifier.
///
/// # Errors
/// A database error.
pub fn find(tx: &Tx<'_>, id: &OrganizationId) -> Result<Option<Organization>, StoreError> {
    tx.shelved(Kind::Organization, id.as_str(), || tx.optional(FIND, [id.as_str()], read))
}

const FIND_BY_PATH: &str =
    "SELECT id, name, path, home, disabled, outside_domains, settings, created_at,
    version
    FROM organizations WHERE path = ?1";

/// The organization with this login path.
///
/// # Errors
/// A database error.
pub fn find_by_path(tx: &Tx<'_>, path: &LoginPath) -> Result<Option<Organization>, StoreError> {
    tx.optional(FIND_BY_PATH, [path.as_str()], read)
}

/// The organization with this identifier or login path. The identifier comes first: an
/// organization chooses its path, and could choose the identifier of another one.
///
/// # Errors
/// A database error.
pub fn named(tx: &Tx<'_>, text: &str) -> Result<Option<Organization>, StoreError> {
    tx.shelved(Kind::Named, text, || {
        if let Ok(id) = OrganizationId::try_from(text)
            && let Some(organization) = find(tx, &id)?
        {
            return Ok(Some(organization));
        }
        match LoginPath::try_from(text.to_owned()) {
            Ok(path) => find_by_path(tx, &path),
            Err(_) => Ok(None),
        }
    })
}

const HOME: &str = "SELECT id, name, path, home, disabled, outside_domains, settings, created_at,
    version
    FROM organizations WHERE home = 1";

/// The organization whose owners administer the installation; `None` before set-up.
///
/// # Errors
/// A database error.
pub fn home(tx: &Tx<'_>) -> Result<Option<Organization>, StoreError> {
    tx.optional(HOME, [], read)
}

const LIST: &str = "SELECT id, name, path, home, disabled, outside_domains, settings, created_at,
    version
    FROM organizations WHERE (created_at, id) > (?1, ?2) ORDER BY created_at, id LIMIT ?3";

/// The organizations, oldest first.
///
/// # Errors
/// A database error.
pub fn list(tx: &Tx<'_>, page: &Page) -> Result<Vec<Organization>, StoreError> {
    let (at, after) = page.position();
    tx.all(LIST, params![at, after, page.limit], read)
}

/// The organization that is the only one; `None` where there are several, or none.
///
/// # Errors
/// A database error.
pub fn only(tx: &Tx<'_>) -> Result<Option<Organization>, StoreError> {
    let mut passing = None;
    let lasting = tx.shelved(Kind::Only, "", || {
        let mut first = list(tx, &Page::first(2))?;
        let several = first.len() > 1;
        let only = first.pop().filter(|_| !several);
        // A command beside the server adds the home organization and no other
        // (`Standing::Beside`): what that would change is not kept.
        if several || only.as_ref().is_some_and(|only| only.home) {
            return Ok(Some(only));
        }
        passing = only;
        Ok(None)
    })?;
    Ok(lasting.unwrap_or(passing))
}

const SEARCH: &str = "SELECT id, name, path, home, disabled, outside_domains, settings, created_at,
    version
    FROM organizations WHERE (created_at, id) > (?1, ?2) AND (lower(name) LIKE ?4 ESCAPE '!'
    OR name LIKE ?4 ESCAPE '!' OR path LIKE ?4 ESCAPE '!' OR id IN (SELECT organization_id
    FROM organization_domains WHERE domain LIKE ?4 ESCAPE '!'))
    ORDER BY created_at, id LIMIT ?3";

/// The organizations with `text` in their name, login path or one of their domains, oldest
/// first. Capitals do not count in the letters a to z.
///
/// # Errors
/// A database error.
pub fn search(tx: &Tx<'_>, text: &str, page: &Page) -> Result<Vec<Organization>, StoreError> {
    let (at, after) = page.position();
    tx.all(SEARCH, params![at, after, page.limit, page::containing(text)], read)
}

const UPDATE: &str = "UPDATE organizations
    SET name = ?3, path = ?4, disabled = ?5, outside_domains = ?6, settings = ?7, version = version + 1
    WHERE id = ?1 AND version = ?2";

/// Writes name, path and settings if the row still has `organization.version`, which then
/// counts one up. Gives whether it did.
///
/// # Errors
/// `Conflict` when the path is taken.
pub fn update(tx: &Tx<'_>, organization: &Organization) -> Result<bool, StoreError> {
    let o = organization;
    let path = o.path.as_ref().map(LoginPath::as_str);
    let outside = o.outside_domains.as_str();
    let settings = tx::to_json(&o.settings)?;
    let values = params![o.id.as_str(), o.version, o.name, path, o.disabled, outside, settings];
    Ok(tx.execute(UPDATE, values)? == 1)
}

const SET_SETTINGS: &str = "UPDATE organizations SET settings = ?2 WHERE id = ?1";

/// Writes the settings only. Not an edit: the version stays.
///
/// # Errors
/// A database error.
pub fn set_settings(
    tx: &Tx<'_>,
    id: &OrganizationId,
    settings: &OrganizationSettings,
) -> Result<(), StoreError> {
    tx.execute(SET_SETTINGS, params![id.as_str(), tx::to_json(settings)?]).map(drop)
}

const DELETE: &str = "DELETE FROM organizations WHERE id = ?1";

/// Removes an organization with its connections, users and sessions. Gives whether it was there.
///
/// # Errors
/// A database error.
pub fn delete(tx: &Tx<'_>, id: &OrganizationId) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, [id.as_str()])? == 1)
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
        outside_domains: OutsideDomains::read(&row.get::<_, String>("outside_domains")?)
            .ok_or(StoreError::Corrupt("a setting of an unknown name"))?,
        settings: tx::json(row, "settings")?,
        created_at: Millis(row.get("created_at")?),
        version: row.get("version")?,
    })
}
