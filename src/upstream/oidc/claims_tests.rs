//! The shapes claims come in.

use super::*;
use serde_json::json;

fn received(claims: &Value) -> Received {
    let mut received = Received::new();
    receive(&mut received, claims.as_object().unwrap(), &AttributeNames::default());
    received
}

#[test]
fn shapes_of_claims() {
    let claims = json!({
        "iss": "x", "aud": "x", "nonce": "x", "_claim_sources": {"src1": {"access_token": "x"}},
        "sub": "ann", "number": 7, "yes": true, "none": null, "email_verified": null,
        "list": ["a", 1, false, null, ["x"], {"x": 1}], "empty": [],
        "urn:zitadel:iam:org:project:roles": {"admin": {"1": "x"}, "user": {}},
        "long": "x".repeat(4_097), "": "x", "nothing": [["x"], null],
        "longs": ["x".repeat(4_097)], "longs_and_short": ["x".repeat(4_097), "y"],
        "address": {"formatted": "x", "country": "x"}, "flags": {"on": true, "off": false},
        "off": {"all": false}, "roles": [{"admin": {"1": "x"}}, {"user": {}}, {"name": "x"}],
    });
    let expected: Received = [
        ("email_verified", vec!["null"]),
        ("empty", vec![]),
        ("flags", vec!["on"]),
        ("list", vec!["a", "1", "false"]),
        ("longs_and_short", vec!["y"]),
        ("number", vec!["7"]),
        ("off", vec![]),
        ("roles", vec!["admin", "user"]),
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
    let many: serde_json::Map<_, _> = (0..300).map(|n| (format!("c{n}"), Value::from(n))).collect();
    let mut all = Received::new();
    receive(&mut all, &many, &AttributeNames::default());
    assert_eq!(all.len(), MAX_CLAIMS);
    let list = received(&json!({"groups": vec!["g"; 6_000]}));
    assert_eq!(list["groups"].len(), MAX_VALUES);
    let mut first = received(&json!({"email": "a@b.test"}));
    let second = json!({"email": "evil@b.test", "name": "Ann"});
    receive(&mut first, second.as_object().unwrap(), &AttributeNames::default());
    assert_eq!(first["email"], ["a@b.test"]);
    assert_eq!(first["name"], ["Ann"]);
}

fn of_groups(name: &str) -> AttributeNames {
    AttributeNames { groups: Some(name.to_owned()), ..AttributeNames::default() }
}

#[test]
fn a_claim_inside_another_is_named_by_its_path() {
    let claims = json!({"realm_access": {"roles": ["ops"]}, "a.b": {"c": "whole"},
        "a": {"b": {"c": "deep"}, "b.c": "dotted"}, "x.y": ["top"], "x": {"y": ["inner"]},
        "_claim_sources": {"src1": {"access_token": "s3cret"}}});
    for (path, expected) in [
        ("realm_access.roles", Some("ops")),
        ("Realm_access.roles", None),
        ("realm_access.", None),
        ("realm_access.roles.0", None),
        (".realm_access.roles", None),
        ("realm_access", None),
        ("a.b.c", Some("dotted")),
        ("x.y", Some("top")),
        ("_claim_sources.src1.access_token", None),
    ] {
        let mut received = Received::new();
        receive(&mut received, claims.as_object().unwrap(), &of_groups(path));
        let found = received.get(path).and_then(|values| values.first()).map(String::as_str);
        assert_eq!(found, expected, "{path}");
        assert!(!format!("{received:?}").contains("s3cret"));
    }
    // Who had the first word on the outer claim has it on what is inside.
    let names = of_groups("realm_access.roles");
    let mut received = Received::new();
    let signed = json!({"realm_access": {"other": {}}});
    receive(&mut received, signed.as_object().unwrap(), &names);
    receive(&mut received, claims.as_object().unwrap(), &names);
    assert_eq!(received.get("realm_access.roles"), None);
    // However many dots: every place is looked at once.
    let mut deep = json!({"end": "x"});
    for _ in 0..50 {
        deep = json!({"a": deep.clone(), "a.a": 1, "a.a.a": {"a": 1}});
    }
    let path = format!("{}b", "a.".repeat(120));
    receive(&mut Received::new(), deep.as_object().unwrap(), &of_groups(&path));
}

#[test]
fn groups_elsewhere() {
    for (claims, expected) in [
        (json!({"_claim_names": {"groups": "src1"}}), true),
        (json!({"hasgroups": true}), true),
        (json!({"hasgroups": "true"}), true),
        (json!({"hasgroups": "True "}), true),
        (json!({"hasgroups": 1}), true),
        (json!({"hasgroups": {}}), true),
        (json!({"hasgroups": true, "groups": ["a"]}), true),
        (json!({"hasgroups": false}), false),
        (json!({"hasgroups": "false"}), false),
        (json!({"hasgroups": null}), false),
        (json!({"_claim_names": "groups"}), false),
        (json!({"_claim_names": {"address": "src1"}}), false),
        (json!({"_claim_names": {"teams": "src1"}}), true),
        (json!({"groups": []}), false),
        (json!({}), false),
    ] {
        let overage = groups_overage(claims.as_object().unwrap(), &of_groups("teams"));
        assert_eq!(overage, expected, "{claims}");
    }
}

#[test]
fn roles_that_were_configured_are_whole_beside_a_marker_about_groups() {
    for (claims, name, expected) in [
        (json!({"_claim_names": {"groups": "src1"}}), "roles", false),
        (json!({"hasgroups": true}), "Roles", false),
        (json!({"_claim_names": {"roles": "src1"}}), "roles", true),
        (json!({"hasgroups": true}), "groups", true),
    ] {
        let overage = groups_overage(claims.as_object().unwrap(), &of_groups(name));
        assert_eq!(overage, expected, "{claims} {name}");
    }
}

proptest::proptest! {
    #[test]
    fn whatever_claims_hold_stays_within_bounds(
        text in "\\PC{0,5000}|[ab.{}\":\\[\\],]{0,60}",
        path in "[ab.]{0,12}",
        count in 0usize..300,
    ) {
        let inner = serde_json::from_str::<Value>(&text).unwrap_or(Value::from(text));
        let claims: serde_json::Map<_, _> = (0..count)
            .map(|n| (n.to_string(), inner.clone()))
            .chain([("a".to_owned(), json!({"b": inner, "b.a": [inner]}))])
            .collect();
        let mut received = Received::new();
        receive(&mut received, &claims, &of_groups(&path));
        proptest::prop_assert!(received.len() <= MAX_CLAIMS);
        for (name, values) in &received {
            proptest::prop_assert!(name.len() <= MAX_NAME && values.len() <= MAX_VALUES);
            proptest::prop_assert!(values.iter().all(|value| value.len() <= MAX_VALUE));
        }
    }
}
