//! Capture: what is kept whole of an answer, when, for how long, and what never is.

use doorward::jobs::{Jobs, Last, tick};
use doorward::model::id::ConnectionId;
use doorward::model::time::{DAY, HOUR, MINUTE};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::house::{self, Browser, House, run};
use crate::support::admin::{Admin, Called};
use crate::support::disk;
use crate::support::openid::{Gate, Provider};
use crate::support::tenant::{Tenant, sent};

const ANN: &str = "ann.of.acme@acme.test";

async fn switch(house: &House, admin: &Admin, method: &str, connection: &ConnectionId) -> Called {
    let path = format!("/connections/{connection}/capture");
    admin.call(house, (method, &path), None, &Value::Null).await
}

async fn connection(house: &House, admin: &Admin, connection: &ConnectionId) -> Value {
    let path = format!("/connections/{connection}");
    admin.call(house, ("GET", &path), None, &Value::Null).await.json
}

async fn reveal(house: &House, admin: &Admin, attempt: &Value) -> Value {
    let path = format!("/attempts/{}/reveal", attempt["reference"].as_str().unwrap());
    admin.call(house, ("POST", &path), None, &Value::Null).await.json
}

/// Brings an answer for somebody else, which is refused for its audience.
async fn fail(house: &House, acme: &Tenant, address: &str) -> String {
    let asked = house.get(&mut Browser::at(address), &format!("/o/{}", acme.path)).await;
    let handle = sent(&asked, "RelayState").unwrap();
    let made = acme.unsigned(house.hub.now(), &handle, ANN);
    let own = format!("<saml:Audience>{}<", acme.names().entity_id);
    let xml = made.xml.replace(&own, "<saml:Audience>https://other.test<");
    let answer = acme.sign(&xml, &made.id);
    let refused = acme.post(house, &handle, &answer).await;
    assert!(refused.status.is_client_error(), "{}", refused.body);
    answer
}

#[test]
fn capture_is_off_until_switched_on_and_over_after_an_hour() {
    run(async {
        let house = house::open().await;
        let (acme, other) =
            (Tenant::open(&house, "acme").await, Tenant::open(&house, "other").await);
        let admin = Admin::open(&house, Some(&acme.organization)).await;
        fail(&house, &acme, "192.0.2.1:1").await;
        assert_eq!(admin.newest(&house).await["capture"], Value::Null);
        let before = connection(&house, &admin, &acme.connection).await;
        assert_eq!(before["capture_until"], Value::Null);

        let on = switch(&house, &admin, "POST", &acme.connection).await;
        assert_eq!(on.status, 200, "{}", on.json);
        let until = house.hub.now().plus(HOUR).rfc3339();
        assert_eq!(on.json["capture_until"], until);
        assert_eq!(on.json["version"], before["version"], "no edit");
        // Half an hour later again: an hour from then.
        house.wait(30 * MINUTE);
        let again = switch(&house, &admin, "POST", &acme.connection).await;
        assert_eq!(again.json["capture_until"], house.hub.now().plus(HOUR).rfc3339());

        house.wait(HOUR - 1);
        let answer = fail(&house, &acme, "192.0.2.1:1").await;
        let failed = admin.newest(&house).await;
        let at = house.hub.now();
        let masked = json!({
            "captured_at": at.rfc3339(), "kept_until": at.plus(7 * DAY).rfc3339(), "message": null,
        });
        assert_eq!(failed["capture"], masked);
        let revealed = reveal(&house, &admin, &failed).await;
        assert_eq!(revealed["capture"]["message"], json!({"saml_response": answer}));

        house.wait(1);
        fail(&house, &acme, "192.0.2.1:1").await;
        assert_eq!(admin.newest(&house).await["capture"], Value::Null, "over by itself");
        let after = connection(&house, &admin, &acme.connection).await;
        assert_eq!(after["capture_until"], Value::Null);

        // Off at once, and only where it was switched on.
        switch(&house, &admin, "POST", &acme.connection).await;
        let root = Admin::open(&house, None).await;
        fail(&house, &other, "192.0.2.1:1").await;
        assert_eq!(root.newest(&house).await["capture"], Value::Null, "of another connection");
        let off = switch(&house, &admin, "DELETE", &acme.connection).await;
        assert_eq!(off.status, 204);
        fail(&house, &acme, "192.0.2.1:1").await;
        assert_eq!(admin.newest(&house).await["capture"], Value::Null);
        assert_eq!(switch(&house, &admin, "DELETE", &acme.connection).await.status, 204);
        // What was captured stays.
        assert_eq!(
            admin.attempt(&house, failed["reference"].as_str().unwrap()).await["capture"],
            masked
        );
        // Nobody of another organization may.
        let stranger = Admin::open(&house, Some(&other.organization)).await;
        assert_eq!(switch(&house, &stranger, "POST", &acme.connection).await.status, 404);
        let trail =
            root.call(&house, ("GET", "/audit-events?limit=20"), None, &Value::Null).await.json;
        let actions: Vec<_> =
            trail["items"].as_array().unwrap().iter().map(|row| row["action"].clone()).collect();
        let count = |name: &str| actions.iter().filter(|action| *action == name).count();
        assert_eq!((count("connection.capture_on"), count("connection.capture_off")), (3, 1));
        assert_eq!(count("attempt.reveal"), 1);
    });
}

