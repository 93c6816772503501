//! The page of somebody who is signed in, and the way out.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::visitor;
use crate::flows::{choose, logout, notices, setup};
use crate::http::cookies;
use crate::http::csrf;
use crate::http::pages::{self, Banner, Shell, SignedIn, SignedOut};
use crate::http::problem::Problem;
use crate::hub::Hub;
use crate::model::session::Method;

/// Who is signed in; everybody else is asked to, or to set up while there is no owner.
pub(super) async fn show(
    request: HttpRequest,
    hub: web::Data<Hub>,
) -> Result<HttpResponse, Problem> {
    let url = &hub.config.public_url;
    let Some(admission) = choose::admission(&hub, &visitor(&request, &hub)).await? else {
        let first = if setup::is_over(&hub).await? { "/login" } else { "/setup" };
        return Ok(super::redirect(&url.at(first)));
    };
    let notices = notices::open(&hub, &admission).await?.into_iter().map(banner).collect();
    let profile = &admission.user().profile;
    Ok(pages::render_form(&request, &hub, StatusCode::OK, |shell, csrf| SignedIn {
        name: profile.name.clone().or_else(|| profile.email.clone()).unwrap_or_default(),
        email: profile.email.clone(),
        organization: admission.organization().name.clone(),
        owner: matches!(admission.session().method, Method::OwnerPassword),
        notices,
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
    logout::sign_out(&hub, &visitor(&request, &hub)).await?;
    let mut response = super::redirect(&url.at("/signed-out"));
    for cookie in cookies::signed_out(url, hub.rng.as_ref()) {
        let _added = response.add_cookie(&cookie);
    }
    Ok(response)
}

/// Where people land after signing out. It never starts a sign-in by itself.
pub(super) async fn signed_out(hub: web::Data<Hub>) -> HttpResponse {
    pages::render(StatusCode::OK, &SignedOut { shell: Shell::of(&hub.config.public_url) })
}
