//! `/attempts`.

use actix_web::web::{self, Path, ServiceConfig};
use serde::Deserialize;
use utoipa::IntoParams;

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use super::input::{Body, IfMatch, Query, maybe_id, named};
use crate::admin::attempt_item::AttemptItem;
use crate::admin::attempts::Wanted;
use crate::admin::connection_item::ConnectionItem;
use crate::admin::fixes::FixBody;
use crate::admin::replay::{ReplayItem, ReplayRequest};
use crate::admin::{self, List, Listed, attempts, mend};

pub(super) fn routes(table: &mut ServiceConfig) {
    table
        .service(at("/attempts", "GET").route(web::get().to(list)))
        .service(at("/attempts/{reference}", "GET").route(web::get().to(find)))
        .service(at("/attempts/{reference}/reveal", "POST").route(web::post().to(reveal)))
        .service(at("/attempts/{reference}/fixes/{id}", "POST").route(web::post().to(fix)))
        .service(at("/attempts/{reference}/replay", "POST").route(web::post().to(replay)));
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
    /// Only of people this app sent.
    app: Option<String>,
    /// Only of this person, known once a provider vouched for them.
    user: Option<String>,
    /// Only begun at this moment or later (RFC 3339).
    #[param(example = "2026-11-21T09:00:00Z")]
    from: Option<String>,
    /// Only begun before this moment (RFC 3339).
    #[param(example = "2026-11-21T10:00:00Z")]
    until: Option<String>,
    /// Only in this state: `choosing`, `awaiting`, `verified`, `admitted` or `refused`.
    outcome: Option<String>,
    /// Only refused for this reason.
    code: Option<String>,
    /// Only tests of connections, or all but these.
    test: Option<bool>,
    /// Only the one people quote by this reference, in capitals or not, with its hyphens or
    /// without.
    reference: Option<String>,
    /// Also what the organization, the connection, the app and the person of each are called, as
    /// they are kept here; default false.
    names: Option<bool>,
    /// Items wanted, 1 to 200; default 50.
    limit: Option<i64>,
    /// The `next` of the piece before.
    after: Option<String>,
}

/// The attempts within reach, newest first. One piece looks at 5,000 attempts at most: it may
/// hold fewer than asked for, or none, while `next` is not null. Then ask on, or give `from`
/// and `until`.
#[utoipa::path(get, path = "/api/v1/attempts", tag = "attempts", operation_id = "list_attempts",
    params(Attempts), responses((status = 200, body = Listed<AttemptItem>)))]
pub(super) async fn list(caller: Caller, query: Query<Attempts>) -> Answer {
    let query = query.0;
    let piece = List::new(query.limit, query.after)?;
    let wanted = Wanted {
        organization: maybe_id(query.organization)?,
        connection: named("connection", query.connection)?,
        app: named("app", query.app)?,
        user: named("user", query.user)?,
        from: query.from,
        until: query.until,
        outcome: query.outcome,
        code: query.code,
        test: query.test,
        reference: query.reference,
        names: query.names.unwrap_or_default(),
    };
    answer::list(&caller.read(move |act| attempts::list(act, &wanted, &piece)).await?)
}

/// One attempt by its reference or identifier, with every check; personal values are masked.
/// The browser of a set-up link finds the tests of its connection, without apps and people.
#[utoipa::path(get, path = "/api/v1/attempts/{reference}", tag = "attempts",
    operation_id = "find_attempt", params(("reference" = String, Path)),
    responses((status = 200, body = AttemptItem)))]
pub(super) async fn find(caller: Caller, path: Path<String>) -> Answer {
    let reference = path.into_inner();
    answer::item(&caller.read(move |act| attempts::load(act, &reference)).await?)
}

/// One attempt with its personal values too. That it was asked for is noted in the audit
/// trail.
#[utoipa::path(post, path = "/api/v1/attempts/{reference}/reveal", tag = "attempts",
    operation_id = "reveal_attempt", params(("reference" = String, Path)),
    responses((status = 200, body = AttemptItem)))]
pub(super) async fn reveal(caller: Caller, path: Path<String>) -> Answer {
    let reference = path.into_inner();
    answer::item(&caller.write(move |act| attempts::reveal(act, &reference)).await?)
}

/// Put a repair that the attempt suggests into the draft of its connection; where there is none,
/// a copy of what is live becomes the draft. It is worked out anew from the connection as it is:
/// name the version you saw. The browser of a set-up link repairs the very draft that was tested.
#[utoipa::path(post, path = "/api/v1/attempts/{reference}/fixes/{id}", tag = "attempts",
    operation_id = "apply_fix", request_body = FixBody,
    params(("reference" = String, Path), ("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = ConnectionItem)))]
pub(super) async fn fix(
    caller: Caller,
    path: Path<(String, String)>,
    expected: IfMatch,
    body: Body<FixBody>,
) -> Answer {
    let (reference, id) = path.into_inner();
    let apply = move |act: &crate::admin::Act<'_>| {
        mend::mend(act, &reference, &id, expected.0, &body.value)
    };
    answer::item(&caller.write(apply).await?)
}

/// Judge the captured message of an attempt again, with the draft or with what is live, by the
/// clock of then. Nobody is signed in by it, nothing is used up and the attempt stays as it is;
/// that it was asked for is noted in the audit trail.
#[utoipa::path(post, path = "/api/v1/attempts/{reference}/replay", tag = "attempts",
    operation_id = "replay_attempt", request_body = ReplayRequest,
    params(("reference" = String, Path)), responses((status = 200, body = ReplayItem)))]
pub(super) async fn replay(
    caller: Caller,
    path: Path<String>,
    body: Body<ReplayRequest>,
) -> Answer {
    let (reference, which) = (path.into_inner(), body.value.revision);
    // The network may be asked for keys: no transaction is open here.
    answer::item(&admin::replay::replay(&caller.hub, &caller.access, reference, which).await?)
}
