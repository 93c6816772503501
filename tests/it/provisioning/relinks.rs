//! A known address under a new subject: an administrator is asked, and nobody is linked by
//! address alone.

use serde_json::{Value, json};

use super::{Place, assert_refused, person};
use crate::house::{Browser, run};
use crate::reason_codes::{Told, assert_told, reference};
use crate::support::admin::{Admin, Called};
use crate::support::local;
use crate::support::openid::Provider;
use crate::support::tenant::{Tenant, sent};
use crate::support::testing;

const ANN: &str = "ann@acme.test";

impl Place {
    fn relinks(&self) -> String {
        format!("/organizations/{}/relinks", self.acme)
    }

    async fn asked(&self) -> Vec<Value> {
        let (status, listed) = self.admin.get(&self.house, &self.relinks()).await;
        assert_eq!(status, 200, "{listed}");
        listed["items"].as_array().unwrap().clone()
    }

    /// Answers a question as it was read.
    async fn decide(&self, item: &Value, verb: &str) -> Called {
        let path = format!("{}/{}/{verb}", self.relinks(), item["id"].as_str().unwrap());
        let version = format!("\"{}\"", item["version"]);
        self.admin.call(&self.house, ("POST", &path), Some(&version), &Value::Null).await
    }

    /// Puts a tested revision with `changed` values into use.
    async fn goes_live(&self, changed: &Value) {
        let (house, connection) = (&self.house, self.connection.as_str());
        let issuer = &self.provider.issuer;
        let mut draft =
            json!({"issuer": issuer, "client_id": "doorward", "client_secret": "s3cret"});
        draft.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
        let path = format!("/connections/{connection}/draft");
        let put = self.admin.call(house, ("PUT", &path), Some("*"), &draft).await;
        assert_eq!(put.status, 200, "{}", put.json);
        let link = testing::ask(house, &self.admin, connection, "draft").await;
        let mut tester = Browser::new();
        let page = testing::run_oidc(house, &self.provider, &mut tester, &link, |_| {}).await;
        testing::assert_passed(&page);
        let live = testing::activate(house, &self.admin, connection).await;
        assert_eq!(live.status, 200, "{}", live.json);
    }

    async fn forget(&self, item: &Value) -> Called {
        let path = format!("{}/{}", self.relinks(), item["id"].as_str().unwrap());
        self.admin.call(&self.house, ("DELETE", &path), Some("*"), &Value::Null).await
    }
}

#[test]
fn a_changed_subject_becomes_a_question_and_then_the_same_person() {
    run(async {
        let place = Place::proved().await;
        let known = place.signs_in(person("old", ANN)).await;
        let told = Told {
            code: "relink_pending",
            who: "it",
            check: ("known_address", "an administrator's word", "an administrator is asked"),
            difference: None,
        };
        let page = place.come(&mut Browser::new(), person("new", "Ann@ACME.test")).await;
        assert_refused(&page, "relink_pending", &["An administrator has to confirm"]);
        assert_told(&place.house, &place.root, &page, &told).await;
        // However often they come, and whatever they are called by then: one question.
        let mut elsewhere = person("new", "other@acme.test");
        elsewhere["name"] = json!("Other");
        for claims in [person("new", ANN), elsewhere] {
            let page = place.come(&mut Browser::new(), claims).await;
            assert_refused(&page, "relink_pending", &[]);
        }
        let asked = place.asked().await;
        assert_eq!(asked.len(), 1);
        let item = &asked[0];
        assert_eq!(
            (&item["state"], &item["subject"], &item["email"], &item["known"]["user"]),
            (&json!("pending"), &json!("new"), &json!("Ann@ACME.test"), &known["sub"])
        );
        assert_eq!(item["reference"], reference(&page));
        assert_eq!(place.users().await.len(), 1);
        // The old subject still works.
        assert_eq!(place.signs_in(person("old", ANN)).await["sub"], known["sub"]);
        let approved = place.decide(item, "approve").await;
        assert_eq!((approved.status, &approved.json["state"]), (200, &json!("approved")));
        assert_eq!(place.decide(item, "approve").await.status, 412);
        let decided = place.decide(&approved.json, "refuse").await;
        assert_eq!((decided.status, &decided.json["code"]), (409, &json!("relink_decided")));
        // It says what to do, not that something stands in the way.
        assert!(decided.json["detail"].as_str().unwrap().contains("Read it again"));
        assert_eq!(place.forget(item).await.status, 409);
        let mut browser = Browser::new();
        let back = place.come(&mut browser, person("new", ANN)).await;
        let claims = place.told(&back).await;
        assert_eq!(claims["sub"], known["sub"]);
        assert_eq!(claims["is_new_user"], Value::Null);
        // A mistake: undone, whoever came in by it is out and waits again.
        let undone = place.decide(&approved.json, "undo").await;
        assert_eq!((undone.status, &undone.json["state"]), (200, &json!("pending")));
        let out = place.house.get(&mut browser, &place.link()).await;
        assert!(sent(&out, "code").is_none());
        let page = place.come(&mut Browser::new(), person("new", ANN)).await;
        assert_refused(&page, "relink_pending", &[]);
        assert_eq!(place.signs_in(person("old", ANN)).await["sub"], known["sub"]);
        assert_eq!(place.users().await.len(), 1);
        for action in ["relink.approve", "relink.undo"] {
            assert_eq!(place.audited(action).await.len(), 1, "{action}");
        }
    });
}

