//! A password at the owner's door: what slows an attacker does not shut the owner out.

use actix_web::http::StatusCode;
use argon2::password_hash::CustomizedPasswordHasher as _;
use argon2::password_hash::phc::PasswordHash;
use doorward::broker::Moment;
use doorward::broker::owner as broker;
use doorward::broker::session::Limits;
use doorward::model::audit::Actor;
use doorward::model::rng::SystemRng;
use doorward::model::secret::Secret;
use doorward::model::time::{HOUR, MINUTE, Millis, SECOND};
use doorward::store::{Page, audit, owners, users};

use super::house::{self, Answer, Browser, PASSWORD, run};

const EMAIL: &str = "ann@acme.test";

fn moment(now: Millis) -> Moment<'static> {
    Moment { rng: &SystemRng, now, limits: Limits::new(HOUR, HOUR) }
}

/// A page without what differs in every browser.
fn bare(answer: &Answer, email: &str) -> String {
    answer.body.replace(&answer.field("csrf"), "").replace(email, "")
}

#[test]
fn every_refusal_looks_the_same() {
    run(async {
        let house = house::open().await;
        house.set_up(&mut Browser::new()).await;
        let wrong = house.sign_in(&mut Browser::new(), EMAIL, "not the password").await;
        let unknown = house.sign_in(&mut Browser::new(), "bob@acme.test", PASSWORD).await;
        let nonsense = house.sign_in(&mut Browser::new(), "nonsense", PASSWORD).await;
        house
            .write(|tx| {
                let owner = broker::find(tx, EMAIL)?.unwrap();
                users::set_disabled(tx, &owner.id, owner.version, true)
            })
            .await;
        let disabled = house.sign_in(&mut Browser::new(), EMAIL, PASSWORD).await;
        let expected = bare(&wrong, EMAIL);
        for (answer, email) in [
            (&wrong, EMAIL),
            (&unknown, "bob@acme.test"),
            (&nonsense, "nonsense"),
            (&disabled, EMAIL),
        ] {
            assert_eq!(answer.status, StatusCode::FORBIDDEN);
            assert_eq!(bare(answer, email), expected);
            assert!(!answer.body.contains(PASSWORD));
        }
        let events = house.read(|tx| audit::list(tx, None, &Page::first(50))).await;
        let refused = events.iter().filter(|e| e.action == "owner.sign_in_refused").count();
        assert_eq!(refused, 4);
    });
}

