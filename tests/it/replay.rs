//! Replay: a captured answer judged again with other settings, by the clock of then, and
//! nothing else that comes of it.

use std::task::{Context, Poll, Waker};

use doorward::model::id::ConnectionId;
use doorward::model::time::HOUR;
use serde_json::{Value, json};

use crate::house::{self, Browser, House, run};
use crate::support::admin::Admin;
use crate::support::disk;
use crate::support::openid::Provider;
use crate::support::tenant::{Tenant, onward, sent};
use crate::support::testing;

const ANN: &str = "ann@acme.test";
const OTHER: &str = "https://other.test/audience";

/// A house whose provider answers for another audience, captured.
struct Scene {
    house: House,
    acme: Tenant,
    admin: Admin,
    /// The failed attempt.
    reference: String,
    handle: String,
    answer: String,
}

async fn capture(house: &House, admin: &Admin, connection: &ConnectionId) {
    let path = format!("/connections/{connection}/capture");
    let on = admin.call(house, ("POST", &path), None, &Value::Null).await;
    assert_eq!(on.status, 200, "{}", on.json);
}

async fn newest(house: &House, admin: &Admin) -> String {
    admin.newest(house).await["reference"].as_str().unwrap().to_owned()
}

impl Scene {
    async fn new() -> Self {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let admin = Admin::open(&house, Some(&acme.organization)).await;
        capture(&house, &admin, &acme.connection).await;
        let asked = house.get(&mut Browser::new(), "/o/acme").await;
        let handle = sent(&asked, "RelayState").unwrap();
        let made = acme.unsigned(house.hub.now(), &handle, ANN);
        let own = format!("<saml:Audience>{}<", acme.names().entity_id);
        let xml = made.xml.replace(&own, &format!("<saml:Audience>{OTHER}<"));
        let answer = acme.sign(&xml, &made.id);
        acme.post(&house, &handle, &answer).await;
        let reference = newest(&house, &admin).await;
        Self { house, acme, admin, reference, handle, answer }
    }

    /// Puts a draft that is like what is live, changed.
    async fn draft(&self, change: impl FnOnce(&mut Value)) {
        let mut draft = json!({
            "idp_entity_id": "https://idp.acme.test/saml",
            "sso_url": "https://idp.acme.test/sso",
            "certificate": self.acme.signer().certificate_base64(),
        });
        change(&mut draft);
        let path = format!("/connections/{}/draft", self.acme.connection);
        let put = self.admin.call(&self.house, ("PUT", &path), Some("*"), &draft).await;
        assert_eq!(put.status, 200, "{}", put.json);
    }

    async fn replay(&self, body: Value) -> (u16, Value) {
        replay(&self.house, &self.admin, &self.reference, body).await
    }
}

async fn replay(house: &House, admin: &Admin, reference: &str, body: Value) -> (u16, Value) {
    let path = format!("/attempts/{reference}/replay");
    let called = admin.call(house, ("POST", &path), None, &body).await;
    (called.status, called.json)
}

/// The verdict and the last failed check.
fn verdict(replayed: &(u16, Value)) -> (&str, &str, &str) {
    let (status, json) = replayed;
    assert_eq!(*status, 200, "{json}");
    let checks = json["checks"].as_array().unwrap();
    let failed = checks.iter().rev().find(|check| check["verdict"] == "failed");
    (
        json["outcome"].as_str().unwrap(),
        json["code"].as_str().unwrap_or_default(),
        failed.map_or("", |check| check["name"].as_str().unwrap()),
    )
}

fn check<'j>(replayed: &'j (u16, Value), name: &str) -> &'j Value {
    let checks = replayed.1["checks"].as_array().unwrap();
    checks
        .iter()
        .find(|check| check["name"] == name)
        .unwrap_or_else(|| panic!("{name}: {replayed:?}"))
}