#[test]
fn a_refusal_stays_until_it_is_deleted_and_a_separate_person_gets_an_account() {
    run(async {
        let place = Place::proved().await;
        let known = place.signs_in(person("old", ANN)).await;
        place.come(&mut Browser::new(), person("new", ANN)).await;
        let refused = place.decide(&place.asked().await[0], "refuse").await;
        assert_eq!(refused.json["state"], "refused");
        for _ in 0..2 {
            let page = place.come(&mut Browser::new(), person("new", ANN)).await;
            assert_refused(&page, "relink_refused", &["did not confirm"]);
        }
        for verb in ["approve", "undo", "separate"] {
            assert_eq!(place.decide(&refused.json, verb).await.status, 409, "{verb}");
        }
        assert_eq!(place.forget(&refused.json).await.status, 204);
        let page = place.come(&mut Browser::new(), person("new", ANN)).await;
        assert_refused(&page, "relink_pending", &[]);
        let separate = place.decide(&place.asked().await[0], "separate").await;
        assert_eq!(separate.json["state"], "separate");
        let own = place.signs_in(person("new", ANN)).await;
        assert_ne!(own["sub"], known["sub"]);
        assert_eq!(place.signs_in(person("new", ANN)).await["sub"], own["sub"]);
        assert_eq!(place.users().await.len(), 2);
        for action in ["relink.refuse", "relink.delete", "relink.separate"] {
            assert_eq!(place.audited(action).await.len(), 1, "{action}");
        }
    });
}

/// The three-valued rule through the door (2a): which claim makes the address proof enough to
/// ask an administrator. Everybody else gets an account of their own, and no link.
#[test]
fn the_claim_decides_with_the_domain_whether_anybody_is_asked() {
    run(async {
        let absent = Value::String("absent".to_owned());
        for (claim, proved, asks, says) in [
            (json!(true), true, true, ""),
            (json!("true"), true, true, ""),
            // Silence of a provider of one tenant, at a proved domain (2b).
            (absent.clone(), true, true, ""),
            (json!(false), true, false, "stated false"),
            (json!("false"), true, false, "stated false"),
            (Value::Null, true, false, "stated false"),
            (json!(0), true, false, "stated false"),
            (json!(["true", "false"]), true, false, "stated false"),
            (json!(true), false, false, "has not proved"),
            (absent.clone(), false, false, "has not proved"),
            (json!(false), false, false, "stated false"),
        ] {
            let place = if proved { Place::proved().await } else { Place::new().await };
            let with = |sub: &str| {
                let mut said = person(sub, ANN);
                match &claim {
                    claim if *claim == absent => {
                        said.as_object_mut().unwrap().remove("email_verified");
                    }
                    claim => said["email_verified"] = claim.clone(),
                }
                said
            };
            let known = place.signs_in(person("old", ANN)).await;
            place.house.wait(1);
            let page = place.come(&mut Browser::new(), with("new")).await;
            let row = format!("{claim} {proved}");
            assert_eq!(place.asked().await.len(), usize::from(asks), "{row}");
            assert_eq!(sent(&page, "code").is_none(), asks, "{row}: {}", page.body);
            if !asks {
                assert_ne!(place.told(&page).await["sub"], known["sub"], "{row}");
                let attempt = place.root.newest(&place.house).await;
                let checks = attempt["checks"].as_array().unwrap();
                let check = checks.iter().find(|check| check["name"] == "known_address").unwrap();
                assert!(check["received"].as_str().unwrap().contains(says), "{row}: {check}");
                let other = if says == "stated false" { "did not state" } else { "stated false" };
                assert!(!check["received"].as_str().unwrap().contains(other), "{row}: {check}");
            }
        }
    });
}

