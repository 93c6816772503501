//! Switched off: nobody may be left without a way in.

use super::*;

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
