//! Who sees what: a token of one organization sees nothing of any other.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{House, client, request};
use crate::admin::{self, AdminError, access};
use crate::model::id::UserId;
use crate::model::secret::Secret;
use crate::store::users;

/// Everything one organization has, by what it is called in addresses.
struct Belongings {
    organization: String,
    connection: String,
    user: String,
    session: String,
    attempt: String,
    token: String,
    domain: &'static str,
}

async fn belongings(house: &House, name: &str, domain: &'static str) -> Belongings {
    let organization = house.organization(name).await;
    let connection = house.oidc(&organization, client("correct horse")).await.id();
    let user = house.put_user(&organization, false).await;
    let session = house.put_session(&organization, &user, Some(&connection)).await.0;
    let attempt = house.put_attempt(Some(&organization)).await;
    let input = json!({"name": "theirs", "organization": organization});
    let token = house.root("POST", "/tokens", input, 201).await.id();
    house
        .root("PUT", &format!("/organizations/{organization}/domains/{domain}"), Value::Null, 200)
        .await;
    Belongings { organization, connection, user, session, attempt, token, domain }
}

/// Every operation there is, its address filled with `b`'s belongings, and the status a token
/// of another organization gets.
#[expect(clippy::too_many_lines, reason = "a table, one row per operation")]
fn operations(b: &Belongings, app: &str) -> Vec<(&'static str, &'static str, String, Value, u16)> {
    let Belongings { organization: o, connection: c, user: u, session: s, attempt, .. } = b;
    let draft = json!({"issuer": "https://login.acme.test"});
    let connection = json!({"organization": o, "name": "X", "protocol": "saml"});
    let n = Value::Null;
    let one = |path: &str| path.to_owned();
    vec![
        ("GET", "/organizations", one("/organizations"), n.clone(), 200),
        ("POST", "/organizations", one("/organizations"), json!({"name": "X"}), 403),
        ("GET", "/organizations/{id}", format!("/organizations/{o}"), n.clone(), 404),
        ("PATCH", "/organizations/{id}", format!("/organizations/{o}"), json!({"name": "X"}), 404),
        ("DELETE", "/organizations/{id}", format!("/organizations/{o}"), n.clone(), 404),
        ("GET", "/organizations/{id}/tiles", format!("/organizations/{o}/tiles"), n.clone(), 404),
        (
            "GET",
            "/organizations/{id}/route-map",
            format!("/organizations/{o}/route-map"),
            n.clone(),
            404,
        ),
        (
            "POST",
            "/organizations/{id}/route-preview",
            format!("/organizations/{o}/route-preview"),
            json!({"address": format!("ann@{}", b.domain)}),
            404,
        ),
        (
            "GET",
            "/organizations/{id}/domains",
            format!("/organizations/{o}/domains"),
            n.clone(),
            404,
        ),
        (
            "PUT",
            "/organizations/{id}/domains/{domain}",
            format!("/organizations/{o}/domains/x.test"),
            n.clone(),
            404,
        ),
        (
            "GET",
            "/organizations/{id}/domains/{domain}",
            format!("/organizations/{o}/domains/{}", b.domain),
            n.clone(),
            404,
        ),
        (
            "PATCH",
            "/organizations/{id}/domains/{domain}",
            format!("/organizations/{o}/domains/{}", b.domain),
            json!({"include_subdomains": true}),
            404,
        ),
        (
            "POST",
            "/organizations/{id}/domains/{domain}/check",
            format!("/organizations/{o}/domains/{}/check", b.domain),
            n.clone(),
            404,
        ),
        (
            "POST",
            "/organizations/{id}/domains/{domain}/accept",
            format!("/organizations/{o}/domains/{}/accept", b.domain),
            json!({}),
            404,
        ),
        (
            "DELETE",
            "/organizations/{id}/domains/{domain}",
            format!("/organizations/{o}/domains/{}", b.domain),
            n.clone(),
            404,
        ),
        (
            "GET",
            "/organizations/{id}/invitations",
            format!("/organizations/{o}/invitations"),
            n.clone(),
            404,
        ),
        (
            "POST",
            "/organizations/{id}/invitations",
            format!("/organizations/{o}/invitations"),
            json!({"email": "eve@theirs.test"}),
            404,
        ),
        (
            "GET",
            "/organizations/{id}/invitations/{invitation}",
            format!("/organizations/{o}/invitations/none"),
            n.clone(),
            404,
        ),
        (
            "DELETE",
            "/organizations/{id}/invitations/{invitation}",
            format!("/organizations/{o}/invitations/none"),
            n.clone(),
            404,
        ),
        (
            "GET",
            "/organizations/{id}/relinks",
            format!("/organizations/{o}/relinks"),
            n.clone(),
            404,
        ),
        (
            "GET",
            "/organizations/{id}/relinks/{relink}",
            format!("/organizations/{o}/relinks/none"),
            n.clone(),
            404,
        ),
        (
            "DELETE",
            "/organizations/{id}/relinks/{relink}",
            format!("/organizations/{o}/relinks/none"),
            n.clone(),
            404,
        ),
        (
            "POST",
            "/organizations/{id}/relinks/{relink}/approve",
            format!("/organizations/{o}/relinks/none/approve"),
            n.clone(),
            404,
        ),
        (
            "POST",
            "/organizations/{id}/relinks/{relink}/refuse",
            format!("/organizations/{o}/relinks/none/refuse"),
            n.clone(),
            404,
        ),
        (
            "POST",
            "/organizations/{id}/relinks/{relink}/separate",
            format!("/organizations/{o}/relinks/none/separate"),
            n.clone(),
            404,
        ),
        (
            "POST",
            "/organizations/{id}/relinks/{relink}/undo",
            format!("/organizations/{o}/relinks/none/undo"),
            n.clone(),
            404,
        ),
        (
            "GET",
            "/organizations/{id}/first-owner",
            format!("/organizations/{o}/first-owner"),
            n.clone(),
            404,
        ),
        (
            "POST",
            "/organizations/{id}/first-owner",
            format!("/organizations/{o}/first-owner"),
            json!({"email": "eve@theirs.test"}),
            404,
        ),
        (
            "DELETE",
            "/organizations/{id}/first-owner",
            format!("/organizations/{o}/first-owner"),
            n.clone(),
            404,
        ),
        ("GET", "/connections", format!("/connections?organization={o}"), n.clone(), 404),
        ("POST", "/connections", one("/connections"), connection, 422),
        ("GET", "/connections/{id}", format!("/connections/{c}"), n.clone(), 404),
        ("PATCH", "/connections/{id}", format!("/connections/{c}"), json!({"name": "X"}), 404),
        ("DELETE", "/connections/{id}", format!("/connections/{c}"), n.clone(), 404),
        ("PUT", "/connections/{id}/draft", format!("/connections/{c}/draft"), draft, 404),
        ("DELETE", "/connections/{id}/draft", format!("/connections/{c}/draft"), n.clone(), 404),
        (
            "POST",
            "/connections/{id}/activate",
            format!("/connections/{c}/activate"),
            n.clone(),
            404,
        ),
        ("POST", "/connections/{id}/return", format!("/connections/{c}/return"), n.clone(), 404),
        ("POST", "/connections/{id}/test", format!("/connections/{c}/test"), json!({}), 404),
        ("POST", "/connections/{id}/capture", format!("/connections/{c}/capture"), n.clone(), 404),
        (
            "DELETE",
            "/connections/{id}/capture",
            format!("/connections/{c}/capture"),
            n.clone(),
            404,
        ),
        (
            "GET",
            "/connections/{id}/revisions",
            format!("/connections/{c}/revisions"),
            n.clone(),
            404,
        ),
        ("GET", "/apps", one("/apps"), n.clone(), 403),
        ("POST", "/apps", one("/apps"), json!({"name": "X"}), 403),
        ("GET", "/apps/{id}", format!("/apps/{app}"), n.clone(), 403),
        ("PATCH", "/apps/{id}", format!("/apps/{app}"), json!({"name": "X"}), 403),
        ("DELETE", "/apps/{id}", format!("/apps/{app}"), n.clone(), 403),
        ("POST", "/apps/{id}/secret", format!("/apps/{app}/secret"), n.clone(), 403),
        ("GET", "/organizations/{id}/roles", format!("/organizations/{o}/roles"), n.clone(), 404),
        (
            "POST",
            "/organizations/{id}/roles",
            format!("/organizations/{o}/roles"),
            json!({"name": "X"}),
            404,
        ),
        (
            "GET",
            "/organizations/{id}/roles/{role}",
            format!("/organizations/{o}/roles/owner"),
            n.clone(),
            404,
        ),
        (
            "PATCH",
            "/organizations/{id}/roles/{role}",
            format!("/organizations/{o}/roles/owner"),
            json!({"name": "X"}),
            404,
        ),
        (
            "DELETE",
            "/organizations/{id}/roles/{role}",
            format!("/organizations/{o}/roles/owner"),
            n.clone(),
            404,
        ),
        (
            "GET",
            "/connections/{id}/role-mappings",
            format!("/connections/{c}/role-mappings"),
            n.clone(),
            404,
        ),
        (
            "PUT",
            "/connections/{id}/role-mappings",
            format!("/connections/{c}/role-mappings"),
            json!({"mappings": []}),
            404,
        ),
        (
            "POST",
            "/connections/{id}/role-mappings/preview",
            format!("/connections/{c}/role-mappings/preview"),
            json!({}),
            404,
        ),
        ("PUT", "/users/{id}/roles", format!("/users/{u}/roles"), json!({"roles": ["owner"]}), 404),
        (
            "POST",
            "/apps/{id}/token-preview",
            format!("/apps/{app}/token-preview"),
            json!({"user": u}),
            422,
        ),
        ("GET", "/users", format!("/users?organization={o}"), n.clone(), 404),
        ("GET", "/users/{id}", format!("/users/{u}"), n.clone(), 404),
        ("PATCH", "/users/{id}", format!("/users/{u}"), json!({"disabled": true}), 404),
        ("DELETE", "/users/{id}", format!("/users/{u}"), n.clone(), 404),
        (
            "POST",
            "/users",
            "/users".to_owned(),
            json!({"organization": o, "email": "eve@acme.test"}),
            422,
        ),
        ("DELETE", "/users/{id}/sessions", format!("/users/{u}/sessions"), n.clone(), 404),
        ("POST", "/users/{id}/password-link", format!("/users/{u}/password-link"), n.clone(), 404),
        (
            "POST",
            "/organizations/{id}/password-links",
            format!("/organizations/{o}/password-links"),
            n.clone(),
            404,
        ),
        ("POST", "/users/{id}/end-access", format!("/users/{u}/end-access"), n.clone(), 404),
        (
            "GET",
            "/users/{id}/end-access/{receipt}",
            format!("/users/{u}/end-access/none"),
            n.clone(),
            404,
        ),
        ("GET", "/owners", format!("/owners?organization={o}"), n.clone(), 404),
        (
            "GET",
            "/organizations/{id}/enforcement",
            format!("/organizations/{o}/enforcement"),
            n.clone(),
            404,
        ),
        (
            "PUT",
            "/organizations/{id}/enforcement",
            format!("/organizations/{o}/enforcement"),
            json!({"mode": "off"}),
            404,
        ),
        ("POST", "/owners/drill", one("/owners/drill"), json!({"organization": o}), 422),
        (
            "POST",
            "/organizations/{id}/owners",
            format!("/organizations/{o}/owners"),
            json!({"email": "x@x.test", "name": "X"}),
            404,
        ),
        (
            "GET",
            "/organizations/{id}/owners/{user}",
            format!("/organizations/{o}/owners/{u}"),
            n.clone(),
            404,
        ),
        (
            "DELETE",
            "/organizations/{id}/owners/{user}",
            format!("/organizations/{o}/owners/{u}"),
            n.clone(),
            404,
        ),
        (
            "POST",
            "/organizations/{id}/owners/{user}/link",
            format!("/organizations/{o}/owners/{u}/link"),
            n.clone(),
            404,
        ),
        ("GET", "/activity", format!("/activity?organization={o}"), n.clone(), 404),
        ("GET", "/notices", format!("/notices?organization={o}"), n.clone(), 404),
        ("POST", "/notices/{id}/acknowledge", one("/notices/x/acknowledge"), n.clone(), 404),
        ("GET", "/sessions", format!("/sessions?organization={o}"), n.clone(), 404),
        ("DELETE", "/sessions/{id}", format!("/sessions/{s}"), n.clone(), 404),
        ("GET", "/attempts", format!("/attempts?organization={o}"), n.clone(), 404),
        ("GET", "/attempts/{reference}", format!("/attempts/{attempt}"), n.clone(), 404),
        (
            "POST",
            "/attempts/{reference}/reveal",
            format!("/attempts/{attempt}/reveal"),
            n.clone(),
            404,
        ),
        (
            "POST",
            "/attempts/{reference}/fixes/{id}",
            format!("/attempts/{attempt}/fixes/trust_signer"),
            json!({}),
            404,
        ),
        (
            "POST",
            "/attempts/{reference}/replay",
            format!("/attempts/{attempt}/replay"),
            json!({}),
            404,
        ),
        (
            "GET",
            "/connections/{id}/setup-links",
            format!("/connections/{c}/setup-links"),
            n.clone(),
            404,
        ),
        (
            "POST",
            "/connections/{id}/setup-links",
            format!("/connections/{c}/setup-links"),
            json!({}),
            404,
        ),
        (
            "DELETE",
            "/connections/{id}/setup-links/{link}",
            format!("/connections/{c}/setup-links/none"),
            n.clone(),
            404,
        ),
        ("POST", "/setup-links/finish", one("/setup-links/finish"), n.clone(), 403),
        ("GET", "/me", one("/me"), n.clone(), 200),
        ("GET", "/tokens", one("/tokens"), n.clone(), 200),
        ("POST", "/tokens", one("/tokens"), json!({"name": "X", "organization": o}), 422),
        ("DELETE", "/tokens/{id}", format!("/tokens/{}", b.token), n.clone(), 404),
        ("GET", "/presets", one("/presets"), n.clone(), 200),
        ("GET", "/reason-codes", one("/reason-codes"), n.clone(), 200),
        (
            "GET",
            "/apps/{id}/redirect-mismatches",
            format!("/apps/{app}/redirect-mismatches"),
            n.clone(),
            403,
        ),
        ("GET", "/presets/{id}", one("/presets/okta"), n.clone(), 200),
        ("POST", "/recognise", one("/recognise"), json!({"input": c}), 200),
        ("GET", "/settings", one("/settings"), n.clone(), 403),
        ("PATCH", "/settings", one("/settings"), json!({}), 403),
        ("GET", "/signing-keys", one("/signing-keys"), n.clone(), 403),
        ("POST", "/signing-keys/rotate", one("/signing-keys/rotate"), n.clone(), 403),
        ("GET", "/audit-events", format!("/audit-events?organization={o}"), n, 404),
    ]
}

