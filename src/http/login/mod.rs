//! The addresses a sign-in passes through: ours for visitors, and those of the providers'
//! answers. Each handler extracts, asks `flows`, and draws what comes back.

use actix_web::{Resource, web};

use super::limits;
use super::route::{document, posted, there};

mod answers;
mod authorize;
mod draw;
mod home;
mod initiate;
mod invitation;
mod local;
mod profile;
mod sign_in;
mod test;
mod tile;

pub(super) use draw::{draw, visitor};

/// The addresses of this room.
pub fn routes(table: &mut web::ServiceConfig) {
    table
        .service(
            begins("/oauth2/authorize")
                .route(web::get().to(authorize::by_query))
                .route(web::post().to(authorize::by_form)),
        )
        .service(
            begins("/login/finish")
                .route(web::get().to(answers::finish))
                .route(web::post().to(answers::answered)),
        )
        .service(posted("/login/profile", "/login").route(web::post().to(profile::told)))
        .service(
            web::resource("/invitation")
                .route(document().to(invitation::show))
                .route(web::post().to(invitation::send)),
        )
        .route("/", document().to(home::show))
        .service(posted("/sign-out", "/").route(web::post().to(home::sign_out)))
        .service(
            posted("/sign-out/provider", "/signed-out").route(web::post().to(home::sign_out_there)),
        )
        .route("/signed-out", document().to(home::signed_out))
        .service(
            web::resource("/login")
                .route(document().to(sign_in::show))
                .route(web::post().to(sign_in::typed)),
        )
        .service(posted("/login/password", "/login").route(web::post().to(local::send)))
        .service(
            web::resource("/password")
                .route(document().to(local::show_link))
                .route(web::post().to(local::send_link)),
        )
        .service(posted("/login/connection", "/login").route(web::post().to(sign_in::chosen)))
        .service(
            web::resource("/login/test")
                .route(document().to(test::ask))
                .route(web::post().to(test::begin)),
        )
        .route("/login/test/report", document().to(test::report))
        .service(begins("/login/again").route(web::get().to(sign_in::again)))
        // The first patterns: each one before them would be tried on every answer.
        .service(assertions("/saml/{connection}/acs"))
        .service(assertions("/saml/{connection}/acs/"))
        .service(begins("/o/{path}").route(web::get().to(sign_in::organization)))
        .route("/saml/{connection}/metadata", document().to(answers::saml_metadata))
        .service(begins("/oidc/callback").route(web::get().to(answers::oidc_shared)))
        .service(begins("/oidc/{connection}/callback").route(web::get().to(answers::oidc)));
    initiated(table);
}

/// An assertion consumer service.
fn assertions(path: &str) -> Resource {
    web::resource(path)
        .route(there())
        .app_data(limits::payload(limits::ACS))
        .route(web::post().to(answers::saml))
        .route(web::get().to(answers::saml_by_redirect))
}

/// An address where GET begins something, or uses up what works once.
fn begins(path: &str) -> Resource {
    web::resource(path).route(there())
}

/// What tiles, bookmarks and providers begin.
fn initiated(table: &mut web::ServiceConfig) {
    table
        .service(
            begins("/o/{organization}/{app}")
                .route(web::get().to(initiate::tile))
                .route(web::post().to(initiate::by_form)),
        )
        .service(
            begins("/oidc/initiate")
                .route(web::get().to(initiate::shared))
                .route(web::post().to(initiate::by_form)),
        )
        .service(
            begins("/oidc/{connection}/initiate")
                .route(web::get().to(initiate::connection))
                .route(web::post().to(initiate::by_form)),
        )
        .service(
            begins("/login/arrive")
                .route(web::get().to(tile::arrival))
                .route(web::post().to(tile::arrived)),
        )
        .service(begins("/saml/{connection}/start").route(web::get().to(tile::start)));
}
