//! `/connections`.

use actix_web::web::{self, Path, ServiceConfig};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use super::input::{Body, IfMatch, MaybeBody, Piece, Query, id, maybe_id};
use crate::admin::connection_item::{ConnectionItem, RevisionItem};
use crate::admin::connections::{ConnectionPatch, DraftBody, NewConnection};
use crate::admin::testing::{self, TestLinkItem, TestRequest};
use crate::admin::{List, Listed, captures, connections, drafts, idempotent, source};
use crate::model::id::ConnectionId;

pub(super) fn routes(table: &mut ServiceConfig) {
    table
        .service(
            at("/connections", "GET, POST")
                .route(web::get().to(list))
                .route(web::post().to(create)),
        )
        .service(
            at("/connections/{id}", "GET, PATCH, DELETE")
                .route(web::get().to(find))
                .route(web::patch().to(update))
                .route(web::delete().to(delete)),
        )
        .service(
            at("/connections/{id}/draft", "PUT, DELETE")
                .route(web::put().to(put_draft))
                .route(web::delete().to(delete_draft)),
        )
        .service(at("/connections/{id}/activate", "POST").route(web::post().to(activate)))
        .service(at("/connections/{id}/return", "POST").route(web::post().to(go_back)))
        .service(at("/connections/{id}/test", "POST").route(web::post().to(test)))
        .service(
            at("/connections/{id}/capture", "POST, DELETE")
                .route(web::post().to(capture_on))
                .route(web::delete().to(capture_off)),
        )
        .service(at("/connections/{id}/revisions", "GET").route(web::get().to(revisions)));
}

/// Which connections are looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Connections {
    /// Only of this organization.
    organization: Option<String>,
    /// Only those with this in their name, in any case.
    q: Option<String>,
    /// Items wanted, 1 to 200; default 50.
    limit: Option<i64>,
    /// The `next` of the piece before, with the same query.
    after: Option<String>,
}

/// The connections within reach, oldest first.
#[utoipa::path(get, path = "/api/v1/connections", tag = "connections",
    operation_id = "list_connections", params(Connections),
    responses((status = 200, body = Listed<ConnectionItem>)))]
pub(super) async fn list(caller: Caller, query: Query<Connections>) -> Answer {
    let Connections { organization, q, limit, after } = query.0;
    let piece = List::new(limit, after)?;
    let organization = maybe_id(organization)?;
    let read = move |act: &crate::admin::Act<'_>| {
        connections::list(act, organization.as_ref(), q.as_deref(), &piece)
    };
    answer::list(&caller.read(read).await?)
}

/// Make a connection with its first draft. It routes nobody until it is activated.
#[utoipa::path(post, path = "/api/v1/connections", tag = "connections",
    operation_id = "create_connection", request_body = NewConnection,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeats with the same key get the same answer.")),
    responses((status = 201, body = ConnectionItem)))]
pub(super) async fn create(caller: Caller, body: Body<NewConnection>) -> Answer {
    let hub = caller.hub.clone();
    let Body { value, key } = body;
    if let Some(repeated) = key.clone() {
        // A repeat is answered without calling the metadata's address again.
        let before = caller.clone().read(move |act| idempotent::before(act, Some(&repeated)));
        if let Some(made) = before.await? {
            return answer::made(&hub, "connections", &made);
        }
    }
    let draft = match &value.config {
        Some(config) => {
            Some(source::read(&hub, &caller.access, value.protocol, config, "config.").await?)
        }
        None => None,
    };
    let made = caller
        .write(move |act| {
            idempotent::once(act, key.as_ref(), || connections::create(act, &value, draft))
        })
        .await?;
    answer::made(&hub, "connections", &made)
}

/// One connection.
#[utoipa::path(get, path = "/api/v1/connections/{id}", tag = "connections",
    operation_id = "find_connection", params(("id" = String, Path)),
    responses((status = 200, body = ConnectionItem)))]
pub(super) async fn find(caller: Caller, path: Path<String>) -> Answer {
    let id: ConnectionId = id(path.into_inner())?;
    answer::item(&caller.read(move |act| connections::load(act, &id)).await?)
}

/// Change a connection. Disabling it ends every session that began through it.
#[utoipa::path(patch, path = "/api/v1/connections/{id}", tag = "connections",
    operation_id = "update_connection", request_body = ConnectionPatch,
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = ConnectionItem)))]
pub(super) async fn update(
    caller: Caller,
    path: Path<String>,
    expected: IfMatch,
    body: Body<ConnectionPatch>,
) -> Answer {
    let id: ConnectionId = id(path.into_inner())?;
    let change =
        move |act: &crate::admin::Act<'_>| connections::update(act, &id, expected.0, &body.value);
    answer::item(&caller.write(change).await?)
}

/// Remove a connection; ends every session that began through it.
#[utoipa::path(delete, path = "/api/v1/connections/{id}", tag = "connections",
    operation_id = "delete_connection",
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 204)))]
pub(super) async fn delete(caller: Caller, path: Path<String>, expected: IfMatch) -> Answer {
    let id: ConnectionId = id(path.into_inner())?;
    caller.write(move |act| connections::delete(act, &id, expected.0)).await?;
    answer::done()
}

