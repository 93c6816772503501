//! `/connections/{id}/setup-links`, and what the browser of one says when it is done.

use actix_web::web::{self, Path, ServiceConfig};

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use super::input::{Body, Piece, Query, id};
use crate::admin::setup_links::{NewSetupLink, SetupLinkItem, SetupLinkMade};
use crate::admin::{Listed, idempotent, setup_links};
use crate::model::id::{ConnectionId, SetupLinkId};

pub(super) fn routes(table: &mut ServiceConfig) {
    table
        .service(
            at("/connections/{id}/setup-links", "GET, POST")
                .route(web::get().to(list))
                .route(web::post().to(create)),
        )
        .service(
            at("/connections/{id}/setup-links/{link}", "DELETE").route(web::delete().to(revoke)),
        )
        .service(at("/setup-links/finish", "POST").route(web::post().to(finish)));
}

/// The set-up links of a connection, oldest first, without their tokens.
#[utoipa::path(get, path = "/api/v1/connections/{id}/setup-links", tag = "connections",
    operation_id = "list_setup_links", params(("id" = String, Path), Piece),
    responses((status = 200, body = Listed<SetupLinkItem>)))]
pub(super) async fn list(caller: Caller, path: Path<String>, query: Query<Piece>) -> Answer {
    let id: ConnectionId = id(path.into_inner())?;
    let piece = query.0.list()?;
    answer::list(&caller.read(move |act| setup_links::list(act, &id, &piece)).await?)
}

/// Make a link by which somebody without an account prepares this one connection. Its address
/// is shown this once.
#[utoipa::path(post, path = "/api/v1/connections/{id}/setup-links", tag = "connections",
    operation_id = "create_setup_link", request_body = NewSetupLink,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with the same key get the same answer.")),
    responses((status = 201, body = SetupLinkMade)))]
pub(super) async fn create(caller: Caller, path: Path<String>, body: Body<NewSetupLink>) -> Answer {
    let id: ConnectionId = id(path.into_inner())?;
    let hub = caller.hub.clone();
    let place = format!("connections/{id}/setup-links");
    let Body { value, key } = body;
    let made = caller
        .write(move |act| {
            idempotent::once(act, key.as_ref(), || setup_links::create(act, &id, &value))
        })
        .await?;
    answer::made(&hub, &place, &made)
}

/// Revoke a set-up link. Its browser can do nothing more.
#[utoipa::path(delete, path = "/api/v1/connections/{id}/setup-links/{link}", tag = "connections",
    operation_id = "revoke_setup_link", params(("id" = String, Path), ("link" = String, Path)),
    responses((status = 204)))]
pub(super) async fn revoke(caller: Caller, path: Path<(String, String)>) -> Answer {
    let (connection, link) = path.into_inner();
    let (connection, link): (ConnectionId, SetupLinkId) = (id(connection)?, id(link)?);
    caller.write(move |act| setup_links::revoke(act, &connection, &link)).await?;
    answer::done()
}

/// For the browser of a set-up link: all is done. The link is over then.
#[utoipa::path(post, path = "/api/v1/setup-links/finish", tag = "connections",
    operation_id = "finish_setup_link", responses((status = 204)))]
pub(super) async fn finish(caller: Caller) -> Answer {
    caller.write(setup_links::finish).await?;
    answer::done()
}
