//! The issuer of a SAML connection that was set up without one is learned in its first test.

use serde_json::{Value, json};

use super::{ANN, Scene, good, put_draft, shown, values};
use crate::house::{Browser, House, run};
use crate::support::forge::{ECDSA_SHA256, IDP, Signer, Signing};
use crate::support::tenant::{Tenant, sent};
use crate::support::testing::{self, assert_passed, run_saml};

async fn draft(scene: &Scene) -> Value {
    let mut draft = values(&scene.acme);
    draft.as_object_mut().unwrap().remove("idp_entity_id");
    put_draft(&scene.house, &scene.admin, scene.connection(), &draft).await
}

#[test]
fn it_is_pinned_in_the_revision_that_counts_as_tested() {
    run(async {
        let scene = Scene::new().await;
        let (house, acme) = (&scene.house, &scene.acme);
        let put = draft(&scene).await;
        assert_eq!(put["missing"], json!(["idp_entity_id"]));
        let refused = testing::activate(house, &scene.admin, scene.connection()).await;
        assert_eq!((refused.status, &refused.json["code"]), (409, &json!("incomplete")));
        let link = scene.ask("draft").await;
        let page = run_saml(house, acme, &mut Browser::new(), &link, good(house, acme)).await;
        assert_passed(&page);
        assert!(page.body.contains("The issuer was learned") && page.body.contains(IDP));
        let item = shown(house, &scene.admin, scene.connection()).await;
        assert_eq!(item["draft"]["config"]["idp_entity_id"], IDP);
        assert_ne!(item["draft"]["id"], put["draft"]["id"], "a revision never changes");
        assert!(item["draft"]["tested_at"].is_string() && item["missing"] == json!([]));
        let report = &scene.admin.attempt(house, &link.reference).await["test"]["report"];
        assert_eq!(
            (&report["revision"], &report["learned_issuer"]),
            (&item["draft"]["id"], &json!(IDP))
        );
        let (_, trail) = scene.admin.get(house, "/audit-events").await;
        let learned = trail["items"].as_array().unwrap().iter();
        let learned = learned.filter(|event| event["action"] == "connection.learn_issuer").count();
        assert_eq!(learned, 1, "{trail}");
        let done = testing::activate(house, &scene.admin, scene.connection()).await;
        assert_eq!(done.status, 200, "{}", done.json);
        let mut ann = Browser::new();
        acme.sign_in(house, &mut ann, ANN).await;
        assert!(ann.cookie(super::SESSION).is_some());
        // From then on it is held to.
        let mut eve = Browser::new();
        let asked = house.get(&mut eve, "/o/acme").await;
        let handle = sent(&asked, "RelayState").unwrap();
        let made = acme.unsigned(house.hub.now(), &handle, ANN);
        let answer = acme.sign(&made.xml.replace(IDP, "https://other.test"), &made.id);
        let page = acme.post(house, &handle, &answer).await;
        assert!(page.body.contains("saml_issuer_mismatch"), "{}", page.body);
    });
}

type Make = fn(&House, &Tenant, &str) -> String;

#[test]
fn nothing_is_learned_but_from_one_signed_word() {
    run(async {
        let scene = Scene::new().await;
        let (house, acme) = (&scene.house, &scene.acme);
        let put = draft(&scene).await;
        let cases: [(&str, Make, &str); 6] = [
            (
                "another key",
                |house, acme, handle| {
                    let made = acme.unsigned(house.hub.now(), handle, ANN);
                    acme.sign_as(&made.xml, &made.id, &Signing::by(&Signer::p256(), ECDSA_SHA256))
                },
                "saml_sign",
            ),
            (
                "no signature",
                |house, acme, handle| {
                    use base64::Engine as _;
                    use base64::engine::general_purpose::STANDARD;
                    let made = acme.unsigned(house.hub.now(), handle, ANN);
                    STANDARD.encode(crate::support::forge::without_marks(&made.xml))
                },
                "saml_unsigned",
            ),
            (
                "the response names another one",
                |house, acme, handle| {
                    changed(house, acme, handle, |xml| xml.replacen(IDP, "https://evil.test", 1))
                },
                "saml_issuer_mismatch",
            ),
            (
                "two in the assertion",
                |house, acme, handle| {
                    changed(house, acme, handle, |xml| {
                        let (head, tail) = xml.split_once("<saml:Assertion ").unwrap();
                        let one = format!("<saml:Issuer>{IDP}</saml:Issuer>");
                        let two = format!("{one}<saml:Issuer>https://evil.test</saml:Issuer>");
                        format!("{head}<saml:Assertion {}", tail.replacen(&one, &two, 1))
                    })
                },
                "saml_",
            ),
            (
                "one with a space in it",
                |house, acme, handle| {
                    changed(house, acme, handle, |xml| xml.replace(&format!(">{IDP}<"), ">a name<"))
                },
                "saml_issuer_mismatch",
            ),
            (
                "one that is too long",
                |house, acme, handle| {
                    changed(house, acme, handle, |xml| {
                        xml.replace(&format!(">{IDP}<"), &format!(">https://{}<", "x".repeat(600)))
                    })
                },
                "saml_issuer_mismatch",
            ),
        ];
        for (name, make, code) in cases {
            let link = scene.ask("draft").await;
            let make = |handle: &str| make(house, acme, handle);
            let page = run_saml(house, acme, &mut Browser::new(), &link, make).await;
            assert!(page.body.contains("The test did not pass"), "{name}: {}", page.body);
            assert!(page.body.contains(code), "{name}: {}", page.body);
            let item = shown(house, &scene.admin, scene.connection()).await;
            assert_eq!(item["draft"], put["draft"], "{name}");
        }
        // An outer response that names nobody is fine: what is signed does.
        let link = scene.ask("draft").await;
        let make = |handle: &str| {
            changed(house, acme, handle, |xml| {
                xml.replacen(&format!("<saml:Issuer>{IDP}</saml:Issuer>"), "", 1)
            })
        };
        assert_passed(&run_saml(house, acme, &mut Browser::new(), &link, make).await);
    });
}

fn changed(house: &House, acme: &Tenant, handle: &str, change: impl Fn(&str) -> String) -> String {
    let made = acme.unsigned(house.hub.now(), handle, ANN);
    let xml = change(&made.xml);
    assert_ne!(xml, made.xml);
    acme.sign(&xml, &made.id)
}

#[test]
fn what_was_changed_meanwhile_learns_nothing() {
    run(async {
        let scene = Scene::new().await;
        let (house, acme) = (&scene.house, &scene.acme);
        draft(&scene).await;
        let link = scene.ask("draft").await;
        let mut it = Browser::new();
        let asked = testing::start(house, &mut it, &link).await;
        let handle = sent(&asked, "RelayState").unwrap();
        let posted = acme.post(house, &handle, &good(house, acme)(&handle)).await;
        let put = draft(&scene).await;
        let page = house.get(&mut it, &crate::support::tenant::onward(&posted)).await;
        assert!(page.body.contains("test_superseded"), "{}", page.body);
        let item = shown(house, &scene.admin, scene.connection()).await;
        assert_eq!(item["draft"], put["draft"]);
    });
}
