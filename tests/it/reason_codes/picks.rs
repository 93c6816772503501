//! Repairs in which something is picked, and those of OpenID Connect.

use doorward::model::connection::SamlConfig;
use doorward::model::id::{ConnectionId, OrganizationId};
use serde_json::{Value, json};

use super::reference;
use super::repairing::{Repairing, signs_in};
use super::saml::{Case, answered};
use crate::house::{self, Browser, House, run};
use crate::support::admin::Admin;
use crate::support::openid::Provider;
use crate::support::tenant::{Tenant, onward};
use crate::support::testing;

/// With attributes that many people share.
fn with_shared(xml: &str) -> String {
    let email = "<saml:Attribute Name=\"email\"";
    let names = ["memberOf", "role", "givenName", "User.LastName", "displayName"];
    let shared = names.map(|name| {
        format!(
            "<saml:Attribute Name=\"{name}\"><saml:AttributeValue>staff</saml:AttributeValue></saml:Attribute>"
        )
    });
    xml.replacen(email, &format!("{}{email}", shared.concat()), 1)
}

#[test]
fn an_attribute_that_was_to_name_people_and_did_not_come() {
    run(async {
        let house = house::open().await;
        let admin = Admin::open(&house, None).await;
        let uid = |config: &mut SamlConfig| config.attributes.subject = Some("uid".to_owned());
        let acme = Tenant::open_with(&house, "acme", uid).await;
        let good = |case: &Case<'_>| case.tenant.answer(case.now, case.handle, "ann@acme.test");
        let page = answered(&house, &acme, |case| case.changed(with_shared)).await;
        assert!(page.body.contains("subject_missing"), "{}", page.body);
        let repairing =
            Repairing { house: &house, admin: &admin, connection: acme.connection.as_str() };
        let reference = reference(&page);
        // One with several values names nobody, and a group, a role or a name too many.
        let offered = repairing.offered(&reference).await;
        assert_eq!(offered[0]["needs"]["values"], json!(["email"]), "{offered:#?}");
        repairing.repair(&reference, "pick_subject", &json!({"value": "email"})).await;
        repairing.put_into_use(&acme, good).await;
        assert!(signs_in(&house, &acme, good).await);
        // With people behind it, who they are is not changed by a repair either.
        let other = |xml: &str| xml.replace("Name=\"email\"", "Name=\"id\"");
        let page = answered(&house, &acme, |case| {
            case.changed(|xml| xml.replace("Name=\"email\"", "Name=\"id\""))
        });
        let page = page.await;
        let reference = super::reference(&page);
        let body = json!({"value": "id"});
        let put = repairing.put(&reference, "pick_subject", "*", &body).await;
        assert_eq!(put.status, 200, "{}", put.json);
        let path = format!("/connections/{}/activate", acme.connection);
        let refused = admin.call(&house, ("POST", &path), Some("*"), &Value::Null).await;
        assert_eq!((refused.status, &refused.json["code"]), (409, &json!("identity_basis")));
        assert!(!signs_in(&house, &acme, |case| case.changed(other)).await);
    });
}

#[test]
fn an_address_that_arrived_under_another_name() {
    run(async {
        let house = house::open().await;
        let admin = Admin::open(&house, None).await;
        let acme = Tenant::open(&house, "acme").await;
        let hobby = |case: &Case<'_>| {
            case.changed(|xml| {
                let xml = xml.replacen("ann@acme.test</saml:NameID>", "ann</saml:NameID>", 1);
                xml.replace("Name=\"email\"", "Name=\"hobby\"")
            })
        };
        assert!(signs_in(&house, &acme, hobby).await);
        let newest = admin.newest(&house).await;
        let reference = newest["reference"].as_str().unwrap().to_owned();
        let repairing =
            Repairing { house: &house, admin: &admin, connection: acme.connection.as_str() };
        let offered = repairing.offered(&reference).await;
        assert_eq!(offered[0]["needs"]["values"], json!(["hobby"]), "{offered:#?}");
        for body in [json!({}), json!({"value": "groups"}), json!({"value": "never sent"})] {
            let put = repairing.put(&reference, "pick_email", "*", &body).await;
            assert_eq!((put.status, &put.json["errors"][0]["field"]), (422, &json!("value")));
        }
        repairing.repair(&reference, "pick_email", &json!({"value": "hobby"})).await;
        repairing.put_into_use(&acme, hobby).await;
        house.wait(60_000);
        assert!(signs_in(&house, &acme, hobby).await);
        let (_, people) = admin.get(&house, "/users").await;
        assert_eq!(people["items"][0]["email"], "ann@acme.test", "{people}");
    });
}

/// A connection to `issuer` with a secret, as an admin makes it: a draft, since no test of it
/// would pass.
async fn oidc(
    house: &House,
    admin: &Admin,
    organization: &OrganizationId,
    issuer: &str,
) -> ConnectionId {
    let body = json!({
        "organization": organization.as_str(), "name": "Provider", "protocol": "oidc",
        "config": {"issuer": issuer, "client_id": "doorward", "client_secret": "s3cret"},
    });
    let (status, made) = admin.post(house, "/connections", &body).await;
    assert_eq!(status, 201, "{made}");
    ConnectionId::try_from(made["id"].as_str().unwrap().to_owned()).unwrap()
}

#[test]
fn an_openid_issuer_with_a_slash_too_many_and_an_address_under_another_name() {
    run(async {
        let house = house::open_among_private().await;
        let provider = Provider::start();
        let admin = Admin::open(&house, None).await;
        let acme = Tenant::bare(&house, "acme").await;
        let wrong = format!("{}/", provider.issuer);
        let connection = oidc(&house, &admin, &acme, &wrong).await;
        let repairing = Repairing { house: &house, admin: &admin, connection: connection.as_str() };
        let link = testing::ask(&house, &admin, connection.as_str(), "draft").await;
        let page = testing::start(&house, &mut Browser::new(), &link).await;
        assert!(page.body.contains("oidc_issuer_mismatch"), "{}", page.body);
        assert!(page.body.contains("This was a test sign-in"), "{}", page.body);
        let shown = repairing.repair(&reference(&page), "correct_issuer", &json!({})).await;
        assert_eq!(shown["after"], json!([provider.issuer]));
        let put_into_use = async || {
            let link = testing::ask(&house, &admin, connection.as_str(), "draft").await;
            let mut browser = Browser::new();
            let page = testing::run_oidc(&house, &provider, &mut browser, &link, |_| {}).await;
            testing::assert_passed(&page);
            let done = testing::activate(&house, &admin, connection.as_str()).await;
            assert_eq!(done.status, 200, "{}", done.json);
        };
        put_into_use().await;
        house.wait(1_000);
        let sign_in = async || {
            let mut ann = Browser::new();
            let asked = house.get(&mut ann, "/o/acme").await;
            let back = provider.vouch_changed(house.hub.now(), &asked, "ann@acme.test", |claims| {
                claims["login"] = claims["email"].take();
                claims["sub"] = json!("ann");
                claims["name"] = json!("Ann");
                claims.as_object_mut().unwrap().remove("email");
            });
            assert_eq!(onward(&house.get(&mut ann, &back).await), "/");
            house.wait(1_000);
            admin.get(&house, "/users").await.1["items"][0]["email"].clone()
        };
        assert_eq!(sign_in().await, Value::Null);
        let newest = admin.newest(&house).await;
        let reference = newest["reference"].as_str().unwrap();
        repairing.repair(reference, "pick_email", &json!({"value": "login"})).await;
        put_into_use().await;
        assert_eq!(sign_in().await, "ann@acme.test");
    });
}
