//! `/trace/{reference}`: what happened in one sign-in, for whoever administers. The same
//! facts as `GET /api/v1/attempts/{reference}`, as a page that needs no script.
//!
//! Who is no owner is sent to the owner's door, whether there is such an attempt or not. An
//! attempt out of reach and one that never was are the same page.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

mod page;
mod ruler;
mod sequence;
mod words;

use page::{Find, Names, Trace};

use super::cookies::{self, Kind};
use super::csrf;
use super::pages::{self, Form};
use super::problem::{Problem, Words};
use super::route::{self, document};
use crate::admin::attempt_item::AttemptItem;
use crate::admin::shown::Shown;
use crate::admin::{self, Access, Act, AdminError, access, attempts};
use crate::hub::Hub;
use crate::model::attempt::Reference;

/// The addresses of this room.
pub(super) fn routes(table: &mut web::ServiceConfig) {
    table
        .service(web::resource("/trace").route(document().to(find)))
        .service(web::resource("/trace/{reference}").route(document().to(show)))
        .service(
            web::resource("/trace/{reference}/reveal")
                // Whoever opens the address again gets the page as it is without.
                .route(document().to(back))
                .route(web::post().to(reveal)),
        );
}

/// The address of a trace; of the page that asks which for an empty reference.
pub(super) fn address(reference: &str) -> String {
    if reference.is_empty() { "/trace".to_owned() } else { format!("/trace/{reference}") }
}

/// The same words for what never was, what is forgotten, and what is out of reach.
const UNKNOWN: Words = Words {
    sentence: "There is no sign-in with this reference that you may look into.",
    remedy: "Check the time and the three words. Sign-ins are forgotten after a while: 30 days, unless set otherwise.",
    button: "Look for another",
};

/// What was typed.
#[derive(Deserialize)]
pub(crate) struct Query {
    reference: Option<String>,
}

/// What the reveal button posts.
#[derive(Deserialize)]
pub(crate) struct Fields {
    #[serde(default)]
    csrf: String,
}

async fn find(
    request: HttpRequest,
    hub: web::Data<Hub>,
    query: web::Query<Query>,
) -> Result<HttpResponse, Problem> {
    let typed = query.into_inner().reference;
    let reference = typed.as_deref().and_then(Reference::read);
    if owner(&request, &hub).await?.is_none() {
        return Ok(door(&hub, reference.as_ref()));
    }
    if let Some(Reference(reference)) = reference {
        return Ok(redirect(&hub, &address(&reference)));
    }
    let mut form = Form::default();
    let mut status = StatusCode::OK;
    if let Some(typed) = &typed {
        form = form.with("reference", typed);
        form.refuse(
            "reference",
            "A reference is a time and three words, such as 1407-amber-otter-lake",
        );
        status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(pages::render_form(&request, &hub, status, |shell, _| Find { shell, form }))
}

async fn show(
    request: HttpRequest,
    hub: web::Data<Hub>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let asked = path.into_inner();
    let Some(access) = owner(&request, &hub).await? else {
        return Ok(door(&hub, Reference::read(&asked).as_ref()));
    };
    let seen = admin::read(hub.get_ref().clone(), access, move |act| {
        named(act, attempts::load(act, &asked)?)
    });
    let seen = seen.await.map_err(|error| problem(&hub, error))?;
    Ok(page(&request, &hub, seen, Shown::Masked))
}

async fn reveal(
    request: HttpRequest,
    hub: web::Data<Hub>,
    path: web::Path<String>,
    fields: web::Form<Fields>,
) -> Result<HttpResponse, Problem> {
    let asked = path.into_inner();
    let reference = Reference::read(&asked);
    let Some(access) = owner(&request, &hub).await? else {
        return Ok(door(&hub, reference.as_ref()));
    };
    let again = address(reference.as_ref().map_or("", |reference| &reference.0));
    csrf::check(&request, &hub.config.public_url, &fields.csrf, &again)?;
    let seen = admin::write(hub.get_ref().clone(), access, move |act| {
        named(act, attempts::reveal(act, &asked)?)
    });
    let seen = seen.await.map_err(|error| problem(&hub, error))?;
    Ok(page(&request, &hub, seen, Shown::Revealed))
}

async fn back(hub: web::Data<Hub>, path: web::Path<String>) -> HttpResponse {
    let reference = Reference::read(&path);
    redirect(&hub, &address(reference.as_ref().map_or("", |reference| &reference.0)))
}

/// The access of an owner's browser; tokens are for the API.
async fn owner(request: &HttpRequest, hub: &Hub) -> Result<Option<Access>, Problem> {
    match cookies::read(request, &hub.config.public_url, Kind::Session) {
        Some(cookie) => Ok(access::by_session(hub, &cookie).await?),
        None => Ok(None),
    }
}

/// Together with what those it names are called, as far as this access reaches.
fn named(act: &Act<'_>, item: AttemptItem) -> Result<(AttemptItem, Names), AdminError> {
    let names = Names::of(act, &item)?;
    Ok((item, names))
}

fn page(
    request: &HttpRequest,
    hub: &Hub,
    (item, names): (AttemptItem, Names),
    shown: Shown,
) -> HttpResponse {
    pages::render_form(request, hub, StatusCode::OK, |shell, csrf| {
        Trace::of(shell, csrf, item, names, shown)
    })
}

fn door(hub: &Hub, reference: Option<&Reference>) -> HttpResponse {
    let reference = reference.map_or("", |reference| &reference.0);
    redirect(hub, &format!("/owner?trace={reference}"))
}

fn redirect(hub: &Hub, path: &str) -> HttpResponse {
    route::redirect(&hub.config.public_url.at(path))
}

fn problem(hub: &Hub, error: AdminError) -> Problem {
    match error {
        AdminError::Store(error) => error.into(),
        _ => Problem::status(StatusCode::NOT_FOUND)
            .saying(&UNKNOWN)
            .again(hub.config.public_url.at("/trace")),
    }
}

#[cfg(test)]
mod tests;
