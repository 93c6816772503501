//! The page that asks for what an organization wants to know of somebody new.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use crate::flows::brought::Brought;
use crate::flows::reply::Blanks;
use crate::http::pages::{self, Profile, ProfileField, Shell};

/// In front of the names of the fields, so that none is taken for one of the page's own.
pub(in crate::http::login) const PREFIX: &str = "answer_";

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
