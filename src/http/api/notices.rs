//! `/notices`.

use actix_web::web::{self, Path, ServiceConfig};
use serde::Deserialize;
use utoipa::IntoParams;

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use super::input::{Query, id, maybe_id};
use crate::admin::notices::NoticeItem;
use crate::admin::{List, Listed, notices};
use crate::model::id::AdminNoticeId;

pub(super) fn routes(table: &mut ServiceConfig) {
    table
        .service(at("/notices", "GET").route(web::get().to(list)))
        .service(at("/notices/{id}/acknowledge", "POST").route(web::post().to(acknowledge)));
}

/// Which notices.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only those of this organization.
    organization: Option<String>,
    /// Only those the caller has not acknowledged.
    #[serde(default)]
    open: bool,
    /// Items wanted, 1 to 200; default 50.
    limit: Option<i64>,
    /// The `next` of the piece before.
    after: Option<String>,
}

/// What administrators are told, newest first.
#[utoipa::path(get, path = "/api/v1/notices", tag = "notices", operation_id = "list_notices",
    params(Wanted), responses((status = 200, body = Listed<NoticeItem>)))]
pub(super) async fn list(caller: Caller, query: Query<Wanted>) -> Answer {
    let Wanted { organization, open, limit, after } = query.0;
    let (organization, piece) = (maybe_id(organization)?, List::new(limit, after)?);
    let read =
        move |act: &crate::admin::Act<'_>| notices::list(act, organization.as_ref(), open, &piece);
    answer::list(&caller.read(read).await?)
}

/// Say that the caller has read a notice. Others are still told.
#[utoipa::path(post, path = "/api/v1/notices/{id}/acknowledge", tag = "notices",
    operation_id = "acknowledge_notice", params(("id" = String, Path)),
    responses((status = 204)))]
pub(super) async fn acknowledge(caller: Caller, path: Path<String>) -> Answer {
    let id: AdminNoticeId = id(path.into_inner())?;
    caller.write(move |act| notices::acknowledge(act, &id)).await?;
    answer::done()
}
