//! `/sessions`.

use actix_web::web::{self, Path, ServiceConfig};
use serde::Deserialize;
use utoipa::IntoParams;

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use super::input::{Query, id, maybe_id};
use crate::admin::sessions::SessionItem;
use crate::admin::{List, Listed, sessions};
use crate::model::id::SessionId;

pub(super) fn routes(table: &mut ServiceConfig) {
    table
        .service(at("/sessions", "GET").route(web::get().to(list)))
        .service(at("/sessions/{id}", "DELETE").route(web::delete().to(end)));
}

/// Which sessions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Sessions {
    /// Only of people of this organization.
    organization: Option<String>,
    /// Only of this person.
    user: Option<String>,
    /// Items wanted, 1 to 200; default 50.
    limit: Option<i64>,
    /// The `next` of the piece before.
    after: Option<String>,
}

/// The sessions within reach, oldest first.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "sessions", operation_id = "list_sessions",
    params(Sessions), responses((status = 200, body = Listed<SessionItem>)))]
pub(super) async fn list(caller: Caller, query: Query<Sessions>) -> Answer {
    let query = query.0;
    let piece = List::new(query.limit, query.after)?;
    let organization = maybe_id(query.organization)?;
    let user = maybe_id(query.user)?;
    let read = move |act: &crate::admin::Act<'_>| {
        sessions::list(act, organization.as_ref(), user.as_ref(), &piece)
    };
    answer::list(&caller.read(read).await?)
}

/// End a session.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "sessions",
    operation_id = "end_session", params(("id" = String, Path)), responses((status = 204)))]
pub(super) async fn end(caller: Caller, path: Path<String>) -> Answer {
    let id: SessionId = id(path.into_inner())?;
    caller.write(move |act| sessions::end(act, &id)).await?;
    answer::done()
}
