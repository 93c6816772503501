//! The way back: the attempt an answer belongs to is found, and what became of it is kept.

use super::judged::{Judged, Trace};
use super::reply::{Answer, FlowError};
use super::upstream_call::{self, AskedOf};
use crate::broker;
use crate::broker::attempt::Misuse;
use crate::broker::denied::Denied;
use crate::hub::Hub;
use crate::hub::bounds::About;
use crate::model::attempt::{Attempt, Expected, Purpose};
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::connection::Connection;
use crate::model::evidence::Evidence;
use crate::model::id::ConnectionId;
use crate::model::secret::{Digest, Secret};
use crate::model::time::Millis;
use crate::store::{StoreError, Tx, apps, attempts, connections};
use crate::upstream::{Findings, Refusal, VerifiedIdentity};

/// An attempt that waits for an answer, and from whom.
pub(super) struct Awaited {
    pub attempt: Attempt,
    pub handle: Secret<String>,
    pub connection: Connection,
    pub expected: Expected,
    /// When the answer came.
    pub came: Millis,
}

impl Awaited {
    /// Who was asked, and for what.
    pub const fn asked_of(&self) -> AskedOf<'_> {
        AskedOf {
            connection: &self.connection,
            expected: &self.expected,
            purpose: &self.attempt.purpose,
        }
    }
}

/// An answer that no attempt waits for.
struct Unawaited {
    attempt: Option<(Attempt, Secret<String>)>,
    connection: Option<ConnectionId>,
    code: Code,
}

/// Finds the attempt an answer belongs to. The connection comes from the address or from the
/// attempt itself, never from the message; a draft or disabled one takes no answers. The
/// inner `Err` is a refusal that has been recorded.
pub(super) async fn awaiting(
    hub: &Hub,
    connection: Option<&str>,
    handle: Option<String>,
) -> Result<Result<Awaited, Answer>, FlowError> {
    let now = hub.now();
    let named = connection.map(ConnectionId::try_from);
    let found = hub
        .store
        .look(move |tx| match &named {
            Some(Err(_)) => Ok(Err(nobody(None, Code::ConnectionUnknown))),
            Some(Ok(id)) => find(tx, now, Some(id.clone()), handle.clone()),
            None => find(tx, now, None, handle.clone()),
        })
        .await?;
    match found {
        Ok(awaited) => Ok(Ok(awaited)),
        Err(Unawaited { attempt: Some((attempt, handle)), connection, code }) => {
            if !ends(&attempt, code) {
                return stray(hub, connection, code).await.map(Err);
            }
            let mut checks = Checks::new();
            checks.failed(code, "attempt", "waiting for this connection", code.as_str());
            refuse(hub, attempt, handle, code, checks).await.map(Err)
        }
        Err(Unawaited { attempt: None, connection, code }) => {
            stray(hub, connection, code).await.map(Err)
        }
    }
}

/// Whether an answer nobody waits for ends the attempt it names. Anybody who knows the handle
/// can bring one; only what is so whoever brings it counts. An attempt that had ended is
/// named all the same, and stays as it ended.
const fn ends(attempt: &Attempt, code: Code) -> bool {
    attempt.state.ended()
        || !matches!(code, Code::AttemptUnknown | Code::AttemptUsed | Code::ConnectionMismatch)
}

const fn nobody(connection: Option<ConnectionId>, code: Code) -> Unawaited {
    Unawaited { attempt: None, connection, code }
}

fn find(
    tx: &Tx<'_>,
    now: Millis,
    named: Option<ConnectionId>,
    handle: Option<String>,
) -> Result<Result<Awaited, Unawaited>, StoreError> {
    let Some(handle) = handle else { return Ok(Err(nobody(named, Code::SamlUnsolicited))) };
    let Some(attempt) = attempts::find_by_handle(tx, Digest::of_ordered(&handle))? else {
        return Ok(Err(nobody(named, Code::AttemptUnknown)));
    };
    let handle = Secret::new(handle);
    Ok(match expected(tx, now, &attempt, named.as_ref())? {
        Ok((connection, expected)) => {
            Ok(Awaited { attempt, handle, connection, expected, came: now })
        }
        Err(code) => Err(Unawaited { attempt: Some((attempt, handle)), connection: named, code }),
    })
}

fn expected(
    tx: &Tx<'_>,
    now: Millis,
    attempt: &Attempt,
    named: Option<&ConnectionId>,
) -> Result<Result<(Connection, Expected), Code>, StoreError> {
    let expected = match attempt.expected(now) {
        Ok(expected) => expected.clone(),
        Err(code) => return Ok(Err(code)),
    };
    if named.is_some_and(|named| *named != expected.connection) {
        return Ok(Err(Code::ConnectionMismatch));
    }
    let app = match &attempt.purpose {
        Purpose::App(request) => apps::find(tx, &request.app)?,
        Purpose::Start(start) => apps::find(tx, &start.app)?,
        Purpose::Home | Purpose::Refused(_) => None,
        Purpose::Test(of) => {
            // The answer to a test counts for the very revision that was asked with, and for
            // no other.
            if of.connection != expected.connection || of.revision != expected.revision {
                return Ok(Err(Code::ConnectionMismatch));
            }
            let testable = broker::route::testable(tx, now, of)?;
            return Ok(testable.map(|(connection, _)| (connection, expected)));
        }
    };
    let usable = broker::route::usable(tx, app.as_ref(), &expected.connection)?;
    Ok(usable.map(|(connection, _)| (connection, expected)))
}

