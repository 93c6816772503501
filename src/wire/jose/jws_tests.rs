//! Tokens and key sets: what holds, and every way one may not.

use serde_json::json;

use super::super::testing::{TestKey, b64, hmac_token, key_set};
use super::*;

fn keys(list: &[Value]) -> KeySet {
    KeySet::read(&key_set(list)).unwrap()
}

fn verify(token: &str, set: &KeySet) -> Result<Claims, JwsError> {
    Unverified::read(token)?.verify(set)
}

#[test]
fn every_accepted_algorithm() {
    let (p256, p384, p521) = (TestKey::ec("P-256"), TestKey::ec("P-384"), TestKey::ec("P-521"));
    let ed = TestKey::ed();
    let set = keys(&[
        TestKey::rsa().named("rsa"),
        p256.named("p256"),
        p384.named("p384"),
        p521.named("p521"),
        ed.named("ed"),
    ]);
    assert_eq!(set.len(), 5);
    for (alg, kid, key) in [
        ("RS256", "rsa", TestKey::rsa()),
        ("RS384", "rsa", TestKey::rsa()),
        ("RS512", "rsa", TestKey::rsa()),
        ("PS256", "rsa", TestKey::rsa()),
        ("PS384", "rsa", TestKey::rsa()),
        ("PS512", "rsa", TestKey::rsa()),
        ("ES256", "p256", &p256),
        ("ES384", "p384", &p384),
        ("ES512", "p521", &p521),
        ("EdDSA", "ed", &ed),
        ("Ed25519", "ed", &ed),
    ] {
        let payload = json!({"sub": "ann"});
        let token = key.token(&json!({"alg": alg, "kid": kid, "typ": "JWT"}), &payload);
        assert_eq!(verify(&token, &set).unwrap()["sub"], "ann", "{alg}");
        // Without a name every key that fits is tried.
        let token = key.token(&json!({"alg": alg}), &payload);
        assert!(verify(&token, &set).is_ok(), "{alg}");
        // One changed bit anywhere.
        for index in [5, token.find('.').unwrap() + 5, token.len() - 5] {
            let mut torn = token.clone().into_bytes();
            torn[index] = if torn[index] == b'A' { b'B' } else { b'A' };
            assert!(verify(std::str::from_utf8(&torn).unwrap(), &set).is_err(), "{alg} {index}");
        }
    }
}

