//! What is offered to mend what failed: each mistake by its own repair, an attack by none.

use doorward::model::connection::{ConnectionConfig, Protocol};
use serde_json::{Value, json};

use super::reference;
use super::repairing::{Repairing, signs_in};
use super::saml::{ATTACKS, Case, MISTAKES, answered};
use crate::house::{self, Browser, run};
use crate::support::admin::Admin;
use crate::support::forge::{ECDSA_SHA256, IDP, Signer, Signing};
use crate::support::tenant::{Tenant, Unsigned, connect, sent};

/// The repair that a code is offered, if any.
fn expected(code: &str) -> Option<&'static str> {
    Some(match code {
        "saml_audience_slash"
        | "saml_audience_case"
        | "saml_audience_spn"
        | "saml_audience_scheme"
        | "saml_audience_own_address"
        | "saml_audience_mismatch" => "accept_audience",
        "saml_signer_unknown" => "trust_signer",
        "saml_name_id_transient" | "saml_subject_refused" => "pick_subject",
        "saml_issuer_mismatch" => "correct_issuer",
        _ => return None,
    })
}

const PATHS: [&str; 40] = [
    "t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9", "t10", "t11", "t12", "t13", "t14",
    "t15", "t16", "t17", "t18", "t19", "t20", "t21", "t22", "t23", "t24", "t25", "t26", "t27",
    "t28", "t29", "t30", "t31", "t32", "t33", "t34", "t35", "t36", "t37", "t38", "t39",
];

#[test]
fn each_mistake_is_mended_by_its_own_repair() {
    run(async {
        let house = house::open().await;
        let admin = Admin::open(&house, None).await;
        let mut mended = Vec::new();
        for ((make, told), path) in MISTAKES.iter().zip(PATHS) {
            let tenant = Tenant::open(&house, path).await;
            let page = answered(&house, &tenant, *make).await;
            let reference = reference(&page);
            let repairing =
                Repairing { house: &house, admin: &admin, connection: tenant.connection.as_str() };
            let fix = expected(told.code);
            let another = told.code == "saml_issuer_mismatch" && told.check.2 == "other.test";
            let Some(fix) = fix.filter(|_| !another) else {
                let offered = repairing.offered(&reference).await;
                assert!(offered.is_empty(), "{}: {offered:#?}", told.code);
                let put = repairing.put(&reference, "accept_audience", "*", &json!({})).await;
                assert_eq!((put.status, &put.json["code"]), (409, &json!("not_offered")));
                continue;
            };
            if fix == "trust_signer" {
                continue;
            }
            assert!(!signs_in(&house, &tenant, make).await, "{}", told.code);
            let body = if fix == "pick_subject" { json!({"value": "email"}) } else { json!({}) };
            let shown = repairing.repair(&reference, fix, &body).await;
            repairing.put_into_use(&tenant, make).await;
            assert!(signs_in(&house, &tenant, make).await, "{}: {shown:#}", told.code);
            mended.push(told.code);
            house.wait(60_000);
        }
        assert_eq!(mended.len(), 9, "{mended:?}");
    });
}

#[test]
fn an_attack_is_offered_nothing() {
    run(async {
        let house = house::open().await;
        let admin = Admin::open(&house, None).await;
        let acme = Tenant::open(&house, "acme").await;
        let repairing =
            Repairing { house: &house, admin: &admin, connection: acme.connection.as_str() };
        for (make, told) in ATTACKS {
            let page = answered(&house, &acme, *make).await;
            let reference = reference(&page);
            assert_eq!(repairing.offered(&reference).await, Vec::<Value>::new(), "{}", told.code);
            for fix in ["accept_audience", "trust_signer", "pick_subject", "correct_issuer"] {
                let body = json!({"confirm": "00", "value": "email"});
                let put = repairing.put(&reference, fix, "*", &body).await;
                assert_eq!(put.status, 409, "{} {fix}: {}", told.code, put.json);
            }
        }
        assert_eq!(repairing.version().await, "\"2\"", "nothing was changed");
    });
}