#[test]
fn a_failed_answer_passes_a_draft_that_mends_it_hours_later() {
    run(async {
        let scene = Scene::new().await;
        let then = scene.house.hub.now();
        let (status, problem) = scene.replay(json!({})).await;
        assert_eq!((status, &problem["code"]), (409, &json!("no_draft")));
        // The answer itself held for five minutes.
        scene.house.wait(5 * HOUR);
        let live = scene.replay(json!({"revision": "live"})).await;
        assert_eq!(verdict(&live), ("refused", "saml_audience_mismatch", "audience"));
        let attempt = scene.admin.attempt(&scene.house, &scene.reference).await;
        assert_eq!(live.1["code"], attempt["code"]);
        // As it was judged then, but for whom was asked, which stands in the attempt.
        let checks = attempt["checks"].as_array().unwrap();
        assert_eq!(checks[0]["name"], "connection");
        assert_eq!(live.1["checks"].as_array().unwrap(), &checks[1..]);
        assert_eq!(live.1["judged_as_of"], then.rfc3339());

        scene.draft(|draft| draft["accepted_audiences"] = json!([OTHER])).await;
        let mended = scene.replay(json!({})).await;
        assert_eq!(verdict(&mended), ("passes", "", ""));
        assert_eq!(mended.1["judged_with"]["revision"], "draft");
        assert_eq!(mended.1["profile"]["email"], "(masked)");
        assert!(!mended.1.to_string().contains(ANN), "{}", mended.1);

        // Mended there, and wrong at the next place.
        scene
            .draft(|draft| {
                draft["accepted_audiences"] = json!([OTHER]);
                draft["attributes"] = json!({"subject": "employeeNumber"});
            })
            .await;
        let next = scene.replay(json!({"revision": "draft"})).await;
        assert_eq!(verdict(&next), ("refused", "subject_missing", "subject"));
        scene.draft(|draft| draft["idp_entity_id"] = json!("https://idp.acme.test/saml/")).await;
        let issuer = scene.replay(json!({})).await;
        assert_eq!(verdict(&issuer), ("refused", "saml_issuer_mismatch", "response_issuer"));
        assert_eq!(check(&issuer, "response_issuer")["difference"]["position"], 27);
    });
}

#[test]
fn what_stands_in_the_way_is_named() {
    run(async {
        let scene = Scene::new().await;
        let house = &scene.house;
        // A draft that lacks values.
        let path = format!("/connections/{}/draft", scene.acme.connection);
        let empty = json!({"idp_entity_id": "https://idp.acme.test/saml"});
        let put = scene.admin.call(house, ("PUT", &path), Some("*"), &empty).await;
        assert_eq!(put.status, 200, "{}", put.json);
        let (status, problem) = scene.replay(json!({})).await;
        assert_eq!((status, &problem["code"]), (409, &json!("incomplete")));
        assert_eq!(problem["errors"][0]["field"], "sso_url");
        // Neither of the two, and something else.
        for body in [json!({"revision": "older"}), json!({"revison": "live"})] {
            assert_eq!(scene.replay(body).await.0, 422);
        }
        // An attempt of which nothing is kept.
        let off = format!("/connections/{}/capture", scene.acme.connection);
        scene.admin.call(house, ("DELETE", &off), None, &Value::Null).await;
        house.wait(1_000);
        let mut ann = Browser::new();
        scene.acme.sign_in(house, &mut ann, ANN).await;
        let passed = newest(house, &scene.admin).await;
        let (status, problem) = replay(house, &scene.admin, &passed, json!({})).await;
        assert_eq!((status, &problem["code"]), (409, &json!("no_capture")));
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("/capture") && detail.contains("sign in again"), "{detail}");
        // Nobody of another organization learns that there is one.
        let other = Tenant::open(house, "other").await;
        let stranger = Admin::open(house, Some(&other.organization)).await;
        assert_eq!(replay(house, &stranger, &scene.reference, json!({})).await.0, 404);
        assert_eq!(replay(house, &scene.admin, "0000-no-such-words", json!({})).await.0, 404);
        // A connection under repair is what it is for.
        let path = format!("/connections/{}", scene.acme.connection);
        let disabled = json!({"disabled": true});
        scene.admin.call(house, ("PATCH", &path), Some("*"), &disabled).await;
        let live = scene.replay(json!({"revision": "live"})).await;
        assert_eq!(verdict(&live), ("refused", "saml_audience_mismatch", "audience"));
    });
}

/// All that lies on the disk but the audit trail, and how many rows that has.
fn rest(house: &House) -> (std::collections::BTreeMap<String, Vec<String>>, usize) {
    let mut all = disk::dump(house);
    let trail = all.remove("audit_events").unwrap();
    assert!(all.len() > 15, "{:?}", all.keys());
    (all, trail.len())
}

