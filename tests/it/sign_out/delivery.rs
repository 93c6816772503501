//! Telling an app: tried again, bounded, and no app delays another.

use std::net::TcpListener;

use doorward::jobs::logouts;
use doorward::model::id::AppId;
use doorward::model::time::{DAY, HOUR, MINUTE, SECOND};
use serde_json::json;

use super::{ANN, Scene, enter};
use crate::house::{self, Browser, run};
use crate::support::disk;
use crate::support::receiver::{Does, Receiver, app_told_at};
use crate::support::tenant::Tenant;

/// The states of the deliveries, in any order.
fn rows(scene: &Scene) -> Vec<String> {
    disk::dump(&scene.house)["logout_deliveries"].clone()
}

async fn told_at(scene: &mut Scene, address: &str) -> AppId {
    let app = app_told_at(&scene.house, "Wiki", Some(address.to_owned())).await;
    scene.enter(&app).await;
    scene.sign_out().await;
    app
}

#[test]
fn an_app_that_was_down_is_told_later() {
    run(async {
        let mut scene = Scene::new().await;
        let receiver = Receiver::start();
        receiver.answers("503 Service Unavailable");
        told_at(&mut scene, &receiver.address.clone()).await;
        scene.tell().await;
        assert_eq!(receiver.told().len(), 1);
        // Not before its time.
        scene.tell().await;
        assert_eq!(receiver.told().len(), 1);
        for (pause, tries) in [(SECOND, 2), (5 * SECOND, 3), (10 * MINUTE, 4)] {
            scene.house.wait(pause);
            scene.tell().await;
            assert_eq!(receiver.told().len(), tries);
        }
        receiver.answers("204 No Content");
        scene.house.wait(HOUR);
        scene.tell().await;
        scene.house.wait(DAY);
        scene.tell().await;
        let told = receiver.told();
        assert_eq!(told.len(), 5);
        // Each try has a token of its own, fresh at that moment.
        let (first, last) = (&told[0].1, &told[4].1);
        assert_eq!(first["sid"], last["sid"]);
        assert_ne!(first["jti"], last["jti"]);
        assert!(last["iat"].as_i64() > first["exp"].as_i64());
        assert!(rows(&scene)[0].contains("delivered"), "{:?}", rows(&scene));
    });
}

#[test]
fn what_an_app_answers_decides() {
    run(async {
        let mut scene = Scene::new().await;
        let receiver = Receiver::start();
        for (status, state) in [
            ("200 OK", "delivered"),
            ("204 No Content", "delivered"),
            ("400 Bad Request", "refused"),
            ("401 Unauthorized", "pending"),
            ("302 Found\r\nlocation: https://evil.test/", "pending"),
            ("500 Internal Server Error", "pending"),
        ] {
            receiver.answers(status);
            told_at(&mut scene, &receiver.address.clone()).await;
            scene.tell().await;
            let rows = rows(&scene);
            let found = rows.iter().filter(|row| row.contains(state)).count();
            assert!(found > 0, "{status}: {rows:?}");
            assert!(rows.iter().all(|row| !row.contains("evil.test/")), "{rows:?}");
            disk_clear(&scene).await;
        }
    });
}

async fn disk_clear(scene: &Scene) {
    let data = scene.house.hub.config.data.join("doorward.db");
    let db = rusqlite::Connection::open(data).unwrap();
    db.execute("DELETE FROM logout_deliveries", ()).unwrap();
}

#[test]
fn an_app_is_told_a_bounded_number_of_times() {
    run(async {
        let mut scene = Scene::new().await;
        told_at(&mut scene, &Receiver::nobody()).await;
        for _ in 0..30 {
            scene.tell().await;
            scene.house.wait(HOUR);
        }
        let rows = rows(&scene);
        assert!(rows.len() == 1 && rows[0].contains("given_up"), "{rows:?}");
        assert!(rows[0].contains("could not be reached"), "{rows:?}");
    });
}

/// Its status is the answer: whatever else it sends is not read.
#[test]
fn an_endless_answer_is_not_read() {
    run(async {
        let mut scene = Scene::new().await;
        let receiver = Receiver::start();
        receiver.does(Does::Answers("200 OK", "x".repeat(4_000_000)));
        told_at(&mut scene, &receiver.address.clone()).await;
        scene.tell().await;
        assert!(rows(&scene)[0].contains("delivered"), "{:?}", rows(&scene));
    });
}

