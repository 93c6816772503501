//! What becomes of attempts: what they keep, who may go on with them, and under which conditions.

use actix_web::http::StatusCode;
use doorward::jobs::{Jobs, Last, tick};
use doorward::model::attempt::{Attempt, LIFETIME, State};
use doorward::model::check::Verdict;
use doorward::model::code::Code;
use doorward::model::id::AppId;
use doorward::model::secret::Digest;
use doorward::store::Page;
use doorward::store::attempts::{self, Filter};
use doorward::store::expire::{self, Expiring};
use doorward::store::{Tx, sessions, users};
use tokio::sync::oneshot;

use crate::house::{self, Answer, Browser, House, PASSWORD, run};
use crate::reason_codes::reference;
use crate::support::openid::{DISCOVERY, Gate, Provider};
use crate::support::tenant::{CALLBACK, Tenant, app, authorize, onward, sent};

const SESSION: &str = "doorward-session";
const DOOR: &str = "href=\"http://localhost:8080/owner";
const ANN: &str = "ann@acme.test";

async fn attempt(house: &House, handle: &str) -> Attempt {
    let digest = Digest::of_ordered(handle);
    house.read(move |tx| attempts::find_by_handle(tx, digest)).await.unwrap()
}

async fn all(house: &House) -> Vec<Attempt> {
    house.read(|tx| attempts::list(tx, &Filter::default(), &Page::first(50))).await
}

#[test]
fn whom_a_provider_vouched_for_is_forgotten_when_nobody_finishes() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let mut ann = Browser::new();
        let asked = house.get(&mut ann, "/o/acme").await;
        let handle = sent(&asked, "RelayState").unwrap();
        let answer = acme.answer(house.hub.now(), &handle, ANN);
        acme.post(&house, &handle, &answer).await;
        let jobs = Jobs::of(&house.hub);
        for (passed, kept) in [(LIFETIME, true), (1, false)] {
            house.wait(passed);
            tick(&jobs, &mut Last::default()).await;
            let found = attempt(&house, &handle).await;
            let held = serde_json::to_string(&found.state).unwrap();
            assert_eq!(held.contains(ANN), kept, "{held}");
        }
        let ended = attempt(&house, &handle).await;
        assert_eq!(ended.state, State::Refused { code: Code::AttemptExpired });
        let failed = ended.checks.as_slice().iter().find(|c| c.verdict == Verdict::Failed).unwrap();
        assert_eq!(failed.name, "finished");
        // What was checked stays, for the trace.
        assert!(ended.checks.as_slice().iter().any(|c| c.name == "destination"), "{ended:?}");
    });
}

/// A house with an organization at `/o/acme` that has a SAML connection and one to `provider`.
async fn two_ways(provider: &Provider) -> (House, Tenant, String) {
    let house = house::open_among_private().await;
    let acme = Tenant::open(&house, "acme").await;
    let other = provider.connect(&house, &acme.organization).await;
    (house, acme, other.to_string())
}

/// Presses one button of the page that offers several ways.
async fn choose(house: &House, browser: &mut Browser, page: &Answer, connection: &str) -> Answer {
    let (csrf, handle) = (page.field("csrf"), page.field("attempt"));
    let fields = [("csrf", csrf.as_str()), ("attempt", &handle), ("connection", connection)];
    house.post(browser, "/login/connection", &fields).await
}

#[test]
fn an_attempt_somebody_was_asked_in_is_not_asked_in_again() {
    run(async {
        let provider = Provider::start();
        let (house, acme, other) = two_ways(&provider).await;
        let mut ann = Browser::new();
        let page = house.get(&mut ann, "/o/acme").await;
        let handle = page.field("attempt");
        let first = choose(&house, &mut ann, &page, &other).await;
        assert_eq!(sent(&first, "state"), Some(handle.clone()));
        let asked = attempt(&house, &handle).await;
        // Back, and the other button: the first provider knows the first handle.
        let second = choose(&house, &mut ann, &page, acme.connection.as_str()).await;
        let fresh = sent(&second, "RelayState").unwrap();
        assert_ne!(fresh, handle);
        assert_eq!(attempt(&house, &handle).await, asked);
        let third = choose(&house, &mut ann, &page, &other).await;
        assert!(![handle.as_str(), &fresh].contains(&sent(&third, "state").unwrap().as_str()));
        // Each of them is finished for itself.
        let back = provider.vouch(house.hub.now(), &first, ANN);
        assert_eq!(onward(&house.get(&mut ann, &back).await), "/");
    });
}

