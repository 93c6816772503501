//! The owner's door: sign-in by password and second factor, the page behind a one-use link,
//! and the page where owners keep their second factors. None needs a provider, the network or
//! an app, and but for passkeys none needs a script.

use actix_web::{HttpRequest, HttpResponse, web};

use super::cookies::{self, Kind};
use super::route::{document, redirect};
use super::{login, trace};
use crate::broker::owner::Step;
use crate::flows::owner::Entry;
use crate::flows::reply::Reply;
use crate::hub::Hub;
use crate::model::owner_step;

mod codes;
mod drill;
mod factors;
pub(super) mod link;
mod notices;
mod passkeys;
pub(super) mod second;
mod sheets;
pub(super) mod sign_in;
mod totp;

/// The addresses of this room.
pub(super) fn routes(table: &mut web::ServiceConfig) {
    table
        .service(
            web::resource("/owner")
                .route(document().to(sign_in::show))
                .route(web::post().to(sign_in::send)),
        )
        .service(
            web::resource("/owner/second")
                .route(document().to(second::show))
                .route(web::post().to(second::send)),
        )
        .service(
            web::resource("/owner/second/passkey")
                .route(document().to(passkeys::back))
                .route(web::post().to(passkeys::ask)),
        )
        .service(
            web::resource("/owner/link")
                .route(document().to(link::show))
                .route(web::post().to(link::send)),
        )
        .service(web::resource("/owner/factors").route(document().to(factors::show)))
        .service(page("/owner/factors/totp").route(web::post().to(totp::offer)))
        .service(page("/owner/factors/totp/confirm").route(web::post().to(totp::confirm)))
        .service(page("/owner/factors/totp/remove").route(web::post().to(totp::remove)))
        .service(page("/owner/factors/codes").route(web::post().to(codes::offer)))
        .service(web::resource("/setup/codes").route(document().to(codes::first)))
        .service(page("/owner/factors/codes/text").route(web::post().to(codes::text)))
        .service(page("/owner/factors/codes/confirm").route(web::post().to(codes::confirm)))
        .service(page("/owner/factors/passkeys").route(web::post().to(passkeys::offer)))
        .service(page("/owner/factors/passkeys/confirm").route(web::post().to(passkeys::confirm)))
        .service(page("/owner/factors/passkeys/remove").route(web::post().to(passkeys::remove)))
        .service(page("/owner/drill").route(web::post().to(drill::start)))
        .service(page("/owner/notices").route(web::post().to(notices::acknowledge)));
}

/// An address that is posted to; whoever opens or reloads it gets the page the forms are on.
fn page(path: &str) -> actix_web::Resource {
    web::resource(path).route(document().to(factors::back))
}

/// Sends an owner who got in on their way, in a browser that is known from now on.
pub(super) fn enter(request: &HttpRequest, hub: &Hub, mut entry: Entry) -> HttpResponse {
    let url = &hub.config.public_url;
    if let Some(reference) = &entry.trace {
        entry.answer.reply = Reply::Redirect(url.at(&trace::address(reference)));
    }
    let mut response = login::draw(request, hub, entry.answer);
    let device = cookies::keep(url, Kind::Device, &entry.device);
    for cookie in [device, cookies::forget(url, Kind::Step)] {
        // A cookie of ours is always a sound header: base64url and fixed attributes.
        let _added = response.add_cookie(&cookie);
    }
    response
}

/// Sends an owner whose password was right to what is left to do.
pub(super) fn step(hub: &Hub, step: &Step) -> HttpResponse {
    let url = &hub.config.public_url;
    let path = match step.kind {
        owner_step::Kind::Factor => "/owner/second",
        owner_step::Kind::Enrol => "/owner/factors",
    };
    let mut response = redirect(&url.at(path));
    let _added = response.add_cookie(&cookies::keep(url, Kind::Step, &step.token));
    response
}
