//! Edits that meet, creations that repeat, and what ending a thing ends.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{House, LONG, client, request};
use crate::store::{connections, owners};

#[tokio::test]
async fn an_edit_needs_the_version_it_was_made_from() {
    let house = House::new().await;
    let organization = house.organization("Acme").await;
    let connection = house.oidc(&organization, client("s3cret")).await.id();
    let app = house.root("POST", "/apps", json!({"name": "An app"}), 201).await.id();
    let user = house.put_user(&organization, false).await;
    for (path, body) in [
        (format!("/organizations/{organization}"), json!({"name": "New"})),
        (format!("/connections/{connection}"), json!({"name": "New"})),
        (format!("/apps/{app}"), json!({"name": "New"})),
        (format!("/users/{user}"), json!({"disabled": false})),
    ] {
        let bare = house.send(request(&house.root, "PATCH", &path, &body)).await;
        assert_eq!((bare.status, bare.problem()), (428, "precondition_required"), "{path}");
        let etag = house.get(&path).await.etag();
        let edit = |tag: &str| {
            request(&house.root, "PATCH", &path, &body).insert_header(("If-Match", tag))
        };
        for wrong in ["\"99\"", "99", "\"\"", "W/\"1\"", "\"1\", \"2\""] {
            let reply = house.send(edit(wrong)).await;
            assert_eq!((reply.status, reply.problem()), (412, "stale"), "{path} {wrong}");
        }
        let first = house.send(edit(&etag)).await;
        assert_eq!(first.status, 200, "{path}: {}", first.text);
        assert_ne!(first.etag(), etag);
        let second = house.send(edit(&etag)).await;
        assert_eq!(second.problem(), "stale", "{path}");
        assert_eq!(house.get(&path).await.etag(), first.etag());
        let gone = request(&house.root, "DELETE", &path, &Value::Null);
        if !path.starts_with("/users") && !path.starts_with("/organizations") {
            let reply = house.send(gone.insert_header(("If-Match", etag.as_str()))).await;
            assert_eq!(reply.problem(), "stale", "{path}");
        }
    }
}

/// The operations that ask for If-Match by the document.
fn documented() -> BTreeSet<(String, String)> {
    let document: Value = serde_json::from_str(crate::http::api::openapi::document()).unwrap();
    let mut found = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            if let Some(header) = parameters.iter().find(|p| p["name"] == "If-Match") {
                assert_eq!(header["required"], true, "{method} {path}");
                found.insert((method.clone(), path.clone()));
            }
        }
    }
    found
}

/// What cannot be tried here.
fn tried_elsewhere() -> BTreeSet<(String, String)> {
    let mut tried = BTreeSet::new();
    // Needs a sign-in that failed: tried by `reason_codes::fixes` of the tests through the door.
    tried.insert(("post".to_owned(), "/api/v1/attempts/{reference}/fixes/{id}".to_owned()));
    // Need somebody who signed in: tried by `provisioning::relinks` there.
    for (method, end) in [
        ("delete", ""),
        ("post", "/approve"),
        ("post", "/refuse"),
        ("post", "/separate"),
        ("post", "/undo"),
    ] {
        let path = format!("/api/v1/organizations/{{id}}/relinks/{{relink}}{end}");
        tried.insert((method.to_owned(), path));
    }
    // A part of an organization with versions of its own: tried by `roles` there.
    for method in ["patch", "delete"] {
        let path = "/api/v1/organizations/{id}/roles/{role}";
        tried.insert((method.to_owned(), path.to_owned()));
    }
    // Needs an owner who can be spared: tried by `owners` there.
    let owner = "/api/v1/organizations/{id}/owners/{user}";
    tried.insert(("delete".to_owned(), owner.to_owned()));
    tried
}

