//! `POST /owner/drill`: an owner starts a rehearsal and goes straight to it.

use actix_web::{HttpRequest, HttpResponse, web};

use super::factors::{self, Fields};
use crate::flows::owner_factors;
use crate::http::problem::Problem;
use crate::http::route::redirect;
use crate::hub::Hub;

pub(crate) async fn start(
    request: HttpRequest,
    hub: web::Data<Hub>,
    fields: web::Form<Fields>,
) -> Result<HttpResponse, Problem> {
    factors::check(&request, &hub, &fields.csrf)?;
    let started = owner_factors::start_drill(&hub, &factors::browser(&request, &hub)).await?;
    Ok(match started {
        Some(token) => {
            let path = format!("/owner?drill={}", token.expose());
            redirect(&hub.config.public_url.at(&path))
        }
        None => factors::door(&hub),
    })
}
