//! "End all access" of a person, with a receipt per app (26b).

use actix_web::test::TestRequest;
use doorward::jobs::logouts;
use serde_json::{Value, json};

use super::{ANN, BOB, Scene, enter};
use crate::house::{Browser, run};
use crate::support::admin::Admin;
use crate::support::receiver::{Does, Receiver, app_told_at};
use crate::support::tenant::{Tenant, authorize, sent};

fn of<'r>(receipt: &'r Value, name: &str) -> &'r Value {
    let apps = receipt["apps"].as_array().unwrap();
    apps.iter().find(|app| app["name"] == name).unwrap_or_else(|| panic!("{name} in {receipt}"))
}

#[test]
fn all_access_ends_with_a_receipt_per_app() {
    run(async {
        let mut scene = Scene::new().await;
        let (good, bad, stuck) = (Receiver::start(), Receiver::start(), Receiver::start());
        bad.answers("400 Bad Request");
        stuck.answers("503 Service Unavailable");
        let wiki = app_told_at(&scene.house, "Wiki", Some(good.address.clone())).await;
        let mail = app_told_at(&scene.house, "Mail", Some(bad.address.clone())).await;
        let chat = app_told_at(&scene.house, "Chat", Some(stuck.address.clone())).await;
        let old = app_told_at(&scene.house, "Old", None).await;
        let never = Receiver::start();
        app_told_at(&scene.house, "Never", Some(never.address.clone())).await;
        let mut phone = Browser::new();
        let mut tokens = Vec::new();
        for app in [&wiki, &mail, &chat, &old] {
            tokens.push(scene.enter(app).await);
        }
        tokens.push(enter(&scene.house, &scene.acme, &mut phone, ANN, &wiki).await);
        let mut bob = Browser::new();
        let others = enter(&scene.house, &scene.acme, &mut bob, BOB, &wiki).await;
        // A code that was given and not redeemed yet.
        let asked = scene.house.get(&mut phone, &authorize(&wiki, &[])).await;
        let code = sent(&asked, "code").unwrap();

        let running = actix_web::rt::spawn(logouts::run(scene.house.hub.clone()));
        let path = format!("/users/{}/end-access", tokens[0].sub);
        let (status, receipt) = scene.api.post(&scene.house, &path, &Value::Null).await;
        assert_eq!(status, 200, "{receipt}");
        assert_eq!(receipt["user"], tokens[0].sub);
        assert_eq!(receipt["sessions_ended"], 2);
        assert_eq!(receipt["access_tokens_ended"], 5);
        assert_eq!(receipt["complete"], false);
        for (name, state, ended) in [
            ("Wiki", "delivered", 2),
            ("Mail", "refused", 1),
            ("Chat", "retrying", 1),
            ("Old", "no_address", 1),
        ] {
            let app = of(&receipt, name);
            assert_eq!(app["state"], state, "{receipt}");
            assert_eq!(app["access_tokens_ended"], ended, "{receipt}");
        }
        assert_eq!(receipt["apps"].as_array().unwrap().len(), 4, "{receipt}");
        let mut whom = good.of();
        whom.sort();
        let mut expected = [0, 4].map(|n| (tokens[n].sub.clone(), tokens[n].sid.clone()));
        expected.sort();
        assert_eq!(whom, expected);
        assert_eq!(never.told(), []);
        running.abort();

        // Dead at once: tokens, codes, browsers. Nobody else's.
        for token in &tokens {
            assert!(!scene.lives(&token.access_token).await);
        }
        assert!(scene.lives(&others.access_token).await);
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", wiki.as_str()),
            ("code", code.as_str()),
            ("redirect_uri", crate::support::tenant::CALLBACK),
            ("code_verifier", super::VERIFIER),
        ];
        let answer = scene.house.post(&mut Browser::new(), "/oauth2/token", &fields).await;
        assert!(answer.body.contains("invalid_grant"), "{}", answer.body);
        let again = scene.house.get(&mut phone, &authorize(&wiki, &[])).await;
        assert!(sent(&again, "code").is_none());

        // Read again later.
        stuck.answers("200 OK");
        scene.house.wait(86_000_000);
        scene.tell().await;
        let later = format!("{path}/{}", receipt["id"].as_str().unwrap());
        let receipt = scene.find(&later).await;
        assert_eq!(of(&receipt, "Chat")["state"], "delivered", "{receipt}");
        assert_eq!(receipt["complete"], true);
        let audit = scene.find("/audit-events?limit=200").await.to_string();
        assert!(audit.contains("user.end_access"), "{audit}");
    });
}