/// Entra's own claim (2c), where the usual one is missing.
#[test]
fn xms_edov_speaks_for_the_address() {
    run(async {
        for (claim, asks) in [(json!(true), true), (json!("1"), true), (json!(false), false)] {
            let place = Place::proved().await;
            let mut said = person("new", ANN);
            said.as_object_mut().unwrap().remove("email_verified");
            said["xms_edov"] = claim.clone();
            place.signs_in(person("old", ANN)).await;
            place.come(&mut Browser::new(), said).await;
            assert_eq!(place.asked().await.len(), usize::from(asks), "{claim}");
        }
    });
}

#[test]
fn nobody_comes_near_an_owner_by_address() {
    run(async {
        let place = Place::proved().await;
        let owner = place.signs_in(person("old", ANN)).await;
        let id = doorward::model::id::UserId::try_from(owner["sub"].as_str().unwrap()).unwrap();
        place.house.write(move |tx| doorward::store::users::make_owner(tx, &id)).await;
        let own = place.signs_in(person("new", ANN)).await;
        assert_ne!(own["sub"], owner["sub"]);
        assert!(place.asked().await.is_empty());
        let made = place.users().await;
        let new = made.iter().find(|user| user["id"] == own["sub"]).unwrap();
        assert_eq!(new["owner"], json!(false));
        // Nor through somebody else with the same address who is no owner.
        let third = place.signs_in(person("third", ANN)).await;
        assert_ne!(third["sub"], owner["sub"]);
        assert_ne!(third["sub"], own["sub"]);
    });
}

#[test]
fn somebody_who_became_owner_meanwhile_is_not_linked() {
    run(async {
        let place = Place::proved().await;
        let known = place.signs_in(person("old", ANN)).await;
        place.come(&mut Browser::new(), person("new", ANN)).await;
        let id = doorward::model::id::UserId::try_from(known["sub"].as_str().unwrap()).unwrap();
        place.house.write(move |tx| doorward::store::users::make_owner(tx, &id)).await;
        let approved = place.decide(&place.asked().await[0], "approve").await;
        assert_eq!((approved.status, &approved.json["code"]), (409, &json!("relink_owner")));
        let page = place.come(&mut Browser::new(), person("new", ANN)).await;
        assert_refused(&page, "relink_pending", &[]);
    });
}

/// A new subject is no way around being shut out.
#[test]
fn somebody_shut_out_gets_no_second_account() {
    run(async {
        let place = Place::proved().await;
        let known = place.signs_in(person("old", ANN)).await;
        let path = format!("/users/{}", known["sub"].as_str().unwrap());
        assert_eq!(place.patch(&path, &json!({"disabled": true})).await.status, 200);
        let page = place.come(&mut Browser::new(), person("new", ANN)).await;
        assert_refused(&page, "relink_pending", &[]);
        let asked = place.asked().await;
        assert_eq!(asked[0]["known"]["disabled"], json!(true));
        assert_eq!(place.decide(&asked[0], "approve").await.status, 200);
        let page = place.come(&mut Browser::new(), person("new", ANN)).await;
        assert_refused(&page, "user_disabled", &[]);
        assert_eq!(place.users().await.len(), 1);
    });
}

/// Who had a password before there was a provider is matched, not doubled: an administrator says
/// whether it is them, and the password goes on working.
#[test]
fn somebody_with_a_password_alone_gets_no_second_account() {
    run(async {
        let place = Place::proved().await;
        let acme = place.acme.to_string();
        let known = local::with_password(&place.house, &place.admin, &acme, ANN).await;
        let page = place.come(&mut Browser::new(), person("new", ANN)).await;
        assert_refused(&page, "relink_pending", &["An administrator has to confirm"]);
        let asked = place.asked().await;
        assert_eq!(asked[0]["known"]["user"], json!(known));
        assert_eq!(place.users().await.len(), 1);
        // Not where the address is not proved: that would be anybody's word.
        let mut stated = person("else", ANN);
        stated["email_verified"] = json!(false);
        let other = place.signs_in(stated).await;
        assert_ne!(other["sub"], json!(known));
        assert_eq!(place.decide(&asked[0], "approve").await.status, 200);
        assert_eq!(place.signs_in(person("new", ANN)).await["sub"], json!(known));
    });
}

