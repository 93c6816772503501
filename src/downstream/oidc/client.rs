//! Who calls: client authentication (RFC 6749 section 2.3).

use crate::model::app::App;
use crate::model::id::AppId;
use crate::model::secret::{Digest, Secret};
use crate::store::{StoreError, Tx, apps};
use crate::wire::oauth::{OAuthError, Params, basic};

use super::Refusal;

/// How the app said who it is.
#[derive(Debug, Clone)]
pub struct Presented {
    id: String,
    secret: Option<Secret<String>>,
    header: bool,
}

impl Presented {
    /// Reads the credentials of a request: by header, by body, or none; never two at once.
    ///
    /// # Errors
    /// `invalid_request` or `invalid_client`.
    pub fn read(authorization: Option<&str>, params: Params<'_>) -> Result<Self, Refusal> {
        let body_id = params.once("client_id")?;
        let body_secret = params.once("client_secret")?;
        if params.has("client_assertion") || params.has("client_assertion_type") {
            let description = "client assertions are not supported";
            let header = authorization.is_some();
            return Err(Refusal::new(OAuthError::InvalidClient, description).challenging(header));
        }
        let Some(header) = authorization else {
            let id = body_id.ok_or_else(|| {
                Refusal::new(OAuthError::InvalidClient, "client authentication is missing")
            })?;
            let secret = body_secret.map(|s| Secret::new(s.to_owned()));
            return Ok(Self { id: id.to_owned(), secret, header: false });
        };
        let (id, secret) = basic(header).map_err(|_| unknown(true))?;
        if body_secret.is_some() || body_id.is_some_and(|other| other != id) {
            let description = "the client authenticates in more than one way";
            return Err(Refusal::new(OAuthError::InvalidRequest, description));
        }
        Ok(Self { id, secret: Some(secret), header: true })
    }

    /// The app, if these are its credentials. A wrong secret, an unknown and a disabled app
    /// cannot be told apart by the answer. That an app is unknown may show in the time, since it
    /// is looked for longer; identifiers of apps are no secret (RFC 6749 section 2.2).
    ///
    /// # Errors
    /// When the database fails; the inner error is `invalid_client`.
    pub fn authenticate(&self, tx: &Tx<'_>) -> Result<Result<App, Refusal>, StoreError> {
        let app = match AppId::try_from(self.id.as_str()) {
            Ok(id) => apps::find(tx, &id)?,
            Err(_) => None,
        };
        let expected = app.as_ref().and_then(|app| app.secret);
        let right = match &self.secret {
            Some(secret) => {
                // Compared in any case, so that the time is the same.
                let stand_in = Digest::of(b"no such client");
                let equal = expected.unwrap_or(stand_in).matches(secret.expose().as_bytes());
                equal && expected.is_some()
            }
            None => expected.is_none(),
        };
        Ok(app.filter(|app| right && !app.disabled).ok_or_else(|| unknown(self.header)))
    }
}

const fn unknown(header: bool) -> Refusal {
    let mut refusal = Refusal::new(OAuthError::InvalidClient, "client authentication failed");
    refusal.challenge = header;
    refusal
}
