//! `/presets`.

use actix_web::web::{self, Path, ServiceConfig};

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use crate::admin::Listed;
use crate::admin::presets::{self, PresetItem, PresetSummary};

pub(super) fn routes(table: &mut ServiceConfig) {
    table
        .service(at("/presets", "GET").route(web::get().to(list)))
        .service(at("/presets/{id}", "GET").route(web::get().to(find)));
}

/// The identity providers whose consoles are known, in the order in which to offer them. The
/// two generic ones stand last.
#[utoipa::path(get, path = "/api/v1/presets", tag = "presets", operation_id = "list_presets",
    responses((status = 200, body = Listed<PresetSummary>)))]
pub(super) async fn list(_: Caller) -> Answer {
    answer::kept(&presets::list())
}

/// What is known of one identity provider's console: its fields in its words and order, what
/// belongs in each, what is known to go wrong and where to change it.
#[utoipa::path(get, path = "/api/v1/presets/{id}", tag = "presets", operation_id = "find_preset",
    params(("id" = String, Path, example = "okta")), responses((status = 200, body = PresetItem)))]
pub(super) async fn find(_: Caller, path: Path<String>) -> Answer {
    answer::kept(&presets::load(&path)?)
}
