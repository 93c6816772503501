//! Whoever holds the printed token becomes the first owner, once.

use std::os::unix::fs::PermissionsExt as _;

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use doorward::flows::setup;
use doorward::model::audit::Actor;
use doorward::store::{Page, audit, organizations, owners, users};
use serde_json::json;

use super::house::{self, Browser, PASSWORD, claim, run};
use crate::support::admin::Admin;

#[test]
fn a_hundred_at_once_make_one_owner() {
    run(async {
        let house = house::open().await;
        let token = house.token.clone().unwrap();
        let mut crowd = Vec::new();
        for n in 0..100 {
            let mut browser = Browser::new();
            let csrf = house.get(&mut browser, "/setup").await.field("csrf");
            crowd.push((browser, csrf, format!("owner{n}@acme.test")));
        }
        let claims = crowd.iter_mut().map(|(browser, csrf, email)| {
            let mut fields = claim(&token).to_vec();
            fields[2].1 = email;
            fields.push(("csrf", csrf));
            let request = TestRequest::post().uri("/setup").set_form(&fields);
            house.send(browser, request)
        });
        let answers = futures_join(claims.collect()).await;
        let won = answers.iter().filter(|a| a.status == StatusCode::SEE_OTHER).count();
        assert_eq!(won, 1);
        for answer in &answers {
            // The rest find nothing; those beyond the queue of the password pool are told so.
            assert!(
                matches!(answer.status.as_u16(), 303 | 404 | 503),
                "{} {}",
                answer.status,
                answer.body
            );
        }
        let owners = house.read(|tx| users::list_owners(tx, None, &Page::first(10))).await;
        assert_eq!(owners.len(), 1);
    });
}

/// Runs futures of one thread at the same time, without a crate for it.
async fn futures_join<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut waiting: Vec<_> = futures.into_iter().map(|f| (Box::pin(f), None)).collect();
    std::future::poll_fn(|context| {
        let mut open = false;
        for (future, output) in &mut waiting {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *output = Some(value),
                    std::task::Poll::Pending => open = true,
                }
            }
        }
        if open { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
    })
    .await;
    waiting.into_iter().map(|(_, output)| output.unwrap()).collect()
}

