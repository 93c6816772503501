//! The last step of a sign-in, in the browser: it proves that the attempt is its own, the
//! person is asked when somebody else is signed in there, and is let in.

use std::collections::BTreeMap;

use super::asked::{self, Kept, Sending};
use super::brought::Brought;
use super::reply::{Answer, Blanks, FlowError, Page, Refused, Reply, Visitor};
use super::{answered, app_reply, choose, tested};
use crate::broker::Moment;
use crate::broker::admit::{self, Admitted, Outcome};
use crate::broker::anew;
use crate::broker::arrival::Hop;
use crate::broker::attempt::Begun;
use crate::broker::denied::Denied;
use crate::broker::local::profile;
use crate::broker::question::{self, Question};
use crate::hub::Hub;
use crate::hub::bounds::About;
use crate::model::attempt::{Attempt, State};
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::connection::Connection;
use crate::model::hop::Station;
use crate::model::id::{ConnectionId, UserId};
use crate::model::secret::{Digest, Secret};
use crate::model::time::Millis;
use crate::store::{Tx, attempts, sessions};

/// What the person said to the question.
#[derive(Debug, Clone)]
pub enum Word {
    /// Nothing yet.
    None,
    /// Whoever is signed in gives way: this person.
    Continue(UserId),
    /// They stay who they are.
    Stay,
    /// What the organization wants to know of them, by field, and who gives way.
    Told(BTreeMap<String, String>, Option<UserId>),
}

impl Word {
    /// Takes what was said along; gives whether they stay.
    fn bring(self, hop: &mut Hop) -> bool {
        match self {
            Self::None => false,
            Self::Stay => true,
            Self::Continue(user) => {
                hop.instead_of = Some(user);
                false
            }
            Self::Told(told, instead_of) => {
                (hop.told, hop.instead_of) = (Some(told), instead_of);
                false
            }
        }
    }
}

/// How a request came to the last step.
#[derive(Debug, Clone, Copy)]
pub(super) enum Came {
    /// At this moment, with the cookies the browser had then.
    At(Millis),
    /// Sent round, to show the cookies it has by now.
    Round,
}

/// What became of one step on the attempt.
enum Step {
    Done(Answer),
    /// The provider is asked anew.
    Anew(Box<Attempt>, Box<Connection>),
    /// Whoever came has no part in it.
    Stray(Option<ConnectionId>, Denied),
}

/// The browser proves the attempt is its own, and the person is let in or asked.
///
/// # Errors
/// A fault of our own.
pub async fn finish(
    hub: &Hub,
    visitor: &Visitor,
    brought: Brought,
    round: &str,
    word: Word,
) -> Result<Answer, FlowError> {
    let (now, on, mut hop) = (hub.now(), hub.clone(), hop(visitor, &brought));
    let is_round = hub.arrivals.is_round(&brought.digest(), round);
    let came = if is_round { Came::Round } else { Came::At(now) };
    let handle = brought.handle.expose().clone();
    let digest = Digest::of_ordered(&handle);
    let step = hub
        .store
        .write::<_, FlowError, _>(move |tx| {
            let Some(mut attempt) = attempts::find_by_handle(tx, digest)? else { return Ok(None) };
            // Whoever typed a password went nowhere, and does not come back.
            if !attempt.state.ended() && !matches!(attempt.state, State::Proved { .. }) {
                attempt.hops.passed(Station::Returned, now);
            }
            let before = attempt.clone();
            let stays = word.bring(&mut hop);
            let taken = match stays {
                true => stay(tx, &on, now, attempt, &hop)?,
                false => match admit(tx, &on, attempt, &hop, came)? {
                    Ok(Admission::Anew(connection, ended, _)) => {
                        match anew::ask(tx, now, before.clone(), ended)? {
                            Ok(attempt) => {
                                return Ok(Some(Step::Anew(Box::new(attempt), connection)));
                            }
                            Err(code) => Err(Denied::ending(code, Checks::new())),
                        }
                    }
                    other => other.map(|step| step.answer(&on, &brought)),
                },
            };
            Ok(Some(match taken {
                Ok(answer) => Step::Done(answer),
                Err(denied) if denied.stray => Step::Stray(before.connection, denied),
                Err(denied) => Step::Done(answered::deny(tx, now, before, brought.handle, denied)?),
            }))
        })
        .await?;
    match step {
        None => answered::unmatched(hub, About::Nameless, Code::AttemptUnknown).await,
        Some(Step::Stray(connection, Denied { code, checks, .. })) => {
            let about = connection.map_or(About::Nameless, About::Connection);
            answered::record(hub, about, code, checks).await
        }
        Some(Step::Anew(attempt, connection)) => {
            let sending = Sending { force_login: true, login_hint: None };
            let begun = Begun { attempt: *attempt, handle: Secret::new(handle) };
            asked::send(hub, visitor, begun, &connection, sending, Kept::Yes).await
        }
        Some(Step::Done(answer)) => again_or(hub, visitor, answer, handle).await,
    }
}

pub(super) fn hop(visitor: &Visitor, brought: &Brought) -> Hop {
    Hop {
        browsers: visitor.browser_digests(),
        ticket: Some(brought.digest()),
        session: visitor.session_digest(),
        instead_of: None,
        told: None,
    }
}

/// Somebody is in, or is asked first, or the browser is sent round before that.
pub(super) enum Admission {
    In(Answer),
    Asked(Box<Question>, Answer),
    /// The organization wants to know more of them first.
    Blank(Box<Blanks>, Answer),
    Round(Answer),
    /// The provider is asked anew, for what proved the person is from before this moment.
    Anew(Box<Connection>, Millis, Answer),
    /// Nobody is in: it was a test, and it passed.
    Reported(Answer),
}

