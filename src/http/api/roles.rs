//! `/organizations/{id}/roles`, `/connections/{id}/role-mappings`, `/users/{id}/roles` and what
//! apps would be told of them.

use actix_web::web::{self, Path, ServiceConfig};

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use super::input::{Body, IfMatch, id};
use crate::admin::role_mappings::{self, MappingsItem, NewMappings};
use crate::admin::role_preview::{self, MappingsPreview, MappingsProposal};
use crate::admin::roles::{self, NewRole, RoleItem, RolePatch};
use crate::admin::token_preview::{self, TokenPreview, TokenPreviewInput};
use crate::admin::user_roles::{self, UserRoles};
use crate::admin::users::UserItem;
use crate::admin::{Act, Listed, idempotent};
use crate::flows::token_preview as flow;
use crate::model::id::{AppId, ConnectionId, OrganizationId, RoleId, UserId};

pub(super) fn routes(table: &mut ServiceConfig) {
    table
        .service(
            at("/organizations/{id}/roles", "GET, POST")
                .route(web::get().to(list))
                .route(web::post().to(create)),
        )
        .service(
            at("/organizations/{id}/roles/{role}", "GET, PATCH, DELETE")
                .route(web::get().to(find))
                .route(web::patch().to(update))
                .route(web::delete().to(delete)),
        )
        .service(
            at("/connections/{id}/role-mappings", "GET, PUT")
                .route(web::get().to(mappings))
                .route(web::put().to(put_mappings)),
        )
        .service(
            at("/connections/{id}/role-mappings/preview", "POST")
                .route(web::post().to(preview_mappings)),
        )
        .service(at("/users/{id}/roles", "PUT").route(web::put().to(put_user_roles)))
        .service(at("/apps/{id}/token-preview", "POST").route(web::post().to(preview_token)));
}

/// The roles of an organization: owner and admin, which every one has, then its own by name.
#[utoipa::path(get, path = "/api/v1/organizations/{id}/roles", tag = "roles",
    operation_id = "list_roles", params(("id" = String, Path)),
    responses((status = 200, body = Listed<RoleItem>)))]
pub(super) async fn list(caller: Caller, path: Path<String>) -> Answer {
    let id: OrganizationId = id(path.into_inner())?;
    answer::list(&caller.read(move |act| roles::list(act, &id)).await?)
}

/// Make a role. It does nothing until groups give it or somebody gets it by hand.
#[utoipa::path(post, path = "/api/v1/organizations/{id}/roles", tag = "roles",
    operation_id = "create_role", request_body = NewRole,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with the same key get the same answer.")),
    responses((status = 201, body = RoleItem)))]
pub(super) async fn create(caller: Caller, path: Path<String>, body: Body<NewRole>) -> Answer {
    let hub = caller.hub.clone();
    let organization: OrganizationId = id(path.into_inner())?;
    let address = format!("organizations/{organization}/roles");
    let Body { value, key } = body;
    let made = caller
        .write(move |act| {
            idempotent::once(act, key.as_ref(), || roles::create(act, &organization, &value))
        })
        .await?;
    answer::made(&hub, &address, &made)
}

/// One role.
#[utoipa::path(get, path = "/api/v1/organizations/{id}/roles/{role}", tag = "roles",
    operation_id = "find_role", params(("id" = String, Path), ("role" = String, Path)),
    responses((status = 200, body = RoleItem)))]
pub(super) async fn find(caller: Caller, path: Path<(String, String)>) -> Answer {
    let (organization, role) = both(path)?;
    answer::item(&caller.read(move |act| roles::load(act, &organization, &role)).await?)
}

/// Change a role. Apps receive the new name with the next token. Owner and admin stay as they
/// are.
#[utoipa::path(patch, path = "/api/v1/organizations/{id}/roles/{role}", tag = "roles",
    operation_id = "update_role", request_body = RolePatch,
    params(("id" = String, Path), ("role" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = RoleItem)))]
pub(super) async fn update(
    caller: Caller,
    path: Path<(String, String)>,
    expected: IfMatch,
    body: Body<RolePatch>,
) -> Answer {
    let (organization, role) = both(path)?;
    let change =
        move |act: &Act<'_>| roles::update(act, &organization, &role, expected.0, &body.value);
    answer::item(&caller.write(change).await?)
}

