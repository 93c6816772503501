//! `GET` and `POST /owner`.

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use crate::flows::owner::{self, Outcome, SignIn};
use crate::flows::reply::Reply;
use crate::http::cookies::{self, Kind};
use crate::http::pages::{self, Form, Owner};
use crate::http::problem::Problem;
use crate::http::{client_ip, csrf, login, trace};
use crate::hub::Hub;
use crate::model::attempt::Reference;
use crate::model::code::Code;
use crate::model::secret::Secret;

/// Longest handle of an attempt that is carried along.
const HANDLE: usize = 64;

/// Where the owner came from.
#[derive(Deserialize)]
pub(crate) struct Query {
    attempt: Option<String>,
    trace: Option<String>,
}

/// What the page posts.
#[derive(Deserialize)]
pub(crate) struct Fields {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    attempt: Option<String>,
    trace: Option<String>,
}

/// What the owner goes on to.
#[derive(Clone, Default)]
struct Onward {
    /// The handle of the attempt to finish.
    attempt: Option<String>,
    /// The reference of the trace to see; empty for the page that asks which.
    trace: Option<String>,
}

impl Onward {
    /// Only what we could have written ourselves; without either the owner lands at home.
    fn of(attempt: Option<String>, trace: Option<String>) -> Self {
        let trace = trace.map(|text| Reference::read(&text).map_or_else(String::new, |r| r.0));
        Self { attempt: handle(attempt), trace }
    }

    /// The address of this page again.
    fn address(&self) -> String {
        match (&self.attempt, &self.trace) {
            (Some(handle), _) => format!("/owner?attempt={handle}"),
            (None, Some(reference)) => format!("/owner?trace={reference}"),
            (None, None) => "/owner".to_owned(),
        }
    }
}

pub(crate) async fn show(
    request: HttpRequest,
    hub: web::Data<Hub>,
    query: web::Query<Query>,
) -> HttpResponse {
    let Query { attempt, trace } = query.into_inner();
    page(&request, &hub, StatusCode::OK, Form::default(), Onward::of(attempt, trace))
}

pub(crate) async fn send(
    request: HttpRequest,
    hub: web::Data<Hub>,
    fields: web::Form<Fields>,
) -> Result<HttpResponse, Problem> {
    let Fields { csrf: sent, email, password, attempt, trace } = fields.into_inner();
    let url = &hub.config.public_url;
    let onward = Onward::of(attempt, trace);
    csrf::check(&request, url, &sent, &onward.address())?;
    let mut form = Form::default().with("email", &email);
    if email.trim().is_empty() {
        form.refuse("email", "Enter your e-mail address");
    }
    if password.is_empty() {
        form.refuse("password", "Enter your password");
    }
    if form.wrong() {
        return Ok(page(&request, &hub, StatusCode::UNPROCESSABLE_ENTITY, form, onward));
    }
    let typed = SignIn {
        email,
        password: Secret::new(password),
        address: client_ip::of(&request, &hub.config),
        device: cookies::read(&request, url, Kind::Device),
        handle: onward.attempt.clone(),
    };
    match owner::sign_in(&hub, &login::visitor(&request, &hub), typed).await? {
        Outcome::In(mut entry) => {
            if let (None, Some(reference)) = (&onward.attempt, &onward.trace) {
                entry.answer.reply = Reply::Redirect(url.at(&trace::address(reference)));
            }
            Ok(super::enter(&request, &hub, *entry))
        }
        Outcome::Refused => {
            form.refuse("", Code::OwnerRefused.sentence());
            Ok(page(&request, &hub, StatusCode::FORBIDDEN, form, onward))
        }
        Outcome::Wait { seconds } => {
            form.refuse(
                "",
                format!("There were too many tries. Wait {}, then try again.", wait(seconds)),
            );
            let status = StatusCode::TOO_MANY_REQUESTS;
            let mut response = page(&request, &hub, status, form, onward);
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
            Ok(response)
        }
    }
}

fn page(
    request: &HttpRequest,
    hub: &Hub,
    status: StatusCode,
    form: Form,
    Onward { attempt, trace }: Onward,
) -> HttpResponse {
    pages::render_form(request, hub, status, |shell, csrf| Owner {
        shell,
        form,
        csrf,
        attempt,
        trace,
    })
}

/// A handle as we make them; anything else is dropped, and the owner lands at home.
fn handle(text: Option<String>) -> Option<String> {
    text.filter(|text| {
        (1..=HANDLE).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    })
}

fn wait(seconds: i64) -> String {
    match seconds {
        1 => "1 second".to_owned(),
        ..120 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.saturating_add(59).div_euclid(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_said_in_words() {
        for (seconds, text) in
            [(1, "1 second"), (30, "30 seconds"), (119, "119 seconds"), (121, "3 minutes")]
        {
            assert_eq!(wait(seconds), text);
        }
    }

    #[test]
    fn only_handles_of_ours_are_carried() {
        for (text, kept) in [("a-Z_9", true), ("", false), ("a b", false), ("\"><script>", false)] {
            assert_eq!(handle(Some(text.to_owned())).is_some(), kept, "{text:?}");
        }
        assert!(handle(Some("a".repeat(65))).is_none());
    }
}
