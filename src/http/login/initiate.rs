//! Where somebody else asks us to begin: a provider's tile, or a bookmark (OpenID Connect Core
//! section 4).

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::draw::{draw, visitor};
use crate::flows::initiate::{self, Wanted};
use crate::http::problem::Problem;
use crate::http::route::redirect;
use crate::hub::Hub;

/// What such a request says. Everything else in it is left alone.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Query {
    iss: Option<String>,
    login_hint: Option<String>,
    target_link_uri: Option<String>,
}

impl From<Query> for Wanted {
    fn from(query: Query) -> Self {
        Self::new(query.iss, query.login_hint, query.target_link_uri)
    }
}

/// At the address all connections share.
pub(super) async fn shared(
    request: HttpRequest,
    hub: web::Data<Hub>,
    query: web::Query<Query>,
) -> Result<HttpResponse, Problem> {
    let visitor = visitor(&request, &hub);
    let answer = initiate::shared(&hub, &visitor, query.into_inner().into()).await?;
    Ok(draw(&request, &hub, answer))
}

/// At the address of one connection.
pub(super) async fn connection(
    request: HttpRequest,
    hub: web::Data<Hub>,
    path: web::Path<String>,
    query: web::Query<Query>,
) -> Result<HttpResponse, Problem> {
    let (visitor, wanted) = (visitor(&request, &hub), query.into_inner().into());
    let answer = initiate::connection(&hub, &visitor, path.into_inner(), wanted).await?;
    Ok(draw(&request, &hub, answer))
}

/// At the address of an organization's tile.
pub(super) async fn tile(
    request: HttpRequest,
    hub: web::Data<Hub>,
    path: web::Path<(String, String)>,
    query: web::Query<Query>,
) -> Result<HttpResponse, Problem> {
    let (visitor, wanted) = (visitor(&request, &hub), query.into_inner().into());
    let answer = initiate::tile(&hub, &visitor, path.into_inner(), wanted).await?;
    Ok(draw(&request, &hub, answer))
}

/// By POST, at any of them. Comes from another site, so there are no cookies of ours with it:
/// the browser is sent on to the same request by GET, where they are.
pub(super) async fn by_form(
    request: HttpRequest,
    hub: web::Data<Hub>,
    form: web::Form<Query>,
) -> Result<HttpResponse, Problem> {
    let Query { iss, login_hint, target_link_uri } = form.into_inner();
    let said = [("iss", iss), ("login_hint", login_hint), ("target_link_uri", target_link_uri)];
    let said = said.into_iter().filter_map(|(name, value)| Some((name, Wanted::bounded(value)?)));
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(said).finish();
    // Below our own address, whatever the request says of its host.
    let url = &hub.config.public_url;
    let path = request.path().strip_prefix(url.path()).unwrap_or_default();
    Ok(redirect(&url.at(&format!("{path}?{query}"))))
}
