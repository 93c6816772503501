//! How much a request may bring, and how long it may take.

use std::time::Duration;

use actix_web::ResponseError as _;
use actix_web::error::{JsonPayloadError, UrlencodedError};
use actix_web::http::StatusCode;
use actix_web::web::{FormConfig, JsonConfig, PathConfig, PayloadConfig, QueryConfig};

use super::problem::Problem;

/// A form of ours.
pub const FORM: usize = 64 << 10;
/// A SAML response.
pub const ACS: usize = 1 << 20;
/// A request to the admin API (metadata files are the largest).
pub const API: usize = 2 << 20;

/// A client that takes longer for its request line and headers is cut off.
pub const HEAD: Duration = Duration::from_secs(10);
/// A connection without a request is closed after.
pub const IDLE: Duration = Duration::from_secs(75);
/// A connection being closed may linger for.
pub const DISCONNECT: Duration = Duration::from_secs(5);
/// The whole request, body included. Longer than the slowest sign-in: four calls to a
/// provider at ten seconds each.
pub const WHOLE: Duration = Duration::from_secs(60);
/// Connections one worker holds; more wait in the listen queue.
pub const CONNECTIONS: usize = 4_096;
/// Running requests get so long to finish when the server is told to stop.
pub const SHUTDOWN_SECONDS: u64 = 10;

/// For forms of at most `limit` bytes.
pub fn form(limit: usize) -> FormConfig {
    FormConfig::default().limit(limit).error_handler(|error, _| {
        let status = match error {
            UrlencodedError::Overflow { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            UrlencodedError::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            _ => StatusCode::BAD_REQUEST,
        };
        Problem::status(status).into()
    })
}

/// For raw bodies of at most `limit` bytes.
pub fn payload(limit: usize) -> PayloadConfig {
    PayloadConfig::new(limit)
}

/// For JSON of at most `limit` bytes.
pub fn json(limit: usize) -> JsonConfig {
    JsonConfig::default().limit(limit).error_handler(|error, _| {
        let status = match &error {
            JsonPayloadError::Overflow { .. } | JsonPayloadError::OverflowKnownLength { .. } => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            JsonPayloadError::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            other => other.status_code(),
        };
        Problem::status(status).into()
    })
}

/// For parts of the address.
pub fn path() -> PathConfig {
    PathConfig::default().error_handler(|_, _| Problem::status(StatusCode::NOT_FOUND).into())
}

/// For the query.
pub fn query() -> QueryConfig {
    QueryConfig::default().error_handler(|_, _| Problem::status(StatusCode::BAD_REQUEST).into())
}
