//! `/oauth2/token`, `/oauth2/userinfo`, `/oauth2/revoke`: what apps call themselves.

use actix_web::http::{Method, header};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};

use super::{answers, cors};
use crate::flows::token::{self as flow, Failure, Provider, Reply};
use crate::hub::Hub;
use crate::wire::oauth;

/// Largest form taken from an app.
const BODY_LIMIT: usize = 32 * 1_024;

/// Answers `/oauth2/token`.
pub async fn token(request: HttpRequest, hub: Data<Hub>, body: Bytes) -> HttpResponse {
    let reply = match read(&request, &body) {
        Ok(pairs) => flow::exchange(&Provider::of(&hub), authorization(&request), &pairs).await,
        Err(failure) => Reply { app: None, result: Err(failure) },
    };
    let response = match &reply.result {
        Ok(tokens) => answers::tokens(tokens),
        Err(failure) => answers::failed(failure),
    };
    cors::apply(&request, &hub, reply.app.as_ref(), response).await
}

/// Answers `/oauth2/userinfo`, asked by GET or POST.
pub async fn userinfo(request: HttpRequest, hub: Data<Hub>, body: Bytes) -> HttpResponse {
    // A POST may carry the token in a form; any other body is no concern of ours.
    let form = request.method() == Method::POST && is_form(&request);
    let pairs = if form { read(&request, &body) } else { Ok(Vec::new()) };
    let reply = match pairs {
        Ok(pairs) => flow::claims(&Provider::of(&hub), authorization(&request), &pairs).await,
        Err(failure) => Reply { app: None, result: Err(failure) },
    };
    let response = match &reply.result {
        Ok(Some(claims)) => answers::claims(claims),
        Ok(None) => answers::bearer_failed(None),
        Err(failure) => answers::bearer_failed(Some(failure)),
    };
    cors::apply(&request, &hub, reply.app.as_ref(), response).await
}

/// Answers `/oauth2/revoke`.
pub async fn revoke(request: HttpRequest, hub: Data<Hub>, body: Bytes) -> HttpResponse {
    let reply = match read(&request, &body) {
        Ok(pairs) => flow::revoke(&Provider::of(&hub), authorization(&request), &pairs).await,
        Err(failure) => Reply { app: None, result: Err(failure) },
    };
    let response = match &reply.result {
        Ok(()) => answers::done(),
        Err(failure) => answers::failed(failure),
    };
    cors::apply(&request, &hub, reply.app.as_ref(), response).await
}

/// A header that is not text counts as one that cannot be read, not as none.
fn authorization(request: &HttpRequest) -> Option<&str> {
    request.headers().get(header::AUTHORIZATION).map(|value| value.to_str().unwrap_or_default())
}

fn is_form(request: &HttpRequest) -> bool {
    let value = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let media_type = value.and_then(|v| v.split(';').next()).unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

fn read(request: &HttpRequest, body: &Bytes) -> Result<Vec<(String, String)>, Failure> {
    if !is_form(request) || body.len() > BODY_LIMIT {
        return Err(answers::not_a_form());
    }
    oauth::form(body).map_err(|_| answers::not_a_form())
}