#[test]
fn whoever_gets_in_is_captured_too_and_a_stray_answer_never() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let admin = Admin::open(&house, None).await;
        switch(&house, &admin, "POST", &acme.connection).await;
        let mut ann = Browser::new();
        let asked = house.get(&mut ann, "/o/acme").await;
        let handle = sent(&asked, "RelayState").unwrap();
        let answer = acme.answer(house.hub.now(), &handle, ANN);
        let posted = acme.post(&house, &handle, &answer).await;
        house.get(&mut ann, &crate::support::tenant::onward(&posted)).await;
        let admitted = admin.newest(&house).await;
        assert_eq!(admitted["outcome"], "admitted");
        let kept = reveal(&house, &admin, &admitted).await["capture"]["message"].clone();
        assert_eq!(kept, json!({"saml_response": answer}));
        assert_eq!(disk::dump(&house)["captures"].len(), 1);
        // The same once more, nobody's, and for an attempt that is over.
        acme.post(&house, &handle, &acme.answer(house.hub.now(), &handle, "eve@acme.test")).await;
        acme.post(&house, "nobody", &acme.answer(house.hub.now(), "nobody", "eve@acme.test")).await;
        acme.post(&house, "", "PGEvPg==").await;
        assert_eq!(disk::dump(&house)["captures"].len(), 1);
        assert_eq!(reveal(&house, &admin, &admitted).await["capture"]["message"], kept);
    });
}

#[test]
fn a_captured_message_rests_sealed() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let admin = Admin::open(&house, None).await;
        switch(&house, &admin, "POST", &acme.connection).await;
        let answer = fail(&house, &acme, "192.0.2.1:1").await;
        assert_ne!(admin.newest(&house).await["capture"], Value::Null);
        let middle = &answer[answer.len() / 2..answer.len() / 2 + 40];
        for octets in [ANN, middle, "SessionIndex", "AttributeValue"] {
            assert!(!disk::holds(&house, octets.as_bytes()), "{octets} lies on the disk");
        }
        assert!(disk::holds(&house, b"other.test"), "what was checked does");
    });
}

