//! `GET` and `POST /setup`: the first run. Gone once there is an owner.

use actix_web::http::StatusCode;
use actix_web::http::header::HOST;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::pages::{self, Form, Note, Setup};
use super::problem::{Problem, Words};
use super::{client_ip, csrf, owner};
use crate::flows::owner::password_hint;
use crate::flows::setup::{self, Claim, Claimed};
use crate::hub::Hub;
use crate::model::secret::Secret;

/// For whoever opens the printed address a second time.
static OVER: Words = Words {
    sentence: "Doorward is set up already: this address worked once.",
    remedy: "Sign in as the owner who was made then.",
    button: "Owner sign-in",
};

/// What the page posts.
#[derive(Deserialize)]
pub(crate) struct Fields {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    token: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    organization: String,
}

pub(super) async fn show(
    request: HttpRequest,
    hub: web::Data<Hub>,
) -> Result<HttpResponse, Problem> {
    if setup::is_over(&hub).await? {
        return over(&hub);
    }
    Ok(page(&request, &hub, StatusCode::OK, Form::default()))
}

pub(super) async fn send(
    request: HttpRequest,
    hub: web::Data<Hub>,
    fields: web::Form<Fields>,
) -> Result<HttpResponse, Problem> {
    if setup::is_over(&hub).await? {
        return over(&hub);
    }
    let Fields { csrf: sent, token, name, email, password, organization } = fields.into_inner();
    csrf::check(&request, &hub.config.public_url, &sent, "/setup")?;
    let mut form = Form::default()
        .with("token", &token)
        .with("name", &name)
        .with("email", &email)
        .with("organization", &organization);
    let claim = Claim {
        token: Secret::new(token),
        name,
        email,
        password: Secret::new(password),
        organization,
    };
    match setup::set_up(&hub, claim).await? {
        Claimed::Owner(entry) => Ok(owner::enter(&request, &hub, *entry)),
        Claimed::Over => over(&hub),
        Claimed::Wrong(wrong) => {
            for (field, text) in wrong {
                form.refuse(field, text);
            }
            Ok(page(&request, &hub, StatusCode::UNPROCESSABLE_ENTITY, form))
        }
    }
}

fn over(hub: &Hub) -> Result<HttpResponse, Problem> {
    let door = hub.config.public_url.at("/owner");
    Err(Problem::status(StatusCode::NOT_FOUND).saying(&OVER).again(door))
}

fn page(request: &HttpRequest, hub: &Hub, status: StatusCode, form: Form) -> HttpResponse {
    let url = &hub.config.public_url;
    pages::render_form(request, hub, status, |shell, csrf| Setup {
        shell,
        csrf,
        // The page never holds a password, so what was typed is gone from its field.
        hint: match form.wrong() {
            true => format!("Type the password again. {}.", password_hint()),
            false => password_hint(),
        },
        address: url.as_str().to_owned(),
        notes: notes(request, hub),
        form,
    })
}

/// What the way this request came says of the public address. Nothing is changed by it.
fn notes(request: &HttpRequest, hub: &Hub) -> Vec<Note> {
    let url = &hub.config.public_url;
    let mut notes = Vec::new();
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let named = url.origin().split_once("://").map_or("", |(_, host)| host);
    if host.is_some_and(|host| !host.eq_ignore_ascii_case(named)) {
        notes.push(Note {
            before: "You opened this page at another address. If people are to come to that one, stop Doorward now and start it with".to_owned(),
            option: "--public-url",
            after: "and that address.",
        });
    } else if !url.secure() {
        notes.push(Note {
            before: format!("{} is an address only this machine reaches. To let others in, start Doorward with", url.as_str()),
            option: "--public-url",
            after: "and an https:// address that they reach, before you give addresses to providers and apps.",
        });
    }
    if client_ip::by_stranger(request, &hub.config) {
        notes.push(Note {
            before: "A proxy passed this request on, and is not known: name it with".to_owned(),
            option: "--trusted-proxy",
            after: "else all its visitors count as one.",
        });
    }
    notes
}
