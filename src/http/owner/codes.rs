//! Below `/owner/factors/codes`: an owner makes recovery codes, downloads them, and types part
//! of one back.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};

use super::factors::{self, FIRST, Fields, Taken};
use super::sheets::Codes;
use crate::flows::owner_factors::{self, Offer, Offered};
use crate::http::pages::{self, Form};
use crate::http::problem::Problem;
use crate::http::route::redirect;
use crate::hub::Hub;
use crate::model::recovery_code::RecoveryCode;

pub(crate) async fn offer(
    request: HttpRequest,
    hub: web::Data<Hub>,
    fields: web::Form<Fields>,
) -> Result<HttpResponse, Problem> {
    factors::check(&request, &hub, &fields.csrf)?;
    let offered = owner_factors::codes(&hub, &factors::browser(&request, &hub), None).await?;
    Ok(match offered {
        Some(offered) => page(&request, &hub, StatusCode::OK, Form::default(), (offered, false)),
        None => factors::door(&hub),
    })
}

/// The second step of the first run, for an owner who has none; everybody else goes on to the
/// console. Nothing is in force by it: a reload offers others.
pub(crate) async fn first(
    request: HttpRequest,
    hub: web::Data<Hub>,
) -> Result<HttpResponse, Problem> {
    let browser = factors::browser(&request, &hub);
    let seen = owner_factors::overview(&hub, &browser).await?;
    let offered = match seen.filter(|seen| seen.factors.codes_since.is_none()) {
        Some(_) => owner_factors::codes(&hub, &browser, None).await?,
        None => None,
    };
    Ok(match offered {
        Some(offered) => page(&request, &hub, StatusCode::OK, Form::default(), (offered, true)),
        None => redirect(&hub.config.public_url.at("/console/")),
    })
}

/// The codes on the page as a file.
pub(crate) async fn text(
    request: HttpRequest,
    hub: web::Data<Hub>,
    fields: web::Form<Fields>,
) -> Result<HttpResponse, Problem> {
    factors::check(&request, &hub, &fields.csrf)?;
    let browser = factors::browser(&request, &hub);
    let before = Some(fields.into_inner().offer);
    let Some(offered) = owner_factors::codes(&hub, &browser, before).await? else {
        return Ok(factors::door(&hub));
    };
    let mut text = format!(
        "Recovery codes of {} for {}\nEach works once, after the password, in the place of the code of an app.\nThey do not work until you have typed part of one back on the page they came from.\n\n",
        offered.email,
        hub.config.public_url.at("/owner")
    );
    for code in &offered.value {
        text.push_str(&code.shown());
        text.push('\n');
    }
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((
            CONTENT_DISPOSITION,
            "attachment; filename=\"doorward-recovery-codes.txt\"",
        ))
        .body(text))
}

pub(crate) async fn confirm(
    request: HttpRequest,
    hub: web::Data<Hub>,
    fields: web::Form<Fields>,
) -> Result<HttpResponse, Problem> {
    let fields = fields.into_inner();
    let first = fields.first;
    let done = if first { FIRST } else { "codes" };
    let taken = factors::take(&request, &hub, fields, (Offer::Codes, done));
    let offer = match taken.await? {
        Taken::Answered(answer) => return Ok(answer),
        Taken::Again(offer) => Some(offer),
    };
    let offered = owner_factors::codes(&hub, &factors::browser(&request, &hub), offer).await?;
    let Some(offered) = offered else { return Ok(factors::door(&hub)) };
    let mut form = Form::default();
    form.refuse("code", "None of these codes ends like this: type the last four characters of one, from where you stored it");
    Ok(page(&request, &hub, StatusCode::UNPROCESSABLE_ENTITY, form, (offered, first)))
}

fn page(
    request: &HttpRequest,
    hub: &Hub,
    status: StatusCode,
    form: Form,
    (offered, first): (Offered<Vec<RecoveryCode>>, bool),
) -> HttpResponse {
    pages::render_form(request, hub, status, |shell, csrf| Codes {
        shell,
        form,
        csrf,
        offer: offered.sealed,
        first,
        codes: offered.value.iter().map(RecoveryCode::shown).collect(),
    })
}
