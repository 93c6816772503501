//! The proof that a provider vouched for a person, and the shapes around it.

use super::oidc::logout;
use crate::keys::seal::Sealer;
use crate::model::attempt::{Expected, Vouched};
use crate::model::capture::Told;
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::evidence::Evidence;
use crate::model::hop::Hops;
use crate::model::id::RevisionId;
use crate::model::rng::Rng;
use crate::model::secret::{Digest, Secret};
use crate::model::time::Millis;

/// A person vouched for by a provider whose answer passed every check. Only `upstream` can
/// make one; there is no other way to its contents.
#[derive(Debug)]
pub struct VerifiedIdentity {
    vouched: Vouched,
    /// What it answers.
    asked: Expected,
    used: Option<UsedAssertion>,
    findings: Findings,
    hint: Option<Secret<String>>,
}

/// What judging an answer brought to light, whatever came of it.
#[derive(Debug, Default)]
pub struct Findings {
    /// What was checked.
    pub checks: Checks,
    /// What is kept of the answer.
    pub evidence: Evidence,
    /// Whom we asked meanwhile.
    pub hops: Hops,
    /// What they told us, whole. Kept only while capture is on.
    pub told: Told,
}

impl From<Checks> for Findings {
    fn from(checks: Checks) -> Self {
        Self { checks, ..Self::default() }
    }
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
    pub(super) const fn new(
        vouched: Vouched,
        asked: Expected,
        used: Option<UsedAssertion>,
        findings: Findings,
    ) -> Self {
        Self { vouched, asked, used, findings, hint: None }
    }

    /// With what the provider may be shown when the person signs out there.
    pub(super) fn with_hint(self, hint: Option<Secret<String>>) -> Self {
        Self { hint, ..self }
    }

    /// With the revision of the connection it was judged by. Without, nobody gets in by it.
    #[must_use]
    pub fn judged_by(mut self, revision: RevisionId) -> Self {
        self.vouched.revision = Some(revision);
        self
    }

    /// Keeps, sealed, what the provider is shown when the person signs out there, too. Not
    /// called, nothing of it is kept.
    pub fn keep_hint(&mut self, sealer: &Sealer, rng: &dyn Rng) {
        self.vouched.logout_hint = self.hint.take().map(|hint| logout::seal(sealer, rng, &hint));
    }

    /// A proof of nothing, for the tests of the rooms above.
    #[cfg(test)]
    pub(crate) fn for_test(vouched: Vouched, asked: Expected, used: Option<UsedAssertion>) -> Self {
        Self::new(vouched, asked, used, Findings::default())
    }

    /// Who it is, and what was said of them.
    pub const fn vouched(&self) -> &Vouched {
        &self.vouched
    }

    /// What was asked, against which the answer was judged. It counts for nothing else.
    pub const fn asked(&self) -> &Expected {
        &self.asked
    }

    /// Takes out what is kept of the answer beside the checks, and whom we asked meanwhile.
    pub fn take_trace(&mut self) -> (Evidence, Hops) {
        (std::mem::take(&mut self.findings.evidence), std::mem::take(&mut self.findings.hops))
    }

    /// Takes out what the provider told us in answer to our calls, whole.
    pub fn take_told(&mut self) -> Told {
        std::mem::take(&mut self.findings.told)
    }

    /// Gives the parts away: identity, what to remember, what was checked.
    pub fn into_parts(self) -> (Vouched, Option<UsedAssertion>, Checks) {
        (self.vouched, self.used, self.findings.checks)
    }
}

/// Why an answer (or the asking) failed, with what came to light until then.
#[derive(Debug)]
pub struct Refusal {
    /// Why.
    pub code: Code,
    /// What came to light; of the checks the failure is last.
    pub findings: Box<Findings>,
}

impl Refusal {
    /// A refusal with what came to light.
    pub fn new(code: Code, findings: impl Into<Findings>) -> Self {
        Self { code, findings: Box::new(findings.into()) }
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
