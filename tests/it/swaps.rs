//! A request tells who was signed in when the browser sent it. Whoever is let in meanwhile, in
//! another tab, is not replaced for that: a dishonest provider chooses how long a request takes.

use doorward::store::{Page, sessions};
use tokio::sync::oneshot;

use crate::house::{self, Answer, Browser, House, PASSWORD, run};
use crate::support::openid::{Gate, Provider};
use crate::support::tenant::{Tenant, onward, sent};

const ANN: &str = "ann@acme.test";
const EVE: &str = "eve@evil.test";

/// A house with an honest tenant, and a dishonest one that answers when it likes.
struct Scene {
    house: House,
    acme: Tenant,
    provider: Provider,
}

impl Scene {
    async fn new() -> Self {
        let (house, provider) = (house::open_among_private().await, Provider::start());
        let acme = Tenant::open(&house, "acme").await;
        let evil = Tenant::bare(&house, "evil").await;
        provider.connect(&house, &evil).await;
        Self { house, acme, provider }
    }

    /// Brings Eve's answer in a tab of `browser`; while the provider keeps its own answer back,
    /// `meanwhile` happens in the others.
    async fn slowly(
        &self,
        browser: &mut Browser,
        meanwhile: impl AsyncFnOnce(&mut Browser),
    ) -> Answer {
        let sent_away = self.house.get(browser, "/o/evil").await;
        let back = self.provider.vouch(self.house.hub.now(), &sent_away, EVE);
        let (asked, is_asked) = oneshot::channel();
        let (answer, may_answer) = std::sync::mpsc::channel();
        self.provider.hold_back("/token", Gate { asked, answer: may_answer });
        let mut tab = browser.clone();
        let others = async {
            is_asked.await.unwrap();
            meanwhile(browser).await;
            answer.send(()).unwrap();
        };
        tokio::join!(self.house.get(&mut tab, &back), others).0
    }

    /// The tab goes on with the cookies the browser has by now, and Ann is asked.
    async fn assert_asked(&self, browser: &mut Browser, answer: &Answer) {
        let next = onward(answer);
        assert!(next.starts_with("/login/finish?"), "{next}");
        assert!(!answer.headers.contains_key("set-cookie"), "nobody is in yet");
        let page = self.house.get(browser, &next).await;
        for said in ["Ann", EVE, "evil Inc"] {
            let body = page.body.replace(ANN, "Ann");
            assert!(body.contains(said), "{said} in {} {body}", page.header("location"));
        }
    }

    async fn sessions(&self) -> usize {
        self.house.read(|tx| sessions::list(tx, None, None, &Page::first(50))).await.len()
    }
}

#[test]
fn a_slow_provider_does_not_replace_who_signed_in_meanwhile() {
    run(async {
        let scene = Scene::new().await;
        let mut browser = Browser::new();
        let answer = scene
            .slowly(&mut browser, async |browser| {
                let home = scene.acme.sign_in(&scene.house, browser, ANN).await;
                assert_eq!(onward(&home), "/");
            })
            .await;
        scene.assert_asked(&mut browser, &answer).await;
        assert_eq!(scene.sessions().await, 1);
    });
}

#[test]
fn a_slow_provider_does_not_replace_a_session_that_was_renewed_meanwhile() {
    run(async {
        let scene = Scene::new().await;
        let mut browser = Browser::new();
        scene.acme.sign_in(&scene.house, &mut browser, ANN).await;
        // Much later, and more than once: what the tab has is the cookie before the last.
        scene.house.wait(60_000);
        let answer = scene
            .slowly(&mut browser, async |browser| {
                for _ in 0..2 {
                    scene.acme.sign_in(&scene.house, browser, ANN).await;
                }
                scene.house.wait(10_000);
            })
            .await;
        scene.assert_asked(&mut browser, &answer).await;
        assert_eq!(scene.sessions().await, 1);
    });
}

#[test]
fn a_slow_provider_does_not_replace_the_owner_who_came_meanwhile() {
    run(async {
        let scene = Scene::new().await;
        scene.house.set_up(&mut Browser::new()).await;
        let mut browser = Browser::new();
        let answer = scene
            .slowly(&mut browser, async |browser| {
                let home = scene.house.sign_in(browser, "ann@acme.test", PASSWORD).await;
                assert_eq!(onward(&home), "/");
            })
            .await;
        scene.assert_asked(&mut browser, &answer).await;
    });
}

#[test]
fn a_last_step_that_crossed_a_renewal_is_taken_again() {
    run(async {
        let house = house::open().await;
        let (acme, evil) = (Tenant::open(&house, "acme").await, Tenant::open(&house, "evil").await);
        let scene = Scene { house, acme, provider: Provider::gone() };
        let mut browser = Browser::new();
        scene.acme.sign_in(&scene.house, &mut browser, ANN).await;
        scene.house.wait(60_000);
        let asked = scene.house.get(&mut browser, "/o/evil").await;
        // Sent with the old cookie, just before the new one came.
        let mut tab = browser.clone();
        scene.acme.sign_in(&scene.house, &mut browser, ANN).await;
        let answer = evil.vouch(&scene.house, &mut tab, &asked, EVE).await;
        scene.assert_asked(&mut browser, &answer).await;
        assert_eq!(scene.sessions().await, 1);
    });
}

#[test]
fn who_has_no_session_any_more_is_sent_on_once_and_let_in() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let mut browser = Browser::new();
        acme.sign_in(&house, &mut browser, ANN).await;
        browser.cookies.remove("doorward-session");
        let asked = house.get(&mut browser, "/o/acme").await;
        assert!(sent(&asked, "RelayState").is_some());
        let once = acme.vouch(&house, &mut browser, &asked, "bob@acme.test").await;
        let done = house.get(&mut browser, &onward(&once)).await;
        assert_eq!(onward(&done), "/", "{}", done.body);
        assert!(house.get(&mut browser, "/").await.body.contains("bob@acme.test"));
    });
}
