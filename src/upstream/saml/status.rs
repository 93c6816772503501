//! What a provider says that refuses by itself (SAML core section 3.2.2.2).

use crate::model::check::Checks;
use crate::model::code::Code;
use crate::upstream::entra_codes;
use crate::wire::saml::response::{Header, SUCCESS};

/// Whether the provider reports success.
pub(super) fn check(header: &Header, checks: &mut Checks) -> Result<(), Code> {
    let words: Vec<&str> = header.status.iter().map(|code| last_word(code)).collect();
    let mut received = words.join(" / ");
    if received.is_empty() {
        received.push_str("absent");
    }
    let success = header.status.first().is_some_and(|code| code == SUCCESS);
    let code = reason(&words);
    // The provider's own words often name the person.
    if let Some(message) = header.status_message.as_ref().filter(|_| !success) {
        received.push_str(&entra_codes::behind(message));
        checks.failed_personal(code, "status_message", "none", message);
    }
    checks.require(success, code, "status", "Success", received)
}

/// The code by the innermost status that says something: who can mend it differs.
fn reason(words: &[&str]) -> Code {
    let nested = words.iter().skip(1).rev().find_map(|word| {
        Some(match *word {
            "AuthnFailed" => Code::SamlStatusAuthn,
            "NoAuthnContext" => Code::SamlStatusContext,
            "RequestDenied" => Code::SamlStatusDenied,
            "InvalidNameIDPolicy" => Code::SamlStatusNameId,
            _ => return None,
        })
    });
    match (nested, words.first()) {
        (Some(code), _) => code,
        (None, Some(&"Requester" | &"VersionMismatch")) => Code::SamlStatusRequester,
        (None, _) => Code::SamlStatus,
    }
}

fn last_word(code: &str) -> &str {
    code.rsplit(':').next().unwrap_or(code)
}
