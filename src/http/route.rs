//! Kinds of addresses, by what they answer besides what they are for, and the way from one to
//! another.

use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::{HttpResponse, Resource, Route, guard, web};

use crate::hub::Hub;

/// What anybody may read: by GET, or by HEAD for those who only ask whether it is there
/// (RFC 9110 section 9.3.2; the server leaves the body out).
pub(super) fn document() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// Answers HEAD where GET begins something, or uses up what works once: the address is there, and
/// nothing happens.
pub(super) fn there() -> Route {
    web::head().to(async || HttpResponse::Ok().finish())
}

/// An address that is posted to: whoever opens or reloads it is sent to `page`, where they find
/// what to do.
pub(super) fn posted(path: &str, page: &'static str) -> Resource {
    web::resource(path).route(
        document().to(async move |hub: web::Data<Hub>| redirect(&hub.config.public_url.at(page))),
    )
}

/// A redirect that turns any method into GET (RFC 9110 section 15.4.4).
pub(super) fn redirect(address: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, address))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish()
}