impl Admission {
    /// The answer, with the question as a page.
    fn answer(self, hub: &Hub, brought: &Brought) -> Answer {
        match self {
            Self::In(answer) => answer,
            Self::Asked(question, answer) => {
                let page = Page::Replace { brought: brought.clone(), question };
                Answer { reply: Reply::Page(page), ..answer }
            }
            Self::Blank(blanks, answer) => {
                let page = Page::Profile { brought: brought.clone(), blanks };
                Answer { reply: Reply::Page(page), ..answer }
            }
            // Asked anew by the last step itself, which it is on its way to.
            Self::Anew(.., answer) => {
                Answer { reply: Reply::Redirect(brought.address(hub)), ..answer }
            }
            Self::Round(answer) => Answer { reply: Reply::Redirect(brought.round(hub)), ..answer },
            Self::Reported(answer) => {
                let report = tested::address(hub, &brought.handle);
                Answer { reply: Reply::Redirect(report), ..answer }
            }
        }
    }

    /// The answer, with the question on a page of its own address: a reload must not bring
    /// the provider's answer again.
    pub(super) fn answer_elsewhere(self, hub: &Hub, brought: &Brought) -> Answer {
        match self {
            Self::In(answer) => answer,
            Self::Reported(_) => self.answer(hub, brought),
            Self::Asked(_, answer)
            | Self::Blank(_, answer)
            | Self::Round(answer)
            | Self::Anew(.., answer) => {
                Answer { reply: Reply::Redirect(brought.address(hub)), ..answer }
            }
        }
    }
}

/// Lets the person of a verified attempt in, on to what they wanted to get into; of a test
/// nobody.
pub(super) fn admit(
    tx: &Tx<'_>,
    hub: &Hub,
    attempt: Attempt,
    hop: &Hop,
    came: Came,
) -> Result<Result<Admission, Denied>, FlowError> {
    if attempt.purpose.is_test() {
        return Ok(tested::conclude(tx, hub, attempt, hop)?.map(Admission::Reported));
    }
    let reference = Some(attempt.reference.clone());
    // Replaced by whoever shows the question, or knows the way round.
    let home = Answer::of(Reply::Redirect(hub.config.public_url.at("/")));
    if crossed(tx, hub, hop, came)? {
        return Ok(Ok(Admission::Round(Answer { reference, ..home })));
    }
    let now = hub.now();
    let moment = Moment { rng: hub.rng.as_ref(), now, limits: super::limits(hub) };
    let outcome = match &attempt.state {
        State::Proved { .. } => profile::finish(tx, moment, attempt, hop)?,
        _ => admit::admit(tx, moment, attempt, hop)?,
    };
    Ok(match outcome {
        Ok(Outcome::In(admitted)) => {
            let Admitted { admission, cookie, purpose } = *admitted;
            let answer = app_reply::into_app(tx, hub, now, &admission, &purpose)?;
            hub.arrivals.note(&hop.browsers, now);
            Ok(Admission::In(Answer { session: Some(cookie), reference, ..answer }))
        }
        Ok(Outcome::Ask(question)) => Ok(Admission::Asked(question, Answer { reference, ..home })),
        Ok(Outcome::Fill(fields)) => {
            let blanks = Blanks { fields, instead_of: hop.instead_of.clone() };
            Ok(Admission::Blank(Box::new(blanks), Answer { reference, ..home }))
        }
        Ok(Outcome::Anew(connection, ended)) => {
            Ok(Admission::Anew(connection, ended, Answer { reference, ..home }))
        }
        Err(denied) => Err(denied),
    })
}

/// Whether somebody may have been let in in this browser after it sent the request: it shows
/// a session that is no more, or none. Nobody is asked then who should be, and what takes a
/// provider long can be made to take long.
fn crossed(tx: &Tx<'_>, hub: &Hub, hop: &Hop, came: Came) -> Result<bool, FlowError> {
    let Came::At(came) = came else { return Ok(false) };
    if !hub.arrivals.crossed(&hop.browsers, came) {
        return Ok(false);
    }
    Ok(match hop.session {
        Some(cookie) => sessions::find_by_secret(tx, cookie)?.is_none(),
        None => true,
    })
}

fn stay(
    tx: &Tx<'_>,
    hub: &Hub,
    now: Millis,
    attempt: Attempt,
    hop: &Hop,
) -> Result<Result<Answer, Denied>, FlowError> {
    let home = Answer::of(Reply::Redirect(hub.config.public_url.at("/")));
    let stayed = question::stay(tx, now, attempt, hop)?;
    Ok(stayed.map(|reference| Answer { reference: Some(reference), ..home }))
}

/// A reload, or the back button, after the sign-in was finished: somebody who is signed in
/// in the same browser goes on to the app; everybody else sees `answer`.
pub(super) async fn again_or(
    hub: &Hub,
    visitor: &Visitor,
    answer: Answer,
    handle: String,
) -> Result<Answer, FlowError> {
    let used = matches!(
        &answer.reply,
        Reply::Page(Page::Refused(Refused { code: Code::AttemptUsed, .. }))
    );
    if !used {
        return Ok(answer);
    }
    if let Some(report) = tested::again(hub, visitor, &handle).await? {
        return Ok(report);
    }
    Ok(choose::resume(hub, visitor, &handle).await?.unwrap_or(answer))
}
