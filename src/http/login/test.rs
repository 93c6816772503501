//! Where a test sign-in begins, and where its report is.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::draw::{draw, visitor};
use crate::flows::tested;
use crate::http::csrf;
use crate::http::pages::{self, TestLink};
use crate::http::problem::Problem;
use crate::hub::Hub;

/// Longest link taken, in bytes; ours have 43.
const LINK: usize = 100;

/// What the address of a link carries.
#[derive(Deserialize)]
pub(super) struct LinkQuery {
    #[serde(default)]
    link: String,
}

/// The page behind a link. Nothing is looked up by it: scanners of mail and chats that look at
/// an address use nothing up.
pub(super) async fn ask(
    request: HttpRequest,
    hub: web::Data<Hub>,
    query: web::Query<LinkQuery>,
) -> HttpResponse {
    let link = query.into_inner().link;
    let link = if link.len() > LINK { String::new() } else { link };
    pages::render_form(&request, &hub, StatusCode::OK, |shell, csrf| TestLink { shell, csrf, link })
}

/// What the page posts.
#[derive(Deserialize)]
pub(super) struct LinkForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    link: String,
}

/// Begins the test of a link.
pub(super) async fn begin(
    request: HttpRequest,
    hub: web::Data<Hub>,
    form: web::Form<LinkForm>,
) -> Result<HttpResponse, Problem> {
    let LinkForm { csrf: sent, link } = form.into_inner();
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("link", if link.len() > LINK { "" } else { &link })
        .finish();
    let again = format!("/login/test?{query}");
    csrf::check(&request, &hub.config.public_url, &sent, &again)?;
    let answer = tested::begin(&hub, &visitor(&request, &hub), link).await?;
    Ok(draw(&request, &hub, answer))
}

/// What the address of a report carries.
#[derive(Deserialize)]
pub(super) struct ReportQuery {
    #[serde(default)]
    attempt: String,
}

/// The report of a test, for the browser that ran it.
pub(super) async fn report(
    request: HttpRequest,
    hub: web::Data<Hub>,
    query: web::Query<ReportQuery>,
) -> Result<HttpResponse, Problem> {
    let answer = tested::report(&hub, &visitor(&request, &hub), &query.attempt).await?;
    Ok(draw(&request, &hub, answer))
}
