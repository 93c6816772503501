//! Addresses an app asked to be answered at and has not registered: shown to those who may
//! register them, and registered by nothing that a stranger does.

use serde_json::{Value, json};

use crate::house::{self, Browser, House, run};
use crate::support::admin::Admin;
use crate::support::tenant::{CALLBACK, Tenant, app, authorize};

async fn ask(house: &House, app: &doorward::model::id::AppId, address: &str) {
    let other = url::form_urlencoded::byte_serialize(address.as_bytes()).collect::<String>();
    let usual = url::form_urlencoded::byte_serialize(CALLBACK.as_bytes()).collect::<String>();
    let link = authorize(app, &[]).replace(&usual, &other);
    let answer = house.get(&mut Browser::new(), &link).await;
    assert!(answer.header("location").is_empty(), "{}", answer.header("location"));
}

/// A stranger who knows the app's identifier asks in its name to be answered at their own host.
#[test]
fn what_a_stranger_asks_for_is_shown_with_its_host_and_registered_by_nobody() {
    run(async {
        let house = house::open().await;
        let wiki = app(&house).await;
        let root = Admin::open(&house, None).await;
        let path = format!("/apps/{wiki}");
        let (_, before) = root.get(&house, &path).await;
        for (address, host, known, fit) in [
            ("https://evil.test/cb", "evil.test", false, true),
            ("https://wiki.test.evil.test/cb", "wiki.test.evil.test", false, true),
            ("https://wiki.test@evil.test/cb", "evil.test", false, false),
            ("https://w\u{456}ki.test/cb", "xn--wki-jhd.test", false, true),
            ("https://wiki.test/cb\u{200b}", "wiki.test", true, false),
            ("http://wiki.test/cb", "wiki.test", false, false),
            ("https://wiki.test:8443/cb", "wiki.test", false, true),
            ("https://*.wiki.test/cb", "*.wiki.test", false, false),
            ("javascript:alert(1)//wiki.test/cb", "", false, false),
            (&format!("https://wiki.test/{}", "x".repeat(600)), "wiki.test", true, false),
            ("https://wiki.test/oauth/callback", "wiki.test", true, true),
        ] {
            house.wait(1_000);
            ask(&house, &wiki, address).await;
            let (status, found) = root.get(&house, &format!("{path}/redirect-mismatches")).await;
            assert_eq!(status, 200, "{found}");
            let items = found["items"].as_array().unwrap();
            let newest = items.iter().max_by_key(|item| item["last_at"].as_str().unwrap()).unwrap();
            assert_eq!(newest["host"].as_str().unwrap_or(""), host, "{newest}");
            assert_eq!(newest["known_origin"], json!(known), "{newest}");
            assert_eq!(newest["unfit"].is_null(), fit, "{newest}");
            // What the list calls fit is what registering takes, and nothing else.
            if fit {
                assert_eq!(newest["redirect_uri"], json!(address));
            }
            let body = json!({"redirect_uris": [CALLBACK, newest["redirect_uri"]]});
            let tried = root.call(&house, ("PATCH", &path), Some("*"), &body).await;
            if fit {
                assert_eq!(tried.status, 200, "{}", tried.json);
                let (_, left) = root.get(&house, &format!("{path}/redirect-mismatches")).await;
                let left = left["items"].as_array().unwrap();
                assert!(left.iter().all(|one| one["redirect_uri"] != json!(address)), "{address}");
                let back = json!({"redirect_uris": [CALLBACK]});
                root.call(&house, ("PATCH", &path), Some("*"), &back).await;
            }
        }
        let (_, after) = root.get(&house, &path).await;
        assert_eq!(before["redirect_uris"], after["redirect_uris"]);
        // Those where the app is known come first, so that a flood does not hide them.
        let (_, found) = root.get(&house, &format!("{path}/redirect-mismatches")).await;
        let known: Vec<_> = found["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["known_origin"] == true)
            .collect();
        assert!(known.is_sorted_by(|one, other| one >= other), "{known:?}");
    });
}

#[test]
fn they_are_for_those_who_may_register_them() {
    run(async {
        let house = house::open().await;
        let wiki = app(&house).await;
        ask(&house, &wiki, "https://wiki.test/other").await;
        let acme = Tenant::bare(&house, "acme").await;
        let admin = Admin::open(&house, Some(&acme)).await;
        let (status, told) = admin.get(&house, &format!("/apps/{wiki}/redirect-mismatches")).await;
        assert_eq!(status, 403);
        assert!(!told.to_string().contains("wiki.test"));
        let root = Admin::open(&house, None).await;
        let path = format!("/apps/{wiki}/redirect-mismatches");
        let times = |found: (u16, Value)| found.1["items"][0]["times"].clone();
        ask(&house, &wiki, "https://wiki.test/other").await;
        assert_eq!(times(root.get(&house, &path).await), json!(2));
        // They are forgotten after a week.
        house.wait(8 * 24 * 3_600_000);
        assert_eq!(root.get(&house, &path).await.1["items"], json!([]));
    });
}
