//! `GET` and `POST /owner/link`: an owner sets a password by a one-use link. The token
//! stands in the fragment, so that no proxy logs it, and in a field, so that no script is
//! needed.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use crate::flows::owner::{self, LinkUse};
use crate::http::pages::{self, Form, OwnerLink};
use crate::http::problem::Problem;
use crate::http::{client_ip, csrf};
use crate::hub::Hub;
use crate::model::secret::Secret;

/// What the page posts.
#[derive(Deserialize)]
pub(crate) struct Fields {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    token: String,
    #[serde(default)]
    password: String,
}

pub(crate) async fn show(request: HttpRequest, hub: web::Data<Hub>) -> HttpResponse {
    page(&request, &hub, StatusCode::OK, Form::default())
}

pub(crate) async fn send(
    request: HttpRequest,
    hub: web::Data<Hub>,
    fields: web::Form<Fields>,
) -> Result<HttpResponse, Problem> {
    let Fields { csrf: sent, token, password } = fields.into_inner();
    csrf::check(&request, &hub.config.public_url, &sent, "/owner/link")?;
    let mut form = Form::default().with("token", &token);
    let token = Secret::new(token);
    let address = client_ip::of(&request, &hub.config);
    match owner::set_password(&hub, &token, Secret::new(password), address).await? {
        LinkUse::Step(step) => Ok(super::step(&hub, &step)),
        LinkUse::In(entry) => Ok(super::enter(&request, &hub, *entry)),
        LinkUse::Wrong(field, text) => {
            form.refuse(field, text);
            Ok(page(&request, &hub, StatusCode::UNPROCESSABLE_ENTITY, form))
        }
    }
}

fn page(request: &HttpRequest, hub: &Hub, status: StatusCode, form: Form) -> HttpResponse {
    let hint = owner::password_hint();
    pages::render_form(request, hub, status, |shell, csrf| OwnerLink { shell, form, csrf, hint })
}
