//! The lasting identity of a person at their provider.

use serde_json::Value;

use super::config::is_entra;
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::connection::OidcConfig;
use crate::model::matched::{Field, Match, Why};
use crate::model::user::Received;
use crate::upstream::attributes;
use crate::wire::jose::jws::Claims;

const NAME: &str = "subject";
/// Longest subject taken, in bytes; OpenID Connect allows 255.
const LONGEST: usize = 1_024;

/// The `sub` of an ID token, which has to have one.
pub(super) fn stated<'a>(claims: &'a Claims, checks: &mut Checks) -> Result<&'a str, Code> {
    let sub = claims.get("sub").and_then(Value::as_str).filter(|sub| lasting(sub));
    sub.ok_or_else(|| checks.failed(Code::SubjectMissing, NAME, "sub", "absent, empty or too long"))
}

/// The subject: the configured claim, else the provider's own.
pub(super) fn of(
    config: &OidcConfig,
    sub: &str,
    claims: &Claims,
    received: &Received,
    checks: &mut Checks,
) -> Result<(String, Match), Code> {
    let Some(name) = &config.attributes.subject else {
        let (subject, matched) = own(&config.issuer, sub, claims);
        checks.passed_personal(NAME, "a lasting identity", subject.as_str());
        return Ok((subject, matched));
    };
    let came = match attributes::find(received, name) {
        Some([one]) if lasting(one) => {
            checks.passed_personal(NAME, name.as_str(), one.as_str());
            return Ok((one.clone(), Match::new(Field::Subject, Why::Configured, name)));
        }
        Some([_]) => "one that is empty or too long".to_owned(),
        Some(values) => format!("{} values", values.len()),
        None => format!("absent; there are: {}", attributes::names(received)),
    };
    Err(checks.failed(Code::SubjectMissing, NAME, format!("one value of {name}"), came))
}

/// Tenant and object at Entra ID, where `sub` is another one for every client; else `sub`.
fn own(issuer: &str, sub: &str, claims: &Claims) -> (String, Match) {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).filter(|v| lasting(v));
    match (text("tid"), text("oid")) {
        (Some(tenant), Some(object)) if is_entra(issuer) => {
            let matched = Match::unnamed(Field::Subject, Why::TenantAndObject);
            (format!("{tenant}:{object}"), matched)
        }
        _ => (sub.to_owned(), Match::new(Field::Subject, Why::Sub, "sub")),
    }
}

fn lasting(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= LONGEST
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_person_at_entra_is_tenant_and_object() {
        let entra = "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0";
        for (issuer, claims, expected) in [
            (entra, json!({"tid": "t", "oid": "o"}), "t:o"),
            (entra, json!({"tid": "t"}), "sub"),
            (entra, json!({"tid": "t", "oid": ""}), "sub"),
            (entra, json!({"tid": "t", "oid": ["o"]}), "sub"),
            ("https://idp.example/v2.0", json!({"tid": "t", "oid": "o"}), "sub"),
        ] {
            let claims = claims.as_object().unwrap();
            let (subject, matched) = own(issuer, "sub", claims);
            assert_eq!(subject, expected, "{claims:?}");
            assert_eq!(matched.why == Why::Sub, expected == "sub", "{claims:?}");
        }
    }
}
