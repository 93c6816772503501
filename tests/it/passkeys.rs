//! Passkeys of owners: added, used, removed, and what counts them.

use actix_web::http::StatusCode;
use doorward::broker::Moment;
use doorward::broker::owner as broker;
use doorward::broker::session::Limits;
use doorward::model::audit::Actor;
use doorward::model::rng::SystemRng;
use doorward::model::time::{HOUR, MINUTE};
use doorward::store::Page;
use doorward::store::owners::Who;
use doorward::store::{factors, notices, owners, passkeys};
use serde_json::{Value, json};

use super::house::{self, Browser, House, PASSWORD, run};
use crate::support::admin::Admin;
use crate::support::authenticator::{
    Key, Said, add_passkey, ask, asked, confirm, offer, use_passkey,
};
use crate::support::door::{
    EMAIL, add_app, add_codes, code, is_in, owner, password, press, record, require, trail,
};

async fn remove(house: &House, browser: &mut Browser, name: &'static str) -> StatusCode {
    let (_, ann) = owner(house).await;
    let all = house.read(move |tx| passkeys::of(tx, &ann)).await;
    let id = all.into_iter().find(|passkey| passkey.name == name).unwrap().id;
    let csrf = house.get(browser, "/owner/factors").await.field("csrf");
    let fields = [("csrf", csrf.as_str()), ("passkey", id.as_str())];
    house.post(browser, "/owner/factors/passkeys/remove", &fields).await.status
}

#[test]
fn a_passkey_after_the_password_lets_its_owner_in_and_is_written_down() {
    run(async {
        let house = house::open().await;
        let mut first = Browser::new();
        house.set_up(&mut first).await;
        let mut thief = Browser::at("198.51.100.1:1");
        house.sign_in(&mut thief, EMAIL, PASSWORD).await;
        let page = offer(&house, &mut first, "  Ann's <phone> ").await;
        assert!(page.body.len() < 15_000 && page.body.contains("passkey.js?v="));
        let policy = page.header("content-security-policy");
        assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
        let asks = asked(&page);
        assert_eq!(asks["rp"]["id"], "localhost");
        assert_eq!(asks["attestation"], "none");
        assert_eq!(asks["authenticatorSelection"]["userVerification"], "preferred");
        assert_eq!(asks["timeout"], 5 * MINUTE);
        assert_eq!(asks["user"]["name"], "Ann@Acme.test");
        let mut key = Key::new(true);
        key.handle = Some(asks["user"]["id"].as_str().unwrap().to_owned());
        let answer = confirm(&house, &mut first, &page, &key.created(&Said::at(&page))).await;
        assert_eq!(answer.header("location"), "http://localhost:8080/owner/factors?done=passkey");
        assert!(!is_in(&house, &mut thief).await, "whoever got in without a factor is out");
        assert!(is_in(&house, &mut first).await);
        let list = house.get(&mut first, "/owner/factors").await;
        assert!(
            list.body
                .contains("Ann&#39;s &#60;phone&#62;</strong>, added on 2027-01-15, never used"),
            "{}",
            list.body
        );
        assert!(list.body.len() < 15_000 && !list.body.contains("<script"));

        let mut browser = Browser::at("198.51.100.7:1");
        password(&house, &mut browser).await;
        let second = house.get(&mut browser, "/owner/second").await;
        assert!(second.body.contains("Use a passkey") && !second.body.contains("one-time-code"));
        assert!(!second.body.contains("<script"));
        let page = ask(&house, &mut browser).await;
        let asks = asked(&page);
        assert_eq!(
            (&asks["rpId"], &asks["userVerification"]),
            (&json!("localhost"), &json!("preferred"))
        );
        assert_eq!(asks["allowCredentials"][0]["transports"], json!(["usb"]));
        let answer = use_passkey(&house, &mut browser, &mut key).await;
        assert_eq!(answer.header("location"), "http://localhost:8080/", "{}", answer.body);
        assert!(is_in(&house, &mut browser).await);
        assert!(browser.cookie("doorward-step").is_none());
        let list = house.get(&mut browser, "/owner/factors").await;
        assert!(list.body.contains("last used on 2027-01-15"), "{}", list.body);
        let trail = trail(&house).await;
        for action in ["owner.passkey_add", "owner.password_right", "owner.passkey_use"] {
            assert!(trail.iter().any(|a| a == action), "{action} in {trail:?}");
        }
    });
}