#[test]
fn nothing_comes_of_a_replay_but_a_row_in_the_trail() {
    run(async {
        let scene = Scene::new().await;
        let house = &scene.house;
        scene.draft(|draft| draft["accepted_audiences"] = json!([OTHER])).await;
        // One that passed as well.
        let mut ann = Browser::new();
        house.wait(1_000);
        scene.acme.sign_in(house, &mut ann, ANN).await;
        let passed = newest(house, &scene.admin).await;
        assert_ne!(passed, scene.reference);
        for (reference, revision, outcome) in [
            (&scene.reference, "draft", "passes"),
            (&scene.reference, "live", "refused"),
            (&passed, "live", "passes"),
            (&passed, "draft", "passes"),
        ] {
            house.wait(1_000);
            let (before, rows) = rest(house);
            let body = json!({"revision": revision});
            let path = format!("/attempts/{reference}/replay");
            let called = scene.admin.call(house, ("POST", &path), None, &body).await;
            assert_eq!(called.json["outcome"], outcome, "{}", called.json);
            let (after, more) = rest(house);
            assert_eq!(after, before, "{reference} {revision}");
            assert_eq!(more, rows + 1);
            let trail =
                scene.admin.call(house, ("GET", "/audit-events?limit=1"), None, &Value::Null).await;
            let row = &trail.json["items"][0];
            assert_eq!(row["action"], "attempt.replay", "{}", trail.json);
            assert_eq!(
                (&row["after"]["revision"], &row["after"]["outcome"]),
                (&json!(revision), &json!(outcome))
            );
            assert!(!row.to_string().contains(ANN), "{row}");
        }
        // What cannot be judged leaves nothing at all.
        let (before, rows) = rest(house);
        assert_eq!(replay(house, &scene.admin, "0000-no-such-words", json!({})).await.0, 404);
        assert_eq!(rest(house), (before, rows));
    });
}

#[test]
fn a_replayed_message_signs_nobody_in_and_frees_nothing() {
    run(async {
        let scene = Scene::new().await;
        let house = &scene.house;
        scene.draft(|draft| draft["accepted_audiences"] = json!([OTHER])).await;
        assert_eq!(verdict(&scene.replay(json!({})).await).0, "passes");
        assert_eq!(disk::dump(house)["used_assertions"].len(), 0, "used up nothing");
        // Whoever has the message brings it again after the draft went live.
        let connection = scene.acme.connection.as_str();
        let link = testing::ask(house, &scene.admin, connection, "draft").await;
        let make = |handle: &str| scene.acme.answer(house.hub.now(), handle, ANN);
        let page = testing::run_saml(house, &scene.acme, &mut Browser::new(), &link, make).await;
        testing::assert_passed(&page);
        let live = testing::activate(house, &scene.admin, connection).await;
        assert_eq!(live.status, 200, "{}", live.json);
        let mut eve = Browser::new();
        let brought = scene.acme.post(house, &scene.handle, &scene.answer).await;
        assert!(brought.status.is_client_error(), "{}", brought.header("location"));
        assert!(brought.body.contains("attempt_used"), "{}", brought.body);
        // In a sign-in of their own.
        let asked = house.get(&mut eve, "/o/acme").await;
        let own = sent(&asked, "RelayState").unwrap();
        let brought = scene.acme.post(house, &own, &scene.answer).await;
        assert!(brought.body.contains("saml_in_response_to"), "{}", brought.body);

        // One that was used stays used, however often it is replayed.
        let mut ann = Browser::new();
        let asked = house.get(&mut ann, "/o/acme").await;
        let handle = sent(&asked, "RelayState").unwrap();
        house.wait(1_000);
        let made = scene.acme.unsigned(house.hub.now(), &handle, ANN);
        let answer = scene.acme.sign(&made.xml, &made.id);
        let posted = scene.acme.post(house, &handle, &answer).await;
        house.get(&mut ann, &onward(&posted)).await;
        let list = scene
            .admin
            .call(house, ("GET", "/attempts?outcome=admitted"), None, &Value::Null)
            .await;
        let reference = list.json["items"][0]["reference"].as_str().unwrap();
        let used = disk::dump(house)["used_assertions"].clone();
        assert_eq!(used.len(), 2, "by the test of the draft, and by Ann");
        for _ in 0..3 {
            let again = replay(house, &scene.admin, reference, json!({"revision": "live"})).await;
            assert_eq!(verdict(&again).0, "passes");
        }
        assert_eq!(disk::dump(house)["used_assertions"], used);
        // The same assertion, answered to a new request by a provider that repeats itself.
        let asked = house.get(&mut eve, "/o/acme").await;
        let own = sent(&asked, "RelayState").unwrap();
        let mut repeated = scene.acme.unsigned(house.hub.now(), &own, ANN);
        repeated.xml = repeated.xml.replace(&repeated.id, &made.id);
        let brought = scene.acme.post(house, &own, &scene.acme.sign(&repeated.xml, &made.id)).await;
        assert!(brought.body.contains("saml_assertion_replayed"), "{}", brought.body);
        assert_eq!(disk::dump(house)["sessions"].len(), 1, "Ann's own");
    });
}

/// A draft of a connection to `provider`.
fn client(provider: &Provider, id: &str) -> Value {
    json!({"issuer": provider.issuer, "client_id": id, "client_secret": "never used here"})
}

