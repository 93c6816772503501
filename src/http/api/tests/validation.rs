//! Wrong values are refused one by one, with what to do.

use serde_json::{Value, json};

use super::{House, values};

#[expect(clippy::too_many_lines, reason = "a table, one row per value")]
#[tokio::test]
async fn wrong_values_are_named() {
    let house = House::new().await;
    let acme = house.organization("Acme").await;
    let saml = house.saml(&acme, json!({})).await.id();
    let oidc = house.oidc(&acme, json!({})).await.id();
    let app = house.root("POST", "/apps", json!({"name": "An app"}), 201).await.id();
    let app = format!("/apps/{app}");
    let (saml, oidc) = (format!("/connections/{saml}/draft"), format!("/connections/{oidc}/draft"));
    let (orgs, apps) = ("/organizations", "/apps");
    let mut two = values();
    two["metadata_url"] = json!("https://idp.acme.test/metadata");
    let uris = |list: Value| json!({"name": "X", "redirect_uris": list});
    let cases: Vec<(&str, &str, Value, &[&str])> = vec![
        ("POST", orgs, json!({}), &["name"]),
        ("POST", orgs, json!({"name": 7}), &["name"]),
        ("POST", orgs, json!({"name": "  "}), &["name"]),
        ("POST", orgs, json!({"name": "a\nb"}), &["name"]),
        ("POST", orgs, json!({"name": "x".repeat(201)}), &["name"]),
        ("POST", orgs, json!({"name": "", "path": "A_B"}), &["name", "path"]),
        ("POST", orgs, json!({"name": "X", "nam": "Y"}), &["nam"]),
        ("POST", orgs, json!({"name": "X", "disabled": "yes"}), &["disabled"]),
        (
            "POST",
            "/connections",
            json!({"organization": acme, "name": "X", "protocol": "ldap"}),
            &["protocol"],
        ),
        (
            "POST",
            "/connections",
            json!({"organization": "none", "name": "", "protocol": "saml"}),
            &["name", "organization"],
        ),
        ("PUT", &saml, json!({"issuer": "https://x.test"}), &["issuer"]),
        ("PUT", &saml, two, &["metadata_xml"]),
        ("PUT", &saml, json!({"metadata_xml": "<html></html>"}), &["metadata_xml"]),
        ("PUT", &saml, json!({"metadata_url": "ftp://idp.acme.test"}), &["metadata_url"]),
        ("PUT", &saml, json!({"metadata_url": "http://169.254.169.254/latest"}), &["metadata_url"]),
        ("PUT", &saml, json!({"sso_url": "javascript:alert(1)"}), &["sso_url"]),
        ("PUT", &saml, json!({"sso_url": "/sso"}), &["sso_url"]),
        ("PUT", &saml, json!({"sso_url": "https://idp.acme.test/sso#x"}), &["sso_url"]),
        ("PUT", &saml, json!({"certificate": "nonsense"}), &["certificate"]),
        ("PUT", &saml, json!({"clock_skew_seconds": 301}), &["clock_skew_seconds"]),
        ("PUT", &saml, json!({"clock_skew_seconds": -1}), &["clock_skew_seconds"]),
        (
            "PUT",
            &saml,
            json!({"accepted_audiences": ["https://a.test", "https://*.test", ""]}),
            &["accepted_audiences[1]", "accepted_audiences[2]"],
        ),
        ("PUT", &saml, json!({"name_id_format": "email"}), &["name_id_format"]),
        ("PUT", &saml, json!({"attributes": {"mail": "x"}}), &["mail"]),
        ("PUT", &saml, json!({"attributes": {"split_groups": ";"}}), &["attributes"]),
        ("PUT", &saml, json!({"attributes": {"email": "x".repeat(2_001)}}), &["attributes.email"]),
        ("PUT", &oidc, json!({"issuer": "http://login.acme.test", "client_id": "x"}), &["issuer"]),
        (
            "PUT",
            &oidc,
            json!({"issuer": "https://login.microsoftonline.com/common/v2.0"}),
            &["issuer"],
        ),
        ("PUT", &oidc, json!({"client_secret": " "}), &["client_secret"]),
        ("PUT", &oidc, json!({"token_auth": "none"}), &["token_auth"]),
        ("PUT", &oidc, json!({"scopes": ["email", "a b"]}), &["scopes[1]"]),
        (
            "POST",
            apps,
            uris(json!(["https://ok.test/cb", "/cb", "https://*.test/"])),
            &["redirect_uris[1]", "redirect_uris[2]"],
        ),
        (
            "POST",
            apps,
            uris(json!(["https://ok.test/cb", "https://ok.test/cb"])),
            &["redirect_uris[1]"],
        ),
        ("POST", apps, uris(json!(vec!["https://ok.test/cb"; 101])), &["redirect_uris"]),
        (
            "POST",
            apps,
            uris(json!(["http://localhost:1/cb", "http://ok.test/cb", "http://10.0.0.7/cb"])),
            &["redirect_uris[1]", "redirect_uris[2]"],
        ),
        (
            "PATCH",
            &app,
            json!({"post_logout_redirect_uris": ["http://ok.test/bye"]}),
            &["post_logout_redirect_uris[0]"],
        ),
        (
            "POST",
            apps,
            json!({"name": "X", "post_logout_redirect_uris": ["javascript:x"]}),
            &["post_logout_redirect_uris[0]"],
        ),
        ("POST", apps, json!({"name": "X", "signing_algorithm": "HS256"}), &["signing_algorithm"]),
        (
            "POST",
            apps,
            json!({"name": "X", "organizations": [acme, "none"]}),
            &["organizations[1]"],
        ),
        ("POST", "/tokens", json!({"name": "X", "organization": "none"}), &["organization"]),
        ("PATCH", "/settings", json!({"public_url": "https://x.test"}), &["public_url"]),
    ];
    for (method, path, body, fields) in cases {
        let reply = house.root(method, path, body.clone(), 422).await;
        assert_eq!(reply.problem(), "invalid", "{method} {path} {body}");
        assert_eq!(reply.fields(), fields, "{method} {path} {body:.200}: {}", reply.text);
    }
}

