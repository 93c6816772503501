//! How apps are answered: RFC 6749 section 5 and RFC 6750 section 3.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde_json::{Value, json};

use crate::flows::token::{Failure, Refusal, Tokens};
use crate::wire::oauth::OAuthError;

/// The tokens.
pub fn tokens(tokens: &Tokens) -> HttpResponse {
    uncached(StatusCode::OK).json(json!({
        "access_token": tokens.access_token.expose(),
        "token_type": "Bearer",
        "expires_in": tokens.expires_in,
        "id_token": tokens.id_token.expose(),
        "scope": tokens.scope,
    }))
}

/// The claims.
pub fn claims(claims: &Value) -> HttpResponse {
    uncached(StatusCode::OK).json(claims)
}

/// Done, with nothing to say.
pub fn done() -> HttpResponse {
    uncached(StatusCode::OK).finish()
}

/// An error of the token or revocation endpoint.
pub fn failed(failure: &Failure) -> HttpResponse {
    let Failure::Refused(refusal) = failure else { return broken(failure) };
    let unauthorized = refusal.error == OAuthError::InvalidClient;
    let status = if unauthorized { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
    let mut answer = uncached(status);
    if unauthorized && refusal.challenge {
        answer.insert_header((header::WWW_AUTHENTICATE, "Basic realm=\"doorward\""));
    }
    answer.json(error(refusal.error, &refusal.description))
}

/// An error of the userinfo endpoint; `None` when there was no token, which is told without
/// an error name (RFC 6750 section 3.1).
pub fn bearer_failed(failure: Option<&Failure>) -> HttpResponse {
    let refusal = match failure {
        None => {
            return uncached(StatusCode::UNAUTHORIZED)
                .insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"doorward\""))
                .finish();
        }
        Some(Failure::Refused(refusal)) => refusal,
        Some(failure) => return broken(failure),
    };
    let invalid = refusal.error == OAuthError::InvalidToken;
    let status = if invalid { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
    let challenge = format!(
        "Bearer realm=\"doorward\", error=\"{}\", error_description=\"{}\"",
        refusal.error, refusal.description
    );
    uncached(status)
        .insert_header((header::WWW_AUTHENTICATE, challenge))
        .json(error(refusal.error, &refusal.description))
}

/// A body that is not the form it has to be.
pub fn not_a_form() -> Failure {
    Failure::Refused(Refusal::new(
        OAuthError::InvalidRequest,
        "the body must be application/x-www-form-urlencoded, with at most 64 fields",
    ))
}

fn broken(failure: &Failure) -> HttpResponse {
    match failure {
        Failure::Broken(cause) => tracing::error!(%cause, "an app could not be answered"),
        Failure::Busy | Failure::Refused(_) => {
            return uncached(StatusCode::SERVICE_UNAVAILABLE)
                .insert_header((header::RETRY_AFTER, "2"))
                .json(error(OAuthError::TemporarilyUnavailable, "busy, try again"));
        }
    }
    uncached(StatusCode::INTERNAL_SERVER_ERROR)
        .json(error(OAuthError::ServerError, "something went wrong here"))
}

fn error(error: OAuthError, description: &str) -> Value {
    json!({"error": error.as_str(), "error_description": description})
}

fn uncached(status: StatusCode) -> HttpResponseBuilder {
    let mut builder = HttpResponse::build(status);
    builder
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::PRAGMA, "no-cache"));
    builder
}
