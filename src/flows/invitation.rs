//! Somebody opens an invitation: their browser is remembered, and they go on to the sign-in of
//! the organization that invited them.

use super::asked::{self, Sending};
use super::gate;
use super::owner::typed_token;
use super::reply::{Answer, FlowError, Visitor};
use crate::broker::attempt::Begun;
use crate::broker::route::{self, Hints};
use crate::broker::{self, invitation};
use crate::hub::Hub;
use crate::model::attempt::Purpose;
use crate::model::secret::{Digest, Secret};
use crate::store::{StoreError, Tx};

/// What came of a link.
pub enum Opened {
    /// On to the sign-in.
    On(Box<Answer>),
    /// It cannot be used, or not again; why is nobody's to know who only holds a link.
    Dead,
}

/// Opens the invitation behind `token`. Changes nothing but that this browser may use it.
///
/// # Errors
/// A fault of our own.
pub async fn open(
    hub: &Hub,
    visitor: &Visitor,
    token: &Secret<String>,
) -> Result<Opened, FlowError> {
    if let Some(answer) = gate::turned_away(hub, visitor).await? {
        return Ok(Opened::On(Box::new(answer)));
    }
    let (browser, cookie) = visitor.bind(hub.rng.as_ref());
    let (link, now) = (Digest::of(typed_token(token).as_bytes()), hub.now());
    // A read first: whoever tries links at random never reaches the only writer.
    let find = move |tx: &Tx<'_>| crate::store::invitations::find_by_link(tx, &link);
    if hub.store.read::<_, StoreError, _>(find).await?.is_none() {
        return Ok(Opened::Dead);
    }
    let open = move |tx: &Tx<'_>| {
        let Some(invited) = invitation::open(tx, now, &link, &browser)? else { return Ok(None) };
        let hints = Hints {
            organization: Some(invited.organization.to_string()),
            connection: invited.connection.as_ref().map(ToString::to_string),
            ..Hints::default()
        };
        Ok(Some((route::route(tx, None, &hints)?, invited)))
    };
    let Some((route, invited)) = hub.store.write::<_, StoreError, _>(open).await? else {
        return Ok(Opened::Dead);
    };
    let Begun { mut attempt, handle } =
        broker::attempt::begin(hub.rng.as_ref(), now, Purpose::Home, Some(browser));
    attempt.organization = Some(invited.organization);
    let sending = Sending { force_login: visitor.signed_out, login_hint: Some(invited.email) };
    let answer = asked::follow(hub, Begun { attempt, handle }, route, sending, None).await?;
    Ok(Opened::On(Box::new(Answer { browser: cookie, ..answer })))
}
