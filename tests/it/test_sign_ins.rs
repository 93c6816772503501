//! A test sign-in: the real protocol to a report, and nobody in. Only what passed one exactly as
//! it is goes into use.

mod attacks;
mod learned;

use doorward::model::attempt::LIFETIME;
use doorward::model::id::OrganizationId;
use doorward::model::time::MINUTE;
use doorward::store::{Page, sessions, users};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::house::{self, Browser, House, PASSWORD, run};
use crate::reason_codes::reference;
use crate::support::admin::Admin;
use crate::support::disk;
use crate::support::openid::{DISCOVERY, Gate, Provider};
use crate::support::tenant::{self, Tenant, authorize, sent};
use crate::support::testing::{self, Link, assert_passed, run_oidc, run_saml};

const ANN: &str = "ann@acme.test";
const SESSION: &str = "doorward-session";

/// The draft that describes the tenant's provider.
pub fn values(tenant: &Tenant) -> Value {
    json!({
        "idp_entity_id": "https://idp.acme.test/saml",
        "sso_url": "https://idp.acme.test/sso",
        "certificate": tenant.signer().certificate_base64(),
    })
}

pub async fn put_draft(house: &House, admin: &Admin, connection: &str, draft: &Value) -> Value {
    let path = format!("/connections/{connection}/draft");
    let put = admin.call(house, ("PUT", &path), Some("*"), draft).await;
    assert_eq!(put.status, 200, "{}", put.json);
    put.json
}

pub async fn shown(house: &House, admin: &Admin, connection: &str) -> Value {
    admin.get(house, &format!("/connections/{connection}")).await.1
}

/// A good answer about Ann.
pub fn good<'t>(house: &'t House, tenant: &'t Tenant) -> impl Fn(&str) -> String + 't {
    |handle| tenant.answer(house.hub.now(), handle, ANN)
}

/// Everything that a sign-in would leave.
fn people(house: &House) -> Vec<Vec<String>> {
    let rest = disk::dump(house);
    ["users", "identities", "sessions", "codes", "access_tokens"]
        .iter()
        .map(|table| rest.get(*table).cloned().unwrap_or_default())
        .map(|rows| rows.iter().map(|row| format!("{row:?}")).collect())
        .collect()
}

struct Scene {
    house: House,
    acme: Tenant,
    admin: Admin,
}

impl Scene {
    async fn new() -> Self {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let admin = Admin::open(&house, Some(&acme.organization)).await;
        Self { house, acme, admin }
    }

    fn connection(&self) -> &str {
        self.acme.connection.as_str()
    }

    async fn put(&self) -> Value {
        put_draft(&self.house, &self.admin, self.connection(), &values(&self.acme)).await
    }

    async fn ask(&self, revision: &str) -> Link {
        testing::ask(&self.house, &self.admin, self.connection(), revision).await
    }

    async fn passes(&self, browser: &mut Browser, revision: &str) -> Link {
        let link = self.ask(revision).await;
        let make = good(&self.house, &self.acme);
        assert_passed(&run_saml(&self.house, &self.acme, browser, &link, make).await);
        link
    }

    async fn activate(&self) -> (u16, Value) {
        let called = testing::activate(&self.house, &self.admin, self.connection()).await;
        (called.status, called.json)
    }
}

#[test]
fn a_test_ends_on_a_report_and_lets_nobody_in() {
    run(async {
        let scene = Scene::new().await;
        let (house, acme) = (&scene.house, &scene.acme);
        tenant::app(house).await;
        scene.put().await;
        let before = people(house);
        let mut it = Browser::new();
        let link = scene.ask("draft").await;
        let page = run_saml(house, acme, &mut it, &link, good(house, acme)).await;
        assert_passed(&page);
        for text in [ANN, "acme Inc", "staff", "with a new account", "Wiki", &link.reference] {
            assert!(page.body.contains(text), "{text}: {}", page.body);
        }
        assert!(page.body.len() < 15 * 1024 && !page.body.contains("<script"));
        assert!(it.cookie(SESSION).is_none());
        assert_eq!(people(house), before, "nobody is made, changed or let in");
        assert_eq!(disk::dump(house)["used_assertions"].len(), 1, "used up all the same");

        // For administrators, masked until revealed.
        let attempt = scene.admin.attempt(house, &link.reference).await;
        assert_eq!(attempt["outcome"], "tested");
        assert_eq!(attempt["user"], Value::Null);
        let test = &attempt["test"];
        assert_eq!((&test["passed"], &test["report"]["let_in"]), (&json!(true), &json!(true)));
        assert!(!attempt.to_string().contains(ANN), "{attempt}");
        let reveal = format!("/attempts/{}/reveal", link.reference);
        let (_, revealed) = scene.admin.post(house, &reveal, &Value::Null).await;
        let app = &revealed["test"]["report"]["apps"][0];
        assert_eq!((&app["name"], &app["claims"]["email"]), (&json!("Wiki"), &json!(ANN)));
        assert_eq!(app["claims"]["org_name"], "acme Inc");
        assert!(app["claims"].get("sid").is_none() && app["claims"].get("sub").is_none());
        let (_, listed) = scene.admin.get(house, "/attempts?outcome=tested").await;
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        // The trace of it reads like any other.
        assert_eq!(attempt["timeline"].as_array().unwrap().last().unwrap()["station"], "tested");
    });
}