#[test]
fn what_ended_while_a_provider_was_looked_up_stays_ended() {
    run(async {
        let provider = Provider::start();
        let (house, acme, slow) = two_ways(&provider).await;
        let mut ann = Browser::new();
        let page = house.get(&mut ann, "/o/acme").await;
        let handle = page.field("attempt");
        let (asked, is_asked) = oneshot::channel();
        let (answer, may_answer) = std::sync::mpsc::channel();
        provider.hold_back(DISCOVERY, Gate { asked, answer: may_answer });
        let mut tab = ann.clone();
        let meanwhile = async {
            is_asked.await.unwrap();
            // In another tab the quick way is taken, with the same attempt, to its end.
            let asked = choose(&house, &mut ann, &page, acme.connection.as_str()).await;
            assert_eq!(sent(&asked, "RelayState"), Some(handle.clone()));
            let home = acme.vouch(&house, &mut ann, &asked, ANN).await;
            assert_eq!(onward(&home), "/", "{}", home.body);
            let ended = attempt(&house, &handle).await;
            assert_eq!(ended.state, State::Admitted);
            answer.send(()).unwrap();
            ended
        };
        let (late, ended) = tokio::join!(choose(&house, &mut tab, &page, &slow), meanwhile);
        assert_ne!(sent(&late, "state").unwrap(), handle);
        assert_eq!(attempt(&house, &handle).await, ended);
    });
}

/// Two buttons pressed one after the other, the first of a provider that takes its time: whoever
/// was asked first knows the handle, and goes by it.
#[test]
fn what_somebody_was_asked_in_while_a_provider_was_looked_up_goes_on() {
    run(async {
        for comes_up in [true, false] {
            let provider = Provider::start();
            let (house, acme, slow) = two_ways(&provider).await;
            let mut ann = Browser::new();
            let page = house.get(&mut ann, "/o/acme").await;
            let handle = page.field("attempt");
            let (asked, is_asked) = oneshot::channel();
            let (answer, may_answer) = std::sync::mpsc::channel();
            provider.hold_back(DISCOVERY, Gate { asked, answer: may_answer });
            let mut tab = ann.clone();
            let meanwhile = async {
                is_asked.await.unwrap();
                let asked = choose(&house, &mut ann, &page, acme.connection.as_str()).await;
                assert_eq!(sent(&asked, "RelayState"), Some(handle.clone()));
                if comes_up {
                    answer.send(()).unwrap();
                }
                drop(answer);
                (asked, attempt(&house, &handle).await)
            };
            let (late, (first, before)) =
                tokio::join!(choose(&house, &mut tab, &page, &slow), meanwhile);
            assert_eq!(attempt(&house, &handle).await, before);
            if comes_up {
                assert_ne!(sent(&late, "state").unwrap(), handle);
                let back = provider.vouch(house.hub.now(), &late, ANN);
                assert_eq!(onward(&house.get(&mut tab, &back).await), "/");
            } else {
                assert!(late.body.contains("Try again"), "{}", late.body);
                assert!(!late.body.contains(&handle), "{}", late.body);
                let told = reference(&late);
                let recorded = all(&house).await;
                let of_late = recorded.iter().find(|one| one.reference.0 == told).unwrap();
                assert_eq!(of_late.state.name(), "refused");
                assert_eq!(of_late.organization, before.organization);
                let home = acme.vouch(&house, &mut ann, &first, ANN).await;
                assert_eq!(onward(&home), "/", "{}", home.body);
            }
        }
    });
}

#[test]
fn an_answer_that_fails_does_not_end_what_another_one_brought_meanwhile() {
    run(async {
        let provider = Provider::start();
        let house = house::open_among_private().await;
        let acme = Tenant::open(&house, "acme").await;
        provider.connect(&house, &Tenant::bare(&house, "other").await).await;
        let mut ann = Browser::new();
        acme.sign_in(&house, &mut ann, ANN).await;
        let asked = house.get(&mut ann, "/o/other").await;
        let handle = sent(&asked, "state").unwrap();
        let back = provider.vouch(house.hub.now(), &asked, "bob@other.test");
        let wrong = back.replace("code0", "wrong");
        let (asked, is_asked) = oneshot::channel();
        let (answer, may_answer) = std::sync::mpsc::channel();
        provider.hold_back("/token", Gate { asked, answer: may_answer });
        let mut tab = ann.clone();
        let meanwhile = async {
            is_asked.await.unwrap();
            let moved = house.get(&mut ann, &back).await;
            answer.send(()).unwrap();
            onward(&moved)
        };
        let (late, question) = tokio::join!(house.get(&mut tab, &wrong), meanwhile);
        assert!(late.status.is_client_error(), "{}", late.header("location"));
        assert_eq!(attempt(&house, &handle).await.state.name(), "verified");
        let page = house.get(&mut ann, &question).await;
        assert!(page.body.contains("bob@other.test"), "{}", page.body);
    });
}

