//! `/apps`.

use actix_web::web::{self, Path, ServiceConfig};

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use super::input::{Body, IfMatch, Piece, Query, id};
use crate::admin::apps::mismatches::{self as asked, RedirectMismatchItem};
use crate::admin::apps::{AppItem, AppPatch, AppWithSecret, NewApp};
use crate::admin::{Listed, apps, idempotent};
use crate::model::id::AppId;

pub(super) fn routes(table: &mut ServiceConfig) {
    table
        .service(at("/apps", "GET, POST").route(web::get().to(list)).route(web::post().to(create)))
        .service(
            at("/apps/{id}", "GET, PATCH, DELETE")
                .route(web::get().to(find))
                .route(web::patch().to(update))
                .route(web::delete().to(delete)),
        )
        .service(at("/apps/{id}/secret", "POST").route(web::post().to(rotate_secret)))
        .service(at("/apps/{id}/redirect-mismatches", "GET").route(web::get().to(mismatches)));
}

/// The apps, oldest first.
#[utoipa::path(get, path = "/api/v1/apps", tag = "apps", operation_id = "list_apps",
    params(Piece), responses((status = 200, body = Listed<AppItem>)))]
pub(super) async fn list(caller: Caller, query: Query<Piece>) -> Answer {
    let piece = query.0.list()?;
    answer::list(&caller.read(move |act| apps::list(act, &piece)).await?)
}

/// Make an app. Its secret is shown this once.
#[utoipa::path(post, path = "/api/v1/apps", tag = "apps", operation_id = "create_app",
    request_body = NewApp,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeats with the same key get the same answer.")),
    responses((status = 201, body = AppWithSecret)))]
pub(super) async fn create(caller: Caller, body: Body<NewApp>) -> Answer {
    let hub = caller.hub.clone();
    let Body { value, key } = body;
    let made = caller
        .write(move |act| idempotent::once(act, key.as_ref(), || apps::create(act, &value)))
        .await?;
    answer::made(&hub, "apps", &made)
}

/// One app.
#[utoipa::path(get, path = "/api/v1/apps/{id}", tag = "apps", operation_id = "find_app",
    params(("id" = String, Path)), responses((status = 200, body = AppItem)))]
pub(super) async fn find(caller: Caller, path: Path<String>) -> Answer {
    let id: AppId = id(path.into_inner())?;
    answer::item(&caller.read(move |act| apps::load(act, &id)).await?)
}

/// Change an app.
#[utoipa::path(patch, path = "/api/v1/apps/{id}", tag = "apps", operation_id = "update_app",
    request_body = AppPatch, params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = AppItem)))]
pub(super) async fn update(
    caller: Caller,
    path: Path<String>,
    expected: IfMatch,
    body: Body<AppPatch>,
) -> Answer {
    let id: AppId = id(path.into_inner())?;
    let change = move |act: &crate::admin::Act<'_>| apps::update(act, &id, expected.0, &body.value);
    answer::item(&caller.write(change).await?)
}

/// Remove an app with its codes and access tokens.
#[utoipa::path(delete, path = "/api/v1/apps/{id}", tag = "apps", operation_id = "delete_app",
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 204)))]
pub(super) async fn delete(caller: Caller, path: Path<String>, expected: IfMatch) -> Answer {
    let id: AppId = id(path.into_inner())?;
    caller.write(move |act| apps::delete(act, &id, expected.0)).await?;
    answer::done()
}

/// Give an app a new secret, shown this once; the one before stops working at once.
#[utoipa::path(post, path = "/api/v1/apps/{id}/secret", tag = "apps",
    operation_id = "rotate_app_secret",
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = AppWithSecret)))]
pub(super) async fn rotate_secret(caller: Caller, path: Path<String>, expected: IfMatch) -> Answer {
    let id: AppId = id(path.into_inner())?;
    answer::item(&caller.write(move |act| apps::rotate_secret(act, &id, expected.0)).await?)
}

/// Addresses that the app asked to be answered at and has not registered, refused each time:
/// among the newest 5,000 sign-ins of everybody, of the last seven days. Anybody can cause an entry with an address of their own:
/// look at the host before you add one to `redirect_uris`.
#[utoipa::path(get, path = "/api/v1/apps/{id}/redirect-mismatches", tag = "apps",
    operation_id = "list_redirect_mismatches", params(("id" = String, Path)),
    responses((status = 200, body = Listed<RedirectMismatchItem>)))]
pub(super) async fn mismatches(caller: Caller, path: Path<String>) -> Answer {
    let id: AppId = id(path.into_inner())?;
    answer::list(&caller.read(move |act| asked::mismatches(act, &id)).await?)
}
