//! The first owner of an organization by their own sign-in: one named address, once.

use doorward::model::time::HOUR;
use serde_json::{Value, json};

use super::{Place, person};
use crate::house::{Browser, run};
use crate::support::admin::Admin;
use crate::support::openid::Provider;
use crate::support::tenant::Tenant;

const ANN: &str = "ann@acme.test";

impl Place {
    fn first_owner(&self) -> String {
        format!("/organizations/{}/first-owner", self.acme)
    }

    async fn name(&self, email: &str) {
        let (status, item) =
            self.root.post(&self.house, &self.first_owner(), &json!({ "email": email })).await;
        assert_eq!((status, &item["email"]), (200, &json!(email)), "{item}");
    }

    async fn named(&self) -> u16 {
        self.root.get(&self.house, &self.first_owner()).await.0
    }

    async fn owners(&self) -> Vec<Value> {
        let path = format!("/owners?organization={}", self.acme);
        let (_, listed) = self.root.get(&self.house, &path).await;
        listed["items"].as_array().unwrap().iter().map(|user| user["id"].clone()).collect()
    }
}

#[test]
fn the_named_person_becomes_the_owner_once() {
    run(async {
        let place = Place::proved().await;
        place.name("Ann@Acme.test").await;
        // Others come in as who they are.
        place.signs_in(person("bob", "bob@acme.test")).await;
        assert!(place.owners().await.is_empty());
        assert_eq!(place.named().await, 200);
        let ann = place.signs_in(person("ann", ANN)).await;
        assert_eq!(place.owners().await, [ann["sub"].clone()]);
        assert_eq!(place.named().await, 404);
        let audited = place.audited("owner.first_by_sign_in").await;
        assert_eq!(audited.len(), 1);
        assert_eq!(audited[0]["actor"], json!({"type": "user", "id": ann["sub"]}));
        // A second person with the address is nobody special, and nobody is named twice.
        let second = place.signs_in(person("ann2", ANN)).await;
        assert_ne!(second["sub"], ann["sub"]);
        assert_eq!(place.owners().await.len(), 1);
        let body = json!({"email": ANN});
        let (status, problem) = place.root.post(&place.house, &place.first_owner(), &body).await;
        assert_eq!((status, &problem["code"]), (409, &json!("has_owner")));
    });
}

#[test]
fn somebody_who_is_known_already_can_be_named() {
    run(async {
        let place = Place::proved().await;
        let ann = place.signs_in(person("ann", ANN)).await;
        place.name(ANN).await;
        assert!(place.owners().await.is_empty());
        place.signs_in(person("ann", ANN)).await;
        assert_eq!(place.owners().await, [ann["sub"].clone()]);
    });
}

#[test]
fn the_address_has_to_be_proved() {
    run(async {
        for (claim, proved, says) in [
            (Some(json!(false)), true, "stated false"),
            (Some(json!("false")), true, "stated false"),
            (Some(Value::Null), true, "stated false"),
            (Some(json!(true)), false, "has not proved"),
            (None, false, "has not proved"),
        ] {
            let place = if proved { Place::proved().await } else { Place::new().await };
            place.name(ANN).await;
            let mut said = person("ann", ANN);
            match &claim {
                Some(claim) => said["email_verified"] = claim.clone(),
                None => drop(said.as_object_mut().unwrap().remove("email_verified")),
            }
            place.signs_in(said).await;
            assert!(place.owners().await.is_empty(), "{claim:?}");
            assert_eq!(place.named().await, 200, "{claim:?}");
            let attempt = place.root.newest(&place.house).await;
            let checks = attempt["checks"].as_array().unwrap();
            let check = checks.iter().find(|check| check["name"] == "first_owner").unwrap();
            assert!(check["received"].as_str().unwrap().contains(says), "{check}");
        }
        // Silence of a provider of one tenant, at a proved domain, is enough.
        let place = Place::proved().await;
        place.name(ANN).await;
        place.signs_in(json!({"sub": "ann", "email": ANN})).await;
        assert_eq!(place.owners().await.len(), 1);
    });
}

