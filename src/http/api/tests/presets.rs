//! `/presets`: the same for everybody who may ask, and for nobody else.

use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::House;

#[tokio::test]
async fn any_token_reads_what_is_known_of_providers() {
    let house = House::new().await;
    let organization = house.organization("Acme").await;
    let token = house.token(Some(&organization)).await;
    let list = house.call(&token, "GET", "/presets", Value::Null).await;
    assert_eq!(list.status, 200, "{}", list.text);
    assert_eq!(list.json, house.get("/presets").await.json);
    let items = list.json["items"].as_array().unwrap();
    assert_eq!(items.len(), 17);
    assert_eq!(items[0], json!({"id": "okta", "name": "Okta", "protocols": ["saml", "oidc"]}));
    assert_eq!(list.json["next"], Value::Null);
    for item in items {
        let path = format!("/presets/{}", item["id"].as_str().unwrap());
        let one = house.call(&token, "GET", &path, Value::Null).await;
        assert_eq!(one.status, 200, "{path}");
        assert_eq!(one.headers.get("cache-control").unwrap(), "private, max-age=3600");
        for part in ["id", "name", "protocols"] {
            assert_eq!(one.json[part], item[part], "{path}");
        }
        for protocol in ["saml", "oidc"] {
            let known = item["protocols"].as_array().unwrap().contains(&json!(protocol));
            assert_eq!(one.json[protocol].is_object(), known, "{path} {protocol}");
            for field in one.json[protocol]["fields"].as_array().into_iter().flatten() {
                let does = ["give", "get", "set"].iter().filter(|kind| field[**kind].is_string());
                assert_eq!(does.count(), 1, "{path} {field}");
                let certain = field["certainty"] == "certain";
                assert_eq!(field["label_leads"], json!(certain), "{path} {field}");
            }
        }
    }
}

#[tokio::test]
async fn a_preset_names_fields_in_the_consoles_order() {
    let house = House::new().await;
    let okta = house.get("/presets/okta").await.json;
    let saml = &okta["saml"];
    assert_eq!(saml["start"]["at"][0], "Applications");
    let field = &saml["fields"][0];
    assert_eq!(field["label"], "Single sign-on URL");
    assert_eq!((&field["give"], &field["get"]), (&json!("acs_url"), &Value::Null));
    assert_eq!(saml["fields"][1]["give"], "sp_entity_id");
    assert_eq!(
        saml["shape"][0],
        json!({"what": "name_id", "is": "unspecified", "certainty": "certain"})
    );
    assert_eq!(saml["mistakes"][1]["codes"][0], "saml_recipient_mismatch");
    assert_eq!(saml["mistakes"][1]["field"]["give"], "acs_url");
    assert_eq!(saml["lifetimes"][0]["days"], 3650);
    let google = house.get("/presets/google").await.json;
    let limits = google["saml"]["cannot"].as_array().unwrap();
    assert!(limits.iter().any(|limit| limit["what"] == "metadata_url"));
    assert_eq!(google["oidc"]["cannot"][0]["what"], "groups");
}

#[tokio::test]
async fn strangers_and_strange_names_get_nothing() {
    let house = House::new().await;
    for path in ["/api/v1/presets", "/api/v1/presets/okta"] {
        let reply = house.send(TestRequest::get().uri(path)).await;
        assert_eq!(reply.problem(), "unauthenticated");
        assert_eq!(reply.headers.get("cache-control").unwrap(), "no-store");
    }
    for id in ["Okta", "nobody", "..%2fokta", "okta.toml", "%00"] {
        let reply = house.call(&house.root, "GET", &format!("/presets/{id}"), Value::Null).await;
        assert_eq!((reply.status, reply.problem()), (404, "not_found"), "{id}");
    }
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let reply = house.call(&house.root, method, "/presets/okta", Value::Null).await;
        assert_eq!(reply.status, 405, "{method}");
    }
}
