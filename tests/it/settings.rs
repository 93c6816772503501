//! Settings that are changed while Doorward runs: they hold at once and after a new start, and
//! what was told at start stays as it was told.

use doorward::hub::running::Running;
use doorward::jobs::{Jobs, Last, tick};
use doorward::model::settings::Fixed;
use doorward::model::time::{DAY, HOUR, MINUTE};
use serde_json::{Value, json};

use crate::house::{self, Browser, House, run};
use crate::support::admin::{Admin, Called};
use crate::support::door;
use crate::support::tenant::{self, Tenant, authorize};

const ANN: &str = "ann.of.acme@acme.test";

async fn change(house: &House, admin: &Admin, body: &Value) -> Called {
    admin.call(house, ("PATCH", "/settings"), Some("*"), body).await
}

/// Whether this browser is still signed in, by what an app is told.
async fn signed_in(house: &House, browser: &mut Browser, app: &doorward::model::id::AppId) -> bool {
    let asked = authorize(app, &[("prompt", "none")]);
    let answer = house.get(browser, &asked).await;
    !tenant::onward(&answer).contains("error=")
}

#[test]
fn a_session_that_is_not_used_ends_by_the_limit_that_holds_now() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let (admin, app) = (Admin::open(&house, None).await, tenant::app(&house).await);
        let mut ann = Browser::at("192.0.2.1:1");
        acme.sign_in(&house, &mut ann, ANN).await;
        house.wait(30 * MINUTE);
        assert!(signed_in(&house, &mut ann, &app).await, "an hour at first");

        let changed = change(&house, &admin, &json!({"session_idle_seconds": 600})).await;
        assert_eq!((changed.status, &changed.json["session_idle_seconds"]), (200, &json!(600)));
        house.wait(9 * MINUTE);
        assert!(signed_in(&house, &mut ann, &app).await);
        house.wait(11 * MINUTE);
        assert!(!signed_in(&house, &mut ann, &app).await, "it had begun before the change");

        // The provider of these tests ends a session after eight hours by itself.
        let both = json!({"session_idle_seconds": 7_200, "session_absolute_seconds": 10_800});
        assert_eq!(change(&house, &admin, &both).await.status, 200);
        acme.sign_in(&house, &mut ann, ANN).await;
        house.wait(119 * MINUTE);
        assert!(signed_in(&house, &mut ann, &app).await);
        house.wait(60 * MINUTE);
        assert!(signed_in(&house, &mut ann, &app).await);
        house.wait(2 * MINUTE);
        assert!(!signed_in(&house, &mut ann, &app).await, "three hours at the latest");
    });
}

#[test]
fn what_has_ended_stays_ended_when_the_limit_is_raised() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let (admin, app) = (Admin::open(&house, None).await, tenant::app(&house).await);
        let (mut left, mut used) = (Browser::at("192.0.2.1:1"), Browser::at("192.0.2.2:1"));
        acme.sign_in(&house, &mut left, ANN).await;
        house.wait(50 * MINUTE);
        acme.sign_in(&house, &mut used, "bob.of.acme@acme.test").await;
        house.wait(20 * MINUTE);
        // Ann's ended ten minutes ago: an hour without use. Bob's goes on.
        change(&house, &admin, &json!({"session_idle_seconds": 10_800})).await;
        assert!(!signed_in(&house, &mut left, &app).await);
        assert!(signed_in(&house, &mut used, &app).await);
        // Shut everybody out, and take it back: nobody is in again.
        house.wait(15 * MINUTE);
        change(&house, &admin, &json!({"session_idle_seconds": 600})).await;
        change(&house, &admin, &json!({"session_idle_seconds": 10_800})).await;
        assert!(!signed_in(&house, &mut left, &app).await);
        assert!(!signed_in(&house, &mut used, &app).await);
    });
}

#[test]
fn it_holds_after_a_new_start_and_comes_from_the_store_when_nobody_told_the_server() {
    run(async {
        let house = house::open().await;
        let admin = Admin::open(&house, None).await;
        let begun = house.hub.running.settings();
        let body = json!({"session_idle_seconds": 900, "attempt_retention_seconds": 172_800,
            "signing_key_days": 30});
        let changed = change(&house, &admin, &body).await;
        assert_eq!(changed.status, 200, "{}", changed.json);
        assert_eq!(changed.json["version"], begun.version + 1);
        let now = house.hub.running.settings();
        assert_eq!((now.limits.idle, now.attempt_retention), (15 * MINUTE, 2 * DAY));

        let anew = Running::of(house.hub.config.clone());
        assert_eq!(anew.settings().limits.idle, HOUR, "before the store was read");
        anew.reread(&house.hub.store).await.unwrap();
        assert_eq!(anew.settings(), now);

        // Told at start from now on: what was told wins, and keeps the other within itself.
        let mut config = (*house.hub.config).clone();
        config.session_absolute = 10 * MINUTE;
        config.fixed = vec![Fixed::SessionAbsolute];
        let told = Running::of(config.into());
        told.reread(&house.hub.store).await.unwrap();
        let limits = told.settings().limits;
        assert_eq!((limits.absolute, limits.idle), (10 * MINUTE, 10 * MINUTE));

        // An older word never replaces a newer one.
        house.hub.running.replace(begun);
        assert_eq!(house.hub.running.settings(), now);
    });
}

