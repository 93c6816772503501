//! The story of one sign-in. Read this first.
//!
//! 1. [`authorize`]: an app sends the visitor. Somebody already signed in is answered at
//!    once; anyone else gets an attempt, bound to the browser, and is routed.
//! 2. [`send`]: the visitor goes to the organization's identity provider.
//! 3. [`saml_answer`] or [`oidc_answer`]: the provider's word comes back. `upstream` alone
//!    decides whether it is believed; `broker` alone decides who gets in.
//! 4. [`finish`](super::finish): the browser proves that the attempt is its own and that it
//!    brought the answer (after a SAML answer, on a same-site hop); where somebody else is
//!    signed in, the person is asked who stays. A request during which somebody was let in in
//!    another tab is sent round first, to show the cookies the browser has by then.
//! 5. The app gets its code from `downstream`, which needs the broker's proof for it.
//!
//! Every step is one transaction, and no network call happens inside one. A refusal is
//! recorded with its checks, ends on a page, and never starts anything by itself.

use std::net::IpAddr;
use std::sync::Arc;

use super::answered::{self, Awaited};
use super::asked::{self, Sending};
use super::brought::Brought;
use super::finish::{self, Came};
use super::proved::{self, Presence};
use super::reply::{Answer, FlowError, Reply, Visitor};
use super::{app_reply, gate, unsolicited, upstream_call};
use crate::broker::route::{Hints, Route};
use crate::broker::{self, Admission};
use crate::downstream::oidc::authorize::{self, Prompt};
use crate::hub::Hub;
use crate::hub::bounds::About;
use crate::model::attempt::{AuthorizeRequest, Purpose};
use crate::model::code::Code;
use crate::model::secret::{Digest, random_token};
use crate::store::{StoreError, Tx};

pub use crate::upstream::oidc::finish::Callback;

/// Answers an app's authorization request (OpenID Connect Core section 3.1.2).
///
/// # Errors
/// A fault of our own.
pub async fn authorize(
    hub: &Hub,
    visitor: &Visitor,
    params: Vec<(String, String)>,
) -> Result<Answer, FlowError> {
    let (now, on, presence) = (hub.now(), hub.clone(), Presence::of(visitor));
    let looked: Looked = hub.store.look(move |tx| look(tx, &on, presence, &params)).await?;
    let Asked { checked, admission, route } = match looked {
        Looked::NotAsked(error) => return app_reply::not_asked(hub, *error).await,
        Looked::Asked(asked) => *asked,
    };
    let authorize::Checked { request, app, prompt, hints } = checked;
    if let Some(admission) = admission
        && let Some(answer) = answer_at_once(hub, admission, request.clone(), prompt).await?
    {
        return Ok(answer);
    }
    if prompt == Prompt::None {
        return Ok(app_reply::login_required(hub, &request));
    }
    if let Some(answer) = gate::turned_away(hub, visitor).await? {
        return Ok(answer);
    }
    let purpose = Purpose::App(Box::new(request));
    let force_login = proved::asks_anew(&purpose) || visitor.signed_out;
    let (browser, cookie) = visitor.bind(hub.rng.as_ref());
    let begun = broker::attempt::begin(hub.rng.as_ref(), now, purpose, Some(browser));
    let sending = Sending { force_login, login_hint: hints.login_hint };
    let answer = asked::follow(hub, begun, route, sending, Some(app.name)).await?;
    Ok(Answer { browser: cookie, ..answer })
}

enum Looked {
    NotAsked(Box<authorize::AuthorizeError>),
    Asked(Box<Asked>),
}

struct Asked {
    checked: authorize::Checked,
    /// Whoever is signed in, if that is proof enough.
    admission: Option<Admission>,
    route: Result<Route, Code>,
}

fn look(
    tx: &Tx<'_>,
    hub: &Hub,
    presence: Presence,
    params: &[(String, String)],
) -> Result<Looked, StoreError> {
    let mut checked = match authorize::check(tx, params) {
        Ok(checked) => checked,
        Err(authorize::AuthorizeError::Store(error)) => return Err(error),
        Err(error) => return Ok(Looked::NotAsked(Box::new(error))),
    };
    checked.request.wish.named = proved::named(hub, checked.hints.id_token_hint.as_deref());
    let admission = proved::for_app(tx, hub, presence, &checked.app, &checked.request)?;
    let hints = Hints {
        organization: checked.hints.organization.clone(),
        connection: checked.hints.connection.clone(),
        login_hint: checked.hints.login_hint.clone(),
        domain_hint: checked.hints.domain_hint.clone(),
        ask: checked.prompt == Prompt::SelectAccount,
    };
    let route = broker::route::route(tx, Some(&checked.app), &hints)?;
    Ok(Looked::Asked(Box::new(Asked { checked, admission, route })))
}