/// Remove a role from whoever has it and from every group that gives it. Apps open to it only
/// are open to nobody by it any more.
#[utoipa::path(delete, path = "/api/v1/organizations/{id}/roles/{role}", tag = "roles",
    operation_id = "delete_role",
    params(("id" = String, Path), ("role" = String, Path), ("If-Match" = String, Header)),
    responses((status = 204)))]
pub(super) async fn delete(
    caller: Caller,
    path: Path<(String, String)>,
    expected: IfMatch,
) -> Answer {
    let (organization, role) = both(path)?;
    caller.write(move |act| roles::delete(act, &organization, &role, expected.0)).await?;
    answer::done()
}

/// The groups of a connection's provider that give roles, with when each last came.
#[utoipa::path(get, path = "/api/v1/connections/{id}/role-mappings", tag = "roles",
    operation_id = "find_role_mappings", params(("id" = String, Path)),
    responses((status = 200, body = MappingsItem)))]
pub(super) async fn mappings(caller: Caller, path: Path<String>) -> Answer {
    let id: ConnectionId = id(path.into_inner())?;
    answer::item(&caller.read(move |act| role_mappings::load(act, &id)).await?)
}

/// Replace the groups of a connection's provider that give roles, all of them. It counts at
/// everybody's next sign-in; the preview says for whom. If-Match is the connection's ETag.
#[utoipa::path(put, path = "/api/v1/connections/{id}/role-mappings", tag = "roles",
    operation_id = "put_role_mappings", request_body = NewMappings,
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = MappingsItem)))]
pub(super) async fn put_mappings(
    caller: Caller,
    path: Path<String>,
    expected: IfMatch,
    body: Body<NewMappings>,
) -> Answer {
    let id: ConnectionId = id(path.into_inner())?;
    let change = move |act: &Act<'_>| role_mappings::replace(act, &id, expected.0, &body.value);
    answer::item(&caller.write(change).await?)
}

/// Say what other mappings or modes would do at everybody's next sign-in, by the groups they
/// last came with: who gains or loses roles, who is shut out. Nothing is changed.
#[utoipa::path(post, path = "/api/v1/connections/{id}/role-mappings/preview", tag = "roles",
    operation_id = "preview_role_mappings", request_body = MappingsProposal,
    params(("id" = String, Path)), responses((status = 200, body = MappingsPreview)))]
pub(super) async fn preview_mappings(
    caller: Caller,
    path: Path<String>,
    body: Body<MappingsProposal>,
) -> Answer {
    let id: ConnectionId = id(path.into_inner())?;
    let look = move |act: &Act<'_>| role_preview::preview(act, &id, &body.value);
    answer::item(&caller.read(look).await?)
}

/// Give a person roles by hand: all they are to have, with those a connection gives, which stay.
#[utoipa::path(put, path = "/api/v1/users/{id}/roles", tag = "roles",
    operation_id = "put_user_roles", request_body = UserRoles,
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = UserItem)))]
pub(super) async fn put_user_roles(
    caller: Caller,
    path: Path<String>,
    expected: IfMatch,
    body: Body<UserRoles>,
) -> Answer {
    let id: UserId = id(path.into_inner())?;
    let change = move |act: &Act<'_>| user_roles::replace(act, &id, expected.0, &body.value);
    answer::item(&caller.write(change).await?)
}

/// Show the claims an app would receive in the ID token of a person, as of their last sign-in,
/// and why they would be refused if so. Nothing is issued.
#[utoipa::path(post, path = "/api/v1/apps/{id}/token-preview", tag = "roles",
    operation_id = "preview_token", request_body = TokenPreviewInput,
    params(("id" = String, Path)), responses((status = 200, body = TokenPreview)))]
pub(super) async fn preview_token(
    caller: Caller,
    path: Path<String>,
    body: Body<TokenPreviewInput>,
) -> Answer {
    let app: AppId = id(path.into_inner())?;
    let hub = caller.hub.clone();
    let asked = caller.read(move |act| token_preview::ask(act, &app, &body.value)).await?;
    let token_preview::TokenQuestion { app, user, connection, scopes } = asked.clone();
    let found = flow::preview(&hub, app, user, connection, scopes).await?;
    let varies = flow::OWN.to_vec();
    answer::item(&TokenPreview::of(&asked, found.claims, varies, found.refused))
}

fn both(path: Path<(String, String)>) -> Result<(OrganizationId, RoleId), super::ApiProblem> {
    let (organization, role) = path.into_inner();
    Ok((id(organization)?, id(role)?))
}
