//! The admin API: `/api/v1`. Each handler reads the request, calls one function of `admin`
//! and draws what comes back; [`openapi`] is generated from the handlers.

use actix_web::middleware::from_fn;
use actix_web::web::{self, PayloadConfig, ServiceConfig};
use actix_web::{HttpResponse, Resource, Responder};

use super::route::document;

mod activity;
mod answer;
mod apps;
mod attempts;
mod audit;
mod caller;
mod connections;
mod domains;
mod end_access;
mod enforcement;
mod input;
mod me;
mod notices;
pub mod openapi;
mod organizations;
mod owners;
mod people;
mod presets;
pub mod problem;
mod reasons;
mod recognise;
mod relinks;
mod roles;
mod route_map;
mod sessions;
mod settings;
mod setup_links;
mod signing_keys;
mod tokens;
mod users;

use problem::ApiProblem;

/// The addresses below `/api/v1`.
pub fn routes(table: &mut ServiceConfig) {
    let itself = at("/api/v1/openapi.json", "GET, HEAD").route(document().to(openapi::serve));
    table.service(itself).service(
        web::scope("/api/v1")
            .app_data(PayloadConfig::new(super::limits::API))
            .configure(me::routes)
            .configure(organizations::routes)
            .configure(route_map::routes)
            .configure(domains::routes)
            .configure(enforcement::routes)
            .configure(people::routes)
            .configure(relinks::routes)
            .configure(connections::routes)
            .configure(setup_links::routes)
            .configure(apps::routes)
            .configure(users::routes)
            .configure(owners::routes)
            .configure(notices::routes)
            .configure(end_access::routes)
            .configure(roles::routes)
            .configure(sessions::routes)
            .configure(attempts::routes)
            .configure(activity::routes)
            .configure(tokens::routes)
            .configure(settings::routes)
            .configure(signing_keys::routes)
            .configure(presets::routes)
            .configure(reasons::routes)
            .configure(recognise::routes)
            .configure(audit::routes)
            .default_service(web::to(nothing_here))
            .wrap(from_fn(caller::authenticate)),
    );
}

/// An address and the methods it answers; any other is refused by naming them.
fn at(path: &str, allowed: &'static str) -> Resource {
    web::resource(path).default_service(web::to(move || not_allowed(allowed)))
}

async fn nothing_here() -> Result<HttpResponse, ApiProblem> {
    Err(ApiProblem::not_found())
}

async fn not_allowed(allowed: &'static str) -> impl Responder {
    ApiProblem::method_not_allowed(allowed).answer()
}

#[cfg(test)]
mod tests;