#[test]
fn the_report_is_for_the_browser_that_ran_it_for_a_day() {
    run(async {
        let scene = Scene::new().await;
        let (house, acme) = (&scene.house, &scene.acme);
        scene.put().await;
        let mut it = Browser::new();
        let link = scene.ask("draft").await;
        let asked = testing::start(house, &mut it, &link).await;
        let handle = sent(&asked, "RelayState").unwrap();
        let posted = acme.post(house, &handle, &good(house, acme)(&handle)).await;
        let last = tenant::onward(&posted);
        let report = tenant::onward(&house.get(&mut it, &last).await);
        assert_passed(&house.get(&mut it, &report).await);
        assert_passed(&house.get(&mut it, &report).await);
        // The back button, or a reload of the last step, leads there again.
        assert_eq!(tenant::onward(&house.get(&mut it, &last).await), report);
        for mut other in [Browser::new(), Browser::at("198.51.100.7:1")] {
            let page = house.get(&mut other, &report).await;
            assert!(page.status.is_client_error() && !page.body.contains(ANN), "{}", page.body);
        }
        house.wait(25 * 60 * MINUTE);
        let page = house.get(&mut it, &report).await;
        assert!(page.status.is_client_error() && !page.body.contains(ANN), "{}", page.body);
    });
}

#[test]
fn a_link_works_once_and_for_a_quarter_of_an_hour() {
    run(async {
        let scene = Scene::new().await;
        let house = &scene.house;
        scene.put().await;
        let link = scene.ask("draft").await;
        assert!(
            sent(&testing::start(house, &mut Browser::new(), &link).await, "RelayState").is_some()
        );
        for mut browser in [Browser::new(), Browser::new()] {
            let page = testing::start(house, &mut browser, &link).await;
            assert!(page.body.contains("This test is over"), "{}", page.body);
        }
        let late = scene.ask("draft").await;
        house.wait(15 * MINUTE + 1);
        let page = testing::start(house, &mut Browser::new(), &late).await;
        assert!(page.body.contains("attempt_expired"), "{}", page.body);
        let fields = [("link", "no-such-link")];
        let page = house.fill(&mut Browser::new(), "/login/test?link=x", &fields).await;
        assert!(page.body.contains("attempt_unknown"), "{}", page.body);
        assert_eq!(scene.admin.attempt(house, &late.reference).await["test"]["passed"], false);
        // The link is kept as a digest only.
        let waiting = scene.ask("draft").await;
        let token = waiting.path.split('=').nth(1).unwrap();
        assert!(!format!("{:?}", disk::dump(house)).contains(token));
    });
}

