//! `/users`.

use actix_web::web::{self, Path, ServiceConfig};
use serde::Deserialize;
use utoipa::IntoParams;

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use super::input::{Body, IfMatch, Query, id, maybe_id};
use crate::admin::password_links::{self, PasswordLink, PasswordLinks};
use crate::admin::user_list::{self, Search, UserState};
use crate::admin::users::{NewUser, SessionsEnded, UserItem, UserPatch};
use crate::admin::{Act, Listed, idempotent, users};
use crate::model::id::{OrganizationId, UserId};

pub(super) fn routes(table: &mut ServiceConfig) {
    table
        .service(at("/users", "GET, POST").route(web::get().to(list)).route(web::post().to(create)))
        .service(
            at("/users/{id}", "GET, PATCH, DELETE")
                .route(web::get().to(find))
                .route(web::patch().to(update))
                .route(web::delete().to(delete)),
        )
        .service(at("/users/{id}/sessions", "DELETE").route(web::delete().to(end_sessions)))
        .service(at("/users/{id}/password-link", "POST").route(web::post().to(password_link)))
        .service(
            at("/organizations/{id}/password-links", "POST").route(web::post().to(password_links)),
        );
}

/// Who is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Users {
    /// Only of this organization.
    organization: Option<String>,
    /// Only whose e-mail address or full name begins so, in any case.
    q: Option<String>,
    /// Only in this state.
    #[param(inline)]
    state: Option<UserState>,
    /// Only who has never signed in (`true`), or who has (`false`).
    never_signed_in: Option<bool>,
    /// Items wanted, 1 to 200; default 50.
    limit: Option<i64>,
    /// The `next` of the piece before, with the same query.
    after: Option<String>,
}

/// People within reach, oldest first; with `q` by address and then by name. A piece may hold
/// fewer items than wanted, even none, and still not be the last.
#[utoipa::path(get, path = "/api/v1/users", tag = "users", operation_id = "list_users",
    params(Users), responses((status = 200, body = Listed<UserItem>)))]
pub(super) async fn list(caller: Caller, query: Query<Users>) -> Answer {
    let Users { organization, q, state, never_signed_in, limit, after } = query.0;
    let organization = maybe_id(organization)?;
    let search = Search { organization, query: q, state, never_signed_in, limit, after };
    answer::list(&caller.read(move |act| user_list::list(act, &search)).await?)
}

/// Make a person who will sign in with a password: give them a link to set it next.
#[utoipa::path(post, path = "/api/v1/users", tag = "users", operation_id = "create_user",
    request_body = NewUser,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeats with the same key get the same answer.")),
    responses((status = 201, body = UserItem)))]
pub(super) async fn create(caller: Caller, body: Body<NewUser>) -> Answer {
    let hub = caller.hub.clone();
    let Body { value, key } = body;
    let make =
        move |act: &Act<'_>| idempotent::once(act, key.as_ref(), || users::create(act, &value));
    answer::made(&hub, "users", &caller.write(make).await?)
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
    let change = move |act: &Act<'_>| users::update(act, &id, expected.0, &body.value);
    answer::item(&caller.write(change).await?)
}

/// Remove a person with everything that is theirs: identities, passwords, sessions and what
/// apps were given. Whoever comes back is somebody new, with another `sub`.
#[utoipa::path(delete, path = "/api/v1/users/{id}", tag = "users", operation_id = "delete_user",
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 204)))]
pub(super) async fn delete(caller: Caller, path: Path<String>, expected: IfMatch) -> Answer {
    let id: UserId = id(path.into_inner())?;
    caller.write(move |act| users::delete(act, &id, expected.0)).await?;
    answer::done()
}

/// End every session of a person. They may sign in again.
#[utoipa::path(delete, path = "/api/v1/users/{id}/sessions", tag = "users",
    operation_id = "end_user_sessions", params(("id" = String, Path)),
    responses((status = 200, body = SessionsEnded)))]
pub(super) async fn end_sessions(caller: Caller, path: Path<String>) -> Answer {
    let id: UserId = id(path.into_inner())?;
    answer::item(&caller.write(move |act| users::end_sessions(act, &id)).await?)
}

/// Make a one-use link through which a person who is no owner sets a password, within 24
/// hours. It is shown this once; an earlier one ends.
#[utoipa::path(post, path = "/api/v1/users/{id}/password-link", tag = "users",
    operation_id = "create_password_link", params(("id" = String, Path)),
    responses((status = 200, body = PasswordLink)))]
pub(super) async fn password_link(caller: Caller, path: Path<String>) -> Answer {
    let id: UserId = id(path.into_inner())?;
    answer::item(&caller.write(move |act| password_links::create(act, &id)).await?)
}

/// Make such links for people of an organization who would have no way in without its
/// provider: 100 at most, and how many remain. Who has a link in force gets no other.
#[utoipa::path(post, path = "/api/v1/organizations/{id}/password-links", tag = "users",
    operation_id = "create_password_links", params(("id" = String, Path)),
    responses((status = 200, body = PasswordLinks)))]
pub(super) async fn password_links(caller: Caller, path: Path<String>) -> Answer {
    let id: OrganizationId = id(path.into_inner())?;
    answer::item(&password_links::create_for_all(caller.hub, caller.access, id).await?)
}