#[tokio::test]
async fn whatever_touches_a_versioned_thing_names_its_version() {
    let house = House::new().await;
    let o = house.organization("Acme").await;
    let c = house.oidc(&o, client("s3cret")).await.id();
    let a = house.root("POST", "/apps", json!({"name": "An app"}), 201).await.id();
    let u = house.put_user(&o, false).await;
    let (name, n) = (|| json!({"name": "New"}), Value::Null);
    // In an order in which each finds what it needs.
    let edits = [
        ("PATCH", "/organizations/{id}", &o, name()),
        ("PUT", "/organizations/{id}/enforcement", &o, json!({"mode": "optional"})),
        ("PATCH", "/connections/{id}", &c, name()),
        ("PUT", "/connections/{id}/draft", &c, client("other")),
        ("POST", "/connections/{id}/activate", &c, n.clone()),
        ("PUT", "/connections/{id}/draft", &c, client("other")),
        ("POST", "/connections/{id}/activate", &c, n.clone()),
        ("POST", "/connections/{id}/return", &c, n.clone()),
        ("PUT", "/connections/{id}/draft", &c, client("other")),
        ("DELETE", "/connections/{id}/draft", &c, n.clone()),
        ("PATCH", "/apps/{id}", &a, name()),
        ("POST", "/apps/{id}/secret", &a, n.clone()),
        ("PATCH", "/users/{id}", &u, json!({"disabled": true})),
        ("PUT", "/users/{id}/roles", &u, json!({"roles": ["admin"]})),
        ("DELETE", "/users/{id}", &u, n.clone()),
        ("PUT", "/connections/{id}/role-mappings", &c, json!({"mappings": []})),
        ("DELETE", "/apps/{id}", &a, n.clone()),
        ("DELETE", "/connections/{id}", &c, n.clone()),
        ("DELETE", "/organizations/{id}", &o, n.clone()),
        ("PATCH", "/settings", &n.to_string(), json!({"session_idle_seconds": 600})),
    ];
    let mut tried = BTreeSet::new();
    for (method, pattern, id, body) in &edits {
        tried.insert((method.to_lowercase(), format!("/api/v1{pattern}")));
        let path = pattern.replace("{id}", id);
        if path.ends_with("/activate") {
            house.tested(id).await;
        }
        let thing = path.split('/').take(3).collect::<Vec<_>>().join("/");
        let before = house.get(&thing).await;
        let send = |tag: Option<&str>| {
            let request = request(&house.root, method, &path, body);
            house.send(match tag {
                Some(tag) => request.insert_header(("If-Match", tag)),
                None => request,
            })
        };
        for (tag, status, problem) in
            [(None, 428, "precondition_required"), (Some("\"99\""), 412, "stale")]
        {
            let refused = send(tag).await;
            assert_eq!((refused.status, refused.problem()), (status, problem), "{method} {path}");
        }
        assert_eq!(house.get(&thing).await.text, before.text, "{method} {path}");
        let done = send(Some(&before.etag())).await;
        assert!(done.status < 300, "{method} {path}: {}", done.text);
        if *method != "DELETE" || path.ends_with("/draft") {
            let changed = house.get(&thing).await.etag() != before.etag();
            assert!(changed, "{method} {path} is seen in the ETag");
        }
    }
    tried.extend(tried_elsewhere());
    // The document asks for it in the same places and nowhere else.
    assert_eq!(documented(), tried);
}

#[tokio::test]
async fn a_creation_repeated_with_its_key_is_the_same_creation() {
    let house = House::new().await;
    let organization = house.organization("Acme").await;
    let connection = json!({"organization": organization, "name": "Okta", "protocol": "saml"});
    for (path, body, other) in [
        ("/organizations", json!({"name": "Once"}), json!({"name": "Other"})),
        (
            "/connections",
            connection,
            json!({"organization": organization, "name": "O", "protocol": "oidc"}),
        ),
        ("/apps", json!({"name": "Once"}), json!({"name": "Other"})),
        ("/tokens", json!({"name": "Once"}), json!({"name": "Other"})),
        (
            "/users",
            json!({"organization": organization, "email": "once@acme.test"}),
            json!({"organization": organization, "email": "other@acme.test"}),
        ),
    ] {
        let send = |body: &Value| {
            request(&house.root, "POST", path, body).insert_header(("Idempotency-Key", path))
        };
        let count = || async {
            house.get(&format!("{path}?limit=200")).await.json["items"].as_array().unwrap().len()
        };
        let before = count().await;
        let first = house.send(send(&body)).await;
        assert_eq!(first.status, 201, "{path}: {}", first.text);
        let again = house.send(send(&body)).await;
        assert_eq!((again.status, &again.json), (201, &first.json), "{path}");
        assert_eq!(again.headers.get("location"), first.headers.get("location"));
        assert!(again.headers.contains_key("idempotency-replayed"));
        let reused = house.send(send(&other)).await;
        assert_eq!((reused.status, reused.problem()), (409, "idempotency_key_reused"), "{path}");
        assert_eq!(count().await, before + 1, "{path}");
    }
    let bad = request(&house.root, "POST", "/apps", &json!({"name": "X"}));
    let bad = house.send(bad.insert_header(("Idempotency-Key", "a b"))).await;
    assert_eq!((bad.status, bad.fields()), (422, vec!["Idempotency-Key"]));
}