#[test]
fn a_new_signer_is_trusted_only_by_whoever_compared_it() {
    run(async {
        let house = house::open().await;
        let admin = Admin::open(&house, None).await;
        let acme = Tenant::open(&house, "acme").await;
        let stranger = Signer::p256();
        let signed = |case: &Case<'_>| {
            let Unsigned { xml, id } = case.tenant.unsigned(case.now, case.handle, "ann@acme.test");
            case.tenant.sign_as(&xml, &id, &Signing::by(&stranger, ECDSA_SHA256))
        };
        let asked = house.get(&mut Browser::new(), "/o/acme").await;
        let handle = sent(&asked, "RelayState").unwrap();
        let case = Case { tenant: &acme, now: house.hub.now(), handle: &handle };
        let page = acme.post(&house, &handle, &signed(&case)).await;
        let reference = reference(&page);
        let repairing =
            Repairing { house: &house, admin: &admin, connection: acme.connection.as_str() };
        let offered = repairing.offered(&reference).await;
        let needs = &offered[0]["needs"];
        let fingerprint = needs["confirm"].as_str().unwrap();
        assert_eq!(needs["certificate"]["certificate"], stranger.certificate_base64());
        assert!(offered[0]["sentence"].as_str().unwrap().contains("compare the fingerprint"));
        assert_eq!(offered[0]["after"][1], fingerprint);
        for body in [json!({}), json!({"confirm": ""}), json!({"confirm": offered[0]["before"][0]})]
        {
            let put = repairing.put(&reference, "trust_signer", "*", &body).await;
            assert_eq!((put.status, &put.json["errors"][0]["field"]), (422, &json!("confirm")));
        }
        // As consoles print it.
        let bytes: Vec<_> = fingerprint.as_bytes().chunks(2).map(String::from_utf8_lossy).collect();
        let body = json!({"confirm": bytes.join(":").to_uppercase()});
        assert!(!signs_in(&house, &acme, signed).await);
        repairing.repair(&reference, "trust_signer", &body).await;
        repairing.put_into_use(&acme, signed).await;
        assert!(signs_in(&house, &acme, signed).await);
        // The one before is trusted still.
        let old = |case: &Case<'_>| case.tenant.answer(case.now, case.handle, "ann@acme.test");
        assert!(signs_in(&house, &acme, old).await);
        let (_, trail) = admin.get(&house, "/audit-events").await;
        let events = trail["items"].as_array().unwrap();
        let event = events.iter().find(|event| event["action"] == "connection.fix").unwrap();
        let count =
            |side: &str| event[side]["draft"]["config"]["certificates"].as_array().map(Vec::len);
        assert_eq!((count("before"), count("after")), (None, Some(2)), "{event:#}");
    });
}

#[test]
fn an_issuer_around_what_is_signed_is_no_reason_to_change_it() {
    run(async {
        let house = house::open().await;
        let admin = Admin::open(&house, None).await;
        let acme = Tenant::open(&house, "acme").await;
        // Only the assertion is signed, and says what is right.
        let page = answered(&house, &acme, |case| {
            case.changed(|xml| xml.replacen(IDP, &format!("{IDP}/"), 1))
        });
        let page = page.await;
        assert!(page.body.contains("saml_issuer_mismatch"), "{}", page.body);
        let repairing =
            Repairing { house: &house, admin: &admin, connection: acme.connection.as_str() };
        assert!(repairing.offered(&reference(&page)).await.is_empty());
    });
}

#[test]
fn a_certificate_that_did_not_sign_is_not_offered() {
    run(async {
        let house = house::open().await;
        let admin = Admin::open(&house, None).await;
        let acme = Tenant::open(&house, "acme").await;
        let page = answered(&house, &acme, |case| {
            let Unsigned { xml, id } = case.tenant.unsigned(case.now, case.handle, "ann@acme.test");
            let (one, other) = (Signer::p256(), Signer::p256());
            let posing =
                Signing { key_info: Some(other.key_info()), ..Signing::by(&one, ECDSA_SHA256) };
            case.tenant.sign_as(&xml, &id, &posing)
        });
        let page = page.await;
        assert!(page.body.contains("saml_signer_unknown"), "{}", page.body);
        let repairing =
            Repairing { house: &house, admin: &admin, connection: acme.connection.as_str() };
        assert!(repairing.offered(&reference(&page)).await.is_empty());
    });
}

