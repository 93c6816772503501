//! Floor 10: extract, call, render. The only room, with `cli::serve`, that knows actix.
//!
//! Owns: the table of addresses (below), the pages, cookies, limits and headers, and how a
//! refusal becomes an answer. Does not own: what any request means; each handler asks `flows`
//! or `admin` and draws what comes back.

use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::{App, Error, HttpResponse, middleware, web};

use self::console::Console;
use crate::hub::Hub;

pub mod api;
mod assets;
pub mod client_ip;
pub mod console;
pub mod cookies;
pub mod csrf;
pub mod envelope;
mod form;
pub mod form_token;
mod headers;
mod health;
pub mod limits;
pub mod login;
pub mod owner;
pub mod pages;
pub mod problem;
pub mod provider;
mod route;
pub mod setup;
mod setup_link;
pub mod trace;
mod wait;

/// The application with the console it was built with.
pub fn app(
    hub: Hub,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    >,
> {
    app_with(hub, Console::embedded())
}

/// The application: every address below the public URL's path, inside one envelope.
pub fn app_with(
    hub: Hub,
    console: Arc<Console>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let base = hub.config.public_url.path().to_owned();
    App::new()
        .app_data(web::Data::new(hub))
        .app_data(web::Data::from(console))
        .app_data(limits::form(limits::FORM))
        .app_data(limits::payload(limits::FORM))
        .app_data(limits::json(limits::FORM))
        .app_data(limits::path())
        .app_data(limits::query())
        .configure(|table| provider::root_form(table, &base))
        .service(web::scope(&base).configure(routes))
        .default_service(web::to(nothing_here))
        .wrap(middleware::from_fn(envelope::wrap))
}

/// The one table of addresses. `public_url` is the only source of the address they are
/// reached at; no header of a request changes one.
fn routes(table: &mut web::ServiceConfig) {
    table
        // Apps: /.well-known/..., /oauth2/... First, because they are asked most and every
        // address with a pattern before them would be tried on each request.
        .configure(provider::routes)
        // Visitors: home, /login, /o/{path}, /signed-out, /saml/..., /oidc/...
        .configure(login::routes)
        // Owners: /owner, /owner/second, /owner/factors/..., /owner/drill, /owner/link
        .configure(owner::routes)
        .service(
            web::resource("/setup-link")
                .route(route::document().to(setup_link::show))
                .route(web::post().to(setup_link::send)),
        )
        .service(
            web::resource("/setup")
                .route(route::document().to(setup::show))
                .route(web::post().to(setup::send)),
        )
        // Administrators: /trace/..., /api/v1/...
        .configure(trace::routes)
        .configure(api::routes)
        // Administrators with a browser: /console/...
        .configure(console::routes)
        .route("/assets/{name}", route::document().to(assets::serve))
        .route("/health/live", route::document().to(health::live))
        .route("/health/ready", route::document().to(health::ready));
}

async fn nothing_here() -> HttpResponse {
    HttpResponse::new(StatusCode::NOT_FOUND)
}
