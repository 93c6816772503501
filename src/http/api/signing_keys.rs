//! `/signing-keys`.

use actix_web::web::{self, ServiceConfig};

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use crate::admin::Listed;
use crate::admin::signing_keys::{self, SigningKeyItem};

pub(super) fn routes(table: &mut ServiceConfig) {
    table
        .service(at("/signing-keys", "GET").route(web::get().to(list)))
        .service(at("/signing-keys/rotate", "POST").route(web::post().to(rotate)));
}

/// The keys tokens are signed with, oldest first, without their private halves.
#[utoipa::path(get, path = "/api/v1/signing-keys", tag = "settings",
    operation_id = "list_signing_keys",
    responses((status = 200, body = Listed<SigningKeyItem>)))]
pub(super) async fn list(caller: Caller) -> Answer {
    answer::list(&caller.read(signing_keys::list).await?)
}

/// Let the next keys sign as soon as every app can have read them: a day after they were
/// published. Asked again it changes nothing.
#[utoipa::path(post, path = "/api/v1/signing-keys/rotate", tag = "settings",
    operation_id = "rotate_signing_keys",
    responses((status = 200, body = Listed<SigningKeyItem>)))]
pub(super) async fn rotate(caller: Caller) -> Answer {
    answer::list(&caller.write(signing_keys::rotate).await?)
}
