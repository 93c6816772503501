//! What an attempt's checks say about a refusal: the difference in words, and the provider's
//! own numbers explained.

use serde_json::{Value, json};

use super::House;
use crate::model::check::Checks;
use crate::model::code::Code;

async fn shown(checks: Checks) -> (House, String, Value) {
    let house = House::new().await;
    let reference = house.put_attempt_with(Some(&house.home), checks).await;
    let path = format!("/attempts/{reference}");
    let checks = house.get(&path).await.json["checks"].clone();
    (house, path, checks)
}

#[tokio::test]
async fn a_failed_value_says_how_it_differs_and_from_which() {
    let mut checks = Checks::new();
    checks.passed("destination", "https://us/acs", "https://us/acs/");
    checks.failed(Code::SamlAudience, "audience", "https://us/a or urn:us", "x, urn:us\u{200b} ");
    let (_, _, checks) = shown(checks).await;
    assert_eq!(checks[0]["difference"], Value::Null);
    assert_eq!(checks[0]["explanation"], Value::Null);
    assert_eq!(checks[1]["expected"], "https://us/a or urn:us");
    assert_eq!(checks[1]["received"], "x, urn:us\\u{200b}\\u{20}");
    assert_eq!(
        checks[1]["difference"],
        json!({
            "accepted": "urn:us",
            "came": "urn:us\\u{200b}\\u{20}",
            "position": 7,
            "expected": null,
            "received": "zero width space (U+200B)",
            "sentence": "2 trailing invisible characters, the first is zero width space (U+200B)",
        })
    );
}

#[tokio::test]
async fn a_difference_of_a_personal_value_waits_for_the_reveal() {
    let mut checks = Checks::new();
    checks.failed_personal(Code::SamlIssuer, "issuer", "bob@acme.test", "ann@acme.test");
    let (house, path, masked) = shown(checks).await;
    assert_eq!(masked[0]["received"], "(masked)");
    assert_eq!(masked[0]["difference"], Value::Null);
    let listed = house.get("/attempts").await;
    assert!(!listed.text.contains("ann@"), "{}", listed.text);
    let revealed = house.root("POST", &format!("{path}/reveal"), Value::Null, 200).await;
    assert_eq!(revealed.json["checks"][0]["difference"]["came"], "ann@acme.test");
}

#[tokio::test]
async fn numbers_of_entra_id_are_explained_where_the_provider_refused() {
    let mut checks = Checks::new();
    checks.failed_personal(Code::SamlStatus, "status_message", "none", "AADSTS50105: ann");
    let received = "Responder / AuthnFailed (AADSTS50105)";
    checks.failed(Code::SamlStatus, "status", "Success", received);
    checks.failed(Code::UpstreamRefused, "answer", "a code", "access_denied (AADSTS75011)");
    checks.failed(Code::UpstreamRefused, "answer", "a code", "access_denied (AADSTS1)");
    checks.failed(Code::SamlAudience, "audience", "urn:us", "AADSTS50105");
    let (_, _, checks) = shown(checks).await;
    let codes: Vec<&Value> =
        checks.as_array().unwrap().iter().map(|c| &c["explanation"]["code"]).collect();
    assert_eq!(json!(codes), json!([null, "AADSTS50105", "AADSTS75011", null, null]));
    for field in ["meaning", "who", "action"] {
        assert!(checks[1]["explanation"][field].as_str().unwrap().len() > 20, "{field}");
    }
    assert!(!checks.to_string().contains("ann"), "{checks}");
}
