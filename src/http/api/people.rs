//! How people come in for the first time: `/organizations/{id}/invitations` and `/first-owner`.

use actix_web::web::{self, Path, ServiceConfig};

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use super::input::{Body, Piece, Query, id};
use crate::admin::first_owner::{FirstOwnerItem, NewFirstOwner};
use crate::admin::invitations::{InvitationItem, InvitationMade, NewInvitation};
use crate::admin::{Act, Listed, first_owner, idempotent, invitations};
use crate::model::id::{InvitationId, OrganizationId};

pub(super) fn routes(table: &mut ServiceConfig) {
    table
        .service(
            at("/organizations/{id}/invitations", "GET, POST")
                .route(web::get().to(list_invitations))
                .route(web::post().to(invite)),
        )
        .service(
            at("/organizations/{id}/invitations/{invitation}", "GET, DELETE")
                .route(web::get().to(find_invitation))
                .route(web::delete().to(revoke_invitation)),
        )
        .service(
            at("/organizations/{id}/first-owner", "GET, POST, DELETE")
                .route(web::get().to(find_first_owner))
                .route(web::post().to(name_first_owner))
                .route(web::delete().to(delete_first_owner)),
        );
}

/// The invitations of an organization, oldest first, without their links. They are remembered
/// for 90 days after their end.
#[utoipa::path(get, path = "/api/v1/organizations/{id}/invitations", tag = "people",
    operation_id = "list_invitations", params(("id" = String, Path), Piece),
    responses((status = 200, body = Listed<InvitationItem>)))]
pub(super) async fn list_invitations(
    caller: Caller,
    path: Path<String>,
    query: Query<Piece>,
) -> Answer {
    let id: OrganizationId = id(path.into_inner())?;
    let piece = query.0.list()?;
    answer::list(&caller.read(move |act| invitations::list(act, &id, &piece)).await?)
}

/// Invite somebody. The link is shown this once; it lets the first sign-in with the invited
/// address become a user although the connection takes nobody new.
#[utoipa::path(post, path = "/api/v1/organizations/{id}/invitations", tag = "people",
    operation_id = "create_invitation", request_body = NewInvitation,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with the same key get the same answer.")),
    responses((status = 201, body = InvitationMade)))]
pub(super) async fn invite(
    caller: Caller,
    path: Path<String>,
    body: Body<NewInvitation>,
) -> Answer {
    let organization: OrganizationId = id(path.into_inner())?;
    let (hub, below) = (caller.hub.clone(), format!("organizations/{organization}/invitations"));
    let Body { value, key } = body;
    let made = caller
        .write(move |act| {
            let make = || invitations::create(act, &organization, &value);
            idempotent::once(act, key.as_ref(), make)
        })
        .await?;
    answer::made(&hub, &below, &made)
}

/// One invitation.
#[utoipa::path(get, path = "/api/v1/organizations/{id}/invitations/{invitation}", tag = "people",
    operation_id = "find_invitation",
    params(("id" = String, Path), ("invitation" = String, Path)),
    responses((status = 200, body = InvitationItem)))]
pub(super) async fn find_invitation(caller: Caller, path: Path<(String, String)>) -> Answer {
    let (organization, invitation) = path.into_inner();
    let (organization, invitation): (OrganizationId, InvitationId) =
        (id(organization)?, id(invitation)?);
    answer::item(&caller.read(move |act| invitations::load(act, &organization, &invitation)).await?)
}

/// Take an invitation back. One that was used stays as it is.
#[utoipa::path(delete, path = "/api/v1/organizations/{id}/invitations/{invitation}",
    tag = "people", operation_id = "revoke_invitation",
    params(("id" = String, Path), ("invitation" = String, Path)), responses((status = 204)))]
pub(super) async fn revoke_invitation(caller: Caller, path: Path<(String, String)>) -> Answer {
    let (organization, invitation) = path.into_inner();
    let (organization, invitation): (OrganizationId, InvitationId) =
        (id(organization)?, id(invitation)?);
    caller.write(move |act| invitations::revoke(act, &organization, &invitation)).await?;
    answer::done()
}

/// Who becomes the owner of an organization that has none.
#[utoipa::path(get, path = "/api/v1/organizations/{id}/first-owner", tag = "people",
    operation_id = "find_first_owner", params(("id" = String, Path)),
    responses((status = 200, body = FirstOwnerItem)))]
pub(super) async fn find_first_owner(caller: Caller, path: Path<String>) -> Answer {
    let id: OrganizationId = id(path.into_inner())?;
    answer::item(&caller.read(move |act| first_owner::load(act, &id)).await?)
}

/// Name the one person who becomes the owner of an organization that has none, by signing in
/// through its own provider with this address, once. The address has to be proved: at a domain
/// of the organization, and stated as verified, or not stated by a provider of one tenant.
#[utoipa::path(post, path = "/api/v1/organizations/{id}/first-owner", tag = "people",
    operation_id = "create_first_owner", request_body = NewFirstOwner,
    params(("id" = String, Path)), responses((status = 200, body = FirstOwnerItem)))]
pub(super) async fn name_first_owner(
    caller: Caller,
    path: Path<String>,
    body: Body<NewFirstOwner>,
) -> Answer {
    let id: OrganizationId = id(path.into_inner())?;
    let name = move |act: &Act<'_>| first_owner::create(act, &id, &body.value);
    answer::item(&caller.write(name).await?)
}

/// Take the naming of a first owner back.
#[utoipa::path(delete, path = "/api/v1/organizations/{id}/first-owner", tag = "people",
    operation_id = "delete_first_owner", params(("id" = String, Path)),
    responses((status = 204)))]
pub(super) async fn delete_first_owner(caller: Caller, path: Path<String>) -> Answer {
    let id: OrganizationId = id(path.into_inner())?;
    caller.write(move |act| first_owner::delete(act, &id)).await?;
    answer::done()
}
