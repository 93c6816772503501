//! The way out: an attempt is routed and its visitor sent to a provider or to a page of ours.

use super::reply::{Answer, FlowError, Page, Password, Reply, Said, Visitor};
use super::{gate, upstream_call};
use crate::broker::route::{Beside, Route};
use crate::broker::{self, attempt::Begun};
use crate::hub::Hub;
use crate::hub::bounds::About;
use crate::model::attempt::{Attempt, Purpose};
use crate::model::code::Code;
use crate::model::connection::Connection;
use crate::model::secret::Secret;
use crate::store::{StoreError, Tx, attempts};
use crate::upstream::oidc::begin::Hints;
use crate::upstream::{Outgoing, Refusal};

/// What asking a provider takes besides the attempt.
#[derive(Debug, Clone, Default)]
pub(super) struct Sending {
    /// The person must authenticate anew.
    pub force_login: bool,
    /// Whom the app expects.
    pub login_hint: Option<String>,
}

/// Follows a route with a new attempt: to the provider, to a page of ours, or to a refusal.
pub(super) async fn follow(
    hub: &Hub,
    begun: Begun,
    route: Result<Route, Code>,
    sending: Sending,
    app: Option<String>,
) -> Result<Answer, FlowError> {
    let Begun { mut attempt, handle } = begun;
    let on = hub.clone();
    let reply = match route.map(|route| route.at(hub.now())) {
        Ok(Route::To(connection)) => {
            let begun = Begun { attempt, handle };
            let sent = ask(hub, begun, &connection, sending, Kept::No).await?;
            return Ok(sent.unwrap_or_else(nobody));
        }
        Ok(Route::Choose(connections)) => {
            // All of one organization: the trace is its own from here on.
            attempt.organization = connections.first().map(|first| first.organization.clone());
            let connections = connections.into_iter().map(|c| (c.id, c.name)).collect();
            Reply::Page(Page::Choose { handle, app, connections })
        }
        Ok(Route::Password(beside)) => {
            let of = beside.organization.clone();
            attempt.organization = Some(of.clone());
            let typed = sending.login_hint.unwrap_or_default();
            let page = password(Some(*beside), (Some(handle), app), typed);
            Reply::Page(Page::Password(Box::new(Password { organization: Some(of), ..page })))
        }
        Ok(Route::Ask) => {
            let typed = sending.login_hint.unwrap_or_default();
            Reply::Page(Page::Ask { handle: Some(handle), app, typed, not_found: false })
        }
        Err(code) => {
            let now = hub.now();
            if !hub.bounds.may_record(&about(&attempt.purpose), now) {
                return Ok(Answer::refused(shown(code), None, None));
            }
            let mut attempt = attempt.refused(now, code);
            attempt.checks.failed(code, "route", "a way in that is switched on", code.sentence());
            let keep = move |tx: &Tx<'_>| broker::attempt::insert(tx, on.rng.as_ref(), attempt);
            let reference = hub.store.write(keep).await?;
            // Nobody has proved anything yet: what exists and what is switched off is for the
            // trace, not for whoever asks.
            return Ok(Answer::refused(shown(code), Some(reference), Some(handle)));
        }
    };
    let keep = move |tx: &Tx<'_>| broker::attempt::insert(tx, on.rng.as_ref(), attempt);
    let reference = Some(hub.store.write(keep).await?);
    Ok(Answer { reference, ..Answer::of(reply) })
}

/// The general page that asks for a password, with the ways in of the organization whose
/// people are asked.
pub(super) fn password(
    beside: Option<Beside>,
    (handle, app): (Option<Secret<String>>, Option<String>),
    email: String,
) -> Password {
    let (name, connections) = beside.map_or((None, Vec::new()), |beside| {
        (Some(beside.name), beside.connections.into_iter().map(|c| (c.id, c.name)).collect())
    });
    Password { handle, app, organization: None, name, connections, email, said: Said::Nothing }
}

/// Who sent the visitor to where no way leads.
fn about(purpose: &Purpose) -> About {
    match purpose {
        Purpose::App(request) => About::App(request.app.clone()),
        Purpose::Start(start) => About::App(start.app.clone()),
        Purpose::Refused(app) => About::App(app.clone()),
        Purpose::Test(of) => About::Connection(of.connection.clone()),
        Purpose::Home => About::Routes,
    }
}

const fn shown(code: Code) -> Code {
    match code {
        Code::OrganizationDisabled
        | Code::SsoNotOffered
        | Code::ConnectionUnknown
        | Code::ConnectionNotLive
        | Code::AppConnectionRefused
        | Code::AppNotAdmitted => Code::RouteUnknown,
        other => other,
    }
}

