//! Whoever's access an administrator ended proves themselves anew: the provider knows them still
//! and would let them back in without a word.

use std::sync::mpsc;

use doorward::model::time::{DAY, MINUTE};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::page::forced;
use super::provider::Scene as Oidc;
use super::{ANN, BOB, Scene, enter};
use crate::house::{Answer, Browser, House, run};
use crate::reason_codes::reference;
use crate::support::admin::Admin;
use crate::support::openid::Gate;
use crate::support::receiver::app_told_at;
use crate::support::tenant::{authorize, onward, sent};

const WAYS: [&str; 4] = ["session", "sessions", "access", "switched off and on"];

/// An administrator ends the access of Ann.
async fn end(api: &Admin, house: &House, way: &str) {
    let (_, users) = api.get(house, "/users?limit=200").await;
    let users = users["items"].as_array().unwrap();
    let ann = users.iter().find(|user| user["email"] == ANN).unwrap()["id"].as_str().unwrap();
    let (_, sessions) = api.get(house, &format!("/sessions?user={ann}")).await;
    let sid = sessions["items"][0]["id"].as_str().unwrap_or_default();
    let calls = match way {
        "session" => vec![("DELETE", format!("/sessions/{sid}"), Value::Null)],
        "sessions" => vec![("DELETE", format!("/users/{ann}/sessions"), Value::Null)],
        "access" => vec![("POST", format!("/users/{ann}/end-access"), Value::Null)],
        "switched off and on" => vec![
            ("PATCH", format!("/users/{ann}"), json!({"disabled": true})),
            ("PATCH", format!("/users/{ann}"), json!({"disabled": false})),
        ],
        other => panic!("{other}"),
    };
    for (method, path, body) in calls {
        let called = api.call(house, (method, &path), Some("*"), &body).await;
        assert!((200..300).contains(&called.status), "{way} {}", called.json);
    }
}

impl Oidc {
    /// The provider's word that Ann proved herself `ago` before now; to its end.
    async fn word(&mut self, asked: &Answer, ago: Option<i64>) -> Answer {
        let now = self.house.hub.now();
        let back = self.provider.vouch_changed(now, asked, ANN, |claims| {
            claims["auth_time"] = match ago {
                Some(ago) => now.plus(-ago).seconds().into(),
                None => Value::Null,
            };
            if ago.is_none() {
                claims.as_object_mut().unwrap().remove("auth_time");
            }
        });
        let mut done = self.house.get(&mut self.ann, &back).await;
        for _ in 0..2 {
            if sent(&done, "ticket").is_some() {
                done = self.house.get(&mut self.ann, &onward(&done)).await;
            }
        }
        done
    }

    async fn ask(&mut self) -> Answer {
        self.house.get(&mut self.ann, "/o/beta").await
    }
}

fn asks_anew(asked: &Answer) -> bool {
    sent(asked, "prompt").as_deref() == Some("login")
        && sent(asked, "max_age").as_deref() == Some("0")
}

#[test]
fn a_provider_that_knows_the_person_still_is_asked_anew() {
    run(async {
        for way in WAYS {
            let mut scene = Oidc::new("never").await;
            scene.enter().await;
            scene.house.wait(MINUTE);
            end(&scene.api, &scene.house, way).await;
            assert!(!scene.is_in().await, "{way}");
            // It would let her in without a word, by an hour's old proof.
            let asked = scene.ask().await;
            let round = scene.word(&asked, Some(60 * MINUTE)).await;
            assert!(asks_anew(&round), "{way} {} {}", round.status, round.body);
            assert!(!scene.is_in().await, "{way}");
            // And does so even when asked.
            let refused = scene.word(&round, Some(60 * MINUTE)).await;
            assert!(refused.status.is_client_error(), "{way} {}", refused.status);
            let path = "/attempts?code=not_authenticated_anew";
            let (_, found) = scene.api.get(&scene.house, path).await;
            assert_eq!(found["items"].as_array().map(Vec::len), Some(1), "{way} {found}");
            assert!(!scene.is_in().await, "{way}");
            // She authenticates.
            let asked = scene.ask().await;
            let round = scene.word(&asked, Some(60 * MINUTE)).await;
            scene.house.wait(MINUTE);
            let done = scene.word(&round, Some(0)).await;
            assert_eq!(onward(&done), "/", "{way} {}", done.body);
            assert!(scene.is_in().await, "{way}");
            // What proved her then proves her from now on; what proved her before does not, in
            // another browser, however much later.
            scene.house.wait(20 * DAY);
            scene.ann = Browser::new();
            let asked = scene.ask().await;
            let round = scene.word(&asked, Some(20 * DAY + 60 * MINUTE)).await;
            assert!(asks_anew(&round), "{way} {}", round.body);
            scene.ann = Browser::new();
            let asked = scene.ask().await;
            let done = scene.word(&asked, Some(19 * DAY)).await;
            assert_eq!(onward(&done), "/", "{way} {}", done.body);
        }
    });
}

