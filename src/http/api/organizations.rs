//! `/organizations`.

use actix_web::web::{self, Path, ServiceConfig};
use serde::Deserialize;
use utoipa::IntoParams;

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use super::input::{Body, IfMatch, Piece, Query, id};
use crate::admin::organizations::{NewOrganization, OrganizationItem, OrganizationPatch};
use crate::admin::tiles::TileItem;
use crate::admin::{AdminError, List, Listed, idempotent, organizations, tiles};
use crate::model::id::OrganizationId;
use crate::store::StoreError;

pub(super) fn routes(table: &mut ServiceConfig) {
    table
        .service(
            at("/organizations", "GET, POST")
                .route(web::get().to(list))
                .route(web::post().to(create)),
        )
        .service(
            at("/organizations/{id}", "GET, PATCH, DELETE")
                .route(web::get().to(find))
                .route(web::patch().to(update))
                .route(web::delete().to(delete)),
        )
        .service(at("/organizations/{id}/tiles", "GET").route(web::get().to(tiles)));
}

/// Which organizations are looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Organizations {
    /// Only those with this in their name, login path or one of their domains, in any case.
    q: Option<String>,
    /// Items wanted, 1 to 200; default 50.
    limit: Option<i64>,
    /// The `next` of the piece before, with the same query.
    after: Option<String>,
}

/// The organizations within reach, oldest first.
#[utoipa::path(get, path = "/api/v1/organizations", tag = "organizations",
    operation_id = "list_organizations", params(Organizations),
    responses((status = 200, body = Listed<OrganizationItem>)))]
pub(super) async fn list(caller: Caller, query: Query<Organizations>) -> Answer {
    let Organizations { q, limit, after } = query.0;
    let piece = List::new(limit, after)?;
    answer::list(&caller.read(move |act| organizations::list(act, q.as_deref(), &piece)).await?)
}

/// Make an organization.
#[utoipa::path(post, path = "/api/v1/organizations", tag = "organizations",
    operation_id = "create_organization", request_body = NewOrganization,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeats with the same key get the same answer.")),
    responses((status = 201, body = OrganizationItem)))]
pub(super) async fn create(caller: Caller, body: Body<NewOrganization>) -> Answer {
    let hub = caller.hub.clone();
    let Body { value, key } = body;
    let made = caller
        .write(move |act| {
            idempotent::once(act, key.as_ref(), || organizations::create(act, &value))
        })
        .await?;
    answer::made(&hub, "organizations", &made)
}

/// One organization.
#[utoipa::path(get, path = "/api/v1/organizations/{id}", tag = "organizations",
    operation_id = "find_organization", params(("id" = String, Path)),
    responses((status = 200, body = OrganizationItem)))]
pub(super) async fn find(caller: Caller, path: Path<String>) -> Answer {
    let id: OrganizationId = id(path.into_inner())?;
    answer::item(&caller.read(move |act| organizations::load(act, &id)).await?)
}

/// The apps that people of an organization may use, each with the address of its tile.
#[utoipa::path(get, path = "/api/v1/organizations/{id}/tiles", tag = "organizations",
    operation_id = "list_tiles", params(("id" = String, Path), Piece),
    responses((status = 200, body = Listed<TileItem>)))]
pub(super) async fn tiles(caller: Caller, path: Path<String>, query: Query<Piece>) -> Answer {
    let id: OrganizationId = id(path.into_inner())?;
    let piece = query.0.list()?;
    answer::list(&caller.read(move |act| tiles::list(act, &id, &piece)).await?)
}

/// Change an organization. Disabling it ends every session of its people.
#[utoipa::path(patch, path = "/api/v1/organizations/{id}", tag = "organizations",
    operation_id = "update_organization", request_body = OrganizationPatch,
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = OrganizationItem)))]
pub(super) async fn update(
    caller: Caller,
    path: Path<String>,
    expected: IfMatch,
    body: Body<OrganizationPatch>,
) -> Answer {
    let id: OrganizationId = id(path.into_inner())?;
    let change =
        move |act: &crate::admin::Act<'_>| organizations::update(act, &id, expected.0, &body.value);
    answer::item(&caller.write(change).await?)
}

/// Remove an organization with everything that belongs to it.
/// One with more than 500 people is switched off first, and they are removed in steps; what
/// interrupts that leaves it switched off with those who are left, to be deleted again.
#[utoipa::path(delete, path = "/api/v1/organizations/{id}", tag = "organizations",
    operation_id = "delete_organization",
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 204)))]
pub(super) async fn delete(caller: Caller, path: Path<String>, expected: IfMatch) -> Answer {
    let id: OrganizationId = id(path.into_inner())?;
    // To its end, also when nobody waits for the answer any more: it may take a while.
    let Caller { hub, access } = caller;
    let deleted = tokio::spawn(organizations::delete(hub, access, id, expected.0)).await;
    deleted.map_err(|_| AdminError::from(StoreError::Closed))??;
    answer::done()
}
