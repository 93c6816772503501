//! `GET` and `POST /invitation`: somebody opens an invitation. The token stands in the
//! fragment, so that no proxy logs it, and in a field, so that no script is needed. Scanners
//! of mail that look at the address change nothing: only the form does.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::draw::{draw, visitor};
use crate::flows::invitation::{self, Opened};
use crate::http::csrf;
use crate::http::pages::{self, Form, Invitation};
use crate::http::problem::Problem;
use crate::hub::Hub;
use crate::model::secret::Secret;

/// What the page posts.
#[derive(Deserialize)]
pub(super) struct Fields {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    token: String,
}

pub(super) async fn show(request: HttpRequest, hub: web::Data<Hub>) -> HttpResponse {
    page(&request, &hub, StatusCode::OK, Form::default())
}

pub(super) async fn send(
    request: HttpRequest,
    hub: web::Data<Hub>,
    fields: web::Form<Fields>,
) -> Result<HttpResponse, Problem> {
    let Fields { csrf: sent, token } = fields.into_inner();
    csrf::check(&request, &hub.config.public_url, &sent, "/invitation")?;
    match invitation::open(&hub, &visitor(&request, &hub), &Secret::new(token)).await? {
        Opened::On(answer) => Ok(draw(&request, &hub, *answer)),
        Opened::Dead => {
            let mut form = Form::default();
            form.refuse("token", "This invitation was used already, was taken back or has run out. Ask your administrator for a new one.");
            Ok(page(&request, &hub, StatusCode::UNPROCESSABLE_ENTITY, form))
        }
    }
}

fn page(request: &HttpRequest, hub: &Hub, status: StatusCode, form: Form) -> HttpResponse {
    pages::render_form(request, hub, status, |shell, csrf| Invitation { shell, form, csrf })
}