/// Replace the draft. What is live stays as it is.
#[utoipa::path(put, path = "/api/v1/connections/{id}/draft", tag = "connections",
    operation_id = "put_draft", request_body = DraftBody,
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = ConnectionItem)))]
pub(super) async fn put_draft(
    caller: Caller,
    path: Path<String>,
    expected: IfMatch,
    body: Body<Value>,
) -> Answer {
    let id: ConnectionId = id(path.into_inner())?;
    let known = id.clone();
    let protocol = caller.clone().read(move |act| connections::protocol(act, &known)).await?;
    // The metadata's address may be called: no transaction is open here.
    let draft = source::read(&caller.hub, &caller.access, protocol, &body.value, "").await?;
    let change = move |act: &crate::admin::Act<'_>| drafts::put(act, &id, expected.0, draft);
    answer::item(&caller.write(change).await?)
}

/// Give the draft up.
#[utoipa::path(delete, path = "/api/v1/connections/{id}/draft", tag = "connections",
    operation_id = "delete_draft",
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 204)))]
pub(super) async fn delete_draft(caller: Caller, path: Path<String>, expected: IfMatch) -> Answer {
    let id: ConnectionId = id(path.into_inner())?;
    caller.write(move |act| drafts::delete(act, &id, expected.0)).await?;
    answer::done()
}

/// Make the draft live: people sign in through it from now on. Exactly this draft must have
/// passed a test sign-in; every change of it needs a new one. Questions about relinks end where
/// people are known by something else from then on, which needs that nobody is known yet.
#[utoipa::path(post, path = "/api/v1/connections/{id}/activate", tag = "connections",
    operation_id = "activate_connection",
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = ConnectionItem)))]
pub(super) async fn activate(caller: Caller, path: Path<String>, expected: IfMatch) -> Answer {
    let id: ConnectionId = id(path.into_inner())?;
    answer::item(&caller.write(move |act| drafts::activate(act, &id, expected.0)).await?)
}

/// Return to the revision that was live before, in one call and without a test: it was live. The
/// one that was live can be returned to in turn; the draft stays.
#[utoipa::path(post, path = "/api/v1/connections/{id}/return", tag = "connections",
    operation_id = "return_connection",
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = ConnectionItem)))]
pub(super) async fn go_back(caller: Caller, path: Path<String>, expected: IfMatch) -> Answer {
    let id: ConnectionId = id(path.into_inner())?;
    answer::item(&caller.write(move |act| drafts::go_back(act, &id, expected.0)).await?)
}

/// Ask for a test sign-in: a link that works once, within 15 minutes, in any browser, and goes
/// straight to the identity provider with exactly that revision. It ends on a report and lets
/// nobody in; `GET /api/v1/attempts/{reference}` has the report, too. A SAML draft may lack its
/// issuer: the first test learns it, and the draft that counts as tested is a new revision. This
/// is no edit of the connection: no If-Match, and the version stays unless the issuer was
/// learned.
#[utoipa::path(post, path = "/api/v1/connections/{id}/test", tag = "connections",
    operation_id = "test_connection", request_body = Option<TestRequest>,
    params(("id" = String, Path)), responses((status = 200, body = TestLinkItem)))]
pub(super) async fn test(
    caller: Caller,
    path: Path<String>,
    body: MaybeBody<TestRequest>,
) -> Answer {
    let id: ConnectionId = id(path.into_inner())?;
    answer::item(&caller.write(move |act| testing::begin(act, &id, &body.0)).await?)
}

/// Keep answers whole for one hour from now, to see and replay them; again, for one hour from
/// then. They are sealed, at most 50 of a connection are kept, and for 7 days. This is no edit
/// of the connection: no If-Match, and the version stays.
#[utoipa::path(post, path = "/api/v1/connections/{id}/capture", tag = "connections",
    operation_id = "capture_on", params(("id" = String, Path)),
    responses((status = 200, body = ConnectionItem)))]
pub(super) async fn capture_on(caller: Caller, path: Path<String>) -> Answer {
    let id: ConnectionId = id(path.into_inner())?;
    answer::item(&caller.write(move |act| captures::switch_on(act, &id)).await?)
}

/// Keep no more answers whole. Those that were kept stay until they run out.
#[utoipa::path(delete, path = "/api/v1/connections/{id}/capture", tag = "connections",
    operation_id = "capture_off", params(("id" = String, Path)),
    responses((status = 204)))]
pub(super) async fn capture_off(caller: Caller, path: Path<String>) -> Answer {
    let id: ConnectionId = id(path.into_inner())?;
    caller.write(move |act| captures::switch_off(act, &id)).await?;
    answer::done()
}

/// The revisions of a connection, newest first.
#[utoipa::path(get, path = "/api/v1/connections/{id}/revisions", tag = "connections",
    operation_id = "list_revisions", params(("id" = String, Path), Piece),
    responses((status = 200, body = Listed<RevisionItem>)))]
pub(super) async fn revisions(caller: Caller, path: Path<String>, query: Query<Piece>) -> Answer {
    let id: ConnectionId = id(path.into_inner())?;
    let piece = query.0.list()?;
    answer::list(&caller.read(move |act| connections::revisions(act, &id, &piece)).await?)
}
