//! `/attempts`.

use actix_web::web::{self, Path, ServiceConfig};
use serde::Deserialize;
use utoipa::IntoParams;

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use super::input::{Query, maybe_id};
use crate::admin::attempts::{AttemptItem, Wanted};
use crate::admin::{List, Listed, attempts};

pub(super) fn routes(table: &mut ServiceConfig) {
    table
        .service(at("/attempts", "GET").route(web::get().to(list)))
        .service(at("/attempts/{reference}", "GET").route(web::get().to(find)));
}

/// Which attempts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Attempts {
    /// Only of this organization.
    organization: Option<String>,
    /// Only through this connection.
    connection: Option<String>,
    /// Only in this state: `choosing`, `awaiting`, `verified`, `admitted` or `refused`.
    outcome: Option<String>,
    /// Only refused for this reason.
    code: Option<String>,
    /// Only the one people quote by this reference.
    reference: Option<String>,
    /// Items wanted, 1 to 200; default 50.
    limit: Option<i64>,
    /// The `next` of the piece before.
    after: Option<String>,
}

/// How an attempt is shown.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Shown {
    /// Show personal values too; noted in the audit trail.
    #[serde(default)]
    reveal: bool,
}

/// The attempts within reach, newest first.
#[utoipa::path(get, path = "/api/v1/attempts", tag = "attempts", operation_id = "list_attempts",
    params(Attempts), responses((status = 200, body = Listed<AttemptItem>)))]
pub(super) async fn list(caller: Caller, query: Query<Attempts>) -> Answer {
    let query = query.0;
    let piece = List::new(query.limit, query.after)?;
    let wanted = Wanted {
        organization: maybe_id(query.organization)?,
        connection: maybe_id(query.connection)?,
        outcome: query.outcome,
        code: query.code,
        reference: query.reference,
    };
    answer::list(&caller.read(move |act| attempts::list(act, &wanted, &piece)).await?)
}

/// One attempt by its reference or identifier, with every check.
#[utoipa::path(get, path = "/api/v1/attempts/{reference}", tag = "attempts",
    operation_id = "find_attempt", params(("reference" = String, Path), Shown),
    responses((status = 200, body = AttemptItem)))]
pub(super) async fn find(caller: Caller, path: Path<String>, query: Query<Shown>) -> Answer {
    let reference = path.into_inner();
    let item = if query.0.reveal {
        caller.write(move |act| attempts::reveal(act, &reference)).await?
    } else {
        caller.read(move |act| attempts::load(act, &reference)).await?
    };
    answer::item(&item)
}
