//! Signing out at the provider, too (K2, K28, K29), and what comes back from there.

use doorward::model::id::{AppId, ConnectionId};
use serde_json::json;

use super::{ANN, BOB};
use crate::house::{self, Answer, Browser, House, run};
use crate::support::admin::Admin;
use crate::support::disk;
use crate::support::openid::Provider;
use crate::support::receiver::app_told_at;
use crate::support::tenant::{Tenant, authorize, onward, sent};

pub struct Scene {
    pub house: House,
    pub provider: Provider,
    connection: ConnectionId,
    app: AppId,
    pub api: Admin,
    pub ann: Browser,
    /// The provider's tokens are longer than an address may be.
    pub long: bool,
}

impl Scene {
    pub async fn new(choice: &str) -> Self {
        let house = house::open_among_private().await;
        let provider = Provider::start();
        provider.signs_out_at("/logout?x=1");
        let beta = Tenant::bare(&house, "beta").await;
        let connection = provider.connect(&house, &beta).await;
        let app = app_told_at(&house, "Wiki", None).await;
        let api = Admin::open(&house, None).await;
        let scene =
            Self { house, provider, connection, app, api, ann: Browser::new(), long: false };
        scene.set(choice).await;
        scene
    }

    pub async fn set(&self, choice: &str) {
        let path = format!("/connections/{}", self.connection);
        let body = json!({"provider_sign_out": choice});
        let called = self.api.call(&self.house, ("PATCH", &path), Some("*"), &body).await;
        assert_eq!(called.status, 200, "{}", called.json);
        assert_eq!(called.json["provider_sign_out"], choice);
    }

    /// Signs Ann in, and into the app; gives her ID token.
    pub async fn enter(&mut self) -> String {
        let asked = authorize(&self.app, &[("organization", "beta")]);
        let asked = self.house.get(&mut self.ann, &asked).await;
        let long = self.long;
        let back = self.provider.vouch_changed(self.house.hub.now(), &asked, ANN, |claims| {
            claims["long"] = "x".repeat(if long { 7_000 } else { 0 }).into();
        });
        let mut done = self.house.get(&mut self.ann, &back).await;
        for _ in 0..2 {
            if sent(&done, "code").is_none() {
                done = self.house.get(&mut self.ann, &onward(&done)).await;
            }
        }
        let code = sent(&done, "code").unwrap_or_else(|| panic!("{} {}", done.status, done.body));
        super::redeem(&self.house, &self.app, &code).await.id_token
    }

    /// Presses "Sign out" on our own page.
    pub async fn press(&mut self) -> Answer {
        let csrf = self.house.get(&mut self.ann, "/").await.field("csrf");
        self.house.post(&mut self.ann, "/sign-out", &[("csrf", &csrf)]).await
    }

    pub async fn page(&mut self) -> Answer {
        self.house.get(&mut self.ann, "/signed-out").await
    }

    pub async fn is_in(&mut self) -> bool {
        self.house.get(&mut self.ann, "/").await.body.contains(ANN)
    }

    /// To the provider's own sign-out and back with its state.
    async fn away(&mut self) -> String {
        self.enter().await;
        let done = self.press().await;
        sent(&done, "state").unwrap_or_else(|| panic!("{} {}", done.status, done.body))
    }
}

#[test]
fn the_person_is_asked_and_may_choose() {
    run(async {
        let mut scene = Scene::new("ask").await;
        scene.enter().await;
        assert_eq!(onward(&scene.press().await), "/signed-out");
        assert!(!scene.is_in().await);
        let page = scene.page().await;
        assert!(page.body.contains("Sign out at Provider, too"), "{}", page.body);
        let csrf = page.field("csrf");
        let fields = [("csrf", csrf.as_str())];
        // Somebody else's browser has nothing to choose.
        let mut other = Browser::new();
        let theirs = scene.house.get(&mut other, "/login").await.field("csrf");
        let theirs = scene.house.post(&mut other, "/sign-out/provider", &[("csrf", &theirs)]).await;
        assert_eq!(onward(&theirs), "/signed-out");
        let there = scene.house.post(&mut scene.ann, "/sign-out/provider", &fields).await;
        let address = there.header("location");
        assert!(
            address.starts_with(&format!("{}/logout?x=1&", scene.provider.issuer)),
            "{address}"
        );
        assert_eq!(sent(&there, "client_id").as_deref(), Some("doorward"));
        assert_eq!(
            sent(&there, "post_logout_redirect_uri").as_deref(),
            Some("http://localhost:8080/oidc/callback")
        );
        let state = sent(&there, "state").unwrap();
        assert!(!disk::holds(&scene.house, state.as_bytes()), "kept as a digest only");
        let back = scene.house.get(&mut scene.ann, &format!("/oidc/callback?state={state}")).await;
        assert_eq!(onward(&back), "/signed-out");
        let page = scene.page().await;
        assert!(page.body.contains("You came back from"), "{}", page.body);
        assert!(!page.body.contains("<form"), "{}", page.body);
        // Once: a second press goes nowhere.
        let again = scene.house.post(&mut scene.ann, "/sign-out/provider", &fields).await;
        assert_eq!(onward(&again), "/signed-out");
    });
}