#[test]
fn other_connections_and_other_organizations_are_never_linked() {
    run(async {
        let place = Place::proved().await;
        let known = place.signs_in(person("old", ANN)).await;
        // Another connection of the same organization.
        let second = Provider::start();
        let connection = second.connect(&place.house, &place.acme).await;
        let through = [("connection", connection.as_str())];
        let mut browser = Browser::new();
        let asked = place.house.get(&mut browser, &place.link_through(&through)).await;
        let back = second.vouch_changed(place.house.hub.now(), &asked, ANN, |said| {
            said["email_verified"] = json!(true);
        });
        let back = place.house.get(&mut browser, &back).await;
        assert_ne!(place.told(&back).await["sub"], known["sub"]);
        // Another organization, whose provider says the same.
        let evil = Tenant::bare(&place.house, "evil").await;
        let provider = Provider::start();
        provider.connect(&place.house, &evil).await;
        let mut browser = Browser::new();
        let link = place.link_through(&[("organization", evil.as_str())]);
        let asked = place.house.get(&mut browser, &link).await;
        let back = provider.vouch_changed(place.house.hub.now(), &asked, ANN, |said| {
            said["email_verified"] = json!(true);
        });
        let back = place.house.get(&mut browser, &back).await;
        assert_ne!(place.told(&back).await["sub"], known["sub"]);
        assert!(place.asked().await.is_empty());
        // Nor does its administrator see or answer our questions.
        place.come(&mut Browser::new(), person("new", ANN)).await;
        let item = &place.asked().await[0];
        let id = item["id"].as_str().unwrap();
        let evil_admin = Admin::open(&place.house, Some(&evil)).await;
        for path in
            [format!("{}/{id}", place.relinks()), format!("/organizations/{evil}/relinks/{id}")]
        {
            assert_eq!(evil_admin.get(&place.house, &path).await.0, 404);
            let approve = format!("{path}/approve");
            let call =
                evil_admin.call(&place.house, ("POST", &approve), Some("*"), &Value::Null).await;
            assert_eq!(call.status, 404);
        }
        let blind = format!("{}/{id}/approve", place.relinks());
        let call = place.admin.call(&place.house, ("POST", &blind), None, &Value::Null).await;
        assert_eq!(call.status, 428);
    });
}

/// An invitation is no way around the question, and known people need none.
#[test]
fn the_question_comes_before_the_invitation() {
    run(async {
        let place = Place::proved().await;
        place.signs_in(person("old", ANN)).await;
        place.invited_only().await;
        let page = place.come(&mut Browser::new(), person("new", ANN)).await;
        assert_refused(&page, "relink_pending", &[]);
    });
}

/// A subject is one of the values a revision reads: under another it may be anybody's.
#[test]
fn what_was_asked_is_forgotten_when_people_are_known_by_something_else() {
    run(async {
        for verb in [None, Some("refuse"), Some("separate")] {
            let place = Place::proved().await;
            local::with_password(&place.house, &place.admin, place.acme.as_str(), ANN).await;
            let page = place.come(&mut Browser::new(), person("new", ANN)).await;
            assert_refused(&page, "relink_pending", &[]);
            if let Some(verb) = verb {
                assert_eq!(place.decide(&place.asked().await[0], verb).await.status, 200);
            }
            place.goes_live(&json!({"client_secret": "an0ther"})).await;
            assert_eq!(place.asked().await.len(), 1);
            place.goes_live(&json!({"attributes": {"subject": "email"}})).await;
            assert_eq!(place.asked().await, Vec::<Value>::new(), "{verb:?}");
            let page = place.come(&mut Browser::new(), person("new", ANN)).await;
            assert_refused(&page, "relink_pending", &[]);
            let path = format!("/connections/{}/return", place.connection);
            let back = place.admin.call(&place.house, ("POST", &path), Some("*"), &Value::Null);
            assert_eq!(back.await.status, 200);
            assert_eq!(place.asked().await, Vec::<Value>::new(), "{verb:?}");
            let page = place.come(&mut Browser::new(), person("new", ANN)).await;
            assert_refused(&page, "relink_pending", &[]);
        }
    });
}
