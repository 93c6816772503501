//! Whole sign-ins against a provider that says whatever a test tells it to.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::begin::Hints;
use super::finish::Callback;
use super::provider_double::{
    DISCOVERY, Double, NOW, Page, configured, good_callback, nonce, tokens,
};
use crate::model::check::{Check, Verdict};
use crate::model::code::Code;
use crate::model::connection::TokenAuth;
use crate::model::hop::Station;
use crate::model::secret::Digest;
use crate::model::time::{MINUTE, SECOND};
use crate::model::user::{EmailVerified, Groups};
use crate::upstream::entra_codes;
use crate::upstream::identity::{Refusal, VerifiedIdentity};
use crate::wire::jose::testing::{TestKey, b64, hmac_token};

/// The code, after making sure that a failed check stands for it.
fn code(outcome: Result<VerifiedIdentity, Refusal>) -> Code {
    let refusal = outcome.unwrap_err();
    let last = refusal.findings.checks.as_slice().last().unwrap();
    assert_eq!(last.verdict, Verdict::Failed, "{refusal:?}");
    refusal.code
}

fn find<'a>(checks: &'a [Check], name: &str) -> &'a Check {
    checks.iter().rev().find(|check| check.name == name).unwrap_or_else(|| panic!("{checks:?}"))
}

#[tokio::test]
async fn the_request() {
    let double = Double::start();
    let hints = Hints { login_hint: Some("ann@acme.test".to_owned()), force_login: true };
    let (expected, address) = double.begin(hints).await.unwrap();
    assert_eq!(address.path(), "/authorize");
    let query: Vec<(String, String)> = address.query_pairs().into_owned().collect();
    assert_eq!(query[0], ("tenant".to_owned(), "a b".to_owned()));
    let query: HashMap<_, _> = query.into_iter().collect();
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "client"),
        ("redirect_uri", "https://sso.test/oidc/conn/callback"),
        ("scope", "openid email profile"),
        ("state", "handle"),
        ("nonce", nonce(&expected)),
        ("code_challenge_method", "S256"),
        ("login_hint", "ann@acme.test"),
        ("prompt", "login"),
        ("max_age", "0"),
    ] {
        assert_eq!(query.get(name).map(String::as_str), Some(value), "{name}");
    }
    // The verifier sent with the code fits the challenge.
    double.page("/token", Page(400, "application/json", b"{\"error\":\"invalid_grant\"}".to_vec()));
    let outcome = double.finish(&expected, NOW, &good_callback()).await;
    assert_eq!(code(outcome), Code::OidcCodeRefused);
    let (_, request) = double.state().requests.last().unwrap().clone();
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    let form: HashMap<_, _> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let challenge = URL_SAFE_NO_PAD.encode(Digest::of(form["code_verifier"].as_bytes()).as_bytes());
    assert_eq!(query["code_challenge"], challenge);
    assert_eq!(form["grant_type"], "authorization_code");
    assert_eq!(form["code"], "c0de");
    assert_eq!(form["redirect_uri"], "https://sso.test/oidc/conn/callback");
    assert!(!form.contains_key("client_secret"));
    let basic = STANDARD.encode("client:s3cret%2B%2F");
    assert!(request.contains(&format!("authorization: Basic {basic}\r\n")), "{request}");
    assert!(!format!("{expected:?}").contains(&form["code_verifier"]));

    let (_, plain) = double.begin(Hints::default()).await.unwrap();
    for absent in ["prompt", "max_age", "login_hint"] {
        assert!(plain.query_pairs().all(|(name, _)| name != absent), "{absent}");
    }
}

