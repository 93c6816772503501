//! A test is no way in, and a sign-in is no test: whatever is carried from one to the other.

use doorward::model::attempt::State;
use doorward::model::organization::EnforcementMode;
use doorward::model::secret::Digest;
use doorward::store::{attempts, organizations};
use serde_json::{Value, json};

use super::{ANN, SESSION, Scene, good, people, put_draft, shown, values};
use crate::house::{self, Browser, House, run};
use crate::support::admin::Admin;
use crate::support::openid::Provider;
use crate::support::tenant::{self, Tenant, authorize, onward, sent};
use crate::support::testing::{self, run_saml};

async fn state(house: &House, handle: &str) -> State {
    let digest = Digest::of_ordered(handle);
    house.read(move |tx| attempts::find_by_handle(tx, digest)).await.unwrap().state
}

/// A test and an app's sign-in in one browser, both at the provider.
struct Both {
    scene: Scene,
    ann: Browser,
    test: String,
    app: String,
}

impl Both {
    async fn new() -> Self {
        let scene = Scene::new().await;
        let app = tenant::app(&scene.house).await;
        scene.put().await;
        let mut ann = Browser::new();
        let asked = scene.house.get(&mut ann, &authorize(&app, &[("organization", "acme")])).await;
        let app = sent(&asked, "RelayState").unwrap();
        let link = scene.ask("draft").await;
        let asked = testing::start(&scene.house, &mut ann, &link).await;
        let test = sent(&asked, "RelayState").unwrap();
        Self { scene, ann, test, app }
    }

    /// Whether nobody got in, and nothing counts as tested.
    async fn nothing(&self) {
        let house = &self.scene.house;
        assert!(self.ann.cookie(SESSION).is_none());
        assert!(people(house).iter().all(Vec::is_empty));
        let item = shown(house, &self.scene.admin, self.scene.connection()).await;
        assert_eq!(item["draft"]["tested_at"], Value::Null, "{item}");
    }
}

#[test]
fn an_answer_to_one_is_no_answer_to_the_other() {
    run(async {
        for to_test in [true, false] {
            let both = Both::new().await;
            let (house, acme) = (&both.scene.house, &both.scene.acme);
            let (asked, brought) = match to_test {
                true => (&both.app, &both.test),
                false => (&both.test, &both.app),
            };
            let answer = good(house, acme)(asked);
            let page = acme.post(house, brought, &answer).await;
            assert!(page.body.contains("saml_in_response_to"), "{}", page.body);
            both.nothing().await;
        }
    });
}

#[test]
fn a_ticket_of_one_does_not_finish_the_other() {
    run(async {
        for to_test in [true, false] {
            let mut both = Both::new().await;
            let (house, acme) = (&both.scene.house, &both.scene.acme);
            let ticket = async |handle: &String| {
                let posted = acme.post(house, handle, &good(house, acme)(handle)).await;
                sent(&posted, "ticket").unwrap()
            };
            let (of_test, of_app) = (ticket(&both.test).await, ticket(&both.app).await);
            let (handle, ticket) = match to_test {
                true => (&both.test, of_app),
                false => (&both.app, of_test),
            };
            let path = format!("/login/finish?attempt={handle}&ticket={ticket}");
            let page = house.get(&mut both.ann, &path).await;
            assert!(page.body.contains("browser_mismatch"), "{}", page.body);
            both.nothing().await;
        }
    });
}

#[test]
fn a_test_is_neither_gone_on_with_nor_started_again_as_a_sign_in() {
    run(async {
        let mut both = Both::new().await;
        let (house, acme, handle) = (&both.scene.house, &both.scene.acme, both.test.clone());
        let posted = acme.post(house, &handle, &good(house, acme)(&handle)).await;
        for path in ["/login/again?attempt=", "/login/again?other=1&attempt="] {
            let again = house.get(&mut both.ann, &format!("{path}{handle}")).await;
            assert_eq!(onward(&again), "/login");
        }
        // Chosen as a way in, it begins a sign-in of its own.
        let page = house.get(&mut both.ann, &format!("/login?attempt={handle}")).await;
        assert!(!page.body.contains(&handle), "{}", page.body);
        let csrf = page.field("csrf");
        let fields =
            [("csrf", &*csrf), ("attempt", &handle), ("connection", acme.connection.as_str())];
        let chosen = house.post(&mut both.ann, "/login/connection", &fields).await;
        assert_ne!(sent(&chosen, "RelayState").unwrap(), handle);
        // Pressed as an answer to the question of a sign-in, it lets nobody in either.
        let ticket = sent(&posted, "ticket").unwrap();
        let word = [
            ("csrf", &*csrf),
            ("attempt", &handle),
            ("ticket", &ticket),
            ("instead_of", "abc"),
            ("choice", "continue"),
        ];
        let done = house.post(&mut both.ann, "/login/finish", &word).await;
        assert!(onward(&done).starts_with("/login/test/report"), "{}", done.body);
        assert!(both.ann.cookie(SESSION).is_none());
        assert!(people(house).iter().all(Vec::is_empty));
    });
}

