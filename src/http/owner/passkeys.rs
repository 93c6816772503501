//! Below `/owner/factors/passkeys`: an owner adds or removes a passkey; and
//! `POST /owner/second/passkey`, which asks for one at the second step.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::factors;
use super::sheets::Passkey;
use crate::flows::owner_passkeys::{self, Begun};
use crate::flows::owner_second;
use crate::http::cookies::{self, Kind};
use crate::http::csrf;
use crate::http::pages::{self, Form};
use crate::http::problem::Problem;
use crate::http::route::redirect;
use crate::hub::Hub;
use crate::model::id::PasskeyId;

/// What the forms of these pages post.
#[derive(Deserialize)]
pub(crate) struct Fields {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    passkey: String,
}

/// Why a passkey was not added, where the owner cannot mend it.
const NOT_TAKEN: &str = "This passkey was not added: it is in use here already, or was not made for this page. Try again";
/// Why none can be added.
const NO_HOST: &str =
    "Passkeys need a host name, and this installation is reached at an IP address";
const FULL: &str = "You have as many passkeys as an owner can have: remove one first";
/// What a passkey needs of the browser.
const NO_SCRIPT: &str =
    "A passkey needs JavaScript: switch it on for this page, or add another factor";

pub(crate) async fn offer(
    request: HttpRequest,
    hub: web::Data<Hub>,
    fields: web::Form<Fields>,
) -> Result<HttpResponse, Problem> {
    factors::check(&request, &hub, &fields.csrf)?;
    let browser = factors::browser(&request, &hub);
    let typed = fields.into_inner().name;
    let begun = owner_passkeys::begin(&hub, &browser, typed.clone()).await?;
    let (field, why) = match begun {
        Some(Begun::Asked { options, name }) => {
            return Ok(page(&request, &hub, Ceremony { adding: true, options, name }));
        }
        Some(Begun::Stale) => return Ok(factors::door(&hub)),
        None => ("", NO_HOST),
        Some(Begun::Full) => ("", FULL),
        Some(Begun::Name) => ("name", "Give the passkey a name of at most 60 characters"),
        Some(Begun::NameTaken) => ("name", "You have a passkey of this name: choose another"),
    };
    let mut form = Form::default().with("name", &typed);
    form.refuse(field, why);
    factors::page(&request, &hub, StatusCode::UNPROCESSABLE_ENTITY, form, None).await
}

pub(crate) async fn confirm(
    request: HttpRequest,
    hub: web::Data<Hub>,
    fields: web::Form<Fields>,
) -> Result<HttpResponse, Problem> {
    factors::check(&request, &hub, &fields.csrf)?;
    let browser = factors::browser(&request, &hub);
    let Fields { name, passkey, .. } = fields.into_inner();
    let why = match passkey.is_empty() {
        true => NO_SCRIPT,
        false => {
            let done = owner_passkeys::add(&hub, &browser, name, passkey).await?;
            if let Some(answer) = factors::answer(&request, &hub, done, "passkey").await? {
                return Ok(answer);
            }
            NOT_TAKEN
        }
    };
    let mut form = Form::default();
    form.refuse("", why);
    factors::page(&request, &hub, StatusCode::UNPROCESSABLE_ENTITY, form, None).await
}

pub(crate) async fn remove(
    request: HttpRequest,
    hub: web::Data<Hub>,
    fields: web::Form<Fields>,
) -> Result<HttpResponse, Problem> {
    factors::check(&request, &hub, &fields.csrf)?;
    let Ok(id) = PasskeyId::try_from(fields.into_inner().passkey) else {
        return Ok(factors::back(hub).await);
    };
    let done = owner_passkeys::remove(&hub, &factors::browser(&request, &hub), id).await?;
    let answer = factors::answer(&request, &hub, done, "passkey-removed").await?;
    Ok(answer.unwrap_or_else(|| factors::door(&hub)))
}

/// The passkey is asked for at the second step.
pub(crate) async fn ask(
    request: HttpRequest,
    hub: web::Data<Hub>,
    fields: web::Form<Fields>,
) -> Result<HttpResponse, Problem> {
    let url = &hub.config.public_url;
    csrf::check(&request, url, &fields.csrf, "/owner/second")?;
    let token = cookies::read(&request, url, Kind::Step);
    Ok(match owner_second::ask_passkey(&hub, token).await? {
        Some(options) => {
            page(&request, &hub, Ceremony { adding: false, options, name: String::new() })
        }
        None => redirect(&url.at("/owner/second")),
    })
}

/// Whoever opens or reloads the address that asks for a passkey.
pub(crate) async fn back(hub: web::Data<Hub>) -> HttpResponse {
    redirect(&hub.config.public_url.at("/owner/second"))
}

struct Ceremony {
    adding: bool,
    options: String,
    name: String,
}

fn page(request: &HttpRequest, hub: &Hub, ceremony: Ceremony) -> HttpResponse {
    let Ceremony { adding, options, name } = ceremony;
    pages::render_form(request, hub, StatusCode::OK, |shell, csrf| Passkey {
        shell,
        csrf,
        adding,
        options,
        name,
    })
}