#[test]
fn a_reload_is_answered_under_the_conditions_of_the_request() {
    run(async {
        let house = house::open().await;
        let (acme, evil) = (Tenant::open(&house, "acme").await, Tenant::open(&house, "evil").await);
        let wiki = app(&house).await;
        let hints = [hint(&house, &wiki, "somebody"), "not a token".to_owned()];
        for (more, served) in [
            (&[("organization", "acme")][..], true),
            (&[("organization", "acme"), ("max_age", "600")], true),
            (&[("organization", "evil")], false),
            (&[("connection", evil.connection.as_str())], false),
            (&[("organization", "acme"), ("prompt", "login")], false),
            (&[("organization", "acme"), ("max_age", "0")], false),
            (&[("organization", "acme"), ("max_age", "60")], false),
            (&[("organization", "acme"), ("prompt", "select_account")], false),
            (&[("organization", "acme"), ("id_token_hint", &hints[0])], false),
            (&[("organization", "acme"), ("id_token_hint", &hints[1])], false),
        ] {
            let mut ann = Browser::new();
            let asked = house.get(&mut ann, &authorize(&wiki, more)).await;
            let handle = sent(&asked, "RelayState").unwrap();
            // In another tab Ann signs in; a little later she finds the first one again.
            acme.sign_in(&house, &mut ann, ANN).await;
            house.wait(2 * 60_000);
            let again = house.get(&mut ann, &format!("/login/again?attempt={handle}")).await;
            let direct = house.get(&mut ann, &authorize(&wiki, more)).await;
            for answer in [&again, &direct] {
                let into = answer.header("location").starts_with(CALLBACK);
                assert_eq!(into, served, "{more:?} {}", answer.header("location"));
            }
            // Where she is asked again, it is by whom the app wished for.
            let to_evil = more.iter().any(|(_, v)| *v == "evil" || *v == evil.connection.as_str());
            if to_evil {
                let handle = sent(&again, "RelayState").unwrap();
                let asked = attempt(&house, &handle).await;
                assert_eq!(asked.connection, Some(evil.connection.clone()), "{more:?}");
            }
        }
    });
}

/// An ID token of ours for `app` that names somebody.
fn hint(house: &House, app: &AppId, person: &str) -> String {
    let issuer = house.hub.config.public_url.as_str();
    let claims = serde_json::json!({"iss": issuer, "aud": app.as_str(), "sub": person, "exp": 1});
    let algorithm = doorward::model::app::SigningAlgorithm::RS256;
    house.hub.ring.sign(algorithm, "JWT", &claims).unwrap()
}

#[test]
fn an_attempt_at_an_organizations_address_is_the_organizations() {
    run(async {
        let provider = Provider::start();
        let (house, acme, _) = two_ways(&provider).await;
        let none = Tenant::bare(&house, "none").await;
        let page = house.get(&mut Browser::new(), "/o/acme").await;
        let chosen = attempt(&house, &page.field("attempt")).await;
        assert_eq!(chosen.state, State::Choosing);
        assert_eq!(chosen.organization, Some(acme.organization.clone()));
        let refused = house.get(&mut Browser::new(), "/o/none").await;
        assert!(refused.body.contains(Code::RouteUnknown.as_str()), "{}", refused.body);
        let filter = Filter { organization: Some(none), ..Filter::default() };
        let found = house.read(move |tx| attempts::list(tx, &filter, &Page::first(9))).await;
        assert_eq!(found.len(), 1);
        // The same for an app that names it.
        let wiki = app(&house).await;
        let link = authorize(&wiki, &[("organization", "acme")]);
        let page = house.get(&mut Browser::new(), &link).await;
        let chosen = attempt(&house, &page.field("attempt")).await;
        assert_eq!(chosen.organization, Some(acme.organization.clone()));
    });
}

