//! An attempt is finished by the browser that began it, with an answer that same browser
//! brought; a knock from anywhere else changes nothing.

use actix_web::http::StatusCode;
use doorward::model::attempt::{Attempt, LIFETIME, SPENT_LIMIT, State};
use doorward::model::code::Code;
use doorward::model::secret::Digest;
use doorward::store::Page;
use doorward::store::attempts::{self, Filter};

use crate::house::{self, Answer, Browser, House, run};
use crate::support::openid::Provider;
use crate::support::tenant::{Tenant, onward, sent};

const SESSION: &str = "doorward-session";
const ANN: &str = "ann@acme.test";

async fn attempt(house: &House, handle: &str) -> Attempt {
    let digest = Digest::of_ordered(handle);
    house.read(move |tx| attempts::find_by_handle(tx, digest)).await.unwrap()
}

async fn begin(house: &House, tenant: &Tenant, browser: &mut Browser) -> String {
    let asked = house.get(browser, &format!("/o/{}", tenant.path)).await;
    sent(&asked, "RelayState").unwrap()
}

/// Every refusal on record with this code.
async fn refusals(house: &House, code: Code) -> usize {
    let filter = Filter { code: Some(code), ..Filter::default() };
    house.read(move |tx| attempts::list(tx, &filter, &Page::first(200))).await.len()
}

fn assert_shown(answer: &Answer, code: Code) {
    assert!(answer.status.is_client_error(), "{} {}", answer.status, answer.header("location"));
    assert!(answer.body.contains(code.as_str()), "{}", answer.body);
    assert!(answer.body.contains("Reference"), "{}", answer.body);
}

#[test]
fn an_answer_brought_by_another_browser_lets_nobody_in() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        // Mallory begins, and leads Ann to the provider with Mallory's own request. Ann is
        // signed in there: her browser brings the answer at once.
        let mut mallory = Browser::new();
        let handle = begin(&house, &acme, &mut mallory).await;
        let answer = acme.answer(house.hub.now(), &handle, ANN);
        let posted = acme.post(&house, &handle, &answer).await;
        assert_eq!(posted.status, StatusCode::SEE_OTHER);
        // Ann's browser is stopped there; Mallory knows the handle and goes on.
        for path in [
            format!("/login/finish?attempt={handle}"),
            format!("/login/finish?attempt={handle}&ticket="),
            format!("/login/finish?attempt={handle}&ticket={handle}"),
        ] {
            let stolen = house.get(&mut mallory, &path).await;
            assert!(stolen.status.is_client_error(), "{path} {}", stolen.header("location"));
            assert!(mallory.cookie(SESSION).is_none(), "{path}");
        }
        // And when Ann's goes on after all, she is told, and nothing is left to finish.
        let hers = house.get(&mut Browser::new(), &onward(&posted)).await;
        assert!(hers.status.is_client_error(), "{}", hers.body);
        assert!(attempt(&house, &handle).await.state.ended());
        let late = house.get(&mut mallory, &onward(&posted)).await;
        assert!(late.status.is_client_error() && mallory.cookie(SESSION).is_none());
    });
}

#[test]
fn an_answer_that_another_browser_finishes_is_over() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let mut mallory = Browser::new();
        let handle = begin(&house, &acme, &mut mallory).await;
        let answer = acme.answer(house.hub.now(), &handle, ANN);
        let posted = acme.post(&house, &handle, &answer).await;
        let mut ann = Browser::new();
        let refused = house.get(&mut ann, &onward(&posted)).await;
        assert_shown(&refused, Code::BrowserCookieMissing);
        let ended = attempt(&house, &handle).await;
        assert_eq!(ended.state, State::Refused { code: Code::BrowserCookieMissing });
        let after = house.get(&mut mallory, &onward(&posted)).await;
        assert!(after.status.is_client_error() && mallory.cookie(SESSION).is_none());
    });
}

#[test]
fn a_knock_from_elsewhere_is_recorded_and_the_rightful_browser_still_finishes() {
    run(async {
        let house = house::open().await;
        let (acme, evil) = (Tenant::open(&house, "acme").await, Tenant::open(&house, "evil").await);
        let mut ann = Browser::new();
        let handle = begin(&house, &acme, &mut ann).await;
        let before = attempt(&house, &handle).await;

        // At the address of another connection, with an answer of its provider.
        let answer = evil.answer(house.hub.now(), &handle, "eve@evil.test");
        assert_shown(&evil.post(&house, &handle, &answer).await, Code::ConnectionMismatch);
        // At the last hop, before there is an answer: by strangers, and by Ann herself.
        let hop = format!("/login/finish?attempt={handle}");
        let (mut with_cookie, mut bare) = (Browser::new(), Browser::new());
        house.get(&mut with_cookie, "/login").await;
        assert_shown(&house.get(&mut with_cookie, &hop).await, Code::BrowserMismatch);
        assert_shown(&house.get(&mut bare, &hop).await, Code::BrowserCookieMissing);
        assert_shown(&house.get(&mut ann, &hop).await, Code::AttemptUnknown);
        assert_eq!(attempt(&house, &handle).await, before);
        assert_eq!(refusals(&house, Code::ConnectionMismatch).await, 1);

        // Between the answer and the last hop: strangers, and the same answer once more.
        let answer = acme.answer(house.hub.now(), &handle, ANN);
        let posted = acme.post(&house, &handle, &answer).await;
        let verified = attempt(&house, &handle).await;
        assert_shown(&house.get(&mut with_cookie, &hop).await, Code::BrowserMismatch);
        assert_shown(&acme.post(&house, &handle, &answer).await, Code::AttemptUsed);
        assert_shown(&acme.post(&house, &handle, "AAAA").await, Code::AttemptUsed);
        assert_eq!(attempt(&house, &handle).await, verified);

        let home = house.get(&mut ann, &onward(&posted)).await;
        assert_eq!(onward(&home), "/", "{}", home.body);
        assert!(house.get(&mut ann, "/").await.body.contains(ANN));
        assert!(with_cookie.cookie(SESSION).is_none() && bare.cookie(SESSION).is_none());
    });
}