#[test]
fn several_passkeys_beside_other_factors_and_one_that_does_not_count() {
    run(async {
        let house = house::open().await;
        let mut browser = Browser::new();
        house.set_up(&mut browser).await;
        let app = add_app(&house, &mut browser).await;
        let mut synchronized = add_passkey(&house, &mut browser, "Cloud", false).await;
        let mut counting = add_passkey(&house, &mut browser, "Key", true).await;
        // A passkey that is there is not offered for making again.
        let page = offer(&house, &mut browser, "Third").await;
        assert_eq!(asked(&page)["excludeCredentials"].as_array().unwrap().len(), 2);
        for _ in 0..2 {
            for key in [&mut synchronized, &mut counting] {
                let mut other = Browser::new();
                password(&house, &mut other).await;
                let answer = use_passkey(&house, &mut other, key).await;
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
            }
        }
        let mut other = Browser::new();
        password(&house, &mut other).await;
        let second = house.get(&mut other, "/owner/second").await;
        assert!(second.body.contains("one-time-code") && second.body.contains("Use a passkey"));
        let answer = code(&house, &mut other, &app.code(&house)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);

        // Names tell them apart, and ten are the most.
        let mut browser = other;
        for (name, why) in
            [("Key", "of this name"), (" ", "a name of"), (&*"n".repeat(61), "a name of")]
        {
            let answer = offer(&house, &mut browser, name).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
            assert!(answer.body.contains(why), "{}", answer.body);
        }
        for n in 2..10 {
            add_passkey(&house, &mut browser, &format!("Key {n}"), true).await;
        }
        let answer = offer(&house, &mut browser, "One more").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains("the most an owner can have"), "{}", answer.body);
        assert!(answer.body.len() < 15_000, "{}", answer.body.len());
        assert_eq!(remove(&house, &mut browser, "Key 4").await, StatusCode::SEE_OTHER);
        add_passkey(&house, &mut browser, "Key 4", true).await;
    });
}

#[test]
fn where_a_factor_is_needed_a_passkey_is_one_and_the_last_one_stays() {
    run(async {
        let house = house::open().await;
        house.set_up(&mut Browser::new()).await;
        let admin = Admin::open(&house, None).await;
        let (home, ann) = owner(&house).await;
        require(&house, &home, true).await;
        let enters = |of: &str| {
            let ann = doorward::model::id::UserId::try_from(of).unwrap();
            let home = home.clone();
            house.read(move |tx| owners::can_enter(tx, &home, Who::Only(&ann)))
        };
        assert!(!enters(ann.as_str()).await);
        // Whoever has none is let in to nothing but adding one, and then is in.
        let mut browser = Browser::new();
        let answer = house.sign_in(&mut browser, EMAIL, PASSWORD).await;
        assert_eq!(answer.header("location"), "http://localhost:8080/owner/factors");
        let mut key = add_passkey(&house, &mut browser, "Key", true).await;
        assert!(is_in(&house, &mut browser).await);
        assert!(enters(ann.as_str()).await);
        let address = format!("/organizations/{home}/enforcement");
        let (_, enforcement) = admin.get(&house, &address).await;
        let checks = enforcement["checks"].as_array().unwrap().clone();
        let ready = checks.iter().find(|check| check["name"] == "owner_ready").unwrap();
        assert_eq!(ready["passed"], true, "{ready}");
        // Every administrator sees that the door was used, and with what.
        let mut again = Browser::new();
        password(&house, &mut again).await;
        use_passkey(&house, &mut again, &mut key).await;
        assert_eq!(house.read(|tx| notices::list(tx, None, None, &Page::first(5))).await.len(), 2);
        let signed_in = record(&house, "owner.sign_in").await.unwrap();
        assert_eq!(signed_in["second_factor"], "passkey");

        let browser = &mut again;
        assert_eq!(remove(&house, browser, "Key").await, StatusCode::CONFLICT);
        add_codes(&house, browser).await;
        assert_eq!(remove(&house, browser, "Key").await, StatusCode::SEE_OTHER);
        // The other way round: the app goes while a passkey stays.
        add_app(&house, browser).await;
        add_passkey(&house, browser, "Key", true).await;
        let answer = press(&house, browser, "/owner/factors/totp/remove").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        // Nobody removes what is another's.
        let (_, item) = admin.get(&house, "/owners").await;
        let passkey = &item["items"][0]["passkeys"][0];
        assert_eq!((&passkey["name"], &passkey["works"]), (&json!("Key"), &json!(true)), "{item}");
        assert_eq!(passkey["last_used_at"], Value::Null);
        assert!(passkey.get("credential_id").is_none() && passkey.get("public_key").is_none());
    });
}