#[test]
fn always_and_never_ask_nobody() {
    run(async {
        let mut scene = Scene::new("always").await;
        scene.enter().await;
        let done = scene.press().await;
        assert!(done.header("location").starts_with(&scene.provider.issuer), "{}", done.body);
        assert!(!scene.is_in().await, "signed out here before anything else");
        scene.set("never").await;
        scene.enter().await;
        assert_eq!(onward(&scene.press().await), "/signed-out");
        let page = scene.page().await;
        assert!(!page.body.contains("<form"), "{}", page.body);
        assert!(page.body.contains("may still know you"), "{}", page.body);
        let path = format!("/connections/{}", scene.connection);
        let body = json!({"provider_sign_out": "sometimes"});
        let called = scene.api.call(&scene.house, ("PATCH", &path), Some("*"), &body).await;
        assert_eq!(called.status, 422, "{}", called.json);
    });
}

#[test]
fn an_app_gets_its_people_back_by_way_of_the_provider() {
    run(async {
        let mut scene = Scene::new("always").await;
        let hint = scene.enter().await;
        let bye = "https%3A%2F%2Fwiki.test%2Fbye";
        let asked =
            format!("/oauth2/logout?id_token_hint={hint}&post_logout_redirect_uri={bye}&state=s1");
        let there = scene.house.get(&mut scene.ann, &asked).await;
        assert!(there.header("location").starts_with(&scene.provider.issuer), "{}", there.body);
        // Never to the provider with the app's address or state.
        assert_ne!(sent(&there, "state").as_deref(), Some("s1"));
        let back =
            format!("/oidc/{}/callback?state={}", scene.connection, sent(&there, "state").unwrap());
        let home = scene.house.get(&mut scene.ann, &back).await;
        assert_eq!(home.header("location"), "https://wiki.test/bye?state=s1");
        // One use: afterwards only our own page.
        let home = scene.house.get(&mut scene.ann, &back).await;
        assert_eq!(onward(&home), "/signed-out");
        // Where the person is asked, the app's wish stays what it was: straight back.
        scene.set("ask").await;
        let hint = scene.enter().await;
        let asked =
            format!("/oauth2/logout?id_token_hint={hint}&post_logout_redirect_uri={bye}&state=s2");
        let home = scene.house.get(&mut scene.ann, &asked).await;
        assert_eq!(home.header("location"), "https://wiki.test/bye?state=s2");
    });
}

#[test]
fn a_provider_that_is_down_or_offers_nothing_keeps_nobody_signed_in() {
    run(async {
        let mut scene = Scene::new("always").await;
        scene.enter().await;
        let other = Provider::start();
        let gamma = Tenant::bare(&scene.house, "gamma").await;
        let connection = other.connect(&scene.house, &gamma).await;
        let path = format!("/connections/{connection}");
        let body = json!({"provider_sign_out": "always"});
        scene.api.call(&scene.house, ("PATCH", &path), Some("*"), &body).await;
        let mut bob = Browser::new();
        let asked = scene.house.get(&mut bob, "/o/gamma").await;
        let back = other.vouch(scene.house.hub.now(), &asked, BOB);
        scene.house.get(&mut bob, &back).await;
        let csrf = scene.house.get(&mut bob, "/").await.field("csrf");
        let done = scene.house.post(&mut bob, "/sign-out", &[("csrf", &csrf)]).await;
        assert_eq!(onward(&done), "/signed-out");
        assert_eq!(bob.cookie("doorward-session"), None);
        // An endpoint that is no address of the web is none.
        other.signs_out_at("/x#y");
        scene.house.wait(2 * 3_600_000);
        let asked = scene.house.get(&mut bob, "/o/gamma").await;
        assert!(sent(&asked, "state").is_some(), "{}", asked.body);
    });
}