#[test]
fn a_stranger_gets_nowhere() {
    run(async {
        let house = house::open().await;
        let token = house.token.clone().unwrap();
        let mut browser = Browser::new();
        for wrong in ["", "x", &"a".repeat(43), &token[..42]] {
            let answer = house.fill(&mut browser, "/setup", &claim(wrong)).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(answer.body.contains("not the token"), "{}", answer.body);
            assert!(!answer.body.contains(PASSWORD));
        }
        // The right token, but not from our page.
        let answer = house.post(&mut browser, "/setup", &claim(&token)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        let answer = house.post(&mut Browser::new(), "/setup", &claim(&token)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        let mut foreign = Browser::new();
        foreign.headers.push(("sec-fetch-site", "cross-site".to_owned()));
        let answer = house.fill(&mut foreign, "/setup", &claim(&token)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(!house.read(owners::exist).await);
    });
}

#[test]
fn what_was_typed_stays_but_for_the_password() {
    run(async {
        let house = house::open().await;
        let token = house.token.clone().unwrap();
        let mut fields = claim(&token);
        (fields[2].1, fields[3].1, fields[4].1) = ("not an address", "short", " ");
        let answer = house.fill(&mut Browser::new(), "/setup", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains("<title>Error: "));
        for field in ["email", "password", "organization"] {
            assert!(answer.body.contains(&format!("href=\"#{field}\"")), "{field}");
            assert!(answer.body.contains(&format!("id=\"{field}-error\"")), "{field}");
        }
        assert_eq!(answer.field("name"), "Ann Owner");
        assert_eq!(answer.field("email"), "not an address");
        assert_eq!(answer.field("password"), "");
        assert!(!house.read(owners::exist).await);
    });
}

#[test]
fn everything_that_is_wrong_is_said_at_once_and_the_password_is_asked_again() {
    run(async {
        let house = house::open().await;
        let mut fields = claim("not the token");
        fields[3].1 = "short";
        let answer = house.fill(&mut Browser::new(), "/setup", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        for field in ["token", "password"] {
            assert!(answer.body.contains(&format!("id=\"{field}-error\"")), "{}", answer.body);
        }
        assert!(!answer.body.contains("id=\"email-error\""), "{}", answer.body);
        // Also where it was good: the page holds none.
        let answer = house.fill(&mut Browser::new(), "/setup", &claim("not the token")).await;
        assert!(!answer.body.contains("id=\"password-error\""), "{}", answer.body);
        assert!(answer.body.contains("Type the password again"), "{}", answer.body);
        let fresh = house.get(&mut Browser::new(), "/setup").await;
        assert!(!fresh.body.contains("Type the password again"), "{}", fresh.body);
        assert!(!house.read(owners::exist).await);
    });
}

#[test]
fn afterwards_there_is_nothing_here() {
    run(async {
        let house = house::open().await;
        let file = house.hub.config.data.join("setup-token");
        let token = house.token.clone().unwrap();
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        // A restart before the claim prints the same address.
        let again = setup::prepare(&house.hub).await.unwrap().unwrap();
        assert_eq!(again.expose(), &token);

        let mut browser = Browser::new();
        let answer = house.set_up(&mut browser).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert_eq!(answer.header("location"), "http://localhost:8080/setup/codes");
        for cookie in ["doorward-session", "doorward-device"] {
            assert_eq!(browser.cookie(cookie).map(str::len), Some(43), "{cookie}");
        }
        let home = house.get(&mut browser, "/").await.body;
        assert!(home.contains("Ann Owner") && home.contains("/console/"), "{home}");

        assert!(!file.exists());
        assert!(setup::prepare(&house.hub).await.unwrap().is_none());
        let again = house.get(&mut browser, "/setup").await;
        assert_eq!(again.status, StatusCode::NOT_FOUND);
        assert!(again.body.contains("set up already") && again.body.contains("/owner\""));
        let late = house.post(&mut browser, "/setup", &claim(&token)).await;
        assert_eq!(late.status, StatusCode::NOT_FOUND);

        let home = house.read(organizations::home).await.unwrap();
        assert_eq!(home.name, "Acme");
        let events = house.read(|tx| audit::list(tx, None, &Page::first(10))).await;
        let actions: Vec<_> = events.iter().map(|e| e.action.as_str()).collect();
        assert!(actions.contains(&"owner.create") && actions.contains(&"organization.create"));
        assert!(events.iter().all(|e| e.actor == Actor::System));
    });
}

#[test]
fn a_login_path_that_is_taken_keeps_no_first_owner_out() {
    run(async {
        let house = house::open().await;
        let robot = Admin::open(&house, None).await;
        let taken = json!({ "name": "Globex", "path": "home" });
        let (status, made) = robot.post(&house, "/organizations", &taken).await;
        assert_eq!(status, 201, "{made}");
        let answer = house.set_up(&mut Browser::new()).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let home = house.read(organizations::home).await.unwrap();
        assert_eq!((home.name.as_str(), home.path), ("Acme", None));
    });
}

#[test]
fn a_token_others_could_have_read_is_not_used() {
    run(async {
        let house = house::open().await;
        let file = house.hub.config.data.join("setup-token");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        let fresh = setup::prepare(&house.hub).await.unwrap().unwrap();
        assert_ne!(Some(fresh.expose()), house.token.as_ref());
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    });
}

#[test]
fn the_first_owner_is_offered_recovery_codes_and_goes_on_in_the_console() {
    run(async {
        let house = house::open().await;
        // A stranger gets none, before and after.
        let stranger = house.get(&mut Browser::new(), "/setup/codes").await;
        assert_eq!(stranger.header("location"), "http://localhost:8080/console/");
        let mut browser = Browser::new();
        house.set_up(&mut browser).await;
        let stranger = house.get(&mut Browser::new(), "/setup/codes").await;
        assert_eq!(stranger.status, StatusCode::SEE_OTHER, "{}", stranger.body);
        let codes = |body: &str| -> Vec<String> {
            let each = body.split("<li><code>").skip(1);
            each.map(|rest| rest.split_once("</code>").unwrap().0.to_owned()).collect()
        };
        let page = house.get(&mut browser, "/setup/codes").await;
        let first = codes(&page.body);
        assert_eq!((page.status, first.len()), (StatusCode::OK, 10), "{}", page.body);
        // Nothing is in force by looking at them: others come with a reload.
        let page = house.get(&mut browser, "/setup/codes").await;
        let offered = codes(&page.body);
        assert_ne!(first, offered);
        let confirm = "/owner/factors/codes/confirm";
        let end = offered[4].chars().rev().take(4).collect::<Vec<_>>();
        let end: String = end.into_iter().rev().collect();
        let (csrf, offer) = (page.field("csrf"), page.field("offer"));
        let wrong =
            [("csrf", csrf.as_str()), ("offer", &offer), ("first", "true"), ("code", "0000")];
        let again = house.post(&mut browser, confirm, &wrong).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(codes(&again.body), offered, "the same are still offered");
        let right = [("csrf", csrf.as_str()), ("offer", &offer), ("first", "true"), ("code", &end)];
        let done = house.post(&mut browser, confirm, &right).await;
        assert_eq!(
            done.header("location"),
            "http://localhost:8080/console/?codes=stored",
            "{}",
            done.body
        );
        // They are shown once.
        let late = house.get(&mut browser, "/setup/codes").await;
        assert_eq!(late.header("location"), "http://localhost:8080/console/");
    });
}

#[test]
fn the_page_says_what_is_odd_about_the_public_address_and_changes_nothing() {
    run(async {
        let house = house::open_at("https://sso.acme.test", &[]).await;
        let ask = |host: &'static str, forwarded: bool| {
            let mut request = TestRequest::get().uri("/setup").insert_header(("host", host));
            if forwarded {
                request = request.insert_header(("x-forwarded-for", "192.0.2.7"));
            }
            request
        };
        let mut browser = Browser::new();
        let fine = house.send(&mut browser, ask("sso.acme.test", false)).await;
        assert!(fine.body.contains("https://sso.acme.test"), "{}", fine.body);
        assert!(!fine.body.contains("--public-url and") && !fine.body.contains("--trusted-proxy"));
        let odd = house.send(&mut browser, ask("evil.test\"><b>", true)).await;
        assert!(odd.body.contains("at another address") && odd.body.contains("--trusted-proxy"));
        assert!(!odd.body.contains("evil.test"), "{}", odd.body);
        assert!(odd.body.contains("https://sso.acme.test"));
    });
}
