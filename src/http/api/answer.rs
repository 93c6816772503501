//! What goes out: items with their ETag, lists, creations.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, LOCATION};
use serde::Serialize;
use serde_json::Value;

use super::problem::ApiProblem;
use crate::admin::Listed;
use crate::admin::idempotent::Made;
use crate::hub::Hub;

/// What every handler gives.
pub(super) type Answer = Result<HttpResponse, ApiProblem>;

/// One item, with its version as ETag.
pub(super) fn item<T: Serialize>(item: &T) -> Answer {
    let body = serde_json::to_value(item).map_err(|_| ApiProblem::internal())?;
    json(StatusCode::OK, &body, None)
}

/// A piece of a list.
pub(super) fn list<T: Serialize>(listed: &Listed<T>) -> Answer {
    let body = serde_json::to_value(listed).map_err(|_| ApiProblem::internal())?;
    json(StatusCode::OK, &body, None)
}

/// What changes with the version of ours only, and may be kept by the browser that asked.
pub(super) fn kept<T: Serialize>(item: &T) -> Answer {
    let mut answer = self::item(item)?;
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600"));
    Ok(answer)
}

/// A creation, with the address of what was made: `path` and its identifier.
pub(super) fn made(hub: &Hub, path: &str, made: &Made) -> Answer {
    let id = made.body.get("id").and_then(Value::as_str).unwrap_or_default();
    let location = hub.config.public_url.at(&format!("/api/v1/{path}/{id}"));
    let mut answer = json(StatusCode::CREATED, &made.body, Some(&location))?;
    if made.repeated {
        let name = actix_web::http::header::HeaderName::from_static("idempotency-replayed");
        let value = HeaderValue::from_static("true");
        answer.headers_mut().insert(name, value);
    }
    Ok(answer)
}

/// Done, and nothing to say.
pub(super) fn done() -> Answer {
    Ok(HttpResponse::NoContent().insert_header((CACHE_CONTROL, "no-store")).finish())
}

fn json(status: StatusCode, body: &Value, location: Option<&str>) -> Answer {
    let mut answer = HttpResponse::build(status);
    answer
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((CACHE_CONTROL, "no-store"));
    if let Some(version) = body.get("version").and_then(Value::as_i64) {
        answer.insert_header((ETAG, format!("\"{version}\"")));
    }
    if let Some(location) = location {
        answer.insert_header((LOCATION, location));
    }
    Ok(answer.body(serde_json::to_vec(body).map_err(|_| ApiProblem::internal())?))
}