#[test]
fn what_looks_like_the_address_is_not_it() {
    run(async {
        let place = Place::proved().await;
        place.name("kim@acme.test").await;
        for (at, email) in [
            "\u{212a}im@acme.test",
            "kim@acme.test,eve@acme.test",
            "kim@acme.test.evil.test",
            "\"kim\"@acme.test",
            "kim+x@acme.test",
        ]
        .into_iter()
        .enumerate()
        {
            place.come(&mut Browser::new(), person(&format!("eve{at}"), email)).await;
            assert!(place.owners().await.is_empty(), "{email}");
        }
    });
}

#[test]
fn another_organization_makes_nobody_owner_here() {
    run(async {
        let place = Place::proved().await;
        place.name(ANN).await;
        let evil = Tenant::bare(&place.house, "evil").await;
        let provider = Provider::start();
        provider.connect(&place.house, &evil).await;
        let mut browser = Browser::new();
        let link = place.link_through(&[("organization", evil.as_str())]);
        let asked = place.house.get(&mut browser, &link).await;
        let back = provider.vouch_changed(place.house.hub.now(), &asked, ANN, |said| {
            said["email_verified"] = json!(true);
        });
        place.house.get(&mut browser, &back).await;
        let (_, owners) = place.root.get(&place.house, "/owners").await;
        assert_eq!(owners["items"], json!([]));
        assert_eq!(place.named().await, 200);
        // Nor does anybody but whoever runs the installation name one.
        let evil_admin = Admin::open(&place.house, Some(&evil)).await;
        let body = json!({"email": "eve@evil.test"});
        let own = format!("/organizations/{evil}/first-owner");
        for (by, path, status) in [
            (&place.admin, place.first_owner(), 403),
            (&evil_admin, place.first_owner(), 404),
            (&evil_admin, own, 403),
        ] {
            assert_eq!(by.post(&place.house, &path, &body).await.0, status, "{path}");
            let delete = by.call(&place.house, ("DELETE", &path), None, &Value::Null).await;
            assert_eq!(delete.status, status, "{path}");
        }
    });
}

#[test]
fn it_runs_out_and_can_be_taken_back() {
    run(async {
        let place = Place::proved().await;
        let body = json!({"email": ANN, "expires_in_hours": 1});
        place.root.post(&place.house, &place.first_owner(), &body).await;
        place.house.wait(HOUR);
        assert_eq!(place.named().await, 404);
        place.signs_in(person("ann", ANN)).await;
        assert!(place.owners().await.is_empty());
        place.name(ANN).await;
        let path = place.first_owner();
        let gone = place.root.call(&place.house, ("DELETE", &path), None, &Value::Null).await;
        assert_eq!(gone.status, 204);
        place.signs_in(person("ann", ANN)).await;
        assert!(place.owners().await.is_empty());
        let again = place.root.call(&place.house, ("DELETE", &path), None, &Value::Null).await;
        assert_eq!(again.status, 404);
        assert_eq!(place.audited("first_owner.delete").await.len(), 1);
    });
}

#[test]
fn the_home_organization_and_owners_elsewhere_are_left_alone() {
    run(async {
        let place = Place::proved().await;
        place.house.set_up(&mut Browser::new()).await;
        let (_, listed) = place.root.get(&place.house, "/organizations").await;
        let home = listed["items"].as_array().unwrap().iter().find(|o| o["home"] == json!(true));
        let path = format!("/organizations/{}/first-owner", home.unwrap()["id"].as_str().unwrap());
        let body = json!({"email": "eve@acme.test"});
        assert_eq!(place.root.post(&place.house, &path, &body).await.0, 409);
        // The set-up's own owner.
        let body = json!({"email": ANN});
        let (status, problem) = place.root.post(&place.house, &place.first_owner(), &body).await;
        assert_eq!((status, &problem["code"]), (409, &json!("owner_elsewhere")));
    });
}
