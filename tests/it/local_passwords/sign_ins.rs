//! Who gets in with a password, and to what.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::*;
use crate::support::tenant::{CALLBACK, app, authorize, onward, sent};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

#[test]
fn into_an_app_with_a_password() {
    run(async {
        let scene = Scene::new().await;
        let bob = scene.bob(&scene.acme.organization, "bob@home.test", PASSWORD).await;
        let wiki = app(&scene.house).await;
        let mut browser = Browser::new();
        // From the app to its organization's page; and to the general one.
        for more in [&[("organization", "acme")][..], &[]] {
            let link = authorize(&wiki, more).replace("scope=openid", "scope=openid+email");
            let mut page = scene.house.get(&mut browser, &link).await;
            if page.body.contains("action=\"/login\"") {
                let fields = [("csrf", page.field("csrf")), ("attempt", page.field("attempt"))];
                let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
                let typed = [fields[0], fields[1], ("email", "bob@home.test")];
                page = scene.house.post(&mut browser, "/login", &typed).await;
            }
            assert!(page.body.contains("to continue to <strong>Wiki</strong>"), "{}", page.body);
            // A wrong try does not lose the way to the app.
            let wrong = scene.type_in(&mut browser, &page, ("bob@home.test", OTHER)).await;
            assert_eq!(wrong.status, StatusCode::FORBIDDEN);
            let typed = ("bob@home.test", PASSWORD);
            let done = scene.type_in(&mut browser, &wrong, typed).await;
            let code = sent(&done, "code").unwrap_or_else(|| panic!("{}", done.body));
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
            let claims: Value =
                serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
            assert_eq!((&claims["sub"], &claims["amr"]), (&json!(bob), &json!(["pwd"])));
            assert_eq!(claims["org_id"], scene.acme.organization.as_str());
            assert_eq!((&claims["idp"], &claims["email_verified"]), (&Value::Null, &json!(false)));
            let attempt = scene.root.newest(&scene.house).await;
            assert_eq!((&attempt["outcome"], &attempt["user"]), (&json!("admitted"), &json!(bob)));
            scene.house.post(&mut browser, "/sign-out", &[("csrf", &wrong.field("csrf"))]).await;
        }
        let (_, list) = scene.root.get(&scene.house, "/sessions").await;
        assert_eq!(list["items"], json!([]), "signed out again");
    });
}

#[test]
fn an_attempt_is_used_up_by_the_first_who_gets_in() {
    run(async {
        let scene = Scene::new().await;
        scene.bob(&scene.acme.organization, "bob@home.test", PASSWORD).await;
        let mut browser = Browser::new();
        let page = scene.house.get(&mut browser, "/o/acme").await;
        assert!(is_in(&scene.type_in(&mut browser, &page, ("bob@home.test", PASSWORD)).await));
        assert_eq!(scene.sessions().await, 1);
        // The same press once more: one session still, and no way around the first.
        let again = scene.type_in(&mut browser, &page, ("bob@home.test", PASSWORD)).await;
        assert!(is_in(&again), "{}", again.body);
        assert_eq!(scene.sessions().await, 1);
        // Nobody else's browser goes on with it.
        let mut thief = Browser::new();
        let stolen = scene.type_in(&mut thief, &page, ("bob@home.test", PASSWORD)).await;
        assert_eq!(stolen.status, StatusCode::FORBIDDEN);
        assert_eq!(thief.cookie("doorward-session"), None);
    });
}

#[test]
fn people_with_a_password_are_offered_their_organizations_own_way_in() {
    run(async {
        let scene = Scene::new().await;
        let of = &scene.acme.organization;
        scene.hold(of, "acme.test").await;
        let mut browser = Browser::new();
        // While nobody there has a password, the provider is the way in.
        let straight = scene.typed(&mut browser, "ann@acme.test").await;
        assert!(straight.header("location").starts_with("https://idp"), "{}", straight.body);
        scene.bob(of, "bob@acme.test", PASSWORD).await;
        let mut pages = Vec::new();
        for email in ["bob@acme.test", "ann@acme.test", "nobody@acme.test"] {
            let page = scene.typed(&mut browser, email).await;
            assert_eq!(page.status, StatusCode::OK);
            assert!(page.body.contains("Sign in with acme Inc"), "{}", page.body);
            assert!(page.body.contains("autocomplete=\"current-password\""));
            assert!(page.body.len() < 15_000);
            assert_eq!(page.field("email"), email, "it is not asked for twice");
            pages.push(bare(&page, email));
        }
        assert!(pages.windows(2).all(|two| two[0] == two[1]));
        let page = scene.typed(&mut browser, "bob@acme.test").await;
        let way = (("csrf", page.field("csrf")), scene.acme.connection.as_str());
        let fields = [("csrf", way.0.1.as_str()), ("connection", way.1)];
        let asked = scene.house.post(&mut browser, "/login/connection", &fields).await;
        let done = scene.acme.vouch(&scene.house, &mut browser, &asked, "ann@acme.test").await;
        assert_eq!(onward(&done), "/");
        assert!(is_in(&scene.sign_in(&mut Browser::new(), "bob@acme.test", PASSWORD).await));
    });
}

