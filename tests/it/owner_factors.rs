//! Second factors of owners: adding, using and removing them, and what happens where one is
//! needed.

use actix_web::http::StatusCode;
use doorward::broker::Moment;
use doorward::broker::owner as broker;
use doorward::broker::session::Limits;
use doorward::model::audit::Actor;
use doorward::model::recovery_code::RecoveryCode;
use doorward::model::rng::SystemRng;
use doorward::model::time::{HOUR, MINUTE, Millis};
use doorward::store::{factors, users};

use super::house::{self, Browser, PASSWORD, run};
use crate::support::door::{
    EMAIL, add_app, add_codes, code, codes, is_in, offered, owner, password, press, require, take,
    trail,
};
use crate::support::tenant::{app, authorize, sent};

#[test]
fn a_right_password_opens_no_session_where_there_is_a_factor() {
    run(async {
        let house = house::open().await;
        let mut first = Browser::new();
        house.set_up(&mut first).await;
        let app = add_app(&house, &mut first).await;

        let mut browser = Browser::at("198.51.100.7:1");
        password(&house, &mut browser).await;
        assert!(browser.cookie("doorward-session").is_none());
        assert!(browser.cookie("doorward-device").is_none());
        assert!(!is_in(&house, &mut browser).await);
        let page = house.get(&mut browser, "/owner/second").await;
        assert!(page.body.contains("one-time-code") && !page.body.contains("<script"));
        assert!(page.body.len() < 15_000);
        // Nobody else has this step: not another browser, not one with the form alone.
        let shown = app.code(&house);
        let mut other = Browser::new();
        other
            .cookies
            .insert("doorward-browser".to_owned(), browser.cookies["doorward-browser"].clone());
        let csrf = page.field("csrf");
        let answer =
            house.post(&mut other, "/owner/second", &[("csrf", &csrf), ("code", &shown)]).await;
        assert_eq!(answer.header("location"), "http://localhost:8080/owner");
        assert!(!is_in(&house, &mut other).await);
        // A form from elsewhere does nothing.
        let answer = house.post(&mut browser, "/owner/second", &[("code", &shown)]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        // What is no code is no try.
        let answer = code(&house, &mut browser, "12345").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);

        let answer = code(&house, &mut browser, &shown).await;
        assert_eq!(answer.header("location"), "http://localhost:8080/", "{}", answer.body);
        assert!(is_in(&house, &mut browser).await);
        assert!(browser.cookie("doorward-step").is_none());
        // The same code, and the same step, once.
        let mut again = Browser::new();
        password(&house, &mut again).await;
        let answer = code(&house, &mut again, &shown).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "a code is taken once");
        let trail = trail(&house).await;
        for action in ["owner.totp_add", "owner.password_right", "owner.factor_refused"] {
            assert!(trail.iter().any(|a| a == action), "{action} in {trail:?}");
        }
    });
}

#[test]
fn codes_of_the_neighbouring_steps_are_taken_and_older_ones_not() {
    run(async {
        let house = house::open().await;
        let mut first = Browser::new();
        house.set_up(&mut first).await;
        let app = add_app(&house, &mut first).await;
        for (late, expected) in [(30_000, 303), (90_000, 403)] {
            let mut browser = Browser::new();
            let shown = app.code(&house);
            house.wait(late);
            password(&house, &mut browser).await;
            let answer = code(&house, &mut browser, &shown).await;
            assert_eq!(answer.status.as_u16(), expected, "{late}");
        }
    });
}