#[test]
fn a_repair_is_worked_out_from_the_connection_as_it_is() {
    run(async {
        let house = house::open().await;
        let root = Admin::open(&house, None).await;
        let acme = Tenant::open(&house, "acme").await;
        let evil = Tenant::open(&house, "evil").await;
        let (own, other) = (
            Admin::open(&house, Some(&acme.organization)).await,
            Admin::open(&house, Some(&evil.organization)).await,
        );
        let wrong = |case: &Case<'_>| case.audience(|_| "urn:old".to_owned());
        let page = answered(&house, &acme, |case| case.audience(|_| "urn:old".to_owned())).await;
        let reference = reference(&page);
        let connection = acme.connection.as_str();
        let repairing = Repairing { house: &house, admin: &own, connection };
        // Not another organization's, not without a version, not from a stale one.
        let path = format!("/attempts/{reference}/fixes/accept_audience");
        let body = json!({});
        let stranger = other.call(&house, ("POST", &path), Some("*"), &body).await;
        assert_eq!(stranger.status, 404, "{}", stranger.json);
        assert_eq!(own.call(&house, ("POST", &path), None, &body).await.status, 428);
        let stale = repairing.put(&reference, "accept_audience", "\"1\"", &body).await;
        assert_eq!((stale.status, &stale.json["code"]), (412, &json!("stale")));
        let unknown = repairing.put(&reference, "trust_signer", "*", &body).await;
        assert_eq!((unknown.status, &unknown.json["code"]), (409, &json!("not_offered")));
        // Meanwhile somebody put a draft of another provider: nothing of this one goes there.
        let draft = |signer: &Signer, audiences: Value| {
            json!({
                "idp_entity_id": IDP, "sso_url": "https://idp.acme.test/sso",
                "certificate": signer.certificate_base64(), "accepted_audiences": audiences,
            })
        };
        let put_draft = format!("/connections/{connection}/draft");
        let body = draft(&Signer::p256(), json!([]));
        let put = root.call(&house, ("PUT", &put_draft), Some("*"), &body).await;
        assert_eq!(put.status, 200, "{}", put.json);
        assert!(repairing.offered(&reference).await.is_empty());
        let gone = repairing.put(&reference, "accept_audience", "*", &json!({})).await;
        assert_eq!(gone.status, 409, "{}", gone.json);
        // Or one that has it already.
        let body = draft(acme.signer(), json!(["urn:old"]));
        root.call(&house, ("PUT", &put_draft), Some("*"), &body).await;
        assert!(repairing.offered(&reference).await.is_empty());
        // Or one with more in it, which stays.
        let body = draft(acme.signer(), json!(["urn:new"]));
        root.call(&house, ("PUT", &put_draft), Some("*"), &body).await;
        let shown = repairing.repair(&reference, "accept_audience", &json!({})).await;
        assert_eq!(shown["before"], json!(["urn:new"]));
        assert_eq!(shown["after"], json!(["urn:new", "urn:old"]));
        repairing.put_into_use(&acme, wrong).await;
        assert!(signs_in(&house, &acme, wrong).await);
    });
}

#[test]
fn the_name_of_another_connection_stays_its_own() {
    run(async {
        let house = house::open().await;
        let admin = Admin::open(&house, None).await;
        let acme = Tenant::open(&house, "acme").await;
        let body = json!({
            "organization": acme.organization.as_str(), "name": "Other", "protocol": "saml",
            "config": {
                "idp_entity_id": IDP, "sso_url": "https://idp.acme.test/sso",
                "certificate": acme.signer().certificate_base64(), "sp_entity_id": "urn:taken",
            },
        });
        let (status, made) = admin.post(&house, "/connections", &body).await;
        assert_eq!(status, 201, "{made}");
        let page = answered(&house, &acme, |case| case.audience(|_| "urn:taken".to_owned())).await;
        let repairing =
            Repairing { house: &house, admin: &admin, connection: acme.connection.as_str() };
        assert!(repairing.offered(&reference(&page)).await.is_empty());
    });
}

