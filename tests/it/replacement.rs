//! A sign-in that ends in a browser where somebody else is signed in replaces nobody by itself.

use actix_web::http::StatusCode;
use doorward::model::attempt::{Attempt, LIFETIME, State};
use doorward::model::check::Verdict;
use doorward::model::code::Code;
use doorward::model::secret::Digest;
use doorward::store::{Page, attempts, sessions, users};

use crate::house::{self, Answer, Browser, House, run};
use crate::support::openid::Provider;
use crate::support::tenant::{CALLBACK, Tenant, app, authorize, onward, sent};

const SESSION: &str = "doorward-session";
const ANN: &str = "ann@acme.test";
const EVE: &str = "eve@evil.test";

/// A house with an honest and a dishonest tenant, and Ann of the honest one signed in.
struct Scene {
    house: House,
    acme: Tenant,
    evil: Tenant,
    ann: Browser,
}

impl Scene {
    async fn new() -> Self {
        let house = house::open().await;
        let (acme, evil) = (Tenant::open(&house, "acme").await, Tenant::open(&house, "evil").await);
        let mut ann = Browser::new();
        let home = acme.sign_in(&house, &mut ann, ANN).await;
        assert_eq!(onward(&home), "/", "{}", home.body);
        Self { house, acme, evil, ann }
    }

    async fn sessions(&self) -> usize {
        self.house.read(|tx| sessions::list(tx, None, None, &Page::first(50))).await.len()
    }

    async fn attempt(&self, handle: &str) -> Attempt {
        let digest = Digest::of_ordered(handle);
        self.house.read(move |tx| attempts::find_by_handle(tx, digest)).await.unwrap()
    }

    /// What the page at `/` says.
    async fn home(&mut self) -> String {
        self.house.get(&mut self.ann, "/").await.body
    }

    /// Leads Ann's browser through the dishonest tenant; gives the handle and the last page.
    async fn led_astray(&mut self, path: &str) -> (String, Answer) {
        let asked = self.house.get(&mut self.ann, path).await;
        let handle = sent(&asked, "RelayState").unwrap();
        let page = self.evil.vouch(&self.house, &mut self.ann, &asked, EVE).await;
        (handle, page)
    }

    /// Presses a button of the question.
    async fn press(&mut self, page: &Answer, choice: &str) -> Answer {
        press(&self.house, &mut self.ann, page, choice).await
    }
}

async fn press(house: &House, browser: &mut Browser, page: &Answer, choice: &str) -> Answer {
    let names = ["csrf", "attempt", "ticket", "instead_of"];
    let values = names.map(|name| page.field(name));
    let mut fields: Vec<_> = names.iter().copied().zip(values.iter().map(String::as_str)).collect();
    fields.push(("choice", choice));
    house.post(browser, "/login/finish", &fields).await
}

#[test]
fn nobody_is_replaced_without_a_word() {
    run(async {
        let mut scene = Scene::new().await;
        let wiki = app(&scene.house).await;
        let link = authorize(&wiki, &[("organization", "evil")]);
        for path in ["/o/evil", link.as_str()] {
            let cookie = scene.ann.cookie(SESSION).unwrap().to_owned();
            let (handle, page) = scene.led_astray(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.header("location"));
            assert_eq!(scene.ann.cookie(SESSION), Some(cookie.as_str()), "{path}");
            assert!(scene.home().await.contains(ANN), "{path}");
            for said in [ANN, "acme Inc", EVE, "evil Inc"] {
                assert!(page.body.contains(said), "{path}: {said} in {}", page.body);
            }
            let stood = scene.attempt(&handle).await;
            assert_eq!(stood.state.name(), "verified");
            assert!(stood.checks.as_slice().iter().any(|c| c.name == "other_session"));
            // Nobody new is made before somebody says so.
            let evil = scene.evil.organization.clone();
            let people = scene.house.read(move |tx| users::list(tx, Some(&evil), &Page::first(9)));
            assert_eq!(people.await.len(), 0, "{path}");
        }
        assert_eq!(scene.sessions().await, 1);
    });
}

#[test]
fn an_answer_about_somebody_else_of_the_same_organization_is_asked_about_too() {
    run(async {
        let mut scene = Scene::new().await;
        let page = scene.acme.sign_in(&scene.house, &mut scene.ann, "bob@acme.test").await;
        assert!(page.body.contains("bob@acme.test") && page.body.contains(ANN), "{}", page.body);
        assert!(scene.home().await.contains(ANN));
    });
}

