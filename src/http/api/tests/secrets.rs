//! Secrets are shown once or never: not in later answers, not in the trail, not at rest.

use serde_json::{Value, json};

use super::{House, certificate, client, request};

/// Every answer a reader of the API can get.
async fn everything(house: &House, ids: &[String]) -> String {
    let mut all = String::new();
    for path in [
        "/organizations",
        "/connections",
        "/apps",
        "/users",
        "/owners",
        "/sessions",
        "/attempts",
        "/tokens",
        "/settings",
        "/signing-keys",
        "/audit-events?limit=200",
    ] {
        all.push_str(&house.get(path).await.text);
    }
    for id in ids {
        all.push_str(&house.get(id).await.text);
    }
    all
}

#[tokio::test]
async fn secrets_stand_in_no_later_answer_and_in_no_row() {
    let house = House::new().await;
    let organization = house.organization("Acme").await;
    let (first, second) = ("Tr0ub4dor-and-three", "battery-staple-nine");
    let connection = house.oidc(&organization, client(first)).await;
    assert!(!connection.text.contains(first));
    let draft = format!("/connections/{}/draft", connection.id());
    let drafted = house.root("PUT", &draft, client(second), 200).await;
    assert!(!drafted.text.contains(second));
    let keyed = request(&house.root, "POST", "/apps", &json!({"name": "An app"}))
        .insert_header(("Idempotency-Key", "key-1"));
    let app = house.send(keyed).await;
    let rotated = house.root("POST", &format!("/apps/{}/secret", app.id()), Value::Null, 200).await;
    let token = house.root("POST", "/tokens", json!({"name": "A token"}), 201).await;
    let text = |reply: &super::Reply, name: &str| reply.json[name].as_str().unwrap().to_owned();
    let secrets = [
        first.to_owned(),
        second.to_owned(),
        text(&app, "client_secret"),
        text(&rotated, "client_secret"),
        text(&token, "token"),
        house.root.clone(),
    ];
    assert_ne!(secrets[2], secrets[3]);
    let ids = [
        format!("/connections/{}", connection.id()),
        format!("/connections/{}/revisions", connection.id()),
        format!("/apps/{}", app.id()),
    ];
    let all = everything(&house, &ids).await;
    let sealed = ["client_secret\":\"", "\"digest\"", "\"secret\":"];
    for secret in secrets.iter().map(String::as_str).chain(sealed) {
        assert!(!all.contains(secret), "an answer holds {secret:.3}...");
    }
    // At rest there are digests and sealed values only.
    house.hub.store.close();
    for file in ["doorward.db", "doorward.db-wal"] {
        let Ok(bytes) = std::fs::read(house.hub.config.data.join(file)) else { continue };
        for secret in &secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{file} holds {secret:.3}...");
        }
    }
}

#[tokio::test]
async fn a_private_key_is_refused_and_not_repeated() {
    let house = House::new().await;
    let organization = house.organization("Acme").await;
    let (_, key) = certificate();
    let inner = key.lines().nth(1).unwrap().to_owned();
    for (protocol, config, field) in [
        ("saml", json!({"certificate": key}), "config.certificate"),
        ("saml", json!({"certificates": [key]}), "config.certificates[0]"),
        ("saml", json!({"metadata_xml": key}), "config.metadata_xml"),
        ("saml", json!({"metadata_xml": [key]}), "config.metadata_xml"),
        ("saml", json!({"attributes": key}), "config.attributes"),
        ("oidc", json!({"client_secret": key}), "config.client_secret"),
        ("oidc", json!({"client_secret": {"key": key}}), "config.client_secret"),
    ] {
        let body = json!({
            "organization": organization, "name": "X", "protocol": protocol, "config": config
        });
        let reply = house.root("POST", "/connections", body, 422).await;
        assert_eq!(reply.fields(), [field], "{}", reply.text);
        assert!(!reply.text.contains(&inner), "{field} is repeated");
    }
    let broken = format!("{{\"name\": {key}}}");
    let reply = request(&house.root, "POST", "/organizations", &Value::Null)
        .insert_header(("Content-Type", "application/json"))
        .set_payload(broken);
    assert!(!house.send(reply).await.text.contains(&inner));
}

#[tokio::test]
async fn personal_values_are_masked_until_revealed_and_that_is_noted() {
    let house = House::new().await;
    house.pass(1);
    let reference = house.put_attempt(Some(&house.home)).await;
    let path = format!("/attempts/{reference}");
    let masked = house.get(&path).await;
    assert_eq!(masked.json["code"], "saml_audience_mismatch");
    assert_eq!(masked.json["checks"][1]["received"], "(masked)");
    assert_eq!(masked.json["checks"][2]["received"], "https://them");
    for list in ["/attempts", &format!("/attempts?reference={reference}")] {
        let listed = house.get(list).await;
        assert_eq!(listed.json["items"][0], masked.json, "{list}");
    }
    assert_eq!(house.get(&format!("/attempts/{}", masked.id())).await.json, masked.json);
    assert!(!house.get("/audit-events").await.text.contains("attempt.reveal"));
    let revealed = house.root("POST", &format!("{path}/reveal"), Value::Null, 200).await;
    assert_eq!(revealed.json["checks"][1]["received"], "ann@acme.test");
    let trail = house.get("/audit-events").await;
    assert_eq!(trail.json["items"][0]["action"], "attempt.reveal");
    assert_eq!(trail.json["items"][0]["subject"], json!(masked.id()));
    assert!(!trail.text.contains("ann@acme.test"));
}
