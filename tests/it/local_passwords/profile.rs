//! What an organization wants to know is asked of people with a password as of everybody, once,
//! before the app is reached.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use doorward::store::{Tx, owners};

use super::*;
use crate::support::tenant::{CALLBACK, app, authorize, onward, sent};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const SESSION: &str = "doorward-session";

impl Scene {
    async fn require(&self, name: &str) {
        let path = format!("/organizations/{}", self.acme.organization);
        let set = json!({"required_fields": [{"name": name, "label": format!("Your {name}")}]});
        let set = self.root.call(&self.house, ("PATCH", &path), Some("*"), &set).await;
        assert_eq!(set.status, 200, "{}", set.json);
    }

    /// Types the password at the organization's page; gives what the browser ends on.
    async fn proves(&self, browser: &mut Browser, link: &str) -> Answer {
        // Long enough for nothing to be under way any more in a browser that was let in before.
        self.house.wait(20 * MINUTE);
        let page = self.house.get(browser, link).await;
        let mut answer = self.type_in(browser, &page, ("bob@home.test", PASSWORD)).await;
        // A browser in which somebody was just let in is sent round once.
        for _ in 0..2 {
            if !answer.header("location").contains("/login/finish") {
                break;
            }
            answer = self.house.get(browser, &onward(&answer)).await;
        }
        answer
    }

    async fn tell(&self, browser: &mut Browser, page: &Answer, told: &[(&str, &str)]) -> Answer {
        let names = ["csrf", "attempt", "ticket"];
        let values = names.map(|name| page.field(name));
        let mut fields: Vec<_> =
            names.iter().copied().zip(values.iter().map(String::as_str)).collect();
        fields.extend_from_slice(told);
        self.house.post(browser, "/login/profile", &fields).await
    }
}

