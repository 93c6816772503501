//! An app's authorization request (OpenID Connect Core section 3.1.2.1), check by check.
//!
//! Until client and redirect URI are proven nothing is sent anywhere: the person sees a
//! page. From then on errors go to the app.

use std::borrow::Cow;

use crate::model::app::{App, RedirectUri};
use crate::model::attempt::{AuthorizeRequest, Named, ResponseMode, Wish};
use crate::model::check::{Checks, ONE_OF};
use crate::model::code::Code;
use crate::model::id::AppId;
use crate::store::{StoreError, Tx, apps};
use crate::wire::oauth::{OAuthError, Params, Repeated, pkce, scope};

use super::AppReply;

/// Longest parameter value that is read.
const LONGEST: usize = 4_096;
/// Longest `state`, in bytes: it is stored with every sign-in that anybody begins. Clients that
/// keep their own data in it (ASP.NET Core seals 300 to 1,500 bytes) stay below, because Entra ID
/// takes no more than some 1,800.
const LONGEST_STATE: usize = 2_048;
/// Longest `nonce`, in bytes: a random value and perhaps a time, 22 to 130 bytes in the clients
/// there are. IdentityServer takes 300.
const LONGEST_NONCE: usize = 512;

/// Longest `organization` or `connection`: kept with the attempt, and identifiers and paths of
/// ours are at most half as long.
const LONGEST_ROUTE: usize = 128;

/// A request that passed every check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What is answered.
    pub request: AuthorizeRequest,
    /// Who asks.
    pub app: App,
    /// Where the person should be sent.
    pub hints: Hints,
    /// How much the person may be asked.
    pub prompt: Prompt,
}

/// Where the person should be sent. Said by the app or by whoever made the link: a wish,
/// never a proof.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hints {
    /// Path or id of an organization.
    pub organization: Option<String>,
    /// Id of a connection.
    pub connection: Option<String>,
    /// The person's address.
    pub login_hint: Option<String>,
    /// A company's mail domain.
    pub domain_hint: Option<String>,
    /// An ID token of ours naming the person who must be signed in.
    pub id_token_hint: Option<String>,
}

/// How much the person may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// Whatever is needed.
    Unstated,
    /// Nothing: answer at once or fail.
    None,
    /// The person authenticates anew.
    Login,
    /// The person chooses an account, even when signed in. `force_login` of the request says
    /// whether `login` was asked for as well.
    SelectAccount,
}

/// Why a request goes nowhere.
#[derive(Debug)]
pub enum AuthorizeError {
    /// Nobody to answer: the person sees a page, and the checks tell the admin what the app
    /// has to change. Names the app when it is one of ours.
    Page(Code, Checks, Option<AppId>),
    /// The app is told.
    Redirect(ErrorTo),
    /// The database failed.
    Store(StoreError),
}

impl From<StoreError> for AuthorizeError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// An error on its way to an app whose redirect URI is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorTo {
    /// Where it goes.
    pub redirect_uri: String,
    /// How it gets there.
    pub mode: ResponseMode,
    /// The app's own state, given back.
    pub state: Option<String>,
    /// Its name.
    pub error: OAuthError,
    /// What the app's developer should know.
    pub description: Cow<'static, str>,
}

impl ErrorTo {
    /// The answer the browser carries.
    pub fn reply(&self, issuer: &str) -> AppReply {
        let mut fields =
            vec![("error", self.error.as_str()), ("error_description", &*self.description)];
        fields.extend(self.state.as_deref().map(|state| ("state", state)));
        fields.push(("iss", issuer));
        AppReply::new(&self.redirect_uri, self.mode, &fields)
    }
}

/// Reads and checks a request.
///
/// # Errors
/// See [`AuthorizeError`].
pub fn check(tx: &Tx<'_>, params: &[(String, String)]) -> Result<Checked, AuthorizeError> {
    let params = Params::new(params);
    let app = asking_app(tx, params)?;
    let redirect_uri = redirect_uri(&app, params)?;
    // Unreadable state or mode is an error of its own further down. One that is too long to be
    // stored is still given back: without it clients do not read the error (RFC 6749 section
    // 4.1.2.1).
    let state = params.once("state").ok().flatten().map(str::to_owned);
    let mode = response_mode(params);
    let told = *mode.as_ref().unwrap_or(&ResponseMode::Query);
    let request = mode.and_then(|mode| read(&app, &redirect_uri, mode, params));
    let ((request, prompt), hints) =
        request.and_then(|read| Ok((read, hints(params)?))).map_err(|fault| {
            AuthorizeError::Redirect(ErrorTo {
                redirect_uri,
                mode: told,
                state,
                error: fault.0,
                description: fault.1,
            })
        })?;
    Ok(Checked { request, app, hints, prompt })
}

