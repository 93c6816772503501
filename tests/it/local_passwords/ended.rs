//! Sessions that a password opened end where the organization says so, and the apps hear of it.

use doorward::jobs::{Jobs, Last, logouts, tick};
use doorward::model::id::AppId;
use doorward::model::organization::RunningSessions;

use super::*;
use crate::support::receiver::{Receiver, app_told_at};
use crate::support::tenant::{authorize, sent};

const BOB: &str = "bob@acme.test";

/// Bob, in an app by his password.
async fn inside(scene: &Scene, app: &AppId) -> Browser {
    let of = scene.acme.organization.clone();
    scene.bob(&of, BOB, PASSWORD).await;
    scene.hold(&of, "acme.test").await;
    let mut browser = Browser::new();
    assert!(is_in(&scene.sign_in(&mut browser, BOB, PASSWORD).await));
    let back = scene.house.get(&mut browser, &authorize(app, &[])).await;
    assert!(sent(&back, "code").is_some(), "{} {}", back.status, back.body);
    browser
}

/// Single sign-on is required from a moment on, and then running sessions end, or not.
async fn require(scene: &Scene, from: Option<Millis>, running: RunningSessions) {
    let of = scene.acme.organization.clone();
    let set = move |tx: &doorward::store::Tx<'_>| {
        let mut organization = organizations::find(tx, &of)?.unwrap();
        organization.settings.enforcement = Enforcement {
            mode: EnforcementMode::Required,
            starts_at: from,
            running_sessions: running,
        };
        organizations::set_settings(tx, &organization.id, &organization.settings)
    };
    scene.house.write(set).await;
}

#[test]
fn apps_are_told_when_requiring_single_sign_on_ends_sessions() {
    run(async {
        let house = house::open_among_private().await;
        let acme = Tenant::open(&house, "acme").await;
        let root = Admin::open(&house, None).await;
        let scene = Scene { house, acme, root };
        let receiver = Receiver::start();
        let app = app_told_at(&scene.house, "Wiki", Some(receiver.address.clone())).await;
        let mut bob = inside(&scene, &app).await;
        let of = scene.acme.organization.clone();
        let start = scene.house.hub.now().plus(HOUR);
        let mut last = Last::default();
        // Not where they may go on, nor before it comes into force.
        require(&scene, None, RunningSessions::Keep).await;
        tick(&Jobs::of(&scene.house.hub), &mut Last::default()).await;
        require(&scene, Some(start), RunningSessions::End).await;
        tick(&Jobs::of(&scene.house.hub), &mut last).await;
        assert_eq!(scene.sessions().await, 1);
        scene.house.wait(HOUR);
        tick(&Jobs::of(&scene.house.hub), &mut last).await;
        assert_eq!(scene.sessions().await, 0);
        logouts::all_due(&scene.house.hub).await.unwrap();
        assert_eq!(receiver.told().len(), 1);
        // Undone, they are not there again.
        scene.enforce(&of, EnforcementMode::Optional, None).await;
        let home = scene.house.get(&mut bob, "/").await;
        assert_eq!(home.status, StatusCode::SEE_OTHER, "{}", home.body);
    });
}

/// Whoever is faster than the clean-up: the session that another one takes the place of.
#[test]
fn apps_are_told_when_another_session_takes_the_place_of_one_that_is_over() {
    run(async {
        let house = house::open_among_private().await;
        let acme = Tenant::open(&house, "acme").await;
        let root = Admin::open(&house, None).await;
        let scene = Scene { house, acme, root };
        let receiver = Receiver::start();
        let app = app_told_at(&scene.house, "Wiki", Some(receiver.address.clone())).await;
        let mut bob = inside(&scene, &app).await;
        let (of, through) = (scene.acme.organization.clone(), scene.acme.connection.clone());
        let now = scene.house.hub.now();
        let know = move |tx: &doorward::store::Tx<'_>| {
            let found = users::with_address(tx, &of, BOB, &through)?;
            users::insert_identity(tx, &through, BOB, &found[0].0.id, now)
        };
        scene.house.write(know).await;
        require(&scene, None, RunningSessions::End).await;
        scene.house.wait(MINUTE);
        let back = scene.acme.sign_in(&scene.house, &mut bob, BOB).await;
        assert_eq!(back.header("location"), "http://localhost:8080/", "{}", back.body);
        assert_eq!(scene.sessions().await, 1);
        logouts::all_due(&scene.house.hub).await.unwrap();
        assert_eq!(receiver.told().len(), 1);
    });
}
