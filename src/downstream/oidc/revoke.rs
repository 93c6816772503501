//! A token is given back (RFC 7009).

use crate::model::id::AppId;
use crate::model::secret::{Digest, Secret};
use crate::store::{StoreError, Tx, access_tokens};
use crate::wire::oauth::{OAuthError, Params};

use super::Refusal;

/// The token to revoke. Its hint is ignored: there is one kind of token (section 2.1).
///
/// # Errors
/// `invalid_request`.
pub fn presented(params: Params<'_>) -> Result<Secret<String>, Refusal> {
    let missing = Refusal::new(OAuthError::InvalidRequest, "token is missing");
    params.once("token_type_hint")?;
    params.once("token")?.map(|token| Secret::new(token.to_owned())).ok_or(missing)
}

/// Whose a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// Nobody's: there is nothing to do (section 2.2).
    Nobody,
    /// The asking app's.
    Own,
    /// Another app's: refused (section 2.1).
    Other,
}

/// Whose the token is. A read: junk never reaches the only writer.
///
/// # Errors
/// When the database fails.
pub fn holder(tx: &Tx<'_>, app: &AppId, token: &Secret<String>) -> Result<Holder, StoreError> {
    let row = access_tokens::find(tx, &Digest::of_ordered(token.expose()))?;
    Ok(match row {
        None => Holder::Nobody,
        Some(row) if row.app == *app => Holder::Own,
        Some(_) => Holder::Other,
    })
}

/// Revokes the app's token.
///
/// # Errors
/// When the database fails.
pub fn revoke(tx: &Tx<'_>, app: &AppId, token: &Secret<String>) -> Result<(), StoreError> {
    access_tokens::delete(tx, app, &Digest::of_ordered(token.expose())).map(|_| ())
}
