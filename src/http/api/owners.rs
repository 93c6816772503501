//! `/owners` and `/organizations/{id}/owners`.

use actix_web::web::{self, Path, ServiceConfig};

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use super::input::{Body, IfMatch, PieceOfOrganization, Query, id, maybe_id};
use crate::admin::owners::{DrillInput, DrillStarted, NewOwner, OwnerItem, OwnerMade};
use crate::admin::{Listed, idempotent, owners};
use crate::model::id::{OrganizationId, UserId};

pub(super) fn routes(table: &mut ServiceConfig) {
    table
        .service(at("/owners", "GET").route(web::get().to(list)))
        .service(at("/owners/drill", "POST").route(web::post().to(start_drill)))
        .service(at("/organizations/{id}/owners", "POST").route(web::post().to(create)))
        .service(
            at("/organizations/{id}/owners/{user}", "GET, DELETE")
                .route(web::get().to(find))
                .route(web::delete().to(delete)),
        )
        .service(
            at("/organizations/{id}/owners/{user}/link", "POST").route(web::post().to(issue_link)),
        );
}

/// Owners within reach, oldest first: people who may always sign in at the owner's door, and
/// what they sign in with.
#[utoipa::path(get, path = "/api/v1/owners", tag = "owners", operation_id = "list_owners",
    params(PieceOfOrganization), responses((status = 200, body = Listed<OwnerItem>)))]
pub(super) async fn list(caller: Caller, query: Query<PieceOfOrganization>) -> Answer {
    let piece = query.0.list()?;
    let organization = maybe_id(query.0.organization)?;
    answer::list(&caller.read(move |act| owners::list(act, organization.as_ref(), &piece)).await?)
}

/// Make an owner: somebody new, or a person of the organization. The answer holds a link
/// through which they set a password.
#[utoipa::path(post, path = "/api/v1/organizations/{id}/owners", tag = "owners",
    operation_id = "create_owner", request_body = NewOwner,
    params(("id" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats with the same key get the same answer.")),
    responses((status = 201, body = OwnerMade)))]
pub(super) async fn create(caller: Caller, path: Path<String>, body: Body<NewOwner>) -> Answer {
    let id: OrganizationId = id(path.into_inner())?;
    let hub = caller.hub.clone();
    let Body { value, key } = body;
    let place = format!("organizations/{id}/owners");
    let made = caller
        .write(move |act| idempotent::once(act, key.as_ref(), || owners::create(act, &id, &value)))
        .await?;
    answer::made(&hub, &place, &made)
}

/// One owner.
#[utoipa::path(get, path = "/api/v1/organizations/{id}/owners/{user}", tag = "owners",
    operation_id = "find_owner", params(("id" = String, Path), ("user" = String, Path)),
    responses((status = 200, body = OwnerItem)))]
pub(super) async fn find(caller: Caller, path: Path<(String, String)>) -> Answer {
    let (organization, user) = named(path)?;
    answer::item(&caller.read(move |act| owners::load(act, &organization, &user)).await?)
}

/// Make an owner a person like others. The last one who can sign in with the identity provider
/// switched off stays.
#[utoipa::path(delete, path = "/api/v1/organizations/{id}/owners/{user}", tag = "owners",
    operation_id = "delete_owner",
    params(("id" = String, Path), ("user" = String, Path), ("If-Match" = String, Header)),
    responses((status = 204)))]
pub(super) async fn delete(
    caller: Caller,
    path: Path<(String, String)>,
    expected: IfMatch,
) -> Answer {
    let (organization, user) = named(path)?;
    caller.write(move |act| owners::delete(act, &organization, &user, expected.0)).await?;
    answer::done()
}

/// Make a new link through which an owner sets a password, or the first one for an owner by a
/// role; an earlier one ends. Their second factor stays.
#[utoipa::path(post, path = "/api/v1/organizations/{id}/owners/{user}/link", tag = "owners",
    operation_id = "issue_owner_link", params(("id" = String, Path), ("user" = String, Path)),
    responses((status = 200, body = OwnerMade)))]
pub(super) async fn issue_link(caller: Caller, path: Path<(String, String)>) -> Answer {
    let (organization, user) = named(path)?;
    answer::item(&caller.write(move |act| owners::issue_link(act, &organization, &user)).await?)
}

/// Start a drill: an owner passes it by signing in at the address given, with password and
/// second factor. No session comes of it.
#[utoipa::path(post, path = "/api/v1/owners/drill", tag = "owners", operation_id = "start_drill",
    request_body = DrillInput, responses((status = 200, body = DrillStarted)))]
pub(super) async fn start_drill(caller: Caller, body: Body<DrillInput>) -> Answer {
    answer::item(&caller.write(move |act| owners::start_drill(act, &body.value)).await?)
}

fn named(
    path: Path<(String, String)>,
) -> Result<(OrganizationId, UserId), super::problem::ApiProblem> {
    let (organization, user) = path.into_inner();
    Ok((id(organization)?, id(user)?))
}
