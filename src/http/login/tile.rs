//! Where a SAML provider's tile leads on: begun by itself once, then by a button.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::draw::{draw, visitor};
use crate::flows::brought::Brought;
use crate::flows::{tile, unsolicited};
use crate::http::cookies::{self, Kind};
use crate::http::csrf;
use crate::http::pages::{self, Shell, Tile};
use crate::http::problem::Problem;
use crate::http::route::redirect;
use crate::hub::Hub;
use crate::model::secret::{Secret, random_token};

/// How often the browser has been here.
#[derive(Deserialize)]
pub(super) struct StartQuery {
    relay_state: Option<String>,
    /// Sent round, to show that it keeps cookies.
    #[serde(default)]
    round: String,
    /// The person pressed the button.
    #[serde(default)]
    go: String,
}

/// The hop between a tile and the sign-in that is begun for it. The cookie says that one was
/// begun a moment ago: a provider that sends the browser straight back ends on the page.
pub(super) async fn start(
    request: HttpRequest,
    hub: web::Data<Hub>,
    path: web::Path<String>,
    query: web::Query<StartQuery>,
) -> Result<HttpResponse, Problem> {
    let StartQuery { relay_state, round, go } = query.into_inner();
    let url = &hub.config.public_url;
    let again = |step: (&str, &str)| {
        let pairs = relay_state.as_deref().map(|text| ("relay_state", text));
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs.into_iter().chain([step]))
            .finish();
        format!("/saml/{path}/start?{query}")
    };
    let begun = cookies::read(&request, url, Kind::Tile).is_some();
    if !go.is_empty() || (begun && !round.is_empty()) {
        let visitor = visitor(&request, &hub);
        let answer = tile::begin(&hub, &visitor, &path, relay_state).await?;
        return Ok(draw(&request, &hub, answer));
    }
    if begun || !round.is_empty() {
        let shell = Shell::of(url);
        let onward = format!("{}{}", shell.base, again(("go", "1")));
        return Ok(pages::render(StatusCode::OK, &Tile { shell, onward }));
    }
    let mut response = redirect(&url.at(&again(("round", "1"))));
    let cookie = cookies::keep(url, Kind::Tile, &random_token(hub.rng.as_ref()));
    // A cookie of ours is always a sound header: base64url and fixed attributes.
    let _added = response.add_cookie(&cookie);
    Ok(response)
}

/// What the address of an arrival carries, and the page there posts.
#[derive(Deserialize)]
pub(super) struct Arrival {
    #[serde(default)]
    attempt: String,
    #[serde(default)]
    ticket: String,
    #[serde(default)]
    csrf: String,
}

impl From<Arrival> for Brought {
    fn from(Arrival { attempt, ticket, .. }: Arrival) -> Self {
        Self { handle: Secret::new(attempt), ticket: Secret::new(ticket) }
    }
}

/// A response nobody asked for was taken: who is it about?
pub(super) async fn arrival(
    request: HttpRequest,
    hub: web::Data<Hub>,
    query: web::Query<Arrival>,
) -> Result<HttpResponse, Problem> {
    let (visitor, brought) = (visitor(&request, &hub), query.into_inner().into());
    let answer = unsolicited::arrive(&hub, &visitor, brought, false).await?;
    Ok(draw(&request, &hub, answer))
}

/// The person said that it is them.
pub(super) async fn arrived(
    request: HttpRequest,
    hub: web::Data<Hub>,
    form: web::Form<Arrival>,
) -> Result<HttpResponse, Problem> {
    let form = form.into_inner();
    csrf::check(&request, &hub.config.public_url, &form.csrf, "/")?;
    let answer = unsolicited::arrive(&hub, &visitor(&request, &hub), form.into(), true).await?;
    Ok(draw(&request, &hub, answer))
}
