//! The life of signing keys, and what they sign.

use std::collections::BTreeSet;

use super::*;
use crate::model::rng::SystemRng;
use crate::model::time::HOUR;

const START: Millis = Millis(1_790_000_000_000);

fn store(folder: &tempfile::TempDir) -> Store {
    Store::open(&folder.path().join("doorward.db")).unwrap()
}

fn sealer() -> Sealer {
    Sealer::from_key([7; 32])
}

fn kids(jwks: &Value) -> BTreeSet<String> {
    let keys = jwks["keys"].as_array().unwrap();
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

fn kid(token: &str) -> String {
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_first_start_signs_at_once_and_the_next_start_knows_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder);
    let ring = Ring::open(&store, &sealer(), &SystemRng, START).await.unwrap();
    let active = kids(&ring.jwks());
    assert_eq!(active.len(), 3, "one of each algorithm, which is all a first start waits for");
    assert!(ring.rotate(&store, &sealer(), &SystemRng, START).await.unwrap());
    assert_eq!(kids(&ring.jwks()).len(), 6, "active and next of three algorithms");
    assert!(kids(&ring.jwks()).is_superset(&active));
    let again = Ring::open(&store, &sealer(), &SystemRng, START.plus(HOUR)).await.unwrap();
    assert_eq!(kids(&again.jwks()), kids(&ring.jwks()));
    for algorithm in SigningAlgorithm::ALL {
        let token = ring.sign(algorithm, "JWT", &json!({ "sub": "x" })).unwrap();
        assert_eq!(again.verify_own(&token, "JWT"), Some(json!({ "sub": "x" })), "{algorithm:?}");
    }
    let other = Sealer::from_key([8; 32]);
    let wrong = Ring::open(&store, &other, &SystemRng, START).await;
    assert!(matches!(wrong, Err(KeyError::Seal(_))));
}

#[tokio::test]
async fn the_jwks_has_public_halves_only() {
    let folder = tempfile::tempdir().unwrap();
    let ring = Ring::open(&store(&folder), &sealer(), &SystemRng, START).await.unwrap();
    for key in ring.jwks()["keys"].as_array().unwrap() {
        let names: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
        let expected: &[&str] = match key["kty"].as_str().unwrap() {
            "RSA" => &["alg", "e", "kid", "kty", "n", "use"],
            "EC" => &["alg", "crv", "kid", "kty", "use", "x", "y"],
            _ => &["alg", "crv", "kid", "kty", "use", "x"],
        };
        assert_eq!(names, expected);
        if key["kty"] == "RSA" {
            assert_eq!(key["e"], "AQAB");
            assert_eq!(URL_SAFE_NO_PAD.decode(key["n"].as_str().unwrap()).unwrap().len(), 256);
        }
    }
}

#[tokio::test]
async fn tokens_that_are_not_ours_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let ring = Ring::open(&store(&folder), &sealer(), &SystemRng, START).await.unwrap();
    let token = ring.sign(SigningAlgorithm::ES256, "JWT", &json!({ "sub": "x" })).unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let header = |alg: &str, typ: &str| {
        let header = json!({ "alg": alg, "kid": kid(&token), "typ": typ });
        URL_SAFE_NO_PAD.encode(header.to_string())
    };
    let payload = URL_SAFE_NO_PAD.encode(json!({ "sub": "y" }).to_string());
    for forged in [
        String::new(),
        "..".to_owned(),
        format!("{}.{}", parts[0], parts[1]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{payload}.{}", parts[0], parts[2]),
        format!("{}.{}.", header("none", "JWT"), parts[1]),
        format!("{}.{}.{}", header("HS256", "JWT"), parts[1], parts[2]),
        format!("{}.{}.{}", header("ES256", "at+jwt"), parts[1], parts[2]),
        format!("{token}.x"),
        format!("{token}{}", "A".repeat(MAX_TOKEN)),
    ] {
        assert_eq!(ring.verify_own(&forged, "JWT"), None, "{forged:.80}");
    }
    assert!(ring.verify_own(&token, "JWT").is_some());
    assert_eq!(ring.verify_own(&token, "logout+jwt"), None);
}

/// A year of an app that reads the JWKS once a day and keeps it all day.
#[tokio::test]
async fn a_daily_reader_never_misses_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder);
    let ring = Ring::open(&store, &sealer(), &SystemRng, START).await.unwrap();
    let mut signed_with = BTreeSet::new();
    let mut lately: Vec<(Millis, String)> = Vec::new();
    let mut known = kids(&ring.jwks());
    for hour in 0..365 * 24 {
        let now = START.plus(hour * HOUR);
        ring.rotate(&store, &sealer(), &SystemRng, now).await.unwrap();
        if hour % 24 == 13 {
            known = kids(&ring.jwks());
        }
        lately.retain(|(at, _)| now.since(*at) <= HOUR);
        for (_, token) in &lately {
            assert!(
                ring.verify_own(token, "JWT").is_some(),
                "hour {hour}: a token outlived its key"
            );
        }
        // RSA differs in nothing but its cost.
        for algorithm in [SigningAlgorithm::ES256, SigningAlgorithm::EdDSA] {
            let token = ring.sign(algorithm, "JWT", &json!({ "hour": hour })).unwrap();
            assert!(known.contains(&kid(&token)), "hour {hour}: an unknown key signed");
            signed_with.insert(kid(&token));
            lately.push((now, token));
        }
    }
    assert_eq!(signed_with.len(), 2 * 5, "five periods of 90 days began in the year");
    assert!(kids(&ring.jwks()).len() <= 9);
}

#[tokio::test]
async fn a_server_that_was_off_does_not_sign_with_an_unpublished_key() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder);
    let ring = Ring::open(&store, &sealer(), &SystemRng, START).await.unwrap();
    ring.rotate(&store, &sealer(), &SystemRng, START).await.unwrap();
    let published = kids(&ring.jwks());
    let late = START.plus(400 * DAY);
    let ring = Ring::open(&store, &sealer(), &SystemRng, late).await.unwrap();
    let token = ring.sign(SigningAlgorithm::RS256, "JWT", &json!({})).unwrap();
    assert!(published.contains(&kid(&token)));
    assert!(!ring.rotate(&store, &sealer(), &SystemRng, late).await.unwrap());
}

#[tokio::test]
async fn keys_that_were_written_and_not_taken_over_are_published_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder);
    let behind = Ring::open(&store, &sealer(), &SystemRng, START).await.unwrap();
    // Opening it makes the next keys.
    let ring = Ring::open(&store, &sealer(), &SystemRng, START).await.unwrap();
    assert_ne!(kids(&behind.jwks()), kids(&ring.jwks()));
    // Nothing is due any more, and what is there is shown.
    assert!(!behind.rotate(&store, &sealer(), &SystemRng, START).await.unwrap());
    assert_eq!(kids(&behind.jwks()), kids(&ring.jwks()));
}