#[test]
fn an_owner_who_signs_in_with_the_handle_of_a_test_ends_nothing() {
    run(async {
        let house = house::open().await;
        let mut owner = Browser::new();
        house.set_up(&mut owner).await;
        owner.cookies.remove(SESSION);
        let acme = Tenant::open(&house, "acme").await;
        let admin = Admin::open(&house, None).await;
        put_draft(&house, &admin, acme.connection.as_str(), &values(&acme)).await;
        let link = testing::ask(&house, &admin, acme.connection.as_str(), "draft").await;
        let asked = testing::start(&house, &mut owner, &link).await;
        let handle = sent(&asked, "RelayState").unwrap();
        let page = house.get(&mut owner, &format!("/owner?attempt={handle}")).await;
        let csrf = page.field("csrf");
        let fields = [
            ("csrf", &*csrf),
            ("attempt", &handle),
            ("email", "ann@acme.test"),
            ("password", house::PASSWORD),
        ];
        house.post(&mut owner, "/owner", &fields).await;
        assert!(matches!(state(&house, &handle).await, State::Awaiting { .. }));
    });
}

#[test]
fn an_assertion_of_a_test_is_used_up() {
    run(async {
        let mut both = Both::new().await;
        let (house, acme) = (&both.scene.house, &both.scene.acme);
        let answer = good(house, acme)(&both.test);
        let posted = acme.post(house, &both.test, &answer).await;
        house.get(&mut both.ann, &onward(&posted)).await;
        for handle in [&both.app, &both.test] {
            let page = acme.post(house, handle, &answer).await;
            assert!(page.status.is_client_error(), "{}", page.header("location"));
        }
        assert!(both.ann.cookie(SESSION).is_none());
        // The same assertion as an answer to another test.
        let link = both.scene.ask("draft").await;
        let page = run_saml(house, acme, &mut both.ann, &link, |_| answer.clone()).await;
        assert!(page.body.contains("saml_in_response_to"), "{}", page.body);
    });
}

#[test]
fn a_test_that_another_browser_finishes_reports_nothing() {
    run(async {
        let mut both = Both::new().await;
        let (house, acme) = (&both.scene.house, &both.scene.acme);
        // Mallory opened the link and led Ann to the provider: Ann's browser brings the answer.
        let posted = acme.post(house, &both.test, &good(house, acme)(&both.test)).await;
        let hers = house.get(&mut Browser::new(), &onward(&posted)).await;
        assert!(hers.status.is_client_error() && !hers.body.contains(ANN), "{}", hers.body);
        let late = house.get(&mut both.ann, &onward(&posted)).await;
        assert!(late.status.is_client_error() && !late.body.contains(ANN), "{}", late.body);
        both.nothing().await;
    });
}