#[tokio::test]
async fn a_full_token_needs_no_userinfo() {
    let double = Double::start();
    let mut identity = double.with_claims(|_| ()).await.unwrap();
    let (evidence, hops) = identity.take_trace();
    let vouched = identity.vouched();
    assert_eq!(vouched.subject, "ann");
    assert_eq!(vouched.connection, Double::connection());
    assert_eq!(vouched.profile.email.as_deref(), Some("ann@acme.test"));
    assert_eq!(vouched.profile.email_verified, EmailVerified::Unstated);
    assert_eq!(vouched.profile.groups, Groups::Unknown);
    assert_eq!(vouched.authenticated_at, NOW);
    assert!(!evidence.received.contains_key("nonce"));
    assert_eq!(evidence.received["email"], ["ann@acme.test"]);
    assert_eq!((evidence.profile.as_ref(), evidence.skew), (Some(&vouched.profile), Some(0)));
    assert!(hops.as_slice().iter().any(|hop| hop.station == Station::Token));
    assert_eq!(double.count("/userinfo"), 0);
    let (_, used, checks) = identity.into_parts();
    assert_eq!(used, None);
    let names: Vec<_> = checks.as_slice().iter().map(|check| check.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "answer",
            "token_endpoint",
            "algorithm",
            "signature",
            "issuer",
            "audience",
            "issued_at",
            "expires",
            "nonce",
            "subject"
        ]
    );
}

#[tokio::test]
async fn openid_alone_with_login_email() {
    let mut double = Double::start();
    double.config.scopes = vec!["openid".to_owned()];
    double.config.attributes = configured(&[("email", "login_email"), ("subject", "Login_Email")]);
    let thin = |claims: &mut Value| {
        claims.as_object_mut().unwrap().retain(|name, _| name != "email" && name != "name");
    };
    // In the ID token.
    double.page("/userinfo", Page::json(&json!({"sub": "ann"})));
    let identity = double
        .with_claims(|claims| {
            thin(claims);
            claims["login_email"] = "ann@acme.test".into();
        })
        .await
        .unwrap();
    assert_eq!(identity.vouched().subject, "ann@acme.test");
    assert_eq!(identity.vouched().profile.email.as_deref(), Some("ann@acme.test"));
    // Only at userinfo.
    double.page("/userinfo", Page::json(&json!({"sub": "ann", "login_email": "ann@acme.test"})));
    let identity = double.with_claims(thin).await.unwrap();
    assert_eq!(identity.vouched().subject, "ann@acme.test");
    let last = double.state().requests.last().unwrap().1.clone();
    assert!(last.contains("authorization: Bearer acc3ss\r\n"), "{last}");
    // Nowhere.
    double.page("/userinfo", Page::json(&json!({"sub": "ann"})));
    assert_eq!(code(double.with_claims(thin).await), Code::SubjectMissing);
    let (_, address) = double.begin(Hints::default()).await.unwrap();
    assert!(address.query_pairs().any(|(name, value)| name == "scope" && value == "openid"));
}

