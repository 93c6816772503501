//! What nobody gets in with: answers of a passkey that are not the owner's, not for us, not now.

use actix_web::http::StatusCode;
use doorward::model::time::MINUTE;
use doorward::store::passkeys;
use serde_json::{Value, json};

use super::house::{self, Browser, House, PASSWORD, run};
use crate::support::admin::Admin;
use crate::support::authenticator::{
    Key, PRESENT, Said, add_passkey, ask, asked, confirm, offer, send, text, use_passkey,
};
use crate::support::door::{EMAIL, add_app, code, is_in, owner, password, record};

/// A house whose owner has one passkey, known in one browser.
async fn with_passkey() -> (House, Browser, Key) {
    let house = house::open().await;
    let mut browser = Browser::new();
    house.set_up(&mut browser).await;
    let key = add_passkey(&house, &mut browser, "Ann's phone", true).await;
    (house, browser, key)
}

#[test]
fn what_was_not_signed_here_and_now_is_refused_and_says_why_in_the_trail() {
    run(async {
        let (house, _, mut key) = with_passkey().await;
        type Change = fn(&mut Said);
        let wrong: [(&str, Change, &str); 12] = [
            ("origin", |s| s.origin = "https://localhost:8080".to_owned(), "origin"),
            ("port", |s| s.origin = "http://localhost:8081".to_owned(), "origin"),
            ("no port", |s| s.origin = "http://localhost".to_owned(), "origin"),
            ("subdomain", |s| s.origin = "http://evil.localhost:8080".to_owned(), "origin"),
            ("host", |s| s.host = "acme.test".to_owned(), "host"),
            ("parent host", |s| s.host = "host".to_owned(), "host"),
            ("challenge", |s| s.challenge = text(&[7; 32]), "challenge"),
            ("kind", |s| s.kind = "webauthn.create", "malformed"),
            ("presence", |s| s.flags &= !PRESENT, "presence"),
            ("frame", |s| s.more = json!({ "crossOrigin": true }), "cross_origin"),
            ("odd frame", |s| s.more = json!({ "crossOrigin": "true" }), "cross_origin"),
            ("top", |s| s.more = json!({ "topOrigin": "https://evil.test" }), "cross_origin"),
        ];
        for (n, (what, change, reason)) in wrong.into_iter().enumerate() {
            let mut thief = Browser::at(&format!("198.51.100.{n}:1"));
            password(&house, &mut thief).await;
            let page = ask(&house, &mut thief).await;
            let mut said = Said::at(&page);
            change(&mut said);
            let sent = key.signed(&said);
            let answer = send(&house, &mut thief, &page.field("csrf"), &sent).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}: {}", answer.body);
            assert!(!is_in(&house, &mut thief).await, "{what}");
            let record = record(&house, "owner.factor_refused").await.unwrap();
            assert_eq!(record["reason"], reason, "{what}");
            assert_eq!(record["name"], "Ann's phone", "{what}");
            // One wrong answer uses the challenge up: the right one comes too late.
            let sent = key.signed(&Said::at(&page));
            let answer = send(&house, &mut thief, &page.field("csrf"), &sent).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}");
            // Neither counts against the owner elsewhere; and what the passkey counted meanwhile
            // was proved by nothing.
            house.wait(16 * MINUTE);
        }
        let mut browser = Browser::new();
        password(&house, &mut browser).await;
        let answer = use_passkey(&house, &mut browser, &mut key).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert!(is_in(&house, &mut browser).await);
    });
}

