//! Drafts and what is live.

use serde_json::{Value, json};

use super::{House, certificate, client, metadata, values};

#[tokio::test]
async fn a_connection_starts_empty_and_already_says_what_the_provider_needs() {
    let house = House::new().await;
    let organization = house.organization("Acme").await;
    let body = json!({"organization": organization, "name": "Okta", "protocol": "saml"});
    let saml = house.root("POST", "/connections", body, 201).await;
    let id = saml.id();
    let base = format!("http://localhost:8080/saml/{id}");
    assert_eq!(
        saml.json["service_provider"],
        json!({
            "entity_id": format!("{base}/metadata"),
            "acs_url": format!("{base}/acs"),
            "metadata_url": format!("{base}/metadata"),
        })
    );
    assert_eq!(saml.json["missing"], json!(["idp_entity_id", "sso_url", "certificates"]));
    assert_eq!(saml.json["live"], Value::Null);
    assert!(saml.json["draft"]["id"].is_string());
    let reply = house.root("POST", &format!("/connections/{id}/activate"), Value::Null, 409).await;
    assert_eq!(reply.problem(), "incomplete");
    assert_eq!(reply.fields(), ["idp_entity_id", "sso_url", "certificates"]);
    let body = json!({"organization": organization, "name": "Entra", "protocol": "oidc"});
    let oidc = house.root("POST", "/connections", body, 201).await;
    assert_eq!(
        oidc.json["redirect_uris"],
        json!([
            format!("http://localhost:8080/oidc/{}/callback", oidc.id()),
            "http://localhost:8080/oidc/callback",
        ])
    );
    assert_eq!(oidc.json["missing"], json!(["issuer", "client_id", "client_secret"]));
}

