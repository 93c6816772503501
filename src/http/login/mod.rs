//! The addresses a sign-in passes through: ours for visitors, and those of the providers'
//! answers. Each handler extracts, asks `flows`, and draws what comes back.

use actix_web::Resource;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};

use super::cookies::{self, Browser, Kind};
use super::pages::{self, Choice, Choose, Login, Post, Shell};
use super::problem::{Problem, Words};
use super::{client_ip, csrf, envelope};
use crate::flows::reply::{Answer, FlowError, Page, Refused, Reply, Visitor};
use crate::hub::Hub;
use crate::model::code::Code;
use crate::model::secret::Secret;

mod answers;
mod authorize;
mod home;
mod initiate;
mod invitation;
mod local;
mod profile;
mod replace;
mod sign_in;
mod test;
mod tile;

/// The addresses of this room.
pub fn routes(table: &mut web::ServiceConfig) {
    table
        .service(
            begins("/oauth2/authorize")
                .route(web::get().to(authorize::by_query))
                .route(web::post().to(authorize::by_form)),
        )
        .service(
            begins("/login/finish")
                .route(web::get().to(answers::finish))
                .route(web::post().to(answers::answered)),
        )
        .service(super::posted("/login/profile", "/login").route(web::post().to(profile::told)))
        .service(
            web::resource("/invitation")
                .route(super::document().to(invitation::show))
                .route(web::post().to(invitation::send)),
        )
        .route("/", super::document().to(home::show))
        .service(super::posted("/sign-out", "/").route(web::post().to(home::sign_out)))
        .service(
            super::posted("/sign-out/provider", "/signed-out")
                .route(web::post().to(home::sign_out_there)),
        )
        .route("/signed-out", super::document().to(home::signed_out))
        .service(
            web::resource("/login")
                .route(super::document().to(sign_in::show))
                .route(web::post().to(sign_in::typed)),
        )
        .service(super::posted("/login/password", "/login").route(web::post().to(local::send)))
        .service(
            web::resource("/password")
                .route(super::document().to(local::show_link))
                .route(web::post().to(local::send_link)),
        )
        .service(
            super::posted("/login/connection", "/login").route(web::post().to(sign_in::chosen)),
        )
        .service(
            web::resource("/login/test")
                .route(super::document().to(test::ask))
                .route(web::post().to(test::begin)),
        )
        .route("/login/test/report", super::document().to(test::report))
        .service(begins("/login/again").route(web::get().to(sign_in::again)))
        // The first patterns: each one before them would be tried on every answer.
        .service(assertions("/saml/{connection}/acs"))
        .service(assertions("/saml/{connection}/acs/"))
        .service(begins("/o/{path}").route(web::get().to(sign_in::organization)))
        .route("/saml/{connection}/metadata", super::document().to(answers::saml_metadata))
        .service(begins("/oidc/callback").route(web::get().to(answers::oidc_shared)))
        .service(begins("/oidc/{connection}/callback").route(web::get().to(answers::oidc)));
    initiated(table);
}

/// An assertion consumer service.
fn assertions(path: &str) -> Resource {
    web::resource(path)
        .route(super::there())
        .app_data(super::limits::payload(super::limits::ACS))
        .route(web::post().to(answers::saml))
        .route(web::get().to(answers::saml_by_redirect))
}

/// An address where GET begins something, or uses up what works once.
fn begins(path: &str) -> Resource {
    web::resource(path).route(super::there())
}

/// What tiles, bookmarks and providers begin.
fn initiated(table: &mut web::ServiceConfig) {
    table
        .service(
            begins("/o/{organization}/{app}")
                .route(web::get().to(initiate::tile))
                .route(web::post().to(initiate::by_form)),
        )
        .service(
            begins("/oidc/initiate")
                .route(web::get().to(initiate::shared))
                .route(web::post().to(initiate::by_form)),
        )
        .service(
            begins("/oidc/{connection}/initiate")
                .route(web::get().to(initiate::connection))
                .route(web::post().to(initiate::by_form)),
        )
        .service(
            begins("/login/arrive")
                .route(web::get().to(tile::arrival))
                .route(web::post().to(tile::arrived)),
        )
        .service(begins("/saml/{connection}/start").route(web::get().to(tile::start)));
}

impl From<FlowError> for Problem {
    fn from(FlowError(code): FlowError) -> Self {
        Self::code(code)
    }
}

/// Where the request comes from, and what its cookies say of its browser.
pub(super) fn visitor(request: &HttpRequest, hub: &Hub) -> Visitor {
    let url = &hub.config.public_url;
    Visitor {
        address: client_ip::of(request, &hub.config),
        browsers: cookies::bindings(request, url),
        session: cookies::read(request, url, Kind::Session),
        signed_out: cookies::read(request, url, Kind::SignedOut).is_some(),
    }
}