#[test]
fn a_rehearsal_is_passed_with_a_passkey() {
    run(async {
        let house = house::open().await;
        let mut browser = Browser::new();
        house.set_up(&mut browser).await;
        let mut key = add_passkey(&house, &mut browser, "Key", true).await;
        let started = press(&house, &mut browser, "/owner/drill").await;
        let address = started.header("location").replace("http://localhost:8080", "");
        let token = address.split('=').nth(1).unwrap().to_owned();
        let fields = [("email", EMAIL), ("password", PASSWORD), ("drill", token.as_str())];
        house.fill(&mut browser, &address, &fields).await;
        let second = house.get(&mut browser, "/owner/second").await;
        assert!(second.body.contains("This is a rehearsal"), "{}", second.body);
        let answer = use_passkey(&house, &mut browser, &mut key).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert!(answer.body.contains("Rehearsal passed"), "{}", answer.body);
        let (_, ann) = owner(&house).await;
        let last = house.read(move |tx| doorward::store::drills::last_of_user(tx, &ann)).await;
        assert_eq!(last, Some(house.hub.now()));
    });
}

#[test]
fn passkeys_that_were_lost_are_removed_on_the_host_with_what_was_asked_of_them() {
    run(async {
        let house = house::open().await;
        let mut browser = Browser::new();
        house.set_up(&mut browser).await;
        let key = add_passkey(&house, &mut browser, "Key", true).await;
        let page = offer(&house, &mut browser, "Thief's").await;
        let now = house.hub.now();
        let moment = Moment { rng: &SystemRng, now, limits: Limits::new(HOUR, HOUR) };
        house.write(move |tx| broker::reset_factors(tx, moment, &Actor::Host, EMAIL)).await;
        assert!(!is_in(&house, &mut browser).await, "what was opened with it ends");
        let other = Key::new(true);
        let answer = confirm(&house, &mut browser, &page, &other.created(&Said::at(&page))).await;
        assert!(answer.header("location").ends_with("/owner?factors=1"));
        let answer = house.sign_in(&mut browser, EMAIL, PASSWORD).await;
        assert_eq!(answer.header("location"), "http://localhost:8080/");
        // The key may be added again.
        let page = offer(&house, &mut browser, "Key").await;
        let answer = confirm(&house, &mut browser, &page, &key.created(&Said::at(&page))).await;
        assert!(answer.header("location").ends_with("done=passkey"), "{}", answer.body);
    });
}