/// Answers for whoever is signed in; `None` when they are not any more.
async fn answer_at_once(
    hub: &Hub,
    admission: Admission,
    request: AuthorizeRequest,
    prompt: Prompt,
) -> Result<Option<Answer>, FlowError> {
    let (now, on) = (hub.now(), hub.clone());
    hub.store
        .write(move |tx| {
            let Some(admission) = broker::session::still(tx, now, &admission)? else {
                return Ok(None);
            };
            broker::session::seen(tx, now, &admission)?;
            app_reply::at_once(tx, &on, now, &admission, (request, prompt)).map(Some)
        })
        .await
}

/// Takes a SAML response at the address of `connection`, from a browser at `address`. The
/// browser's cookies do not travel with a cross-site POST, so the visitor is sent on to
/// [`finish`](super::finish), where they do.
///
/// # Errors
/// A fault of our own.
pub async fn saml_answer(
    hub: &Hub,
    address: IpAddr,
    connection: &str,
    response: &str,
    relay_state: Option<String>,
) -> Result<Answer, FlowError> {
    let response: Arc<str> = Arc::from(response);
    // Some providers forget RelayState, or send one of their own; what the message says it
    // answers finds the attempt as well, and decides nothing.
    let handle = match relay_state.filter(|text| !text.is_empty()) {
        Some(handle) if unsolicited::is_handle(&handle) => Some(handle),
        other => {
            let came = unsolicited::receive(hub, address, connection, &response, other).await?;
            if let Some(answer) = came {
                return Ok(answer);
            }
            upstream_call::named_handle(&response)
        }
    };
    let awaited: Awaited = match answered::awaiting(hub, Some(connection), handle).await? {
        Ok(awaited) => awaited,
        Err(answer) => return Ok(answer),
    };
    let judged = upstream_call::finish_saml(hub, address, awaited.asked_of(), &response).await?;
    let judged = answered::over(hub, judged, &response).await?;
    let brought = brought(hub, &awaited);
    let ticket = brought.digest();
    let taken = answered::take(hub, awaited, judged, move |tx, attempt, identity, now| {
        Ok(broker::admit::verify(tx, now, attempt, identity, ticket)?)
    })
    .await?;
    Ok(match taken {
        Ok(attempt) => {
            let reply = Reply::Redirect(brought.address(hub));
            Answer { reference: Some(attempt.reference), ..Answer::of(reply) }
        }
        Err(answer) => answer,
    })
}

/// Takes an authorization response. It comes by a redirect, so the browser is known and is
/// checked before the code is redeemed.
///
/// # Errors
/// A fault of our own.
pub async fn oidc_answer(
    hub: &Hub,
    visitor: &Visitor,
    connection: Option<&str>,
    callback: Callback,
) -> Result<Answer, FlowError> {
    let came = Came::At(hub.now());
    let awaited: Awaited =
        match answered::awaiting(hub, connection, Some(callback.state.clone())).await? {
            Ok(awaited) => awaited,
            Err(answer) => return finish::again_or(hub, visitor, answer, callback.state).await,
        };
    let answer = callback.code.as_ref().map(|code| Digest::of(code.as_bytes()));
    if let Err(code) = broker::attempt::same_browser(&awaited.attempt, &visitor.browser_digests()) {
        return answered::elsewhere(hub, awaited, code, answer).await;
    }
    let judged = upstream_call::finish_oidc(hub, awaited.asked_of(), &callback).await?;
    let (on, brought) = (hub.clone(), brought(hub, &awaited));
    let hop = finish::hop(visitor, &brought);
    let taken = answered::take(hub, awaited, judged, move |tx, attempt, identity, now| {
        if let Err(denied) = broker::attempt::unspent(&attempt, answer.as_ref()) {
            return Ok(Err(denied));
        }
        match broker::admit::verify(tx, now, attempt, identity, brought.digest())? {
            Ok(attempt) => {
                let admission = finish::admit(tx, &on, attempt, &hop, came)?;
                Ok(admission.map(|admission| admission.answer_elsewhere(&on, &brought)))
            }
            Err(denied) => Ok(Err(denied)),
        }
    })
    .await?;
    Ok(taken.unwrap_or_else(|answer| answer))
}

/// What the browser that brought an answer takes along to the last step. The handle is known
/// to whoever began the attempt, who may have led somebody else to the provider with it; the
/// ticket is not.
fn brought(hub: &Hub, awaited: &Awaited) -> Brought {
    Brought { handle: awaited.handle.clone(), ticket: random_token(hub.rng.as_ref()) }
}

/// Refuses a SAML response that came by redirect, which some providers have as default.
///
/// # Errors
/// A fault of our own.
pub async fn saml_wrong_binding(hub: &Hub, connection: &str) -> Result<Answer, FlowError> {
    let named = crate::model::id::ConnectionId::try_from(connection).ok();
    answered::stray(hub, named, Code::SamlBinding).await
}

/// Refuses an authorization response at the address all connections share that does not say
/// whose it is.
///
/// # Errors
/// A fault of our own.
pub async fn oidc_unnamed(hub: &Hub) -> Result<Answer, FlowError> {
    answered::unmatched(hub, About::Nameless, Code::OidcIssuer).await
}