#[test]
fn only_exactly_what_passed_goes_into_use_and_the_way_back_is_one_call() {
    run(async {
        let scene = Scene::new().await;
        let (house, acme) = (&scene.house, &scene.acme);
        let first = shown(house, &scene.admin, scene.connection()).await["live"]["id"].clone();
        scene.put().await;
        let (status, problem) = scene.activate().await;
        assert_eq!((status, &problem["code"]), (409, &json!("not_tested")));
        assert!(problem["detail"].as_str().unwrap().contains("/test"), "{problem}");
        // A failed test is none.
        let link = scene.ask("draft").await;
        let wrong = |handle: &str| acme.answer(house.hub.now(), &format!("{handle}x"), ANN);
        let page = run_saml(house, acme, &mut Browser::new(), &link, wrong).await;
        assert!(page.body.contains("The test did not pass"), "{}", page.body);
        assert!(page.body.contains(&link.reference) && !page.body.contains("Try again"));
        assert_eq!(scene.activate().await.0, 409);
        scene.passes(&mut Browser::new(), "draft").await;
        // The version an admin holds is good still: a test is no edit.
        let item = shown(house, &scene.admin, scene.connection()).await;
        assert!(item["draft"]["tested_at"].is_string(), "{item}");
        assert_eq!(item["draft"]["owner_tested_at"], Value::Null);
        // Any change needs a new one, were it the same values again.
        scene.put().await;
        assert_eq!(scene.activate().await.0, 409);
        scene.passes(&mut Browser::new(), "draft").await;
        let (status, live) = scene.activate().await;
        assert_eq!((status, &live["previous"]), (200, &first), "{live}");
        assert!(live["live"]["tested_at"].is_string());
        let second = live["live"]["id"].clone();
        // Back, and forth again; the draft stays.
        let draft = scene.put().await["draft"]["id"].clone();
        let path = format!("/connections/{}/return", scene.connection());
        for (live, previous) in [(&first, &second), (&second, &first)] {
            let done = scene.admin.call(house, ("POST", &path), Some("*"), &Value::Null).await;
            assert_eq!(done.status, 200, "{}", done.json);
            assert_eq!((&done.json["live"]["id"], &done.json["previous"]), (live, previous));
            assert_eq!(done.json["draft"]["id"], draft);
            let mut ann = Browser::new();
            acme.sign_in(house, &mut ann, ANN).await;
            assert!(ann.cookie(SESSION).is_some());
            house.wait(1_000);
        }
        let (_, trail) = scene.admin.get(house, "/audit-events?limit=200").await;
        let actions: Vec<_> =
            trail["items"].as_array().unwrap().iter().map(|e| e["action"].clone()).collect();
        for action in ["connection.test", "connection.activate", "connection.return"] {
            assert!(actions.contains(&json!(action)), "{action}: {actions:?}");
        }
    });
}

#[test]
fn a_return_is_refused_where_nothing_was_or_people_would_be_taken_for_others() {
    run(async {
        let scene = Scene::new().await;
        let (house, acme) = (&scene.house, &scene.acme);
        let path = format!("/connections/{}/return", scene.connection());
        let call = async || scene.admin.call(house, ("POST", &path), Some("*"), &Value::Null).await;
        let none = call().await;
        assert_eq!((none.status, &none.json["code"]), (409, &json!("no_previous")));
        let mut draft = values(acme);
        draft["attributes"] = json!({"subject": "email"});
        put_draft(house, &scene.admin, scene.connection(), &draft).await;
        scene.passes(&mut Browser::new(), "draft").await;
        assert_eq!(scene.activate().await.0, 200);
        acme.sign_in(house, &mut Browser::new(), ANN).await;
        let refused = call().await;
        assert_eq!((refused.status, &refused.json["code"]), (409, &json!("identity_basis")));
    });
}

#[test]
fn a_test_says_who_would_not_get_in_and_why() {
    run(async {
        let scene = Scene::new().await;
        let (house, acme) = (&scene.house, &scene.acme);
        tenant::app(house).await;
        acme.sign_in(house, &mut Browser::new(), ANN).await;
        house.wait(1_000);
        let link = scene.passes(&mut Browser::new(), "live").await;
        let attempt = scene.admin.attempt(house, &link.reference).await;
        assert!(attempt["test"]["report"]["user"].is_string(), "{attempt}");
        let of = acme.organization.clone();
        house
            .write(move |tx| {
                let all = users::list(tx, Some(&of), &Page::first(9))?;
                users::set_disabled(tx, &all[0].id, all[0].version, true)
            })
            .await;
        let link = scene.ask("live").await;
        let page = run_saml(house, acme, &mut Browser::new(), &link, good(house, acme)).await;
        assert_passed(&page);
        assert!(page.body.contains("would not let this person in"), "{}", page.body);
        assert!(page.body.contains("user_disabled") && !page.body.contains("Wiki"));
        let report = &scene.admin.attempt(house, &link.reference).await["test"]["report"];
        assert_eq!((&report["let_in"], &report["code"]), (&json!(false), &json!("user_disabled")));
        assert_eq!(report["apps"], json!([]));
    });
}