#[test]
fn an_owner_at_the_door_leaves_a_trace_of_an_attempt_that_lives() {
    run(async {
        let house = house::open().await;
        house.set_up(&mut Browser::new()).await;
        let acme = Tenant::open(&house, "other").await;
        let wiki = app(&house).await;
        let link = authorize(&wiki, &[("organization", acme.path)]);
        for (waited, expired) in [(LIFETIME, false), (LIFETIME + 1, true)] {
            let mut owner = Browser::new();
            let asked = house.get(&mut owner, &link).await;
            let handle = sent(&asked, "RelayState").unwrap();
            house.wait(waited);
            let before = all(&house).await;
            let path = format!("/owner?attempt={handle}");
            let fields =
                [("email", "ann@acme.test"), ("password", PASSWORD), ("attempt", handle.as_str())];
            let into = house.fill(&mut owner, &path, &fields).await;
            assert!(into.header("location").starts_with(CALLBACK), "{}", into.body);
            let again = house.fill(&mut owner, "/owner", &fields[..2]).await;
            assert_eq!(onward(&again), "/", "{}", again.body);
            let listed = |tx: &Tx<'_>| sessions::list(tx, None, None, &Page::first(9));
            let begun = house.read(listed).await.len();
            assert_eq!(begun, 2 + usize::from(expired), "one in each browser");
            let after = all(&house).await;
            // One that ran out stays so; the way in is recorded by itself.
            assert_eq!(attempt(&house, &handle).await.state == State::Admitted, !expired);
            assert_eq!(after.len() - before.len(), usize::from(expired));
            let owners = |found: &[Attempt]| {
                let of = |a: &&Attempt| a.state == State::Admitted && a.user.is_some();
                found.iter().filter(of).count()
            };
            assert_eq!(owners(&after) - owners(&before), 1, "{waited}");
        }
        // A flood of strangers pushes out neither.
        let later = house.hub.now().plus(1);
        house.write(move |tx| expire::batch(tx, Expiring::UnprovedAttempts, later, 99)).await;
        let admitted = |a: &&Attempt| a.state == State::Admitted;
        assert_eq!(all(&house).await.iter().filter(admitted).count(), 2);
    });
}

#[test]
fn where_a_provider_is_down_owners_read_about_their_door() {
    run(async {
        let house = house::open_among_private().await;
        let acme = Tenant::bare(&house, "acme").await;
        Provider::gone().connect(&house, &acme).await;
        let wiki = app(&house).await;
        let mut owner = Browser::new();
        house.set_up(&mut owner).await;
        let mut owner = Browser::new();
        let link = authorize(&wiki, &[("organization", "acme")]);
        let down = house.get(&mut owner, &link).await;
        assert_eq!(down.status, StatusCode::BAD_GATEWAY, "{}", down.body);
        let door = down.body.split(DOOR).nth(1).expect("a link to the owner's door");
        let path = format!("/owner{}", door.split('"').next().unwrap());
        let handle = path.split("attempt=").nth(1).unwrap().to_owned();
        let fields = [("email", "ann@acme.test"), ("password", PASSWORD), ("attempt", &handle)];
        let into = house.fill(&mut owner, &path, &fields).await;
        assert!(into.header("location").starts_with(CALLBACK), "{}", into.body);
        // Other refusals are not a reason to go there.
        let refused = house.get(&mut Browser::new(), "/o/nobody").await;
        assert!(!refused.body.contains(DOOR), "{}", refused.body);
    });
}

#[test]
fn only_our_own_page_confirms_that_somebody_signs_out() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let mut ann = Browser::new();
        acme.sign_in(&house, &mut ann, ANN).await;
        // An app may ask by POST from its own site (OpenID Connect RP-Initiated Logout section
        // 2): our cookie is not with it, and the browser is sent on to where it is.
        let bare = house.post(&mut Browser::new(), "/oauth2/logout", &[("state", "s")]).await;
        assert_eq!(onward(&bare), "/oauth2/logout?state=s");
        let page = house.get(&mut ann, "/oauth2/logout").await;
        assert!(page.body.contains("Sign out?"), "without a valid hint the person is asked");
        let csrf = page.field("csrf");
        for (site, ends) in
            [("cross-site", false), ("same-site", false), ("none", false), ("same-origin", true)]
        {
            let mut browser = ann.clone();
            browser.headers.push(("sec-fetch-site", site.to_owned()));
            let answer = house.post(&mut browser, "/oauth2/logout", &[("csrf", &csrf)]).await;
            assert_eq!(answer.body.contains("Sign out?"), !ends, "{site}");
            assert_eq!(browser.cookie(SESSION).is_none(), ends, "{site}");
        }
    });
}

#[test]
fn an_app_that_names_somebody_is_not_sent_somebody_else() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let wiki = app(&house).await;
        let mut ann = Browser::new();
        acme.sign_in(&house, &mut ann, ANN).await;
        let people = house.read(|tx| users::list(tx, None, &Page::first(9))).await;
        let named = hint(&house, &wiki, people[0].id.as_str());
        let link = authorize(&wiki, &[("id_token_hint", &named)]);
        assert!(sent(&house.get(&mut ann, &link).await, "code").is_some());
        for (person, error) in [("bob@acme.test", Some("login_required")), (ANN, None)] {
            let mut browser = Browser::new();
            let asked = house.get(&mut browser, &link).await;
            let done = acme.vouch(&house, &mut browser, &asked, person).await;
            assert!(done.header("location").starts_with(CALLBACK), "{}", done.body);
            assert_eq!(sent(&done, "error").as_deref(), error, "{person}");
            assert_eq!(sent(&done, "code").is_none(), error.is_some(), "{person}");
            assert_eq!(sent(&done, "state").as_deref(), Some("st"));
        }
    });
}
