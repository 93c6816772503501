//! `/users/{id}/end-access`.

use actix_web::web::{self, Path, ServiceConfig};

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use super::input::id;
use crate::admin::end_access::{self, EndAccessReceipt};
use crate::model::id::{ReceiptId, UserId};

pub(super) fn routes(table: &mut ServiceConfig) {
    table
        .service(at("/users/{id}/end-access", "POST").route(web::post().to(end)))
        .service(at("/users/{id}/end-access/{receipt}", "GET").route(web::get().to(find)));
}

/// End every session and access token of a person at once, and tell their apps. Answers with
/// a receipt when every app was told or tried once, after five seconds at most. They may sign
/// in again: disable them first to keep them out. Their provider is told to authenticate them
/// anew, which is checked where it says when it did.
#[utoipa::path(post, path = "/api/v1/users/{id}/end-access", tag = "users",
    operation_id = "end_access", params(("id" = String, Path)),
    responses((status = 200, body = EndAccessReceipt)))]
pub(super) async fn end(caller: Caller, path: Path<String>) -> Answer {
    let id: UserId = id(path.into_inner())?;
    let Caller { hub, access } = caller;
    answer::item(&end_access::end(hub, access, id).await?)
}

/// The receipt, with what became of each app by now. Kept for thirty days.
#[utoipa::path(get, path = "/api/v1/users/{id}/end-access/{receipt}", tag = "users",
    operation_id = "find_end_access_receipt",
    params(("id" = String, Path), ("receipt" = String, Path)),
    responses((status = 200, body = EndAccessReceipt)))]
pub(super) async fn find(caller: Caller, path: Path<(String, String)>) -> Answer {
    let (user, receipt) = path.into_inner();
    let (user, receipt): (UserId, ReceiptId) = (id(user)?, id(receipt)?);
    answer::item(&caller.read(move |act| end_access::load(act, &user, &receipt)).await?)
}
