//! Where providers' answers arrive.

use actix_web::http::StatusCode;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::draw::{draw, visitor};
use crate::flows::brought::Brought;
use crate::flows::finish::{self, Word};
use crate::flows::login::{self, Callback};
use crate::flows::reply::Answer;
use crate::flows::{metadata, provider_logout};
use crate::http::cookies::{self, Kind};
use crate::http::problem::Problem;
use crate::http::route::redirect;
use crate::http::{client_ip, csrf, form};
use crate::hub::Hub;
use crate::model::code::Code;
use crate::model::id::UserId;
use crate::model::secret::Secret;

/// What a SAML response is posted as (SAML bindings section 3.5.4).
#[derive(Default)]
struct SamlForm {
    response: Option<String>,
    relay_state: Option<String>,
}

impl SamlForm {
    fn read(request: &HttpRequest, body: &[u8]) -> Result<Self, Problem> {
        if !request.content_type().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(Problem::status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let mut read = Self::default();
        for (name, value) in form::pairs(body) {
            let field = match &*name {
                "SAMLResponse" => &mut read.response,
                "RelayState" => &mut read.relay_state,
                _ => continue,
            };
            if field.replace(value.into_owned()).is_some() {
                return Err(Problem::status(StatusCode::BAD_REQUEST));
            }
        }
        Ok(read)
    }
}

/// The assertion consumer service.
pub(super) async fn saml(
    request: HttpRequest,
    hub: web::Data<Hub>,
    connection: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let SamlForm { response, relay_state } = SamlForm::read(&request, &body)?;
    let (address, response) = (client_ip::of(&request, &hub.config), response.unwrap_or_default());
    let answer = login::saml_answer(&hub, address, &connection, &response, relay_state).await?;
    Ok(draw(&request, &hub, answer))
}

/// A response by redirect: some providers have it as their default. It is refused by name.
pub(super) async fn saml_by_redirect(
    request: HttpRequest,
    hub: web::Data<Hub>,
    connection: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let answer: Answer = login::saml_wrong_binding(&hub, &connection).await?;
    Ok(draw(&request, &hub, answer))
}

/// Our own metadata, for the provider.
pub(super) async fn saml_metadata(
    hub: web::Data<Hub>,
    connection: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    match metadata::saml(&hub, &connection).await? {
        Some(xml) => Ok(HttpResponse::Ok().content_type("application/samlmetadata+xml").body(xml)),
        None => Err(Problem::code(Code::ConnectionUnknown)),
    }
}

/// What an authorization response carries (OpenID Connect Core section 3.1.2.5, RFC 9207).
#[derive(Deserialize)]
pub(super) struct CallbackQuery {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// The redirect address of one connection.
pub(super) async fn oidc(
    request: HttpRequest,
    hub: web::Data<Hub>,
    connection: web::Path<String>,
    query: web::Query<CallbackQuery>,
) -> Result<HttpResponse, Problem> {
    let (connection, query) = (connection.into_inner(), query.into_inner());
    if let Some(address) = back_from_sign_out(&request, &hub, Some(&connection), &query).await {
        return Ok(redirect(&address));
    }
    callback(request, hub, Some(connection), query).await
}

/// Where somebody goes who comes back from a provider's own sign-out. What carries a code or an
/// error is an answer to a sign-in, whatever its state, and never looked at here; what this
/// does not know is left to what judges those.
async fn back_from_sign_out(
    request: &HttpRequest,
    hub: &Hub,
    connection: Option<&str>,
    query: &CallbackQuery,
) -> Option<String> {
    if query.code.is_some() || query.error.is_some() {
        return None;
    }
    let state = query.state.as_deref()?;
    let browser = cookies::read(request, &hub.config.public_url, Kind::SignedOut)?;
    provider_logout::returned(hub, &browser, state, connection).await
}

/// The redirect address all connections share. Without any parameter it is where a provider
/// lands people after signing out (one registered address may serve both).
pub(super) async fn oidc_shared(
    request: HttpRequest,
    hub: web::Data<Hub>,
    query: web::Query<CallbackQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    if query.code.is_none() && query.error.is_none() && query.state.is_none() {
        return Ok(redirect(&hub.config.public_url.at("/signed-out")));
    }
    if let Some(address) = back_from_sign_out(&request, &hub, None, &query).await {
        return Ok(redirect(&address));
    }
    // Whoever shares an address has to say who they are (RFC 9207 section 1): else a dishonest
    // provider could have another's answer brought here, and be sent the code in it.
    if query.iss.is_none() {
        let answer = login::oidc_unnamed(&hub).await?;
        return Ok(draw(&request, &hub, answer));
    }
    callback(request, hub, None, query).await
}

async fn callback(
    request: HttpRequest,
    hub: web::Data<Hub>,
    connection: Option<String>,
    query: CallbackQuery,
) -> Result<HttpResponse, Problem> {
    let CallbackQuery { code, state, iss, error, error_description } = query;
    let callback =
        Callback { code, state: state.unwrap_or_default(), iss, error, error_description };
    let visitor = visitor(&request, &hub);
    let answer = login::oidc_answer(&hub, &visitor, connection.as_deref(), callback).await?;
    Ok(draw(&request, &hub, answer))
}

/// What the address of the last step carries.
#[derive(Deserialize)]
pub(super) struct FinishQuery {
    #[serde(default)]
    attempt: String,
    #[serde(default)]
    ticket: String,
    #[serde(default)]
    round: String,
}

/// The last step: the same-site hop after a provider's answer.
pub(super) async fn finish(
    request: HttpRequest,
    hub: web::Data<Hub>,
    query: web::Query<FinishQuery>,
) -> Result<HttpResponse, Problem> {
    let FinishQuery { attempt, ticket, round } = query.into_inner();
    last_step(&request, &hub, (attempt, ticket), &round, Word::None).await
}

/// What the question posts, whether one person gives way to another.
#[derive(Deserialize)]
pub(super) struct WordForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    attempt: String,
    #[serde(default)]
    ticket: String,
    #[serde(default)]
    instead_of: String,
    #[serde(default)]
    choice: String,
}

/// The answer to the question. A press that says nothing leads to the question again.
pub(super) async fn answered(
    request: HttpRequest,
    hub: web::Data<Hub>,
    form: web::Form<WordForm>,
) -> Result<HttpResponse, Problem> {
    let WordForm { csrf: sent, attempt, ticket, instead_of, choice } = form.into_inner();
    csrf::check(&request, &hub.config.public_url, &sent, "/")?;
    let word = match (choice.as_str(), UserId::try_from(instead_of)) {
        ("continue", Ok(user)) => Word::Continue(user),
        ("stay", _) => Word::Stay,
        _ => Word::None,
    };
    last_step(&request, &hub, (attempt, ticket), "", word).await
}

async fn last_step(
    request: &HttpRequest,
    hub: &Hub,
    (handle, ticket): (String, String),
    round: &str,
    word: Word,
) -> Result<HttpResponse, Problem> {
    let brought = Brought { handle: Secret::new(handle), ticket: Secret::new(ticket) };
    let answer = finish::finish(hub, &visitor(request, hub), brought, round, word).await?;
    Ok(draw(request, hub, answer))
}