/// An error for the app.
struct Fault(OAuthError, Cow<'static, str>);

impl Fault {
    const fn new(error: OAuthError, description: &'static str) -> Self {
        Self(error, Cow::Borrowed(description))
    }
}

impl From<Repeated> for Fault {
    fn from(repeated: Repeated) -> Self {
        Self(OAuthError::InvalidRequest, Cow::Owned(repeated.to_string()))
    }
}

fn asking_app(tx: &Tx<'_>, params: Params<'_>) -> Result<App, AuthorizeError> {
    let Ok(Some(client_id)) = params.once("client_id") else {
        return Err(page(Code::AuthorizeRequestInvalid, "client_id", "given once", UNCLEAR, None));
    };
    let found = match AppId::try_from(client_id) {
        Ok(id) => apps::find(tx, &id)?,
        Err(_) => None,
    };
    let Some(app) = found else {
        let expected = "the client_id of an app here";
        return Err(page(Code::AppUnknown, "client_id", expected, client_id, None));
    };
    if app.disabled {
        let expected = "an app that is switched on";
        return Err(page(Code::AppDisabled, "client_id", expected, client_id, Some(&app)));
    }
    Ok(app)
}

fn redirect_uri(app: &App, params: Params<'_>) -> Result<String, AuthorizeError> {
    match params.once("redirect_uri") {
        Ok(Some(uri)) if app.redirect_uri(uri) => Ok(uri.to_owned()),
        Ok(Some(uri)) => {
            let known: Vec<_> = app.redirect_uris.iter().map(RedirectUri::as_str).collect();
            let expected = format!("of app {} {ONE_OF}{}", app.id.as_str(), known.join(" "));
            Err(page(Code::RedirectUriMismatch, "redirect_uri", &expected, uri, Some(app)))
        }
        Ok(None) | Err(_) => {
            let code = Code::AuthorizeRequestInvalid;
            Err(page(code, "redirect_uri", "given once", UNCLEAR, Some(app)))
        }
    }
}

/// What came where one value was expected.
const UNCLEAR: &str = "none, or several";

/// A refusal that stays with us.
fn page(
    code: Code,
    name: &str,
    expected: &str,
    received: &str,
    app: Option<&App>,
) -> AuthorizeError {
    let mut checks = Checks::new();
    checks.failed(code, name, expected, received);
    AuthorizeError::Page(code, checks, app.map(|app| app.id.clone()))
}

fn read(
    app: &App,
    redirect_uri: &str,
    response_mode: ResponseMode,
    params: Params<'_>,
) -> Result<(AuthorizeRequest, Prompt), Fault> {
    let state = kept(params, "state", LONGEST_STATE)?;
    no_request_objects(params)?;
    response_type(params)?;
    let scopes = scopes(params)?;
    let code_challenge = code_challenge(params)?;
    let (prompt, login) = prompt(params)?;
    let max_age = max_age(params)?;
    let wish = Wish {
        organization: kept(params, "organization", LONGEST_ROUTE)?,
        connection: kept(params, "connection", LONGEST_ROUTE)?,
        select_account: prompt == Prompt::SelectAccount,
        named: Named::Anybody,
    };
    let request = AuthorizeRequest {
        app: app.id.clone(),
        redirect_uri: redirect_uri.to_owned(),
        response_mode,
        scopes,
        state,
        nonce: kept(params, "nonce", LONGEST_NONCE)?,
        code_challenge,
        force_login: login || max_age == Some(0),
        max_age,
        wish,
    };
    Ok((request, prompt))
}

fn kept(params: Params<'_>, name: &'static str, longest: usize) -> Result<Option<String>, Fault> {
    match params.once(name)? {
        Some(value) if value.len() > longest => {
            let description = format!("{name} is longer than {longest} bytes");
            Err(Fault(OAuthError::InvalidRequest, Cow::Owned(description)))
        }
        value => Ok(value.map(str::to_owned)),
    }
}

fn response_mode(params: Params<'_>) -> Result<ResponseMode, Fault> {
    match params.once("response_mode")? {
        None | Some("query") => Ok(ResponseMode::Query),
        Some("form_post") => Ok(ResponseMode::FormPost),
        Some(_) => {
            Err(Fault::new(OAuthError::InvalidRequest, "response_mode is query or form_post"))
        }
    }
}

fn no_request_objects(params: Params<'_>) -> Result<(), Fault> {
    for (name, error) in [
        ("request", OAuthError::RequestNotSupported),
        ("request_uri", OAuthError::RequestUriNotSupported),
        ("registration", OAuthError::RegistrationNotSupported),
    ] {
        if params.has(name) {
            return Err(Fault(error, Cow::Owned(format!("{name} is not supported"))));
        }
    }
    Ok(())
}

fn response_type(params: Params<'_>) -> Result<(), Fault> {
    match params.once("response_type")? {
        Some("code") => Ok(()),
        Some(_) => {
            Err(Fault::new(OAuthError::UnsupportedResponseType, "response_type must be code"))
        }
        None => Err(Fault::new(OAuthError::InvalidRequest, "response_type is missing")),
    }
}

fn scopes(params: Params<'_>) -> Result<Vec<String>, Fault> {
    let text = params.once("scope")?.unwrap_or_default();
    match scope::known(text) {
        Ok(scopes) if scopes.iter().any(|s| s == "openid") => Ok(scopes),
        _ => Err(Fault::new(
            OAuthError::InvalidScope,
            "scope must be a list of names separated by single spaces, openid among them",
        )),
    }
}

fn code_challenge(params: Params<'_>) -> Result<String, Fault> {
    let challenge = params.once("code_challenge")?;
    // Left out, the method would be `plain` (RFC 7636 section 4.3).
    if params.once("code_challenge_method")? != Some("S256") {
        let description = "PKCE is required: code_challenge_method must be S256";
        return Err(Fault::new(OAuthError::InvalidRequest, description));
    }
    match challenge {
        Some(challenge) if pkce::is_challenge(challenge) => Ok(challenge.to_owned()),
        _ => Err(Fault::new(
            OAuthError::InvalidRequest,
            "PKCE is required: code_challenge must be the base64url SHA-256 of the verifier",
        )),
    }
}

fn prompt(params: Params<'_>) -> Result<(Prompt, bool), Fault> {
    let Some(text) = params.once("prompt")? else { return Ok((Prompt::Unstated, false)) };
    let values: Vec<&str> = text.split(' ').filter(|v| !v.is_empty()).collect();
    // Nobody is asked for consent here: apps are the installation's own.
    if values.iter().any(|v| !["none", "login", "select_account", "consent"].contains(v)) {
        return Err(Fault::new(OAuthError::InvalidRequest, "prompt has an unknown value"));
    }
    let has = |value: &str| values.contains(&value);
    if has("none") && values.len() > 1 {
        return Err(Fault::new(OAuthError::InvalidRequest, "prompt none stands alone"));
    }
    let prompt = if has("none") {
        Prompt::None
    } else if has("select_account") {
        Prompt::SelectAccount
    } else if has("login") {
        Prompt::Login
    } else {
        Prompt::Unstated
    };
    Ok((prompt, has("login")))
}

fn max_age(params: Params<'_>) -> Result<Option<i64>, Fault> {
    let Some(text) = params.once("max_age")? else { return Ok(None) };
    let digits = text.len() <= 10 && text.bytes().all(|b| b.is_ascii_digit());
    match text.parse() {
        Ok(seconds) if digits => Ok(Some(seconds)),
        _ => Err(Fault::new(OAuthError::InvalidRequest, "max_age is a number of seconds")),
    }
}

fn hints(params: Params<'_>) -> Result<Hints, Fault> {
    Ok(Hints {
        organization: kept(params, "organization", LONGEST_ROUTE)?,
        connection: kept(params, "connection", LONGEST_ROUTE)?,
        login_hint: kept(params, "login_hint", LONGEST)?,
        domain_hint: kept(params, "domain_hint", LONGEST)?,
        id_token_hint: kept(params, "id_token_hint", LONGEST)?,
    })
}
