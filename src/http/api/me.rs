//! `/me`.

use actix_web::HttpRequest;
use actix_web::web::{self, ServiceConfig};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{self, Answer};
use super::at;
use super::caller::{Caller, holder};
use super::problem::ApiProblem;
use crate::admin::me::{self, MeItem};
use crate::http::{cookies, form_token};
use crate::model::audit::Actor;

pub(super) fn routes(table: &mut ServiceConfig) {
    table.service(at("/me", "GET").route(web::get().to(find)));
}

/// Who asks, and what their writes need.
#[derive(Serialize, ToSchema)]
pub(super) struct Me {
    #[serde(flatten)]
    item: MeItem,
    /// What a browser session sends as `X-CSRF-Token` with every request but GET, from a page
    /// of ours; absent for a token, which needs none.
    #[serde(skip_serializing_if = "Option::is_none")]
    csrf_token: Option<String>,
    /// What a form of a page carries as `csrf`, as that of signing out does; absent for a token.
    #[serde(skip_serializing_if = "Option::is_none")]
    form_token: Option<String>,
}

/// Who asks: the token, or the owner of the browser session, and how far they reach. A
/// browser session learns its `X-CSRF-Token` here.
#[utoipa::path(get, path = "/api/v1/me", tag = "me", operation_id = "find_me",
    responses((status = 200, body = Me)))]
pub(super) async fn find(request: HttpRequest, caller: Caller) -> Answer {
    // Only a browser makes a user, or a set-up link, the one who asks. Its binding may be gone or never
    // have been; then it gets one, to which its token belongs.
    let hub = caller.hub.clone();
    let browser = match caller.access.actor() {
        Actor::User { .. } | Actor::SetupLink { .. } => Some(cookies::Browser::of(&request, &hub)),
        _ => None,
    };
    let csrf_token =
        browser.as_ref().map(|browser| form_token::of_api(browser.value(), holder(&caller.access)));
    let form_token = browser.as_ref().map(|browser| form_token::of_form(browser.value()));
    let me = Me { item: caller.read(me::load).await?, csrf_token, form_token };
    let mut answer = answer::item(&me)?;
    for cookie in browser.iter().flat_map(|browser| browser.cookies(&hub.config.public_url)) {
        answer.add_cookie(&cookie).map_err(|_| ApiProblem::internal())?;
    }
    Ok(answer)
}
