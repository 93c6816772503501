//! Whether an organization may require single sign-on: what has to be so, and what is.
//!
//! Nobody is to be locked out: the provider was proved by an owner just now, an owner gets in
//! without it and has rehearsed that, people find their way to it, and nothing of it is about
//! to end.

use super::id::ConnectionId;
use super::time::{DAY, HOUR, MINUTE, Millis, SECOND, words};

/// An owner's sign-in through a revision proves it so long, in milliseconds.
pub const PROOF: i64 = 24 * HOUR;
/// A rehearsal of the owner's way in counts so long, in milliseconds.
pub const DRILL: i64 = 90 * DAY;
/// Certificates and secrets have to last so long, in milliseconds.
pub const LASTING: i64 = 30 * DAY;
/// A provider's clock may be off by less than this, in milliseconds.
pub const CLOCK: i64 = 30 * SECOND;

/// What is known of an organization.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The operator lets the organization sign in through a provider of its own.
    pub sso_allowed: bool,
    /// Its connections that people can sign in through.
    pub connections: Vec<ConnectionFacts>,
    /// Its owners who are not shut out.
    pub owners: Vec<OwnerFacts>,
    /// When an owner last rehearsed their way in.
    pub last_drill: Option<Millis>,
    /// How people find their way to it.
    pub ways: Ways,
}

/// What is known of a connection people can sign in through.
#[derive(Debug, Clone)]
pub struct ConnectionFacts {
    /// Which one.
    pub id: ConnectionId,
    /// Its name as shown to people.
    pub name: String,
    /// When an owner last passed a sign-in through the revision that is live.
    pub proved_at: Option<Millis>,
    /// End of the certificate that lasts longest; `None` for OpenID Connect.
    pub certificate_ends: Option<Millis>,
    /// End of our secret at the provider, where it was told.
    pub secret_ends: Option<Millis>,
    /// Milliseconds the provider's clock is ahead of ours, where it was measured.
    pub skew: Option<i64>,
}

/// What is known of an owner.
#[derive(Debug, Clone)]
pub struct OwnerFacts {
    /// Their name or address, as shown to administrators.
    pub name: String,
    /// There is a password they set.
    pub password: bool,
    /// There is an authenticator or a passkey, or unused recovery codes confirmed as stored.
    pub second_factor: bool,
}

/// How people find their way to an organization's provider.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ways {
    /// It has a login address of its own.
    pub path: bool,
    /// It holds a mail domain.
    pub domain: bool,
    /// There is no other organization.
    pub only: bool,
}

impl Ways {
    /// Whether there is one at all.
    #[must_use]
    pub fn any(self) -> bool {
        self.path || self.domain || self.only
    }
}

/// One thing that has to be so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its stable name.
    pub name: &'static str,
    /// Whether it is so.
    pub passed: bool,
    /// Whether there was anything to judge by. Where nothing is known, nothing is in the way, and
    /// nothing is proved.
    pub known: bool,
    /// What has to be so.
    pub expected: &'static str,
    /// What is.
    pub received: String,
    /// What to do; empty when it is so.
    pub remedy: &'static str,
}

/// Looks at everything, in the order it is mended best.
pub fn judge(facts: &Facts, now: Millis) -> Vec<Finding> {
    vec![
        allowed(facts),
        live(facts),
        proved(facts, now),
        owner(facts),
        drill(facts, now),
        way(facts),
        lasting(facts, now),
        clock(facts),
    ]
}

/// Whether everything is so.
pub fn passed(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.passed)
}

fn finding(
    name: &'static str,
    passed: bool,
    (expected, remedy): (&'static str, &'static str),
    received: impl Into<String>,
) -> Finding {
    let remedy = if passed { "" } else { remedy };
    Finding { name, passed, known: true, expected, received: received.into(), remedy }
}

fn allowed(facts: &Facts) -> Finding {
    let words = (
        "the organization may sign in through a provider of its own",
        "Ask whoever runs this installation to allow single sign-on for the organization.",
    );
    let received = if facts.sso_allowed { "allowed" } else { "not allowed" };
    finding("sso_allowed", facts.sso_allowed, words, received)
}

