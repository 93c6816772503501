//! `/organizations/{id}/relinks`: whether somebody new is a person who is known.

use actix_web::web::{self, Path, ServiceConfig};
use serde::Deserialize;
use utoipa::IntoParams;

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use super::input::{IfMatch, Query, id};
use super::problem::ApiProblem;
use crate::admin::relinks::RelinkItem;
use crate::admin::{Act, List, Listed, relinks};
use crate::model::id::{OrganizationId, RelinkId};
use crate::model::relink;

pub(super) fn routes(table: &mut ServiceConfig) {
    table
        .service(at("/organizations/{id}/relinks", "GET").route(web::get().to(list_relinks)))
        .service(
            at("/organizations/{id}/relinks/{relink}", "GET, DELETE")
                .route(web::get().to(find_relink))
                .route(web::delete().to(delete_relink)),
        )
        .service(
            at("/organizations/{id}/relinks/{relink}/approve", "POST")
                .route(web::post().to(approve_relink)),
        )
        .service(
            at("/organizations/{id}/relinks/{relink}/refuse", "POST")
                .route(web::post().to(refuse_relink)),
        )
        .service(
            at("/organizations/{id}/relinks/{relink}/separate", "POST")
                .route(web::post().to(separate_relink)),
        )
        .service(
            at("/organizations/{id}/relinks/{relink}/undo", "POST")
                .route(web::post().to(undo_relink)),
        );
}

/// Which piece of a list of questions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PieceOfRelinks {
    /// Only those that are `pending`, `approved`, `refused` or `separate`.
    state: Option<String>,
    /// Items wanted, 1 to 200; default 50.
    limit: Option<i64>,
    /// The `next` of the piece before.
    after: Option<String>,
}

/// The questions whether somebody new is a person who is known, oldest first.
#[utoipa::path(get, path = "/api/v1/organizations/{id}/relinks", tag = "people",
    operation_id = "list_relinks", params(("id" = String, Path), PieceOfRelinks),
    responses((status = 200, body = Listed<RelinkItem>)))]
pub(super) async fn list_relinks(
    caller: Caller,
    path: Path<String>,
    query: Query<PieceOfRelinks>,
) -> Answer {
    let id: OrganizationId = id(path.into_inner())?;
    let PieceOfRelinks { state, limit, after } = query.0;
    let piece = List::new(limit, after)?;
    let list = move |act: &Act<'_>| relinks::list(act, &id, state.as_deref(), &piece);
    answer::list(&caller.read(list).await?)
}

type Named = (OrganizationId, RelinkId);

fn named(path: Path<(String, String)>) -> Result<Named, ApiProblem> {
    let (organization, relink) = path.into_inner();
    Ok((id(organization)?, id(relink)?))
}

/// One question.
#[utoipa::path(get, path = "/api/v1/organizations/{id}/relinks/{relink}", tag = "people",
    operation_id = "find_relink", params(("id" = String, Path), ("relink" = String, Path)),
    responses((status = 200, body = RelinkItem)))]
pub(super) async fn find_relink(caller: Caller, path: Path<(String, String)>) -> Answer {
    let (organization, relink) = named(path)?;
    answer::item(&caller.read(move |act| relinks::load(act, &organization, &relink)).await?)
}

async fn decide(
    caller: Caller,
    path: Path<(String, String)>,
    expected: IfMatch,
    answer: relink::Answer,
) -> Answer {
    let (organization, relink) = named(path)?;
    let decide =
        move |act: &Act<'_>| relinks::answer(act, (&organization, &relink), expected.0, answer);
    answer::item(&caller.write(decide).await?)
}

/// They are the known person: the new subject leads to them from now on. The `sub` apps
/// receive stays what it is.
#[utoipa::path(post, path = "/api/v1/organizations/{id}/relinks/{relink}/approve",
    tag = "people", operation_id = "approve_relink",
    params(("id" = String, Path), ("relink" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = RelinkItem)))]
pub(super) async fn approve_relink(
    caller: Caller,
    path: Path<(String, String)>,
    expected: IfMatch,
) -> Answer {
    decide(caller, path, expected, relink::Answer::Approve).await
}

/// They are somebody else, who does not come in until the question is deleted.
#[utoipa::path(post, path = "/api/v1/organizations/{id}/relinks/{relink}/refuse",
    tag = "people", operation_id = "refuse_relink",
    params(("id" = String, Path), ("relink" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = RelinkItem)))]
pub(super) async fn refuse_relink(
    caller: Caller,
    path: Path<(String, String)>,
    expected: IfMatch,
) -> Answer {
    decide(caller, path, expected, relink::Answer::Refuse).await
}

/// They are somebody else, who gets an account of their own at the next sign-in.
#[utoipa::path(post, path = "/api/v1/organizations/{id}/relinks/{relink}/separate",
    tag = "people", operation_id = "separate_relink",
    params(("id" = String, Path), ("relink" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = RelinkItem)))]
pub(super) async fn separate_relink(
    caller: Caller,
    path: Path<(String, String)>,
    expected: IfMatch,
) -> Answer {
    decide(caller, path, expected, relink::Answer::Separate).await
}

/// An approval was a mistake: the new subject waits again, and the known person's sessions end.
#[utoipa::path(post, path = "/api/v1/organizations/{id}/relinks/{relink}/undo", tag = "people",
    operation_id = "undo_relink",
    params(("id" = String, Path), ("relink" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = RelinkItem)))]
pub(super) async fn undo_relink(
    caller: Caller,
    path: Path<(String, String)>,
    expected: IfMatch,
) -> Answer {
    decide(caller, path, expected, relink::Answer::Undo).await
}

/// Forget a question that is not approved. The next sign-in may ask it anew.
#[utoipa::path(delete, path = "/api/v1/organizations/{id}/relinks/{relink}", tag = "people",
    operation_id = "delete_relink",
    params(("id" = String, Path), ("relink" = String, Path), ("If-Match" = String, Header)),
    responses((status = 204)))]
pub(super) async fn delete_relink(
    caller: Caller,
    path: Path<(String, String)>,
    expected: IfMatch,
) -> Answer {
    let (organization, relink) = named(path)?;
    let delete = move |act: &Act<'_>| relinks::delete(act, (&organization, &relink), expected.0);
    caller.write(delete).await?;
    answer::done()
}
