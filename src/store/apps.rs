//! Apps: the relying parties of ours.

use rusqlite::params;

use super::shelf::Kind;
use super::tx::Row;
use super::{Page, StoreError, Tx, tx};
use crate::model::app::{App, RedirectUri, SigningAlgorithm};
use crate::model::id::{AppId, OrganizationId};
use crate::model::secret::Digest;
use crate::model::time::Millis;

const INSERT: &str = "INSERT INTO apps
    (id, name, secret, redirect_uris, post_logout_redirect_uris, organizations,
     signing_algorithm, groups_claim, settings, disabled, created_at, version)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";

/// Adds an app.
///
/// # Errors
/// `Conflict` when the identifier is taken.
pub fn insert(tx: &Tx<'_>, app: &App) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        params![
            app.id.as_str(),
            app.name,
            app.secret.as_ref().map(Digest::as_bytes),
            tx::to_json(&app.redirect_uris)?,
            tx::to_json(&app.post_logout_redirect_uris)?,
            tx::to_json(&app.organizations)?,
            app.signing_algorithm.as_str(),
            app.groups_claim,
            tx::to_json(&app.settings)?,
            app.disabled,
            app.created_at.0,
            app.version
        ],
    )?;
    Ok(())
}

const FIND: &str = "SELECT id, name, secret, redirect_uris, post_logout_redirect_uris,
    organizations, signing_algorithm, groups_claim, settings, disabled, created_at, version
    FROM apps WHERE id = ?1";

/// The app with this identifier.
///
/// # Errors
/// A database error.
pub fn find(tx: &Tx<'_>, id: &AppId) -> Result<Option<App>, StoreError> {
    tx.shelved(Kind::App, id.as_str(), || tx.optional(FIND, [id.as_str()], read))
}

const LIST: &str = "SELECT id, name, secret, redirect_uris, post_logout_redirect_uris,
    organizations, signing_algorithm, groups_claim, settings, disabled, created_at, version
    FROM apps WHERE (created_at, id) > (?1, ?2) ORDER BY created_at, id LIMIT ?3";

/// The apps, oldest first.
///
/// # Errors
/// A database error.
pub fn list(tx: &Tx<'_>, page: &Page) -> Result<Vec<App>, StoreError> {
    let (at, after) = page.position();
    tx.all(LIST, params![at, after, page.limit], read)
}

const UPDATE: &str = "UPDATE apps SET name = ?3, redirect_uris = ?4,
    post_logout_redirect_uris = ?5, organizations = ?6, signing_algorithm = ?7,
    groups_claim = ?8, disabled = ?9, settings = ?10, version = version + 1
    WHERE id = ?1 AND version = ?2";

/// Writes everything but the secret if the row still has `app.version`, which then counts
/// one up. Gives whether it did.
///
/// # Errors
/// A database error.
pub fn update(tx: &Tx<'_>, app: &App) -> Result<bool, StoreError> {
    let changed = tx.execute(
        UPDATE,
        params![
            app.id.as_str(),
            app.version,
            app.name,
            tx::to_json(&app.redirect_uris)?,
            tx::to_json(&app.post_logout_redirect_uris)?,
            tx::to_json(&app.organizations)?,
            app.signing_algorithm.as_str(),
            app.groups_claim,
            app.disabled,
            tx::to_json(&app.settings)?
        ],
    )?;
    Ok(changed == 1)
}

const SET_SECRET: &str = "UPDATE apps SET secret = ?2, version = version + 1 WHERE id = ?1";

/// Replaces the secret. Gives whether the app was there.
///
/// # Errors
/// A database error.
pub fn set_secret(tx: &Tx<'_>, id: &AppId, secret: &Digest) -> Result<bool, StoreError> {
    Ok(tx.execute(SET_SECRET, params![id.as_str(), secret.as_bytes()])? == 1)
}

const DELETE: &str = "DELETE FROM apps WHERE id = ?1";

/// Removes an app with its codes and access tokens. Gives whether it was there.
///
/// # Errors
/// A database error.
pub fn delete(tx: &Tx<'_>, id: &AppId) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, [id.as_str()])? == 1)
}

/// Most apps looked at for one question.
const CANDIDATES: u32 = 100;

/// Redirect URIs of enabled apps that may have one starting with `prefix`: a superset, to be
/// compared exactly by the caller.
///
/// # Errors
/// When the database fails.
pub fn redirect_uris_near(tx: &Tx<'_>, prefix: &str) -> Result<Vec<RedirectUri>, StoreError> {
    let escaped = escaped(prefix);
    let uris: Vec<Vec<RedirectUri>> = tx.all(
        "SELECT redirect_uris FROM apps
         WHERE disabled = 0 AND redirect_uris LIKE ?1 ESCAPE '\\' LIMIT ?2",
        params![format!("%\"{escaped}%"), CANDIDATES],
        |row| tx::json(row, "redirect_uris"),
    )?;
    Ok(uris.into_iter().flatten().collect())
}

const INITIATED_NEAR: &str = "SELECT id, name, secret, redirect_uris, post_logout_redirect_uris,
    organizations, signing_algorithm, groups_claim, settings, disabled, created_at, version
    FROM apps WHERE disabled = 0 AND settings LIKE ?1 ESCAPE '\\'
    ORDER BY created_at, id LIMIT ?2";

/// Enabled apps that may begin sign-ins at an address starting with `prefix`: a superset, to be
/// compared exactly by the caller.
///
/// # Errors
/// A database error.
pub fn initiated_near(tx: &Tx<'_>, prefix: &str) -> Result<Vec<App>, StoreError> {
    let pattern = format!("%\"initiate\\_login\\_uri\":\"{}%", escaped(prefix));
    tx.all(INITIATED_NEAR, params![pattern, CANDIDATES], read)
}

const OPEN_TO: &str = "SELECT id, name, secret, redirect_uris, post_logout_redirect_uris,
    organizations, signing_algorithm, groups_claim, settings, disabled, created_at, version
    FROM apps WHERE (created_at, id) > (?1, ?2)
    AND (organizations = '[]' OR organizations LIKE ?4)
    ORDER BY created_at, id LIMIT ?3";

/// The apps that people of `organization` may use, oldest first.
///
/// # Errors
/// A database error.
pub fn open_to(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    page: &Page,
) -> Result<Vec<App>, StoreError> {
    let (at, after) = page.position();
    // An identifier has no character that means something in a pattern.
    let listed = format!("%\"{organization}\"%");
    tx.all(OPEN_TO, params![at, after, page.limit, listed], read)
}

/// The text for the inside of a pattern whose escape is a backslash.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

fn read(row: &Row<'_>) -> Result<App, StoreError> {
    let secret = row
        .get::<_, Option<Vec<u8>>>("secret")?
        .map(|bytes| Digest::from_bytes(&bytes).ok_or(StoreError::Corrupt("not a digest")))
        .transpose()?;
    Ok(App {
        id: tx::id(row, "id")?,
        name: row.get("name")?,
        secret,
        redirect_uris: tx::json(row, "redirect_uris")?,
        post_logout_redirect_uris: tx::json(row, "post_logout_redirect_uris")?,
        organizations: tx::json(row, "organizations")?,
        signing_algorithm: SigningAlgorithm::parse(&row.get::<_, String>("signing_algorithm")?)
            .ok_or(StoreError::Corrupt("an algorithm of an unknown name"))?,
        groups_claim: row.get("groups_claim")?,
        settings: tx::json(row, "settings")?,
        disabled: row.get("disabled")?,
        created_at: Millis(row.get("created_at")?),
        version: row.get("version")?,
    })
}