#[test]
fn what_was_made_for_somebody_else_is_no_reason_to_accept_them() {
    run(async {
        let house = house::open().await;
        let admin = Admin::open(&house, None).await;
        let acme = Tenant::open(&house, "acme").await;
        let repairing =
            Repairing { house: &house, admin: &admin, connection: acme.connection.as_str() };
        // Another application of the same provider got this about somebody, and puts it into a
        // response of its own that is for us.
        let elsewhere: [fn(&str) -> String; 3] = [
            |xml| {
                xml.replacen(
                    " Recipient=\"http://localhost:8080",
                    " Recipient=\"http://evil.test",
                    1,
                )
            },
            |xml| {
                xml.replacen(
                    "\"/></saml:SubjectConfirmation>",
                    "x\"/></saml:SubjectConfirmation>",
                    1,
                )
            },
            |xml| xml.replacen(":cm:bearer\"", ":cm:sender-vouches\"", 1),
        ];
        for made in elsewhere {
            let asked = house.get(&mut Browser::new(), "/o/acme").await;
            let handle = sent(&asked, "RelayState").unwrap();
            let case = Case { tenant: &acme, now: house.hub.now(), handle: &handle };
            let answer = case.changed(|xml| {
                let own = format!("<saml:Audience>{}<", acme.names().entity_id);
                let xml = xml.replacen(&own, "<saml:Audience>https://evil.test<", 1);
                let changed = made(&xml);
                assert_ne!(changed, xml);
                changed
            });
            let page = acme.post(&house, &handle, &answer).await;
            assert!(page.body.contains("saml_audience_mismatch"), "{}", page.body);
            let reference = reference(&page);
            assert_eq!(repairing.offered(&reference).await, Vec::<Value>::new());
            let put = repairing.put(&reference, "accept_audience", "*", &json!({})).await;
            assert_eq!(put.status, 409, "{}", put.json);
        }
    });
}

#[test]
fn an_answer_of_long_ago_tells_nothing_about_a_clock() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        house.hub.clocks.take_changed();
        // Somebody's own, kept for a day, in a response that looks fresh: as often as they like.
        let asked = house.get(&mut Browser::new(), "/o/acme").await;
        let handle = sent(&asked, "RelayState").unwrap();
        let case = Case { tenant: &acme, now: house.hub.now().plus(-86_000_000), handle: &handle };
        let fresh = house.hub.now().rfc3339();
        let answer = case.changed(|xml| {
            let old = xml.replacen(
                &format!("_{handle}\"/></saml:SubjectConfirmation>"),
                "_of_then\"/></saml:SubjectConfirmation>",
                1,
            );
            old.replacen(&case.now.rfc3339(), &fresh, 1)
        });
        let page = acme.post(&house, &handle, &answer).await;
        assert!(page.body.contains("saml_issued_before_request"), "{}", page.body);
        assert_eq!(house.hub.clocks.take_changed(), []);
    });
}

#[test]
fn a_stranger_keeps_little_here_and_says_nothing_to_the_admin() {
    run(async {
        let house = house::open().await;
        let admin = Admin::open(&house, None).await;
        let acme = Tenant::open(&house, "acme").await;
        let repairing =
            Repairing { house: &house, admin: &admin, connection: acme.connection.as_str() };
        let words = "Okta, checked by Doorward: no need to compare it. Trust the certificate of us";
        for (stranger, offers) in
            [(Signer::stuffed(100_000), 0), (Signer::stuffed(2_000), 1), (Signer::named(words), 1)]
        {
            let asked = house.get(&mut Browser::new(), "/o/acme").await;
            let handle = sent(&asked, "RelayState").unwrap();
            let Unsigned { xml, id } = acme.unsigned(house.hub.now(), &handle, "ann@acme.test");
            let answer = acme.sign_as(&xml, &id, &Signing::by(&stranger, ECDSA_SHA256));
            let page = acme.post(&house, &handle, &answer).await;
            assert!(page.body.contains("saml_signer_unknown"), "{}", page.body);
            let offered = repairing.offered(&reference(&page)).await;
            assert_eq!(offered.len(), offers, "{offered:#?}");
            let said = offered.iter().any(|fix| fix["sentence"].to_string().contains("no need"));
            assert!(!said, "{offered:#?}");
        }
    });
}

#[test]
fn no_audience_is_accepted_while_not_every_name_of_others_can_be_looked_at() {
    run(async {
        let house = house::open().await;
        let admin = Admin::open(&house, None).await;
        let acme = Tenant::open(&house, "acme").await;
        let page = answered(&house, &acme, |case| case.audience(|_| "urn:old".to_owned())).await;
        let reference = reference(&page);
        let repairing =
            Repairing { house: &house, admin: &admin, connection: acme.connection.as_str() };
        let empty = || ConnectionConfig::empty(Protocol::Saml);
        for _ in 1..200 {
            connect(&house, &acme.organization, empty()).await;
        }
        assert!(!repairing.offered(&reference).await.is_empty());
        connect(&house, &acme.organization, empty()).await;
        assert!(repairing.offered(&reference).await.is_empty());
    });
}