/// A refusal for belonging to another request, told apart where that request was one of ours
/// whose sign-in is over: a page that was gone back to, or an answer brought once more. What
/// the message names decides nothing else.
pub(super) async fn over(
    hub: &Hub,
    mut judged: Judged,
    response: &str,
) -> Result<Judged, FlowError> {
    let Err(refusal) = &mut judged.outcome else { return Ok(judged) };
    if refusal.code != Code::SamlInResponseTo {
        return Ok(judged);
    }
    let Some(handle) = upstream_call::named_handle(response) else { return Ok(judged) };
    let digest = Digest::of_ordered(&handle);
    let named = hub.store.read(move |tx| attempts::find_by_handle(tx, digest)).await?;
    let is_over = named.is_some_and(|attempt| attempt.state.ended());
    if is_over {
        refusal.code = Code::SamlInResponseToUsed;
    }
    Ok(judged)
}

/// Refuses an authorization response that came by another browser than the attempt's own.
/// The attempt goes on, but that answer never counts again: whoever has it may have led
/// somebody else here for it.
pub(super) async fn elsewhere(
    hub: &Hub,
    awaited: Awaited,
    code: Code,
    answer: Option<Digest>,
) -> Result<Answer, FlowError> {
    let Awaited { attempt, connection, .. } = awaited;
    let (now, handle) = (hub.now(), attempt.handle);
    if let Some(answer) = answer {
        hub.store
            .write::<_, StoreError, _>(move |tx| match attempts::find_by_handle(tx, handle)? {
                Some(attempt) => broker::attempt::spend(tx, now, attempt, answer),
                None => Ok(()),
            })
            .await?;
    }
    let mut checks = Checks::new();
    checks.failed(code, "browser", "the browser that began", "another browser");
    record(hub, About::Connection(connection.id), code, checks).await
}

/// Records an answer nobody asked for, at the address of `named`. A connection that does not
/// exist has no budget of its own.
pub(super) async fn stray(
    hub: &Hub,
    named: Option<ConnectionId>,
    code: Code,
) -> Result<Answer, FlowError> {
    let known = match named {
        Some(id) => hub.store.read(move |tx| connections::find(tx, &id)).await?,
        None => None,
    };
    let about = known.map_or(About::Nameless, |connection| About::Connection(connection.id));
    unmatched(hub, about, code).await
}

/// Records what no attempt waits for.
pub(super) async fn unmatched(hub: &Hub, about: About, code: Code) -> Result<Answer, FlowError> {
    let mut checks = Checks::new();
    checks.failed(code, "attempt", "a sign-in that waits for this answer", "none");
    record(hub, about, code, checks).await
}

/// Records what belongs to no attempt, with what was looked at. Beyond its budget nothing is
/// recorded, and no reference is given out.
pub(super) async fn record(
    hub: &Hub,
    about: About,
    code: Code,
    checks: Checks,
) -> Result<Answer, FlowError> {
    let (now, on) = (hub.now(), hub.clone());
    if !hub.bounds.may_record(&about, now) {
        return Ok(Answer::refused(code, None, None));
    }
    let reference = hub
        .store
        .write(move |tx| {
            let rng = on.rng.as_ref();
            let connection = match about {
                About::Connection(id) => Some(id),
                About::App(app) => {
                    let misuse = Misuse { app, organization: None, user: None, code, checks };
                    return broker::attempt::record_misuse(tx, rng, now, misuse);
                }
                _ => None,
            };
            broker::attempt::record_unmatched(tx, rng, now, connection, code, checks)
        })
        .await?;
    Ok(Answer::refused(code, Some(reference), None))
}

/// What a step on an attempt comes to: done, denied, or a fault of our own.
pub(super) type StepResult<T> = Result<Result<T, Denied>, FlowError>;