#[test]
fn no_code_token_verifier_or_secret_is_captured() {
    run(async {
        let provider = Provider::start();
        let house = house::open_among_private().await;
        let acme = Tenant::bare(&house, "acme").await;
        let id = provider.connect(&house, &acme).await;
        let admin = Admin::open(&house, None).await;
        switch(&house, &admin, "POST", &id).await;
        let mut ann = Browser::new();
        let asked = house.get(&mut ann, "/o/acme").await;
        let back = provider.vouch(house.hub.now(), &asked, ANN);
        house.get(&mut ann, &back).await;
        let admitted = admin.newest(&house).await;
        assert_eq!(admitted["outcome"], "admitted", "{admitted}");
        let message = reveal(&house, &admin, &admitted).await["capture"]["message"].clone();
        let token = message["id_token"].as_str().unwrap();
        assert_eq!(token.split('.').count(), 3);
        assert_eq!(
            (&message["iss"], &message["token_endpoint"]),
            (&json!(provider.issuer), &json!("id_token"))
        );
        assert!(!disk::holds(&house, token.as_bytes()), "the token lies on the disk");
        // All that is kept, opened.
        let kept = house
            .read(move |tx| {
                let attempt =
                    doorward::model::id::AttemptId::try_from(admitted["id"].as_str().unwrap())
                        .unwrap();
                doorward::store::captures::find(tx, &attempt)
            })
            .await;
        let sealed = kept.unwrap().1;
        let opened = doorward::keys::seal::open_capture(&house.hub.sealer, &sealed).unwrap();
        let text = serde_json::to_string(&opened).unwrap();
        for secret in ["code0", "acc3ss-t0ken", "verifier", "client_secret", "state"] {
            assert!(!text.contains(secret), "{secret} is in {text}");
        }
        // The provider's own refusal, in its words.
        house.wait(1_000);
        let mut bob = Browser::new();
        let asked = house.get(&mut bob, "/o/acme").await;
        let state = sent(&asked, "state").unwrap();
        let back = format!(
            "/oidc/{id}/callback?error=access_denied&error_description=Bob+may+not&state={state}"
        );
        house.get(&mut bob, &back).await;
        let refused = admin.newest(&house).await;
        let message = reveal(&house, &admin, &refused).await["capture"]["message"].clone();
        assert_eq!(message["error_description"], "Bob may not");
        assert_eq!(message["token_endpoint"], "not_asked");
    });
}

#[test]
fn the_oldest_of_more_than_fifty_goes_and_all_after_a_week() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let admin = Admin::open(&house, None).await;
        switch(&house, &admin, "POST", &acme.connection).await;
        let mut references = Vec::new();
        for n in 0..52 {
            house.wait(1_000);
            fail(&house, &acme, &format!("198.51.100.{n}:1")).await;
            references.push(admin.newest(&house).await["reference"].clone());
        }
        assert_eq!(disk::dump(&house)["captures"].len(), 50);
        for (n, kept) in [(0, false), (1, false), (2, true), (51, true)] {
            let found = admin.attempt(&house, references[n].as_str().unwrap()).await;
            assert_eq!(!found["capture"].is_null(), kept, "{n}");
        }
        let jobs = Jobs::of(&house.hub);
        for (passed, kept) in [(7 * DAY - 60_000, 50), (120_000, 0)] {
            house.wait(passed);
            tick(&jobs, &mut Last::default()).await;
            assert_eq!(disk::dump(&house)["captures"].len(), kept);
        }
        assert_eq!(disk::dump(&house)["attempts"].len(), 52, "attempts stay longer");
    });
}

#[test]
fn an_answer_that_comes_too_late_pushes_out_nothing_that_was_kept() {
    run(async {
        let provider = Provider::start();
        let house = house::open_among_private().await;
        let acme = Tenant::open(&house, "acme").await;
        let id = provider.connect(&house, &Tenant::bare(&house, "other").await).await;
        let admin = Admin::open(&house, None).await;
        switch(&house, &admin, "POST", &id).await;
        let mut ann = Browser::new();
        // Somebody is signed in, so that the person is asked who stays before they are in.
        acme.sign_in(&house, &mut ann, "bob@acme.test").await;
        house.wait(1_000);
        let asked = house.get(&mut ann, "/o/other").await;
        // Two answers to one request: the slower one names somebody else, for another audience.
        let wrong = provider.vouch_changed(house.hub.now(), &asked, "eve@acme.test", |claims| {
            claims["aud"] = json!("wiki");
        });
        let right = provider.vouch(house.hub.now(), &asked, ANN);
        let (asked, is_asked) = oneshot::channel();
        let (answer, may_answer) = std::sync::mpsc::channel();
        provider.hold_back("/token", Gate { asked, answer: may_answer });
        let mut tab = ann.clone();
        let meanwhile = async {
            is_asked.await.unwrap();
            house.get(&mut ann, &right).await;
            let then = reveal(&house, &admin, &admin.newest(&house).await).await;
            answer.send(()).unwrap();
            then
        };
        let (late, then) = tokio::join!(house.get(&mut tab, &wrong), meanwhile);
        assert!(late.status.is_client_error(), "{}", late.header("location"));
        assert_eq!(then["outcome"], "verified");
        let now = reveal(&house, &admin, &then).await;
        assert_eq!(now["capture"], then["capture"]);
        assert_eq!(now["received"], then["received"], "nor what was received");
        assert_eq!(now["received"]["profile"]["email"], ANN);
    });
}
