//! `/organizations/{id}/enforcement`.

use actix_web::web::{self, Path, ServiceConfig};

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use super::input::{Body, IfMatch, id};
use crate::admin::enforcement;
use crate::admin::enforcement::item::{EnforcementBody, EnforcementItem};
use crate::model::id::OrganizationId;

pub(super) fn routes(table: &mut ServiceConfig) {
    table.service(
        at("/organizations/{id}/enforcement", "GET, PUT")
            .route(web::get().to(find))
            .route(web::put().to(put)),
    );
}

/// How far single sign-on is the way in, whether it may be required, and whom that concerns.
#[utoipa::path(get, path = "/api/v1/organizations/{id}/enforcement", tag = "organizations",
    operation_id = "find_enforcement", params(("id" = String, Path)),
    responses((status = 200, body = EnforcementItem)))]
pub(super) async fn find(caller: Caller, path: Path<String>) -> Answer {
    let id: OrganizationId = id(path.into_inner())?;
    answer::item(&caller.read(move |act| enforcement::load(act, &id)).await?)
}

/// Set how far single sign-on is the way in. `required` is refused with everything that is
/// not so yet; taking it back is never refused. If-Match is the version of the organization.
#[utoipa::path(put, path = "/api/v1/organizations/{id}/enforcement", tag = "organizations",
    operation_id = "put_enforcement", request_body = EnforcementBody,
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = EnforcementItem)))]
pub(super) async fn put(
    caller: Caller,
    path: Path<String>,
    expected: IfMatch,
    body: Body<EnforcementBody>,
) -> Answer {
    let id: OrganizationId = id(path.into_inner())?;
    let change =
        move |act: &crate::admin::Act<'_>| enforcement::put(act, &id, expected.0, &body.value);
    answer::item(&caller.write(change).await?)
}
