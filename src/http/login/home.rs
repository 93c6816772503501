//! The page of somebody who is signed in, and the way out.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::draw::visitor;
use crate::flows::{logout, notices, proved, provider_logout, setup, tiles};
use crate::http::cookies::{self, Kind};
use crate::http::csrf;
use crate::http::pages::{self, Banner, SignedIn, SignedOut};
use crate::http::problem::Problem;
use crate::http::route::redirect;
use crate::hub::Hub;
use crate::model::session::Method;

/// Who is signed in; everybody else is asked to, or to set up while there is no owner.
pub(super) async fn show(
    request: HttpRequest,
    hub: web::Data<Hub>,
) -> Result<HttpResponse, Problem> {
    let url = &hub.config.public_url;
    let Some(admission) = proved::admission(&hub, &visitor(&request, &hub)).await? else {
        let first = if setup::is_over(&hub).await? { "/login" } else { "/setup" };
        return Ok(redirect(&url.at(first)));
    };
    let administers = admission.user().owner || admission.user().admin;
    if administers && cookies::read(&request, url, Kind::Console).is_some() {
        let mut onward = redirect(&url.at("/console/"));
        let _added = onward.add_cookie(&cookies::forget(url, Kind::Console));
        return Ok(onward);
    }
    let notices = notices::open(&hub, &admission).await?.into_iter().map(banner).collect();
    let apps = tiles::open(&hub, &admission).await?;
    let apps = apps.into_iter().map(|tile| (tile.name, tile.address)).collect();
    let profile = &admission.user().profile;
    Ok(pages::render_form(&request, &hub, StatusCode::OK, |shell, csrf| SignedIn {
        name: profile.name.clone().or_else(|| profile.email.clone()).unwrap_or_default(),
        email: profile.email.clone(),
        organization: admission.organization().name.clone(),
        administers,
        owner: matches!(admission.session().method, Method::OwnerPassword),
        notices,
        apps,
        csrf,
        sign_out: format!("{}/sign-out", shell.base),
        shell,
    }))
}

fn banner(told: notices::Told) -> Banner {
    let at = told.notice.at.rfc3339();
    Banner {
        id: told.notice.id.to_string(),
        who: told.who,
        when: at.get(..16).map_or_else(String::new, |at| format!("{} UTC", at.replace('T', " "))),
        address: told.notice.address,
    }
}

/// What the sign-out button posts.
#[derive(Deserialize)]
pub(super) struct SignOutForm {
    #[serde(default)]
    csrf: String,
}

/// Ends the session of this browser. The next sign-in asks for proof again.
pub(super) async fn sign_out(
    request: HttpRequest,
    hub: web::Data<Hub>,
    form: web::Form<SignOutForm>,
) -> Result<HttpResponse, Problem> {
    let url = &hub.config.public_url;
    csrf::check(&request, url, &form.csrf, "/")?;
    let (mut response, ended) = match logout::sign_out(&hub, &visitor(&request, &hub)).await {
        Ok(ended) => {
            let there = match &ended {
                Some(ended) => provider_logout::always(&hub, &ended.secret).await,
                None => None,
            };
            let address = there.unwrap_or_else(|| url.at("/signed-out"));
            (redirect(&address), ended)
        }
        // Whatever fails, this browser forgets.
        Err(error) => {
            tracing::error!(%error, "a session was forgotten by its browser and did not end");
            let page = |shell, csrf| SignedOut { shell, csrf, failed: true, farewell: None };
            let status = StatusCode::SERVICE_UNAVAILABLE;
            (pages::render_form(&request, &hub, status, page), None)
        }
    };
    let known_by = ended.as_ref().map(|ended| &ended.secret);
    for cookie in cookies::signed_out(url, hub.rng.as_ref(), known_by) {
        let _added = response.add_cookie(&cookie);
    }
    Ok(response)
}

/// On to the provider's own sign-out, by the person's wish.
pub(super) async fn sign_out_there(
    request: HttpRequest,
    hub: web::Data<Hub>,
    form: web::Form<SignOutForm>,
) -> Result<HttpResponse, Problem> {
    let url = &hub.config.public_url;
    csrf::check(&request, url, &form.csrf, "/signed-out")?;
    let there = match cookies::read(&request, url, Kind::SignedOut) {
        Some(secret) => provider_logout::chosen(&hub, &secret).await,
        None => None,
    };
    Ok(redirect(&there.unwrap_or_else(|| url.at("/signed-out"))))
}

/// Where people land after signing out: says what was ended and what was not. It never starts
/// a sign-in by itself.
pub(super) async fn signed_out(request: HttpRequest, hub: web::Data<Hub>) -> HttpResponse {
    let farewell = match cookies::read(&request, &hub.config.public_url, Kind::SignedOut) {
        Some(secret) => logout::farewell(&hub, &secret).await,
        None => None,
    };
    pages::render_form(&request, &hub, StatusCode::OK, |shell, csrf| SignedOut {
        shell,
        csrf,
        failed: false,
        farewell,
    })
}
