//! The page that asks for what an organization wants to know of somebody new.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::visitor;
use crate::flows::brought::Brought;
use crate::flows::finish::{self, Word};
use crate::flows::reply::Blanks;
use crate::http::csrf;
use crate::http::pages::{self, Profile, ProfileField, Shell};
use crate::http::problem::Problem;
use crate::hub::Hub;
use crate::model::answers::MOST_FIELDS;
use crate::model::id::UserId;
use crate::model::secret::Secret;

/// In front of the names of the fields, so that none is taken for one of the page's own.
const PREFIX: &str = "answer_";

/// The page and its status: nobody is wrong before they typed anything.
pub(super) fn page(shell: Shell, csrf: String, brought: Brought, blanks: Blanks) -> HttpResponse {
    let Blanks { fields, instead_of } = blanks;
    let wrong = fields.iter().any(|field| field.wrong.is_some());
    let fields = fields
        .into_iter()
        .map(|blank| ProfileField {
            id: format!("{PREFIX}{}", blank.field.name),
            label: blank.field.label,
            complete: complete(&blank.field.name),
            value: blank.typed,
            error: blank.wrong,
        })
        .collect();
    let page = Profile {
        shell,
        csrf,
        attempt: brought.handle.into_inner(),
        ticket: brought.ticket.into_inner(),
        instead_of: instead_of.map(|user| user.to_string()),
        wrong,
        fields,
    };
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    pages::render(status, &page)
}

/// What a browser may fill in by itself (HTML section 4.10.18.7).
fn complete(name: &str) -> &'static str {
    match name {
        "given_name" => "given-name",
        "family_name" => "family-name",
        "name" => "name",
        _ => "off",
    }
}

/// What was said.
pub(super) async fn told(
    request: HttpRequest,
    hub: web::Data<Hub>,
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    let (mut own, mut told) = (BTreeMap::new(), BTreeMap::new());
    for (name, value) in form.into_inner() {
        match name.strip_prefix(PREFIX) {
            Some(field) if told.len() < MOST_FIELDS => {
                told.entry(field.to_owned()).or_insert(value);
            }
            Some(_) => {}
            None => {
                own.entry(name).or_insert(value);
            }
        }
    }
    let mut take = |name: &str| own.remove(name).unwrap_or_default();
    csrf::check(&request, &hub.config.public_url, &take("csrf"), "/")?;
    let brought =
        Brought { handle: Secret::new(take("attempt")), ticket: Secret::new(take("ticket")) };
    let instead_of = UserId::try_from(take("instead_of")).ok();
    let word = Word::Told(told, instead_of);
    let answer = finish::finish(&hub, &visitor(&request, &hub), brought, "", word).await?;
    Ok(super::draw(&request, &hub, answer))
}
