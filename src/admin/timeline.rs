//! The stations of an attempt in words, from how it began to what the app made of it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::model::attempt::{Attempt, Purpose, State};
use crate::model::hop::{Hop, Party, Station};
use crate::model::time::Millis;

/// One station of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StepItem {
    /// When it began (RFC 3339).
    pub at: String,
    /// Milliseconds since the attempt began.
    pub after_ms: i64,
    /// How long it took, in milliseconds: of a call of ours until it was answered, else until
    /// the next station. Null of the last.
    pub took_ms: Option<i64>,
    /// From whom: `browser`, `app`, `doorward` or `provider`.
    #[schema(value_type = String, example = "doorward")]
    pub from: Party,
    /// To whom.
    #[schema(value_type = String, example = "provider")]
    pub to: Party,
    /// What happened: `begun`, `stray`, `sent`, `answered`, `metadata`,
    /// `token`, `userinfo`, `returned`, `admitted`, `tested`, `refused` or `redeemed`.
    #[schema(value_type = String, example = "token")]
    pub station: StepKind,
    /// The same in a sentence.
    pub sentence: &'static str,
}

/// What happened at one step, by a name that stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// The attempt began.
    Begun,
    /// Something came that belongs to no sign-in that waits for it.
    Stray,
    /// The person was let in.
    Admitted,
    /// A test passed.
    Tested,
    /// Nobody was let in.
    Refused,
    /// The app came for its tokens.
    Redeemed,
    /// A station on the way.
    #[serde(untagged)]
    Hop(Station),
}

impl StepKind {
    /// Whether we waited for the other side, so that it has a duration of its own.
    pub const fn is_call(self) -> bool {
        matches!(self, Self::Hop(station) if station.is_call())
    }
}

struct Step {
    at: Millis,
    took: Option<i64>,
    way: (Party, Party),
    station: StepKind,
    sentence: &'static str,
}

/// The stations of `attempt`, in order.
pub fn of(attempt: &Attempt) -> Vec<StepItem> {
    let mut steps = vec![beginning(attempt)];
    steps.extend(attempt.hops.as_slice().iter().map(station));
    steps.extend(end(attempt));
    steps.extend(attempt.redeemed_at.map(|at| Step {
        at,
        took: None,
        way: (Party::App, Party::Doorward),
        station: StepKind::Redeemed,
        sentence: "The app came for its tokens with the code.",
    }));
    // An attempt keeps the first of its stations only: what ends it may be far behind them.
    let next: Vec<Option<Millis>> =
        steps.iter().skip(1).map(|step| Some(step.at)).chain([None]).collect();
    steps.iter().zip(next).map(|(step, next)| show(attempt, step, next)).collect()
}

fn show(attempt: &Attempt, step: &Step, next: Option<Millis>) -> StepItem {
    let (from, to) = step.way;
    StepItem {
        at: step.at.rfc3339(),
        after_ms: step.at.since(attempt.created_at),
        took_ms: step.took.or_else(|| next.map(|next| next.since(step.at).max(0))),
        from,
        to,
        station: step.station,
        sentence: step.sentence,
    }
}

fn beginning(attempt: &Attempt) -> Step {
    let (from, station, sentence) = match (&attempt.browser, &attempt.purpose) {
        (None, Purpose::Home) => (
            Party::Browser,
            StepKind::Stray,
            "Something came that belongs to no sign-in that waits for it.",
        ),
        (_, Purpose::App(_)) => {
            (Party::App, StepKind::Begun, "The app sent the person here, by their browser.")
        }
        (_, Purpose::Refused(_)) => {
            (Party::App, StepKind::Begun, "The app asked for what was refused.")
        }
        (_, Purpose::Start(_)) => {
            (Party::Browser, StepKind::Begun, "The person came by a tile of the app, or a link.")
        }
        (_, Purpose::Home) => (Party::Browser, StepKind::Begun, "The person came to sign in."),
        (_, Purpose::Test(_)) => {
            (Party::Browser, StepKind::Begun, "An administrator asked for a test sign-in.")
        }
    };
    Step { at: attempt.created_at, took: None, way: (from, Party::Doorward), station, sentence }
}

fn station(hop: &Hop) -> Step {
    let sentence = match hop.station {
        Station::Sent => "The browser was sent to the identity provider.",
        Station::Answered => "The identity provider's answer came, by the browser.",
        Station::Metadata => "The identity provider was asked for its metadata or keys.",
        Station::Token => "The identity provider was asked for tokens with its code.",
        Station::Userinfo => "The identity provider was asked for more about the person.",
        Station::Returned => "The browser came back with its cookies.",
    };
    let took = hop.station.is_call().then_some(hop.took);
    Step { at: hop.at, took, way: hop.station.way(), station: StepKind::Hop(hop.station), sentence }
}

fn end(attempt: &Attempt) -> Option<Step> {
    let (to, station, sentence) = match (&attempt.state, &attempt.purpose) {
        (State::Admitted, Purpose::App(_)) => {
            (Party::App, StepKind::Admitted, "The person was let in, and sent to the app.")
        }
        (State::Admitted, Purpose::Start(_)) => {
            (Party::App, StepKind::Admitted, "The person was let in, and sent to the app to begin.")
        }
        (State::Admitted, Purpose::Home) => {
            (Party::Browser, StepKind::Admitted, "The person was let in.")
        }
        (State::Tested { .. }, _) => {
            (Party::Browser, StepKind::Tested, "The test passed; nobody was let in by it.")
        }
        (State::Refused { .. }, _) => {
            (Party::Browser, StepKind::Refused, "A page said why nobody was let in.")
        }
        _ => return None,
    };
    Some(Step { at: attempt.changed_at, took: None, way: (Party::Doorward, to), station, sentence })
}
