//! Who comes to the last step of a sign-in: what their browser brings along, and whether it is the
//! one that began.

use std::collections::BTreeMap;

use super::attempt;
use super::denied::Denied;
use crate::model::attempt::{Attempt, Reference, State, Vouched};
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::connection::Connection;
use crate::model::id::UserId;
use crate::model::organization::Organization;
use crate::model::secret::{Digest, equal};

/// What the browser brings along to the last step.
#[derive(Debug, Clone, Default)]
pub struct Hop {
    /// Digests of its binding cookies.
    pub browsers: Vec<Digest>,
    /// Digest of the ticket it was handed when it brought the provider's answer.
    pub ticket: Option<Digest>,
    /// Digest of its session cookie.
    pub session: Option<Digest>,
    /// Whose session may end, by the person's own word.
    pub instead_of: Option<UserId>,
    /// What the person told of themselves, by field.
    pub told: Option<BTreeMap<String, String>>,
}

/// Somebody whose provider vouched for them, and whose browser was checked.
#[derive(Clone, Copy)]
pub(super) struct Arrival<'a> {
    /// The attempt, as people quote it.
    pub reference: &'a Reference,
    /// Who it is.
    pub vouched: &'a Vouched,
    /// Who vouched.
    pub connection: &'a Connection,
    /// Where they come in.
    pub organization: &'a Organization,
    /// What the browser brought along.
    pub hop: &'a Hop,
}

/// Whether the browser began the attempt and brought the answer, too. One without the other
/// is how somebody is led to sign in for somebody else: that ends the attempt, for an answer
/// counts once. Neither is a stranger, who can end nothing.
pub(super) fn rightful(attempt: &Attempt, hop: &Hop) -> Result<Checks, Denied> {
    let mut checks = Checks::new();
    let own = attempt::same_browser(attempt, &hop.browsers);
    let brought = match (&attempt.state, &hop.ticket) {
        (State::Verified { ticket, .. } | State::Proved { ticket, .. }, Some(held)) => {
            equal(ticket.as_bytes(), held.as_bytes())
        }
        _ => false,
    };
    if let Err(code) = own {
        let received = if hop.browsers.is_empty() { "no cookie" } else { "another browser" };
        checks.failed(code, "browser", "the browser that began", received);
        return Err(Denied { code, checks, stray: !brought });
    }
    checks.passed("browser", "the browser that began", "the same");
    match &attempt.state {
        State::Choosing | State::Awaiting { .. } => {
            let code = Code::AttemptUnknown;
            checks.failed(code, "attempt", "the provider has answered", "it has not");
            Err(Denied { code, checks, stray: true })
        }
        State::Verified { .. } | State::Proved { .. } if !brought => {
            let code = Code::BrowserMismatch;
            checks.failed(code, "answer", "brought by this browser", "brought by another browser");
            Err(Denied::ending(code, checks))
        }
        _ => Ok(checks),
    }
}
