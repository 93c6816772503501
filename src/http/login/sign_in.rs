//! Where visitors say who they are.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::draw::{draw, visitor};
use crate::flows::choose;
use crate::http::csrf;
use crate::http::problem::Problem;
use crate::hub::Hub;

/// What the address of a sign-in page carries.
#[derive(Deserialize)]
pub(super) struct PageQuery {
    attempt: Option<String>,
    #[serde(default)]
    other: Option<String>,
}

/// The page that asks for an address.
pub(super) async fn show(
    request: HttpRequest,
    hub: web::Data<Hub>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let visitor = visitor(&request, &hub);
    let answer = choose::page(&hub, &visitor, query.into_inner().attempt).await?;
    Ok(draw(&request, &hub, answer))
}

/// What the page posts.
#[derive(Deserialize)]
pub(super) struct TypedForm {
    #[serde(default)]
    csrf: String,
    attempt: Option<String>,
    #[serde(default)]
    email: String,
}

/// What was typed.
pub(super) async fn typed(
    request: HttpRequest,
    hub: web::Data<Hub>,
    form: web::Form<TypedForm>,
) -> Result<HttpResponse, Problem> {
    let form = form.into_inner();
    csrf::check(&request, &hub.config.public_url, &form.csrf, "/login")?;
    let visitor = visitor(&request, &hub);
    let answer = choose::typed(&hub, &visitor, form.attempt, form.email).await?;
    Ok(draw(&request, &hub, answer))
}

/// What the choice posts.
#[derive(Deserialize)]
pub(super) struct ChosenForm {
    #[serde(default)]
    csrf: String,
    attempt: Option<String>,
    #[serde(default)]
    connection: String,
}

/// What was chosen.
pub(super) async fn chosen(
    request: HttpRequest,
    hub: web::Data<Hub>,
    form: web::Form<ChosenForm>,
) -> Result<HttpResponse, Problem> {
    let form = form.into_inner();
    csrf::check(&request, &hub.config.public_url, &form.csrf, "/login")?;
    let visitor = visitor(&request, &hub);
    let answer = choose::chosen(&hub, &visitor, form.attempt, &form.connection).await?;
    Ok(draw(&request, &hub, answer))
}

/// The button of a refusal.
pub(super) async fn again(
    request: HttpRequest,
    hub: web::Data<Hub>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let visitor = visitor(&request, &hub);
    let other = query.other.is_some();
    let answer = choose::again(&hub, &visitor, query.attempt.unwrap_or_default(), other).await?;
    Ok(draw(&request, &hub, answer))
}

/// An organization's own address.
pub(super) async fn organization(
    request: HttpRequest,
    hub: web::Data<Hub>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let visitor = visitor(&request, &hub);
    let answer = choose::organization(&hub, &visitor, path.into_inner()).await?;
    Ok(draw(&request, &hub, answer))
}