/// Draws an answer with its cookies.
pub(super) fn draw(request: &HttpRequest, hub: &Hub, answer: Answer) -> HttpResponse {
    let Answer { reply, browser, session, reference } = answer;
    if let Some(reference) = &reference {
        envelope::note_reference(request, reference);
    }
    let url = &hub.config.public_url;
    let mut cookies = Vec::new();
    let set = browser;
    cookies.extend(set.iter().flat_map(|value| cookies::bind(url, value)));
    if let Some(value) = session {
        cookies.push(cookies::keep(url, Kind::Session, &value));
        cookies.push(cookies::forget(url, Kind::SignedOut));
        if cookies::read(request, url, Kind::Tile).is_some() {
            cookies.push(cookies::forget(url, Kind::Tile));
        }
    }
    let mut response = match reply {
        Reply::Redirect(address) => redirect(&address),
        Reply::Form { action, fields } => {
            pages::render(StatusCode::OK, &Post::new(url, action, fields))
        }
        Reply::Page(page) => draw_page(request, hub, page, set, &mut cookies),
    };
    for cookie in cookies {
        // A cookie of ours is always a sound header: base64url and fixed attributes.
        let _added = response.add_cookie(&cookie);
    }
    response
}

/// A redirect that turns any method into GET (RFC 9110 section 15.4.4).
pub(super) fn redirect(address: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, address))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish()
}

fn draw_page(
    request: &HttpRequest,
    hub: &Hub,
    page: Page,
    set: Option<Secret<String>>,
    cookies: &mut Vec<actix_web::cookie::Cookie<'static>>,
) -> HttpResponse {
    let url = &hub.config.public_url;
    let page = match page {
        Page::Refused(refused) => return problem(hub, refused).answer(request, hub),
        Page::Report(passed) => return test::show(Shell::of(url), *passed),
        page => page,
    };
    // The form is bound to the browser, so there has to be a binding by now.
    let csrf = set.map_or_else(
        || {
            let browser = Browser::of(request, hub);
            cookies.extend(browser.cookies(url));
            csrf::token(browser.value())
        },
        |value| csrf::token(&value),
    );
    let shell = Shell::of(url);
    let owner_href = |attempt: Option<&str>| match attempt {
        Some(handle) => format!("{}/owner?attempt={handle}", shell.base),
        None => format!("{}/owner", shell.base),
    };
    match page {
        Page::Ask { handle, app, typed, not_found } => {
            let attempt = handle.map(Secret::into_inner);
            let mut form = pages::Form::default().with("email", &typed);
            if not_found {
                form.refuse(
                    "email",
                    "No company sign-in was found for this. Check the address, or ask your IT team which one to use.",
                );
            }
            let owner_href = owner_href(attempt.as_deref());
            let page = Login { shell, form, csrf, attempt, app, owner_href };
            pages::render(StatusCode::OK, &page)
        }
        Page::Choose { handle, app, connections } => {
            let attempt = Some(handle.into_inner());
            let action = format!("{}/login/connection", shell.base);
            let owner_href = owner_href(attempt.as_deref());
            let choices = connections
                .into_iter()
                .map(|(id, name)| Choice { id: id.to_string(), name })
                .collect();
            let page = Choose { shell, csrf, attempt, app, action, choices, owner_href };
            pages::render(StatusCode::OK, &page)
        }
        Page::Password(page) => local::page(shell, csrf, *page),
        Page::Replace { brought, question } => {
            let page = replace::page(shell, csrf, brought, *question);
            pages::render(StatusCode::OK, &page)
        }
        Page::Profile { brought, blanks } => profile::page(shell, csrf, brought, *blanks),
        Page::Arrive { brought, account } => {
            let page = replace::arrive(shell, csrf, brought, account);
            pages::render(StatusCode::OK, &page)
        }
        Page::Refused(_) | Page::Report(_) => HttpResponse::new(StatusCode::FORBIDDEN),
    }
}

/// The address of the page is still the request: no attempt holds it.
const TOO_MANY: Words = Words {
    sentence: Code::TooManySignIns.sentence(),
    remedy: "Wait a few seconds, then reload this page.",
    button: "Go to sign-in",
};

fn problem(hub: &Hub, refused: Refused) -> Problem {
    let Refused { code, reference, again, test } = refused;
    let mut problem = Problem::code(code);
    if test {
        problem = problem.test();
    }
    if code == Code::TooManySignIns {
        problem = problem.saying(&TOO_MANY);
    }
    if let Some(reference) = reference {
        problem = problem.reference(reference);
    }
    let door = match &again {
        Some(handle) => format!("/owner?attempt={}", handle.expose()),
        None => "/owner".to_owned(),
    };
    if code == Code::UpstreamUnreachable && !test {
        problem = problem.owner(hub.config.public_url.at(&door));
    }
    match again {
        Some(handle) => {
            let again =
                hub.config.public_url.at(&format!("/login/again?attempt={}", handle.expose()));
            problem.other_account(format!("{again}&other=1")).again(again)
        }
        None => problem,
    }
}
