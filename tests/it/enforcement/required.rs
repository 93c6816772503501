//! Required: how it begins, what it changes for whom, what it keeps from being taken away, and
//! how it ends.

use doorward::model::time::HOUR;

use super::*;
use crate::support::door::press;

const BOB: &str = "bob@acme.test";

impl Ready {
    /// Bob has a password; gives a browser in which he signed in with it.
    async fn with_bob(&self) -> Browser {
        self.hold("acme.test").await;
        local::with_password(&self.house, &self.root, &self.home, BOB).await;
        self.let_in().await
    }

    async fn let_in(&self) -> Browser {
        let mut bob = Browser::new();
        let answer = self.by_password(&mut bob, BOB).await;
        assert!(is_in(&self.house, &mut bob).await, "{} {}", answer.status, answer.body);
        bob
    }

    /// Bob's password is not taken: his way leads to the provider.
    async fn points_to_the_provider(&self) {
        let mut bob = Browser::new();
        let answer = self.by_password(&mut bob, BOB).await;
        assert_eq!(answer.status.as_u16(), 303, "{}", answer.body);
        assert!(answer.header("location").starts_with(&self.provider.issuer), "{}", answer.body);
        assert!(!is_in(&self.house, &mut bob).await);
    }
}

#[test]
fn it_is_in_force_at_once_and_undone_at_once() {
    run(async {
        let mut ready = Ready::new().await;
        let mut before = ready.with_bob().await;
        // A page that was open before.
        let mut open = Browser::new();
        let page = ready.house.fill(&mut open, "/login", &[("email", BOB)]).await;
        let done = ready.put(&json!({ "mode": "required" })).await;
        assert_eq!(done.status, 200, "{}", done.json);
        assert_eq!(
            (&done.json["in_force"], &done.json["mode"]),
            (&json!(true), &json!("required"))
        );
        assert_eq!(done.json["exempt"][0]["ready"], true);
        assert_eq!(done.json["people"]["not_linked"][0]["email"], BOB);
        ready.points_to_the_provider().await;
        let late = local::type_in(&ready.house, &mut open, &page, (BOB, PASSWORD)).await;
        assert_eq!(late.status.as_u16(), 403);
        assert!(late.body.contains("through its own identity provider"), "{}", late.body);
        // Whoever was in stays, as was said; owners have their own door.
        assert!(is_in(&ready.house, &mut before).await);
        ready.come_in().await;
        ready.arrive("cyd@acme.test").await;
        let ending = json!({ "mode": "required", "running_sessions": "end" });
        assert_eq!(ready.put(&ending).await.status, 200);
        assert!(!is_in(&ready.house, &mut before).await);
        assert!(is_in(&ready.house, &mut ready.ann).await);

        assert_eq!(ready.put(&json!({ "mode": "optional" })).await.status, 200);
        ready.let_in().await;
    });
}

#[test]
fn it_comes_into_force_at_its_start() {
    run(async {
        let mut ready = Ready::new().await;
        let mut before = ready.with_bob().await;
        let start = ready.house.hub.now().plus(HOUR).rfc3339();
        let body = json!({ "mode": "required", "starts_at": start, "running_sessions": "end" });
        let done = ready.put(&body).await;
        assert_eq!(done.status, 200, "{}", done.json);
        assert_eq!(
            (&done.json["in_force"], &done.json["starts_at"]),
            (&json!(false), &json!(start))
        );
        ready.let_in().await;
        assert!(is_in(&ready.house, &mut before).await);
        ready.house.wait(HOUR);
        assert_eq!(ready.shown().await["in_force"], true);
        assert!(!is_in(&ready.house, &mut before).await);
        ready.points_to_the_provider().await;
        ready.come_in().await;
    });
}

#[test]
fn meanwhile_the_ways_in_stay() {
    run(async {
        let mut ready = Ready::new().await;
        let start = ready.house.hub.now().plus(HOUR).rfc3339();
        for body in
            [json!({ "mode": "required", "starts_at": start }), json!({ "mode": "required" })]
        {
            assert_eq!(ready.put(&body).await.status, 200);
            let (house, root) = (&ready.house, &ready.root);
            let connection = format!("/connections/{}", ready.connection);
            let organization = format!("/organizations/{}", ready.home);
            let gone = root.call(house, ("DELETE", &connection), Some("*"), &Value::Null).await;
            for refused in [
                patch(house, root, &connection, &json!({ "disabled": true })).await,
                patch(house, root, &organization, &json!({ "sso_allowed": false })).await,
                gone,
            ] {
                assert_eq!((refused.status, &refused.json["code"]), (409, &json!("sso_required")));
            }
            ready.come_in().await;
            let stays = press(&ready.house, &mut ready.ann, "/owner/factors/totp/remove").await;
            assert_eq!(stays.status.as_u16(), 409, "{}", stays.body);
        }
        // How people find the way there stays as well: the login path, or a domain.
        let (house, root) = (&ready.house, &ready.root);
        Tenant::bare(house, "globex").await;
        let organization = format!("/organizations/{}", ready.home);
        let with_path = patch(house, root, &organization, &json!({ "path": "acme" })).await;
        assert_eq!(with_path.status, 200, "{}", with_path.json);
        let held = format!("{organization}/domains/acme.test");
        let added = root.call(house, ("PUT", &held), None, &json!({})).await;
        assert!(added.status < 300, "{}", added.json);
        assert_eq!(root.post(house, &format!("{held}/accept"), &json!({})).await.0, 200);
        // One of two may go, the last may not, and one that proves nothing always may.
        let without = json!({ "path": null });
        assert_eq!(patch(house, root, &organization, &without).await.status, 200);
        let last = root.call(house, ("DELETE", &held), None, &Value::Null).await;
        assert_eq!((last.status, &last.json["code"]), (409, &json!("sso_required")));
        assert_eq!(root.get(house, &held).await.0, 200, "it is still there");
        patch(house, root, &organization, &json!({ "path": "acme" })).await;
        let one = root.call(house, ("DELETE", &held), None, &Value::Null).await;
        assert_eq!(one.status, 204, "{}", one.json);
        let last = patch(house, root, &organization, &without).await;
        assert_eq!((last.status, &last.json["code"]), (409, &json!("sso_required")));
        // A change of the provider goes through its test as ever, and the rule stands.
        ready.put_draft(100).await;
        ready.goes_live().await;
        let shown = ready.shown().await;
        assert_eq!((&shown["mode"], &shown["in_force"]), (&json!("required"), &json!(true)));
        ready.arrive("cyd@acme.test").await;
        // And so does the way back.
        let path = format!("/connections/{}/return", ready.connection);
        ready.put_draft(101).await;
        ready.goes_live().await;
        let back = ready.root.call(&ready.house, ("POST", &path), Some("*"), &Value::Null).await;
        assert_eq!(back.status, 200, "{}", back.json);
        assert_eq!(ready.shown().await["in_force"], true);
    });
}
