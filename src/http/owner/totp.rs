//! Below `/owner/factors/totp`: an owner adds or removes an authenticator app.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use qrcodegen::{QrCode, QrCodeEcc};

use super::factors::{self, Fields, Taken};
use super::sheets::Totp;
use crate::flows::owner_factors::{self, Offer, Offered};
use crate::http::pages::{self, Form};
use crate::http::problem::Problem;
use crate::hub::Hub;

pub(crate) async fn offer(
    request: HttpRequest,
    hub: web::Data<Hub>,
    fields: web::Form<Fields>,
) -> Result<HttpResponse, Problem> {
    factors::check(&request, &hub, &fields.csrf)?;
    let offered = owner_factors::totp(&hub, &factors::browser(&request, &hub), None).await?;
    Ok(match offered {
        Some(offered) => page(&request, &hub, StatusCode::OK, Form::default(), &offered),
        None => factors::door(&hub),
    })
}

pub(crate) async fn confirm(
    request: HttpRequest,
    hub: web::Data<Hub>,
    fields: web::Form<Fields>,
) -> Result<HttpResponse, Problem> {
    let taken = factors::take(&request, &hub, fields.into_inner(), (Offer::Totp, "totp"));
    let offer = match taken.await? {
        Taken::Answered(answer) => return Ok(answer),
        Taken::Again(offer) => Some(offer),
    };
    let offered = owner_factors::totp(&hub, &factors::browser(&request, &hub), offer).await?;
    let Some(offered) = offered else { return Ok(factors::door(&hub)) };
    let mut form = Form::default();
    form.refuse("code", "This is not the code your app shows now: wait for the next one, and check that the clock of your phone is right");
    Ok(page(&request, &hub, StatusCode::UNPROCESSABLE_ENTITY, form, &offered))
}

pub(crate) async fn remove(
    request: HttpRequest,
    hub: web::Data<Hub>,
    fields: web::Form<Fields>,
) -> Result<HttpResponse, Problem> {
    factors::check(&request, &hub, &fields.csrf)?;
    let done = owner_factors::remove_totp(&hub, &factors::browser(&request, &hub)).await?;
    let answer = factors::answer(&request, &hub, done, "removed").await?;
    Ok(answer.unwrap_or_else(|| factors::door(&hub)))
}

fn page(
    request: &HttpRequest,
    hub: &Hub,
    status: StatusCode,
    form: Form,
    offered: &Offered<owner_factors::Generator>,
) -> HttpResponse {
    let (size, path) = picture(&offered.value.address);
    pages::render_form(request, hub, status, |shell, csrf| Totp {
        shell,
        form,
        csrf,
        offer: offered.sealed.clone(),
        secret: offered.value.secret.clone(),
        address: offered.value.address.clone(),
        size,
        path,
    })
}

/// The dark squares of a QR code with its quiet zone, row by row, as an SVG path.
fn picture(text: &str) -> (i32, String) {
    use std::fmt::Write as _;
    const QUIET: i32 = 4;
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Low) else { return (1, String::new()) };
    let size = code.size();
    let mut path = String::new();
    for y in 0..size {
        let mut x = 0;
        while x < size {
            let run = (x..size).take_while(|x| code.get_module(*x, y)).count();
            let run = i32::try_from(run).unwrap_or(0);
            if run > 0 {
                // Writing to a String cannot fail.
                let _written = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run.max(1);
        }
    }
    (size + 2 * QUIET, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_hold_every_dark_square() {
        let text = "otpauth://totp/sso.acme.test:ann@acme.test?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=sso.acme.test";
        let (size, path) = picture(text);
        let code = QrCode::encode_text(text, QrCodeEcc::Low).unwrap();
        assert_eq!(size, code.size() + 8);
        let dark = (0..code.size())
            .flat_map(|y| (0..code.size()).map(move |x| (x, y)))
            .filter(|(x, y)| code.get_module(*x, *y))
            .count();
        let drawn: usize = path
            .split('h')
            .skip(1)
            .step_by(2)
            .map(|run| run.split('v').next().unwrap().parse::<usize>().unwrap())
            .sum();
        assert_eq!(drawn, dark);
        assert!(path.len() < 9_000, "{}", path.len());
    }
}
