//! Whose sessions end where, and what their apps are told of it (OpenID Connect Back-Channel
//! Logout 1.0).

use doorward::jobs::{Jobs, Last, tick};
use doorward::model::app::SigningAlgorithm;
use doorward::model::time::DAY;
use doorward::store::users;
use serde_json::{Value, json};

use super::{ANN, BOB, Scene, enter};
use crate::house::{Browser, run};
use crate::source;
use crate::support::disk;
use crate::support::receiver::{Receiver, app_signing, app_told_at};
use crate::support::tenant::{onward, sent};

#[test]
fn a_logout_token_says_what_it_must_and_nothing_else() {
    run(async {
        let mut scene = Scene::new().await;
        for algorithm in SigningAlgorithm::ALL {
            let receiver = Receiver::start();
            let address = Some(receiver.address.clone());
            let app = app_signing(&scene.house, "Wiki", address, algorithm).await;
            let tokens = scene.enter(&app).await;
            let done = scene.sign_out().await;
            assert_eq!(onward(&done), "/signed-out");
            scene.tell().await;
            let told = receiver.told();
            let [(header, claims)] = &told[..] else { panic!("{told:?}") };
            assert_eq!(header["typ"], "logout+jwt");
            assert_eq!(header["alg"], algorithm.as_str());
            let now = scene.house.hub.now().seconds();
            let mut claims = claims.clone();
            assert!(claims["jti"].as_str().unwrap().len() >= 20);
            claims["jti"] = Value::Null;
            assert_eq!(
                claims,
                json!({
                    "iss": "http://localhost:8080", "aud": app.as_str(), "sub": tokens.sub,
                    "sid": tokens.sid, "iat": now, "exp": now + 120, "jti": null,
                    "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
                })
            );
            assert_eq!(
                scene.house.hub.ring.verify_own(&receiver.raw()[0], "logout+jwt").unwrap()["sub"],
                tokens.sub
            );
            // Told once.
            scene.tell().await;
            assert_eq!(receiver.told().len(), 1);
            assert!(!scene.lives(&tokens.access_token).await);
        }
    });
}

#[test]
fn a_logout_token_is_no_id_token_hint() {
    run(async {
        let mut scene = Scene::new().await;
        let receiver = Receiver::start();
        let app = app_told_at(&scene.house, "Wiki", Some(receiver.address.clone())).await;
        let mut other = Browser::new();
        let first = enter(&scene.house, &scene.acme, &mut other, ANN, &app).await;
        scene.enter(&app).await;
        // Another session of the same person ends; what its app was told signs nobody out.
        let api = format!("/sessions/{}", first.sid);
        scene.api.call(&scene.house, ("DELETE", &api), None, &Value::Null).await;
        scene.tell().await;
        let token = &receiver.raw()[0];
        let asked = format!("/oauth2/logout?id_token_hint={token}");
        let page = scene.house.get(&mut scene.ann, &asked).await;
        assert!(page.body.contains("Sign out?"), "{} {}", page.status, page.body);
    });
}

#[test]
fn an_app_tells_where_it_is_told() {
    run(async {
        let scene = Scene::new().await;
        let app = app_told_at(&scene.house, "Wiki", None).await;
        let path = format!("/apps/{app}");
        assert_eq!(scene.find(&path).await["backchannel_logout_uri"], Value::Null);
        for (value, status) in [
            (json!("https://app.example/logout"), 200),
            (json!("http://127.0.0.1:1/logout"), 200),
            (json!("http://app.example/logout"), 422),
            (json!("https://app.example/logout#x"), 422),
            (json!("/logout"), 422),
            (json!(7), 422),
        ] {
            let body = json!({"backchannel_logout_uri": value});
            let called = scene.api.call(&scene.house, ("PATCH", &path), Some("*"), &body).await;
            assert_eq!(called.status, status, "{value} {}", called.json);
            if status == 200 {
                assert_eq!(called.json["backchannel_logout_uri"], value);
            } else {
                assert!(
                    called.json.to_string().contains("backchannel_logout_uri"),
                    "{}",
                    called.json
                );
            }
        }
        let body = json!({"name": "Notes"});
        scene.api.call(&scene.house, ("PATCH", &path), Some("*"), &body).await;
        assert_eq!(scene.find(&path).await["backchannel_logout_uri"], "http://127.0.0.1:1/logout");
        let body = json!({"backchannel_logout_uri": null});
        scene.api.call(&scene.house, ("PATCH", &path), Some("*"), &body).await;
        assert_eq!(scene.find(&path).await["backchannel_logout_uri"], Value::Null);
        let page = scene.house.get(&mut Browser::new(), "/.well-known/openid-configuration").await;
        let document: Value = serde_json::from_str(&page.body).unwrap();
        assert_eq!(document["backchannel_logout_supported"], true);
        assert_eq!(document["backchannel_logout_session_supported"], true);
    });
}

