//! What a flow replies becomes an answer: an address to go to, or a page, with its cookies.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};

use crate::flows::reply::{Answer, FlowError, Page, Refused, Reply, Visitor};
use crate::http::cookies::{self, Browser, Kind};
use crate::http::pages::{self, Choice, Choose, Login, Post, Shell};
use crate::http::problem::{Problem, Words};
use crate::http::route::redirect;
use crate::http::{client_ip, envelope, form_token};
use crate::hub::Hub;
use crate::model::code::Code;
use crate::model::secret::Secret;

mod password;
pub(super) mod profile;
mod replace;
mod report;

impl From<FlowError> for Problem {
    fn from(FlowError(code): FlowError) -> Self {
        Self::code(code)
    }
}

/// Where the request comes from, and what its cookies say of its browser.
pub(in crate::http) fn visitor(request: &HttpRequest, hub: &Hub) -> Visitor {
    let url = &hub.config.public_url;
    Visitor {
        address: client_ip::of(request, &hub.config),
        browsers: cookies::bindings(request, url),
        session: cookies::read(request, url, Kind::Session),
        signed_out: cookies::read(request, url, Kind::SignedOut).is_some(),
    }
}

/// Draws an answer with its cookies.
pub(in crate::http) fn draw(request: &HttpRequest, hub: &Hub, answer: Answer) -> HttpResponse {
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
        Page::Report(passed) => return report::show(Shell::of(url), *passed),
        page => page,
    };
    // The form is bound to the browser, so there has to be a binding by now.
    let csrf = set.map_or_else(
        || {
            let browser = Browser::of(request, hub);
            cookies.extend(browser.cookies(url));
            form_token::of_form(browser.value())
        },
        |value| form_token::of_form(&value),
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
        Page::Password(page) => password::page(shell, csrf, *page),
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
