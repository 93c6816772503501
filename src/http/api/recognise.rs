//! `/recognise`.

use actix_web::web::{self, ServiceConfig};

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use super::input::Body;
use crate::admin::recognise::{self, Recognisable, RecognisedItem};

pub(super) fn routes(table: &mut ServiceConfig) {
    table.service(at("/recognise", "POST").route(web::post().to(recognise)));
}

/// Say what was pasted or uploaded, and give the draft that comes of it: metadata or its
/// address, an issuer or discovery address, certificates in any wrapping, an Okta domain, a
/// tenant or app of Entra ID, and what is taken for these by mistake. One address may be
/// called. Nothing is kept.
#[utoipa::path(post, path = "/api/v1/recognise", tag = "connections", operation_id = "recognise",
    request_body = Recognisable, responses((status = 200, body = RecognisedItem)))]
pub(super) async fn recognise(caller: Caller, body: Body<Recognisable>) -> Answer {
    answer::item(&recognise::recognise(&caller.hub, &caller.access, &body.value).await?)
}
