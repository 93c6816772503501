//! A SAML provider's tile, while responses nobody asked for are not taken.
//!
//! Nothing of such a response is believed or even read beyond its first tag; it says no more
//! than that somebody wants to come in through this connection. So a sign-in of our own is
//! begun there instead: the same result for the person, with one hop more.
//!
//! Why it is begun without asking first: whoever can make a browser post something here can
//! as well lead it to `/o/{path}`, so beginning by itself gives nobody anything. What a rule
//! against beginning by itself guards from is the loop: a provider that answers our own request
//! with a response nobody asked for. So it is begun once: after that, for a minute, the person
//! is shown a page with a button, and so is a browser that keeps no cookies. A response that
//! says it answers something, or that carries a handle of ours, never begins anything.

use super::asked::{self, Sending};
use super::reply::{Answer, FlowError, Visitor};
use super::{answered, gate, start};
use crate::broker;
use crate::broker::route::{self, Route};
use crate::hub::Hub;
use crate::model::attempt::Purpose;
use crate::model::code::Code;
use crate::model::connection::Protocol;
use crate::model::id::ConnectionId;
use crate::store::{StoreError, Tx};

/// Begins a sign-in through `connection`, into what the provider's RelayState names among the
/// apps of its organization, else the default app.
///
/// # Errors
/// A fault of our own.
pub async fn begin(
    hub: &Hub,
    visitor: &Visitor,
    connection: &str,
    relay_state: Option<String>,
) -> Result<Answer, FlowError> {
    let Ok(id) = ConnectionId::try_from(connection) else {
        return answered::stray(hub, None, Code::SamlUnsolicited).await;
    };
    let (named, url) = (id.clone(), hub.config.public_url.clone());
    let look = move |tx: &Tx<'_>| {
        let Ok((connection, organization)) = route::usable(tx, None, &named)? else {
            return Ok::<_, StoreError>(None);
        };
        let start = match &relay_state {
            Some(text) => start::wanted(tx, &url, Some(&organization), text)?,
            None => None,
        };
        Ok(Some((connection, start)))
    };
    let found = hub.store.read(look).await?.filter(|(c, _)| c.protocol == Protocol::Saml);
    let Some((connection, start)) = found else {
        return answered::stray(hub, Some(id), Code::SamlUnsolicited).await;
    };
    if let Some(answer) = gate::turned_away(hub, visitor).await? {
        return Ok(answer);
    }
    let purpose = start.map_or(Purpose::Home, |start| Purpose::Start(Box::new(start)));
    let (browser, cookie) = visitor.bind(hub.rng.as_ref());
    let mut begun = broker::attempt::begin(hub.rng.as_ref(), hub.now(), purpose, Some(browser));
    begun.attempt.organization = Some(connection.organization.clone());
    let came = "a response nobody asked for, which was not read: the sign-in was begun anew";
    begun.attempt.checks.warned("tile", "a sign-in that begins here", came);
    let sending = Sending { force_login: visitor.signed_out, login_hint: None };
    let route = Ok(Route::To(Box::new(connection)));
    let answer = asked::follow(hub, begun, route, sending, None).await?;
    Ok(Answer { browser: cookie, ..answer })
}
