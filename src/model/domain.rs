//! A mail domain of an organization: how it is proved, kept and lost.
//!
//! Any organization may try to prove a domain, so that nobody is kept from proving their own;
//! the first one that does holds it. Who lost a domain still holds it until somebody else
//! proves it.

pub mod finding;
pub mod name;
pub mod standing;

use serde::Serialize;

use self::finding::Finding;
use super::id::{OrganizationId, random_text};
use super::rng::Rng;
use super::time::{DAY, HOUR, Millis};

/// A domain of an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// The domain in lower case.
    pub name: String,
    /// Whose it is, or who tries to prove it.
    pub organization: OrganizationId,
    /// What has to be published, of this organization and domain only. No secret.
    pub token: String,
    /// How far the proof is.
    pub state: State,
    /// Since when it is in this state.
    pub since: Millis,
    /// Whether it covers the domains below it, too, unless somebody else has proved one.
    pub include_subdomains: bool,
    /// What was found when it was looked for last.
    pub checked: Option<Checked>,
    /// Lookups in a row that came to nothing.
    pub failures: i64,
    /// When it is to be looked for by itself; `None` = never.
    pub next_check_at: Option<Millis>,
    /// When it was added.
    pub created_at: Millis,
}

/// How far the proof of a domain is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody proved it: it leads nobody here and verifies nothing.
    Pending,
    /// The record was found; looked for every day.
    ProvedByDns {
        /// The record was not there lately.
        missing: Option<Missing>,
    },
    /// Whoever runs the installation decided it.
    ProvedByOperator,
    /// The record is gone: known people get in, nobody new is taken in for it.
    Lost,
}

/// Checks in a row that did not find the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// The first of them.
    pub since: Millis,
    /// How many.
    pub checks: i64,
}

/// What was found, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// When it was looked for.
    pub at: Millis,
    /// What was found.
    pub finding: Finding,
}

/// A domain as the audit trail shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    domain: String,
    state: &'static str,
    include_subdomains: bool,
}

/// The domain is proved, so it is not given up for somebody else's proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StillHeld;

/// Checks without the record before a domain is lost.
pub const LOSS_CHECKS: i64 = 3;
/// The time these checks span at least.
pub const LOSS_SPAN: i64 = 2 * DAY;
/// Domains one organization has at most.
pub const MOST: u32 = 500;

/// Before the domain, in front of a dot: where the record stands. A name of its own keeps
/// the record apart from what else the domain publishes. It begins with an underscore
/// (RFC 8552), so no host can have it: who may only name a host below a domain cannot prove
/// the domain.
const LABEL: &str = "_doorward-challenge";
/// Before the token.
const PREFIX: &str = "doorward-verification=";
/// Base 32 characters of a token: 160 bits, so that nobody guesses one to publish it first.
const TOKEN: usize = 32;

impl State {
    /// The stable text of the state.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::ProvedByDns { .. } => "proved_by_dns",
            Self::ProvedByOperator => "proved_by_operator",
            Self::Lost => "lost",
        }
    }

    /// Whether the domain is proved now.
    pub const fn is_proved(self) -> bool {
        matches!(self, Self::ProvedByDns { .. } | Self::ProvedByOperator)
    }
}

impl Domain {
    /// A domain somebody wants to prove.
    pub fn pending(rng: &dyn Rng, now: Millis, organization: OrganizationId, name: String) -> Self {
        Self {
            name,
            organization,
            token: random_text(rng, TOKEN),
            state: State::Pending,
            since: now,
            include_subdomains: false,
            checked: None,
            failures: 0,
            next_check_at: None,
            created_at: now,
        }
    }

    /// The name the record stands at.
    pub fn record_name(&self) -> String {
        format!("{LABEL}.{}", self.name)
    }

    /// The text of the record.
    pub fn record_value(&self) -> String {
        format!("{PREFIX}{}", self.token)
    }

    /// Taken as proved by whoever runs the installation.
    #[must_use]
    pub fn accepted(self, now: Millis, include_subdomains: bool) -> Self {
        let since = if self.state == State::ProvedByOperator { self.since } else { now };
        let state = State::ProvedByOperator;
        Self { state, since, include_subdomains, failures: 0, next_check_at: None, ..self }
    }

    /// Gives up a lost domain, because somebody else proved it.
    ///
    /// # Errors
    /// [`StillHeld`] while it is proved.
    pub fn displaced(self, now: Millis) -> Result<Self, StillHeld> {
        match self.state {
            State::ProvedByDns { .. } | State::ProvedByOperator => Err(StillHeld),
            State::Pending => Ok(self),
            State::Lost => Ok(Self {
                state: State::Pending,
                since: now,
                failures: 0,
                next_check_at: None,
                ..self
            }),
        }
    }

    /// After its record was looked for. What came to nothing neither proves nor loses it; the
    /// operator's decision stands whatever is found. `jitter`, any byte, spreads the next check.
    #[must_use]
    pub fn judged(self, now: Millis, finding: Finding, jitter: u8) -> Self {
        let failed = matches!(finding, Finding::Failed(_));
        let state = match (self.state, &finding) {
            (State::Pending | State::Lost | State::ProvedByDns { .. }, Finding::Found) => {
                State::ProvedByDns { missing: None }
            }
            (State::ProvedByDns { missing }, Finding::Absent | Finding::Alias)
            | (State::ProvedByDns { missing }, Finding::Different(_)) => gone(now, missing),
            (state, _) => state,
        };
        let since = if state.as_str() == self.state.as_str() { self.since } else { now };
        let failures = if failed { self.failures.saturating_add(1) } else { 0 };
        let next_check_at = match state {
            State::ProvedByDns { .. } | State::Lost => Some(next(now, failures, jitter)),
            State::Pending | State::ProvedByOperator => None,
        };
        let checked = Some(Checked { at: now, finding });
        Self { state, since, failures, next_check_at, checked, ..self }
    }

    /// As the audit trail shows it.
    pub fn shown(&self) -> Shown {
        Shown {
            domain: self.name.clone(),
            state: self.state.as_str(),
            include_subdomains: self.include_subdomains,
        }
    }
}

/// A proved domain whose record was not found once more.
fn gone(now: Millis, missing: Option<Missing>) -> State {
    let before = missing.unwrap_or(Missing { since: now, checks: 0 });
    let missing = Missing { since: before.since.min(now), checks: before.checks + 1 };
    if missing.checks >= LOSS_CHECKS && now.since(missing.since) >= LOSS_SPAN {
        State::Lost
    } else {
        State::ProvedByDns { missing: Some(missing) }
    }
}

/// A day later, or sooner and sooner less often after lookups that came to nothing.
fn next(now: Millis, failures: i64, jitter: u8) -> Millis {
    let wait = match failures {
        0 => DAY,
        1..=4 => HOUR << (failures - 1),
        _ => DAY / 2,
    };
    // Up to a twelfth later, so that domains added together are not looked for together.
    now.plus(wait + wait / 12 * i64::from(jitter) / 255)
}

#[cfg(test)]
#[path = "domain_tests.rs"]
mod tests;
