//! The proof that a provider vouched for a person, and the shapes around it.

use crate::model::attempt::Vouched;
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::secret::Digest;
use crate::model::time::Millis;

/// A person vouched for by a provider whose answer passed every check. Only `upstream` can
/// make one; there is no other way to its contents.
#[derive(Debug)]
pub struct VerifiedIdentity {
    vouched: Vouched,
    used: Option<UsedAssertion>,
    checks: Checks,
}

/// What must be remembered so that an assertion is used once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedAssertion {
    /// Digest of its identifier.
    pub digest: Digest,
    /// Nobody would accept it after that (its end plus the tolerance for clocks).
    pub expires_at: Millis,
}

impl VerifiedIdentity {
    pub(super) const fn new(vouched: Vouched, used: Option<UsedAssertion>, checks: Checks) -> Self {
        Self { vouched, used, checks }
    }

    /// A proof of nothing, for the tests of the rooms above.
    #[cfg(test)]
    pub(crate) const fn for_test(vouched: Vouched, used: Option<UsedAssertion>) -> Self {
        Self { vouched, used, checks: Checks::new() }
    }

    /// Who it is, and what was said of them.
    pub const fn vouched(&self) -> &Vouched {
        &self.vouched
    }

    /// Gives the parts away: identity, what to remember, what was checked.
    pub fn into_parts(self) -> (Vouched, Option<UsedAssertion>, Checks) {
        (self.vouched, self.used, self.checks)
    }
}

/// Why an answer (or the asking) failed, with every check made until then.
#[derive(Debug)]
pub struct Refusal {
    /// Why.
    pub code: Code,
    /// What was checked, the failure last.
    pub checks: Checks,
}

impl Refusal {
    /// A refusal with its checks.
    pub const fn new(code: Code, checks: Checks) -> Self {
        Self { code, checks }
    }
}

/// How the browser is sent to the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outgoing {
    /// By a redirect to this address.
    Redirect(String),
    /// By a form posted to `action`.
    Form {
        /// Where the form goes.
        action: String,
        /// Its hidden fields.
        fields: Vec<(String, String)>,
    },
}
