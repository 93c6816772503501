//! Rehearsals: password and second factor in earnest, and nothing else comes of it.

use actix_web::http::StatusCode;
use doorward::model::time::{DAY, MINUTE};
use doorward::store::{Page, notices, sessions};
use serde_json::{Value, json};

use super::house::{self, Browser, PASSWORD, run};
use crate::support::admin::Admin;
use crate::support::door::{EMAIL, add_app, add_codes, code, is_in, owner, press, require, trail};
use crate::support::tenant::Tenant;

#[test]
fn one_press_one_sign_in_and_it_counts() {
    run(async {
        let house = house::open().await;
        let admin = Admin::open(&house, None).await;
        let mut browser = Browser::new();
        house.set_up(&mut browser).await;
        let app = add_app(&house, &mut browser).await;
        let (home, _) = owner(&house).await;
        require(&house, &home, true).await;
        let (_, before) = admin.get(&house, "/owners").await;
        let before = &before["items"][0];
        assert_eq!((&before["last_drill_at"], &before["drill_due"]), (&Value::Null, &json!(true)));
        assert_eq!((&before["has_totp"], &before["can_sign_in"]), (&json!(true), &json!(true)));
        let count = || house.read(|tx| sessions::list(tx, None, None, &Page::first(50)));
        let held = count().await;

        let started = press(&house, &mut browser, "/owner/drill").await;
        let address = started.header("location").replace("http://localhost:8080", "");
        assert!(address.starts_with("/owner?drill="), "{address}");
        let page = house.get(&mut browser, &address).await;
        assert!(page.body.contains("This is a rehearsal"), "{}", page.body);
        let token = page.field("drill");
        let fields = [("email", EMAIL), ("password", PASSWORD), ("drill", token.as_str())];
        let answer = house.fill(&mut browser, &address, &fields).await;
        assert_eq!(answer.header("location"), "http://localhost:8080/owner/second");
        let answer = code(&house, &mut browser, &app.wrong(&house)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        let answer = code(&house, &mut browser, &app.code(&house)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert!(answer.body.contains("Rehearsal passed"), "{}", answer.body);

        // No session more or less, nobody alarmed, and it is written down.
        assert_eq!(count().await, held);
        assert!(is_in(&house, &mut browser).await);
        assert!(house.read(|tx| notices::list(tx, None, None, &Page::first(5))).await.is_empty());
        let trail = trail(&house).await;
        assert!(trail.contains(&"owner.drill_start".to_owned()), "{trail:?}");
        assert!(trail.contains(&"owner.drill_pass".to_owned()), "{trail:?}");
        assert!(!trail.contains(&"owner.break_glass".to_owned()), "{trail:?}");
        house.wait(91 * DAY);
        let (_, after) = admin.get(&house, "/owners").await;
        let after = &after["items"][0];
        assert_eq!((&after["days_since_drill"], &after["drill_due"]), (&json!(91), &json!(true)));
        let (_, organization) = admin.get(&house, &format!("/organizations/{home}")).await;
        assert_eq!(organization["days_since_drill"], 91);
        let (_, enforcement) =
            admin.get(&house, &format!("/organizations/{home}/enforcement")).await;
        let check = |name: &str| {
            let checks = enforcement["checks"].as_array().unwrap();
            checks.iter().find(|check| check["name"] == name).unwrap().clone()
        };
        assert_eq!(check("owner_ready")["passed"], true);
        assert_eq!(check("drill")["passed"], false);
        assert!(check("drill")["received"].as_str().unwrap().starts_with("91"), "{enforcement}");
    });
}

#[test]
fn a_drill_from_the_api_is_passed_in_any_browser_once() {
    run(async {
        let house = house::open().await;
        let mut browser = Browser::new();
        house.set_up(&mut browser).await;
        let acme = Tenant::open(&house, "acme").await;
        let (root, own) =
            (Admin::open(&house, None).await, Admin::open(&house, Some(&acme.organization)).await);
        let (status, started) = root.post(&house, "/owners/drill", &json!({})).await;
        assert_eq!(status, 200, "{started}");
        let address = started["url"].as_str().unwrap().replace("http://localhost:8080", "");
        let mut other = Browser::at("198.51.100.9:1");
        let try_at = async |browser: &mut Browser, address: &str| {
            let token = house.get(browser, address).await.field("drill");
            let fields = [("email", EMAIL), ("password", PASSWORD), ("drill", token.as_str())];
            house.fill(browser, address, &fields).await
        };
        // Without a second factor there is nothing to rehearse.
        let answer = try_at(&mut other, &address).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.body.contains("no second factor yet"), "{}", answer.body);
        assert!(other.cookie("doorward-session").is_none());

        let codes = add_codes(&house, &mut browser).await;
        // One of another organization is not this owner's to pass, and uses no code up.
        let (_, foreign) = own.post(&house, "/owners/drill", &json!({})).await;
        assert_eq!(foreign["organization"], json!(acme.organization));
        let elsewhere = foreign["url"].as_str().unwrap().replace("http://localhost:8080", "");
        try_at(&mut other, &elsewhere).await;
        let answer = code(&house, &mut other, &codes[0]).await;
        assert_eq!(answer.header("location"), "http://localhost:8080/owner");
        let home = root.get(&house, "/owners").await.1["items"][0]["organization"].clone();
        let refused = own.post(&house, "/owners/drill", &json!({ "organization": home })).await;
        assert_eq!(refused.0, 422);

        try_at(&mut other, &address).await;
        let answer = code(&house, &mut other, &codes[0]).await;
        assert!(answer.body.contains("Rehearsal passed"), "{}", answer.body);
        assert!(other.cookie("doorward-session").is_none());
        // Once.
        try_at(&mut other, &address).await;
        let answer = code(&house, &mut other, &codes[1]).await;
        assert_eq!(answer.header("location"), "http://localhost:8080/owner");
        // And not for ever.
        let (_, late) = root.post(&house, "/owners/drill", &json!({})).await;
        let late = late["url"].as_str().unwrap().replace("http://localhost:8080", "");
        house.wait(31 * MINUTE);
        try_at(&mut other, &late).await;
        let answer = code(&house, &mut other, &codes[1]).await;
        assert_eq!(answer.header("location"), "http://localhost:8080/owner");
        let left = &root.get(&house, "/owners").await.1["items"][0]["recovery_codes_left"];
        assert_eq!(*left, 9);
    });
}
