//! Every way a sign-in fails that can be told from another: its code, what the visitor reads,
//! and what the admin finds under the reference.

mod apps;
mod fixes;
mod oidc;
mod picks;
mod repairing;
mod saml;

use serde_json::Value;

use crate::house::{Answer, House};
use crate::support::admin::Admin;

/// What is expected of a refusal. Texts are parts of what stands there.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    pub code: &'a str,
    /// `visitor`, `it`, `app_owner` or `operator`.
    pub who: &'a str,
    /// The failed check, by name, with what was expected and what came.
    pub check: (&'a str, &'a str, &'a str),
    /// How they differ, where both are values.
    pub difference: Option<&'a str>,
}

/// The reference on a page.
pub fn reference(page: &Answer) -> String {
    let rest = page.body.split("<dt>Reference</dt><dd><strong>").nth(1);
    let rest = rest.unwrap_or_else(|| panic!("{} {}", page.header("location"), page.body));
    rest.split('<').next().unwrap().to_owned()
}

/// The page tells who has to act and no more; the trace tells the rest.
pub async fn assert_told(house: &House, admin: &Admin, page: &Answer, told: &Told<'_>) -> Value {
    let place = format!("{} {}", told.code, page.status);
    assert!(page.status.is_client_error() || page.status.is_server_error(), "{place}");
    assert!(page.body.contains(told.code), "{place}: {}", page.body);
    let said = page.body.replace(told.code, "");
    for inner in ["Issuer", "audience", "http://www.w3.org", "urn:oasis", "fingerprint"] {
        assert!(!said.contains(inner), "{place}: {inner} on the page");
    }
    let attempt = admin.attempt(house, &reference(page)).await;
    assert_attempt(&attempt, told);
    let sentence = attempt["remedy"]["sentence"].as_str().unwrap();
    assert!(page.body.contains(sentence), "{place}: {sentence} {}", page.body);
    // What only starting again or the app can mend is no setting of the connection.
    if told.who != "it" {
        assert_eq!(attempt["fixes"], serde_json::json!([]), "{place}");
    }
    attempt
}

pub fn assert_attempt(attempt: &Value, told: &Told<'_>) {
    let place = format!("{} {attempt:#}", told.code);
    assert_eq!(attempt["code"], told.code, "{place}");
    assert_eq!(attempt["remedy"]["who"], told.who, "{place}");
    let (name, expected, received) = told.check;
    let checks = attempt["checks"].as_array().unwrap();
    let failed = checks.iter().rev().find(|check| check["verdict"] == "failed").expect(&place);
    assert_eq!(failed["name"], name, "{place}");
    let text = |field: &str| failed[field].as_str().unwrap().to_owned();
    assert!(text("expected").contains(expected), "{place}: expected {expected}");
    assert!(text("received").contains(received), "{place}: received {received}");
    let sentence = failed["difference"]["sentence"].as_str();
    match told.difference {
        Some(part) => assert!(sentence.is_some_and(|text| text.contains(part)), "{place}"),
        None => assert_eq!(sentence, None, "{place}"),
    }
}
