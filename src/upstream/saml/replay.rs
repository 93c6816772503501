//! Judging a SAML response again, by the clock of then.

use super::finish::{self, Asked, Posted};
use super::{Prepared, ServiceProvider};
use crate::model::attempt::Vouched;
use crate::model::code::Code;
use crate::model::id::ConnectionId;
use crate::model::time::Millis;
use crate::upstream::Findings;

/// What was captured, taken apart.
pub struct Kept<'a> {
    /// The clock to judge by.
    pub now: Millis,
    /// The ID of our AuthnRequest, if that is known.
    pub request_id: Option<&'a str>,
    /// When it was sent, if that is known.
    pub sent_at: Option<Millis>,
    /// Whether the person had to authenticate anew.
    pub force_authn: bool,
    /// Whether nobody was asked, so that it may answer nothing.
    pub unasked: bool,
    /// The response in base64.
    pub response: &'a str,
}

/// Judges it. What nobody knows is taken from the message itself, and said not to have been
/// compared. No assertion is used up.
///
/// # Errors
/// The reason; the checks made until then are in `findings`.
pub fn replay(
    prepared: &Prepared,
    provider: &ServiceProvider,
    connection: &ConnectionId,
    kept: &Kept<'_>,
    findings: &mut Findings,
) -> Result<Vouched, Code> {
    const LONG_AGO: Millis = Millis(0);
    let own = finish::in_response_to(kept.response);
    let request_id = kept.request_id.or(own.as_deref());
    let request_id = request_id.or(Some("the ID of a request of ours"));
    let asked = Asked {
        request_id: request_id.filter(|_| !kept.unasked),
        sent_at: kept.sent_at.unwrap_or(LONG_AGO),
        force_authn: kept.force_authn,
    };
    let whose = (provider, connection);
    let posted = Posted::new(kept.response);
    let judged = finish::judge(prepared, whose, &asked, kept.now, &posted, findings);
    if kept.request_id.is_none() && !kept.unasked {
        for name in ["in_response_to", "confirmation_in_response_to"] {
            let expected = "the ID of our request";
            findings.checks.uncompared(name, expected, "not compared: no attempt");
        }
    }
    if kept.sent_at.is_none() {
        let known = "the start of the sign-in (not known)";
        findings.checks.reword(&LONG_AGO.rfc3339(), known);
    }
    judged.map(|(vouched, _)| vouched)
}
