//! A judged answer, and what it leaves in its attempt: whole only while capture is on.

use crate::hub::Hub;
use crate::keys::seal::{seal_capture, seal_evidence};
use crate::model::attempt::{Attempt, Expected, ExpectedAnswer};
use crate::model::capture::{self, Capture, MOST_PER_CONNECTION, Message};
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::connection::{Connection, SealedSecret};
use crate::model::evidence::Evidence;
use crate::model::hop::{Hops, Station};
use crate::model::id::ConnectionId;
use crate::model::time::Millis;
use crate::store::{StoreError, Tx, attempts, captures, connections};
use crate::upstream::oidc::finish::Callback;
use crate::upstream::{Refusal, VerifiedIdentity};

/// What judging an answer came to.
pub(super) struct Judged {
    pub outcome: Result<VerifiedIdentity, Refusal>,
    /// What is to be kept whole.
    pub captured: Option<Captured>,
}

impl Judged {
    /// A refusal of what was not looked into.
    pub fn refused(code: Code) -> Self {
        let refusal = Refusal::new(code, Checks::new());
        Self { outcome: Err(refusal), captured: None }
    }

    /// A SAML response that was judged at `at`.
    pub fn saml(
        hub: &Hub,
        (connection, expected): (&Connection, &Expected),
        at: Millis,
        response: &str,
        outcome: Result<VerifiedIdentity, Refusal>,
    ) -> Self {
        let captured = Captured::of(hub, (connection, expected), at, || {
            let (request_id, force_authn, unasked) = match &expected.answer {
                ExpectedAnswer::Saml { request_id, force_authn } => {
                    (Some(request_id.clone()), *force_authn, false)
                }
                ExpectedAnswer::Unasked => (None, false, true),
                ExpectedAnswer::Oidc { .. } => return None,
            };
            let response = response.to_owned();
            Some(Message::Saml { request_id, force_authn, unasked, response })
        });
        Self { outcome, captured }
    }

    /// An authorization response that was judged at `at`.
    pub fn oidc(
        hub: &Hub,
        (connection, expected): (&Connection, &Expected),
        at: Millis,
        callback: &Callback,
        mut outcome: Result<VerifiedIdentity, Refusal>,
    ) -> Self {
        let told = match &mut outcome {
            Ok(identity) => identity.take_told(),
            Err(refusal) => std::mem::take(&mut refusal.findings.told),
        };
        let captured = Captured::of(hub, (connection, expected), at, || {
            // Never the code, and never the verifier.
            let ExpectedAnswer::Oidc { nonce, redirect_uri, force_login, .. } = &expected.answer
            else {
                return None;
            };
            let callback = capture::Callback {
                iss: callback.iss.clone(),
                code: callback.code.as_ref().is_some_and(|code| !code.is_empty()),
                error: callback.error.clone(),
                error_description: callback.error_description.clone(),
            };
            Some(Message::Oidc {
                nonce: Some(nonce.clone()),
                redirect_uri: redirect_uri.clone(),
                force_login: *force_login,
                callback: Some(callback),
                told: Box::new(told),
            })
        });
        Self { outcome, captured }
    }
}

/// A message to be kept, sealed already.
pub(super) struct Captured {
    connection: ConnectionId,
    at: Millis,
    sealed: SealedSecret,
}

impl Captured {
    /// `None` while capture is off, by the clock of this very answer.
    fn of(
        hub: &Hub,
        (connection, expected): (&Connection, &Expected),
        at: Millis,
        message: impl FnOnce() -> Option<Message>,
    ) -> Option<Self> {
        if !connection.captures(at) {
            return None;
        }
        let sent_at = Some(expected.sent_at);
        let capture = Capture { judged_at: at, sent_at, message: message()? };
        match seal_capture(&hub.sealer, hub.rng.as_ref(), &capture) {
            Ok(sealed) => Some(Self { connection: connection.id.clone(), at, sealed }),
            Err(error) => {
                // Nobody's sign-in depends on it.
                tracing::error!(connection = %connection.id, %error, "a message was not captured");
                None
            }
        }
    }

    /// Keeps it, unless capture was switched off or the connection removed while it was judged.
    pub fn keep(self, tx: &Tx<'_>, attempt: &Attempt) -> Result<(), StoreError> {
        let Self { connection, at, sealed } = self;
        let on = connections::find(tx, &connection)?.is_some_and(|found| found.captures(at));
        if !on {
            return Ok(());
        }
        captures::keep(tx, (&attempt.id, &connection), at, &sealed, MOST_PER_CONNECTION)
    }
}

/// What an answer leaves in its attempt beside the checks.
#[derive(Default)]
pub(super) struct Trace {
    evidence: Option<SealedSecret>,
    pub hops: Hops,
    captured: Option<Captured>,
}

impl Trace {
    pub fn of(
        hub: &Hub,
        came: Millis,
        (evidence, calls): (Evidence, Hops),
        captured: Option<Captured>,
    ) -> Self {
        let mut hops = Hops::default();
        hops.passed(Station::Answered, came);
        hops.extend(calls);
        let evidence = seal_evidence(&hub.sealer, hub.rng.as_ref(), &evidence);
        Self { evidence, hops, captured }
    }

    /// Keeps what is not part of the attempt itself. Only of the answer that decided: what
    /// came of another one stands.
    pub fn keep(self, tx: &Tx<'_>, attempt: &Attempt) -> Result<(), StoreError> {
        if let Some(sealed) = self.evidence {
            attempts::keep_evidence(tx, &attempt.id, &sealed)?;
        }
        match self.captured {
            Some(captured) => captured.keep(tx, attempt),
            None => Ok(()),
        }
    }
}