#[test]
fn a_signature_that_was_tampered_with_is_refused() {
    run(async {
        let (house, mut known, mut key) = with_passkey().await;
        type Change = fn(&mut Value);
        let flip = |value: &mut Value, name: &str, at: usize| {
            let mut letters: Vec<char> = value[name].as_str().unwrap().chars().collect();
            letters[at] = if letters[at] == 'A' { 'B' } else { 'A' };
            value[name] = letters.into_iter().collect::<String>().into();
        };
        let mut other = Key::new(true);
        other.id.clone_from(&key.id);
        // Somebody else's key under the owner's name, and bits that were changed on the way.
        password(&house, &mut known).await;
        let page = ask(&house, &mut known).await;
        let sent = other.signed(&Said::at(&page));
        let answer = send(&house, &mut known, &page.field("csrf"), &sent).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert_eq!(record(&house, "owner.factor_refused").await.unwrap()["reason"], "signature");
        for (name, at) in [("signature", 20), ("authenticatorData", 48)] {
            let page = ask(&house, &mut known).await;
            let mut sent: Value = serde_json::from_str(&key.signed(&Said::at(&page))).unwrap();
            flip(&mut sent["response"], name, at);
            let answer = send(&house, &mut known, &page.field("csrf"), &sent.to_string()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}");
        }
        // What is no answer at all is no try, and says what to do.
        let malformed: [Change; 3] = [
            |sent| *sent = json!("x"),
            |sent| sent["rawId"] = json!("not base64url!"),
            |sent| sent["response"] = json!({}),
        ];
        for change in malformed {
            let page = ask(&house, &mut known).await;
            let mut sent: Value = serde_json::from_str(&key.signed(&Said::at(&page))).unwrap();
            change(&mut sent);
            let answer = send(&house, &mut known, &page.field("csrf"), &sent.to_string()).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let csrf = ask(&house, &mut known).await.field("csrf");
        let answer = send(&house, &mut known, &csrf, "").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains("JavaScript"), "{}", answer.body);
        assert!(house.get(&mut known, "/owner/second").await.status.is_success(), "goes on");
    });
}

#[test]
fn a_challenge_is_for_one_browser_once_and_for_five_minutes() {
    run(async {
        let (house, _, mut key) = with_passkey().await;
        // Of another browser, although its owner typed the same password.
        let (mut ann, mut thief) = (Browser::new(), Browser::at("198.51.100.7:1"));
        password(&house, &mut ann).await;
        password(&house, &mut thief).await;
        let page = ask(&house, &mut ann).await;
        let sent = key.signed(&Said::at(&page));
        let csrf = ask(&house, &mut thief).await.field("csrf");
        let answer = send(&house, &mut thief, &csrf, &sent).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert_eq!(record(&house, "owner.factor_refused").await.unwrap()["reason"], "challenge");
        assert!(!is_in(&house, &mut thief).await);
        // Nothing of that spoils the owner's own.
        let answer = send(&house, &mut ann, &page.field("csrf"), &sent).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        // Replayed, in the same browser and in a step that asks anew or not at all.
        for asking in [false, true] {
            let mut again = ann.clone();
            password(&house, &mut again).await;
            let page = if asking {
                ask(&house, &mut again).await
            } else {
                house.get(&mut again, "/owner/second").await
            };
            let answer = send(&house, &mut again, &page.field("csrf"), &sent).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{asking}");
        }
        // Too late; a second asking ends the first.
        for (late, twice, expected) in [
            (5 * MINUTE, false, StatusCode::FORBIDDEN),
            (5 * MINUTE - 1, false, StatusCode::SEE_OTHER),
            (0, true, StatusCode::FORBIDDEN),
        ] {
            let mut browser = Browser::new();
            password(&house, &mut browser).await;
            let page = ask(&house, &mut browser).await;
            house.wait(late);
            if twice {
                ask(&house, &mut browser).await;
            }
            let sent = key.signed(&Said::at(&page));
            let answer = send(&house, &mut browser, &page.field("csrf"), &sent).await;
            assert_eq!(answer.status, expected, "{late} {twice}");
        }
    });
}

