//! `POST /owner/notices`: an administrator has read a notice.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use crate::flows::notices;
use crate::http::problem::Problem;
use crate::http::route::redirect;
use crate::http::{csrf, login};
use crate::hub::Hub;

/// What the button posts.
#[derive(Deserialize)]
pub(crate) struct Fields {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    notice: String,
}

pub(crate) async fn acknowledge(
    request: HttpRequest,
    hub: web::Data<Hub>,
    fields: web::Form<Fields>,
) -> Result<HttpResponse, Problem> {
    let url = &hub.config.public_url;
    csrf::check(&request, url, &fields.csrf, "/")?;
    notices::acknowledge(&hub, &login::visitor(&request, &hub), &fields.notice).await?;
    Ok(redirect(&url.at("/")))
}
