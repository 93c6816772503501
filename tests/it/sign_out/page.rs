//! The page after signing out says what was ended and what was not (25a), and the next sign-in
//! does not pass silently (25c, D12).

use actix_web::http::StatusCode;
use serde_json::Value;

use super::{ANN, Scene};
use crate::house::{self, Browser, run};
use crate::support::openid::Provider;
use crate::support::receiver::{Receiver, app_told_at};
use crate::support::tenant::{Tenant, authorize, onward, sent};

#[test]
fn the_page_says_what_was_ended_and_what_was_not() {
    run(async {
        let mut scene = Scene::new().await;
        let (good, bad) = (Receiver::start(), Receiver::start());
        bad.answers("503 Service Unavailable");
        for (name, address) in [
            ("Wiki", Some(good.address.clone())),
            ("Mail", Some(bad.address.clone())),
            ("Old &amp; <b>", None),
        ] {
            let app = app_told_at(&scene.house, "x", address).await;
            let path = format!("/apps/{app}");
            let body = serde_json::json!({"name": name});
            scene.api.call(&scene.house, ("PATCH", &path), Some("*"), &body).await;
            scene.enter(&app).await;
        }
        scene.sign_out().await;
        scene.tell().await;
        let page = scene.house.get(&mut scene.ann, "/signed-out").await;
        assert_eq!(page.status, StatusCode::OK);
        let said =
            |text: &str| page.body.find(text).unwrap_or_else(|| panic!("{text} in {}", page.body));
        assert!(said("You are signed out here") < said("Signed out at:"));
        assert!(said("Signed out at:") < said("<li>Wiki</li>"));
        assert!(said("<li>Wiki</li>") < said("have not confirmed it"));
        assert!(said("have not confirmed it") < said("<li>Mail</li>"));
        assert!(said("<li>Mail</li>") < said("cannot be told"));
        assert!(said("cannot be told") < said("identity provider may still know you"));
        assert!(!page.body.contains("<b>") && !page.body.contains("<script"));
        assert!(!page.body.contains(" style="));
        // Another browser is told nothing of it.
        let other = scene.house.get(&mut Browser::new(), "/signed-out").await;
        assert!(!other.body.contains("Wiki"), "{}", other.body);
        let mut liar = Browser::new();
        liar.cookies.insert("doorward-signed-out".to_owned(), "s".repeat(43));
        assert!(!scene.house.get(&mut liar, "/signed-out").await.body.contains("Wiki"));
    });
}

/// Who has an ID token of somebody ends that session with it, and learns nothing of it.
#[test]
fn a_hint_alone_tells_nothing_of_the_session_it_ends() {
    run(async {
        let mut scene = Scene::new().await;
        let receiver = Receiver::start();
        let app = app_told_at(&scene.house, "Wiki", Some(receiver.address.clone())).await;
        let tokens = scene.enter(&app).await;
        let mut other = Browser::new();
        let asked = format!("/oauth2/logout?id_token_hint={}", tokens.id_token);
        scene.house.get(&mut other, &asked).await;
        scene.tell().await;
        assert_eq!(receiver.told().len(), 1);
        let page = scene.house.get(&mut other, "/signed-out").await;
        assert!(!page.body.contains("Wiki"), "{}", page.body);
    });
}

#[test]
fn the_browser_forgets_even_when_nothing_else_works() {
    run(async {
        let mut scene = Scene::new().await;
        scene.acme.sign_in(&scene.house, &mut scene.ann, ANN).await;
        let page = scene.house.get(&mut scene.ann, "/").await;
        let csrf = page.field("csrf");
        scene.house.hub.store.close();
        let done = scene.house.post(&mut scene.ann, "/sign-out", &[("csrf", &csrf)]).await;
        assert_eq!(done.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(done.body.contains("This browser has forgotten you"), "{}", done.body);
        assert!(!done.body.contains("You are signed out here"));
        assert_eq!(scene.ann.cookie("doorward-session"), None);
        assert!(scene.ann.cookie("doorward-signed-out").is_some());
        let page = scene.house.get(&mut scene.ann, "/signed-out").await;
        assert_eq!(page.status, StatusCode::OK);
    });
}

/// Both protocols, both ways to sign out; once.
#[test]
fn the_next_sign_in_asks_for_proof_again() {
    run(async {
        let house = house::open_among_private().await;
        let acme = Tenant::open(&house, "acme").await;
        let provider = Provider::start();
        let beta = Tenant::bare(&house, "beta").await;
        provider.connect(&house, &beta).await;
        let app = app_told_at(&house, "Wiki", None).await;
        for by_app in [true, false] {
            let mut ann = Browser::new();
            let tokens = super::enter(&house, &acme, &mut ann, ANN, &app).await;
            leave(&house, &mut ann, by_app.then_some(tokens.id_token.as_str())).await;
            let asked = house.get(&mut ann, &authorize(&app, &[("organization", "beta")])).await;
            assert_eq!(sent(&asked, "prompt").as_deref(), Some("login"), "{by_app}");
            let asked = house.get(&mut ann, "/o/beta").await;
            assert_eq!(sent(&asked, "prompt").as_deref(), Some("login"), "{by_app}");
            let asked = house.get(&mut ann, "/o/acme").await;
            assert!(forced(&asked), "{by_app}");
            let mut done = acme.vouch(&house, &mut ann, &asked, ANN).await;
            if sent(&done, "round").is_some() {
                done = house.get(&mut ann, &onward(&done)).await;
            }
            assert_eq!(onward(&done), "/", "{}", done.body);
            // Once: what was proved anew stands.
            let asked = house.get(&mut ann, "/o/acme?other=1").await;
            assert!(!forced(&asked), "{by_app}");
        }
    });
}

async fn leave(house: &house::House, ann: &mut Browser, hint: Option<&str>) {
    match hint {
        Some(hint) => {
            house.get(ann, &format!("/oauth2/logout?id_token_hint={hint}")).await;
        }
        None => {
            let csrf = house.get(ann, "/").await.field("csrf");
            house.post(ann, "/sign-out", &[("csrf", &csrf)]).await;
        }
    }
}

/// Whether a SAML request asks with ForceAuthn.
pub fn forced(asked: &house::Answer) -> bool {
    use base64::Engine as _;
    let request = sent(asked, "SAMLRequest").unwrap_or_else(|| panic!("{}", asked.body));
    let bytes = base64::engine::general_purpose::STANDARD.decode(request).unwrap();
    // Written as stored blocks: the text stands in it as it is.
    String::from_utf8_lossy(&bytes).contains("ForceAuthn=\"true\"")
}

#[test]
fn signing_out_of_another_site_is_no_wish_of_the_person() {
    run(async {
        let mut scene = Scene::new().await;
        scene.acme.sign_in(&scene.house, &mut scene.ann, ANN).await;
        for csrf in ["", "wrong"] {
            for path in ["/sign-out", "/sign-out/provider"] {
                let done = scene.house.post(&mut scene.ann, path, &[("csrf", csrf)]).await;
                assert!(!done.status.is_success() || done.status.is_redirection(), "{path}");
            }
        }
        assert!(scene.house.get(&mut scene.ann, "/").await.body.contains(ANN));
        let (_, sessions) = scene.api.get(&scene.house, "/sessions").await;
        assert_eq!(sessions["items"].as_array().map(Vec::len), Some(1), "{sessions}");
        let _: Value = sessions;
    });
}