#[tokio::test]
async fn a_key_belongs_to_its_token_and_ends_after_its_day() {
    let house = House::new().await;
    let other = house.token(None).await;
    let send = |token: &str| {
        request(token, "POST", "/apps", &json!({"name": "Once"}))
            .insert_header(("Idempotency-Key", "key-1"))
    };
    let first = house.send(send(&house.root)).await;
    assert_ne!(house.send(send(&other)).await.id(), first.id());
    house.pass(LONG);
    assert_ne!(house.send(send(&house.root)).await.id(), first.id());
}

#[tokio::test]
async fn a_refused_creation_is_not_remembered() {
    let house = House::new().await;
    let send = |name: &str| {
        request(&house.root, "POST", "/apps", &json!({"name": name}))
            .insert_header(("Idempotency-Key", "key-1"))
    };
    assert_eq!(house.send(send("")).await.status, 422);
    assert_eq!(house.send(send("Fine")).await.status, 201);
}

#[tokio::test]
async fn disabling_and_removing_end_sessions() {
    for (thing, method) in [
        ("organizations", "PATCH"),
        ("organizations", "DELETE"),
        ("connections", "PATCH"),
        ("connections", "DELETE"),
        ("users", "PATCH"),
        ("users", "DELETE"),
    ] {
        let house = House::new().await;
        let organization = house.organization("Acme").await;
        let connection = house.oidc(&organization, client("s3cret")).await.id();
        let user = house.put_user(&organization, false).await;
        house.put_session(&organization, &user, Some(&connection)).await;
        let bystander = house.put_user(&house.home, false).await;
        let (stays, _) = house.put_session(&house.home, &bystander, None).await;
        let id = match thing {
            "organizations" => &organization,
            "connections" => &connection,
            _ => &user,
        };
        let (body, status) =
            if method == "PATCH" { (json!({"disabled": true}), 200) } else { (Value::Null, 204) };
        house.root(method, &format!("/{thing}/{id}"), body, status).await;
        let left = house.get("/sessions").await;
        let items = left.json["items"].as_array().unwrap();
        assert_eq!(items.len(), 1, "{method} {thing}: {}", left.text);
        assert_eq!(items[0]["id"], json!(stays));
    }
}

#[tokio::test]
async fn somebody_can_always_sign_in_as_owner() {
    let house = House::new().await;
    let home = house.home.clone();
    let off = json!({"disabled": true});
    let reply = house.root("PATCH", &format!("/organizations/{home}"), off.clone(), 409).await;
    assert_eq!(reply.problem(), "home_organization");
    let reply = house.root("DELETE", &format!("/organizations/{home}"), Value::Null, 409).await;
    assert_eq!(reply.problem(), "home_organization");
    let first = house.put_user(&home, true).await;
    let second = house.put_user(&home, true).await;
    // The second owner has no password: nobody but the first could sign in.
    let path = format!("/users/{first}");
    assert_eq!(house.root("PATCH", &path, off.clone(), 409).await.problem(), "last_owner");
    assert_eq!(house.root("DELETE", &path, Value::Null, 409).await.problem(), "last_owner");
    assert_eq!(house.root("PATCH", &path, json!({"disabled": false}), 200).await.status, 200);
    let user = crate::model::id::UserId::try_from(second.as_str()).unwrap();
    house
        .act(move |act| {
            Ok(owners::insert(act.tx, &user, "ben@acme.test", Some("$argon2id$"), act.now)?)
        })
        .await;
    house.root("PATCH", &path, off.clone(), 200).await;
    let path = format!("/users/{second}");
    assert_eq!(house.root("PATCH", &path, off, 409).await.problem(), "last_owner");
    assert_eq!(house.root("DELETE", &path, Value::Null, 409).await.problem(), "last_owner");
    // One who could not sign in anyway may go.
    house.root("DELETE", &format!("/users/{first}"), Value::Null, 204).await;
    assert_eq!(house.root("DELETE", &path, Value::Null, 409).await.problem(), "last_owner");
}

#[tokio::test]
async fn a_connection_routes_people_only_while_live_and_enabled() {
    let house = House::new().await;
    let organization = house.organization("Acme").await;
    let id = house.oidc(&organization, client("s3cret")).await.id();
    let routed = || async {
        let organization =
            crate::model::id::OrganizationId::try_from(organization.as_str()).unwrap();
        let found = house
            .act(move |act| Ok(connections::find_live_of_organization(act.tx, &organization)?));
        found.await.len()
    };
    assert_eq!(routed().await, 0);
    house.tested(&id).await;
    house.root("POST", &format!("/connections/{id}/activate"), Value::Null, 200).await;
    assert_eq!(routed().await, 1);
    house.root("PATCH", &format!("/connections/{id}"), json!({"disabled": true}), 200).await;
    assert_eq!(routed().await, 0);
}