#[test]
fn a_step_ends_with_time_with_wrong_codes_and_with_another_password() {
    run(async {
        let house = house::open().await;
        let mut known = Browser::new();
        house.set_up(&mut known).await;
        let app = add_app(&house, &mut known).await;
        let over = "http://localhost:8080/owner";

        let mut late = Browser::new();
        password(&house, &mut late).await;
        house.wait(10 * MINUTE);
        assert_eq!(house.get(&mut late, "/owner/second").await.header("location"), over);

        let mut guessing = known.clone();
        password(&house, &mut guessing).await;
        for _ in 0..5 {
            let answer = code(&house, &mut guessing, &app.wrong(&house)).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN);
        }
        assert_eq!(house.get(&mut guessing, "/owner/second").await.header("location"), over);

        let mut changed = Browser::new();
        password(&house, &mut changed).await;
        let now = house.hub.now();
        let moment = Moment { rng: &SystemRng, now, limits: Limits::new(HOUR, HOUR) };
        let link = house.write(move |tx| broker::issue_link(tx, moment, &Actor::Host, EMAIL)).await;
        let link = link.unwrap().into_inner();
        let mut resetting = Browser::new();
        let fields = [("token", link.as_str()), ("password", "another long walk")];
        let answer = house.fill(&mut resetting, "/owner/link", &fields).await;
        // A link does not skip the second factor.
        assert_eq!(answer.header("location"), "http://localhost:8080/owner/second");
        assert!(!is_in(&house, &mut resetting).await);
        let shown = app.code(&house);
        assert_eq!(house.get(&mut changed, "/owner/second").await.header("location"), over);
        let answer = code(&house, &mut resetting, &shown).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert!(is_in(&house, &mut resetting).await);
    });
}

