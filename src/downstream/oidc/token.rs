//! A code becomes tokens, once.

use serde_json::{Value, json};

use crate::broker::{Admission, session};
use crate::model::app::App;
use crate::model::id::AppId;
use crate::model::rng::Rng;
use crate::model::secret::{Digest, Secret, random_token};
use crate::model::time::Millis;
use crate::store::access_tokens::{self, AccessTokenRow};
use crate::store::codes::{self, CodeRow};
use crate::store::{StoreError, Tx, apps, attempts};
use crate::wire::jose::at_hash::at_hash;
use crate::wire::oauth::{OAuthError, Params, pkce};

use super::grant::{ACCESS_TOKEN_LIFETIME, Grant, ID_TOKEN_LIFETIME};
use super::{Refusal, claims};

/// What an app asks of the token endpoint, beside who it is.
#[derive(Debug, Clone)]
pub struct TokenRequest {
    code: Secret<String>,
    redirect_uri: String,
    code_verifier: Secret<String>,
}

impl TokenRequest {
    /// Reads the parameters.
    ///
    /// # Errors
    /// `invalid_request` or `unsupported_grant_type`. The code is untouched then.
    pub fn read(params: Params<'_>) -> Result<Self, Refusal> {
        let required = |name: &'static str, description: &'static str| {
            let missing = Refusal::new(OAuthError::InvalidRequest, description);
            params.once(name)?.map(str::to_owned).ok_or(missing)
        };
        if required("grant_type", "grant_type is missing")? != "authorization_code" {
            let description = "grant_type must be authorization_code";
            return Err(Refusal::new(OAuthError::UnsupportedGrantType, description));
        }
        Ok(Self {
            code: Secret::new(required("code", "code is missing")?),
            redirect_uri: required("redirect_uri", "redirect_uri is missing")?,
            code_verifier: Secret::new(required("code_verifier", "code_verifier is missing")?),
        })
    }
}

/// What became of a code.
#[derive(Debug)]
pub enum Redeemed {
    /// Tokens.
    Granted(Box<Granted>),
    /// Nothing; `invalid_grant`. Not an error of the transaction: what it noted stays.
    Refused {
        /// What the app's developer should know.
        description: &'static str,
        /// The code had been used before, and what it gave was revoked.
        reused: bool,
    },
}

/// An access token that is stored, with all that goes into its ID token.
#[derive(Debug)]
pub struct Granted {
    /// The access token.
    pub access_token: Secret<String>,
    /// Seconds until it ends.
    pub expires_in: i64,
    /// Scopes granted.
    pub scopes: Vec<String>,
    /// Who is signed in.
    admission: Admission,
    app: App,
    nonce: Option<String>,
    is_new_user: bool,
}

/// Redeems a code for the authenticated app. Use and token are one transaction. Whatever is
/// wrong with the request, the code is spent by it (RFC 9700 section 4.5): a code in wrong
/// hands has leaked.
///
/// # Errors
/// When the database fails.
pub fn redeem(
    tx: &Tx<'_>,
    rng: &dyn Rng,
    now: Millis,
    app: &AppId,
    request: &TokenRequest,
) -> Result<Redeemed, StoreError> {
    let digest = Digest::of(request.code.expose().as_bytes());
    let Some(code) = codes::find(tx, &digest)? else {
        return Ok(refused("the code is unknown"));
    };
    let access_token = random_token(rng);
    let token = Digest::of(access_token.expose().as_bytes());
    if !codes::mark_used(tx, &digest, now, &token)? {
        return used_before(tx, app, &code);
    }
    let grant: Grant = serde_json::from_str(&code.grant)
        .map_err(|_| StoreError::Corrupt("a grant of an unknown form"))?;
    if let Some(attempt) = &grant.attempt {
        attempts::redeemed(tx, attempt, now)?;
    }
    if let Some(description) = mismatch(now, app, request, &code, &grant) {
        return Ok(refused(description));
    }
    let Some(admission) = session::admission_of(tx, now, &code.session)? else {
        return Ok(refused("the session has ended"));
    };
    let app = apps::find(tx, app)?
        .filter(|app| !app.disabled && app.admits(&admission.organization().id));
    let Some(app) = app else {
        return Ok(refused("the app is not open to this person"));
    };
    issue(tx, now, (admission, app), access_token, grant).map(Redeemed::Granted)
}

const fn refused(description: &'static str) -> Redeemed {
    Redeemed::Refused { description, reused: false }
}

/// Only the app that had the code can revoke by repeating it: to anybody else a code found in
/// an old log would be a way to sign people out.
fn used_before(tx: &Tx<'_>, app: &AppId, code: &CodeRow) -> Result<Redeemed, StoreError> {
    let own = code.app == *app;
    if let Some(given) = code.access_token.filter(|_| own) {
        access_tokens::delete(tx, app, &given)?;
    }
    Ok(Redeemed::Refused { description: "the code was used before", reused: own })
}

fn mismatch(
    now: Millis,
    app: &AppId,
    request: &TokenRequest,
    code: &CodeRow,
    grant: &Grant,
) -> Option<&'static str> {
    let checks = [
        (code.app == *app, "the code was given to another client"),
        (now < code.expires_at, "the code has expired"),
        (request.redirect_uri == grant.redirect_uri, "redirect_uri is not the one asked for"),
        (
            pkce::verifies(&grant.code_challenge, request.code_verifier.expose()),
            "code_verifier does not fit the code_challenge",
        ),
    ];
    checks.into_iter().find(|(passed, _)| !passed).map(|(_, description)| description)
}

fn issue(
    tx: &Tx<'_>,
    now: Millis,
    (admission, app): (Admission, App),
    access_token: Secret<String>,
    grant: Grant,
) -> Result<Box<Granted>, StoreError> {
    let session = admission.session();
    let expires_at = now.plus(ACCESS_TOKEN_LIFETIME).min(session.expires_at);
    access_tokens::insert(
        tx,
        &AccessTokenRow {
            digest: Digest::of(access_token.expose().as_bytes()),
            app: app.id.clone(),
            session: session.id.clone(),
            user: session.user.clone(),
            scopes: grant.scopes.clone(),
            created_at: now,
            expires_at,
        },
    )?;
    Ok(Box::new(Granted {
        access_token,
        expires_in: expires_at.since(now) / 1_000,
        scopes: grant.scopes,
        admission,
        app,
        nonce: grant.nonce,
        is_new_user: grant.is_new_user,
    }))
}

impl Granted {
    /// The app the tokens are for.
    pub const fn app(&self) -> &App {
        &self.app
    }

    /// The claims of the ID token (OpenID Connect Core section 2).
    pub fn id_token(&self, issuer: &str, now: Millis) -> Value {
        let mut claims = claims::of(&self.admission, &self.app, &self.scopes);
        let hash = at_hash(self.app.signing_algorithm, self.access_token.expose());
        for (name, value) in [
            ("iss", json!(issuer)),
            ("aud", json!(self.app.id)),
            ("iat", json!(now.seconds())),
            ("exp", json!(now.plus(ID_TOKEN_LIFETIME).seconds())),
            ("at_hash", json!(hash)),
        ] {
            claims.insert(name.to_owned(), value);
        }
        if let Some(nonce) = &self.nonce {
            claims.insert("nonce".to_owned(), json!(nonce));
        }
        if self.is_new_user {
            claims.insert("is_new_user".to_owned(), json!(true));
        }
        Value::Object(claims)
    }
}
