//! `GET` and `POST /owner`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use crate::flows::owner::{self, Outcome, SignIn};
use crate::http::cookies::{self, Kind};
use crate::http::pages::{self, Form, Owner};
use crate::http::problem::Problem;
use crate::http::{client_ip, csrf, login, wait};
use crate::hub::Hub;
use crate::model::attempt::Reference;
use crate::model::code::Code;
use crate::model::owner_step;
use crate::model::secret::Secret;

/// Longest handle of an attempt that is carried along.
const HANDLE: usize = 64;

/// Where the owner came from.
#[derive(Deserialize)]
pub(crate) struct Query {
    attempt: Option<String>,
    trace: Option<String>,
    drill: Option<String>,
    factors: Option<String>,
}

/// What the owner goes on to.
#[derive(Clone)]
struct Onward(owner_step::Onward);

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
    drill: Option<String>,
    factors: Option<String>,
}

impl Onward {
    /// Only what we could have written ourselves; without any the owner lands at home.
    fn of(query: Query) -> Self {
        let Query { attempt, trace, drill, factors } = query;
        let trace = trace.map(|text| Reference::read(&text).map_or_else(String::new, |r| r.0));
        Self(owner_step::Onward {
            attempt: handle(attempt),
            trace,
            drill: handle(drill),
            factors: factors.is_some(),
        })
    }

    /// The address of this page again.
    fn address(&self) -> String {
        let owner_step::Onward { attempt, trace, drill, factors } = &self.0;
        match (attempt, trace, drill) {
            (Some(handle), ..) => format!("/owner?attempt={handle}"),
            (None, Some(reference), _) => format!("/owner?trace={reference}"),
            (None, None, Some(drill)) => format!("/owner?drill={drill}"),
            (None, None, None) if *factors => "/owner?factors=1".to_owned(),
            (None, None, None) => "/owner".to_owned(),
        }
    }
}

pub(crate) async fn show(
    request: HttpRequest,
    hub: web::Data<Hub>,
    query: web::Query<Query>,
) -> HttpResponse {
    page(&request, &hub, StatusCode::OK, Form::default(), Onward::of(query.into_inner()))
}

pub(crate) async fn send(
    request: HttpRequest,
    hub: web::Data<Hub>,
    fields: web::Form<Fields>,
) -> Result<HttpResponse, Problem> {
    let Fields { csrf: sent, email, password, attempt, trace, drill, factors } =
        fields.into_inner();
    let url = &hub.config.public_url;
    let onward = Onward::of(Query { attempt, trace, drill, factors });
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
        onward: onward.0.clone(),
    };
    match owner::sign_in(&hub, &login::visitor(&request, &hub), typed).await? {
        Outcome::In(entry) => Ok(super::enter(&request, &hub, *entry)),
        Outcome::Step(step) => Ok(super::step(&hub, &step)),
        Outcome::NoFactor => {
            form.refuse("", NO_FACTOR);
            Ok(page(&request, &hub, StatusCode::FORBIDDEN, form, onward))
        }
        Outcome::Refused => {
            form.refuse("", Code::OwnerRefused.sentence());
            Ok(page(&request, &hub, StatusCode::FORBIDDEN, form, onward))
        }
        Outcome::Wait { seconds } => {
            form.refuse("", wait::too_many(seconds));
            let answer = page(&request, &hub, StatusCode::TOO_MANY_REQUESTS, form, onward);
            Ok(wait::retry_after(answer, seconds))
        }
    }
}

/// The password was right, and there is nothing to rehearse.
const NO_FACTOR: &str = "The password is right, but you have no second factor yet, which is what a rehearsal is about: sign in, add one, and start again";

fn page(
    request: &HttpRequest,
    hub: &Hub,
    status: StatusCode,
    form: Form,
    onward: Onward,
) -> HttpResponse {
    let owner_step::Onward { attempt, trace, drill, factors } = onward.0;
    pages::render_form(request, hub, status, |shell, csrf| Owner {
        shell,
        form,
        csrf,
        attempt,
        trace,
        drill,
        factors,
    })
}

/// A handle as we make them; anything else is dropped, and the owner lands at home.
fn handle(text: Option<String>) -> Option<String> {
    text.filter(|text| {
        (1..=HANDLE).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_handles_of_ours_are_carried() {
        for (text, kept) in [("a-Z_9", true), ("", false), ("a b", false), ("\"><script>", false)] {
            assert_eq!(handle(Some(text.to_owned())).is_some(), kept, "{text:?}");
        }
        assert!(handle(Some("a".repeat(65))).is_none());
    }
}
