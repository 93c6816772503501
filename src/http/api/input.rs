//! What a request brings: body, query, and the headers that matter.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, IF_MATCH};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use super::problem::{ApiProblem, ProblemCode};
use crate::admin::idempotent::Repeatable;
use crate::admin::input::{Expected, from_json, from_query_error};
use crate::admin::{AdminError, List};

/// A JSON body.
pub(super) struct Body<T> {
    pub(super) value: T,
    /// The creation this is, when the caller may repeat it.
    pub(super) key: Option<Repeatable>,
}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = ApiProblem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiProblem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = Bytes::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            require_json(&request)?;
            let bytes = bytes.await.map_err(|error| unreadable(&error))?;
            let value: serde_json::Value =
                serde_json::from_slice(&bytes).map_err(|error| not_json(&error, &bytes))?;
            Ok(Self { value: from_json(&value)?, key: key(&request, &bytes)? })
        })
    }
}

/// A JSON body that may be left out.
pub(super) struct MaybeBody<T>(pub(super) T);

impl<T: DeserializeOwned + Default + 'static> FromRequest for MaybeBody<T> {
    type Error = ApiProblem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiProblem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = Bytes::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let bytes = bytes.await.map_err(|error| unreadable(&error))?;
            if bytes.is_empty() {
                return Ok(Self(T::default()));
            }
            require_json(&request)?;
            let value: serde_json::Value =
                serde_json::from_slice(&bytes).map_err(|error| not_json(&error, &bytes))?;
            Ok(Self(from_json(&value)?))
        })
    }
}

fn require_json(request: &HttpRequest) -> Result<(), ApiProblem> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.and_then(|value| value.split(';').next()).unwrap_or_default();
    if kind.trim().eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    Err(ApiProblem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ProblemCode::UnsupportedMediaType,
        "Send JSON with `Content-Type: application/json`.",
    ))
}

fn unreadable(error: &actix_web::Error) -> ApiProblem {
    if matches!(error.as_error::<PayloadError>(), Some(PayloadError::Overflow)) {
        return ApiProblem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            ProblemCode::TooLarge,
            format!("Send at most {} bytes.", crate::http::limits::API),
        );
    }
    ApiProblem::new(
        StatusCode::BAD_REQUEST,
        ProblemCode::InvalidJson,
        "The body could not be read to its end.",
    )
}

/// Where the JSON breaks; never what it says, which may be a secret.
fn not_json(error: &serde_json::Error, body: &[u8]) -> ApiProblem {
    let detail = match body.trim_ascii() {
        [] => "The body is empty: send a JSON object.".to_owned(),
        _ => format!("The body is not JSON: see line {}, column {}.", error.line(), error.column()),
    };
    ApiProblem::new(StatusCode::BAD_REQUEST, ProblemCode::InvalidJson, detail)
}

fn key(request: &HttpRequest, body: &[u8]) -> Result<Option<Repeatable>, AdminError> {
    let Some(header) = request.headers().get("Idempotency-Key") else { return Ok(None) };
    let mut whole = format!("{} {}\n", request.method(), request.path()).into_bytes();
    whole.extend_from_slice(body);
    Repeatable::new(header.to_str().unwrap_or_default(), &whole).map(Some)
}

/// The version an edit was made from; needed.
pub(super) struct IfMatch(pub(super) Expected);

impl FromRequest for IfMatch {
    type Error = ApiProblem;
    type Future = std::future::Ready<Result<Self, ApiProblem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let found = expected(request).ok_or_else(|| AdminError::PreconditionRequired.into());
        std::future::ready(found.map(Self))
    }
}

fn expected(request: &HttpRequest) -> Option<Expected> {
    let text = request.headers().get(IF_MATCH)?.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Some(Expected::Any);
    }
    let version = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
    // What is no ETag of ours cannot be the present version.
    Some(Expected::Version(version.and_then(|t| t.parse().ok()).unwrap_or(i64::MIN)))
}

/// A query.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiProblem;
    type Future = std::future::Ready<Result<Self, ApiProblem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = actix_web::web::Query::<T>::from_query(request.query_string());
        std::future::ready(match read {
            Ok(query) => Ok(Self(query.into_inner())),
            Err(error) => Err(from_query_error(&error.to_string()).into()),
        })
    }
}

/// Which piece of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Piece {
    /// Items wanted, 1 to 200; default 50.
    limit: Option<i64>,
    /// The `next` of the piece before.
    after: Option<String>,
}

impl Piece {
    pub(super) fn list(self) -> Result<List, ApiProblem> {
        Ok(List::new(self.limit, self.after)?)
    }
}

/// Which piece of a list, of one organization or of all.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PieceOfOrganization {
    /// Only what belongs to this organization.
    pub(super) organization: Option<String>,
    /// Items wanted, 1 to 200; default 50.
    limit: Option<i64>,
    /// The `next` of the piece before.
    after: Option<String>,
}

impl PieceOfOrganization {
    pub(super) fn list(&self) -> Result<List, ApiProblem> {
        Ok(List::new(self.limit, self.after.clone())?)
    }
}

/// An identifier from the address; what has not its form names nothing.
pub(super) fn id<T: TryFrom<String>>(text: String) -> Result<T, ApiProblem> {
    T::try_from(text).map_err(|_| ApiProblem::not_found())
}

/// An identifier from a query; what has not its form names nothing.
pub(super) fn maybe_id<T: TryFrom<String>>(text: Option<String>) -> Result<Option<T>, ApiProblem> {
    text.map(id).transpose()
}

/// An identifier to filter by. One that exists nowhere finds nothing; what has not its form is
/// a mistake.
pub(super) fn named<T: TryFrom<String>>(
    field: &'static str,
    text: Option<String>,
) -> Result<Option<T>, AdminError> {
    text.map(T::try_from).transpose().map_err(|_| {
        AdminError::field(field, format!("give the `id` of the {field}, as this API shows it"))
    })
}