/// Five seconds is all an answer waits for.
#[test]
fn an_app_that_never_answers_does_not_keep_the_answer() {
    run(async {
        let mut scene = Scene::new().await;
        let dead = Receiver::start();
        dead.does(Does::Hangs);
        let app = app_told_at(&scene.house, "Stuck", Some(dead.address.clone())).await;
        let tokens = scene.enter(&app).await;
        let running = actix_web::rt::spawn(logouts::run(scene.house.hub.clone()));
        let path = format!("/users/{}/end-access", tokens.sub);
        let most = std::time::Duration::from_millis(5_900);
        let answered =
            tokio::time::timeout(most, scene.api.post(&scene.house, &path, &Value::Null));
        let (status, receipt) = answered.await.expect("within five seconds and a little");
        assert_eq!(status, 200);
        assert_eq!(of(&receipt, "Stuck")["state"], "retrying", "{receipt}");
        running.abort();
    });
}

/// What an earlier sign-out left to be told is on the receipt, too.
#[test]
fn what_waits_from_before_is_on_the_receipt() {
    run(async {
        let mut scene = Scene::new().await;
        let receiver = Receiver::start();
        receiver.answers("503 Service Unavailable");
        let app = app_told_at(&scene.house, "Wiki", Some(receiver.address.clone())).await;
        let tokens = scene.enter(&app).await;
        scene.sign_out().await;
        scene.tell().await;
        let path = format!("/users/{}/end-access", tokens.sub);
        let (_, receipt) = scene.api.post(&scene.house, &path, &Value::Null).await;
        assert_eq!(receipt["sessions_ended"], 0);
        assert_eq!(of(&receipt, "Wiki")["state"], "retrying", "{receipt}");
        assert_eq!(of(&receipt, "Wiki")["tries"], 1, "{receipt}");
        assert!(of(&receipt, "Wiki")["detail"].as_str().unwrap().contains("503"), "{receipt}");
    });
}

#[test]
fn access_of_others_is_out_of_reach() {
    run(async {
        let mut scene = Scene::new().await;
        let evil = Tenant::open(&scene.house, "evil").await;
        let app = app_told_at(&scene.house, "Wiki", None).await;
        let tokens = scene.enter(&app).await;
        let stranger = Admin::open(&scene.house, Some(&evil.organization)).await;
        let own = Admin::open(&scene.house, Some(&scene.acme.organization)).await;
        let path = format!("/users/{}/end-access", tokens.sub);
        let (status, _) = stranger.post(&scene.house, &path, &Value::Null).await;
        assert_eq!(status, 404);
        assert!(scene.lives(&tokens.access_token).await);
        let (status, receipt) = own.post(&scene.house, &path, &json!(null)).await;
        assert_eq!(status, 200, "{receipt}");
        assert!(!scene.lives(&tokens.access_token).await);
        let receipt = format!("{path}/{}", receipt["id"].as_str().unwrap());
        assert_eq!(stranger.get(&scene.house, &receipt).await.0, 404);
        assert_eq!(own.get(&scene.house, &receipt).await.0, 200);
        // Under another person's name it is not there.
        let mut bob = Browser::new();
        let bob = enter(&scene.house, &scene.acme, &mut bob, BOB, &app).await;
        let other = receipt.replace(&tokens.sub, &bob.sub);
        assert_eq!(own.get(&scene.house, &other).await.0, 404);
        for path in ["/users/nobody/end-access", "/users/No-One/end-access"] {
            assert!(own.post(&scene.house, path, &Value::Null).await.0 >= 400);
        }
    });
}

#[test]
fn whoever_ends_their_own_access_reads_what_came_of_it() {
    run(async {
        let scene = Scene::new().await;
        let mut owner = Browser::new();
        scene.house.set_up(&mut owner).await;
        let me = scene.house.get(&mut owner, "/api/v1/me").await;
        let me: Value = serde_json::from_str(&me.body).unwrap();
        let id = me["actor"]["id"].as_str().unwrap_or_else(|| panic!("{me}"));
        let request = TestRequest::post()
            .uri(&format!("/api/v1/users/{id}/end-access"))
            .insert_header(("X-CSRF-Token", me["csrf_token"].as_str().unwrap()));
        let answer = scene.house.send(&mut owner, request).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.body);
        let receipt: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!((&receipt["user"], &receipt["sessions_ended"]), (&json!(id), &json!(1)));
        assert_eq!(scene.house.get(&mut owner, "/api/v1/me").await.status.as_u16(), 401);
    });
}