/// Each way a session ends before its time.
#[test]
fn however_a_session_ends_its_apps_are_told() {
    run(async {
        for way in [
            "page",
            "app",
            "session",
            "user",
            "connection",
            "organization",
            "somebody else",
            "connection deleted",
            "organization deleted",
        ] {
            let mut scene = Scene::new().await;
            let (one, two) = (Receiver::start(), Receiver::start());
            let wiki = app_told_at(&scene.house, "Wiki", Some(one.address.clone())).await;
            let mail = app_told_at(&scene.house, "Mail", Some(two.address.clone())).await;
            let untold = app_told_at(&scene.house, "Old", None).await;
            let elsewhere = app_told_at(&scene.house, "Else", Some(one.address.clone())).await;
            let tokens = scene.enter(&wiki).await;
            assert_eq!(scene.enter(&mail).await.sid, tokens.sid);
            scene.enter(&untold).await;
            let whom = [(tokens.sub.clone(), tokens.sid.clone())];
            end(&mut scene, way, &tokens).await;
            scene.tell().await;
            assert_eq!(one.of(), whom, "{way}");
            assert_eq!(two.of(), whom, "{way}");
            assert_eq!(one.told()[0].1["aud"], wiki.as_str(), "never {elsewhere}");
            assert_eq!(two.told()[0].1["aud"], mail.as_str());
            assert!(!scene.lives(&tokens.access_token).await, "{way}");
        }
    });
}

async fn end(scene: &mut Scene, way: &str, tokens: &super::Tokens) {
    let (acme, connection) = (scene.acme.organization.clone(), scene.acme.connection.clone());
    let off = json!({"disabled": true});
    let (method, path, body) = match way {
        "page" => return drop(scene.sign_out().await),
        "app" => {
            let asked = format!("/oauth2/logout?id_token_hint={}", tokens.id_token);
            return drop(scene.house.get(&mut scene.ann, &asked).await);
        }
        "somebody else" => {
            let asked = scene.house.get(&mut scene.ann, "/o/acme?other=1").await;
            let question = scene.acme.vouch(&scene.house, &mut scene.ann, &asked, BOB).await;
            let fields = ["csrf", "attempt", "ticket", "instead_of"]
                .map(|name| (name, question.field(name)));
            let mut fields: Vec<(&str, &str)> =
                fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            fields.push(("choice", "continue"));
            let done = scene.house.post(&mut scene.ann, "/login/finish", &fields).await;
            assert_eq!(onward(&done), "/", "{}", done.body);
            return;
        }
        "session" => ("DELETE", format!("/sessions/{}", tokens.sid), Value::Null),
        "user" => ("PATCH", format!("/users/{}", tokens.sub), off),
        "connection" => ("PATCH", format!("/connections/{connection}"), off),
        "organization" => ("PATCH", format!("/organizations/{acme}"), off),
        "connection deleted" => ("DELETE", format!("/connections/{connection}"), Value::Null),
        "organization deleted" => ("DELETE", format!("/organizations/{acme}"), Value::Null),
        other => panic!("{other}"),
    };
    let called = scene.api.call(&scene.house, (method, &path), Some("*"), &body).await;
    assert!(called.status == 200 || called.status == 204, "{way} {}", called.json);
}

