//! `/tokens`.

use actix_web::web::{self, Path, ServiceConfig};

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use super::input::{Body, Piece, Query, id};
use crate::admin::tokens::{TokenInput, TokenItem, TokenMade};
use crate::admin::{Listed, idempotent, tokens};
use crate::model::id::TokenId;

pub(super) fn routes(table: &mut ServiceConfig) {
    table
        .service(
            at("/tokens", "GET, POST").route(web::get().to(list)).route(web::post().to(create)),
        )
        .service(at("/tokens/{id}", "DELETE").route(web::delete().to(revoke)));
}

/// The tokens in force within reach, oldest first, without their values.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "tokens", operation_id = "list_tokens",
    params(Piece), responses((status = 200, body = Listed<TokenItem>)))]
pub(super) async fn list(caller: Caller, query: Query<Piece>) -> Answer {
    let piece = query.0.list()?;
    answer::list(&caller.read(move |act| tokens::list(act, &piece)).await?)
}

/// Make a token that reaches no further than yours. Its value is shown this once.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "tokens", operation_id = "create_token",
    request_body = TokenInput,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeats with the same key get the same answer.")),
    responses((status = 201, body = TokenMade)))]
pub(super) async fn create(caller: Caller, body: Body<TokenInput>) -> Answer {
    let hub = caller.hub.clone();
    let Body { value, key } = body;
    let made = caller
        .write(move |act| idempotent::once(act, key.as_ref(), || tokens::create(act, &value)))
        .await?;
    answer::made(&hub, "tokens", &made)
}

/// End a token for good.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "tokens",
    operation_id = "revoke_token", params(("id" = String, Path)), responses((status = 204)))]
pub(super) async fn revoke(caller: Caller, path: Path<String>) -> Answer {
    let id: TokenId = id(path.into_inner())?;
    caller.write(move |act| tokens::revoke(act, &id)).await?;
    answer::done()
}
