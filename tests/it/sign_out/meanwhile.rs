//! A session ends while something is asked on the strength of it: what is answered then is answered
//! for nobody.

use doorward::store::{Page, sessions};
use tokio::sync::oneshot;

use super::{ANN, Scene};
use crate::house::{self, Browser, House, run};
use crate::support::receiver::{Receiver, app_told_at};
use crate::support::tenant::{Tenant, authorize, onward, sent};

/// Sends `path` and has every session end after it was looked up who is signed in, and before
/// anything is written.
async fn overtaken(house: &House, browser: &mut Browser, path: &str) -> house::Answer {
    let (held, is_held) = oneshot::channel();
    let (end, may_end) = std::sync::mpsc::channel::<()>();
    let writer = house.write(move |tx| {
        held.send(()).unwrap();
        may_end.recv().unwrap();
        for session in sessions::list(tx, None, None, &Page::first(9))? {
            sessions::end(tx, &session.id)?;
        }
        Ok(())
    });
    let asked = async {
        is_held.await.unwrap();
        let meanwhile = async {
            // Reads that come later are read later.
            for _ in 0..50 {
                house.read(|_| Ok(())).await;
            }
            end.send(()).unwrap();
        };
        tokio::join!(house.get(browser, path), meanwhile).0
    };
    tokio::join!(writer, asked).1
}

async fn assert_asked(house: &House, answer: &house::Answer, path: &str) {
    assert_eq!(answer.status.as_u16(), 303, "{path} {}", answer.body);
    assert!(sent(answer, "SAMLRequest").is_some(), "{path} {}", answer.header("location"));
    let left = house.read(|tx| sessions::list(tx, None, None, &Page::first(9))).await;
    assert!(left.is_empty(), "{path}");
}

#[test]
fn an_app_is_given_nothing_for_a_session_that_has_just_ended() {
    run(async {
        for told in [true, false] {
            let mut scene = Scene::new().await;
            let receiver = Receiver::start();
            let address = told.then(|| receiver.address.clone());
            let app = app_told_at(&scene.house, "Wiki", address).await;
            scene.enter(&app).await;
            let path = authorize(&app, &[]);
            let answer = overtaken(&scene.house, &mut scene.ann, &path).await;
            assert_asked(&scene.house, &answer, &path).await;
            scene.enter(&app).await;
            let path = authorize(&app, &[("prompt", "none")]);
            let answer = overtaken(&scene.house, &mut scene.ann, &path).await;
            assert_eq!(sent(&answer, "error").as_deref(), Some("login_required"), "{told}");
        }
    });
}

#[test]
fn nor_does_a_tile_or_a_page_left_open_lead_anywhere_by_it() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let app = crate::support::tenant::app(&house).await;
        let tile = format!("/o/acme/{app}");
        for left_open in [false, true] {
            let mut ann = Browser::new();
            let begun = house.get(&mut ann, &tile).await;
            let handle = sent(&begun, "RelayState").unwrap();
            assert_eq!(onward(&acme.sign_in(&house, &mut ann, ANN).await), "/");
            let again = format!("/login/again?attempt={handle}");
            let path = if left_open { again } else { tile.clone() };
            let answer = overtaken(&house, &mut ann, &path).await;
            assert_asked(&house, &answer, &path).await;
        }
    });
}
