//! What an attacker does at the second step neither guesses a code nor keeps the owner out.

use actix_web::http::StatusCode;
use doorward::model::time::{DAY, HOUR, MINUTE};

use super::house::{self, Browser, PASSWORD, run};
use crate::support::door::{EMAIL, add_app, add_codes, code, is_in, password};

#[test]
fn somebody_with_the_password_cannot_guess_six_digits() {
    run(async {
        let house = house::open().await;
        let mut known = Browser::at("192.0.2.9:1");
        house.set_up(&mut known).await;
        let app = add_app(&house, &mut known).await;
        let (mut looked_at, mut waits) = (0, 0);
        // Three days from ever new addresses, as often as the door allows.
        let end = house.hub.now().plus(3 * DAY);
        let mut n = 0;
        while house.hub.now() < end {
            n += 1;
            let mut thief = Browser::at(&format!("198.51.{}.{}:1", n / 250, n % 250));
            let answer = house.sign_in(&mut thief, EMAIL, PASSWORD).await;
            if answer.status == StatusCode::TOO_MANY_REQUESTS {
                house.wait(answer.header("retry-after").parse::<i64>().unwrap() * 1_000);
                continue;
            }
            for _ in 0..5 {
                let answer = code(&house, &mut thief, &app.wrong(&house)).await;
                match answer.status {
                    StatusCode::FORBIDDEN => looked_at += 1,
                    StatusCode::TOO_MANY_REQUESTS => {
                        waits += 1;
                        break;
                    }
                    _ => break,
                }
            }
            house.wait(30 * MINUTE);
        }
        assert!(waits > 0);
        // Three right codes among a million, and fewer than forty tries in three days.
        assert!(looked_at < 40, "{looked_at}");
        // All that does not keep the owner out of the browser they are known by.
        password(&house, &mut known).await;
        let answer = code(&house, &mut known, &app.code(&house)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    });
}

#[test]
fn a_recovery_code_is_not_held_by_wrong_digits_of_others() {
    run(async {
        let house = house::open().await;
        let mut known = Browser::at("192.0.2.9:1");
        house.set_up(&mut known).await;
        let app = add_app(&house, &mut known).await;
        let codes = add_codes(&house, &mut known).await;
        for n in 0..8 {
            let mut thief = Browser::at(&format!("198.51.100.{n}:1"));
            house.wait(16 * MINUTE);
            password(&house, &mut thief).await;
            code(&house, &mut thief, &app.wrong(&house)).await;
        }
        house.wait(16 * MINUTE);
        // The owner at a new computer: the digits have to wait, a recovery code does not.
        let mut fresh = Browser::at("203.0.113.5:1");
        password(&house, &mut fresh).await;
        let answer = code(&house, &mut fresh, &app.wrong(&house)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        let answer = code(&house, &mut fresh, &app.wrong(&house)).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(
            answer.body.contains("A recovery code or a passkey works at once"),
            "{}",
            answer.body
        );
        let answer = code(&house, &mut fresh, &codes[4]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert!(is_in(&house, &mut fresh).await);
    });
}

#[test]
fn a_flood_behind_the_owners_own_address_only_slows() {
    run(async {
        let house = house::open().await;
        let mut known = Browser::at("192.0.2.1:1");
        house.set_up(&mut known).await;
        let app = add_app(&house, &mut known).await;
        for n in 0..30 {
            let mut neighbour = Browser::at(&format!("192.0.2.1:{}", 1_000 + n));
            house.sign_in(&mut neighbour, &format!("eve{n}@acme.test"), "guess").await;
            house.sign_in(&mut neighbour, EMAIL, "guess").await;
        }
        let answer = house.sign_in(&mut Browser::at("192.0.2.1:9"), EMAIL, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "strangers there wait");
        password(&house, &mut known).await;
        let answer = code(&house, &mut known, &app.code(&house)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    });
}

#[test]
fn a_thief_with_a_known_browser_and_the_password_is_slowed_too() {
    run(async {
        let house = house::open().await;
        let mut known = Browser::at("192.0.2.9:1");
        house.set_up(&mut known).await;
        let app = add_app(&house, &mut known).await;
        let mut stolen = known.clone();
        password(&house, &mut stolen).await;
        for _ in 0..5 {
            let answer = code(&house, &mut stolen, &app.wrong(&house)).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN);
        }
        password(&house, &mut stolen).await;
        let mut waits = Vec::new();
        for _ in 0..14 {
            let answer = code(&house, &mut stolen, &app.wrong(&house)).await;
            if answer.status == StatusCode::TOO_MANY_REQUESTS {
                let seconds = answer.header("retry-after").parse::<i64>().unwrap();
                waits.push(seconds);
                house.wait(seconds * 1_000);
            } else {
                house.sign_in(&mut stolen, EMAIL, PASSWORD).await;
            }
        }
        assert!(waits.is_sorted() && waits.len() >= 5, "{waits:?}");
        // The owner gets in from another browser all the same.
        house.wait(HOUR);
        let mut other = Browser::at("203.0.113.1:1");
        password(&house, &mut other).await;
        let answer = code(&house, &mut other, &app.code(&house)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    });
}