#[test]
fn a_session_that_runs_out_tells_nobody() {
    run(async {
        let mut scene = Scene::new().await;
        let receiver = Receiver::start();
        let app = app_told_at(&scene.house, "Wiki", Some(receiver.address.clone())).await;
        let first = scene.enter(&app).await;
        // Idle for too long; the same person signs in again.
        scene.house.wait(scene.house.hub.config.session_idle + 1);
        let second = scene.enter(&app).await;
        assert_ne!(first.sid, second.sid);
        // At its end, swept away.
        scene.house.wait(2 * DAY);
        tick(&Jobs::of(&scene.house.hub), &mut Last::default()).await;
        scene.tell().await;
        assert_eq!(receiver.told(), []);
        let disk = disk::dump(&scene.house);
        for table in ["sessions", "session_apps", "logout_deliveries"] {
            assert_eq!(disk[table], Vec::<String>::new(), "{table}");
        }
    });
}

#[test]
fn apps_of_somebody_whose_session_ran_out_are_told_when_another_person_comes() {
    run(async {
        let mut scene = Scene::new().await;
        let receiver = Receiver::start();
        let app = app_told_at(&scene.house, "Wiki", Some(receiver.address.clone())).await;
        let tokens = scene.enter(&app).await;
        scene.house.wait(scene.house.hub.config.session_idle + 1);
        scene.acme.sign_in(&scene.house, &mut scene.ann, BOB).await;
        scene.tell().await;
        assert_eq!(receiver.of(), [(tokens.sub, tokens.sid)]);
    });
}

#[test]
fn apps_without_an_address_cost_nothing() {
    run(async {
        let mut scene = Scene::new().await;
        let app = app_told_at(&scene.house, "Old", None).await;
        scene.enter(&app).await;
        scene.sign_out().await;
        let disk = disk::dump(&scene.house);
        assert_eq!(disk["session_apps"], Vec::<String>::new());
        assert_eq!(disk["logout_deliveries"], Vec::<String>::new());
    });
}

/// A request that asks for a code and gets none leaves no trace at the app.
#[test]
fn an_app_that_was_given_no_code_is_not_told() {
    run(async {
        let mut scene = Scene::new().await;
        let (one, two) = (Receiver::start(), Receiver::start());
        let wiki = app_told_at(&scene.house, "Wiki", Some(one.address.clone())).await;
        let mail = app_told_at(&scene.house, "Mail", Some(two.address.clone())).await;
        scene.enter(&wiki).await;
        let asked = crate::support::tenant::authorize(&mail, &[("prompt", "login")]);
        let away = scene.house.get(&mut scene.ann, &asked).await;
        assert!(sent(&away, "code").is_none());
        scene.sign_out().await;
        scene.tell().await;
        assert_eq!((one.told().len(), two.told().len()), (1, 0));
    });
}

/// Whoever removes a person has to end their sessions first, or nothing is removed.
#[test]
fn nobody_is_removed_with_a_session() {
    run(async {
        let mut scene = Scene::new().await;
        let app = app_told_at(&scene.house, "Wiki", None).await;
        let tokens = scene.enter(&app).await;
        let data = scene.house.hub.config.data.join("doorward.db");
        let db = rusqlite::Connection::open(data).unwrap();
        db.pragma_update(None, "foreign_keys", true).unwrap();
        let removed = db.execute("DELETE FROM users WHERE id = ?1", [&tokens.sub]);
        assert!(removed.is_err());
        let id = doorward::model::id::UserId::try_from(tokens.sub).unwrap();
        assert!(scene.house.read(move |tx| users::find(tx, &id)).await.is_some());
    });
}

/// Sessions are removed in two places: where they end, which tells, and where they ran out.
#[test]
fn sessions_end_in_one_place() {
    let all = source::production();
    let removing: Vec<&str> = all
        .iter()
        .filter(|source| source.code.contains("DELETE FROM sessions"))
        .map(|source| source.path.as_str())
        .collect();
    assert_eq!(removing, ["store/expire.rs", "store/sessions/end.rs"]);
    let sessions = all.iter().find(|source| source.path == "store/sessions/end.rs").unwrap();
    let from = sessions.code.find("const fn remove(").unwrap();
    let body = &sessions.code[from..from + sessions.code[from..].find("\n    }\n").unwrap()];
    let counted = |text: &str| text.matches("DELETE FROM sessions").count();
    assert_eq!(counted(body), counted(&sessions.code), "in the one function that knows how");
}
