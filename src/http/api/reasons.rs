//! `/reason-codes`.

use actix_web::web::{self, ServiceConfig};

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use crate::admin::Listed;
use crate::admin::advice::{self, ReasonCodeItem};

pub(super) fn routes(table: &mut ServiceConfig) {
    table.service(at("/reason-codes", "GET").route(web::get().to(list)));
}

/// Every reason for which a sign-in can be refused: the closed list, which only grows.
#[utoipa::path(get, path = "/api/v1/reason-codes", tag = "attempts",
    operation_id = "list_reason_codes",
    responses((status = 200, body = Listed<ReasonCodeItem>)))]
pub(super) async fn list(_: Caller) -> Answer {
    answer::kept(&advice::reason_codes())
}