#[tokio::test]
async fn a_token_of_one_organization_reaches_nothing_of_another() {
    let house = House::new().await;
    let theirs = belongings(&house, "Theirs", "theirs.test").await;
    let ours = belongings(&house, "Ours", "ours.test").await;
    let app = house.root("POST", "/apps", json!({"name": "An app"}), 201).await.id();
    let token = house.token(Some(&ours.organization)).await;
    let before = house.get("/audit-events?limit=200").await.json["items"].as_array().unwrap().len();
    let forbidden = [
        &theirs.organization,
        &theirs.connection,
        &theirs.user,
        &theirs.session,
        &theirs.attempt,
        &theirs.token,
        &house.home,
        &app,
    ];
    let mut seen = BTreeSet::new();
    for (method, pattern, path, body, status) in operations(&theirs, &app) {
        seen.insert((method.to_lowercase(), format!("/api/v1{pattern}")));
        let reply = house.call(&token, method, &path, body).await;
        assert_eq!(reply.status, status, "{method} {path}: {}", reply.text);
        for id in forbidden {
            assert!(!reply.text.contains(id.as_str()), "{method} {path} tells of {id}");
        }
    }
    // Nothing above may have changed anything.
    let after = house.get("/audit-events?limit=200").await.json["items"].as_array().unwrap().len();
    assert_eq!(before, after);
    // The table is whole: every operation of the document stands in it.
    let document: Value = serde_json::from_str(crate::http::api::openapi::document()).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            assert!(seen.contains(&(method.clone(), path.clone())), "{method} {path} is untested");
        }
    }
}

