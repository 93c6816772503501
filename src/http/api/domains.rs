//! `/organizations/{id}/domains`.

use actix_web::web::{self, Path, ServiceConfig};

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use super::input::{Piece, Query, id};
use crate::admin::domains::DomainItem;
use crate::admin::{Listed, domains};
use crate::model::id::OrganizationId;

pub(super) fn routes(table: &mut ServiceConfig) {
    table.service(at("/organizations/{id}/domains", "GET").route(web::get().to(list))).service(
        at("/organizations/{id}/domains/{domain}", "PUT, DELETE")
            .route(web::put().to(put))
            .route(web::delete().to(delete)),
    );
}

/// The mail domains of an organization, oldest first.
#[utoipa::path(get, path = "/api/v1/organizations/{id}/domains", tag = "organizations",
    operation_id = "list_domains", params(("id" = String, Path), Piece),
    responses((status = 200, body = Listed<DomainItem>)))]
pub(super) async fn list(caller: Caller, path: Path<String>, query: Query<Piece>) -> Answer {
    let id: OrganizationId = id(path.into_inner())?;
    let piece = query.0.list()?;
    answer::list(&caller.read(move |act| domains::list(act, &id, &piece)).await?)
}

/// Add a mail domain: people who type an address there are sent to this organization.
#[utoipa::path(put, path = "/api/v1/organizations/{id}/domains/{domain}", tag = "organizations",
    operation_id = "put_domain", params(("id" = String, Path), ("domain" = String, Path)),
    responses((status = 200, body = DomainItem)))]
pub(super) async fn put(caller: Caller, path: Path<(String, String)>) -> Answer {
    let (organization, domain) = path.into_inner();
    let organization: OrganizationId = id(organization)?;
    answer::item(&caller.write(move |act| domains::put(act, &organization, &domain)).await?)
}

/// Remove a mail domain.
#[utoipa::path(delete, path = "/api/v1/organizations/{id}/domains/{domain}", tag = "organizations",
    operation_id = "delete_domain", params(("id" = String, Path), ("domain" = String, Path)),
    responses((status = 204)))]
pub(super) async fn delete(caller: Caller, path: Path<(String, String)>) -> Answer {
    let (organization, domain) = path.into_inner();
    let organization: OrganizationId = id(organization)?;
    caller.write(move |act| domains::delete(act, &organization, &domain)).await?;
    answer::done()
}
