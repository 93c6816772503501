//! A password instead of a provider: `POST /login/password`, and `GET` and `POST /password`,
//! where it is set by a one-use link. The token stands in the fragment, so that no proxy logs
//! it, and in a field, so that no script is needed.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::draw::{draw, visitor};
use crate::flows::local::{self, LinkUse, SignIn};
use crate::flows::owner::password_hint;
use crate::http::cookies::{self, Kind};
use crate::http::pages::{self, Form, PasswordLink, PasswordSet, Shell};
use crate::http::{csrf, problem::Problem};
use crate::hub::Hub;
use crate::model::secret::Secret;

/// What the page posts.
#[derive(Deserialize)]
pub(super) struct Fields {
    #[serde(default)]
    csrf: String,
    attempt: Option<String>,
    organization: Option<String>,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
}

/// A try.
pub(super) async fn send(
    request: HttpRequest,
    hub: web::Data<Hub>,
    fields: web::Form<Fields>,
) -> Result<HttpResponse, Problem> {
    let Fields { csrf: sent, attempt, organization, email, password } = fields.into_inner();
    let url = &hub.config.public_url;
    csrf::check(&request, url, &sent, "/login")?;
    let typed = SignIn {
        handle: attempt,
        organization,
        email,
        password: Secret::new(password),
        device: cookies::read(&request, url, Kind::LocalDevice),
    };
    let entry = local::sign_in(&hub, &visitor(&request, &hub), typed).await?;
    let mut response = draw(&request, &hub, entry.answer);
    if let Some(device) = entry.device {
        // A cookie of ours is always a sound header: base64url and fixed attributes.
        let _added = response.add_cookie(&cookies::keep(url, Kind::LocalDevice, &device));
    }
    Ok(response)
}

/// What the page behind a link posts.
#[derive(Deserialize)]
pub(super) struct LinkFields {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    token: String,
    #[serde(default)]
    password: String,
}

/// The page behind a link. Opening it uses nothing up.
pub(super) async fn show_link(request: HttpRequest, hub: web::Data<Hub>) -> HttpResponse {
    link_page(&request, &hub, StatusCode::OK, Form::default())
}

/// Sets the password.
pub(super) async fn send_link(
    request: HttpRequest,
    hub: web::Data<Hub>,
    fields: web::Form<LinkFields>,
) -> Result<HttpResponse, Problem> {
    let LinkFields { csrf: sent, token, password } = fields.into_inner();
    csrf::check(&request, &hub.config.public_url, &sent, "/password")?;
    let mut form = Form::default().with("token", &token);
    let token = Secret::new(token);
    Ok(match local::set_password(&hub, &token, Secret::new(password)).await? {
        LinkUse::Set(sign_in) => {
            let shell = Shell::of(&hub.config.public_url);
            pages::render(StatusCode::OK, &PasswordSet { shell, sign_in })
        }
        LinkUse::Wrong(field, text) => {
            form.refuse(field, text);
            link_page(&request, &hub, StatusCode::UNPROCESSABLE_ENTITY, form)
        }
    })
}

fn link_page(request: &HttpRequest, hub: &Hub, status: StatusCode, form: Form) -> HttpResponse {
    let hint = password_hint();
    pages::render_form(request, hub, status, |shell, csrf| PasswordLink { shell, form, csrf, hint })
}