#[tokio::test]
async fn claims_that_do_not_match() {
    let double = Double::start();
    let now = NOW.seconds();
    let rows: Vec<(&str, Value, Option<Code>)> = vec![
        ("iss", "http://other.test".into(), Some(Code::OidcIssuer)),
        ("iss", format!("{}/", double.issuer).into(), Some(Code::OidcIssuer)),
        ("iss", json!(null), Some(Code::OidcIssuer)),
        ("iss", json!([double.issuer]), Some(Code::OidcIssuer)),
        ("aud", "other".into(), Some(Code::OidcAudience)),
        ("aud", json!([]), Some(Code::OidcAudience)),
        ("aud", json!(null), Some(Code::OidcAudience)),
        ("aud", json!(["client"]), None),
        ("aud", json!(["client", "other"]), Some(Code::OidcAuthorizedParty)),
        ("azp", "other".into(), Some(Code::OidcAuthorizedParty)),
        ("azp", "client".into(), None),
        ("nonce", "other".into(), Some(Code::OidcNonce)),
        ("nonce", json!(null), Some(Code::OidcNonce)),
        ("nonce", json!(7), Some(Code::OidcNonce)),
        ("exp", json!(now - 179), None),
        ("exp", json!(now - 180), Some(Code::OidcExpired)),
        ("exp", json!((now - 179) as f64 + 0.5), None),
        ("exp", json!("soon"), Some(Code::OidcTokenMalformed)),
        ("exp", json!(null), Some(Code::OidcTokenMalformed)),
        ("exp", json!(i64::MAX), None),
        ("exp", json!(i64::MIN), Some(Code::OidcExpired)),
        ("iat", json!(now + 180), None),
        ("iat", json!(now + 181), Some(Code::OidcNotYetValid)),
        ("iat", json!(i64::MAX), Some(Code::OidcNotYetValid)),
        ("nbf", json!(now + 180), None),
        ("nbf", json!(now + 181), Some(Code::OidcNotYetValid)),
        ("nbf", json!({}), Some(Code::OidcTokenMalformed)),
        ("sub", "".into(), Some(Code::SubjectMissing)),
        ("sub", json!(7), Some(Code::SubjectMissing)),
        ("sub", "x".repeat(2_000).into(), Some(Code::SubjectMissing)),
        ("at_hash", "AAAA".into(), Some(Code::OidcSignature)),
        ("at_hash", json!(null), Some(Code::OidcSignature)),
    ];
    for (name, value, expected) in rows {
        let shown = value.to_string();
        let outcome = double.with_claims(|claims| claims[name] = value).await;
        match expected {
            None => assert!(outcome.is_ok(), "{name} {shown}: {outcome:?}"),
            Some(expected) => assert_eq!(code(outcome), expected, "{name} {shown}"),
        }
    }
    let refusal = double.with_claims(|claims| claims["exp"] = json!(now - 600)).await.unwrap_err();
    let check = find(refusal.findings.checks.as_slice(), "expires");
    assert_eq!(check.received, "2026-11-21T11:50:00.000Z, 10 min 0 s before our clock");
    assert_eq!(check.expected, "at most 3 min 0 s before our clock");
    let both = |claims: &mut Value| {
        claims["aud"] = json!(["client", "other"]);
        claims["azp"] = "client".into();
    };
    assert!(double.with_claims(both).await.is_ok());
}

