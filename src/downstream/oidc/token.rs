//! A code becomes tokens, once.

use serde_json::{Value, json};

use crate::broker::attempt::Misuse;
use crate::broker::{Admission, session};
use crate::model::app::App;
use crate::model::check::{Checks, ONE_OF};
use crate::model::code::Code;
use crate::model::id::AppId;
use crate::model::lifetime;
use crate::model::rng::Rng;
use crate::model::secret::{Digest, Secret, ordered_token};
use crate::model::time::{Millis, words};
use crate::store::access_tokens::{self, AccessTokenRow};
use crate::store::codes::{self, CodeRow};
use crate::store::{StoreError, Tx, apps, attempts, sessions, users};
use crate::wire::jose::at_hash::at_hash;
use crate::wire::oauth::{OAuthError, Params, pkce};

use super::grant::Grant;
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
        /// What to keep of it, where it is known whose code it was.
        misuse: Option<Box<Misuse>>,
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
    let digest = Digest::of_ordered(request.code.expose());
    let Some(code) = codes::find(tx, &digest)? else {
        return Ok(refused("the code is unknown"));
    };
    let access_token = ordered_token(rng, now);
    let token = Digest::of_ordered(access_token.expose());
    if !codes::mark_used(tx, &digest, now, &token)? {
        return used_before(tx, app, code);
    }
    let grant: Grant = serde_json::from_str(&code.grant)
        .map_err(|_| StoreError::Corrupt("a grant of an unknown form"))?;
    if let Some(attempt) = &grant.attempt {
        attempts::redeemed(tx, attempt, now)?;
    }
    if let Some(mismatch) = mismatch(now, app, request, &code, &grant) {
        return mismatch.refused(tx, code);
    }
    let Some(admission) = session::admission_of(tx, now, &code.session)? else {
        return Ok(refused("the session has ended"));
    };
    // Looked at anew: a rule that was tightened since the code was given counts at once.
    let app = apps::find(tx, app)?.filter(|app| !app.disabled && admission.may_use(app).is_ok());
    let Some(app) = app else {
        return Ok(refused("the app is not open to this person"));
    };
    issue(tx, now, (admission, app), access_token, grant).map(Redeemed::Granted)
}

const fn refused(description: &'static str) -> Redeemed {
    Redeemed::Refused { description, misuse: None }
}

/// Only the app that had the code can revoke by repeating it: to anybody else a code found in
/// an old log would be a way to sign people out.
fn used_before(tx: &Tx<'_>, app: &AppId, code: CodeRow) -> Result<Redeemed, StoreError> {
    let own = code.app == *app;
    if let Some(given) = code.access_token.filter(|_| own) {
        access_tokens::delete(tx, app, &given)?;
    }
    let description = "the code was used before";
    let (expected, received) = ("first use", "used before");
    let found = Mismatch { code: Code::AppCodeReused, name: "code", description };
    if own {
        return found.told(expected, received).refused(tx, code);
    }
    // Told the same: whose code it is, is nothing for another app.
    foreign(description, app, &code).refused(tx, code)
}

/// A check of a code that failed.
struct Mismatch {
    code: Code,
    name: &'static str,
    /// For the app's developer.
    description: &'static str,
}

/// The same with what is for the trace. Never the code or the verifier.
struct Told {
    mismatch: Mismatch,
    checks: Checks,
}

impl Mismatch {
    fn told(self, expected: impl Into<String>, received: impl Into<String>) -> Told {
        let mut checks = Checks::new();
        checks.failed(self.code, self.name, expected, received);
        Told { mismatch: self, checks }
    }
}

impl Told {
    fn refused(self, tx: &Tx<'_>, code: CodeRow) -> Result<Redeemed, StoreError> {
        let session = sessions::find(tx, &code.session)?;
        let (organization, user) = session.map(|s| (s.organization, s.user)).unzip();
        let Self { mismatch: Mismatch { code: reason, description, .. }, checks } = self;
        let misuse = Misuse { app: code.app, organization, user, code: reason, checks };
        Ok(Redeemed::Refused { description, misuse: Some(Box::new(misuse)) })
    }
}

fn foreign(description: &'static str, app: &AppId, code: &CodeRow) -> Told {
    Mismatch { code: Code::AppCodeForeign, name: "client_id", description }
        .told(code.app.as_str(), app.as_str())
}

fn mismatch(
    now: Millis,
    app: &AppId,
    request: &TokenRequest,
    code: &CodeRow,
    grant: &Grant,
) -> Option<Told> {
    if code.app != *app {
        return Some(foreign("the code was given to another client", app, code));
    }
    if now >= code.expires_at {
        let description = "the code has expired";
        let found = Mismatch { code: Code::AppCodeExpired, name: "code_age", description };
        let expected = format!("at most {}", words(code.expires_at.since(code.created_at)));
        return Some(found.told(expected, words(now.since(code.created_at))));
    }
    if request.redirect_uri != grant.redirect_uri {
        let description = "redirect_uri is not the one asked for";
        let found = Mismatch { code: Code::AppCodeRedirectUri, name: "redirect_uri", description };
        let expected = format!("{ONE_OF}{}", grant.redirect_uri);
        return Some(found.told(expected, request.redirect_uri.as_str()));
    }
    if !pkce::verifies(&grant.code_challenge, request.code_verifier.expose()) {
        let description = "code_verifier does not fit the code_challenge";
        let found = Mismatch { code: Code::AppCodePkce, name: "code_verifier", description };
        return Some(found.told("the one the code_challenge was made from", "another one"));
    }
    None
}

fn issue(
    tx: &Tx<'_>,
    now: Millis,
    (admission, app): (Admission, App),
    access_token: Secret<String>,
    grant: Grant,
) -> Result<Box<Granted>, StoreError> {
    let session = admission.session();
    let expires_at = now.plus(lifetime::ACCESS_TOKEN).min(session.expires_at);
    access_tokens::insert(
        tx,
        &AccessTokenRow {
            digest: Digest::of_ordered(access_token.expose()),
            app: app.id.clone(),
            session: session.id.clone(),
            user: session.user.clone(),
            scopes: grant.scopes.clone(),
            created_at: now,
            expires_at,
        },
    )?;
    // True in the first tokens of all, whichever app has them: a code nobody redeemed told
    // nobody.
    let is_new_user = !admission.user().announced && users::announce(tx, &session.user)?;
    Ok(Box::new(Granted {
        access_token,
        expires_in: expires_at.since(now) / 1_000,
        scopes: grant.scopes,
        admission,
        app,
        nonce: grant.nonce,
        is_new_user,
    }))
}

impl Granted {
    /// The app the tokens are for.
    pub const fn app(&self) -> &App {
        &self.app
    }

    /// The claims of the ID token (OpenID Connect Core section 2).
    pub fn id_token(&self, issuer: &str, now: Millis) -> Value {
        let facts = self.admission.facts();
        let mut claims = claims::of_id_token(facts, &self.app, &self.scopes, issuer);
        let hash = at_hash(self.app.signing_algorithm, self.access_token.expose());
        for (name, value) in [
            ("iss", json!(issuer)),
            ("aud", json!(self.app.id)),
            ("iat", json!(now.seconds())),
            ("exp", json!(now.plus(lifetime::ID_TOKEN).seconds())),
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
