//! `GET` and `POST /owner/second`: the code or passkey after the password, in the same browser.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::sheets::{Drilled, Second};
use crate::flows::owner_second::{self, Outcome, Proof, Typed, Waiting};
use crate::http::cookies::{self, Kind};
use crate::http::pages::{self, Form, Shell};
use crate::http::problem::Problem;
use crate::http::route::redirect;
use crate::http::{client_ip, csrf, login, wait};
use crate::hub::Hub;

/// What the page posts.
#[derive(Deserialize)]
pub(crate) struct Fields {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    code: String,
    passkey: Option<String>,
}

/// What was shown cannot be read, by what it was.
const NO_CODE: &str =
    "Enter the six digits of your app, or a recovery code such as abcd-efgh-ijkl-mnop";
const NO_PASSKEY: &str =
    "A passkey needs JavaScript: switch it on for this page, or use another way";
/// What was shown is not right, by what it was.
const WRONG_CODE: &str =
    "This code is not right, or was used already. Wait for the next one, or use a recovery code";
const WRONG_PASSKEY: &str = "This passkey was not taken: it took too long, or is not one of yours. Try again, or use another way";

pub(crate) async fn show(
    request: HttpRequest,
    hub: web::Data<Hub>,
) -> Result<HttpResponse, Problem> {
    let url = &hub.config.public_url;
    let token = cookies::read(&request, url, Kind::Step);
    match owner_second::find(&hub, token).await? {
        Some(waiting) => Ok(page(&request, &hub, StatusCode::OK, Form::default(), &waiting)),
        None => Ok(redirect(&url.at("/owner"))),
    }
}

pub(crate) async fn send(
    request: HttpRequest,
    hub: web::Data<Hub>,
    fields: web::Form<Fields>,
) -> Result<HttpResponse, Problem> {
    let Fields { csrf: sent, code, passkey } = fields.into_inner();
    let url = &hub.config.public_url;
    csrf::check(&request, url, &sent, "/owner/second")?;
    let token = cookies::read(&request, url, Kind::Step);
    let waiting = owner_second::find(&hub, token.clone()).await?;
    let (Some(token), Some(waiting)) = (token, waiting) else { return Ok(over(&hub)) };
    let (field, malformed, wrong) = match passkey {
        Some(_) => ("", NO_PASSKEY, WRONG_PASSKEY),
        None => ("code", NO_CODE, WRONG_CODE),
    };
    let typed = Typed {
        token,
        proof: passkey.map_or(Proof::Typed(code), Proof::Passkey),
        address: client_ip::of(&request, &hub.config),
        device: cookies::read(&request, url, Kind::Device),
    };
    let refused = |status, text: String| {
        let mut form = Form::default();
        form.refuse(field, text);
        page(&request, &hub, status, form, &waiting)
    };
    Ok(match owner_second::show(&hub, &login::visitor(&request, &hub), typed).await? {
        Outcome::In(entry) => super::enter(&request, &hub, *entry),
        Outcome::Enrol(step) => super::step(&hub, &step),
        Outcome::Drilled => drilled(&hub),
        Outcome::Over => over(&hub),
        Outcome::Malformed => refused(StatusCode::UNPROCESSABLE_ENTITY, malformed.to_owned()),
        Outcome::Wrong => refused(StatusCode::FORBIDDEN, wrong.to_owned()),
        Outcome::Wait { seconds } => {
            let text =
                format!("{} A recovery code or a passkey works at once", wait::too_many(seconds));
            wait::retry_after(refused(StatusCode::TOO_MANY_REQUESTS, text), seconds)
        }
    })
}

/// The password is asked again. Nothing is said of why: a page that was left open, most often.
fn over(hub: &Hub) -> HttpResponse {
    let url = &hub.config.public_url;
    let mut response = redirect(&url.at("/owner"));
    let _added = response.add_cookie(&cookies::forget(url, Kind::Step));
    response
}

fn drilled(hub: &Hub) -> HttpResponse {
    let url = &hub.config.public_url;
    let mut response = pages::render(StatusCode::OK, &Drilled { shell: Shell::of(url) });
    let _added = response.add_cookie(&cookies::forget(url, Kind::Step));
    response
}

fn page(
    request: &HttpRequest,
    hub: &Hub,
    status: StatusCode,
    form: Form,
    waiting: &Waiting,
) -> HttpResponse {
    let has = &waiting.factors;
    pages::render_form(request, hub, status, |shell, csrf| Second {
        shell,
        form,
        csrf,
        drill: waiting.step.onward.drill.is_some(),
        code: has.totp_since.is_some() || has.codes_left > 0,
        passkey: has.passkeys > 0,
        elsewhere: has.passkeys_elsewhere > 0,
    })
}