#[test]
fn an_id_token_is_judged_again_without_its_code() {
    run(async {
        let provider = Provider::start();
        let house = house::open_among_private().await;
        let acme = Tenant::bare(&house, "acme").await;
        let connection = provider.connect(&house, &acme).await;
        let admin = Admin::open(&house, Some(&acme)).await;
        capture(&house, &admin, &connection).await;
        let mut ann = Browser::new();
        let asked = house.get(&mut ann, "/o/acme").await;
        let back = provider.vouch_changed(house.hub.now(), &asked, ANN, |claims| {
            claims["aud"] = json!("wiki");
            claims["at_hash"] = json!("c29tZXRoaW5nIGVsc2U");
        });
        house.get(&mut ann, &back).await;
        let reference = newest(&house, &admin).await;
        let redeemed = provider.redeemed();
        house.wait(5 * HOUR);
        let live = replay(&house, &admin, &reference, json!({"revision": "live"})).await;
        assert_eq!(verdict(&live), ("refused", "oidc_audience_mismatch", "audience"));
        let path = format!("/connections/{connection}/draft");
        let put = admin.call(&house, ("PUT", &path), Some("*"), &client(&provider, "wiki")).await;
        assert_eq!(put.status, 200, "{}", put.json);
        let (before, rows) = rest(&house);
        let mended = replay(&house, &admin, &reference, json!({})).await;
        assert_eq!(verdict(&mended), ("passes", "", ""));
        assert_eq!(check(&mended, "access_token_hash")["verdict"], "warned");
        assert_eq!(check(&mended, "nonce")["verdict"], "passed");
        assert_eq!(mended.1["profile"]["email"], "(masked)");
        assert_eq!(rest(&house), (before, rows + 1));
        assert_eq!(provider.redeemed(), redeemed, "no code was redeemed");
        // With another provider's settings, and with one that is down.
        for (issuer, code) in
            [(Provider::start().issuer, "oidc_issuer_mismatch"), (Provider::gone().issuer, "")]
        {
            let mut draft = client(&provider, "wiki");
            draft["issuer"] = json!(issuer);
            admin.call(&house, ("PUT", &path), Some("*"), &draft).await;
            let refused = replay(&house, &admin, &reference, json!({})).await;
            let (outcome, found, _) = verdict(&refused);
            assert_eq!(outcome, "refused");
            assert!(code.is_empty() || found == code, "{found}");
        }
    });
}

#[test]
fn what_the_provider_refused_stays_refused() {
    run(async {
        let provider = Provider::start();
        let house = house::open_among_private().await;
        let acme = Tenant::bare(&house, "acme").await;
        let connection = provider.connect(&house, &acme).await;
        let admin = Admin::open(&house, None).await;
        capture(&house, &admin, &connection).await;
        let mut ann = Browser::new();
        let asked = house.get(&mut ann, "/o/acme").await;
        let back = provider.vouch(house.hub.now(), &asked, ANN).replace("code0", "wrong");
        house.get(&mut ann, &back).await;
        let live = json!({"revision": "live"});
        let code = replay(&house, &admin, &newest(&house, &admin).await, live.clone()).await;
        assert_eq!(verdict(&code), ("refused", "oidc_code_refused", "token_endpoint"));
        assert!(code.1.to_string().contains("sign in again"), "{}", code.1);
        house.wait(1_000);
        let asked = house.get(&mut ann, "/o/acme").await;
        let state = sent(&asked, "state").unwrap();
        let back = format!("/oidc/{connection}/callback?error=access_denied&state={state}");
        house.get(&mut ann, &back).await;
        let denied = newest(&house, &admin).await;
        let then = admin.attempt(&house, &denied).await;
        let again = replay(&house, &admin, &denied, live).await;
        assert_eq!((&again.1["code"], &again.1["checks"]), (&then["code"], &then["checks"]));
    });
}

#[test]
fn a_replay_takes_no_place_of_visitors_behind_a_proxy() {
    run(async {
        let scene = Scene::new().await;
        let mut context = Context::from_waker(Waker::noop());
        let proxy = [127, 0, 0, 1].into();
        let judging = &scene.house.hub.judging;
        let mut places: Vec<_> = (0..32).map(|_| Box::pin(judging.turn(proxy))).collect();
        let turns: Vec<_> = places.iter_mut().map(|p| p.as_mut().poll(&mut context)).collect();
        assert!(turns.iter().all(|turn| !matches!(turn, Poll::Ready(None))));
        let again = scene.replay(json!({"revision": "live"}));
        let (again, ()) = tokio::join!(again, async {
            // In line behind them after that, unless it was turned away.
            for _ in 0..5 {
                scene.admin.attempt(&scene.house, &scene.reference).await;
            }
            drop((places, turns));
        });
        assert_eq!(verdict(&again).0, "refused");
    });
}