/// Whether an attempt is in the store already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// It is.
    Yes,
    /// Not yet.
    No,
}

/// Sends the visitor to the provider of `connection`. An attempt that went on in another tab, or
/// ended, while the provider was looked up goes by what happened there, and another begins here;
/// not so a test, which is begun once.
pub(super) async fn send(
    hub: &Hub,
    visitor: &Visitor,
    begun: Begun,
    connection: &Connection,
    sending: Sending,
    kept: Kept,
) -> Result<Answer, FlowError> {
    let (purpose, browser) = (begun.attempt.purpose.clone(), begun.attempt.browser);
    let reference = begun.attempt.reference.clone();
    let sent = ask(hub, begun, connection, sending.clone(), kept).await?;
    if purpose.is_test() {
        return Ok(sent.unwrap_or_else(|code| Answer::test_failed(code, Some(reference))));
    }
    if sent.is_ok() || kept == Kept::No {
        return Ok(sent.unwrap_or_else(nobody));
    }
    if let Some(answer) = gate::turned_away(hub, visitor).await? {
        return Ok(answer);
    }
    let begun = broker::attempt::begin(hub.rng.as_ref(), hub.now(), purpose, browser);
    Ok(ask(hub, begun, connection, sending, Kept::No).await?.unwrap_or_else(nobody))
}

/// Nobody may be asked, and nothing is recorded of it.
fn nobody(code: Code) -> Answer {
    Answer::refused(code, None, None)
}

/// Asks the provider of `connection`. `Err` when nobody may be asked in the attempt.
async fn ask(
    hub: &Hub,
    Begun { attempt, handle }: Begun,
    connection: &Connection,
    sending: Sending,
    kept: Kept,
) -> Result<Result<Answer, Code>, FlowError> {
    let hints = Hints { login_hint: sending.login_hint, force_login: sending.force_login };
    let asked = upstream_call::begin(hub, (connection, &attempt.purpose), &handle, hints).await?;
    let (is_test, now) = (attempt.purpose.is_test(), hub.now());
    let (step, outgoing) = match asked {
        Ok((expected, outgoing)) => (Ok(expected), Ok(outgoing)),
        Err(refusal) => {
            let code = refusal.code;
            (Err(refusal), Err(code))
        }
    };
    let (on, organization, through) =
        (hub.clone(), connection.organization.clone(), connection.id.clone());
    let keep = move |tx: &Tx<'_>| {
        let (mut attempt, kept) = today(tx, attempt, kept)?;
        attempt.organization = Some(organization);
        let moved = match step {
            Ok(expected) => attempt.await_answer(now, expected),
            Err(Refusal { code, findings }) => attempt.unasked(now).map(|()| {
                attempt.connection = Some(through);
                attempt.checks.extend(findings.checks);
                attempt.hops.extend(findings.hops);
                attempt.refused(now, code)
            }),
        };
        match (moved, kept) {
            (Err(code), _) => Ok(Err(code)),
            (Ok(attempt), Kept::Yes) => {
                attempts::save(tx, &attempt).map(|()| Ok(attempt.reference))
            }
            (Ok(attempt), Kept::No) => {
                broker::attempt::insert(tx, on.rng.as_ref(), attempt).map(Ok)
            }
        }
    };
    let reference = match hub.store.write::<_, StoreError, _>(keep).await? {
        Ok(reference) => Some(reference),
        Err(code) => return Ok(Err(code)),
    };
    Ok(Ok(match outgoing {
        Ok(Outgoing::Redirect(address)) => {
            Answer { reference, ..Answer::of(Reply::Redirect(address)) }
        }
        Ok(Outgoing::Form { action, fields }) => {
            Answer { reference, ..Answer::of(Reply::Form { action, fields }) }
        }
        Err(code) if is_test => Answer::test_failed(code, reference),
        Err(code) => Answer::refused(code, reference, Some(handle)),
    }))
}

/// The attempt as it stands now: something may have come of it while the provider was looked up.
/// A flood may also have pushed it out of the store.
fn today(tx: &Tx<'_>, attempt: Attempt, kept: Kept) -> Result<(Attempt, Kept), StoreError> {
    let found = match kept {
        Kept::Yes => attempts::find_by_handle(tx, attempt.handle)?,
        Kept::No => None,
    };
    Ok(found.map_or((attempt, Kept::No), |found| (found, Kept::Yes)))
}
