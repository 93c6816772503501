//! Flow: what an app would be told of somebody, without anybody signing in.

use serde_json::Value;

use crate::broker::as_if;
use crate::downstream::oidc::claims;
use crate::hub::Hub;
use crate::model::code::Code;
use crate::model::id::{AppId, ConnectionId, UserId};
use crate::store::{StoreError, Tx, apps, organizations, users};

/// Claims a preview leaves out, because every token has its own.
pub use crate::downstream::oidc::claims::OWN;

/// What would come of a sign-in.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The claims of the ID token but for [`OWN`]; `None` when the person cannot sign in so.
    pub claims: Option<Value>,
    /// Why they would be refused.
    pub refused: Option<Code>,
}

/// What the ID token of `app` for `user` would say, by the same function that makes it.
///
/// # Errors
/// A database error.
pub async fn preview(
    hub: &Hub,
    app: AppId,
    user: UserId,
    connection: Option<ConnectionId>,
    scopes: Vec<String>,
) -> Result<Preview, StoreError> {
    let (now, on) = (hub.now(), hub.clone());
    hub.store
        .read(move |tx| {
            let Some(app) = apps::find(tx, &app)? else {
                return Ok(Preview { claims: None, refused: Some(Code::AppUnknown) });
            };
            let Some(facts) = as_if::facts(tx, now, &user, connection)? else {
                return Ok(Preview { claims: None, refused: Some(why_not(tx, &user)?) });
            };
            let issuer = on.config.public_url.as_str();
            let claims = claims::preview(&facts, &app, &scopes, issuer);
            let refused =
                if app.disabled { Some(Code::AppDisabled) } else { facts.may_use(&app).err() };
            Ok(Preview { claims: Some(claims), refused })
        })
        .await
}

fn why_not(tx: &Tx<'_>, user: &UserId) -> Result<Code, StoreError> {
    let Some(user) = users::find(tx, user)? else { return Ok(Code::UserDisabled) };
    let on = organizations::find(tx, &user.organization)?.is_some_and(|found| !found.disabled);
    Ok(match (user.disabled, user.inactive_since, on) {
        (true, ..) => Code::UserDisabled,
        (false, Some(_), _) => Code::UserInactive,
        (false, None, false) => Code::OrganizationDisabled,
        (false, None, true) => Code::ConnectionNotLive,
    })
}