#[test]
fn algorithms_refused_by_name() {
    let set = keys(&[TestKey::rsa().named("k")]);
    let payload = json!({"sub": "ann"});
    for alg in ["none", "None", "", "HS256", "HS512", "RS1", "ES256K", "rs256"] {
        let token = TestKey::rsa().token(&json!({"alg": alg, "kid": "k"}), &payload);
        assert_eq!(verify(&token, &set), Err(JwsError::Algorithm(alg.to_owned())), "{alg}");
    }
    let unsigned = format!("{}.{}.", b64(r#"{"alg":"none"}"#), b64("{}"));
    assert_eq!(verify(&unsigned, &set), Err(JwsError::Algorithm("none".to_owned())));
    // The public key as HMAC secret.
    let secret = TestKey::rsa().jwk().to_string();
    let token = hmac_token(&json!({"alg": "HS256", "kid": "k"}), &payload, secret.as_bytes());
    assert_eq!(verify(&token, &set).unwrap_err().code(), Code::OidcAlgorithm);
    let token = hmac_token(&json!({"alg": "RS256", "kid": "k"}), &payload, secret.as_bytes());
    assert_eq!(verify(&token, &set), Err(JwsError::Signature));
}

#[test]
fn algorithm_and_key_belong_together() {
    let payload = json!({"sub": "ann"});
    let p256 = TestKey::ec("P-256");
    let mut only_384 = TestKey::rsa().named("k");
    only_384["alg"] = "RS384".into();
    for (jwk, alg, key) in [
        (p256.named("k"), "ES384", &p256),
        (p256.named("k"), "EdDSA", &p256),
        (p256.named("k"), "RS256", TestKey::rsa()),
        (only_384.clone(), "RS256", TestKey::rsa()),
        (only_384.clone(), "PS384", TestKey::rsa()),
    ] {
        let token = key.token(&json!({"alg": alg, "kid": "k"}), &payload);
        assert_eq!(verify(&token, &keys(&[jwk])), Err(JwsError::KeyUnknown), "{alg}");
    }
    let token = TestKey::rsa().token(&json!({"alg": "RS384", "kid": "k"}), &payload);
    assert!(verify(&token, &keys(&[only_384])).is_ok());
}

#[test]
fn keys_by_name() {
    let payload = json!({});
    let token = TestKey::rsa().token(&json!({"alg": "RS256", "kid": "b"}), &payload);
    let (a, b) = (TestKey::other_rsa().named("a"), TestKey::rsa().named("b"));
    let nameless = TestKey::rsa().jwk();
    for (set, expected) in [
        (vec![a.clone(), b.clone()], None),
        (vec![a.clone()], Some(JwsError::KeyUnknown)),
        (vec![TestKey::rsa().named("a")], Some(JwsError::KeyUnknown)),
        (vec![TestKey::other_rsa().named("b")], Some(JwsError::Signature)),
        (vec![TestKey::other_rsa().named("b"), b], None),
        (vec![a, nameless], None),
        (vec![], Some(JwsError::KeyUnknown)),
    ] {
        assert_eq!(verify(&token, &keys(&set)).err(), expected, "{set:?}");
    }
}

#[test]
fn keys_a_token_brings_are_not_used() {
    let payload = json!({});
    for member in ["jwk", "jku", "x5c", "x5u"] {
        let header = json!({"alg": "RS256", "kid": "k", member: TestKey::rsa().jwk()});
        let token = TestKey::rsa().token(&header, &payload);
        let set = keys(&[TestKey::other_rsa().named("k")]);
        assert_eq!(verify(&token, &set), Err(JwsError::Signature), "{member}");
    }
}

#[test]
fn shapes_refused() {
    let set = keys(&[TestKey::rsa().named("k")]);
    let rsa = TestKey::rsa();
    let signed = |header: &str, payload: &str| {
        let text = format!("{}.{}", b64(header), b64(payload));
        format!("{text}.{}", b64(rsa.sign("RS256", text.as_bytes())))
    };
    let good = signed(r#"{"alg":"RS256"}"#, "{}");
    assert!(verify(&good, &set).is_ok());
    for (token, code) in [
        (String::new(), Code::OidcTokenMalformed),
        ("a.b".to_owned(), Code::OidcTokenMalformed),
        ("a.b.c.d".to_owned(), Code::OidcTokenMalformed),
        ("a.b.c.d.e.f".to_owned(), Code::OidcTokenMalformed),
        ("a.b.c.d.e".to_owned(), Code::OidcTokenEncrypted),
        (signed(r#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#, "{}"), Code::OidcTokenEncrypted),
        (signed(r#"{"alg":"RS256","alg":"RS256"}"#, "{}"), Code::OidcTokenMalformed),
        (signed(r#"{"alg":"RS256"}"#, r#"{"sub":"a","sub":"b"}"#), Code::OidcTokenMalformed),
        (signed(r#"{"alg":"RS256"}"#, "[]"), Code::OidcTokenMalformed),
        (signed(r#"{"alg":"RS256","crit":["x"],"x":1}"#, "{}"), Code::OidcTokenMalformed),
        (signed(r#"{"alg":"RS256","b64":false}"#, "{}"), Code::OidcTokenMalformed),
        (signed(r#"{"alg":"RS256","kid":7}"#, "{}"), Code::OidcTokenMalformed),
        (signed(r#"{"alg":"RS256","typ":"logout+jwt"}"#, "{}"), Code::OidcTokenMalformed),
        (signed(r#"{"alg":256}"#, "{}"), Code::OidcTokenMalformed),
        (signed("{}", "{}"), Code::OidcTokenMalformed),
        (format!("{good}="), Code::OidcTokenMalformed),
        (format!(" {good}"), Code::OidcTokenMalformed),
        (format!("{good}\n"), Code::OidcTokenMalformed),
        (good.replacen('.', "..", 1), Code::OidcTokenMalformed),
        ("a".repeat(MAX_BYTES + 1), Code::OidcTokenMalformed),
    ] {
        let error = verify(&token, &set).unwrap_err();
        assert_eq!(error.code(), code, "{error}: {}", &token[..token.len().min(80)]);
    }
}

#[test]
fn bad_keys_are_left_out_one_by_one() {
    let good = TestKey::rsa().named("good");
    let with = |name: &str, value: Value| {
        let mut jwk = TestKey::rsa().named("bad");
        jwk[name] = value;
        jwk
    };
    let mut off_curve = TestKey::ec("P-256").named("bad");
    off_curve["y"] = off_curve["x"].clone();
    let mut short = TestKey::ec("P-256").named("bad");
    short["x"] = b64([1u8; 31]).into();
    for bad in [
        with("use", "enc".into()),
        with("key_ops", json!(["encrypt"])),
        with("alg", "RSA-OAEP".into()),
        with("alg", "ES256".into()),
        with("kty", "oct".into()),
        with("kty", json!(1)),
        with("n", b64([0xffu8; 128]).into()),
        with("n", "not base64!".into()),
        with("e", b64([1u8]).into()),
        with("e", b64([2u8]).into()),
        with("e", b64([0u8]).into()),
        with("kid", "k".repeat(2_000).into()),
        off_curve,
        short,
        json!({"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"}),
        json!({"kty": "OKP", "crv": "X25519", "x": b64([9u8; 32])}),
        json!({"kty": "OKP", "crv": "Ed25519", "x": b64([9u8; 31])}),
        json!({}),
        json!("text"),
        json!(null),
    ] {
        let set = keys(&[bad.clone(), good.clone()]);
        assert_eq!(set.kids().collect::<Vec<_>>(), ["good"], "{bad}");
    }
    let mut signed = TestKey::rsa().named("good");
    let modulus = URL_SAFE_NO_PAD.decode(signed["n"].as_str().unwrap()).unwrap();
    signed["n"] = b64([vec![0], modulus].concat()).into();
    let token = TestKey::rsa().token(&json!({"alg": "RS256", "kid": "good"}), &json!({}));
    assert!(verify(&token, &keys(&[signed])).is_ok());
}

#[test]
fn key_sets_are_bounded() {
    let many = vec![TestKey::rsa().named("k"); 150];
    assert_eq!(keys(&many).len(), super::super::jwk::MAX_KEYS);
    assert!(KeySet::read(&vec![b' '; super::super::jwk::MAX_BYTES + 1]).is_err());
    for text in ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[],"keys":[]}"#] {
        assert!(KeySet::read(text.as_bytes()).is_err(), "{text}");
    }
    assert!(KeySet::read(br#"{"keys":[]}"#).unwrap().is_empty());
}

#[test]
fn half_hashes() {
    // OpenID Connect Core appendix A.3.
    let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
    assert_eq!(Algorithm::RS256.half_hash(token), "77QmUPtjPfzWtF2AnpK9RQ");
}

proptest::proptest! {
    #[test]
    fn nothing_unsigned_is_believed(
        header in "\\PC{0,40}", payload in "\\PC{0,40}", signature in "[A-Za-z0-9_-]{0,400}",
    ) {
        let set = keys(&[TestKey::rsa().named("k")]);
        for header in [header.as_str(), r#"{"alg":"RS256"}"#, r#"{"alg":"RS256","kid":"k"}"#] {
            let token = format!("{}.{}.{signature}", b64(header), b64(&payload));
            proptest::prop_assert!(verify(&token, &set).is_err());
        }
        proptest::prop_assert!(verify(&payload, &set).is_err());
    }

    #[test]
    fn any_bytes_are_a_key_set_or_not(bytes in proptest::collection::vec(0u8.., 0..200)) {
        let _ = KeySet::read(&bytes);
    }
}