#[test]
fn a_passkey_of_another_host_counts_for_nothing_and_lets_no_password_in_alone() {
    run(async {
        let house = house::open().await;
        let mut browser = Browser::new();
        house.set_up(&mut browser).await;
        let mut key = add_passkey(&house, &mut browser, "Key", true).await;
        // What a start at another address notes.
        house.write(|tx| passkeys::reached_at(tx, Some("sso.acme.test"))).await;
        let (home, ann) = owner(&house).await;
        let of = ann.clone();
        assert!(!house.read(move |tx| factors::of(tx, &of)).await.any());
        require(&house, &home, true).await;
        let can = house.read(move |tx| owners::can_enter(tx, &home, Who::Only(&ann))).await;
        assert!(!can, "the pre-flight does not count it");
        let mut other = Browser::new();
        password(&house, &mut other).await;
        let second = house.get(&mut other, "/owner/second").await;
        assert!(second.body.contains("another address of this installation"), "{}", second.body);
        assert!(!second.body.contains("Use a passkey"));
        let csrf = house.get(&mut other, "/owner").await.field("csrf");
        let answer = house.post(&mut other, "/owner/second/passkey", &[("csrf", &csrf)]).await;
        assert_eq!(answer.header("location"), "http://localhost:8080/owner/second");
        // Back at the first address it is what it was.
        house.write(|tx| passkeys::reached_at(tx, Some("localhost"))).await;
        let answer = use_passkey(&house, &mut other, &mut key).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    });
}

/// Whoever has a passkey of another host is asked for a factor: the last one that works stays,
/// and the guards of the last owner count them as nobody who gets in.
#[test]
fn a_passkey_of_another_host_locks_nobody_out() {
    run(async {
        let house = house::open().await;
        let mut browser = Browser::new();
        house.set_up(&mut browser).await;
        let (home, ann) = owner(&house).await;
        let enters = || {
            let (home, ann) = (home.clone(), ann.clone());
            house.read(move |tx| owners::can_enter(tx, &home, Who::Only(&ann)))
        };
        add_app(&house, &mut browser).await;
        add_passkey(&house, &mut browser, "Key", true).await;
        house.write(|tx| passkeys::reached_at(tx, Some("sso.acme.test"))).await;
        assert!(enters().await, "by the app");
        let answer = press(&house, &mut browser, "/owner/factors/totp/remove").await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.body);
        // The passkey that works nowhere may go, and then the app may, too.
        assert_eq!(remove(&house, &mut browser, "Key").await, StatusCode::SEE_OTHER);
        let answer = press(&house, &mut browser, "/owner/factors/totp/remove").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert!(enters().await, "by the password");
        // With nothing but such a passkey nobody gets in.
        house.write(|tx| passkeys::reached_at(tx, Some("localhost"))).await;
        add_passkey(&house, &mut browser, "Key", true).await;
        assert!(enters().await);
        house.write(|tx| passkeys::reached_at(tx, Some("sso.acme.test"))).await;
        assert!(!enters().await, "another owner has to stay");
        house.write(|tx| passkeys::reached_at(tx, Some("localhost"))).await;
        // The last code used up leads to adding a factor, not to a door nobody opens.
        let codes = add_codes(&house, &mut browser).await;
        house.write(|tx| passkeys::reached_at(tx, Some("sso.acme.test"))).await;
        for (n, each) in codes.iter().enumerate() {
            let mut other = Browser::new();
            house.wait(MINUTE);
            password(&house, &mut other).await;
            let answer = code(&house, &mut other, each).await;
            let last = n + 1 == codes.len();
            let leads = answer.header("location").ends_with("/owner/factors");
            assert_eq!((answer.status, leads), (StatusCode::SEE_OTHER, last), "{}", answer.body);
        }
    });
}

#[test]
fn an_ip_address_is_no_place_for_passkeys_and_the_page_says_so() {
    run(async {
        let house = house::open_at("http://127.0.0.1:8080", &[]).await;
        let mut browser = Browser::new();
        house.set_up(&mut browser).await;
        let page = house.get(&mut browser, "/owner/factors").await;
        assert!(page.body.contains("Passkeys need a host name"), "{}", page.body);
        assert!(!page.body.contains("Add a passkey"));
        let answer = offer(&house, &mut browser, "Key").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains("reached at an IP address"), "{}", answer.body);
    });
}
