//! A session ends while something is asked on the strength of it: what is answered then is answered
//! for nobody.

use std::future::pending;

use actix_web::test::TestRequest;
use doorward::store::{Page, StoreError, Tx, sessions};

use super::{ANN, Scene};
use crate::house::{self, Answer, Browser, House, PASSWORD, run};
use crate::support::receiver::{Receiver, app_told_at};
use crate::support::tenant::{Tenant, app, authorize, onward, sent};

/// While a password is hashed; far fewer are written then.
const MOST_WRITES: u32 = 10_000;

fn end_all(tx: &Tx<'_>) -> Result<(), StoreError> {
    for session in sessions::list(tx, None, None, &Page::first(9))? {
        sessions::end(tx, &session.id)?;
    }
    Ok(())
}

async fn assert_asked(house: &House, answer: &Answer, path: &str) {
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
        let wiki = app(&house).await;
        let tile = format!("/o/acme/{wiki}");
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

/// Between an owner's getting in and their going on lies what they wanted, read anew.
#[test]
fn nor_does_the_owners_door_when_they_are_signed_out_right_behind_it() {
    run(async {
        for ends in [false, true] {
            let house = house::open().await;
            house.set_up(&mut Browser::new()).await;
            let wiki = app(&house).await;
            let mut owner = Browser::new();
            let asked = house.get(&mut owner, &authorize(&wiki, &[])).await;
            let handle = asked.field("attempt");
            let page = house.get(&mut owner, &format!("/owner?attempt={handle}")).await;
            let fields = [
                ("csrf", page.field("csrf")),
                ("email", ANN.to_owned()),
                ("password", PASSWORD.to_owned()),
                ("attempt", handle),
            ];
            let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
            let ending = async {
                for _ in 0..if ends { MOST_WRITES } else { 0 } {
                    house.write(end_all).await;
                }
                pending::<Answer>().await
            };
            let entering = house.post(&mut owner, "/owner", &fields);
            // The next end is in the queue before whoever just got in has asked for anything.
            let answer = tokio::select! {
                biased;
                answer = ending => answer,
                answer = entering => answer,
            };
            let location = answer.header("location");
            assert_eq!(sent(&answer, "code").is_some(), !ends, "{location} {}", answer.body);
            if ends {
                assert_eq!(onward(&answer), "/", "{location}");
            }
        }
    });
}
