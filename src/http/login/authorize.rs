//! Where apps send their visitors.

use actix_web::{HttpRequest, HttpResponse, web};

use super::draw::{draw, visitor};
use crate::flows::login;
use crate::http::problem::Problem;
use crate::http::route::redirect;
use crate::hub::Hub;

type Pairs = Vec<(String, String)>;

/// By GET (OpenID Connect Core section 3.1.2.1).
pub(super) async fn by_query(
    request: HttpRequest,
    hub: web::Data<Hub>,
    params: web::Query<Pairs>,
) -> Result<HttpResponse, Problem> {
    asked(request, hub, params.into_inner()).await
}

/// By POST. Comes from another site, so there are no cookies of ours with it: the browser is
/// sent on to the same request by GET, where they are.
pub(super) async fn by_form(
    hub: web::Data<Hub>,
    params: web::Form<Pairs>,
) -> Result<HttpResponse, Problem> {
    let query =
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(params.iter()).finish();
    Ok(redirect(&hub.config.public_url.at(&format!("/oauth2/authorize?{query}"))))
}

async fn asked(
    request: HttpRequest,
    hub: web::Data<Hub>,
    params: Pairs,
) -> Result<HttpResponse, Problem> {
    let answer = login::authorize(&hub, &visitor(&request, &hub), params).await?;
    Ok(draw(&request, &hub, answer))
}
