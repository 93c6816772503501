//! The story of one sign-in. Read this first.
//!
//! 1. [`authorize`]: an app sends the visitor. Somebody already signed in is answered at
//!    once; anyone else gets an attempt, bound to the browser, and is routed.
//! 2. [`send`]: the visitor goes to the organization's identity provider.
//! 3. [`saml_answer`] or [`oidc_answer`]: the provider's word comes back. `upstream` alone
//!    decides whether it is believed; `broker` alone decides who gets in.
//! 4. [`finish`]: the same-site hop after a SAML answer, where the browser proves that the
//!    attempt is its own.
//! 5. The app gets its code from `downstream`, which needs the broker's proof for it.
//!
//! Every step is one transaction, and no network call happens inside one. A refusal is
//! recorded with its checks, ends on a page, and never starts anything by itself.

use std::net::IpAddr;
use std::sync::Arc;

use super::answered::{self, Awaited};
use super::asked::{self, Sending};
use super::reply::{Answer, FlowError, Page, Reply, Visitor};
use super::{app_reply, gate, upstream_call};
use crate::broker::admit::{Admitted, Denied};
use crate::broker::route::{Hints, Route};
use crate::broker::{self, Admission};
use crate::downstream::oidc::authorize::{self, Prompt};
use crate::downstream::oidc::{Hint, must_authenticate};
use crate::hub::Hub;
use crate::hub::bounds::About;
use crate::model::attempt::{Attempt, AuthorizeRequest, Purpose};
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::secret::{Digest, Secret};
use crate::model::time::Millis;
use crate::store::{StoreError, Tx, attempts};

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
    let (now, limits, session) = (hub.now(), super::limits(hub), visitor.session_digest());
    let looked: Looked = hub.store.read(move |tx| look(tx, now, limits, session, &params)).await?;
    let Asked { checked, admission, route } = match looked {
        Looked::NotAsked(error) => return app_reply::not_asked(hub, *error).await,
        Looked::Asked(asked) => *asked,
    };
    let authorize::Checked { request, app, prompt, hints } = checked;
    let force = request.force_login || visitor.signed_out;
    let wish = Wish { request: &request, prompt, hint: hints.id_token_hint.as_deref() };
    let proved = admission.filter(|a| !visitor.signed_out && satisfies(hub, now, a, wish));
    if let Some(admission) = proved {
        return answer_at_once(hub, admission, request).await;
    }
    if prompt == Prompt::None {
        return Ok(app_reply::login_required(hub, &request));
    }
    if let Some(answer) = gate::turned_away(hub, visitor).await? {
        return Ok(answer);
    }
    // The provider's own session may be older than the app accepts: it is asked anew.
    let force_login = force || request.max_age.is_some();
    let (browser, cookie) = visitor.bind(hub.rng.as_ref());
    let purpose = Purpose::App(Box::new(request));
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
    admission: Option<Admission>,
    route: Result<Route, Code>,
}

fn look(
    tx: &Tx<'_>,
    now: Millis,
    limits: broker::session::Limits,
    session: Option<Digest>,
    params: &[(String, String)],
) -> Result<Looked, StoreError> {
    let checked = match authorize::check(tx, params) {
        Ok(checked) => checked,
        Err(authorize::AuthorizeError::Store(error)) => return Err(error),
        Err(error) => return Ok(Looked::NotAsked(Box::new(error))),
    };
    let admission = match session {
        Some(cookie) => broker::session::find(tx, now, limits, cookie)?,
        None => None,
    };
    let hints = Hints {
        organization: checked.hints.organization.clone(),
        connection: checked.hints.connection.clone(),
        login_hint: checked.hints.login_hint.clone(),
        domain_hint: checked.hints.domain_hint.clone(),
        ask: checked.prompt == Prompt::SelectAccount,
    };
    let admission = match admission {
        Some(admission) if broker::route::within_hints(tx, &admission, &checked.app, &hints)? => {
            Some(admission)
        }
        _ => None,
    };
    let route = broker::route::route(tx, Some(&checked.app), &hints)?;
    Ok(Looked::Asked(Box::new(Asked { checked, admission, route })))
}

/// Whether a live session is proof enough for this request, and the session of the person an
/// `id_token_hint` names, when there is one (OpenID Connect Core section 3.1.2.1).
fn satisfies(hub: &Hub, now: Millis, admission: &Admission, asked: Wish<'_>) -> bool {
    let chosen = matches!(asked.prompt, Prompt::SelectAccount | Prompt::Login);
    let named = asked.hint.is_none_or(|token| {
        Hint::read(&hub.ring, hub.config.public_url.as_str(), token)
            .is_some_and(|hint| hint.user == admission.user().id)
    });
    named && !chosen && !must_authenticate(now, admission, asked.request)
}

/// What an app wishes of the person's proof.
#[derive(Clone, Copy)]
struct Wish<'r> {
    request: &'r AuthorizeRequest,
    prompt: Prompt,
    hint: Option<&'r str>,
}

