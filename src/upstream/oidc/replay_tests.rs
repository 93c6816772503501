//! A told answer judged again: what is asked of the provider then, and what is not.

use serde_json::{Value, json};

use super::begin::Hints;
use super::provider_double::{Double, NOW, Page, good_callback, nonce, tokens};
use super::replay::{Kept, replay};
use crate::model::attempt::Vouched;
use crate::model::capture::{Callback, Exchange, Told};
use crate::model::check::{Check, Verdict};
use crate::model::code::Code;
use crate::model::time::DAY;
use crate::upstream::identity::Findings;
use crate::wire::jose::testing::TestKey;

/// A sign-in with changed claims; what was told in it, and its nonce.
async fn told(double: &Double, change: impl FnOnce(&mut Value)) -> (Told, String) {
    let (expected, _) = double.begin(Hints::default()).await.unwrap();
    let nonce = nonce(&expected).to_owned();
    let mut claims = double.claims(&nonce);
    change(&mut claims);
    let token = TestKey::rsa().token(&json!({"alg": "RS256", "kid": "k1"}), &claims);
    double.page("/token", tokens(&token));
    let told = match double.finish(&expected, NOW, &good_callback()).await {
        Ok(mut identity) => identity.take_told(),
        Err(refusal) => refusal.findings.told,
    };
    (told, nonce)
}

async fn again(
    double: &Double,
    told: &Told,
    nonce: Option<&str>,
) -> (Result<Vouched, Code>, Vec<Check>) {
    let callback = Callback { code: true, ..Callback::default() };
    let kept = Kept {
        now: NOW,
        nonce,
        sent_at: Some(NOW),
        force_login: false,
        callback: Some(&callback),
        told,
    };
    let mut findings = Findings::default();
    let client = double.client();
    let id = Double::connection();
    let judged = replay(&client, &double.config, &id, &kept, &mut findings).await;
    (judged, findings.checks.as_slice().to_vec())
}

fn named<'c>(checks: &'c [Check], name: &str) -> &'c Check {
    checks.iter().rev().find(|check| check.name == name).unwrap_or_else(|| panic!("{checks:?}"))
}

#[tokio::test]
async fn neither_code_nor_userinfo_is_asked_for_again() {
    let mut double = Double::start();
    double.page(
        "/userinfo",
        Page::json(&json!({"sub": "ann", "email": "ann@acme.test", "name": "Ann", "team": "x"})),
    );
    let (told, nonce) = told(&double, |claims| {
        claims.as_object_mut().unwrap().retain(|name, _| name != "email");
        claims["at_hash"] = "b3RoZXI".into();
    })
    .await;
    // Refused for its hash: userinfo was not asked then, and is not now.
    assert!(told.userinfo.is_none());
    let (judged, checks) = again(&double, &told, Some(&nonce)).await;
    assert_eq!(named(&checks, "access_token_hash").verdict, Verdict::Warned);
    assert_eq!(named(&checks, "userinfo").verdict, Verdict::Warned);
    assert_eq!(judged.unwrap().profile.email, None);
    assert_eq!((double.count("/token"), double.count("/userinfo")), (1, 0));

    let (told, nonce) = self::told(&double, |claims| {
        claims.as_object_mut().unwrap().retain(|name, _| name != "email");
    })
    .await;
    assert_eq!(double.count("/userinfo"), 1);
    let (judged, _) = again(&double, &told, Some(&nonce)).await;
    assert_eq!(judged.unwrap().profile.email.as_deref(), Some("ann@acme.test"));
    // Another name for the lasting identity is read from what was kept.
    double.config.attributes.subject = Some("team".to_owned());
    let (judged, _) = again(&double, &told, Some(&nonce)).await;
    assert_eq!(judged.unwrap().subject, "x");
    assert_eq!((double.count("/token"), double.count("/userinfo")), (2, 1));
}

#[tokio::test]
async fn an_answer_about_somebody_else_is_refused_again() {
    let double = Double::start();
    double.page("/userinfo", Page::json(&json!({"sub": "eve", "email": "eve@acme.test"})));
    let thin = |claims: &mut Value| {
        claims.as_object_mut().unwrap().retain(|name, _| name != "email");
    };
    let (told, nonce) = told(&double, thin).await;
    let (judged, checks) = again(&double, &told, Some(&nonce)).await;
    assert_eq!(judged.unwrap_err(), Code::OidcSubjectMismatch);
    assert!(named(&checks, "userinfo").personal);
}

#[tokio::test]
async fn the_nonce_holds_unless_nobody_knows_it() {
    let double = Double::start();
    let (told, _) = told(&double, |_| ()).await;
    let (judged, _) = again(&double, &told, Some("another")).await;
    assert_eq!(judged.unwrap_err(), Code::OidcNonce);
    let (judged, checks) = again(&double, &told, None).await;
    assert!(judged.is_ok());
    assert_eq!(named(&checks, "nonce").verdict, Verdict::Warned);
    let (told, _) = self::told(&double, |claims| {
        claims.as_object_mut().unwrap().remove("nonce");
    })
    .await;
    let (judged, _) = again(&double, &told, None).await;
    assert_eq!(judged.unwrap_err(), Code::OidcNonce, "there has to be one");
}

#[tokio::test]
async fn keys_that_were_replaced_since_are_named_as_the_reason() {
    let double = Double::start();
    let (told, nonce) = told(&double, |_| ()).await;
    double.publish(&[TestKey::rsa().named("k2")]);
    let (judged, checks) = again(&double, &told, Some(&nonce)).await;
    assert_eq!(judged.unwrap_err(), Code::OidcKeyUnknown);
    let last = checks.last().unwrap();
    assert_eq!((last.name.as_str(), last.verdict), ("key_set", Verdict::Warned));
    assert!(last.received.contains("may have replaced them"), "{last:?}");
}

#[tokio::test]
async fn what_was_never_told_cannot_pass() {
    let double = Double::start();
    for exchange in [Exchange::NotAsked, Exchange::IdToken(String::new())] {
        let told = Told { exchange, userinfo: None };
        let (judged, checks) = again(&double, &told, None).await;
        assert!(judged.is_err());
        assert!(checks.iter().any(|check| check.verdict == Verdict::Failed));
    }
    // The clock is that of the capture: a day later the same token has run out.
    let (told, nonce) = told(&double, |_| ()).await;
    let kept = Kept {
        now: NOW.plus(DAY),
        nonce: Some(&nonce),
        sent_at: Some(NOW),
        force_login: false,
        callback: None,
        told: &told,
    };
    let mut findings = Findings::default();
    let (client, id) = (double.client(), Double::connection());
    let judged = replay(&client, &double.config, &id, &kept, &mut findings).await;
    assert_eq!(judged.unwrap_err(), Code::OidcExpired);
    let window = findings.evidence.window.unwrap().holds();
    assert_eq!(window, Some((NOW, NOW.plus(300_000))));
}
