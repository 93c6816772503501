//! `/activity`.

use actix_web::web::{self, ServiceConfig};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use super::input::{Query, maybe_id, named};
use crate::admin::activity::{self, ActivityItem, Wanted};

pub(super) fn routes(table: &mut ServiceConfig) {
    table.service(at("/activity", "GET").route(web::get().to(load)));
}

/// What is told apart.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum By {
    /// Each connection by itself.
    Connection,
}

/// What is to be counted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Only of this organization.
    organization: Option<String>,
    /// Only through this connection.
    connection: Option<String>,
    /// From this moment on (RFC 3339), rounded down to a whole step; a day before `until` when
    /// it is left out.
    #[param(example = "2026-11-20T10:00:00Z")]
    from: Option<String>,
    /// Up to this moment (RFC 3339); now when it is left out.
    #[param(example = "2026-11-21T10:00:00Z")]
    until: Option<String>,
    /// Seconds of one step, 300 to 86400; default 3600. At most 400 steps.
    step_seconds: Option<i64>,
    /// `connection` counts each connection by itself.
    #[param(inline)]
    by: Option<By>,
}

/// Sign-ins within reach that ended, counted in steps of time, with the reasons for refusals.
#[utoipa::path(get, path = "/api/v1/activity", tag = "attempts", operation_id = "load_activity",
    params(Asked), responses((status = 200, body = ActivityItem)))]
pub(super) async fn load(caller: Caller, query: Query<Asked>) -> Answer {
    let Asked { organization, connection, from, until, step_seconds, by } = query.0;
    let wanted = Wanted {
        organization: maybe_id(organization)?,
        connection: named("connection", connection)?,
        from,
        until,
        step_seconds,
        by_connection: by.is_some(),
    };
    answer::item(&caller.read(move |act| activity::load(act, &wanted)).await?)
}
