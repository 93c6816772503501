//! `/audit-events`.

use actix_web::web::{self, ServiceConfig};

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use super::input::{PieceOfOrganization, Query, maybe_id};
use crate::admin::trail::AuditItem;
use crate::admin::{Listed, trail};

pub(super) fn routes(table: &mut ServiceConfig) {
    table.service(at("/audit-events", "GET").route(web::get().to(list)));
}

/// Who did what, newest first.
#[utoipa::path(get, path = "/api/v1/audit-events", tag = "audit", operation_id = "list_audit_events",
    params(PieceOfOrganization), responses((status = 200, body = Listed<AuditItem>)))]
pub(super) async fn list(caller: Caller, query: Query<PieceOfOrganization>) -> Answer {
    let piece = query.0.list()?;
    let organization = maybe_id(query.0.organization)?;
    answer::list(&caller.read(move |act| trail::list(act, organization.as_ref(), &piece)).await?)
}