#[test]
fn a_key_that_counts_backwards_was_copied() {
    run(async {
        let (house, mut known, mut key) = with_passkey().await;
        password(&house, &mut known).await;
        use_passkey(&house, &mut known, &mut key).await;
        for (counter, taken) in
            [(2, true), (2, false), (1, false), (3, true), (9, true), (4, false)]
        {
            let mut browser = known.clone();
            password(&house, &mut browser).await;
            key.counter = counter;
            let answer = use_passkey(&house, &mut browser, &mut key).await;
            assert_eq!(answer.status == StatusCode::SEE_OTHER, taken, "{counter}");
        }
        let record_of = record(&house, "owner.passkey_copied").await.unwrap();
        assert_eq!(
            (&record_of["name"], &record_of["reason"]),
            (&json!("Ann's phone"), &json!("counter"))
        );
        // A key that counted does not stop counting.
        password(&house, &mut known).await;
        key.counter = 0;
        let answer = use_passkey(&house, &mut known, &mut key).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    });
}

#[test]
fn only_the_key_itself_can_make_it_seem_copied() {
    run(async {
        let (house, mut known, key) = with_passkey().await;
        let mut forged = Key::new(true);
        forged.id.clone_from(&key.id);
        forged.counter = 0;
        password(&house, &mut known).await;
        let answer = use_passkey(&house, &mut known, &mut forged).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(record(&house, "owner.passkey_copied").await.is_none());
    });
}

#[test]
fn another_owners_passkey_opens_nothing_and_cannot_be_taken_over() {
    run(async {
        let (house, mut ann, mut anns) = with_passkey().await;
        // A second owner, who knows Ann's password.
        let admin = Admin::open(&house, None).await;
        let (home, _) = owner(&house).await;
        let body = json!({ "email": "bob@acme.test", "name": "Bob" });
        let (_, made) = admin.post(&house, &format!("/organizations/{home}/owners"), &body).await;
        let token = made["link"].as_str().unwrap().split('#').nth(1).unwrap().to_owned();
        let mut bob = Browser::at("198.51.100.7:1");
        let fields = [("token", token.as_str()), ("password", PASSWORD)];
        house.fill(&mut bob, "/owner/link", &fields).await;
        let mut bobs = add_passkey(&house, &mut bob, "Bob's key", true).await;

        let mut thief = bob.clone();
        password(&house, &mut thief).await;
        let page = ask(&house, &mut thief).await;
        let offered = asked(&page)["allowCredentials"].as_array().unwrap().clone();
        assert_eq!(offered.len(), 1, "only the owner's own: {offered:?}");
        let sent = bobs.signed(&Said::at(&page));
        let answer = send(&house, &mut thief, &page.field("csrf"), &sent).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert_eq!(record(&house, "owner.factor_refused").await.unwrap()["reason"], "credential");
        // Under Ann's name it is still Bob's, and a handle of somebody else is noticed.
        let page = ask(&house, &mut thief).await;
        std::mem::swap(&mut anns.id, &mut bobs.id);
        let sent = bobs.signed(&Said::at(&page));
        let answer = send(&house, &mut thief, &page.field("csrf"), &sent).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        std::mem::swap(&mut anns.id, &mut bobs.id);
        std::mem::swap(&mut anns.handle, &mut bobs.handle);
        password(&house, &mut ann).await;
        let answer = use_passkey(&house, &mut ann, &mut anns).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        anns.handle = None;
        let answer = use_passkey(&house, &mut ann, &mut anns).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);

        // What is registered is registered once, whoever comes with it.
        for browser in [&mut bob, &mut ann] {
            let page = offer(&house, browser, "Another").await;
            let sent = anns.created(&Said::at(&page));
            let answer = confirm(&house, browser, &page, &sent).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        assert_eq!(record(&house, "owner.passkey_refused").await.unwrap()["reason"], "credential");
    });
}