#[test]
fn people_with_a_password_are_asked_once_before_the_app() {
    run(async {
        let scene = Scene::new().await;
        scene.bob(&scene.acme.organization, "bob@home.test", PASSWORD).await;
        scene.require("room").await;
        let wiki = app(&scene.house).await;
        let link = authorize(&wiki, &[("organization", "acme")])
            .replace("scope=openid", "scope=openid+profile");
        let claims = async |back: &Answer| {
            let code =
                sent(back, "code").unwrap_or_else(|| panic!("{} {}", back.status, back.body));
            let fields = [
                ("grant_type", "authorization_code"),
                ("client_id", wiki.as_str()),
                ("code", &code),
                ("redirect_uri", CALLBACK),
                ("code_verifier", VERIFIER),
            ];
            let token = scene.house.post(&mut Browser::new(), "/oauth2/token", &fields).await;
            let token: Value = serde_json::from_str(&token.body).unwrap();
            let claims = token["id_token"].as_str().unwrap().split('.').nth(1).unwrap().to_owned();
            serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
        };
        let mut browser = Browser::new();
        let page = scene.proves(&mut browser, &link).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(page.body.contains("Your room"), "{}", page.body);
        assert!(page.body.len() < 15_000 && !page.body.contains("<script"));
        assert!(browser.cookie(SESSION).is_none());
        assert_eq!(scene.sessions().await, 0);
        // A minute at the question is no minute more of proof.
        scene.house.wait(MINUTE);
        let again = scene.tell(&mut browser, &page, &[("answer_room", " ")]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(browser.cookie(SESSION).is_none());
        let back = scene.tell(&mut browser, &again, &[("answer_room", "4.01")]).await;
        let said = claims(&back).await;
        assert_eq!((&said["room"], &said["amr"]), (&json!("4.01"), &json!(["pwd"])));
        assert_eq!(said["is_new_user"], json!(true));
        assert_eq!(said["iat"].as_i64().unwrap() - said["auth_time"].as_i64().unwrap(), 60);
        let attempt = scene.root.newest(&scene.house).await;
        assert_eq!(attempt["outcome"], "admitted");
        // Once, and it stays; the browser is a known one.
        assert!(browser.cookie("doorward-local-device").is_some());
        browser.cookies.remove(SESSION);
        let said = claims(&scene.proves(&mut browser, &link).await).await;
        assert_eq!((&said["room"], &said["is_new_user"]), (&json!("4.01"), &Value::Null));
    });
}

/// There is no session before the step is done, so nothing goes around it.
#[test]
fn a_password_alone_is_no_way_around_the_question() {
    run(async {
        let scene = Scene::new().await;
        let bob = scene.bob(&scene.acme.organization, "bob@home.test", PASSWORD).await;
        scene.require("room").await;
        let mut browser = Browser::new();
        let page = scene.proves(&mut browser, "/o/acme").await;
        let (attempt, ticket) = (page.field("attempt"), page.field("ticket"));
        let finish = format!("/login/finish?attempt={attempt}&ticket={ticket}");
        for address in ["/", &format!("/login?attempt={attempt}")] {
            scene.house.get(&mut browser, address).await;
            assert!(browser.cookie(SESSION).is_none(), "{address}");
        }
        let again = scene.house.get(&mut browser, &finish).await;
        assert!(again.body.contains("Your room"), "{}", again.body);
        // Nobody without the ticket.
        let without = format!("/login/finish?attempt={attempt}&ticket=x");
        let stolen = scene.house.get(&mut Browser::new(), &without).await;
        assert!(!stolen.body.contains("Your room"), "{}", stolen.body);
        let told = [("answer_room", "4.01")];
        assert!(is_in(&scene.tell(&mut browser, &page, &told).await));
        assert_eq!(scene.sessions().await, 1);
        // The same press again: one session still.
        assert!(is_in(&scene.tell(&mut browser, &page, &told).await));
        assert_eq!(scene.sessions().await, 1);
        let answers = async || {
            let (_, user) = scene.root.get(&scene.house, &format!("/users/{bob}")).await;
            user["answers"].clone()
        };
        assert_eq!(answers().await, json!({"room": "4.01"}));
        // What is asked for later is asked then.
        scene.require("desk").await;
        browser.cookies.remove(SESSION);
        let page = scene.proves(&mut browser, "/o/acme").await;
        assert!(page.body.contains("Your desk"), "{}", page.body);
        assert!(is_in(&scene.tell(&mut browser, &page, &[("answer_desk", "7")]).await));
        assert_eq!(answers().await, json!({"desk": "7"}));
        // Another browser with the whole address gets nothing, and the sign-in is over: somebody
        // may have been led into it.
        scene.require("seat").await;
        browser.cookies.remove(SESSION);
        let page = scene.proves(&mut browser, "/o/acme").await;
        let (attempt, ticket) = (page.field("attempt"), page.field("ticket"));
        let finish = format!("/login/finish?attempt={attempt}&ticket={ticket}");
        let stolen = scene.house.get(&mut Browser::new(), &finish).await;
        assert!(!stolen.body.contains("Your seat"), "{}", stolen.body);
        let over = scene.tell(&mut browser, &page, &[("answer_seat", "1")]).await;
        assert_eq!(over.status, StatusCode::BAD_REQUEST, "{}", over.body);
        assert!(browser.cookie(SESSION).is_none());
    });
}

/// Whatever ends a password between the two steps ends what it proved.
#[test]
fn what_a_password_proved_ends_with_it() {
    run(async {
        let scene = Scene::new().await;
        let of = scene.acme.organization.clone();
        let bob = scene.bob(&of, "bob@home.test", PASSWORD).await;
        let id = UserId::try_from(bob.clone()).unwrap();
        scene.require("room").await;
        for how in ["another password", "switched off", "sso", "owner", "late"] {
            let mut browser = Browser::new();
            let page = scene.proves(&mut browser, "/o/acme").await;
            assert!(page.body.contains("Your room"), "{how}: {}", page.body);
            let path = format!("/users/{bob}");
            match how {
                "another password" => {
                    let token = scene.link(&bob).await;
                    let set = scene.set(&mut Browser::new(), &token, PASSWORD).await;
                    assert_eq!(set.status, StatusCode::OK);
                }
                "switched off" => {
                    let off = json!({"disabled": true});
                    scene.root.call(&scene.house, ("PATCH", &path), Some("*"), &off).await;
                }
                "sso" => scene.enforce(&of, EnforcementMode::Required, None).await,
                "owner" => {
                    let id = id.clone();
                    scene.house.write(move |tx| users::make_owner(tx, &id).map(drop)).await;
                }
                _ => scene.house.wait(16 * MINUTE),
            }
            let refused = scene.tell(&mut browser, &page, &[("answer_room", "4.01")]).await;
            let code = if how == "late" { "attempt_expired" } else { "password_refused" };
            assert!(refused.body.contains(code), "{how}: {}", refused.body);
            assert!(browser.cookie(SESSION).is_none(), "{how}");
            // As it was.
            match how {
                "switched off" => {
                    let on = json!({"disabled": false});
                    scene.root.call(&scene.house, ("PATCH", &path), Some("*"), &on).await;
                }
                "sso" => scene.enforce(&of, EnforcementMode::Off, None).await,
                "owner" => {
                    let id = id.clone();
                    let unmake = move |tx: &Tx<'_>| {
                        let version = users::find(tx, &id)?.unwrap().version;
                        owners::set_owner(tx, &id, version, false)
                    };
                    assert!(scene.house.write(unmake).await);
                }
                _ => {}
            }
        }
        assert_eq!(scene.sessions().await, 0);
    });
}