#[tokio::test]
async fn what_is_wanted_is_said_in_words_of_json() {
    let house = House::new().await;
    let acme = house.organization("Acme").await;
    let saml = house.saml(&acme, json!({})).await.id();
    let draft = format!("/connections/{saml}/draft");
    for (method, path, body, said) in [
        ("POST", "/organizations", json!([]), "give an object"),
        ("POST", "/organizations", json!("Acme"), "give an object"),
        ("PUT", &*draft, json!({"clock_skew_seconds": "60"}), "give a whole number"),
        ("PUT", &*draft, json!({"accepted_audiences": "x"}), "give a list"),
        ("PUT", &*draft, json!({"accept_expired_certificates": 1}), "give true or false"),
    ] {
        let reply = house.root(method, path, body.clone(), 422).await;
        let detail = reply.json["errors"][0]["detail"].as_str().unwrap().to_owned();
        assert!(detail.starts_with(said), "{body}: {detail}");
    }
}

#[tokio::test]
async fn what_stands_in_the_way_is_named() {
    let house = House::new().await;
    let acme =
        house.root("POST", "/organizations", json!({"name": "A", "path": "acme"}), 201).await.id();
    let other = house.organization("Other").await;
    let taken = json!({"name": "B", "path": "acme"});
    assert_eq!(house.root("POST", "/organizations", taken, 409).await.problem(), "path_taken");
    let path = format!("/organizations/{other}");
    let taken = json!({"path": "acme"});
    assert_eq!(house.root("PATCH", &path, taken, 409).await.problem(), "path_taken");
    let domain = |id: &str| format!("/organizations/{id}/domains/Acme.Test.");
    let first = house.root("PUT", &domain(&acme), Value::Null, 200).await;
    assert_eq!(first.json["domain"], "acme.test");
    assert_eq!(house.root("PUT", &domain(&acme), Value::Null, 200).await.json, first.json);
    house.root("DELETE", &domain(&other), Value::Null, 404).await;
    // Whose it is, is not told to somebody who has not proved it.
    let second = house.root("PUT", &domain(&other), Value::Null, 200).await;
    assert_eq!(second.json["state"], "pending");
    let accept = |id: &str| format!("{}/accept", domain(id));
    house.root("POST", &accept(&acme), json!({}), 200).await;
    let taken = house.root("POST", &accept(&other), json!({}), 409).await;
    assert_eq!(taken.problem(), "domain_taken");
    let odd = format!("/organizations/{acme}/domains/no_domain");
    assert_eq!(house.root("PUT", &odd, Value::Null, 422).await.fields(), ["domain"]);
    let public = house.root("POST", "/apps", json!({"name": "P", "public": true}), 201).await;
    assert!(public.json.get("client_secret").is_none());
    let secret = format!("/apps/{}/secret", public.id());
    assert_eq!(house.root("POST", &secret, Value::Null, 409).await.problem(), "public_app");
}

#[tokio::test]
async fn an_app_nobody_can_sign_in_through_says_so() {
    let house = House::new().await;
    let made = house.root("POST", "/apps", json!({"name": "Wiki"}), 201).await;
    assert_eq!(made.json["missing"], json!(["redirect_uris"]));
    let path = format!("/apps/{}", made.id());
    let uris = json!({"redirect_uris": ["https://wiki.acme.test/cb"]});
    assert_eq!(house.root("PATCH", &path, uris, 200).await.json["missing"], json!([]));
    assert_eq!(house.get(&path).await.json["missing"], json!([]));
    let none = json!({"redirect_uris": []});
    assert_eq!(house.root("PATCH", &path, none, 200).await.json["missing"], made.json["missing"]);
}