#[test]
fn strangers_leave_a_bounded_number_of_records() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let handle = begin(&house, &acme, &mut Browser::new()).await;
        for _ in 0..80 {
            house.get(&mut Browser::new(), &format!("/login/finish?attempt={handle}")).await;
        }
        assert_eq!(refusals(&house, Code::BrowserCookieMissing).await, 60);
    });
}

#[test]
fn an_answer_that_comes_too_late_ends_the_attempt() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let mut ann = Browser::new();
        let handle = begin(&house, &acme, &mut ann).await;
        house.wait(LIFETIME + 1);
        let answer = acme.answer(house.hub.now(), &handle, ANN);
        assert_shown(&acme.post(&house, &handle, &answer).await, Code::AttemptExpired);
        let ended = attempt(&house, &handle).await;
        assert_eq!(ended.state, State::Refused { code: Code::AttemptExpired });
    });
}

/// A house with one OpenID Provider, the browser that began, the handle and the way back.
async fn way_back(house: &House, provider: &Provider) -> (Browser, String, Answer) {
    let acme = Tenant::bare(house, "acme").await;
    provider.connect(house, &acme).await;
    let mut browser = Browser::new();
    let asked = house.get(&mut browser, "/o/acme").await;
    let handle = sent(&asked, "state").unwrap();
    (browser, handle, asked)
}

#[test]
fn a_redirect_to_another_browser_does_not_end_the_sign_in() {
    run(async {
        let (house, provider) = (house::open_among_private().await, Provider::start());
        let (mut ann, handle, asked) = way_back(&house, &provider).await;
        let back = provider.vouch(house.hub.now(), &asked, ANN);
        let stranger = back.replace("code0", "guessed");
        for _ in 0..3 {
            let refused = house.get(&mut Browser::new(), &stranger).await;
            assert_shown(&refused, Code::BrowserCookieMissing);
        }
        assert_eq!(provider.redeemed(), 0, "no code is redeemed for a stranger");
        let stood = attempt(&house, &handle).await;
        assert_eq!(stood.state.name(), "awaiting");
        assert!(stood.checks.as_slice().iter().any(|c| c.received == "another browser"));
        let home = house.get(&mut ann, &back).await;
        assert_eq!(onward(&home), "/", "{}", home.body);
        assert!(ann.cookie(SESSION).is_some());
    });
}

#[test]
fn a_code_that_another_browser_brought_is_worth_nothing_to_anybody() {
    run(async {
        let (house, provider) = (house::open_among_private().await, Provider::start());
        // Mallory begins, Ann is led to the provider and comes back in her own browser, and
        // Mallory gets hold of the address.
        let (mut mallory, handle, asked) = way_back(&house, &provider).await;
        let back = provider.vouch(house.hub.now(), &asked, ANN);
        assert_shown(&house.get(&mut Browser::new(), &back).await, Code::BrowserCookieMissing);
        assert_shown(&house.get(&mut mallory, &back).await, Code::BrowserMismatch);
        assert!(mallory.cookie(SESSION).is_none());
        let ended = attempt(&house, &handle).await;
        assert_eq!(ended.state, State::Refused { code: Code::BrowserMismatch });
    });
}

#[test]
fn too_many_answers_from_elsewhere_end_the_attempt() {
    run(async {
        let (house, provider) = (house::open_among_private().await, Provider::start());
        let (mut ann, handle, asked) = way_back(&house, &provider).await;
        let back = provider.vouch(house.hub.now(), &asked, ANN);
        for n in 0..=SPENT_LIMIT {
            assert!(!attempt(&house, &handle).await.state.ended(), "{n}");
            house.get(&mut Browser::new(), &back.replace("code0", &format!("guess{n}"))).await;
        }
        let ended = attempt(&house, &handle).await;
        assert_eq!(ended.state, State::Refused { code: Code::BrowserMismatch });
        assert!(house.get(&mut ann, &back).await.status.is_client_error());
        assert!(ann.cookie(SESSION).is_none());
    });
}