#[test]
fn in_from_anywhere_with_any_case_and_known_from_then_on() {
    run(async {
        let house = house::open().await;
        house.set_up(&mut Browser::new()).await;
        let mut browser = Browser::new();
        let answer = house.sign_in(&mut browser, " ANN@acme.TEST ", PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert_eq!(answer.header("location"), "http://localhost:8080/");
        let device = browser.cookie("doorward-device").unwrap().to_owned();
        let first = browser.cookie("doorward-session").unwrap().to_owned();
        assert!(house.get(&mut browser, "/").await.body.contains("Acme"));
        house.sign_in(&mut browser, EMAIL, PASSWORD).await;
        assert_eq!(browser.cookie("doorward-device"), Some(device.as_str()));
        assert_ne!(browser.cookie("doorward-session"), Some(first.as_str()));
        let events = house.read(|tx| audit::list(tx, None, &Page::first(50))).await;
        assert_eq!(events.iter().filter(|e| e.action == "owner.sign_in").count(), 2);
    });
}

#[test]
fn a_planted_device_is_not_kept() {
    run(async {
        let house = house::open().await;
        house.set_up(&mut Browser::new()).await;
        let mut browser = Browser::new();
        let planted = "p".repeat(43);
        browser.cookies.insert("doorward-device".to_owned(), planted.clone());
        house.sign_in(&mut browser, EMAIL, PASSWORD).await;
        assert_ne!(browser.cookie("doorward-device"), Some(planted.as_str()));
    });
}

#[test]
fn an_attacker_is_slowed_and_the_owner_is_not() {
    run(async {
        let house = house::open().await;
        let mut owner = Browser::at("192.0.2.9:1");
        house.set_up(&mut owner).await;
        owner.cookies.remove("doorward-session");
        for n in 0..5 {
            let mut attacker = Browser::at(&format!("198.51.100.{n}:1"));
            let answer = house.sign_in(&mut attacker, EMAIL, "guess").await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN);
        }
        // From here on nobody's password is looked at, not even the right one ...
        let mut attacker = Browser::at("198.51.100.77:1");
        for _ in 0..3 {
            let answer = house.sign_in(&mut attacker, EMAIL, PASSWORD).await;
            assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
            assert_eq!(answer.header("retry-after"), "1");
            assert!(answer.body.contains("Wait 1 second,"), "{}", answer.body);
        }
        // ... but for a browser the owner is known by.
        let answer = house.sign_in(&mut owner, EMAIL, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        // That did not help the attacker.
        let answer = house.sign_in(&mut attacker, EMAIL, "guess").await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        // Each try doubles the wait, to a limit.
        let mut waits = Vec::new();
        for n in 0..14 {
            house.wait(15 * MINUTE);
            let mut attacker = Browser::at(&format!("203.0.113.{n}:1"));
            house.sign_in(&mut attacker, EMAIL, "guess").await;
            let answer = house.sign_in(&mut attacker, EMAIL, "guess").await;
            waits.push(answer.header("retry-after").parse::<i64>().unwrap());
        }
        assert_eq!(waits[..4], [2, 4, 8, 16]);
        assert_eq!(waits.last(), Some(&900));
        let events = house.read(|tx| audit::list(tx, None, &Page::first(200))).await;
        let told = events.iter().filter(|e| e.action == "owner.sign_in_throttled").count();
        assert_eq!(told, 15, "one record per wait");
        // A stranger who waits may try again; success clears the count.
        house.wait(15 * MINUTE);
        let answer = house.sign_in(&mut attacker, EMAIL, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let answer = house.sign_in(&mut Browser::at("198.51.100.5:1"), EMAIL, "guess").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    });
}

#[test]
fn a_thief_with_a_known_browser_is_slowed_too() {
    run(async {
        let house = house::open().await;
        let mut stolen = Browser::new();
        house.set_up(&mut stolen).await;
        let mut seen = Vec::new();
        for _ in 0..11 {
            seen.push(house.sign_in(&mut stolen, EMAIL, "guess").await.status.as_u16());
        }
        assert_eq!(seen[..10], [403; 10]);
        assert_eq!(seen[10], 429);
    });
}

#[test]
fn one_address_cannot_walk_through_accounts() {
    run(async {
        let house = house::open().await;
        let mut owner = Browser::at("192.0.2.1:1");
        house.set_up(&mut owner).await;
        let mut statuses = Vec::new();
        for n in 0..21 {
            let mut attacker = Browser::at(&format!("192.0.2.1:{}", 1000 + n));
            let email = format!("bob{n}@acme.test");
            statuses.push(house.sign_in(&mut attacker, &email, "guess").await.status.as_u16());
        }
        assert_eq!(statuses[..20], [403; 20]);
        assert_eq!(statuses[20], 429);
        // Nor can one who keeps at it for weeks shut out the owner behind the same address.
        for n in 0..300 {
            house.wait(15 * MINUTE + SECOND);
            let knock = broker::door::Knock {
                email: format!("eve{n}@acme.test"),
                address: "192.0.2.1".parse().unwrap(),
                device: None,
                onward: Default::default(),
            };
            let now = house.hub.now();
            let gate = house.write(move |tx| broker::door::knock(tx, moment(now), &knock)).await;
            assert!(matches!(gate, broker::door::Gate::Open(_)));
        }
        let answer = house.sign_in(&mut owner, EMAIL, PASSWORD).await;
        assert_eq!(answer.header("retry-after"), "5");
        house.wait(5 * SECOND);
        let answer = house.sign_in(&mut owner, EMAIL, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
    });
}

#[test]
fn tries_at_the_same_time_are_counted_one_by_one() {
    run(async {
        let house = house::open().await;
        house.set_up(&mut Browser::new()).await;
        let now = house.hub.now();
        let mut open = 0;
        for n in 0..30 {
            let knock = broker::door::Knock {
                email: EMAIL.to_owned(),
                address: format!("198.51.100.{n}").parse().unwrap(),
                device: None,
                onward: Default::default(),
            };
            // No password was looked at yet in any of them.
            let gate = house.write(move |tx| broker::door::knock(tx, moment(now), &knock)).await;
            open += usize::from(matches!(gate, broker::door::Gate::Open(_)));
        }
        assert_eq!(open, 5);
    });
}

#[test]
fn forms_from_elsewhere_are_refused() {
    run(async {
        let house = house::open().await;
        house.set_up(&mut Browser::new()).await;
        let fields = [("email", EMAIL), ("password", PASSWORD)];
        let mut bare = Browser::new();
        let answer = house.post(&mut bare, "/owner", &fields).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.body.contains("href=\"http://localhost:8080/owner\""), "{}", answer.body);
        for header in [("sec-fetch-site", "same-site"), ("origin", "https://evil.example")] {
            let mut foreign = Browser::new();
            foreign.headers.push((header.0, header.1.to_owned()));
            let answer = house.fill(&mut foreign, "/owner", &fields).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{header:?}");
            assert!(foreign.cookie("doorward-session").is_none());
        }
        // Somebody else's token.
        let mut other = Browser::new();
        let csrf = house.get(&mut other, "/owner").await.field("csrf");
        let mut mine = Browser::new();
        house.get(&mut mine, "/owner").await;
        let mut fields = fields.to_vec();
        fields.push(("csrf", &csrf));
        let answer = house.post(&mut mine, "/owner", &fields).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    });
}

#[test]
fn a_link_sets_a_password_once() {
    run(async {
        let house = house::open().await;
        let mut old = Browser::new();
        house.set_up(&mut old).await;
        let now = house.hub.now();
        let issue = move || {
            move |tx: &doorward::store::Tx<'_>| {
                broker::issue_link(tx, moment(now), &Actor::Host, EMAIL)
            }
        };
        let first = house.write(issue()).await.unwrap().into_inner();
        let link = house.write(issue()).await.unwrap().into_inner();
        let fresh = "another long walk";
        let post = |token: &str, password: &str| {
            [("token", token.to_owned()), ("password", password.to_owned())]
        };
        let mut browser = Browser::new();
        for (fields, said) in [
            (post(&first, fresh), "used already"), // ended by the second one
            (post(&"x".repeat(43), fresh), "used already"),
            (post("", fresh), "used already"),
            (post(&link, "short"), "at least 12"),
        ] {
            let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
            let answer = house.fill(&mut browser, "/owner/link", &fields).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(answer.body.contains(said), "{}", answer.body);
        }
        // Pasted whole, as people without script do.
        let whole = format!(" http://localhost:8080/owner/link#{link}\n");
        let used = [("token", whole.as_str()), ("password", fresh)];
        let answer = house.fill(&mut browser, "/owner/link", &used).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert!(house.get(&mut browser, "/").await.body.contains("Ann Owner"));
        let answer = house.fill(&mut Browser::new(), "/owner/link", &used).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        // Whoever was in before is out.
        assert_eq!(house.get(&mut old, "/").await.status, StatusCode::SEE_OTHER);
        let answer = house.sign_in(&mut Browser::new(), EMAIL, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        let answer = house.sign_in(&mut Browser::new(), EMAIL, fresh).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
    });
}

#[test]
fn a_link_runs_out() {
    run(async {
        let house = house::open().await;
        house.set_up(&mut Browser::new()).await;
        let now = house.hub.now();
        let link =
            house.write(move |tx| broker::issue_link(tx, moment(now), &Actor::Host, EMAIL)).await;
        house.wait(broker::LINK_LIFETIME + SECOND);
        let link = link.unwrap().into_inner();
        let fields = [("token", link.as_str()), ("password", "another long walk")];
        let answer = house.fill(&mut Browser::new(), "/owner/link", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let nobody = house
            .write(move |tx| broker::issue_link(tx, moment(now), &Actor::Host, "bob@acme.test"))
            .await;
        assert!(nobody.is_none());
    });
}

#[test]
fn a_weak_hash_is_made_stronger() {
    run(async {
        let house = house::open().await;
        house.set_up(&mut Browser::new()).await;
        let params = argon2::Params::new(8_192, 1, 1, None).unwrap();
        let weak: PasswordHash = argon2::Argon2::default()
            .hash_password_customized(PASSWORD.as_bytes(), b"0123456789abcdef", None, None, params)
            .unwrap();
        let weak = weak.to_string();
        let kept = weak.clone();
        house
            .write(move |tx| {
                let owner = broker::find(tx, EMAIL)?.unwrap();
                owners::set_password(tx, &owner.id, &kept, Millis(0))
            })
            .await;
        let answer = house.sign_in(&mut Browser::new(), EMAIL, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let now = house.read(|tx| owners::find(tx, EMAIL)).await.unwrap().password_hash.unwrap();
        assert_ne!(now, weak);
        let verdict = house.hub.passwords.verify(Secret::new(PASSWORD.to_owned()), Some(now)).await;
        assert!(matches!(verdict, Ok(doorward::keys::password::Verdict::Right { rehash: false })));
    });
}

#[test]
fn the_attempt_is_carried_along() {
    run(async {
        let house = house::open().await;
        house.set_up(&mut Browser::new()).await;
        let mut browser = Browser::new();
        let page = house.get(&mut browser, "/owner?attempt=abc-DEF_1").await;
        assert_eq!(page.field("attempt"), "abc-DEF_1");
        let page = house.get(&mut browser, "/owner?attempt=%22%3E%3Cscript%3E").await;
        assert!(!page.body.contains("script") && !page.body.contains("name=\"attempt\""));
        // One that is nobody's leads home.
        let fields = [("email", EMAIL), ("password", PASSWORD), ("attempt", "abc")];
        let answer = house.fill(&mut browser, "/owner", &fields).await;
        assert_eq!(answer.header("location"), "http://localhost:8080/");
    });
}