#[tokio::test]
async fn lists_of_an_organizations_token_hold_its_own_and_nothing_else() {
    let house = House::new().await;
    let theirs = belongings(&house, "Theirs", "theirs.test").await;
    let ours = belongings(&house, "Ours", "ours.test").await;
    house.put_attempt(None).await;
    let token = house.token(Some(&ours.organization)).await;
    for (list, own) in [
        ("/organizations", Some(&ours.organization)),
        ("/connections", Some(&ours.connection)),
        ("/users", Some(&ours.user)),
        ("/owners", None),
        ("/notices", None),
        ("/sessions", Some(&ours.session)),
        ("/attempts", Some(&ours.attempt)),
        ("/tokens", Some(&ours.token)),
        ("/audit-events", Some(&ours.connection)),
    ] {
        let reply = house.call(&token, "GET", list, Value::Null).await;
        assert_eq!(reply.status, 200, "{list}");
        if let Some(own) = own {
            assert!(reply.text.contains(own.as_str()), "{list} lacks our own");
        }
        for id in [&theirs.organization, &theirs.connection, &theirs.user, &theirs.attempt] {
            assert!(!reply.text.contains(id.as_str()), "{list} tells of others");
        }
        for item in reply.json["items"].as_array().unwrap() {
            let organization = item.get("organization").unwrap_or(&item["id"]);
            assert_eq!(organization, &json!(ours.organization), "{list}");
        }
    }
}