/// What each app is told by a test is what its token says, but for what is drawn.
#[test]
fn what_apps_would_be_told_is_what_they_are_told() {
    run(async {
        let scene = Scene::new().await;
        let (house, acme) = (&scene.house, &scene.acme);
        let app = tenant::app(house).await;
        acme.sign_in(house, &mut Browser::new(), ANN).await;
        house.wait(1_000);
        let link = scene.passes(&mut Browser::new(), "live").await;
        let reveal = format!("/attempts/{}/reveal", link.reference);
        let (_, revealed) = scene.admin.post(house, &reveal, &Value::Null).await;
        let told = &revealed["test"]["report"]["apps"][0];
        assert_eq!(told["app"], app.as_str());
        let (_, people) = scene.admin.get(house, "/users").await;
        assert_eq!(told["claims"]["sub"], people["items"][0]["id"]);
        assert_eq!(told["claims"]["idp"], scene.connection());
        assert_eq!(told["claims"]["org_id"], acme.organization.as_str());
        let _asked = authorize(&app, &[]);
    });
}

async fn owner_of(house: &House, browser: &mut Browser) -> OrganizationId {
    house.set_up(browser).await;
    house.read(|tx| Ok(doorward::store::organizations::home(tx)?.unwrap().id)).await
}

#[test]
fn an_owners_own_browser_proves_the_revision_for_the_owner() {
    run(async {
        let house = house::open_among_private().await;
        let provider = Provider::start();
        let mut owner = Browser::new();
        let home = owner_of(&house, &mut owner).await;
        assert!(owner.cookie(SESSION).is_some(), "signed in, with {PASSWORD}");
        let admin = Admin::open(&house, None).await;
        let acme = Tenant::bare(&house, "acme").await;
        for (organization, counts) in [(&home, true), (&acme, false)] {
            let body = json!({
                "organization": organization.as_str(), "name": "P", "protocol": "oidc",
                "config": {
                    "issuer": provider.issuer, "client_id": "doorward", "client_secret": "s3cret"
                },
            });
            let (_, made) = admin.post(&house, "/connections", &body).await;
            let id = made["id"].as_str().unwrap();
            // Somebody's first, then the owner's.
            let mut expected = Value::Null;
            for browser in [&mut Browser::new(), &mut owner] {
                let before = browser.cookie(SESSION).map(str::to_owned);
                let link = testing::ask(&house, &admin, id, "draft").await;
                assert_passed(&run_oidc(&house, &provider, browser, &link, |_| {}).await);
                assert_eq!(browser.cookie(SESSION).map(str::to_owned), before, "as it was");
                let item = shown(&house, &admin, id).await;
                assert!(item["draft"]["tested_at"].is_string());
                if before.is_some() && counts {
                    expected = item["draft"]["tested_at"].clone();
                }
                assert_eq!(item["draft"]["owner_tested_at"], expected);
                house.wait(1_000);
            }
        }
        // The owner is signed in still, as nobody else.
        let sessions = house.read(|tx| sessions::list(tx, None, None, &Page::first(9))).await;
        assert_eq!(sessions.len(), 1);
    });
}

#[test]
fn a_test_that_runs_out_while_the_provider_is_looked_up_says_so() {
    run(async {
        let (house, provider) = (house::open_among_private().await, Provider::start());
        let acme = Tenant::bare(&house, "acme").await;
        let connection = provider.connect(&house, &acme).await;
        let admin = Admin::open(&house, Some(&acme)).await;
        let draft = json!({
            "issuer": provider.issuer, "client_id": "doorward", "client_secret": "s3cret",
        });
        put_draft(&house, &admin, connection.as_str(), &draft).await;
        let link = testing::ask(&house, &admin, connection.as_str(), "draft").await;
        let (asked, is_asked) = oneshot::channel();
        let (answer, may_answer) = std::sync::mpsc::channel();
        provider.hold_back(DISCOVERY, Gate { asked, answer: may_answer });
        let meanwhile = async {
            is_asked.await.unwrap();
            house.wait(LIFETIME + 1);
            answer.send(()).unwrap();
        };
        let mut browser = Browser::new();
        let (page, ()) = tokio::join!(testing::start(&house, &mut browser, &link), meanwhile);
        assert!(page.body.contains("attempt_expired"), "{} {}", page.status, page.body);
        assert_eq!(reference(&page), link.reference);
    });
}
