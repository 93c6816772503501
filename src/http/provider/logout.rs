//! `/oauth2/logout`: an app sends the person here to sign out.

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use url::form_urlencoded::Serializer;

use crate::flows::logout::{self as flow, Browser, Ended, Logout, Next};
use crate::flows::provider_logout;
use crate::flows::token::Provider;
use crate::http::cookies::{self, Kind};
use crate::http::pages::{self, LogoutConfirm, Shell};
use crate::http::problem::Problem;
use crate::http::route::redirect;
use crate::http::{csrf, form_token};
use crate::hub::Hub;
use crate::model::public_url::PublicUrl;
use crate::model::secret::{Digest, equal};
use crate::wire::oauth::form;

/// Asked by a link or redirect.
///
/// # Errors
/// When the database fails.
pub async fn get(request: HttpRequest, hub: Data<Hub>) -> Result<HttpResponse, Problem> {
    sign_out(&request, &hub, request.query_string().as_bytes(), false).await
}

/// Asked by a form: an app's, or our own with the person's confirmation.
///
/// # Errors
/// When the database fails.
pub async fn post(
    request: HttpRequest,
    hub: Data<Hub>,
    body: Bytes,
) -> Result<HttpResponse, Problem> {
    sign_out(&request, &hub, &body, true).await
}

async fn sign_out(
    request: &HttpRequest,
    hub: &Hub,
    encoded: &[u8],
    may_confirm: bool,
) -> Result<HttpResponse, Problem> {
    let url = &hub.config.public_url;
    let cookie = cookies::read(request, url, Kind::Session);
    // A request that cannot be read is answered as one that says nothing.
    let pairs = form(encoded).unwrap_or_default();
    if may_confirm && cookie.is_none() {
        return Ok(by_get(url, &pairs));
    }
    // Made from the session, so that it cannot be had before, or outlive, what it ends.
    let proof = cookie.as_ref().map(form_token::of_form);
    // An app's own form comes from its site (RP-Initiated Logout section 2), ours from here.
    let confirmed = may_confirm
        && csrf::from_here(request, url)
        && proof.as_ref().is_some_and(|proof| {
            pairs.iter().any(|(n, v)| n == "csrf" && equal(v.as_bytes(), proof.as_bytes()))
        });
    let digest = cookie.as_ref().map(|cookie| Digest::of_ordered(cookie.expose()));
    let browser = Browser { cookie: digest, confirmed };
    let (came_to, ended) = flow::logout(&Provider::of(hub), browser, pairs).await?;
    Ok(match came_to {
        Logout::Done { next, prompt_next } => {
            let next = match &ended {
                Some(ended) => provider_logout::always(hub, &ended.secret).await,
                None => None,
            }
            .map_or(next, Next::Redirect);
            done(hub, next, prompt_next.then_some(ended))
        }
        Logout::Confirm { app, fields } => {
            let shell = Shell::of(url);
            let action = format!("{}/oauth2/logout", shell.base);
            let fields = fields.into_iter().map(|(n, v)| (n.to_owned(), v)).collect();
            let csrf = proof.unwrap_or_default();
            pages::render(StatusCode::OK, &LogoutConfirm { shell, csrf, app, action, fields })
        }
    })
}

/// A form of another site comes without our cookie. Answering it here would take the cookie
/// away from somebody who was not asked, so the browser is sent on to the same request by GET,
/// where the cookie is.
fn by_get(url: &PublicUrl, pairs: &[(String, String)]) -> HttpResponse {
    let asked = pairs.iter().filter(|(name, _)| name != "csrf");
    let query = Serializer::new(String::new()).extend_pairs(asked).finish();
    redirect(&url.at(&format!("/oauth2/logout?{query}")))
}

fn done(hub: &Hub, next: Next, mark: Option<Option<Ended>>) -> HttpResponse {
    let url = &hub.config.public_url;
    let location = match next {
        Next::Redirect(address) => address,
        Next::SignedOutPage => url.at("/signed-out"),
    };
    let mut response = redirect(&location);
    if let Some(ended) = mark {
        let known_by = ended.as_ref().map(|ended| &ended.secret);
        for cookie in cookies::signed_out(url, hub.rng.as_ref(), known_by) {
            // A cookie of ours is always a sound header: base64url and fixed attributes.
            let _added = response.add_cookie(&cookie);
        }
    }
    response
}