/// One transaction on an attempt whose answer was judged: `step` when it was believed, a
/// recorded refusal when it was not, or when `step` denies.
pub(super) async fn take<T, F>(
    hub: &Hub,
    awaited: Awaited,
    judged: Judged,
    step: F,
) -> Result<Result<T, Answer>, FlowError>
where
    F: FnOnce(&Tx<'_>, Attempt, VerifiedIdentity, Millis) -> StepResult<T> + Send + 'static,
    T: Send + 'static,
{
    let Awaited { attempt, handle, connection, came, .. } = awaited;
    let Judged { outcome, captured } = judged;
    let mut identity = match outcome {
        Ok(identity) => identity,
        Err(Refusal { code, findings }) => {
            let Findings { checks, evidence, hops, .. } = *findings;
            measure(hub, &connection, &evidence);
            let trace = Trace::of(hub, came, (evidence, hops), captured);
            return end(hub, attempt, handle, (code, checks), trace).await.map(Err);
        }
    };
    let (evidence, hops) = identity.take_trace();
    measure(hub, &connection, &evidence);
    let mut trace = Trace::of(hub, came, (evidence, hops), captured);
    let (now, purpose) = (hub.now(), attempt.purpose);
    let digest = attempt.handle;
    let taken = hub
        .store
        .write::<_, FlowError, _>(move |tx| {
            // Read again: another answer may have come while this one was judged.
            let Some(mut attempt) = attempts::find_by_handle(tx, digest)? else {
                return Ok(Err(Left::gone(Code::AttemptUnknown)));
            };
            attempt.hops.extend(std::mem::take(&mut trace.hops));
            let before = attempt.clone();
            let taken = step(tx, attempt, identity, now)?;
            if taken.as_ref().err().is_none_or(|denied| !denied.stray) {
                trace.keep(tx, &before)?;
            }
            match taken {
                Ok(taken) => Ok(Ok(taken)),
                Err(denied) if denied.stray => Ok(Err(Left::Stray(denied))),
                Err(denied) => Ok(Err(Left::Told(deny(tx, now, before, handle, denied)?))),
            }
        })
        .await?;
    match taken {
        Ok(taken) => Ok(Ok(taken)),
        Err(left) => left.answer(hub, About::Connection(connection.id), &purpose).await.map(Err),
    }
}

/// What an answer that let nobody in left behind.
enum Left {
    /// A word on its attempt.
    Told(Answer),
    /// Nothing there: the attempt goes on without it.
    Stray(Denied),
}

impl Left {
    /// A flood may have pushed the attempt out: nothing can be kept of it then.
    fn gone(code: Code) -> Self {
        Self::Told(Answer::refused(code, None, None))
    }

    async fn answer(self, hub: &Hub, about: About, purpose: &Purpose) -> Result<Answer, FlowError> {
        let Denied { code, checks, .. } = match self {
            Self::Told(answer) => return Ok(answer),
            Self::Stray(denied) => denied,
        };
        let answer = record(hub, about, code, checks).await?;
        Ok(match purpose.is_test() {
            true => Answer::test_failed(code, answer.reference),
            false => answer,
        })
    }
}

/// Notes how far the provider's clock is from ours, where a signature that holds says so.
fn measure(hub: &Hub, connection: &Connection, evidence: &Evidence) {
    if let Some(skew) = evidence.skew {
        hub.clocks.note(&connection.id, skew);
    }
}

/// Records a denial within the transaction it was decided in.
pub(super) fn deny(
    tx: &Tx<'_>,
    now: Millis,
    attempt: Attempt,
    handle: Secret<String>,
    denied: Denied,
) -> Result<Answer, FlowError> {
    let Denied { code, checks, .. } = denied;
    let is_test = attempt.purpose.is_test();
    // What was verified before it was denied is kept already: the trace has all of it.
    let attempt = match attempts::find_by_handle(tx, attempt.handle)? {
        Some(kept) if kept.state != attempt.state => kept,
        _ => attempt,
    };
    let reference = broker::attempt::refuse(tx, now, attempt, code, checks)?;
    Ok(match is_test {
        true => Answer::test_failed(code, Some(reference)),
        false => Answer::refused(code, Some(reference), Some(handle)),
    })
}

/// Records a refusal in a transaction of its own. The attempt is read again first: it may
/// have ended otherwise meanwhile.
pub(super) async fn refuse(
    hub: &Hub,
    attempt: Attempt,
    handle: Secret<String>,
    code: Code,
    checks: Checks,
) -> Result<Answer, FlowError> {
    end(hub, attempt, handle, (code, checks), Trace::default()).await
}

async fn end(
    hub: &Hub,
    attempt: Attempt,
    handle: Secret<String>,
    (code, checks): (Code, Checks),
    mut trace: Trace,
) -> Result<Answer, FlowError> {
    let now = hub.now();
    let Attempt { handle: digest, state: before, purpose, connection, .. } = attempt;
    let left = hub
        .store
        .write::<_, FlowError, _>(move |tx| {
            let Some(mut attempt) = attempts::find_by_handle(tx, digest)? else {
                return Ok(Left::gone(code));
            };
            // Another answer was believed while this one was judged, or the person is asked once
            // more: what comes of that stands.
            if !attempt.is_still_at(&before) {
                return Ok(Left::Stray(Denied { code, checks, stray: true }));
            }
            attempt.hops.extend(std::mem::take(&mut trace.hops));
            trace.keep(tx, &attempt)?;
            Ok(Left::Told(deny(tx, now, attempt, handle, Denied::ending(code, checks))?))
        })
        .await?;
    left.answer(hub, connection.map_or(About::Nameless, About::Connection), &purpose).await
}