fn live(facts: &Facts) -> Finding {
    let words = (
        "a connection is live and switched on",
        "Test the draft of a connection and activate it, or switch the connection on.",
    );
    let names: Vec<&str> = facts.connections.iter().map(|c| c.name.as_str()).collect();
    let received = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    finding("connection_live", !names.is_empty(), words, received)
}

fn proved(facts: &Facts, now: Millis) -> Finding {
    let words = (
        "an owner signed in through the live revision within 24 h",
        "Sign in as an owner, then run the test of the live revision in the same browser.",
    );
    let last = facts.connections.iter().filter_map(|c| c.proved_at).max();
    let passed = last.is_some_and(|at| now.since(at) <= PROOF);
    finding("proved_by_owner", passed, words, ago(last, now))
}

fn owner(facts: &Facts) -> Finding {
    let words = (
        "an owner has a password, and a second factor or stored recovery codes",
        "As an owner, set a password, add an authenticator app or a passkey, and store recovery codes.",
    );
    let ready = facts.owners.iter().find(|owner| owner.password && owner.second_factor);
    let received = match ready {
        Some(owner) => owner.name.clone(),
        None if facts.owners.is_empty() => "no owner".to_owned(),
        None if facts.owners.iter().any(|owner| owner.password) => "no second factor".to_owned(),
        None => "no password".to_owned(),
    };
    finding("owner_ready", ready.is_some(), words, received)
}

fn drill(facts: &Facts, now: Millis) -> Finding {
    let words = (
        "an owner rehearsed signing in without the provider within 90 days",
        "Start a rehearsal, and sign in at the owner's door.",
    );
    let passed = facts.last_drill.is_some_and(|at| now.since(at) <= DRILL);
    finding("drill", passed, words, ago(facts.last_drill, now))
}

fn way(facts: &Facts) -> Finding {
    let words = (
        "people find the way: a proved domain, or a login address of its own",
        "Prove a mail domain of the organization, or give it a login path.",
    );
    let Ways { path, domain, only } = facts.ways;
    let received = match (domain, path, only) {
        (true, ..) => "a proved domain",
        (_, true, _) => "a login address",
        (_, _, true) => "the only organization",
        _ => "none",
    };
    finding("way_in", facts.ways.any(), words, received)
}

fn lasting(facts: &Facts, now: Millis) -> Finding {
    let words = (
        "certificates and secrets last 30 more days",
        "Have the provider make a new certificate or secret, and put it into the connection.",
    );
    let ends = |c: &ConnectionFacts| [c.certificate_ends, c.secret_ends];
    let first = facts
        .connections
        .iter()
        .flat_map(|c| ends(c).into_iter().flatten().map(|end| (end, c.name.as_str())))
        .min();
    let passed = first.is_none_or(|(end, _)| end.since(now) >= LASTING);
    let received = first.map_or_else(
        || "no end is known".to_owned(),
        |(end, name)| format!("{name}: until {}", end.rfc3339()),
    );
    Finding { known: first.is_some(), ..finding("lasting", passed, words, received) }
}

fn clock(facts: &Facts) -> Finding {
    let expected = "the provider's clock is less than 30 s off";
    let remedy = "Set the clock of the provider's machine, or of this one, by a time server.";
    let worst = facts
        .connections
        .iter()
        .filter_map(|c| c.skew.map(|skew| (skew, c.name.as_str())))
        .max_by_key(|(skew, _)| skew.unsigned_abs());
    let passed = worst.is_none_or(|(skew, _)| skew.unsigned_abs() < CLOCK.unsigned_abs());
    let received = worst.map_or_else(
        || "not measured".to_owned(),
        |(skew, name)| {
            let side = if skew < 0 { "behind" } else { "ahead" };
            format!("{name}: {} {side}", words(skew))
        },
    );
    Finding { known: worst.is_some(), ..finding("clock", passed, (expected, remedy), received) }
}

fn ago(at: Option<Millis>, now: Millis) -> String {
    match at.map(|at| now.since(at)) {
        None => "never".to_owned(),
        Some(gone) if gone < MINUTE => "just now".to_owned(),
        Some(gone) => format!("{} ago", words(gone)),
    }
}

#[cfg(test)]
#[path = "preflight_tests.rs"]
mod tests;
