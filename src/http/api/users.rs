//! `/users`.

use actix_web::web::{self, Path, ServiceConfig};

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use super::input::{Body, IfMatch, PieceOfOrganization, Query, id, maybe_id};
use crate::admin::users::{UserItem, UserPatch};
use crate::admin::{Listed, users};
use crate::model::id::UserId;

pub(super) fn routes(table: &mut ServiceConfig) {
    table.service(at("/users", "GET").route(web::get().to(list))).service(
        at("/users/{id}", "GET, PATCH").route(web::get().to(find)).route(web::patch().to(update)),
    );
}

/// People within reach, oldest first.
#[utoipa::path(get, path = "/api/v1/users", tag = "users", operation_id = "list_users",
    params(PieceOfOrganization), responses((status = 200, body = Listed<UserItem>)))]
pub(super) async fn list(caller: Caller, query: Query<PieceOfOrganization>) -> Answer {
    let piece = query.0.list()?;
    let organization = maybe_id(query.0.organization)?;
    answer::list(&caller.read(move |act| users::list(act, organization.as_ref(), &piece)).await?)
}

/// One person.
#[utoipa::path(get, path = "/api/v1/users/{id}", tag = "users", operation_id = "find_user",
    params(("id" = String, Path)), responses((status = 200, body = UserItem)))]
pub(super) async fn find(caller: Caller, path: Path<String>) -> Answer {
    let id: UserId = id(path.into_inner())?;
    answer::item(&caller.read(move |act| users::load(act, &id)).await?)
}

/// Change a person. Disabling them ends every session of theirs.
#[utoipa::path(patch, path = "/api/v1/users/{id}", tag = "users", operation_id = "update_user",
    request_body = UserPatch, params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = UserItem)))]
pub(super) async fn update(
    caller: Caller,
    path: Path<String>,
    expected: IfMatch,
    body: Body<UserPatch>,
) -> Answer {
    let id: UserId = id(path.into_inner())?;
    let change =
        move |act: &crate::admin::Act<'_>| users::update(act, &id, expected.0, &body.value);
    answer::item(&caller.write(change).await?)
}
