//! Switched off: nobody may be left without a way in.

use doorward::jobs::logouts;

use super::*;
use crate::support::receiver::{Receiver, app_told_at};

#[test]
fn it_is_not_switched_off_while_somebody_has_no_other_way_in() {
    run(async {
        let ready = Ready::new().await;
        ready.arrive("bob@acme.test").await;
        ready.arrive("cyd@acme.test").await;
        assert_eq!(ready.shown().await["people"]["without_password"], 2);
        let off = json!({ "mode": "off" });
        let refused = ready.put(&off).await;
        assert_eq!((refused.status, &refused.json["code"]), (409, &json!("no_way_in")));
        let detail = refused.json["detail"].as_str().unwrap();
        assert!(
            detail.contains("no password: 2.") && detail.contains("password-links"),
            "{detail}"
        );
        assert_eq!(ready.shown().await["mode"], "optional");
        // One gets a password, the other is shut out anyway.
        let (_, list) = ready.root.get(&ready.house, "/users").await;
        let id = |email: &str| {
            let items = list["items"].as_array().unwrap();
            let found = items.iter().find(|item| item["email"] == email).unwrap();
            found["id"].as_str().unwrap().to_owned()
        };
        local::set_password(&ready.house, &ready.root, &id("bob@acme.test")).await;
        assert_eq!(ready.put(&off).await.status, 409);
        let cyd = format!("/users/{}", id("cyd@acme.test"));
        patch(&ready.house, &ready.root, &cyd, &json!({ "disabled": true })).await;
        let done = ready.put(&off).await;
        assert_eq!((done.status, &done.json["mode"]), (200, &json!("off")), "{}", done.json);
        let mut bob = Browser::new();
        let answer = ready.by_password(&mut bob, "bob@acme.test").await;
        assert!(is_in(&ready.house, &mut bob).await, "{} {}", answer.status, answer.body);
        // What is off stays off, whoever is made meanwhile.
        assert_eq!(ready.put(&off).await.status, 200);
    });
}

/// Not offered any more, or not allowed: what was opened through a provider goes on or ends, as
/// whoever decides that says.
#[test]
fn sessions_through_the_provider_go_on_or_end() {
    run(async {
        for (way, running, goes_on) in [
            ("off", "keep", true),
            ("off", "end", false),
            ("plan", "keep", true),
            ("plan", "end", false),
        ] {
            let house = house::open_among_private().await;
            let acme = Tenant::open(&house, "acme").await;
            let other = Tenant::open(&house, "other").await;
            let root = Admin::open(&house, None).await;
            let receiver = Receiver::start();
            let wiki = app_told_at(&house, "Wiki", Some(receiver.address.clone())).await;
            let (mut ann, mut bob) = (Browser::new(), Browser::new());
            acme.sign_in(&house, &mut ann, ANN).await;
            other.sign_in(&house, &mut bob, "bob@other.test").await;
            // Nobody is left without a way in.
            local::with_password(&house, &root, acme.organization.as_str(), "cy@acme.test").await;
            let (_, users) = root.get(&house, "/users?limit=200").await;
            let ann_id = users["items"].as_array().unwrap().iter().find(|u| u["email"] == ANN);
            let id = ann_id.unwrap()["id"].as_str().unwrap().to_owned();
            local::set_password(&house, &root, &id).await;
            house.wait(60_000);
            let through = [("connection", acme.connection.as_str())];
            let asked = house.get(&mut ann, &authorize(&wiki, &through)).await;
            acme.vouch(&house, &mut ann, &asked, ANN).await;
            logouts::all_due(&house.hub).await.unwrap();
            let before = receiver.told().len();
            let body = json!({"mode": if way == "off" { "off" } else { "optional" },
                "running_sessions": running});
            let put = put(&house, &root, &acme, &body).await;
            assert_eq!(put.status, 200, "{}", put.json);
            assert_eq!(put.json["running_sessions"], running);
            if way == "plan" {
                assert!(is_in(&house, &mut ann).await);
                let path = format!("/organizations/{}", acme.organization);
                let patched = patch(&house, &root, &path, &json!({"sso_allowed": false})).await;
                assert_eq!(patched.status, 200, "{}", patched.json);
            }
            assert_eq!(is_in(&house, &mut ann).await, goes_on, "{way} {running}");
            assert!(is_in(&house, &mut bob).await, "another organization's");
            logouts::all_due(&house.hub).await.unwrap();
            let told = receiver.told().len() - before;
            assert_eq!(told, usize::from(!goes_on), "{way} {running}");
        }
    });
}