#[test]
fn whoever_stays_is_told_nothing_more_and_the_app_gets_nothing() {
    run(async {
        let mut scene = Scene::new().await;
        let wiki = app(&scene.house).await;
        let (handle, page) = scene.led_astray(&authorize(&wiki, &[("organization", "evil")])).await;
        let stayed = scene.press(&page, "stay").await;
        assert_eq!((stayed.status, onward(&stayed).as_str()), (StatusCode::SEE_OTHER, "/"));
        assert!(scene.home().await.contains(ANN));
        let ended = scene.attempt(&handle).await;
        assert_eq!(ended.state, State::Refused { code: Code::StayedSignedIn });
        assert!(ended.checks.as_slice().iter().any(|c| c.verdict == Verdict::Failed));
        // Once answered, the question is over, whatever is pressed.
        for choice in ["continue", "stay"] {
            let late = scene.press(&page, choice).await;
            assert!(!late.header("location").starts_with(CALLBACK), "{}", late.header("location"));
            assert!(scene.home().await.contains(ANN));
        }
        assert_eq!(scene.sessions().await, 1);
    });
}

#[test]
fn whoever_continues_replaces_the_session_which_ends() {
    run(async {
        let mut scene = Scene::new().await;
        let wiki = app(&scene.house).await;
        let before = scene.ann.clone();
        let (handle, page) = scene.led_astray(&authorize(&wiki, &[("organization", "evil")])).await;
        let sent_on = scene.press(&page, "continue").await;
        assert!(sent_on.header("location").starts_with(CALLBACK), "{}", sent_on.body);
        assert!(sent(&sent_on, "code").is_some());
        assert!(scene.home().await.contains(EVE));
        assert_eq!(scene.sessions().await, 1, "the old one is ended");
        let mut old = before;
        assert_eq!(onward(&scene.house.get(&mut old, "/").await), "/setup", "there is no owner");
        assert_eq!(scene.attempt(&handle).await.state, State::Admitted);
        let ended = scene.attempt(&handle).await;
        assert!(ended.checks.as_slice().iter().any(|c| c.name == "other_session"));
    });
}

#[test]
fn only_the_page_in_the_same_browser_answers_the_question_in_time() {
    run(async {
        let mut scene = Scene::new().await;
        let (handle, page) = scene.led_astray("/o/evil").await;
        // A page elsewhere knows neither the field nor where it comes from.
        let mut crossed = scene.ann.clone();
        crossed.headers.push(("sec-fetch-site", "cross-site".to_owned()));
        let refused = press(&scene.house, &mut crossed, &page, "continue").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        let ticket = page.field("ticket");
        let forged = [("attempt", handle.as_str()), ("ticket", &ticket), ("choice", "continue")];
        let refused = scene.house.post(&mut scene.ann, "/login/finish", &forged).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        // Nor does another browser, whatever it knows.
        let mut thief = Browser::new();
        let own = scene.house.get(&mut thief, "/login").await;
        let csrf = own.field("csrf");
        let fields =
            [("attempt", handle.as_str()), ("choice", "continue"), ("csrf", csrf.as_str())];
        let refused = scene.house.post(&mut thief, "/login/finish", &fields).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(thief.cookie(SESSION).is_none());
        // A press that says nothing changes nothing; a reload asks again.
        let mute = scene.press(&page, "").await;
        assert!(mute.body.contains("evil Inc"), "{}", mute.body);
        let mut late = scene.ann.clone();
        scene.house.wait(LIFETIME + 1);
        let refused = press(&scene.house, &mut late, &page, "continue").await;
        assert!(refused.body.contains("attempt_expired"), "{}", refused.body);
        assert_eq!(
            scene.attempt(&handle).await.state,
            State::Refused { code: Code::AttemptExpired }
        );
        assert!(scene.home().await.contains(ANN));
    });
}

#[test]
fn the_word_is_about_the_session_that_was_shown() {
    run(async {
        let mut scene = Scene::new().await;
        let (_, page) = scene.led_astray("/o/evil").await;
        // In another tab Ann gives way to Bob, who was never asked.
        let asked = scene.acme.sign_in(&scene.house, &mut scene.ann, "bob@acme.test").await;
        scene.press(&asked, "continue").await;
        assert!(scene.home().await.contains("bob@acme.test"));
        let again = scene.press(&page, "continue").await;
        assert!(again.body.contains("bob@acme.test") && again.body.contains(EVE), "{}", again.body);
        assert!(scene.home().await.contains("bob@acme.test"));
        scene.press(&again, "continue").await;
        assert!(scene.home().await.contains(EVE));
    });
}

