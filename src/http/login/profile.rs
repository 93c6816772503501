//! The page that asks for what an organization wants to know of somebody new.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};

use super::draw::profile::PREFIX;
use super::draw::{draw, visitor};
use crate::flows::brought::Brought;
use crate::flows::finish::{self, Word};
use crate::http::csrf;
use crate::http::problem::Problem;
use crate::hub::Hub;
use crate::model::answers::MOST_FIELDS;
use crate::model::id::UserId;
use crate::model::secret::Secret;

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
    Ok(draw(&request, &hub, answer))
}