/// The address guard is that of every call of ours.
#[test]
fn a_server_that_may_not_call_its_own_network_does_not() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        for address in [
            format!("http://127.0.0.1:{port}/logout"),
            format!("https://127.0.0.1:{port}/logout"),
            format!("https://localhost:{port}/logout"),
        ] {
            let app = app_told_at(&house, "Wiki", Some(address)).await;
            let mut ann = Browser::new();
            let tokens = enter(&house, &acme, &mut ann, ANN, &app).await;
            let asked = format!("/oauth2/logout?id_token_hint={}", tokens.id_token);
            house.get(&mut ann, &asked).await;
            logouts::all_due(&house.hub).await.unwrap();
        }
        assert!(listener.accept().is_err(), "called");
        let rows = disk::dump(&house)["logout_deliveries"].clone();
        assert_eq!(rows.len(), 3);
        assert!(rows.iter().all(|row| row.contains("pending")), "{rows:?}");
        assert!(rows.iter().all(|row| row.contains("--allow-private-idps")), "{rows:?}");
    });
}

/// The loop is woken by the commit that ends the session, whoever made it; and an app that
/// takes requests and never answers keeps nobody else waiting.
#[test]
fn apps_are_told_at_once_whatever_another_one_does() {
    run(async {
        let mut scene = Scene::new().await;
        let (dead, good) = (Receiver::start(), Receiver::start());
        dead.does(Does::Hangs);
        let stuck = app_told_at(&scene.house, "Stuck", Some(dead.address.clone())).await;
        let wiki = app_told_at(&scene.house, "Wiki", Some(good.address.clone())).await;
        // More for the dead one than may be on its way to all.
        for _ in 0..6 {
            scene.enter(&stuck).await;
            scene.sign_out().await;
        }
        let running = actix_web::rt::spawn(logouts::run(scene.house.hub.clone()));
        let mut told = Vec::new();
        for _ in 0..5 {
            let tokens = scene.enter(&wiki).await;
            scene.sign_out().await;
            told.push((tokens.sub, tokens.sid));
            let hub = scene.house.hub.clone();
            let (most, count) = (std::time::Duration::from_secs(4), told.len());
            let arrived = hub.settled.wait(most, || {
                let arrived = (good.told().len() == count).then_some(());
                async move { Ok::<_, ()>(arrived) }
            });
            assert_eq!(arrived.await, Ok(Some(())), "told within the patience for the other");
        }
        assert_eq!(good.of(), told);
        assert!(dead.told().len() <= 4, "{}", dead.told().len());
        running.abort();
    });
}

#[test]
fn nothing_is_told_to_an_app_that_is_gone_or_has_no_address_any_more() {
    run(async {
        let mut scene = Scene::new().await;
        let receiver = Receiver::start();
        let gone = told_at(&mut scene, &receiver.address.clone()).await;
        let path = format!("/apps/{gone}");
        scene.api.call(&scene.house, ("DELETE", &path), Some("*"), &json!(null)).await;
        let mute = told_at(&mut scene, &receiver.address.clone()).await;
        let path = format!("/apps/{mute}");
        let body = json!({"backchannel_logout_uri": null});
        scene.api.call(&scene.house, ("PATCH", &path), Some("*"), &body).await;
        scene.tell().await;
        assert_eq!(receiver.told(), []);
        let rows = rows(&scene);
        assert!(rows.len() == 1 && rows[0].contains("given_up"), "{rows:?}");
    });
}

/// What telling came to cannot be kept: then the app is not told again and again meanwhile.
#[test]
fn a_store_that_keeps_nothing_floods_no_app() {
    run(async {
        let mut scene = Scene::new().await;
        let receiver = Receiver::start();
        told_at(&mut scene, &receiver.address.clone()).await;
        let data = scene.house.hub.config.data.join("doorward.db");
        let db = rusqlite::Connection::open(data).unwrap();
        db.execute_batch(
            "CREATE TRIGGER full BEFORE UPDATE ON logout_deliveries
             BEGIN SELECT RAISE(ABORT, 'full'); END",
        )
        .unwrap();
        scene.tell().await;
        assert_eq!(receiver.told().len(), 1);
        db.execute_batch("DROP TRIGGER full").unwrap();
        scene.tell().await;
        assert_eq!(receiver.told().len(), 2, "it is told again");
        assert!(rows(&scene)[0].contains("delivered"), "{:?}", rows(&scene));
        scene.tell().await;
        assert_eq!(receiver.told().len(), 2);
    });
}
