//! What an attempt tells afterwards: its stations, and what its provider said.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorward::jobs::{Jobs, Last, tick};
use doorward::store::attempts::{self, Filter};
use doorward::store::{Page, Tx};
use serde_json::{Value, json};

use crate::house::{self, Browser, run};
use crate::support::admin::Admin;
use crate::support::openid::Provider;
use crate::support::tenant::{CALLBACK, Tenant, app, authorize, onward, sent};

const ANN: &str = "ann@acme.test";
/// Of RFC 7636 appendix B, as the challenge the apps of the tests send.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// The stations as (from, to, milliseconds after the beginning, duration).
fn stations(attempt: &Value) -> Vec<(String, i64, Option<i64>)> {
    let steps = attempt["timeline"].as_array().unwrap().iter();
    let text = |step: &Value, name: &str| step[name].as_str().unwrap().to_owned();
    steps
        .map(|step| {
            let way = format!("{} {}", text(step, "from"), text(step, "to"));
            (way, step["after_ms"].as_i64().unwrap(), step["took_ms"].as_i64())
        })
        .collect()
}

fn way(steps: &[(&str, i64, Option<i64>)]) -> Vec<(String, i64, Option<i64>)> {
    steps.iter().map(|(way, after, took)| ((*way).to_owned(), *after, *took)).collect()
}

#[test]
fn a_sign_in_over_saml_keeps_every_station() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let wiki = app(&house).await;
        let api = Admin::open(&house, None).await;
        let mut ann = Browser::new();
        let asked = house.get(&mut ann, &authorize(&wiki, &[("organization", "acme")])).await;
        house.wait(4_000);
        let handle = sent(&asked, "RelayState").unwrap();
        let answer = acme.answer(house.hub.now(), &handle, ANN);
        let posted = acme.post(&house, &handle, &answer).await;
        house.wait(30);
        let back = house.get(&mut ann, &onward(&posted)).await;
        let code = sent(&back, "code").unwrap();
        let before = api.newest(&house).await;
        house.wait(200);
        let exchange = [
            ("grant_type", "authorization_code"),
            ("client_id", wiki.as_str()),
            ("code", code.as_str()),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let tokens = house.post(&mut Browser::new(), "/oauth2/token", &exchange).await;
        assert!(tokens.body.contains("id_token"), "{}", tokens.body);
        let after = api.newest(&house).await;
        let until_in = [
            ("app doorward", 0, Some(0)),
            ("doorward provider", 0, Some(4_000)),
            ("provider doorward", 4_000, Some(30)),
            ("browser doorward", 4_030, Some(0)),
        ];
        let seen = stations(&before);
        assert_eq!(seen, way(&[&until_in[..], &[("doorward app", 4_030, None)]].concat()));
        let redeemed =
            [&until_in[..], &[("doorward app", 4_030, Some(200)), ("app doorward", 4_230, None)]];
        assert_eq!(stations(&after), way(&redeemed.concat()));
        let checks = after["checks"].as_array().unwrap();
        let names: HashSet<&str> = checks.iter().map(|c| c["name"].as_str().unwrap()).collect();
        assert_eq!(names.len(), checks.len(), "every check has a name of its own: {checks:?}");
        assert!(names.contains("response_version") && names.contains("version"));
    });
}

#[test]
fn a_sign_in_over_openid_connect_keeps_the_calls_between_servers() {
    run(async {
        let provider = Provider::start();
        let house = house::open_among_private().await;
        let organization = Tenant::bare(&house, "acme").await;
        provider.connect(&house, &organization).await;
        let api = Admin::open(&house, None).await;
        let mut ann = Browser::new();
        let asked = house.get(&mut ann, "/o/acme").await;
        house.wait(1_000);
        let back = provider.vouch(house.hub.now(), &asked, ANN);
        house.get(&mut ann, &back).await;
        let attempt = api.newest(&house).await;
        assert_eq!(
            stations(&attempt),
            way(&[
                ("browser doorward", 0, Some(0)),
                ("doorward provider", 0, Some(1_000)),
                ("provider doorward", 1_000, Some(0)),
                // The clock of the tests stands while a server is asked.
                ("doorward provider", 1_000, Some(0)),
                ("doorward browser", 1_000, None),
            ])
        );
        assert!(attempt["timeline"][3]["sentence"].as_str().unwrap().contains("for tokens"));
        assert_eq!(attempt["received"]["skew_ms"], json!(0));
    });
}