#[tokio::test]
async fn an_organizations_token_does_what_belongs_to_it_and_no_more() {
    let house = House::new().await;
    let ours = belongings(&house, "Ours", "ours.test").await;
    let token = house.token(Some(&ours.organization)).await;
    let own = format!("/organizations/{}", ours.organization);
    let connection = json!({"organization": ours.organization, "name": "X", "protocol": "saml"});
    for (method, path, body, status) in [
        ("PATCH", own.clone(), json!({"name": "Renamed"}), 200),
        ("PATCH", own.clone(), json!({"disabled": true}), 403),
        ("DELETE", own.clone(), Value::Null, 403),
        ("PATCH", own.clone(), json!({"outside_domains": "refuse"}), 200),
        ("PUT", format!("{own}/domains/else.test"), Value::Null, 200),
        ("PATCH", format!("{own}/domains/else.test"), json!({"include_subdomains": true}), 200),
        ("POST", format!("{own}/domains/else.test/accept"), json!({}), 403),
        ("DELETE", format!("{own}/domains/ours.test"), Value::Null, 204),
        ("POST", "/connections".to_owned(), connection, 201),
        ("POST", "/tokens".to_owned(), json!({"name": "Another"}), 201),
        ("PATCH", format!("/users/{}", ours.user), json!({"disabled": true}), 200),
    ] {
        let reply = house.call(&token, method, &path, body).await;
        assert_eq!(reply.status, status, "{method} {path}: {}", reply.text);
    }
    // A token without a named organization reaches no further than its maker.
    let tokens = house.call(&token, "GET", "/tokens", Value::Null).await;
    for item in tokens.json["items"].as_array().unwrap() {
        assert_eq!(item["organization"], json!(ours.organization));
    }
}