#[tokio::test]
async fn what_is_live_stays_until_a_draft_is_activated() {
    let house = House::new().await;
    let organization = house.organization("Acme").await;
    let id = house.saml(&organization, values()).await.id();
    let path = format!("/connections/{id}");
    house.tested(&id).await;
    let live = house.root("POST", &format!("{path}/activate"), Value::Null, 200).await;
    assert_eq!(live.json["draft"], Value::Null);
    assert_eq!(live.json["missing"], json!([]));
    assert_eq!(live.json["live"]["config"]["certificates"][0]["key"], "EC P-256");
    house.pass(1_000);
    let draft = format!("{path}/draft");
    let mut first = values();
    first["sso_url"] = json!("https://idp.acme.test/elsewhere");
    let drafted = house.root("PUT", &draft, first, 200).await;
    assert_eq!(drafted.json["live"], live.json["live"]);
    let location = &drafted.json["draft"]["config"]["sso_endpoints"][0]["location"];
    assert_eq!(location, "https://idp.acme.test/elsewhere");
    let again = house.root("PUT", &draft, values(), 200).await;
    assert_ne!(again.json["draft"]["id"], drafted.json["draft"]["id"]);
    // A draft nobody used is forgotten; what was live is kept for ever.
    let revisions = house.get(&format!("{path}/revisions")).await;
    let items = revisions.json["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert_eq!(items[0]["id"], again.json["draft"]["id"]);
    assert_eq!(items[1]["id"], live.json["live"]["id"]);
    assert_eq!(items[1]["config"], live.json["live"]["config"]);
    assert!(items[1]["went_live_at"].is_string() && items[0].get("went_live_at").is_none());
    house.root("DELETE", &draft, Value::Null, 204).await;
    house.root("DELETE", &draft, Value::Null, 404).await;
    let reply = house.root("POST", &format!("{path}/activate"), Value::Null, 409).await;
    assert_eq!(reply.problem(), "no_draft");
    assert_eq!(house.get(&path).await.json["live"], live.json["live"]);
    house.root("PUT", &draft, values(), 200).await;
    let reply = house.root("POST", &format!("{path}/activate"), Value::Null, 409).await;
    assert_eq!(reply.problem(), "not_tested");
    house.tested(&id).await;
    let second = house.root("POST", &format!("{path}/activate"), Value::Null, 200).await;
    assert_eq!(second.json["previous"], live.json["live"]["id"]);
    let revisions = house.get(&format!("{path}/revisions")).await;
    assert_eq!(revisions.json["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_secret_left_out_stays_with_the_party_it_was_given_for() {
    let house = House::new().await;
    let organization = house.organization("Acme").await;
    let id = house.oidc(&organization, client("correct horse")).await.id();
    let (path, draft) = (format!("/connections/{id}"), format!("/connections/{id}/draft"));
    let set = |reply: &super::Reply| reply.json["draft"]["config"]["client_secret_set"].clone();
    let without = |issuer: &str, client: &str| json!({"issuer": issuer, "client_id": client});
    let same = without("https://login.acme.test", "doorward");
    let other_issuer = without("https://login.evil.test", "doorward");
    let other_client = without("https://login.acme.test", "another");
    // From the draft before, then from what is live.
    assert_eq!(set(&house.root("PUT", &draft, same.clone(), 200).await), true);
    house.tested(&id).await;
    house.root("POST", &format!("{path}/activate"), Value::Null, 200).await;
    assert_eq!(set(&house.root("PUT", &draft, same.clone(), 200).await), true);
    // Another party is never sent a secret it was not given.
    for other in [other_issuer, other_client] {
        let reply = house.root("PUT", &draft, other, 200).await;
        assert_eq!(set(&reply), false);
        assert_eq!(reply.json["missing"], json!(["client_secret"]));
    }
    assert_eq!(set(&house.root("PUT", &draft, same, 200).await), true);
    let sealed = house.act(move |act| {
        let id = crate::model::id::ConnectionId::try_from(id.as_str()).unwrap();
        let connection = crate::store::connections::find(act.tx, &id)?.unwrap();
        let revision = crate::store::connections::revision(act.tx, &connection.draft.unwrap())?;
        Ok(match revision.unwrap().config {
            crate::model::connection::ConnectionConfig::Oidc(config) => config.client_secret,
            crate::model::connection::ConnectionConfig::Saml(_) => None,
        })
    });
    let sealed = sealed.await.unwrap();
    let purpose = crate::upstream::oidc::CLIENT_SECRET_PURPOSE;
    let opened = house.hub.sealer.open(purpose, &sealed).unwrap();
    assert_eq!(opened.expose().as_slice(), b"correct horse");
}

#[tokio::test]
async fn certificates_come_in_every_shape_and_leave_in_one() {
    let house = House::new().await;
    let organization = house.organization("Acme").await;
    let (pem, _) = certificate();
    let bare: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let (other, _) = certificate();
    for (given, count) in [
        (json!({"certificate": pem}), 1),
        (json!({"certificate": pem.replace('\n', "\r\n")}), 1),
        (json!({"certificate": bare}), 1),
        (json!({"certificate": format!("{pem}{other}")}), 2),
        (json!({"certificates": [pem, other]}), 2),
        (json!({"certificate": pem, "certificates": [bare, ""]}), 1),
    ] {
        let made = house.saml(&organization, given.clone()).await;
        let kept = made.json["draft"]["config"]["certificates"].as_array().unwrap();
        assert_eq!(kept.len(), count, "{given}");
        assert_eq!(kept[0]["certificate"], json!(bare), "{given}");
        assert_eq!(kept[0]["fingerprint_sha256"].as_str().unwrap().len(), 64);
    }
}

#[tokio::test]
async fn metadata_fills_what_would_be_typed() {
    let house = House::new().await;
    let organization = house.organization("Acme").await;
    let (pem, _) = certificate();
    let bare: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let config = json!({"metadata_xml": metadata(&pem), "sp_entity_id": "https://us.test"});
    let made = house.saml(&organization, config).await;
    let draft = &made.json["draft"]["config"];
    assert_eq!(draft["idp_entity_id"], "https://idp.acme.test/metadata");
    assert_eq!(
        draft["sso_endpoints"],
        json!([{"binding": "http_redirect", "location": "https://idp.acme.test/sso"}])
    );
    assert_eq!(draft["certificates"][0]["certificate"], json!(bare));
    assert_eq!(made.json["service_provider"]["entity_id"], "https://us.test");
    assert_eq!(made.json["missing"], json!([]));
    house.tested(&made.id()).await;
    house.root("POST", &format!("/connections/{}/activate", made.id()), Value::Null, 200).await;
}