#[tokio::test]
async fn tokens_that_are_not_signed_as_they_must_be() {
    let double = Double::start();
    let public = TestKey::rsa().jwk().to_string();
    type Maker<'a> = Box<dyn Fn(&Value) -> String + 'a>;
    let signed = |header: Value| -> Maker<'_> {
        Box::new(move |claims| TestKey::rsa().token(&header, claims))
    };
    let rows: Vec<(Maker<'_>, Code)> = vec![
        (
            Box::new(|claims| format!("{}.{}.", b64(r#"{"alg":"none"}"#), b64(claims.to_string()))),
            Code::OidcAlgorithm,
        ),
        (
            Box::new(|claims| {
                hmac_token(&json!({"alg": "HS256", "kid": "k1"}), claims, public.as_bytes())
            }),
            Code::OidcAlgorithm,
        ),
        (
            Box::new(|claims| {
                hmac_token(&json!({"alg": "HS256", "kid": "k1"}), claims, b"s3cret+/")
            }),
            Code::OidcAlgorithm,
        ),
        (signed(json!({"alg": "ES256", "kid": "k1"})), Code::OidcKeyUnknown),
        (signed(json!({"alg": "RS256", "kid": "k9"})), Code::OidcKeyUnknown),
        (signed(json!({"alg": "RS256", "kid": "k1", "crit": ["b64"]})), Code::OidcTokenMalformed),
        (
            Box::new(|claims| {
                TestKey::other_rsa().token(&json!({"alg": "RS256", "kid": "k1"}), claims)
            }),
            Code::OidcSignature,
        ),
        (
            Box::new(|claims| {
                let header = json!({"alg": "RS256", "jwk": TestKey::other_rsa().jwk()});
                TestKey::other_rsa().token(&header, claims)
            }),
            Code::OidcSignature,
        ),
        (Box::new(|_| "a.b.c.d.e".to_owned()), Code::OidcTokenEncrypted),
        (Box::new(|_| "not a token".to_owned()), Code::OidcTokenMalformed),
        (Box::new(|_| "a".repeat(70_000)), Code::OidcTokenMalformed),
    ];
    for (index, (make, expected)) in rows.iter().enumerate() {
        let outcome = double.sign_in(NOW, |nonce| tokens(&make(&double.claims(nonce)))).await;
        assert_eq!(code(outcome), *expected, "row {index}");
    }
}

#[tokio::test]
async fn a_rotated_key_is_fetched_once_while_the_token_waits() {
    let double = Double::start();
    assert!(double.with_claims(|_| ()).await.is_ok());
    assert_eq!(double.count("/jwks"), 1);
    double.publish(&[TestKey::rsa().named("k1"), TestKey::other_rsa().named("k2")]);
    let with = |kid: &'static str| {
        let double = &double;
        move |nonce: &str| {
            let header = json!({"alg": "RS256", "kid": kid});
            tokens(&TestKey::other_rsa().token(&header, &double.claims(nonce)))
        }
    };
    let identity = double.sign_in(NOW, with("k2")).await.unwrap();
    assert_eq!((double.count("/jwks"), double.count("/token")), (2, 2));
    let (_, _, checks) = identity.into_parts();
    assert_eq!(find(checks.as_slice(), "key_set").verdict, Verdict::Passed);
    // The code is never redeemed again, and a second unknown key within 30 seconds asks nobody.
    let later = NOW.plus(29 * SECOND);
    let refusal = double.sign_in(later, with("k3")).await.unwrap_err();
    assert_eq!(refusal.code, Code::OidcKeyUnknown);
    assert_eq!(find(refusal.findings.checks.as_slice(), "key_set").verdict, Verdict::Warned);
    assert_eq!((double.count("/jwks"), double.count("/token")), (2, 3));
    let later = NOW.plus(30 * SECOND);
    assert_eq!(code(double.sign_in(later, with("k3")).await), Code::OidcKeyUnknown);
    assert_eq!(double.count("/jwks"), 3);
    // A token without a kid whose signature does not hold asks too.
    double.publish(&[TestKey::rsa().named("k1")]);
    let nameless = |nonce: &str| {
        tokens(&TestKey::other_rsa().token(&json!({"alg": "RS256"}), &double.claims(nonce)))
    };
    let later = NOW.plus(2 * MINUTE);
    assert!(double.sign_in(later, nameless).await.is_ok());
    assert_eq!(double.count("/jwks"), 3);
    let forged = |nonce: &str| {
        let ec = TestKey::ec("P-256");
        tokens(&ec.token(&json!({"alg": "ES256"}), &double.claims(nonce)))
    };
    assert_eq!(code(double.sign_in(later, forged).await), Code::OidcKeyUnknown);
    assert_eq!(double.count("/jwks"), 4);
}

#[tokio::test]
async fn userinfo_fills_in_and_must_be_about_the_same_person() {
    let double = Double::start();
    let thin = |claims: &mut Value| {
        claims.as_object_mut().unwrap().remove("email");
    };
    double.page(
        "/userinfo",
        Page::json(&json!({"sub": "ann", "email": "ann@acme.test", "email_verified": false,
            "name": "Evil", "groups": ["ops"]})),
    );
    let identity = double.with_claims(thin).await.unwrap();
    let profile = &identity.vouched().profile;
    assert_eq!(profile.email.as_deref(), Some("ann@acme.test"));
    assert_eq!(profile.email_verified, EmailVerified::Refuted);
    assert_eq!(profile.name.as_deref(), Some("Ann Ash"));
    assert_eq!(profile.groups, Groups::Known(vec!["ops".to_owned()]));

    double.page("/userinfo", Page::json(&json!({"sub": "eve", "email": "eve@acme.test"})));
    let refusal = double.with_claims(thin).await.unwrap_err();
    assert_eq!(refusal.code, Code::OidcSubjectMismatch);
    assert!(find(refusal.findings.checks.as_slice(), "userinfo").personal);

    let elsewhere = json!({"email": "eve@acme.test"});
    let signed = Page(200, "application/jwt", b"a.b.c".to_vec());
    let huge = Page(200, "application/json", vec![b' '; 300 * 1024]);
    for page in [
        Page::json(&elsewhere),
        signed,
        huge,
        Page(500, "text/html", b"oops".to_vec()),
        Page(200, "application/json", b"[]".to_vec()),
    ] {
        double.page("/userinfo", page);
        let identity = double.with_claims(thin).await.unwrap();
        assert_eq!(identity.vouched().profile.email, None);
        let (_, _, checks) = identity.into_parts();
        assert_eq!(find(checks.as_slice(), "userinfo").verdict, Verdict::Warned);
    }
}

#[tokio::test]
async fn answers_of_the_authorization_endpoint() {
    let double = Double::start();
    let (expected, _) = double.begin(Hints::default()).await.unwrap();
    let base = || Callback { state: "handle".to_owned(), ..Callback::default() };
    let own = |text: &str| Some(text.to_owned());
    for (callback, expected_code) in [
        (Callback { iss: own("http://evil.test"), ..good_callback() }, Code::OidcIssuer),
        (
            Callback { iss: own("http://evil.test"), error: own("access_denied"), ..base() },
            Code::OidcIssuer,
        ),
        (Callback { error: own("access_denied"), ..base() }, Code::UpstreamRefused),
        (Callback { error: own("access_denied"), ..good_callback() }, Code::UpstreamRefused),
        (base(), Code::UpstreamAnswer),
        (Callback { code: own(""), ..base() }, Code::UpstreamAnswer),
        (Callback { code: own(&"x".repeat(9_000)), ..base() }, Code::UpstreamAnswer),
    ] {
        assert_eq!(code(double.finish(&expected, NOW, &callback).await), expected_code);
    }
    assert_eq!(double.count("/token"), 0);

    let slash = Callback { iss: Some(format!("{}/", double.config.issuer)), ..good_callback() };
    let refusal = double.finish(&expected, NOW, &slash).await.unwrap_err();
    let found = find(refusal.findings.checks.as_slice(), "issuer_parameter").difference().unwrap();
    assert_eq!(found.sentence, "ends with a slash, expected without");

    let told = Callback {
        error: own("access_denied"),
        error_description: own("AADSTS50105: ann@acme.test is\r\n not assigned"),
        ..base()
    };
    let refusal = double.finish(&expected, NOW, &told).await.unwrap_err();
    let checks = refusal.findings.checks.as_slice();
    let answer = find(checks, "answer");
    assert_eq!(answer.received, "access_denied (AADSTS50105)");
    assert_eq!(entra_codes::explain(&answer.received).unwrap().code, "AADSTS50105");
    let description = find(checks, "answer_description");
    assert!(description.personal);
    assert_eq!(description.received, "AADSTS50105: ann@acme.test is not assigned");

    let mut other = expected.clone();
    other.connection = "another".try_into().unwrap();
    assert_eq!(code(double.finish(&other, NOW, &good_callback()).await), Code::ConnectionMismatch);
}

#[tokio::test]
async fn an_issuer_parameter_that_is_promised_is_required() {
    let double = Double::start();
    double.describe("authorization_response_iss_parameter_supported", true);
    let (expected, _) = double.begin(Hints::default()).await.unwrap();
    assert_eq!(code(double.finish(&expected, NOW, &good_callback()).await), Code::OidcIssuer);
    assert_eq!(double.count("/token"), 0);
    let claims = double.claims(nonce(&expected));
    double.page("/token", tokens(&TestKey::rsa().token(&json!({"alg": "RS256"}), &claims)));
    let named = Callback { iss: Some(double.issuer.clone()), ..good_callback() };
    assert!(double.finish(&expected, NOW, &named).await.is_ok());
}

#[tokio::test]
async fn answers_of_the_token_endpoint() {
    let double = Double::start();
    let error = |status: u16, text: &str| {
        let body = json!({"error": text, "error_description": "s3cret AADSTS7000222: x"});
        Page(status, "application/json", body.to_string().into_bytes())
    };
    for (page, expected) in [
        (error(400, "invalid_grant"), Code::OidcCodeRefused),
        (error(401, "invalid_client"), Code::OidcClientRefused),
        (error(400, "invalid_client"), Code::OidcClientRefused),
        (error(400, "unauthorized_client"), Code::OidcClientRefused),
        (error(200, "invalid_grant"), Code::OidcCodeRefused),
        (error(400, "invalid_request"), Code::UpstreamAnswer),
        (Page(401, "text/html", b"no".to_vec()), Code::OidcClientRefused),
        (Page(500, "text/html", b"no".to_vec()), Code::UpstreamAnswer),
        (Page(200, "application/json", b"{}".to_vec()), Code::UpstreamAnswer),
        (Page(200, "application/json", b"[".to_vec()), Code::UpstreamAnswer),
        (Page(200, "application/json", vec![b' '; 300 * 1024]), Code::UpstreamAnswer),
    ] {
        let refusal = double.sign_in(NOW, |_| page).await.unwrap_err();
        assert_eq!(refusal.code, expected);
        assert!(!format!("{refusal:?}").contains("s3cret"), "{refusal:?}");
        if expected == Code::OidcCodeRefused {
            let check = find(refusal.findings.checks.as_slice(), "token_endpoint");
            assert!(check.received.contains("invalid_grant (AADSTS7000222)"), "{check:?}");
        }
    }
}

#[tokio::test]
async fn how_the_client_authenticates() {
    let refused = Page(401, "application/json", b"{\"error\":\"invalid_client\"}".to_vec());
    let (basic, post) = (TokenAuth::ClientSecretBasic, TokenAuth::ClientSecretPost);
    for (configured, published, expected) in [
        (None, None, vec!["basic", "post"]),
        (None, Some(json!(["client_secret_post"])), vec!["post"]),
        (None, Some(json!(["client_secret_basic"])), vec!["basic"]),
        (None, Some(json!(["private_key_jwt"])), vec!["basic", "post"]),
        (None, Some(json!(["client_secret_post", "client_secret_basic"])), vec!["basic", "post"]),
        (Some(post), Some(json!(["client_secret_basic"])), vec!["post"]),
        (Some(basic), None, vec!["basic"]),
    ] {
        let mut double = Double::start();
        double.config.token_auth = configured;
        if let Some(published) = published {
            double.describe("token_endpoint_auth_methods_supported", published);
        }
        let outcome = double.sign_in(NOW, |_| refused.clone()).await;
        assert_eq!(code(outcome), Code::OidcClientRefused);
        let state = double.state();
        let seen: Vec<_> = state.requests.iter().filter(|(path, _)| path == "/token").collect();
        let seen: Vec<_> = seen
            .iter()
            .map(|(_, text)| match text.contains("authorization: Basic") {
                true => "basic",
                false if text.contains("client_id=client&client_secret=s3cret%2B%2F") => "post",
                false => "none",
            })
            .collect();
        assert_eq!(seen, expected);
    }
}

#[tokio::test]
async fn groups_that_are_too_many_are_unknown() {
    let double = Double::start();
    let mut identity = double
        .with_claims(|claims| {
            claims["_claim_names"] = json!({"groups": "src1"});
            claims["_claim_sources"] = json!({"src1": {"endpoint": "https://graph.test"}});
            claims["roles"] = json!(["admin"]);
        })
        .await
        .unwrap();
    assert_eq!(identity.vouched().profile.groups, Groups::Unknown);
    let (evidence, _) = identity.take_trace();
    assert!(!evidence.received.contains_key("_claim_sources"));
    let (_, _, checks) = identity.into_parts();
    assert_eq!(find(checks.as_slice(), "groups").verdict, Verdict::Warned);
}

#[tokio::test]
async fn authenticating_anew() {
    let double = Double::start();
    let hints = Hints { force_login: true, ..Hints::default() };
    let (expected, _) = double.begin(hints).await.unwrap();
    for (auth_time, outcome) in [
        (json!(NOW.seconds() - 181), Some(Code::NotAuthenticatedAnew)),
        (json!(NOW.seconds() - 100), None),
        (json!(null), None),
    ] {
        let mut claims = double.claims(nonce(&expected));
        claims["auth_time"] = auth_time.clone();
        double.page("/token", tokens(&TestKey::rsa().token(&json!({"alg": "RS256"}), &claims)));
        let result = double.finish(&expected, NOW, &good_callback()).await;
        match outcome {
            Some(expected) => assert_eq!(code(result), expected),
            None => {
                let (vouched, _, checks) = result.unwrap().into_parts();
                let at = auth_time.as_i64().unwrap_or(NOW.seconds());
                assert_eq!(vouched.authenticated_at.seconds(), at);
                let verdict = find(checks.as_slice(), "authenticated_at").verdict;
                assert_eq!(verdict == Verdict::Warned, auth_time.is_null());
            }
        }
    }
}

#[tokio::test]
async fn providers_that_cannot_be_used() {
    let huge = Page(200, "application/json", vec![b' '; 300 * 1024]);
    for (path, page, expected) in [
        (DISCOVERY, Page(404, "text/plain", b"no".to_vec()), Code::UpstreamAnswer),
        (DISCOVERY, Page(200, "text/html", b"<html>".to_vec()), Code::UpstreamAnswer),
        (DISCOVERY, huge.clone(), Code::UpstreamAnswer),
        ("/jwks", Page(404, "text/plain", b"no".to_vec()), Code::UpstreamAnswer),
        ("/jwks", Page(200, "application/json", b"{}".to_vec()), Code::UpstreamAnswer),
        ("/jwks", huge, Code::UpstreamAnswer),
    ] {
        let double = Double::start();
        double.page(path, page);
        assert_eq!(code(double.with_claims(|_| ()).await), expected, "{path}");
    }
    let double = Double::start();
    double.describe("issuer", "http://127.0.0.1:1");
    let refusal = double.with_claims(|_| ()).await.unwrap_err();
    assert_eq!(refusal.code, Code::OidcIssuer);
    assert_eq!(
        find(refusal.findings.checks.as_slice(), "discovery_issuer").expected,
        double.issuer
    );

    let mut gone = Double::start();
    gone.config.issuer = "http://127.0.0.1:1".to_owned();
    assert_eq!(code(gone.with_claims(|_| ()).await), Code::UpstreamUnreachable);
    gone.config.issuer = "http://169.254.169.254".to_owned();
    assert_eq!(code(gone.with_claims(|_| ()).await), Code::UpstreamAddressRefused);
}

#[tokio::test]
async fn secrets_sealed_elsewhere_do_not_open() {
    let mut double = Double::start();
    let (expected, _) = double.begin(Hints::default()).await.unwrap();
    double.sealer = crate::keys::seal::Sealer::from_key([8; 32]);
    assert_eq!(code(double.finish(&expected, NOW, &good_callback()).await), Code::Internal);
    let (expected, _) = double.begin(Hints::default()).await.unwrap();
    assert_eq!(code(double.finish(&expected, NOW, &good_callback()).await), Code::Internal);
    assert_eq!(double.count("/token"), 0);
}