#[tokio::test]
async fn without_a_token_in_force_there_is_nothing() {
    let house = House::new().await;
    let ours = belongings(&house, "Ours", "ours.test").await;
    let revoked = house.root("POST", "/tokens", json!({"name": "Gone"}), 201).await;
    house.root("DELETE", &format!("/tokens/{}", revoked.id()), Value::Null, 204).await;
    let revoked = revoked.json["token"].as_str().unwrap().to_owned();
    let of_disabled = house.token(Some(&ours.organization)).await;
    let off = json!({"disabled": true});
    house.root("PATCH", &format!("/organizations/{}", ours.organization), off, 200).await;
    for token in ["", "wrong", &"x".repeat(5_000), &revoked, &of_disabled] {
        for (method, _, path, body, _) in operations(&ours, "app") {
            let reply = house.send(request(token, method, &path, &body)).await;
            assert_eq!(reply.status, 401, "{method} {path}");
            assert_eq!(reply.problem(), "unauthenticated");
            assert!(reply.headers.contains_key("www-authenticate"));
        }
    }
}

#[tokio::test]
async fn an_owner_who_is_an_administrator_by_now_acts_as_neither() {
    let house = House::new().await;
    let connection = house.oidc(&house.home, client("correct horse")).await.id();
    house.tested(&connection).await;
    let activate = format!("/connections/{connection}/activate");
    house.root("POST", &activate, Value::Null, 200).await;
    let id = house.put_user(&house.home, true).await;
    let (_, cookie) = house.put_session(&house.home, &id, Some(&connection)).await;
    let access = access::by_session(&house.hub, &Secret::new(cookie)).await.unwrap().unwrap();
    let user = UserId::try_from(id.as_str()).unwrap();
    for (owner, admin, holds) in [(true, false, true), (false, true, false), (true, true, true)] {
        let of = user.clone();
        house.act(move |act| Ok(users::set_standing(act.tx, &of, owner, admin)?)).await;
        let changed = admin::write(house.hub.clone(), access.clone(), |_| Ok(())).await;
        let seen = admin::read(house.hub.clone(), access.clone(), |_| Ok(())).await;
        let gone_on = admin::go_on(house.hub.clone(), access.clone(), |_| Ok(())).await;
        for outcome in [changed, seen, gone_on] {
            let lost = matches!(outcome, Err(AdminError::AccessLost));
            assert_eq!((outcome.is_ok(), lost), (holds, !holds), "{owner} {admin}");
        }
    }
    // What was begun goes on without the browser; nothing else does.
    let of = user.clone();
    house.act(move |act| Ok(crate::broker::session::end_of_user(act.tx, &of)?)).await;
    let changed = admin::write(house.hub.clone(), access.clone(), |_| Ok(())).await;
    assert!(matches!(changed, Err(AdminError::AccessLost)));
    assert!(admin::go_on(house.hub.clone(), access, |_| Ok(())).await.is_ok());
}