async fn answer_at_once(
    hub: &Hub,
    admission: Admission,
    request: AuthorizeRequest,
) -> Result<Answer, FlowError> {
    let (now, on) = (hub.now(), hub.clone());
    hub.store
        .write(move |tx| {
            broker::session::seen(tx, now, &admission)?;
            app_reply::into_app(tx, &on, now, &admission, &Purpose::App(Box::new(request)))
        })
        .await
}

/// Takes a SAML response at the address of `connection`, from a browser at `address`. The browser's cookies do not
/// travel with a cross-site POST, so the visitor is sent on to [`finish`], where they do.
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
    // Some providers forget RelayState; what the message says it answers finds the attempt
    // as well, and decides nothing.
    let handle = match relay_state.filter(|text| !text.is_empty()) {
        Some(handle) => Some(handle),
        None => upstream_call::named_handle(&response),
    };
    let awaited: Awaited = match answered::awaiting(hub, Some(connection), handle).await? {
        Ok(awaited) => awaited,
        Err(answer) => return Ok(answer),
    };
    let judged =
        upstream_call::finish_saml(hub, address, &awaited.connection, &awaited.expected, &response)
            .await?;
    let handle = awaited.handle.clone();
    let taken = answered::take(hub, awaited, judged, |tx, attempt, identity, now| {
        Ok(broker::admit::verify(tx, now, attempt, identity)?)
    })
    .await?;
    Ok(match taken {
        Ok(attempt) => {
            let next = format!("/login/finish?attempt={}", handle.expose());
            let reply = Reply::Redirect(hub.config.public_url.at(&next));
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
    let awaited: Awaited =
        match answered::awaiting(hub, connection, Some(callback.state.clone())).await? {
            Ok(awaited) => awaited,
            Err(answer) => return again_or(hub, visitor, answer, callback.state).await,
        };
    let browsers = visitor.browser_digests();
    if let Err(code) = broker::attempt::same_browser(&awaited.attempt, &browsers) {
        let mut checks = Checks::new();
        checks.failed(code, "browser", "the browser that began", "another browser");
        return answered::refuse(hub, awaited.attempt, awaited.handle, code, checks).await;
    }
    let judged =
        upstream_call::finish_oidc(hub, &awaited.connection, &awaited.expected, &callback).await?;
    let on = hub.clone();
    let taken = answered::take(hub, awaited, judged, move |tx, attempt, identity, now| {
        match broker::admit::verify(tx, now, attempt, identity)? {
            Ok(attempt) => admit(tx, &on, now, attempt, &browsers),
            Err(denied) => Ok(Err(denied)),
        }
    })
    .await?;
    Ok(taken.unwrap_or_else(|answer| answer))
}

/// The same-site hop after a SAML answer: the browser proves the attempt is its own, and the
/// person is let in.
///
/// # Errors
/// A fault of our own.
pub async fn finish(hub: &Hub, visitor: &Visitor, handle: String) -> Result<Answer, FlowError> {
    let (now, on, browsers) = (hub.now(), hub.clone(), visitor.browser_digests());
    let digest = Digest::of(handle.as_bytes());
    let kept = Secret::new(handle.clone());
    let answer = hub
        .store
        .write::<_, FlowError, _>(move |tx| {
            let Some(attempt) = attempts::find_by_handle(tx, digest)? else {
                return Ok(Answer::refused(Code::AttemptUnknown, None, None));
            };
            let before = attempt.clone();
            match admit(tx, &on, now, attempt, &browsers)? {
                Ok(answer) => Ok(answer),
                Err(denied) => answered::deny(tx, now, before, kept, denied),
            }
        })
        .await?;
    again_or(hub, visitor, answer, handle).await
}

fn admit(
    tx: &Tx<'_>,
    hub: &Hub,
    now: Millis,
    attempt: Attempt,
    browsers: &[Digest],
) -> Result<Result<Answer, Denied>, FlowError> {
    let reference = attempt.reference.clone();
    let admitted =
        broker::admit::admit(tx, hub.rng.as_ref(), now, super::limits(hub), attempt, browsers)?;
    Ok(match admitted {
        Ok(Admitted { admission, cookie, purpose }) => {
            let answer = app_reply::into_app(tx, hub, now, &admission, &purpose)?;
            Ok(Answer { session: Some(cookie), reference: Some(reference), ..answer })
        }
        Err(denied) => Err(denied),
    })
}

/// A reload, or the back button, after the sign-in was finished: somebody who is signed in
/// in the same browser goes on to the app; everybody else sees `answer`.
async fn again_or(
    hub: &Hub,
    visitor: &Visitor,
    answer: Answer,
    handle: String,
) -> Result<Answer, FlowError> {
    let used =
        matches!(&answer.reply, Reply::Page(Page::Refused(r)) if r.code == Code::AttemptUsed);
    if !used {
        return Ok(answer);
    }
    Ok(super::choose::resume(hub, visitor, &handle).await?.unwrap_or(answer))
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