#[test]
fn owner_provider_and_password_take_turns_in_one_browser() {
    run(async {
        let scene = Scene::new().await;
        let mut browser = Browser::new();
        scene.house.set_up(&mut browser).await;
        scene.bob(&scene.acme.organization, "bob@home.test", PASSWORD).await;
        let name = async |browser: &mut Browser| scene.house.get(browser, "/").await.body;
        for _ in 0..2 {
            scene.house.sign_in(&mut browser, "ann@acme.test", PASSWORD).await;
            assert!(name(&mut browser).await.contains("Ann Owner"));
            let page = scene.house.get(&mut browser, "/o/acme").await;
            assert!(is_in(&scene.type_in(&mut browser, &page, ("bob@home.test", PASSWORD)).await));
            let home = name(&mut browser).await;
            assert!(home.contains("bob@home.test") && !home.contains("Ann Owner"), "{home}");
            assert_eq!(scene.sessions().await, 1, "a browser has one session");
            // The owner's door still knows the owner's browser.
            assert!(browser.cookie("doorward-device").is_some());
        }
        // Somebody a provider brings asks Bob first.
        let page = scene.house.get(&mut browser, "/o/acme").await;
        let csrf = page.field("csrf");
        let fields = [("csrf", csrf.as_str()), ("connection", scene.acme.connection.as_str())];
        let asked = scene.house.post(&mut browser, "/login/connection", &fields).await;
        let question = scene.acme.vouch(&scene.house, &mut browser, &asked, "cyd@acme.test").await;
        assert!(question.body.contains("Change who is signed in?"), "{}", question.body);
    });
}

#[test]
fn whoever_becomes_an_owner_signs_in_at_the_owners_door() {
    run(async {
        let scene = Scene::new().await;
        let bob = scene.bob(&scene.acme.organization, "bob@home.test", PASSWORD).await;
        let mut browser = Browser::new();
        assert!(is_in(&scene.sign_in(&mut browser, "bob@home.test", PASSWORD).await));
        let id = UserId::try_from(bob).unwrap();
        scene.house.write(move |tx| users::make_owner(tx, &id).map(drop)).await;
        // The session that a password opened gives no owner's rights, and ends.
        assert_eq!(scene.house.get(&mut browser, "/").await.status, StatusCode::SEE_OTHER);
        let refused = scene.sign_in(&mut browser, "bob@home.test", PASSWORD).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    });
}

#[test]
fn an_installation_without_passwords_says_that_a_company_is_misspelt() {
    run(async {
        let scene = Scene::new().await;
        let page = scene.typed(&mut Browser::new(), "ann@acme.tets").await;
        assert!(page.body.contains("No company sign-in was found"), "{}", page.body);
        let bob = scene.bob(&scene.acme.organization, "bob@home.test", PASSWORD).await;
        let page = scene.house.get(&mut Browser::new(), "/o/acme").await;
        assert!(page.body.contains("Or with a password"), "{}", page.body);
        // With the last password, the page that asks for one goes.
        let path = format!("/users/{bob}");
        scene.root.call(&scene.house, ("DELETE", &path), Some("*"), &Value::Null).await;
        let page = scene.typed(&mut Browser::new(), "ann@acme.tets").await;
        assert!(page.body.contains("No company sign-in was found"), "{}", page.body);
        let straight = scene.house.get(&mut Browser::new(), "/o/acme").await;
        assert_eq!(straight.status, StatusCode::SEE_OTHER);
    });
}
