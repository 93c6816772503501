//! `/.well-known/*` and `/oauth2/jwks`: what anybody may know.

use std::sync::OnceLock;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Bytes, Data};

use crate::flows::token::discovery_document;
use crate::hub::Hub;

/// Keys are published a day before they are used, so an hour in a cache does no harm.
const CACHED: &str = "public, max-age=3600";

/// The discovery document, written once.
#[derive(Default)]
pub struct Document(OnceLock<Bytes>);

/// Answers with the discovery document.
pub async fn discovery(hub: Data<Hub>, written: Data<Document>) -> HttpResponse {
    let text =
        written.0.get_or_init(|| discovery_document(&hub.config.public_url).to_string().into());
    public(text.clone())
}

/// Answers with the public keys.
pub async fn jwks(hub: Data<Hub>) -> HttpResponse {
    public(hub.ring.jwks().to_string().into())
}

fn public(body: Bytes) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((header::CACHE_CONTROL, CACHED))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .body(body)
}
