//! The OpenID Provider's addresses, but for `/oauth2/authorize`, which is a sign-in.

pub mod answers;
pub mod cors;
pub mod discovery;
pub mod logout;
pub mod token;

#[cfg(test)]
mod tests;

use actix_web::http::Method;
use actix_web::{Resource, web};

use super::route::{document, there};

/// Authorization server metadata (RFC 8414).
const METADATA: &str = "/.well-known/oauth-authorization-server";

/// Mounts the addresses, relative to the public URL.
pub fn routes(cfg: &mut web::ServiceConfig) {
    let for_apps = |path: &str| {
        web::resource(path.to_owned()).route(web::method(Method::OPTIONS).to(cors::preflight))
    };
    cfg.app_data(web::Data::new(discovery::Document::default()))
        .service(
            public("/.well-known/openid-configuration").route(document().to(discovery::discovery)),
        )
        .service(public(METADATA).route(document().to(discovery::discovery)))
        .service(public("/oauth2/jwks").route(document().to(discovery::jwks)))
        .service(for_apps("/oauth2/token").route(web::post().to(token::token)))
        .service(
            for_apps("/oauth2/userinfo")
                .route(document().to(token::userinfo))
                .route(web::post().to(token::userinfo)),
        )
        .service(for_apps("/oauth2/revoke").route(web::post().to(token::revoke)))
        .service(
            web::resource("/oauth2/logout")
                .route(there())
                .route(web::get().to(logout::get))
                .route(web::post().to(logout::post)),
        );
}

/// Mounts the metadata where RFC 8414 section 3.1 looks for it when the public URL has a path:
/// between host and path, outside of all else of ours.
pub fn root_form(cfg: &mut web::ServiceConfig, base: &str) {
    if !base.is_empty() {
        cfg.service(
            public(&format!("{METADATA}{base}"))
                .app_data(web::Data::new(discovery::Document::default()))
                .route(document().to(discovery::discovery)),
        );
    }
}

/// What any page may read.
fn public(path: &str) -> Resource {
    web::resource(path.to_owned()).route(web::method(Method::OPTIONS).to(cors::preflight_public))
}