#[test]
fn a_draft_and_a_disabled_connection_take_no_answer_but_to_a_test_of_theirs() {
    run(async {
        let scene = Scene::new().await;
        let (house, acme) = (&scene.house, &scene.acme);
        scene.put().await;
        let path = format!("/connections/{}", scene.connection());
        let disable = async |disabled: bool| {
            let body = json!({"disabled": disabled});
            let done = scene.admin.call(house, ("PATCH", &path), Some("*"), &body).await;
            assert_eq!(done.status, 200, "{}", done.json);
        };
        // Switched off while a test runs, and before one begins: closed.
        let running = scene.ask("draft").await;
        let waiting = scene.ask("draft").await;
        let mut it = Browser::new();
        let handle = sent(&testing::start(house, &mut it, &running).await, "RelayState").unwrap();
        disable(true).await;
        let page = acme.post(house, &handle, &good(house, acme)(&handle)).await;
        assert!(page.body.contains("connection_not_live"), "{}", page.body);
        assert!(page.body.contains("This was a test sign-in"), "{}", page.body);
        let page = testing::start(house, &mut it, &waiting).await;
        assert!(page.body.contains("connection_not_live"), "{}", page.body);
        let ask = format!("{path}/test");
        let (status, refused) = scene.admin.post(house, &ask, &Value::Null).await;
        assert_eq!((status, &refused["code"]), (409, &json!("switched_off")));
        disable(false).await;
        // What the operator does not allow the organization at all is not tested either; what
        // it has switched off itself is, to be switched on.
        let of = acme.organization.clone();
        let set = async |allowed: bool, mode: EnforcementMode| {
            let of = of.clone();
            let change = move |tx: &doorward::store::Tx<'_>| {
                let mut row = organizations::find(tx, &of)?.unwrap();
                row.settings.sso_allowed = allowed;
                row.settings.enforcement.mode = mode;
                organizations::update(tx, &row)
            };
            assert!(house.write(change).await);
        };
        set(false, EnforcementMode::Optional).await;
        let (status, refused) = scene.admin.post(house, &ask, &Value::Null).await;
        assert_eq!((status, &refused["code"]), (409, &json!("switched_off")));
        set(true, EnforcementMode::Off).await;
        scene.passes(&mut Browser::new(), "draft").await;
        set(true, EnforcementMode::Optional).await;
        // A draft that was replaced: its tests are over.
        let running = scene.ask("draft").await;
        let waiting = scene.ask("draft").await;
        let handle = sent(&testing::start(house, &mut it, &running).await, "RelayState").unwrap();
        scene.put().await;
        let page = acme.post(house, &handle, &good(house, acme)(&handle)).await;
        assert!(page.body.contains("test_superseded"), "{}", page.body);
        let page = testing::start(house, &mut it, &waiting).await;
        assert!(page.body.contains("test_superseded"), "{}", page.body);
        // A sign-in does not go by what a test tries: the draft trusts another key.
        let other = crate::support::forge::Signer::p256();
        let mut draft = values(acme);
        draft["certificate"] = json!(other.certificate_base64());
        put_draft(house, &scene.admin, scene.connection(), &draft).await;
        let link = scene.ask("draft").await;
        let page = run_saml(house, acme, &mut it, &link, good(house, acme)).await;
        assert!(page.body.contains("saml_signer_unknown") || page.body.contains("saml_signature"));
        let asked = house.get(&mut it, "/o/acme").await;
        let handle = sent(&asked, "RelayState").unwrap();
        let made = acme.unsigned(house.hub.now(), &handle, ANN);
        let signing =
            crate::support::forge::Signing::by(&other, crate::support::forge::ECDSA_SHA256);
        let answer = acme.sign_as(&made.xml, &made.id, &signing);
        let page = acme.post(house, &handle, &answer).await;
        assert!(page.status.is_client_error(), "{}", page.header("location"));
        assert!(it.cookie(SESSION).is_none());
    });
}

#[test]
fn tests_are_bounded_and_strangers_take_nothing_from_them() {
    run(async {
        let scene = Scene::new().await;
        let (house, acme) = (&scene.house, &scene.acme);
        scene.put().await;
        for _ in 0..100 {
            acme.post(house, "no-such-handle", "AAAA").await;
        }
        let path = format!("/connections/{}/test", scene.connection());
        let mut asked = 0;
        while scene.admin.post(house, &path, &Value::Null).await.0 == 200 {
            asked += 1;
            assert!(asked < 100);
        }
        assert_eq!(asked, 60);
        assert_eq!(scene.admin.post(house, &path, &Value::Null).await.0, 429);
        house.wait(1_000);
        scene.ask("draft").await;
    });
}

#[test]
fn at_an_openid_provider_state_and_code_of_one_do_not_serve_the_other() {
    run(async {
        let house = house::open_among_private().await;
        let provider = Provider::start();
        let acme = Tenant::bare(&house, "acme").await;
        let connection = provider.connect(&house, &acme).await;
        let admin = Admin::open(&house, None).await;
        let draft = json!({
            "issuer": provider.issuer, "client_id": "doorward", "client_secret": "s3cret"
        });
        put_draft(&house, &admin, connection.as_str(), &draft).await;
        let mut ann = Browser::new();
        let real = house.get(&mut ann, "/o/acme").await;
        let link = testing::ask(&house, &admin, connection.as_str(), "draft").await;
        let test = testing::start(&house, &mut ann, &link).await;
        let swap = |asked: &crate::house::Answer, other: &crate::house::Answer| {
            let back = provider.vouch(house.hub.now(), asked, ANN);
            let (own, theirs) = (sent(asked, "state").unwrap(), sent(other, "state").unwrap());
            back.replace(&own, &theirs)
        };
        for (asked, other) in [(&test, &real), (&real, &test)] {
            let page = house.get(&mut ann, &swap(asked, other)).await;
            assert!(page.status.is_client_error(), "{}", page.header("location"));
        }
        assert!(ann.cookie(SESSION).is_none());
        let item = shown(&house, &admin, connection.as_str()).await;
        assert_eq!(item["draft"]["tested_at"], Value::Null);
    });
}