#[test]
fn what_the_provider_said_is_masked_until_it_is_revealed_and_that_is_noted() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let other = Tenant::bare(&house, "other").await;
        let (api, own, stranger) = (
            Admin::open(&house, None).await,
            Admin::open(&house, Some(&acme.organization)).await,
            Admin::open(&house, Some(&other)).await,
        );
        acme.sign_in(&house, &mut Browser::new(), ANN).await;
        let attempt = own.newest(&house).await;
        let path = format!("/attempts/{}", attempt["reference"].as_str().unwrap());
        let received = &attempt["received"];
        assert_eq!(
            received["attributes"],
            json!([
                {"name": "email", "values": ["(masked)"]},
                {"name": "groups", "values": ["(masked)", "(masked)", "(masked)"]},
            ])
        );
        assert_eq!(received["profile"]["email"], "(masked)");
        assert!(!attempt.to_string().contains(ANN));
        // A list tells less.
        let listed = api.get(&house, "/attempts").await.1;
        assert_eq!(listed["items"][0]["received"], Value::Null);
        // But for what they are called whom it names, to whoever asks for that.
        assert!(!listed.to_string().contains(ANN));
        let reference = attempt["reference"].as_str().unwrap();
        for query in ["?names=true", &format!("?names=true&reference={reference}")] {
            let path = format!("/attempts{query}");
            let named = &own.get(&house, &path).await.1["items"][0]["names"];
            assert_eq!(named["organization"], "acme Inc", "{named}");
            assert_eq!([&named["app"], &named["user"]], [&Value::Null, &json!(ANN)], "{named}");
            assert!(named["connection"].is_string(), "{named}");
            assert_eq!(stranger.get(&house, &path).await.1["items"], json!([]));
        }
        assert_eq!(stranger.get(&house, &path).await.0, 404);
        let reveal = format!("{path}/reveal");
        assert_eq!(stranger.post(&house, &reveal, &json!({})).await.0, 404);
        house.wait(1);
        let (status, revealed) = own.post(&house, &reveal, &json!({})).await;
        assert_eq!(status, 200, "{revealed}");
        assert_eq!(revealed["received"]["attributes"][0]["values"], json!([ANN]));
        let groups = &revealed["received"]["profile"]["groups"];
        assert_eq!(groups[2], json!({"value": "R&D", "kind": "name", "label": "R&D"}));
        // What each field was taken from is no secret.
        assert_eq!(received["matches"], revealed["received"]["matches"]);
        assert_eq!(received["matches"][1]["name"], "email", "{received}");
        let (_, trail) = api.get(&house, "/audit-events?limit=1").await;
        assert_eq!(trail["items"][0]["action"], "attempt.reveal", "{trail}");
        assert!(!trail.to_string().contains(ANN));
    });
}

#[test]
fn an_app_that_is_not_open_to_an_organization_is_not_named_to_it() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let other = Tenant::bare(&house, "other").await;
        let root = Admin::open(&house, None).await;
        let own = Admin::open(&house, Some(&acme.organization)).await;
        let app = app(&house).await;
        let mut ann = Browser::new();
        let asked = house.get(&mut ann, &authorize(&app, &[("organization", "acme")])).await;
        acme.vouch(&house, &mut ann, &asked, ANN).await;
        let listed = async |admin: &Admin| {
            let path = format!("/attempts?names=true&app={app}");
            admin.get(&house, &path).await.1["items"][0].clone()
        };
        assert_eq!(listed(&own).await["names"]["app"], "Wiki");
        let path = format!("/apps/{app}");
        let found = root.call(&house, ("GET", &path), None, &Value::Null).await;
        let of_other = json!({"organizations": [other.as_str()]});
        let shut = root.call(&house, ("PATCH", &path), Some(&found.etag), &of_other).await;
        assert_eq!(shut.status, 200, "{}", shut.json);
        let seen = listed(&own).await;
        assert_eq!((&seen["app"], &seen["names"]["app"]), (&json!(app.as_str()), &Value::Null));
        assert_eq!(listed(&root).await["names"]["app"], found.json["name"]);
    });
}

#[test]
fn what_the_provider_said_rests_sealed() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let mut ann = Browser::new();
        let asked = house.get(&mut ann, "/o/acme").await;
        acme.vouch(&house, &mut ann, &asked, ANN).await;
        let evidence = |tx: &Tx<'_>| {
            let found = attempts::list(tx, &Filter::default(), &Page::first(1))?;
            attempts::evidence(tx, &found[0].id)
        };
        let kept = house.read(evidence).await.unwrap().0;
        let bytes = STANDARD.decode(&kept).unwrap();
        for said in [ANN, "staff"] {
            assert!(bytes.len() > said.len());
            assert!(!bytes.windows(said.len()).any(|part| part == said.as_bytes()), "{kept}");
        }
    });
}

#[test]
fn a_providers_clock_is_measured_and_warned_about() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let api = Admin::open(&house, None).await;
        let path = format!("/connections/{}", acme.connection);
        assert_eq!(api.get(&house, &path).await.1["clock"], Value::Null);
        let jobs = Jobs::of(&house.hub);
        for (behind, warned) in [(29_000, false), (170_000, true), (600_000, true)] {
            // The last one is further off than is tolerated, and is measured all the same.
            for _ in 0..40 {
                let mut ann = Browser::new();
                let asked = house.get(&mut ann, "/o/acme").await;
                let handle = sent(&asked, "RelayState").unwrap();
                let answer = acme.answer(house.hub.now().plus(-behind), &handle, ANN);
                acme.post(&house, &handle, &answer).await;
            }
            house.wait(60_000);
            tick(&jobs, &mut Last::default()).await;
            let (_, connection) = api.get(&house, &path).await;
            let clock = &connection["clock"];
            assert_eq!(clock["median_skew_ms"], json!(-behind), "{clock}");
            assert_eq!(clock["samples"], 31);
            assert_eq!(clock["warning"].is_string(), warned, "{clock}");
        }
        let (_, connection) = api.get(&house, &path).await;
        let warning = connection["clock"]["warning"].as_str().unwrap();
        assert!(warning.starts_with("The provider's clock is 10 min 0 s behind ours"), "{warning}");
    });
}

#[test]
fn an_answer_whose_signature_does_not_hold_measures_nothing() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let stranger = Tenant::open(&house, "stranger").await;
        let mut ann = Browser::new();
        let asked = house.get(&mut ann, "/o/acme").await;
        let handle = sent(&asked, "RelayState").unwrap();
        let forged = stranger.answer(house.hub.now().plus(-900_000), &handle, ANN);
        acme.post(&house, &handle, &forged).await;
        assert_eq!(house.hub.clocks.take_changed(), []);
        let api = Admin::open(&house, None).await;
        let attempt = api.newest(&house).await;
        assert_eq!(attempt["code"], "saml_signer_unknown", "{attempt}");
        assert_eq!(attempt["received"]["attributes"], json!([]));
    });
}
