//! Claims as received: flat, bounded, without what belongs to the protocol.

use serde_json::Value;

use crate::model::user::Received;
use crate::wire::jose::jws::Claims;

/// Most claims kept.
const MAX_CLAIMS: usize = 200;
/// Longest name and longest value kept, in bytes; longer ones are left out whole, because
/// half a value is another value.
const MAX_NAME: usize = 256;
const MAX_VALUE: usize = 4_096;
/// Most values kept of one claim.
const MAX_VALUES: usize = 5_000;

/// Claims about the token rather than the person. `_claim_sources` may hold access tokens.
const PROTOCOL: [&str; 17] = [
    "iss",
    "aud",
    "azp",
    "exp",
    "iat",
    "nbf",
    "jti",
    "nonce",
    "at_hash",
    "c_hash",
    "s_hash",
    "rh",
    "uti",
    "aio",
    "ver",
    "_claim_names",
    "_claim_sources",
];

/// Takes over what `claims` say that `received` does not have yet.
pub(super) fn receive(received: &mut Received, claims: &Claims) {
    for (name, value) in claims {
        if received.len() >= MAX_CLAIMS {
            return;
        }
        let wanted = !PROTOCOL.contains(&name.as_str())
            && (1..=MAX_NAME).contains(&name.len())
            && !received.contains_key(name);
        if !wanted {
            continue;
        }
        if let Some(values) = values(name, value) {
            received.insert(name.clone(), values);
        }
    }
}

/// `None` when the claim says nothing.
fn values(name: &str, value: &Value) -> Option<Vec<String>> {
    let texts = match value {
        // A null is a statement only where a claim's presence is one.
        Value::Null if matches!(name, "email_verified" | "xms_edov") => vec!["null".to_owned()],
        Value::Null => return None,
        Value::Array(items) => items.iter().take(MAX_VALUES).filter_map(scalar).collect(),
        // Zitadel's roles: the keys are the roles.
        Value::Object(members) => members.keys().take(MAX_VALUES).cloned().collect(),
        single => vec![scalar(single)?],
    };
    Some(texts.into_iter().filter(|text: &String| text.len() <= MAX_VALUE).collect())
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether the provider left the groups out because they are too many (Entra ID: distributed
/// claims or `hasgroups`).
pub(super) fn groups_overage(claims: &Claims, groups_name: Option<&str>) -> bool {
    let elsewhere = |name: &str| {
        claims
            .get("_claim_names")
            .and_then(Value::as_object)
            .is_some_and(|names| names.keys().any(|key| key.eq_ignore_ascii_case(name)))
    };
    let marked = match claims.get("hasgroups") {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        _ => false,
    };
    marked || elsewhere("groups") || groups_name.is_some_and(elsewhere)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn received(claims: &Value) -> Received {
        let mut received = Received::new();
        receive(&mut received, claims.as_object().unwrap());
        received
    }

    #[test]
    fn shapes_of_claims() {
        let claims = json!({
            "iss": "x", "aud": "x", "nonce": "x", "_claim_sources": {"src1": {"access_token": "x"}},
            "sub": "ann", "number": 7, "yes": true, "none": null, "email_verified": null,
            "list": ["a", 1, false, null, ["x"], {"x": 1}], "empty": [],
            "urn:zitadel:iam:org:project:roles": {"admin": {"1": "x"}, "user": {}},
            "long": "x".repeat(4_097), "": "x",
        });
        let expected: Received = [
            ("email_verified", vec!["null"]),
            ("empty", vec![]),
            ("list", vec!["a", "1", "false"]),
            ("long", vec![]),
            ("number", vec!["7"]),
            ("sub", vec!["ann"]),
            ("urn:zitadel:iam:org:project:roles", vec!["admin", "user"]),
            ("yes", vec!["true"]),
        ]
        .into_iter()
        .map(|(name, values)| (name.to_owned(), values.into_iter().map(str::to_owned).collect()))
        .collect();
        assert_eq!(received(&claims), expected);
    }

    #[test]
    fn counts_are_bounded_and_the_first_word_stands() {
        let many: serde_json::Map<_, _> =
            (0..300).map(|n| (format!("c{n}"), Value::from(n))).collect();
        let mut all = Received::new();
        receive(&mut all, &many);
        assert_eq!(all.len(), MAX_CLAIMS);
        let list = received(&json!({"groups": vec!["g"; 6_000]}));
        assert_eq!(list["groups"].len(), MAX_VALUES);
        let mut first = received(&json!({"email": "a@b.test"}));
        receive(&mut first, json!({"email": "evil@b.test", "name": "Ann"}).as_object().unwrap());
        assert_eq!(first["email"], ["a@b.test"]);
        assert_eq!(first["name"], ["Ann"]);
    }

    #[test]
    fn groups_elsewhere() {
        for (claims, expected) in [
            (json!({"_claim_names": {"groups": "src1"}}), true),
            (json!({"hasgroups": true}), true),
            (json!({"hasgroups": "true"}), true),
            (json!({"hasgroups": false}), false),
            (json!({"_claim_names": {"address": "src1"}}), false),
            (json!({"_claim_names": {"teams": "src1"}}), true),
            (json!({"groups": []}), false),
            (json!({}), false),
        ] {
            let overage = groups_overage(claims.as_object().unwrap(), Some("teams"));
            assert_eq!(overage, expected, "{claims}");
        }
    }
}