#[test]
fn a_server_that_was_not_told_learns_it_within_a_minute() {
    run(async {
        let house = house::open().await;
        let admin = Admin::open(&house, None).await;
        // As if whoever wrote it had gone away between the write and taking it over.
        let other = Jobs { running: Running::of(house.hub.config.clone()), ..Jobs::of(&house.hub) };
        change(&house, &admin, &json!({"session_idle_seconds": 900})).await;
        assert_eq!(other.running.settings().limits.idle, HOUR);
        tick(&other, &mut Last::default()).await;
        assert_eq!(other.running.settings().limits.idle, 15 * MINUTE);
    });
}

#[test]
fn sign_ins_are_kept_for_as_long_as_is_said_now() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let admin = Admin::open(&house, None).await;
        acme.sign_in(&house, &mut Browser::at("192.0.2.1:1"), ANN).await;
        house.wait(2 * DAY);
        tick(&Jobs::of(&house.hub), &mut Last::default()).await;
        let kept = admin.get(&house, "/attempts").await.1;
        assert_eq!(kept["items"].as_array().unwrap().len(), 1);
        change(&house, &admin, &json!({"attempt_retention_seconds": 86_400})).await;
        tick(&Jobs::of(&house.hub), &mut Last::default()).await;
        let kept = admin.get(&house, "/attempts").await.1;
        assert_eq!(kept["items"], json!([]));
    });
}

#[test]
fn what_cannot_be_is_refused_with_what_can() {
    run(async {
        let house = house::open_with(|config| config.fixed = vec![Fixed::AttemptRetention]).await;
        let admin = Admin::open(&house, None).await;
        let before = admin.get(&house, "/settings").await.1;
        let told = json!([{"setting": "attempt_retention_seconds",
            "option": "attempt_retention_days"}]);
        assert_eq!(before["fixed"], told);
        for (body, field, said) in [
            (json!({"attempt_retention_seconds": 86_400}), "attempt_retention_seconds", "at start"),
            (json!({"session_idle_seconds": 299}), "session_idle_seconds", "from 300 to"),
            (json!({"session_idle_seconds": -1}), "session_idle_seconds", "from 300 to"),
            (json!({"session_absolute_seconds": i64::MAX}), "session_absolute_seconds", "2592000"),
            (json!({"session_idle_seconds": 50_000}), "session_idle_seconds", "than it lasts"),
            (json!({"session_absolute_seconds": 600}), "session_absolute_seconds", "than it lasts"),
            (json!({"signing_key_days": 1}), "signing_key_days", "from 7 to 730"),
            (json!({"session_idle_seconds": "1 hour"}), "session_idle_seconds", "whole number"),
            (json!({"public_url": "https://x.test"}), "public_url", ""),
        ] {
            let refused = change(&house, &admin, &body).await;
            assert_eq!(refused.status, 422, "{body}");
            let error = &refused.json["errors"][0];
            assert_eq!(error["field"], field, "{body}");
            assert!(error["detail"].as_str().unwrap().contains(said), "{body}: {error}");
        }
        let (_, after) = admin.get(&house, "/settings").await;
        assert_eq!(after, before, "nothing of it was kept");
    });
}

#[test]
fn keys_are_brought_forward_but_never_before_every_app_can_have_read_them() {
    run(async {
        let house = house::open().await;
        let admin = Admin::open(&house, None).await;
        // The next keys are made in the run after the first start.
        let early = admin.post(&house, "/signing-keys/rotate", &Value::Null).await;
        assert_eq!((early.0, &early.1["code"]), (409, &json!("no_next_key")));
        tick(&Jobs::of(&house.hub), &mut Last::default()).await;
        let keys = admin.get(&house, "/signing-keys").await.1;
        let of = |keys: &Value, state: &str| -> Vec<Value> {
            let all = keys["items"].as_array().unwrap().iter();
            all.filter(|key| key["state"] == state && key["algorithm"] == "RS256")
                .cloned()
                .collect()
        };
        let (active, next) = (of(&keys, "active"), of(&keys, "next"));
        assert_eq!((active.len(), next.len()), (1, 1));
        assert!(!keys.to_string().contains("private"), "{keys}");
        let start = house.hub.now();
        assert_eq!(next[0]["signs_from"], start.plus(90 * DAY).rfc3339());

        // A shorter life of keys holds for the next one already.
        change(&house, &admin, &json!({"signing_key_days": 30})).await;
        let keys = admin.get(&house, "/signing-keys").await.1;
        assert_eq!(of(&keys, "next")[0]["signs_from"], start.plus(30 * DAY).rfc3339());

        for _ in 0..2 {
            let (status, keys) = admin.post(&house, "/signing-keys/rotate", &Value::Null).await;
            assert_eq!(status, 200);
            assert_eq!(of(&keys, "next")[0]["signs_from"], start.plus(DAY).rfc3339());
        }
        // Neither the same nor another life of keys puts them off again.
        for days in [30, 60] {
            change(&house, &admin, &json!({"signing_key_days": days})).await;
            let keys = admin.get(&house, "/signing-keys").await.1;
            assert_eq!(of(&keys, "next")[0]["signs_from"], start.plus(DAY).rfc3339());
        }
        let trail = door::trail(&house).await;
        assert_eq!(trail.iter().filter(|each| *each == "signing_keys.rotate").count(), 1);

        let mut last = Last::default();
        house.wait(DAY - 1);
        tick(&Jobs::of(&house.hub), &mut last).await;
        let keys = admin.get(&house, "/signing-keys").await.1;
        assert_eq!(of(&keys, "active"), active, "a day after it was published, not before");
        house.wait(HOUR);
        tick(&Jobs::of(&house.hub), &mut last).await;
        let keys = admin.get(&house, "/signing-keys").await.1;
        assert_eq!(of(&keys, "active")[0]["id"], next[0]["id"]);
        assert_eq!(of(&keys, "retired")[0]["id"], active[0]["id"]);
    });
}