#[test]
fn a_passkey_is_made_for_this_page_in_this_session_only() {
    run(async {
        let house = house::open().await;
        let mut browser = Browser::new();
        house.set_up(&mut browser).await;
        let mut other = Browser::new();
        house.sign_in(&mut other, EMAIL, PASSWORD).await;
        let key = Key::new(true);
        type Change = fn(&mut Said);
        let wrong: [(&str, Change); 6] = [
            ("origin", |s| s.origin = "https://evil.test".to_owned()),
            ("host", |s| s.host = "evil.test".to_owned()),
            ("challenge", |s| s.challenge = text(&[7; 32])),
            ("presence", |s| s.flags = 0),
            ("cross_origin", |s| s.more = json!({ "crossOrigin": true })),
            ("malformed", |s| s.kind = "webauthn.get"),
        ];
        for (reason, change) in wrong {
            house.wait(1);
            let page = offer(&house, &mut browser, "A key").await;
            let mut said = Said::at(&page);
            change(&mut said);
            let answer = confirm(&house, &mut browser, &page, &key.created(&said)).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{reason}");
            assert_eq!(record(&house, "owner.passkey_refused").await.unwrap()["reason"], reason);
            // The challenge is used up.
            let answer = confirm(&house, &mut browser, &page, &key.created(&Said::at(&page))).await;
            assert!(answer.header("location").ends_with("/owner?factors=1"), "{reason}");
        }
        // A key whose signatures nobody could check.
        let mut odd = Key::new(true);
        odd.algorithm = 0x2d;
        house.wait(1);
        let page = offer(&house, &mut browser, "A key").await;
        let answer = confirm(&house, &mut browser, &page, &odd.created(&Said::at(&page))).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(record(&house, "owner.passkey_refused").await.unwrap()["reason"], "malformed");
        // Somebody else's page, and one that was left open.
        let page = offer(&house, &mut browser, "A key").await;
        let sent = key.created(&Said::at(&page));
        let csrf = offer(&house, &mut other, "A key").await.field("csrf");
        let fields = [("csrf", csrf.as_str()), ("name", "A key"), ("passkey", sent.as_str())];
        let answer = house.post(&mut other, "/owner/factors/passkeys/confirm", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        house.wait(5 * MINUTE);
        let answer = confirm(&house, &mut browser, &page, &sent).await;
        assert!(answer.header("location").ends_with("/owner?factors=1"));
        // The password was typed too long ago to ask again.
        house.wait(1);
        for path in ["/owner/factors/passkeys", "/owner/factors/passkeys/remove"] {
            let csrf = house.get(&mut browser, "/owner/factors").await.field("csrf");
            let fields = [("csrf", csrf.as_str()), ("name", "A key"), ("passkey", "a")];
            let answer = house.post(&mut browser, path, &fields).await;
            assert!(answer.header("location").ends_with("/owner?factors=1"), "{path}");
            let answer = house.post(&mut Browser::new(), path, &fields).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
        // Strangers are asked for nothing.
        let csrf = house.get(&mut Browser::new(), "/owner").await.field("csrf");
        let answer =
            house.post(&mut Browser::new(), "/owner/second/passkey", &[("csrf", &csrf)]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        let (_, ann) = owner(&house).await;
        assert!(house.read(move |tx| passkeys::of(tx, &ann)).await.is_empty());
    });
}

#[test]
fn a_flood_of_wrong_answers_keeps_no_owner_out() {
    run(async {
        let (house, mut known, mut key) = with_passkey().await;
        let app = add_app(&house, &mut known).await;
        for n in 0..30 {
            let mut thief = Browser::at(&format!("198.51.100.{n}:1"));
            house.wait(16 * MINUTE);
            password(&house, &mut thief).await;
            for _ in 0..2 {
                use_passkey(&house, &mut thief, &mut Key::new(true)).await;
                code(&house, &mut thief, &app.wrong(&house)).await;
            }
        }
        house.wait(16 * MINUTE);
        // The owner at a new computer: digits have to wait, a passkey does not.
        let mut fresh = Browser::at("203.0.113.5:1");
        password(&house, &mut fresh).await;
        let answer = code(&house, &mut fresh, &app.wrong(&house)).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{}", answer.body);
        let answer = use_passkey(&house, &mut fresh, &mut key).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        // Five wrong answers end a step.
        let mut guessing = Browser::at("203.0.113.6:1");
        password(&house, &mut guessing).await;
        for _ in 0..5 {
            use_passkey(&house, &mut guessing, &mut Key::new(true)).await;
        }
        let answer = house.get(&mut guessing, "/owner/second").await;
        assert_eq!(answer.header("location"), "http://localhost:8080/owner");
    });
}
