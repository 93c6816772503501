//! What is fetched when, and by whom.

use super::*;
use crate::model::code::Code;
use crate::upstream::oidc::provider_double::{DISCOVERY, Double, NOW, Page};
use crate::wire::jose::testing::TestKey;

async fn provider(double: &Double, now: Millis) -> Result<Arc<Provider>, Trouble> {
    double.directory.provider(&double.fetch, &double.issuer, now).await
}

#[tokio::test]
async fn kept_for_an_hour_and_longer_when_the_provider_is_down() {
    let double = Double::start();
    let first = provider(&double, NOW).await.unwrap();
    double.directory.keys(&double.fetch, &first, NOW).await.unwrap();
    for minutes in [1, 30, 60] {
        let now = NOW.plus(minutes * MINUTE);
        let provider = provider(&double, now).await.unwrap();
        double.directory.keys(&double.fetch, &provider, now).await.unwrap();
    }
    assert_eq!((double.count(DISCOVERY), double.count("/jwks")), (1, 1));
    // Gone: the last good copy serves, and the provider is asked once a minute at most.
    let down = Page(503, "text/plain", Vec::new());
    double.page(DISCOVERY, down.clone());
    double.page("/jwks", down);
    for seconds in [1, 2, 60, 62] {
        let now = NOW.plus(HOUR + seconds * SECOND);
        let provider = provider(&double, now).await.unwrap();
        double.directory.keys(&double.fetch, &provider, now).await.unwrap();
    }
    assert_eq!((double.count(DISCOVERY), double.count("/jwks")), (3, 3));
    // Back: the new copy is taken.
    double.describe("authorization_response_iss_parameter_supported", true);
    let back = provider(&double, NOW.plus(2 * HOUR)).await.unwrap();
    assert!(back.names_issuer);
}

#[tokio::test]
async fn many_callers_share_one_request() {
    let double = Arc::new(Double::start());
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let double = Arc::clone(&double);
            tokio::spawn(async move {
                let provider = provider(&double, NOW).await.unwrap();
                let seen = double.directory.keys(&double.fetch, &provider, NOW).await.unwrap();
                double.directory.newer_keys(&double.fetch, &provider, NOW, &seen).await.unwrap()
            })
        })
        .collect();
    for task in tasks {
        // Everybody gets the newer keys, or is told that they are as new as can be.
        task.await.unwrap();
    }
    assert_eq!((double.count(DISCOVERY), double.count("/jwks")), (1, 2));
}

#[tokio::test]
async fn failures_are_shared_too_but_not_for_long() {
    let double = Double::start();
    double.page(DISCOVERY, Page(500, "text/plain", Vec::new()));
    for (seconds, asked) in [(0, 1), (-1, 1), (2, 1), (3, 2), (4, 2)] {
        let trouble = provider(&double, NOW.plus(seconds * SECOND)).await.unwrap_err();
        assert_eq!(trouble.code, Code::UpstreamAnswer);
        assert_eq!(double.count(DISCOVERY), asked, "{seconds}");
    }
}

#[tokio::test]
async fn keys_that_moved_are_found_again() {
    let double = Double::start();
    let old = provider(&double, NOW).await.unwrap();
    let seen = double.directory.keys(&double.fetch, &old, NOW).await.unwrap();
    double.describe("jwks_uri", format!("{}/new-keys", double.issuer));
    double.page("/jwks", Page(404, "text/plain", Vec::new()));
    let keys = crate::wire::jose::testing::key_set(&[TestKey::other_rsa().named("k2")]);
    double.page("/new-keys", Page(200, "application/json", keys));
    let failed = double.directory.newer_keys(&double.fetch, &old, NOW, &seen).await;
    assert_eq!(failed.unwrap_err().code, Code::UpstreamAnswer);
    let new = provider(&double, NOW).await.unwrap();
    let keys = double.directory.keys(&double.fetch, &new, NOW).await.unwrap();
    assert!(keys.names("k2"));
}

#[test]
fn the_longest_unused_issuer_is_forgotten_first() {
    let directory = Directory::new();
    for n in 0..1_500 {
        directory.entry(&format!("https://idp{n}.example"), NOW.plus(n));
        directory.entry("https://busy.example", NOW.plus(n));
    }
    let entries = directory.entries.lock().unwrap();
    assert_eq!(entries.len(), CAPACITY);
    assert!(entries.contains_key("https://busy.example"));
    assert!(!entries.contains_key("https://idp0.example"));
    assert!(entries.contains_key("https://idp1499.example"));
}