/// Two words in answer to one request: while the second is looked at, the first has her asked
/// anew.
#[test]
fn a_word_from_before_somebody_was_asked_anew_neither_lets_in_nor_ends_anything() {
    run(async {
        for code in ["code2", "none"] {
            let mut scene = Oidc::new("never").await;
            scene.enter().await;
            scene.house.wait(MINUTE);
            end(&scene.api, &scene.house, "access").await;
            let request = scene.ask().await;
            let now = scene.house.hub.now();
            let long_ago = |claims: &mut Value| {
                claims["auth_time"] = now.plus(-60 * MINUTE).seconds().into();
            };
            let [first, second] =
                [(); 2].map(|()| scene.provider.vouch_changed(now, &request, ANN, long_ago));
            assert!(second.contains("code2"), "{second}");
            let second = second.replace("code2", code);
            let (asked, is_asked) = oneshot::channel();
            let (answer, may_answer) = mpsc::channel();
            scene.provider.hold_back("/token", Gate { asked, answer: may_answer });
            let (house, mut tab) = (&scene.house, scene.ann.clone());
            let meanwhile = async {
                is_asked.await.unwrap();
                let mut round = house.get(&mut scene.ann, &first).await;
                if sent(&round, "ticket").is_some() {
                    round = house.get(&mut scene.ann, &onward(&round)).await;
                }
                answer.send(()).unwrap();
                round
            };
            let (late, round) = tokio::join!(house.get(&mut tab, &second), meanwhile);
            assert!(asks_anew(&round), "{code} {}", round.body);
            assert!(late.status.is_client_error(), "{code} {}", late.header("location"));
            assert!(!scene.is_in().await, "{code}");
            // It is told by a reference of its own.
            let path = format!("/attempts/{}", reference(&late));
            let (_, told) = scene.api.get(&scene.house, &path).await;
            let failed = told["checks"]
                .as_array()
                .unwrap()
                .iter()
                .rfind(|check| check["verdict"] == "failed");
            let failed = failed.map(|check| check["name"].as_str().unwrap());
            let (why, check) = match code {
                "code2" => ("attempt_used", "attempt"),
                _ => ("oidc_code_refused", "token_endpoint"),
            };
            assert_eq!((told["code"].as_str(), failed), (Some(why), Some(check)), "{told}");
            // What she was asked then still waits for its answer.
            let done = scene.word(&round, Some(0)).await;
            assert_eq!(onward(&done), "/", "{code} {}", done.body);
        }
    });
}

/// Not every provider says when people authenticated.
#[test]
fn a_provider_that_does_not_say_when_is_asked_anew_for_a_while() {
    run(async {
        let mut scene = Oidc::new("never").await;
        scene.enter().await;
        end(&scene.api, &scene.house, "access").await;
        let asked = scene.ask().await;
        let round = scene.word(&asked, None).await;
        assert!(asks_anew(&round), "{}", round.body);
        let done = scene.word(&round, None).await;
        assert_eq!(onward(&done), "/", "{}", done.body);
        scene.house.wait(7 * DAY + 1);
        scene.ann = Browser::new();
        let asked = scene.ask().await;
        let done = scene.word(&asked, None).await;
        assert_eq!(onward(&done), "/", "{}", done.body);
    });
}

#[test]
fn a_saml_provider_is_asked_with_force_authn() {
    run(async {
        let mut scene = Scene::new().await;
        let app = app_told_at(&scene.house, "Wiki", None).await;
        scene.enter(&app).await;
        end(&scene.api, &scene.house, "access").await;
        let asked = scene.house.get(&mut scene.ann, &authorize(&app, &[])).await;
        let asked = match sent(&asked, "RelayState") {
            Some(_) => asked,
            None => scene.house.get(&mut scene.ann, "/o/acme").await,
        };
        assert!(!forced(&asked));
        let round = scene.acme.vouch(&scene.house, &mut scene.ann, &asked, ANN).await;
        let round = match sent(&round, "round") {
            Some(_) => scene.house.get(&mut scene.ann, &onward(&round)).await,
            None => round,
        };
        assert!(forced(&round), "{} {}", round.status, round.body);
        scene.house.wait(MINUTE);
        let done = scene.acme.vouch(&scene.house, &mut scene.ann, &round, ANN).await;
        assert!(done.body.is_empty() && done.status == 303, "{} {}", done.status, done.body);
        assert!(scene.house.get(&mut scene.ann, "/").await.body.contains(ANN));
        // Bob was never concerned.
        let mut bob = Browser::new();
        enter(&scene.house, &scene.acme, &mut bob, BOB, &app).await;
    });
}

/// A sign-in that waits for the person's last word ends with their access: it would last for
/// a quarter of an hour.
#[test]
fn a_sign_in_that_waits_ends_with_the_access() {
    run(async {
        for way in ["session", "sessions", "access", "switched off and on", "deleted"] {
            let mut scene = Scene::new().await;
            let app = app_told_at(&scene.house, "Wiki", None).await;
            let tokens = scene.enter(&app).await;
            // In Bob's browser she is asked whether he gives way.
            let mut shared = Browser::new();
            enter(&scene.house, &scene.acme, &mut shared, BOB, &app).await;
            scene.house.wait(MINUTE);
            let asked = scene.house.get(&mut shared, "/o/acme?other=1").await;
            let question = scene.acme.vouch(&scene.house, &mut shared, &asked, ANN).await;
            let fields = ["csrf", "attempt", "ticket", "instead_of"]
                .map(|name| (name, question.field(name)));
            let mut fields: Vec<(&str, &str)> =
                fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            fields.push(("choice", "continue"));
            if way == "deleted" {
                let path = format!("/users/{}", tokens.sub);
                let called =
                    scene.api.call(&scene.house, ("DELETE", &path), Some("*"), &Value::Null).await;
                assert_eq!(called.status, 204);
            } else {
                end(&scene.api, &scene.house, way).await;
            }
            scene.house.post(&mut shared, "/login/finish", &fields).await;
            let home = scene.house.get(&mut shared, "/").await;
            assert!(!home.body.contains(ANN), "{way} {}", home.body);
            let users = scene.find("/users?limit=200").await.to_string();
            assert_eq!(users.contains(ANN), way != "deleted", "nobody is made anew: {users}");
        }
    });
}