#[test]
fn recovery_codes_work_once_each_and_only_when_stored() {
    run(async {
        let house = house::open().await;
        let mut browser = Browser::new();
        house.set_up(&mut browser).await;
        let page = press(&house, &mut browser, "/owner/factors/codes").await;
        assert!(page.body.len() < 15_000 && !page.body.contains("<script"));
        let shown = codes(&page);
        // As a file.
        let fields = [("csrf", page.field("csrf")), ("offer", page.field("offer"))];
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        let file = house.post(&mut browser, "/owner/factors/codes/text", &fields).await;
        assert_eq!(file.header("content-type"), "text/plain; charset=utf-8");
        assert!(file.header("content-disposition").starts_with("attachment;"));
        assert!(shown.iter().all(|code| file.body.contains(code.as_str())));
        // Not stored, not in force.
        let answer = take(&house, &mut browser, &page, ("codes", "zzzz")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(codes(&answer), shown, "the same codes are shown again");
        let mut other = Browser::new();
        let answer = house.sign_in(&mut other, EMAIL, PASSWORD).await;
        assert_eq!(answer.header("location"), "http://localhost:8080/", "no factor yet");

        let answer = take(&house, &mut browser, &page, ("codes", &shown[0][15..])).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert!(!is_in(&house, &mut other).await, "whoever got in without a factor is out");
        let at_rest = std::fs::read(house.hub.config.data.join("doorward.db")).unwrap();
        assert!(!String::from_utf8_lossy(&at_rest).contains(&shown[0].replace('-', "")));

        let mut first = Browser::new();
        password(&house, &mut first).await;
        let typed = shown[0].to_uppercase().replace('-', " ");
        assert_eq!(code(&house, &mut first, &typed).await.status, StatusCode::SEE_OTHER);
        let page_of = house.get(&mut first, "/owner/factors").await;
        assert!(page_of.body.contains("9 of 10 left"), "{}", page_of.body);
        let mut second = Browser::new();
        password(&house, &mut second).await;
        assert_eq!(code(&house, &mut second, &shown[0]).await.status, StatusCode::FORBIDDEN);

        // The page that was confirmed once cannot bring used codes back.
        let answer = take(&house, &mut browser, &page, ("codes", &shown[1][15..])).await;
        assert_eq!(answer.header("location"), "http://localhost:8080/owner?factors=1");
        // New ones end the old ones.
        let fresh = add_codes(&house, &mut first).await;
        assert_eq!(code(&house, &mut second, &shown[1]).await.status, StatusCode::FORBIDDEN);
        assert_eq!(code(&house, &mut second, &fresh[9]).await.status, StatusCode::SEE_OTHER);
    });
}

#[test]
fn changing_factors_needs_the_password_of_a_moment_ago() {
    run(async {
        let house = house::open().await;
        let mut browser = Browser::new();
        house.set_up(&mut browser).await;
        let door = "http://localhost:8080/owner?factors=1";
        let page = press(&house, &mut browser, "/owner/factors/totp").await;
        house.wait(5 * MINUTE + 1);
        for path in ["/owner/factors/totp", "/owner/factors/codes", "/owner/factors/totp/remove"] {
            assert_eq!(press(&house, &mut browser, path).await.header("location"), door, "{path}");
        }
        // What was offered in time may be taken a little later, by the same session only.
        let app = offered(&page);
        let shown = app.code(&house);
        let mut other = Browser::new();
        house.sign_in(&mut other, EMAIL, PASSWORD).await;
        let fields = [("offer", page.field("offer")), ("code", shown.clone())];
        let csrf = house.get(&mut other, "/owner/factors").await.field("csrf");
        let mut all: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        all.push(("csrf", &csrf));
        let answer = house.post(&mut other, "/owner/factors/totp/confirm", &all).await;
        assert_eq!(answer.header("location"), door);
        let answer = take(&house, &mut browser, &page, ("totp", &shown)).await;
        assert_eq!(answer.header("location"), "http://localhost:8080/owner/factors?done=totp");
        // Back to the page by password and code, and away with it.
        let fields = [("email", EMAIL), ("password", PASSWORD), ("factors", "1")];
        house.fill(&mut browser, "/owner?factors=1", &fields).await;
        let answer = code(&house, &mut browser, &app.code(&house)).await;
        assert_eq!(answer.header("location"), "http://localhost:8080/owner/factors");
        let answer = press(&house, &mut browser, "/owner/factors/totp/remove").await;
        assert_eq!(answer.header("location"), "http://localhost:8080/owner/factors?done=removed");
        let answer = house.sign_in(&mut Browser::new(), EMAIL, PASSWORD).await;
        assert_eq!(answer.header("location"), "http://localhost:8080/");
        // Strangers, and people who came through a provider, are sent to the door.
        let answer = house.get(&mut Browser::new(), "/owner/factors").await;
        assert_eq!(answer.header("location"), door);
        for path in ["/owner/factors/totp", "/owner/factors/codes/confirm", "/owner/drill"] {
            let answer = house.post(&mut Browser::new(), path, &[]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
    });
}

#[test]
fn where_one_is_needed_a_password_leads_to_nothing_but_adding_one() {
    run(async {
        let house = house::open().await;
        let mut before = Browser::new();
        house.set_up(&mut before).await;
        let wiki = app(&house).await;
        let (home, ann) = owner(&house).await;
        require(&house, &home, true).await;
        // The session of before is worth nothing by itself.
        assert!(!is_in(&house, &mut before).await);
        let me = house.get(&mut before, "/api/v1/me").await;
        assert_eq!(me.status, StatusCode::UNAUTHORIZED);

        let mut browser = Browser::new();
        let asked = house.get(&mut browser, &authorize(&wiki, &[])).await;
        let handle = asked.field("attempt");
        let fields = [("email", EMAIL), ("password", PASSWORD), ("attempt", handle.as_str())];
        let answer = house.fill(&mut browser, &format!("/owner?attempt={handle}"), &fields).await;
        assert_eq!(answer.header("location"), "http://localhost:8080/owner/factors");
        assert!(browser.cookie("doorward-session").is_none());
        assert!(!is_in(&house, &mut browser).await);
        assert_eq!(house.get(&mut browser, "/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
        let asked = house.get(&mut browser, &authorize(&wiki, &[])).await;
        assert!(sent(&asked, "code").is_none());
        assert_eq!(
            house.get(&mut browser, "/owner/second").await.header("location"),
            "http://localhost:8080/owner"
        );
        let answer = press(&house, &mut browser, "/owner/drill").await;
        assert_eq!(answer.header("location"), "http://localhost:8080/owner?factors=1");
        let page = house.get(&mut browser, "/owner/factors").await;
        assert!(page.body.contains("requires single sign-on"), "{}", page.body);

        // Never locked out: adding one lets them in, and on to where they wanted to go.
        let page = press(&house, &mut browser, "/owner/factors/totp").await;
        let generator = offered(&page);
        let shown = generator.code(&house);
        let answer = take(&house, &mut browser, &page, ("totp", &shown)).await;
        assert!(
            answer.header("location").starts_with("https://wiki.test/cb?code="),
            "{}",
            answer.body
        );
        assert!(is_in(&house, &mut browser).await);

        // It stays while it is needed.
        let answer = press(&house, &mut browser, "/owner/factors/totp/remove").await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        let stays = house.read(move |tx| factors::of(tx, &ann)).await;
        assert!(stays.totp_since.is_some());
        add_codes(&house, &mut browser).await;
        let answer = press(&house, &mut browser, "/owner/factors/totp/remove").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
    });
}

#[test]
fn the_last_recovery_code_leads_to_adding_a_factor_where_one_is_needed() {
    run(async {
        let house = house::open().await;
        let mut known = Browser::new();
        house.set_up(&mut known).await;
        let codes = add_codes(&house, &mut known).await;
        let kept = codes[0].clone();
        let (home, ann) = owner(&house).await;
        require(&house, &home, true).await;
        house
            .write(move |tx| {
                for code in &codes[1..] {
                    let code = RecoveryCode::read(code).unwrap();
                    assert!(factors::use_code(tx, &ann, &code.digest(ann.as_str()), Millis(0))?);
                }
                Ok(())
            })
            .await;
        let mut browser = Browser::new();
        password(&house, &mut browser).await;
        let last = house.get(&mut known, "/owner/factors").await;
        assert!(last.body.contains("1 of 10 left"), "{}", last.body);
        let answer = code(&house, &mut browser, &kept).await;
        assert_eq!(answer.header("location"), "http://localhost:8080/owner/factors");
        assert!(!is_in(&house, &mut browser).await);
        add_app(&house, &mut browser).await;
        assert!(is_in(&house, &mut browser).await);
    });
}

#[test]
fn a_step_that_waits_for_a_factor_ends_when_there_is_one() {
    run(async {
        let house = house::open().await;
        house.set_up(&mut Browser::new()).await;
        let (home, _) = owner(&house).await;
        require(&house, &home, true).await;
        // A thief with the password waits; the owner adds a factor.
        let (mut thief, mut ann) = (Browser::at("198.51.100.1:1"), Browser::new());
        house.sign_in(&mut thief, EMAIL, PASSWORD).await;
        let page = press(&house, &mut thief, "/owner/factors/totp").await;
        house.sign_in(&mut ann, EMAIL, PASSWORD).await;
        add_app(&house, &mut ann).await;
        assert!(is_in(&house, &mut ann).await);
        let shown = offered(&page).code(&house);
        let answer = take(&house, &mut thief, &page, ("totp", &shown)).await;
        assert_eq!(answer.header("location"), "http://localhost:8080/owner?factors=1");
        assert!(!is_in(&house, &mut thief).await);
    });
}

#[test]
fn whoever_is_shut_out_meanwhile_does_not_get_in_by_a_code() {
    run(async {
        let house = house::open().await;
        let mut known = Browser::new();
        house.set_up(&mut known).await;
        let app = add_app(&house, &mut known).await;
        let mut browser = Browser::new();
        password(&house, &mut browser).await;
        let (_, ann) = owner(&house).await;
        house
            .write(move |tx| {
                let user = users::find(tx, &ann)?.unwrap();
                users::set_disabled(tx, &ann, user.version, true)
            })
            .await;
        let csrf = house.get(&mut browser, "/owner").await.field("csrf");
        let shown = app.code(&house);
        let answer =
            house.post(&mut browser, "/owner/second", &[("csrf", &csrf), ("code", &shown)]).await;
        assert_eq!(answer.header("location"), "http://localhost:8080/owner");
        assert!(browser.cookie("doorward-session").is_none());
    });
}

#[test]
fn factors_that_were_lost_are_removed_on_the_host() {
    run(async {
        let house = house::open().await;
        let mut browser = Browser::new();
        house.set_up(&mut browser).await;
        add_app(&house, &mut browser).await;
        add_codes(&house, &mut browser).await;
        let now = house.hub.now();
        let moment = Moment { rng: &SystemRng, now, limits: Limits::new(HOUR, HOUR) };
        let had =
            house.write(move |tx| broker::reset_factors(tx, moment, &Actor::Host, EMAIL)).await;
        assert!(had);
        assert!(!is_in(&house, &mut browser).await, "what was opened with them ends");
        let answer = house.sign_in(&mut Browser::new(), EMAIL, PASSWORD).await;
        assert_eq!(answer.header("location"), "http://localhost:8080/");
        assert!(trail(&house).await.contains(&"owner.factors_reset".to_owned()));
    });
}
