//! Whether somebody who is signed in already is answered for at once. One rule for an app's
//! request and for whatever resumes it later.

use super::reply::{FlowError, Visitor};
use crate::broker::{self, Admission, route};
use crate::downstream::oidc::{Hint, must_authenticate};
use crate::hub::Hub;
use crate::model::app::App;
use crate::model::attempt::{AuthorizeRequest, Named, Purpose, Wish};
use crate::model::secret::Digest;
use crate::store::{StoreError, Tx, apps};

/// What the browser shows of whoever is signed in there.
#[derive(Clone, Copy)]
pub(super) struct Presence {
    session: Option<Digest>,
    signed_out: bool,
}

impl Presence {
    pub(super) fn of(visitor: &Visitor) -> Self {
        Self { session: visitor.session_digest(), signed_out: visitor.signed_out }
    }
}

/// The live session that answers `request` without anybody being asked: of the organization,
/// connection and person the app wishes for, and as fresh as it wants.
pub(super) fn for_app(
    tx: &Tx<'_>,
    hub: &Hub,
    presence: Presence,
    app: &App,
    request: &AuthorizeRequest,
) -> Result<Option<Admission>, StoreError> {
    let Some(admission) = for_home(tx, hub, presence)? else { return Ok(None) };
    let wish = &request.wish;
    let named = match &wish.named {
        Named::Anybody => true,
        Named::User(user) => *user == admission.user().id,
        Named::Nobody => false,
    };
    let serves = named
        && !wish.select_account
        && !must_authenticate(hub.now(), &admission, request)
        && route::within_hints(tx, &admission, app, &hints(wish))?;
    Ok(serves.then_some(admission))
}

/// The live session, of a browser nobody signed out in since.
pub(super) fn for_home(
    tx: &Tx<'_>,
    hub: &Hub,
    presence: Presence,
) -> Result<Option<Admission>, StoreError> {
    match presence {
        Presence { session: Some(cookie), signed_out: false } => {
            broker::session::find(tx, hub.now(), super::limits(hub), cookie)
        }
        _ => Ok(None),
    }
}

/// The live session that serves what an attempt was for.
pub(super) fn for_purpose(
    tx: &Tx<'_>,
    hub: &Hub,
    presence: Presence,
    purpose: &Purpose,
) -> Result<Option<Admission>, StoreError> {
    match purpose {
        Purpose::Home | Purpose::Refused(_) => for_home(tx, hub, presence),
        Purpose::Test(_) => Ok(None),
        Purpose::App(request) => match apps::find(tx, &request.app)? {
            Some(app) if !app.disabled => for_app(tx, hub, presence, &app, request),
            _ => Ok(None),
        },
        Purpose::Start(start) => match apps::find(tx, &start.app)? {
            Some(app) if !app.disabled => {
                let admission = for_home(tx, hub, presence)?;
                Ok(admission.filter(|admission| app.admits(&admission.organization().id)))
            }
            _ => Ok(None),
        },
    }
}

/// Who is signed in, if anybody.
///
/// # Errors
/// A fault of our own.
pub async fn admission(hub: &Hub, visitor: &Visitor) -> Result<Option<Admission>, FlowError> {
    let Some(cookie) = visitor.session_digest() else { return Ok(None) };
    let (now, limits) = (hub.now(), super::limits(hub));
    Ok(hub.store.read(move |tx| broker::session::find(tx, now, limits, cookie)).await?)
}

/// Whom an `id_token_hint` names.
pub(super) fn named(hub: &Hub, hint: Option<&str>) -> Named {
    let Some(token) = hint else { return Named::Anybody };
    Hint::read(&hub.ring, hub.config.public_url.as_str(), token)
        .map_or(Named::Nobody, |hint| Named::User(hint.user))
}

/// Whether the provider has to ask the person anew: the app said so, or named the oldest
/// proof it accepts, and the provider's own session may be older.
pub(super) const fn asks_anew(purpose: &Purpose) -> bool {
    match purpose {
        Purpose::App(request) => request.force_login || request.max_age.is_some(),
        Purpose::Home | Purpose::Start(_) | Purpose::Refused(_) | Purpose::Test(_) => false,
    }
}

/// Where an app wishes people to come from, as hints for the way there.
pub(super) fn hints(wish: &Wish) -> route::Hints {
    route::Hints {
        organization: wish.organization.clone(),
        connection: wish.connection.clone(),
        ..route::Hints::default()
    }
}
