//! The page that asks for a password.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use crate::flows::reply::{Password, Said};
use crate::http::pages::{self, Choice, Form, Shell};
use crate::http::wait;
use crate::model::code::Code;
use crate::model::secret::Secret;

/// The page and its status.
pub(super) fn page(shell: Shell, csrf: String, page: Password) -> HttpResponse {
    let Password { handle, app, organization, name, connections, email, said } = page;
    let mut form = Form::default().with("email", &email);
    let status = match said {
        Said::Nothing => StatusCode::OK,
        Said::Refused => {
            form.refuse("", Code::PasswordRefused.sentence());
            StatusCode::FORBIDDEN
        }
        Said::Wait { seconds } => {
            form.refuse("", wait::too_many(seconds));
            StatusCode::TOO_MANY_REQUESTS
        }
        Said::SsoRequired => {
            let text = "Passwords do not work here: your organization signs in through its own identity provider.";
            form.refuse("", text);
            StatusCode::FORBIDDEN
        }
    };
    let attempt = handle.map(Secret::into_inner);
    let at = |path: &str| match &attempt {
        Some(handle) => format!("{}{path}?attempt={handle}", shell.base),
        None => format!("{}{path}", shell.base),
    };
    let page = pages::Password {
        login_href: at("/login"),
        owner_href: at("/owner"),
        choices: choices(name.as_deref(), connections),
        password: said != Said::SsoRequired,
        organization: organization.map(|id| id.to_string()),
        shell,
        form,
        csrf,
        attempt,
        app,
        name,
    };
    let response = pages::render(status, &page);
    match said {
        Said::Wait { seconds } => wait::retry_after(response, seconds),
        _ => response,
    }
}

/// One way in bears the organization's name, several their own as well.
fn choices<I: ToString>(name: Option<&str>, connections: Vec<(I, String)>) -> Vec<Choice> {
    let one = connections.len() == 1;
    let label = |connection: String| match name {
        Some(name) if one => name.to_owned(),
        Some(name) => format!("{name}: {connection}"),
        None => connection,
    };
    connections
        .into_iter()
        .map(|(id, connection)| Choice { id: id.to_string(), name: label(connection) })
        .collect()
}
