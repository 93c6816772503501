//! The OpenID Provider's addresses, but for `/oauth2/authorize`, which is a sign-in.

pub mod answers;
pub mod cors;
pub mod discovery;
pub mod logout;
pub mod token;

#[cfg(test)]
mod tests;

use actix_web::http::Method;
use actix_web::web;

/// Mounts the addresses, relative to the public URL.
pub fn routes(cfg: &mut web::ServiceConfig) {
    let public = |path: &str| {
        web::resource(path.to_owned())
            .route(web::method(Method::OPTIONS).to(cors::preflight_public))
    };
    let for_apps = |path: &str| {
        web::resource(path.to_owned()).route(web::method(Method::OPTIONS).to(cors::preflight))
    };
    cfg.app_data(web::Data::new(discovery::Document::default()))
        .service(
            public("/.well-known/openid-configuration").route(web::get().to(discovery::discovery)),
        )
        .service(
            public("/.well-known/oauth-authorization-server")
                .route(web::get().to(discovery::discovery)),
        )
        .service(public("/oauth2/jwks").route(web::get().to(discovery::jwks)))
        .service(for_apps("/oauth2/token").route(web::post().to(token::token)))
        .service(
            for_apps("/oauth2/userinfo")
                .route(web::get().to(token::userinfo))
                .route(web::post().to(token::userinfo)),
        )
        .service(for_apps("/oauth2/revoke").route(web::post().to(token::revoke)))
        .service(
            web::resource("/oauth2/logout")
                .route(web::get().to(logout::get))
                .route(web::post().to(logout::post)),
        );
}
