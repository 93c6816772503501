//! `/audit-events`.

use actix_web::web::{self, ServiceConfig};
use serde::Deserialize;
use utoipa::IntoParams;

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use super::input::{Query, maybe_id};
use crate::admin::trail::{self, AuditItem, Trail};
use crate::admin::{List, Listed};

pub(super) fn routes(table: &mut ServiceConfig) {
    table.service(at("/audit-events", "GET").route(web::get().to(list)));
}

/// Which rows.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditEvents {
    /// Only about this organization.
    organization: Option<String>,
    /// Only of this action.
    #[param(example = "connection.activate")]
    action: Option<String>,
    /// Only by this user, token or set-up link, by its `id`; or by everybody of a kind: `user`,
    /// `token`, `setup_link`, `host` or `system`.
    actor: Option<String>,
    /// Only done to the thing with this identifier.
    subject: Option<String>,
    /// Only at this moment or later (RFC 3339).
    #[param(example = "2026-11-21T09:00:00Z")]
    from: Option<String>,
    /// Only before this moment (RFC 3339).
    #[param(example = "2026-11-21T10:00:00Z")]
    until: Option<String>,
    /// Items wanted, 1 to 200; default 50.
    limit: Option<i64>,
    /// The `next` of the piece before, with the same filters.
    after: Option<String>,
}

/// Who did what, newest first. With a filter, one piece looks at 20,000 rows at most: it may
/// hold fewer than asked for, or none, while `next` is not null.
#[utoipa::path(get, path = "/api/v1/audit-events", tag = "audit", operation_id = "list_audit_events",
    params(AuditEvents), responses((status = 200, body = Listed<AuditItem>)))]
pub(super) async fn list(caller: Caller, query: Query<AuditEvents>) -> Answer {
    let AuditEvents { organization, action, actor, subject, from, until, limit, after } = query.0;
    let piece = List::new(limit, after)?;
    let wanted =
        Trail { organization: maybe_id(organization)?, action, actor, subject, from, until };
    answer::list(&caller.read(move |act| trail::list(act, &wanted, &piece)).await?)
}
