//! Every write leaves a row: who, what, before, after.

use serde_json::{Value, json};

use super::{House, client};

#[expect(clippy::too_many_lines, clippy::type_complexity, reason = "a table, one row per write")]
#[tokio::test]
async fn every_write_leaves_one_row() {
    let house = House::new().await;
    let organization = house.organization("Acme").await;
    let connection = house.oidc(&organization, client("s3cret")).await.id();
    let app = house.root("POST", "/apps", json!({"name": "An app"}), 201).await.id();
    let token = house.root("POST", "/tokens", json!({"name": "T"}), 201).await.id();
    let user = house.put_user(&organization, false).await;
    let session = house.put_session(&organization, &user, None).await.0;
    let reference = house.put_attempt(Some(&organization)).await;
    let (o, c) = (format!("/organizations/{organization}"), format!("/connections/{connection}"));
    let domain = format!("{o}/domains/acme.test");
    let new = json!({"organization": organization, "name": "N", "protocol": "saml"});
    let name = || json!({"name": "New"});
    let n = || Value::Null;
    // Method, address, body; action, subject (where it existed before), before, after.
    let writes: Vec<(&str, String, Value, &str, Option<&str>, bool, bool)> = vec![
        ("POST", "/organizations".into(), name(), "organization.create", None, false, true),
        ("PATCH", o.clone(), name(), "organization.update", Some(&organization), true, true),
        ("PUT", domain.clone(), n(), "domain.create", Some("acme.test"), false, true),
        (
            "PATCH",
            domain.clone(),
            json!({"include_subdomains": true}),
            "domain.update",
            Some("acme.test"),
            true,
            true,
        ),
        (
            "POST",
            format!("{domain}/accept"),
            json!({}),
            "domain.accept",
            Some("acme.test"),
            true,
            true,
        ),
        ("DELETE", domain, n(), "domain.delete", Some("acme.test"), true, false),
        ("POST", "/connections".into(), new, "connection.create", None, false, true),
        (
            "PUT",
            format!("{c}/draft"),
            client("x"),
            "connection.put_draft",
            Some(&connection),
            true,
            true,
        ),
        ("POST", format!("{c}/test"), n(), "connection.test", Some(&connection), false, true),
        (
            "POST",
            format!("{c}/activate"),
            n(),
            "connection.activate",
            Some(&connection),
            true,
            true,
        ),
        (
            "PUT",
            format!("{c}/draft"),
            client("z"),
            "connection.put_draft",
            Some(&connection),
            true,
            true,
        ),
        (
            "POST",
            format!("{c}/activate"),
            n(),
            "connection.activate",
            Some(&connection),
            true,
            true,
        ),
        (
            "PUT",
            format!("{c}/draft"),
            client("y"),
            "connection.put_draft",
            Some(&connection),
            true,
            true,
        ),
        ("POST", format!("{c}/return"), n(), "connection.return", Some(&connection), true, true),
        (
            "DELETE",
            format!("{c}/draft"),
            n(),
            "connection.delete_draft",
            Some(&connection),
            true,
            true,
        ),
        (
            "POST",
            format!("{c}/capture"),
            n(),
            "connection.capture_on",
            Some(&connection),
            true,
            true,
        ),
        (
            "DELETE",
            format!("{c}/capture"),
            n(),
            "connection.capture_off",
            Some(&connection),
            true,
            true,
        ),
        ("PATCH", c.clone(), name(), "connection.update", Some(&connection), true, true),
        ("DELETE", c, n(), "connection.delete", Some(&connection), true, false),
        ("POST", "/apps".into(), name(), "app.create", None, false, true),
        ("PATCH", format!("/apps/{app}"), name(), "app.update", Some(&app), true, true),
        ("POST", format!("/apps/{app}/secret"), n(), "app.rotate_secret", Some(&app), true, true),
        ("DELETE", format!("/apps/{app}"), n(), "app.delete", Some(&app), true, false),
        ("DELETE", format!("/sessions/{session}"), n(), "session.end", Some(&session), true, false),
        (
            "PATCH",
            format!("/users/{user}"),
            json!({"disabled": true}),
            "user.update",
            Some(&user),
            true,
            true,
        ),
        (
            "POST",
            "/users".into(),
            json!({"organization": organization, "email": "new@acme.test"}),
            "user.create",
            None,
            false,
            true,
        ),
        (
            "POST",
            format!("/users/{user}/password-link"),
            n(),
            "user.password_link",
            Some(&user),
            false,
            true,
        ),
        (
            "DELETE",
            format!("/users/{user}/sessions"),
            n(),
            "user.sessions_end",
            Some(&user),
            false,
            true,
        ),
        ("DELETE", format!("/users/{user}"), n(), "user.delete", Some(&user), true, false),
        ("POST", "/tokens".into(), name(), "token.create", None, false, true),
        ("DELETE", format!("/tokens/{token}"), n(), "token.revoke", Some(&token), true, false),
        (
            "POST",
            format!("/attempts/{reference}/reveal"),
            n(),
            "attempt.reveal",
            None,
            false,
            false,
        ),
        ("DELETE", o, n(), "organization.delete", Some(&organization), true, false),
    ];
    let mut rows =
        house.get("/audit-events?limit=200").await.json["items"].as_array().unwrap().len();
    for (method, path, body, action, subject, before, after) in writes {
        house.pass(1);
        if action == "connection.activate" {
            house.tested(&connection).await;
        }
        let reply = house.call(&house.root, method, &path, body).await;
        assert!(reply.status < 300, "{method} {path}: {}", reply.text);
        let trail = house.get("/audit-events?limit=200").await;
        let items = trail.json["items"].as_array().unwrap();
        rows += 1;
        assert_eq!(items.len(), rows, "{method} {path} leaves one row");
        let row = &items[0];
        assert_eq!(row["action"], action, "{method} {path}");
        assert_eq!(row["actor"]["type"], "token");
        if let Some(subject) = subject {
            assert_eq!(row["subject"], subject, "{action}");
        } else if reply.json.get("id").is_some() {
            assert_eq!(row["subject"], reply.json["id"], "{action}");
        }
        assert_eq!(row["before"].is_null(), !before, "{action} before");
        assert_eq!(row["after"].is_null(), !after, "{action} after");
        if before && after {
            assert_ne!(row["before"], row["after"], "{action} changes something");
        }
    }
}

#[tokio::test]
async fn a_refused_write_leaves_none() {
    let house = House::new().await;
    let before = house.get("/audit-events").await.text;
    house.root("POST", "/organizations", json!({"name": ""}), 422).await;
    house.root("DELETE", &format!("/organizations/{}", house.home), Value::Null, 409).await;
    house.root("POST", "/connections/none/activate", Value::Null, 404).await;
    assert_eq!(house.get("/audit-events").await.text, before);
}
