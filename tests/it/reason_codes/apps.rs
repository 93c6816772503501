//! What apps do wrong with the code they were given, and when they ask.

use doorward::model::id::AppId;
use serde_json::{Value, json};

use super::{Told, assert_attempt, assert_told};
use crate::house::{self, Answer, Browser, House, run};
use crate::support::admin::Admin;
use crate::support::tenant::{CALLBACK, Tenant, app, authorize, sent};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

async fn code(house: &House, acme: &Tenant, wiki: &AppId) -> String {
    let mut ann = Browser::new();
    let link = authorize(wiki, &[("organization", "acme")]);
    let asked = house.get(&mut ann, &link).await;
    let done = acme.vouch(house, &mut ann, &asked, "ann@acme.test").await;
    sent(&done, "code").expect("a code")
}

async fn redeem(house: &House, app: &AppId, code: &str, changes: (&str, &str)) -> Answer {
    let (redirect_uri, verifier) = changes;
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", app.as_str()),
        ("code", code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", verifier),
    ];
    house.post(&mut Browser::new(), "/oauth2/token", &fields).await
}

/// The newest attempts, newest first.
async fn newest(house: &House, admin: &Admin, query: &str) -> Vec<Value> {
    let path = format!("/attempts{query}");
    let listed = admin.call(house, ("GET", &path), None, &Value::Null).await;
    listed.json["items"].as_array().unwrap().clone()
}

#[test]
fn a_misused_code_is_recorded_and_the_app_reads_what_it_always_did() {
    const SOUND: (&str, &str) = (CALLBACK, VERIFIER);
    const OTHER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl";
    const NEAR: &str = "https://wiki.test/cb/";
    let who = "app_owner";
    let pkce = ("code_verifier", "the code_challenge", "another one");
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let (wiki, other) = (app(&house).await, app(&house).await);
        let admin = Admin::open(&house, Some(&acme.organization)).await;
        for (asked, reused, waited, by, told, description) in [
            (
                SOUND,
                true,
                0,
                &wiki,
                ("app_code_reused", ("code", "first use", "used before"), None),
                "the code was used before",
            ),
            (
                (CALLBACK, OTHER),
                false,
                0,
                &wiki,
                ("app_code_pkce_mismatch", pkce, None),
                "code_verifier does not fit the code_challenge",
            ),
            (
                (NEAR, VERIFIER),
                false,
                0,
                &wiki,
                ("app_code_redirect_uri_mismatch", ("redirect_uri", CALLBACK, NEAR), Some("slash")),
                "redirect_uri is not the one asked for",
            ),
            (
                SOUND,
                false,
                61_000,
                &wiki,
                ("app_code_expired", ("code_age", "at most 1 min 0 s", "1 min 1 s"), None),
                "the code has expired",
            ),
            (
                SOUND,
                false,
                0,
                &other,
                ("app_code_of_another_app", ("client_id", "", ""), None),
                "the code was given to another client",
            ),
        ] {
            let code = code(&house, &acme, &wiki).await;
            if reused {
                assert_eq!(redeem(&house, &wiki, &code, SOUND).await.status, 200);
            }
            house.wait(waited);
            let answer = redeem(&house, by, &code, asked).await;
            assert_eq!(answer.status, 400, "{}", answer.body);
            let body: Value = serde_json::from_str(&answer.body).unwrap();
            let expected = json!({"error": "invalid_grant", "error_description": description});
            assert_eq!(body, expected);
            let (text, check, difference) = told;
            let told = Told { code: text, who, check, difference };
            let found = newest(&house, &admin, &format!("?code={text}")).await;
            assert_eq!(found.len(), 1, "{text}");
            assert_attempt(&found[0], &told);
            assert_eq!(found[0]["app"], wiki.as_str());
            assert_eq!(found[0]["organization"], acme.organization.as_str());
            assert!(found[0]["user"].is_string(), "{:#}", found[0]);
            let alone = admin.attempt(&house, found[0]["reference"].as_str().unwrap()).await;
            assert_eq!((&alone["fixes"], &alone["advice"]), (&json!([]), &Value::Null));
            assert!(!found[0].to_string().contains(&code), "the code is nowhere");
            house.wait(1_000);
        }
        // Nothing is known of a code that was never given.
        let before = newest(&house, &admin, "").await.len();
        let unknown = redeem(&house, &wiki, "never", SOUND).await;
        assert!(unknown.body.contains("the code is unknown"), "{}", unknown.body);
        assert_eq!(newest(&house, &admin, "").await.len(), before);
    });
}

#[test]
fn a_flood_of_misused_codes_is_bounded_and_answered_alike() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let wiki = app(&house).await;
        let admin = Admin::open(&house, None).await;
        let code = code(&house, &acme, &wiki).await;
        for _ in 0..100 {
            let answer = redeem(&house, &wiki, &code, (CALLBACK, "x")).await;
            assert_eq!(answer.status, 400);
            assert!(answer.body.contains("invalid_grant"), "{}", answer.body);
        }
        let kept = newest(&house, &admin, "?limit=200").await;
        let misuse =
            kept.iter().filter(|a| a["code"].as_str().is_some_and(|c| c.starts_with("app_code")));
        assert_eq!(misuse.count(), 60);
    });
}

#[test]
fn an_address_that_is_nearly_the_registered_one() {
    run(async {
        let house = house::open().await;
        let wiki = app(&house).await;
        let admin = Admin::open(&house, None).await;
        let link = authorize(&wiki, &[]).replace("%2Fcb&", "%2Fcb%2F&");
        let page = house.get(&mut Browser::new(), &link).await;
        let told = Told {
            code: "redirect_uri_mismatch",
            who: "app_owner",
            check: ("redirect_uri", CALLBACK, "https://wiki.test/cb/"),
            difference: Some("slash"),
        };
        let attempt = assert_told(&house, &admin, &page, &told).await;
        assert_eq!(attempt["app"], wiki.as_str());
    });
}