#[test]
fn the_same_person_is_not_asked_and_leaves_no_session_behind() {
    run(async {
        let mut scene = Scene::new().await;
        let wiki = app(&scene.house).await;
        // A code on its way to an app outlives the renewal: tabs finish when they like.
        let first = scene.house.get(&mut scene.ann, &authorize(&wiki, &[])).await;
        let code = sent(&first, "code").unwrap();
        let old = scene.ann.clone();
        for more in [("prompt", "login"), ("max_age", "0")] {
            let link = authorize(&wiki, &[more, ("organization", "acme")]);
            let asked = scene.house.get(&mut scene.ann, &link).await;
            let done = scene.acme.vouch(&scene.house, &mut scene.ann, &asked, ANN).await;
            assert!(done.header("location").starts_with(CALLBACK), "{more:?} {}", done.body);
            assert_eq!(scene.sessions().await, 1, "{more:?}");
        }
        assert!(scene.home().await.contains(ANN));
        assert_ne!(old.cookie(SESSION), scene.ann.cookie(SESSION));
        let mut old = old;
        assert_eq!(onward(&scene.house.get(&mut old, "/").await), "/setup", "a cookie is renewed");
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", CALLBACK),
            ("client_id", wiki.as_str()),
            ("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
        ];
        let token = scene.house.post(&mut Browser::new(), "/oauth2/token", &fields).await;
        assert_eq!(token.status, StatusCode::OK, "{}", token.body);
    });
}

#[test]
fn a_session_that_ran_out_asks_nothing_and_is_gone() {
    run(async {
        let mut scene = Scene::new().await;
        scene.house.wait(scene.house.hub.config.session_idle + 1);
        let done = scene.evil.sign_in(&scene.house, &mut scene.ann, EVE).await;
        assert_eq!(onward(&done), "/", "{}", done.body);
        assert!(scene.home().await.contains(EVE));
        assert_eq!(scene.sessions().await, 1);
    });
}

#[test]
fn the_question_is_a_page_like_the_others() {
    run(async {
        let mut scene = Scene::new().await;
        let long = format!("&lt;script&gt;{}@evil.test", "e".repeat(200));
        let page = scene.evil.sign_in(&scene.house, &mut scene.ann, &long).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(!page.body.contains("<script") && !page.body.contains(&"e".repeat(120)));
        assert!(page.body.contains("script"), "{}", page.body);
        let (_, page) = scene.led_astray("/o/evil").await;
        assert!(page.body.starts_with("<!doctype html>\n<html lang=\"en\">"));
        assert_eq!(page.body.matches("<h1").count(), 1);
        assert_eq!(page.body.matches(" name=\"choice\" value=").count(), 2);
        assert!(!page.body.contains("<script") && !page.body.contains(" style="));
        assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));
        assert_eq!(page.header("cache-control"), "no-store");
    });
}

#[test]
fn a_provider_that_answers_by_redirect_is_asked_about_as_well() {
    run(async {
        let house = house::open_among_private().await;
        let acme = Tenant::open(&house, "acme").await;
        let provider = Provider::start();
        let evil = Tenant::bare(&house, "evil").await;
        provider.connect(&house, &evil).await;
        let mut ann = Browser::new();
        acme.sign_in(&house, &mut ann, ANN).await;
        let asked = house.get(&mut ann, "/o/evil").await;
        let back = provider.vouch(house.hub.now(), &asked, EVE);
        let moved = house.get(&mut ann, &back).await;
        assert!(onward(&moved).starts_with("/login/finish?"), "{}", moved.header("location"));
        let page = house.get(&mut ann, &onward(&moved)).await;
        for said in [ANN, "acme Inc", EVE, "evil Inc"] {
            assert!(page.body.contains(said), "{said} in {}", page.body);
        }
        // Going back and forth changes nothing: the question stands.
        let reloaded = house.get(&mut ann, &back).await;
        assert_eq!(onward(&reloaded), "/", "whoever is signed in goes on as who they are");
        assert!(house.get(&mut ann, "/").await.body.contains(ANN));
        let page = house.get(&mut ann, &onward(&moved)).await;
        let done = press(&house, &mut ann, &page, "continue").await;
        assert_eq!(onward(&done), "/", "{}", done.body);
        assert!(house.get(&mut ann, "/").await.body.contains(EVE));
        // The same person by the same way again: no question.
        let asked = house.get(&mut ann, "/o/evil").await;
        let back = provider.vouch(house.hub.now(), &asked, EVE);
        assert_eq!(onward(&house.get(&mut ann, &back).await), "/");
    });
}
