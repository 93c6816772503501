//! The owner's door: sign-in by password, and the page behind a one-use link. Neither needs
//! a provider, the network or an app.

use actix_web::{HttpRequest, HttpResponse};

use super::cookies::{self, Kind};
use super::login;
use crate::flows::owner::Entry;
use crate::hub::Hub;

pub(super) mod link;
pub(super) mod sign_in;

/// Sends an owner who got in on their way, in a browser that is known from now on.
pub(super) fn enter(request: &HttpRequest, hub: &Hub, entry: Entry) -> HttpResponse {
    let mut response = login::draw(request, hub, entry.answer);
    let device = cookies::keep(&hub.config.public_url, Kind::Device, &entry.device);
    // A cookie of ours is always a sound header: base64url and fixed attributes.
    let _added = response.add_cookie(&device);
    response
}