/// 25b: nobody is signed out at the provider because a session here ran out.
#[test]
fn a_session_that_ran_out_leads_nobody_to_the_provider() {
    run(async {
        let mut scene = Scene::new("always").await;
        scene.enter().await;
        let csrf = scene.house.get(&mut scene.ann, "/").await.field("csrf");
        scene.house.wait(scene.house.hub.config.session_idle + 1);
        let done = scene.house.post(&mut scene.ann, "/sign-out", &[("csrf", &csrf)]).await;
        assert_eq!(onward(&done), "/signed-out");
        assert!(!scene.page().await.body.contains("<form"));
    });
}

/// An attack each: what is not exactly a return from sign-out is judged as an answer to a
/// sign-in, as before.
#[test]
fn only_a_return_is_taken_for_one() {
    run(async {
        let mut scene = Scene::new("always").await;
        let state = scene.away().await;
        let address = |rest: &str| format!("/oidc/callback?state={state}{rest}");
        let own = format!("/oidc/{}/callback?state={state}", scene.connection);
        let mut other = Browser::new();
        let mut liar = Browser::new();
        liar.cookies.insert("doorward-signed-out".to_owned(), "s".repeat(43));
        for path in [address(""), own.clone()] {
            for browser in [&mut other, &mut liar] {
                let refused = scene.house.get(browser, &path).await;
                assert!(refused.status.is_client_error(), "{path} {}", refused.status);
            }
        }
        let iss = format!("&iss={}", scene.provider.issuer);
        for rest in ["&code=x", "&error=access_denied", "&code=", &format!("&code=x{iss}")] {
            let refused = scene.house.get(&mut scene.ann, &address(rest)).await;
            assert!(refused.status.is_client_error(), "{rest} {}", refused.status);
        }
        let elsewhere = Provider::start();
        let gamma = Tenant::bare(&scene.house, "gamma").await;
        let foreign = elsewhere.connect(&scene.house, &gamma).await;
        let path = format!("/oidc/{foreign}/callback?state={state}");
        let refused = scene.house.get(&mut scene.ann, &path).await;
        assert!(refused.status.is_client_error(), "{}", refused.status);
        // None of it used it up.
        let back = scene.house.get(&mut scene.ann, &own).await;
        assert_eq!(onward(&back), "/signed-out");
        assert!(scene.page().await.body.contains("You came back from"));
        // It runs out.
        let state = scene.away().await;
        scene.house.wait(15 * 60_000);
        let late = scene.house.get(&mut scene.ann, &format!("/oidc/callback?state={state}")).await;
        assert!(late.status.is_client_error(), "{}", late.status);
    });
}

/// The state of a sign-in is none of a sign-out, and the other way round.
#[test]
fn a_sign_in_goes_on_beside_a_sign_out() {
    run(async {
        let mut scene = Scene::new("always").await;
        let state = scene.away().await;
        let asked = scene.house.get(&mut scene.ann, "/o/beta").await;
        let handle = sent(&asked, "state").unwrap();
        let bare = scene.house.get(&mut scene.ann, &format!("/oidc/callback?state={handle}")).await;
        assert!(bare.status.is_client_error(), "{}", bare.status);
        let answer = scene.provider.vouch(scene.house.hub.now(), &asked, ANN);
        let swapped = answer.replace(&handle, &state);
        let refused = scene.house.get(&mut scene.ann, &swapped).await;
        assert!(refused.status.is_client_error(), "{}", refused.status);
        assert!(!scene.is_in().await);
        let mut done = scene.house.get(&mut scene.ann, &answer).await;
        if sent(&done, "ticket").is_some() {
            done = scene.house.get(&mut scene.ann, &onward(&done)).await;
        }
        if sent(&done, "round").is_some() {
            done = scene.house.get(&mut scene.ann, &onward(&done)).await;
        }
        assert_eq!(onward(&done), "/", "{}", done.body);
        assert!(scene.is_in().await);
    });
}
