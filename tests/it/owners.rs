//! Owners of every organization: made, promoted, demoted, and never the last one.

use doorward::store::{Page, users};
use serde_json::{Value, json};

use super::house::{self, Browser, House, PASSWORD, run};
use crate::support::admin::Admin;
use crate::support::door::{EMAIL, owner, require};
use crate::support::tenant::Tenant;

/// Sets a password through a link; gives the browser it was done in.
async fn use_link(house: &House, made: &Value) -> Browser {
    let mut browser = Browser::new();
    let link = made["link"].as_str().unwrap();
    let fields = [("token", link), ("password", PASSWORD)];
    let answer = house.fill(&mut browser, "/owner/link", &fields).await;
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.body);
    browser
}

async fn demote(house: &House, admin: &Admin, path: &str) -> (u16, Value) {
    let etag = admin.call(house, ("GET", path), None, &Value::Null).await.etag;
    let called = admin.call(house, ("DELETE", path), Some(&etag), &Value::Null).await;
    (called.status, called.json)
}

#[test]
fn an_organization_gets_owners_of_its_own_and_keeps_one() {
    run(async {
        let house = house::open().await;
        house.set_up(&mut Browser::new()).await;
        let acme = Tenant::open(&house, "globex").await;
        let own = Admin::open(&house, Some(&acme.organization)).await;
        let owners = format!("/organizations/{}/owners", acme.organization);
        let bob = json!({ "email": "bob@globex.test", "name": "Bob" });
        let (status, made) = own.post(&house, &owners, &bob).await;
        assert_eq!(status, 201, "{made}");
        assert_eq!((&made["has_password"], &made["can_sign_in"]), (&json!(false), &json!(false)));
        let mut browser = use_link(&house, &made).await;
        let me: Value =
            serde_json::from_str(&house.get(&mut browser, "/api/v1/me").await.body).unwrap();
        assert_eq!(me["organization"], json!(acme.organization), "their own, and no more");
        let at = format!("{owners}/{}", made["id"].as_str().unwrap());
        let (_, found) = own.get(&house, &at).await;
        assert_eq!(found["can_sign_in"], true);
        assert_eq!(found["email"], "bob@globex.test");
        assert_eq!(found["last_owner_sign_in_at"], house.hub.now().rfc3339());
        assert!(found.get("link").is_none());

        // One address, one owner, in the whole installation.
        let (status, refused) = own.post(&house, &owners, &bob).await;
        assert_eq!((status, &refused["code"]), (409, &json!("owner_email_taken")));
        // The last one stays: demoted or disabled.
        let (status, refused) = demote(&house, &own, &at).await;
        assert_eq!((status, &refused["code"]), (409, &json!("last_owner")));
        // Somebody who has not set a password yet is no other owner.
        let eve = json!({ "email": "eve@globex.test", "name": "Eve" });
        let (_, second) = own.post(&house, &owners, &eve).await;
        assert_eq!(demote(&house, &own, &at).await.0, 409);
        use_link(&house, &second).await;
        // Where single sign-on is required, nor is somebody without a second factor.
        require(&house, &acme.organization, true).await;
        assert_eq!(demote(&house, &own, &at).await.0, 409);
        let (_, listed) = own.get(&house, "/owners").await;
        assert!(listed["items"].as_array().unwrap().iter().all(|o| o["can_sign_in"] == false));
        require(&house, &acme.organization, false).await;
        let stale = own.call(&house, ("DELETE", &at), Some("\"99\""), &Value::Null).await;
        assert_eq!(stale.status, 412);
        let bare = own.call(&house, ("DELETE", &at), None, &Value::Null).await;
        assert_eq!(bare.status, 428);
        assert_eq!(demote(&house, &own, &at).await.0, 204);
        assert_eq!(house.get(&mut browser, "/api/v1/me").await.status.as_u16(), 401);
        let answer = house.sign_in(&mut Browser::new(), "bob@globex.test", PASSWORD).await;
        assert_eq!(answer.status.as_u16(), 403);
    });
}

#[test]
fn a_person_becomes_an_owner() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "globex").await;
        acme.sign_in(&house, &mut Browser::new(), "bob@globex.test").await;
        let of = acme.organization.clone();
        let people = house.read(move |tx| users::list(tx, Some(&of), &Page::first(5))).await;
        let bob = people[0].id.clone();
        let other = Tenant::open(&house, "initech").await;
        let (own, foreign) = (
            Admin::open(&house, Some(&acme.organization)).await,
            Admin::open(&house, Some(&other.organization)).await,
        );
        let owners = |tenant: &Tenant| format!("/organizations/{}/owners", tenant.organization);
        let promote = json!({ "user": bob });
        assert_eq!(foreign.post(&house, &owners(&acme), &promote).await.0, 404);
        assert_eq!(foreign.post(&house, &owners(&other), &promote).await.0, 422);
        let (status, made) = own.post(&house, &owners(&acme), &promote).await;
        assert_eq!(status, 201, "{made}");
        assert_eq!(made["id"], json!(bob), "the same person to every app");
        let (status, again) = own.post(&house, &owners(&acme), &promote).await;
        assert_eq!((status, &again["code"]), (409, &json!("already_owner")));
        use_link(&house, &made).await;
        let answer = house.sign_in(&mut Browser::new(), "bob@globex.test", PASSWORD).await;
        assert_eq!(answer.header("location"), "http://localhost:8080/");
        for body in
            [json!({}), json!({ "email": "x", "name": "X" }), json!({ "email": "a@b.test" })]
        {
            assert_eq!(own.post(&house, &owners(&acme), &body).await.0, 422, "{body}");
        }
    });
}

#[test]
fn nobody_of_less_reach_makes_or_takes_over_owners_of_the_installation() {
    run(async {
        let house = house::open().await;
        house.set_up(&mut Browser::new()).await;
        let (home, ann) = owner(&house).await;
        let scoped = Admin::open(&house, Some(&home)).await;
        let owners = format!("/organizations/{home}/owners");
        let bob = json!({ "email": "bob@acme.test", "name": "Bob" });
        assert_eq!(scoped.post(&house, &owners, &bob).await.0, 403);
        let link = format!("{owners}/{ann}/link");
        assert_eq!(scoped.post(&house, &link, &Value::Null).await.0, 403);
        assert_eq!(demote(&house, &scoped, &format!("{owners}/{ann}")).await.0, 403);
        let root = Admin::open(&house, None).await;
        assert_eq!(demote(&house, &root, &format!("{owners}/{ann}")).await.0, 409);
        let (status, made) = root.post(&house, &link, &Value::Null).await;
        assert_eq!(status, 200, "{made}");
        use_link(&house, &made).await;
        let answer = house.sign_in(&mut Browser::new(), EMAIL, PASSWORD).await;
        assert_eq!(answer.header("location"), "http://localhost:8080/");
    });
}
