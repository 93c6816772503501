//! What is made of claims in whole sign-ins, and what the trace can say of it.

use serde_json::{Value, json};

use super::provider_double::{Double, Page, configured};
use crate::model::check::{Check, Verdict};
use crate::model::code::Code;
use crate::model::evidence::Evidence;
use crate::model::matched::Why;
use crate::model::user::{Groups, Profile};

/// The person, what is kept, and the warnings.
async fn person(
    double: &Double,
    change: impl FnOnce(&mut Value),
) -> (Profile, Evidence, Vec<Check>) {
    let mut identity = double.with_claims(change).await.unwrap();
    let (evidence, _) = identity.take_trace();
    let (vouched, _, checks) = identity.into_parts();
    assert_eq!(evidence.profile.as_ref(), Some(&vouched.profile));
    let warned = checks.as_slice().iter().filter(|check| check.verdict == Verdict::Warned);
    (vouched.profile, evidence, warned.cloned().collect())
}

fn known(groups: &[&str]) -> Groups {
    Groups::Known(groups.iter().map(|group| (*group).to_owned()).collect())
}

#[tokio::test]
async fn the_trace_says_what_was_taken_from_where() {
    let double = Double::start();
    let (_, evidence, warned) = person(&double, |_| ()).await;
    let found: Vec<_> = evidence.matches.iter().map(|found| found.why).collect();
    let expected =
        [Why::Sub, Why::KnownName, Why::NotSent, Why::NotSent, Why::KnownName, Why::NotSent];
    assert_eq!(found, expected);
    assert_eq!(warned, []);
}

#[tokio::test]
async fn a_claim_inside_another_is_read_and_kept_under_its_path() {
    let mut double = Double::start();
    double.config.attributes = configured(&[("groups", "resource_access.my.app.roles")]);
    let access = json!({"my.app": {"roles": ["editor", "viewer"]}});
    let change = |claims: &mut Value| claims["resource_access"] = access.clone();
    let (profile, evidence, _) = person(&double, change).await;
    assert_eq!(profile.groups, known(&["editor", "viewer"]));
    assert_eq!(evidence.received["resource_access.my.app.roles"], ["editor", "viewer"]);
    assert_eq!(double.count("/userinfo"), 0);
    // Only at userinfo.
    let page = json!({"sub": "ann", "resource_access": access});
    double.page("/userinfo", Page::json(&page));
    let (profile, evidence, _) = person(&double, |_| ()).await;
    assert_eq!(profile.groups, known(&["editor", "viewer"]));
    assert_eq!(evidence.received["resource_access.my.app.roles"], ["editor", "viewer"]);
}

#[tokio::test]
async fn a_marker_that_groups_are_too_many_counts_wherever_it_stands() {
    let mut double = Double::start();
    let roles = || json!(["admin"]);
    for (groups, token, page, expected) in [
        // In the token; whatever userinfo says of groups then is no whole list.
        (None, json!({"hasgroups": true}), json!({"groups": ["a"]}), Groups::Unknown),
        (None, json!({}), json!({"_claim_names": {"groups": "src1"}}), Groups::Unknown),
        (None, json!({"groups": ["a"]}), json!({"hasgroups": "true"}), Groups::Unknown),
        (None, json!({"groups": ["a"]}), json!({"hasgroups": "false"}), known(&["a"])),
        (
            Some("teams"),
            json!({"teams": ["a"], "_claim_names": {"teams": "src1"}}),
            json!({}),
            Groups::Unknown,
        ),
        (
            Some("roles"),
            json!({"_claim_names": {"groups": "src1"}}),
            json!({"roles": roles()}),
            known(&["admin"]),
        ),
    ] {
        let names: Vec<_> = groups.iter().map(|name| ("groups", *name)).collect();
        double.config.attributes = configured(&names);
        let mut all = json!({"sub": "ann", "email": "ann@acme.test"});
        all.as_object_mut().unwrap().extend(page.as_object().unwrap().clone());
        double.page("/userinfo", Page::json(&all));
        let change = |claims: &mut Value| {
            let claims = claims.as_object_mut().unwrap();
            // So that userinfo is asked.
            claims.remove("email");
            claims.extend(token.as_object().unwrap().clone());
        };
        let (profile, _, warned) = person(&double, change).await;
        assert_eq!(profile.groups, expected, "{token} {page}");
        let advice = warned.iter().find(|check| check.name == "groups");
        assert_eq!(advice.is_some(), expected == Groups::Unknown, "{token} {page}");
        assert!(advice.is_none_or(|check| check.expected.contains("app roles")));
    }
}

#[tokio::test]
async fn what_is_missing_is_told_with_the_names_that_came() {
    let mut double = Double::start();
    double.page("/userinfo", Page::json(&json!({"sub": "ann", "login": "s3cret"})));
    let without = |claims: &mut Value| {
        claims.as_object_mut().unwrap().remove("email");
    };
    let (profile, _, warned) = person(&double, without).await;
    assert_eq!(profile.email, None);
    let [check] = warned.as_slice() else { panic!("{warned:?}") };
    assert_eq!((check.name.as_str(), check.personal), ("email", false));
    assert_eq!(check.received, "none; there are: login, name, sub");
    assert!(check.expected.starts_with("email, mail"), "{check:?}");

    let (profile, _, warned) = person(&double, |claims| {
        without(claims);
        claims["upn"] = "ann@acme.test".into();
    })
    .await;
    assert_eq!(profile.email.as_deref(), Some("ann@acme.test"));
    assert!(warned[0].received.starts_with("upn, a name to sign in by"), "{warned:?}");

    double.config.attributes = configured(&[("subject", "uid")]);
    let refusal = double.with_claims(|_| ()).await.unwrap_err();
    assert_eq!(refusal.code, Code::SubjectMissing);
    let last = refusal.findings.checks.as_slice().last().unwrap().clone();
    assert_eq!(last.received, "absent; there are: email, login, name, sub");
}
