//! Which web origins may call from a browser (CORS): those an app has a redirect URI on.

use url::Url;

use crate::model::app::{App, RedirectUri};
use crate::store::{StoreError, Tx, apps};

/// Whether `origin` is that of a redirect URI of `app`.
pub fn belongs_to(app: &App, origin: &str) -> bool {
    app.redirect_uris.iter().any(|uri| is_origin_of(uri, origin))
}

/// Whether `origin` is that of a redirect URI of any enabled app.
///
/// # Errors
/// When the database fails.
pub fn known(tx: &Tx<'_>, origin: &str) -> Result<bool, StoreError> {
    // Every origin has a scheme; `null` and other words never reach the database.
    if !(origin.starts_with("https://") || origin.starts_with("http://")) || origin.len() > 300 {
        return Ok(false);
    }
    let near = apps::redirect_uris_near(tx, origin)?;
    Ok(near.iter().any(|uri| is_origin_of(uri, origin)))
}

fn is_origin_of(uri: &RedirectUri, origin: &str) -> bool {
    let Ok(url) = Url::parse(uri.as_str()) else { return false };
    // An app's own scheme has the opaque origin `null`, which every sandbox shares.
    matches!(url.scheme(), "https" | "http") && url.origin().ascii_serialization() == origin
}
