//! `GET` and `POST /setup-link`: a browser opens a set-up link. The token stands in the
//! fragment, so that no proxy logs it, and in a field, so that no script is needed. Only the
//! form opens the link: whoever looks at the address first, as scanners of mail do, does not.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use crate::admin::setup_task::{self, Ended, Task};
use crate::admin::{self, access, setup_links};
use crate::http::cookies::{self, Kind};
use crate::http::csrf;
use crate::http::pages::{self, Form, SetupLink, SetupTask, Shell};
use crate::http::problem::Problem;
use crate::http::route::redirect;
use crate::hub::Hub;
use crate::model::code::Code;
use crate::model::secret::Secret;

/// What the page posts.
#[derive(Deserialize)]
pub(crate) struct Fields {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    token: String,
}

/// Which link cannot be used, and why, is nobody's to know.
const OVER: &str = "This link cannot be used: it ran out, was revoked or finished, or was opened in another browser. Ask whoever sent it for a new one: owners and administrators of the organization make them, on the page of the connection in the console.";

/// What is to be set up; everybody else is asked for the token.
pub(crate) async fn show(
    request: HttpRequest,
    hub: web::Data<Hub>,
) -> Result<HttpResponse, Problem> {
    let Some(cookie) = cookies::read(&request, &hub.config.public_url, Kind::SetupLink) else {
        return Ok(ask(&request, &hub, StatusCode::OK, Form::default(), None));
    };
    let Some(access) = access::by_setup_link(&hub, &cookie, false).await? else {
        let ended = setup_task::ended(&hub, &cookie).await?;
        return Ok(ask(&request, &hub, StatusCode::OK, Form::default(), ended));
    };
    let task = admin::read(hub.get_ref().clone(), access, setup_task::load).await;
    let task = task.map_err(|_| Problem::code(Code::Internal))?;
    Ok(pages::render_form(&request, &hub, StatusCode::OK, |shell, csrf| page(shell, csrf, task)))
}

/// Opens the link in this browser.
pub(crate) async fn send(
    request: HttpRequest,
    hub: web::Data<Hub>,
    fields: web::Form<Fields>,
) -> Result<HttpResponse, Problem> {
    let Fields { csrf: sent, token } = fields.into_inner();
    let url = &hub.config.public_url;
    csrf::check(&request, url, &sent, "/setup-link")?;
    let held = cookies::read(&request, url, Kind::SetupLink);
    // Whoever pastes the whole address means the token in it.
    let typed = token.trim();
    let token = Secret::new(typed.rsplit_once('#').map_or(typed, |(_, token)| token).to_owned());
    let Some(value) = setup_links::open(&hub, &token, held).await? else {
        let mut form = Form::default();
        form.refuse("token", OVER);
        return Ok(ask(&request, &hub, StatusCode::UNPROCESSABLE_ENTITY, form, None));
    };
    let mut response = redirect(&url.at("/setup-link"));
    // A cookie of ours is always a sound header: base64url and fixed attributes.
    let _added = response.add_cookie(&cookies::keep(url, Kind::SetupLink, &value));
    Ok(response)
}

fn ask(
    request: &HttpRequest,
    hub: &Hub,
    status: StatusCode,
    form: Form,
    ended: Option<Ended>,
) -> HttpResponse {
    pages::render_form(request, hub, status, |shell, csrf| SetupLink { shell, form, csrf, ended })
}

fn page(shell: Shell, csrf: String, task: Task) -> SetupTask {
    let Task { item, connection } = task;
    let mut values = Vec::new();
    if let Some(provider) = connection.service_provider {
        values.push(("Entity ID".to_owned(), provider.entity_id));
        values.push(("ACS URL".to_owned(), provider.acs_url));
        values.push(("Metadata URL".to_owned(), provider.metadata_url));
    }
    for address in connection.redirect_uris.iter().flatten() {
        values.push(("Redirect URI".to_owned(), address.clone()));
    }
    for address in connection.initiate_login_uris.iter().flatten() {
        values.push(("Initiate login URI".to_owned(), address.clone()));
    }
    let until = item.expires_at.get(..16).unwrap_or_default().replace('T', " ");
    SetupTask { shell, form: Form::default(), csrf, item, until, values }
}
