//! Sessions that a password opened end where the organization says so, and the apps hear of it.

use doorward::jobs::{Jobs, Last, logouts, tick};
use doorward::model::id::AppId;
use doorward::model::organization::RunningSessions;

use super::*;
use crate::support::door::{self, owner};
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

/// Their password at the general page is none of an owner, and an owner's is none of others.
#[test]
fn apps_are_told_when_somebody_becomes_an_owner_or_is_none_any_more() {
    run(async {
        for way in ["roles", "owners"] {
            let house = house::open_among_private().await;
            let acme = Tenant::open(&house, "acme").await;
            let root = Admin::open(&house, None).await;
            let scene = Scene { house, acme, root };
            let receiver = Receiver::start();
            let app = app_told_at(&scene.house, "Wiki", Some(receiver.address.clone())).await;
            inside(&scene, &app).await;
            let (house, root) = (&scene.house, &scene.root);
            let (_, found) = root.get(house, "/users?limit=200").await;
            let bob = found["items"].as_array().unwrap().iter().find(|u| u["email"] == BOB);
            let bob = bob.unwrap()["id"].as_str().unwrap().to_owned();
            let (method, path, body) = match way {
                "roles" => ("PUT", format!("/users/{bob}/roles"), json!({"roles": ["owner"]})),
                _ => {
                    let path = format!("/organizations/{}/owners", scene.acme.organization);
                    ("POST", path, json!({"user": bob}))
                }
            };
            let called = root.call(house, (method, &path), Some("*"), &body).await;
            assert!((200..300).contains(&called.status), "{way} {}", called.json);
            assert_eq!(scene.sessions().await, 0, "{way}");
            logouts::all_due(&scene.house.hub).await.unwrap();
            assert_eq!(receiver.told().len(), 1, "{way}");
        }
        let (house, receiver, mut ann) = at_owners_door().await;
        let (_, owner) = owner(&house).await;
        house.write(move |tx| users::set_standing(tx, &owner, false, false)).await;
        logouts::all_due(&house.hub).await.unwrap();
        assert_eq!(receiver.told().len(), 1);
        assert!(!door::is_in(&house, &mut ann).await);
    });
}

/// Where single sign-on is required, what an owner opened by nothing but a password is over.
#[test]
fn apps_are_told_when_an_owner_lacks_the_factor_that_is_needed() {
    run(async {
        let (house, receiver, mut ann) = at_owners_door().await;
        let (home, _) = owner(&house).await;
        tick(&Jobs::of(&house.hub), &mut Last::default()).await;
        assert!(door::is_in(&house, &mut ann).await);
        door::require(&house, &home, true).await;
        tick(&Jobs::of(&house.hub), &mut Last::default()).await;
        logouts::all_due(&house.hub).await.unwrap();
        assert_eq!(receiver.told().len(), 1);
        door::require(&house, &home, false).await;
        assert!(!door::is_in(&house, &mut ann).await, "they are not there again");
        // An owner who has one stays.
        house.sign_in(&mut ann, door::EMAIL, PASSWORD).await;
        door::add_app(&house, &mut ann).await;
        door::require(&house, &home, true).await;
        tick(&Jobs::of(&house.hub), &mut Last::default()).await;
        assert!(door::is_in(&house, &mut ann).await);
    });
}

/// An owner by nothing but a password, in an app.
async fn at_owners_door() -> (House, Receiver, Browser) {
    let house = house::open_among_private().await;
    let mut ann = Browser::new();
    house.set_up(&mut ann).await;
    let receiver = Receiver::start();
    let app = app_told_at(&house, "Wiki", Some(receiver.address.clone())).await;
    let back = house.get(&mut ann, &authorize(&app, &[])).await;
    assert!(sent(&back, "code").is_some(), "{} {}", back.status, back.body);
    (house, receiver, ann)
}
