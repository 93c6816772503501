//! `/settings`.

use actix_web::web::{self, ServiceConfig};

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use super::input::{Body, IfMatch};
use crate::admin::settings::{self, SettingsItem, SettingsPatch};

pub(super) fn routes(table: &mut ServiceConfig) {
    table.service(
        at("/settings", "GET, PATCH").route(web::get().to(find)).route(web::patch().to(update)),
    );
}

/// How this installation runs.
#[utoipa::path(get, path = "/api/v1/settings", tag = "settings", operation_id = "find_settings",
    responses((status = 200, body = SettingsItem)))]
pub(super) async fn find(caller: Caller) -> Answer {
    answer::item(&caller.read(settings::load).await?)
}

/// Change how this installation runs, at once. What was told when Doorward started is changed
/// there.
#[utoipa::path(patch, path = "/api/v1/settings", tag = "settings",
    operation_id = "update_settings", request_body = SettingsPatch,
    params(("If-Match" = String, Header)), responses((status = 200, body = SettingsItem)))]
pub(super) async fn update(caller: Caller, expected: IfMatch, body: Body<SettingsPatch>) -> Answer {
    let running = caller.hub.running.clone();
    let change = caller.write(move |act| settings::update(act, expected.0, &body.value));
    let (item, written) = change.await?;
    running.replace(written);
    answer::item(&item)
}
