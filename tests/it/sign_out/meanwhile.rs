//! A session ends while something is asked on the strength of it: what is answered then is answered
//! for nobody.

use actix_web::test::TestRequest;
use doorward::store::{Page, sessions};

use super::{ANN, Scene};
use crate::house::{self, Browser, House, run};
use crate::support::receiver::{Receiver, app_told_at};
use crate::support::tenant::{Tenant, authorize, onward, sent};

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
            let answer = scene.house.overtaken(&mut scene.ann, TestRequest::get().uri(&path)).await;
            assert_asked(&scene.house, &answer, &path).await;
            scene.enter(&app).await;
            let path = authorize(&app, &[("prompt", "none")]);
            let answer = scene.house.overtaken(&mut scene.ann, TestRequest::get().uri(&path)).await;
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
            let answer = house.overtaken(&mut ann, TestRequest::get().uri(&path)).await;
            assert_asked(&house, &answer, &path).await;
        }
    });
}
