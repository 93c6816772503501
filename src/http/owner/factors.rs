//! `GET /owner/factors`: what an owner has beside the password, and what its forms share.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::sheets::{Factors, PasskeyLine};
use crate::flows::owner_factors::{self, Browser, Done, Offer};
use crate::flows::owner_passkeys;
use crate::http::cookies::{self, Kind};
use crate::http::pages::{self, Form};
use crate::http::problem::Problem;
use crate::http::route::redirect;
use crate::http::{csrf, login};
use crate::hub::Hub;
use crate::model::drill::DUE_DAYS;
use crate::model::passkey::{MOST, Passkey};
use crate::model::time::Millis;

/// What was done is a step of the first run, which goes on in the console.
pub(super) const FIRST: &str = "first";

/// What the forms of these pages post.
#[derive(Deserialize)]
pub(crate) struct Fields {
    #[serde(default)]
    pub(super) csrf: String,
    #[serde(default)]
    pub(super) offer: String,
    /// Whether the codes are those of the first run, which goes on in the console.
    #[serde(default)]
    pub(super) first: bool,
    #[serde(default)]
    code: String,
}

/// What was just done, by the page that leads here.
#[derive(Deserialize)]
pub(crate) struct Query {
    done: Option<String>,
}

pub(crate) async fn show(
    request: HttpRequest,
    hub: web::Data<Hub>,
    query: web::Query<Query>,
) -> Result<HttpResponse, Problem> {
    let done = query.into_inner().done.and_then(|done| match done.as_str() {
        "totp" => Some("Your authenticator app is added."),
        "codes" => Some("Your recovery codes are in force."),
        "removed" => Some("Your authenticator app is removed."),
        "passkey" => Some("Your passkey is added."),
        "passkey-removed" => {
            Some("The passkey is removed. Delete it on the device that keeps it, too.")
        }
        _ => None,
    });
    page(&request, &hub, StatusCode::OK, Form::default(), done).await
}

/// Whoever opens or reloads an address that is posted to.
pub(crate) async fn back(hub: web::Data<Hub>) -> HttpResponse {
    redirect(&hub.config.public_url.at("/owner/factors"))
}

/// The page, or the way to the owner's door.
pub(super) async fn page(
    request: &HttpRequest,
    hub: &Hub,
    status: StatusCode,
    form: Form,
    done: Option<&'static str>,
) -> Result<HttpResponse, Problem> {
    let Some(seen) = owner_factors::overview(hub, &browser(request, hub)).await? else {
        return Ok(door(hub));
    };
    Ok(pages::render_form(request, hub, status, |shell, csrf| Factors {
        shell,
        form,
        csrf,
        email: seen.email,
        organization: seen.organization,
        waiting: !seen.is_in,
        totp_since: seen.factors.totp_since.map(day),
        codes_left: seen.factors.codes_left,
        codes_since: seen.factors.codes_since.map(day),
        room: seen.passkeys.len() < usize::from(MOST),
        passkeys: seen.passkeys.into_iter().map(line).collect(),
        possible: owner_passkeys::possible(hub),
        drill: rehearsed(seen.drilled_days_ago),
        done,
    }))
}

fn day(at: Millis) -> String {
    at.rfc3339().chars().take(10).collect()
}

fn line(passkey: Passkey) -> PasskeyLine {
    PasskeyLine {
        id: passkey.id.to_string(),
        name: passkey.name,
        since: day(passkey.created_at),
        used: passkey.used_at.map(day),
        elsewhere: (!passkey.works).then_some(passkey.host),
    }
}

fn rehearsed(days_ago: Option<i64>) -> String {
    match days_ago {
        None => "You have never rehearsed.".to_owned(),
        Some(0) => "You rehearsed today.".to_owned(),
        Some(1) => "You rehearsed yesterday.".to_owned(),
        Some(days) if days > DUE_DAYS => {
            format!("You rehearsed {days} days ago: it is time again.")
        }
        Some(days) => format!("You rehearsed {days} days ago."),
    }
}

/// The browser at the page.
pub(super) fn browser(request: &HttpRequest, hub: &Hub) -> Browser {
    let url = &hub.config.public_url;
    Browser {
        visitor: login::visitor(request, hub),
        step: cookies::read(request, url, Kind::Step),
        device: cookies::read(request, url, Kind::Device),
    }
}

/// Refuses a form that is none of ours.
pub(super) fn check(request: &HttpRequest, hub: &Hub, sent: &str) -> Result<(), Problem> {
    csrf::check(request, &hub.config.public_url, sent, "/owner/factors").map(|_browser| ())
}

/// What came of taking what was offered.
pub(super) enum Taken {
    /// It was taken, or cannot be.
    Answered(HttpResponse),
    /// What was typed does not fit: what the page brought back is drawn again.
    Again(String),
}

/// Takes what was offered, once its owner has shown to hold it.
pub(super) async fn take(
    request: &HttpRequest,
    hub: &Hub,
    fields: Fields,
    (what, word): (Offer, &str),
) -> Result<Taken, Problem> {
    check(request, hub, &fields.csrf)?;
    let Fields { offer, code, .. } = fields;
    let done = owner_factors::take(hub, &browser(request, hub), what, offer.clone(), code).await?;
    Ok(match answer(request, hub, done, word).await? {
        Some(answer) => Taken::Answered(answer),
        None => Taken::Again(offer),
    })
}

/// The password is asked, and the owner comes back here.
pub(super) fn door(hub: &Hub) -> HttpResponse {
    redirect(&hub.config.public_url.at("/owner?factors=1"))
}

/// Answers a change that was made, or cannot be; `None` when the offer is drawn again.
pub(super) async fn answer(
    request: &HttpRequest,
    hub: &Hub,
    done: Done,
    what: &str,
) -> Result<Option<HttpResponse>, Problem> {
    Ok(Some(match done {
        Done::Changed => {
            let place = match what {
                FIRST => "/console/?codes=stored".to_owned(),
                what => format!("/owner/factors?done={what}"),
            };
            redirect(&hub.config.public_url.at(&place))
        }
        Done::In(entry) => super::enter(request, hub, *entry),
        Done::Wrong => return Ok(None),
        Done::Stale => door(hub),
        Done::Needed => {
            let mut form = Form::default();
            form.refuse("", "Your organization requires a second factor: make recovery codes, or add another, before you remove the last one");
            page(request, hub, StatusCode::CONFLICT, form, None).await?
        }
    }))
}
