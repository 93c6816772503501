//! `/organizations/{id}/domains`.

use actix_web::web::{self, Path, ServiceConfig};

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use super::input::{Body, Piece, Query, id};
use crate::admin::domain_item::DomainItem;
use crate::admin::domains::{DomainAcceptance, DomainPatch};
use crate::admin::{Act, Listed, domains};
use crate::model::id::OrganizationId;

pub(super) fn routes(table: &mut ServiceConfig) {
    table
        .service(at("/organizations/{id}/domains", "GET").route(web::get().to(list)))
        .service(
            at("/organizations/{id}/domains/{domain}", "GET, PUT, PATCH, DELETE")
                .route(web::get().to(find))
                .route(web::put().to(put))
                .route(web::patch().to(update))
                .route(web::delete().to(delete)),
        )
        .service(
            at("/organizations/{id}/domains/{domain}/check", "POST").route(web::post().to(check)),
        )
        .service(
            at("/organizations/{id}/domains/{domain}/accept", "POST").route(web::post().to(accept)),
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

/// One mail domain, with the record that proves it and what was found of it last.
#[utoipa::path(get, path = "/api/v1/organizations/{id}/domains/{domain}", tag = "organizations",
    operation_id = "find_domain", params(("id" = String, Path), ("domain" = String, Path)),
    responses((status = 200, body = DomainItem)))]
pub(super) async fn find(caller: Caller, path: Path<(String, String)>) -> Answer {
    let (organization, domain) = path.into_inner();
    let organization: OrganizationId = id(organization)?;
    answer::item(&caller.read(move |act| domains::load(act, &organization, &domain)).await?)
}

/// Add a mail domain. It is pending and has no effect until it is proved: publish its
/// `record` in DNS, then check it. Public mail domains and public suffixes are refused. A
/// domain covers exactly itself unless `include_subdomains` is set, and never one below it
/// that another organization has proved.
#[utoipa::path(put, path = "/api/v1/organizations/{id}/domains/{domain}", tag = "organizations",
    operation_id = "put_domain", params(("id" = String, Path), ("domain" = String, Path)),
    responses((status = 200, body = DomainItem)))]
pub(super) async fn put(caller: Caller, path: Path<(String, String)>) -> Answer {
    let (organization, domain) = path.into_inner();
    let organization: OrganizationId = id(organization)?;
    answer::item(&caller.write(move |act| domains::put(act, &organization, &domain)).await?)
}

/// Change whether a mail domain covers the domains below it.
#[utoipa::path(patch, path = "/api/v1/organizations/{id}/domains/{domain}", tag = "organizations",
    operation_id = "update_domain", request_body = DomainPatch,
    params(("id" = String, Path), ("domain" = String, Path)),
    responses((status = 200, body = DomainItem)))]
pub(super) async fn update(
    caller: Caller,
    path: Path<(String, String)>,
    body: Body<DomainPatch>,
) -> Answer {
    let (organization, domain) = path.into_inner();
    let organization: OrganizationId = id(organization)?;
    let change = move |act: &Act<'_>| domains::update(act, &organization, &domain, &body.value);
    answer::item(&caller.write(change).await?)
}

/// Look for the record in DNS now. If it is there, the domain is proved: people who type an
/// address there are sent to this organization. Asked too often it answers 429.
#[utoipa::path(post, path = "/api/v1/organizations/{id}/domains/{domain}/check",
    tag = "organizations", operation_id = "check_domain",
    params(("id" = String, Path), ("domain" = String, Path)),
    responses((status = 200, body = DomainItem)))]
pub(super) async fn check(caller: Caller, path: Path<(String, String)>) -> Answer {
    let (organization, domain) = path.into_inner();
    let organization: OrganizationId = id(organization)?;
    let Caller { hub, access } = caller;
    answer::item(&domains::check(hub, access, organization, domain).await?)
}

/// Take a mail domain as proved, without DNS. For the installation's administrators.
#[utoipa::path(post, path = "/api/v1/organizations/{id}/domains/{domain}/accept",
    tag = "organizations", operation_id = "accept_domain", request_body = DomainAcceptance,
    params(("id" = String, Path), ("domain" = String, Path)),
    responses((status = 200, body = DomainItem)))]
pub(super) async fn accept(
    caller: Caller,
    path: Path<(String, String)>,
    body: Body<DomainAcceptance>,
) -> Answer {
    let (organization, domain) = path.into_inner();
    let organization: OrganizationId = id(organization)?;
    let decide = move |act: &Act<'_>| domains::accept(act, &organization, &domain, &body.value);
    answer::item(&caller.write(decide).await?)
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
