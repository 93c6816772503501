//! What an administrator must not be able to do: become an owner, or touch one.

use serde_json::{Value, json};

use super::{Town, mappings};
use crate::house::{Browser, run};
use crate::support::tenant::Tenant;

/// Mallory is administrator by her groups, Olga is owner.
async fn town_with_both() -> (Town, Browser, Browser) {
    let town = Town::new().await;
    town.map(&[("admin", "ops"), ("owner", "bosses")]).await;
    let (olga, _) = town.arrive("olga@acme.test", &json!(["bosses"])).await;
    let (mallory, _) = town.arrive("mallory@acme.test", &json!(["ops"])).await;
    (town, olga, mallory)
}

#[test]
fn an_administrator_administers_their_own_organization() {
    run(async {
        let (town, mut olga, mut mallory) = town_with_both().await;
        let other = Tenant::bare(&town.house, "other").await;
        let (status, me) = town.by_browser(&mut mallory, ("GET", "/me"), &Value::Null).await;
        assert_eq!((status, &me["owner"]), (200, &json!(false)));
        assert_eq!(me["organization"], town.acme.as_str());
        let (_, me) = town.by_browser(&mut olga, ("GET", "/me"), &Value::Null).await;
        assert_eq!(me["owner"], true);
        let roles = format!("/organizations/{}/roles", town.acme);
        let new = json!({"name": "editor"});
        assert_eq!(town.by_browser(&mut mallory, ("POST", &roles), &new).await.0, 201);
        let theirs = format!("/organizations/{other}/roles");
        assert_eq!(town.by_browser(&mut mallory, ("POST", &theirs), &new).await.0, 404);
        assert_eq!(town.by_browser(&mut mallory, ("GET", "/apps"), &Value::Null).await.0, 403);
        // Nobody else's session gives access to anything.
        let (mut ann, _) = town.arrive("ann@acme.test", &json!([])).await;
        assert_eq!(town.house.get(&mut ann, "/api/v1/me").await.status, 401);
        // Who is administrator no more, has no access from that moment on.
        town.arrive("mallory@acme.test", &json!([])).await;
        assert_eq!(town.house.get(&mut mallory, "/api/v1/me").await.status, 401);
    });
}

#[test]
fn no_way_leads_from_administrator_to_owner() {
    run(async {
        let (town, _olga, mut mallory) = town_with_both().await;
        let id = |person: &Value| person["id"].as_str().unwrap().to_owned();
        let me = id(&town.person("mallory@acme.test").await);
        let olga = id(&town.person("olga@acme.test").await);
        let (_, sessions) = town.root.get(&town.house, &format!("/sessions?user={olga}")).await;
        let session = sessions["items"][0]["id"].as_str().unwrap().to_owned();
        let connection = town.connection_path();
        let own = json!({"issuer": "https://mallory.test", "client_id": "x"});
        let before = town.mapped().await;
        town.edit(
            "PUT",
            &format!("{connection}/draft"),
            &json!({
                "issuer": town.provider.issuer, "client_id": "doorward",
            }),
        )
        .await;
        for (method, path, body) in [
            // By hand, for oneself or a friend.
            ("PUT", format!("/users/{me}/roles"), json!({"roles": ["admin", "owner"]})),
            // By a group one is in, or by taking the group that makes owners.
            (
                "PUT",
                format!("{connection}/role-mappings"),
                mappings(&[("admin", "ops"), ("owner", "ops")]),
            ),
            ("PUT", format!("{connection}/role-mappings"), mappings(&[("admin", "ops")])),
            // By a provider of one's own in the place of the one owners come in through.
            ("POST", format!("{connection}/activate"), Value::Null),
            // By a token, which stays and reaches owners.
            ("POST", "/tokens".to_owned(), json!({"name": "mine"})),
            // By taking owners out of the way.
            ("PUT", format!("/users/{olga}/roles"), json!({"roles": []})),
            ("PATCH", format!("/users/{olga}"), json!({"disabled": true})),
            ("DELETE", format!("/sessions/{session}"), Value::Null),
            ("PATCH", connection.clone(), json!({"disabled": true})),
            ("DELETE", connection.clone(), Value::Null),
        ] {
            let (status, problem) = town.by_browser(&mut mallory, (method, &path), &body).await;
            assert_eq!(
                (status, &problem["code"]),
                (403, &json!("owners_only")),
                "{method} {path} {problem}"
            );
        }
        // Nothing of it happened.
        assert_eq!(town.mapped().await["mappings"], before["mappings"]);
        let shown = town.person("mallory@acme.test").await;
        assert_eq!((&shown["owner"], &shown["admin"]), (&json!(false), &json!(true)));
        let shown = town.person("olga@acme.test").await;
        assert_eq!((&shown["owner"], &shown["disabled"]), (&json!(true), &json!(false)));
        // A connection of her own makes people of its own: nobody is linked to an owner, and
        // its groups make none.
        let new = json!({
            "organization": town.acme.as_str(), "name": "Mine", "protocol": "oidc", "config": own,
        });
        let (status, made) = town.by_browser(&mut mallory, ("POST", "/connections"), &new).await;
        assert_eq!(status, 201, "{made}");
        let path = format!("/connections/{}/role-mappings", made["id"].as_str().unwrap());
        let body = mappings(&[("owner", "ops")]);
        let (status, _) = town.by_browser(&mut mallory, ("PUT", &path), &body).await;
        assert_eq!(status, 403);
        // What does not concern owners is hers to do.
        let body = mappings(&[("admin", "helpers"), ("owner", "bosses")]);
        let path = format!("{connection}/role-mappings");
        assert_eq!(town.by_browser(&mut mallory, ("PUT", &path), &body).await.0, 200);
    });
}

/// A token of one organization cannot map another's roles, nor give them.
#[test]
fn roles_of_one_organization_are_nothing_in_another() {
    run(async {
        let town = Town::new().await;
        let editor = town.role("editor").await;
        let other = Tenant::bare(&town.house, "other").await;
        let theirs = town.provider.connect(&town.house, &other).await;
        let path = format!("/connections/{theirs}/role-mappings");
        let refused = town.try_edit("PUT", &path, &mappings(&[(&editor, "eng")])).await;
        assert_eq!(
            (refused.status, &refused.json["errors"][0]["field"]),
            (422, &json!("mappings[0].role"))
        );
        let path = format!("/organizations/{other}/roles/{editor}");
        for method in ["GET", "DELETE"] {
            assert_eq!(town.try_edit(method, &path, &Value::Null).await.status, 404);
        }
    });
}

/// Neither one by one nor all at once.
#[test]
fn an_administrator_does_not_sign_an_owner_out() {
    run(async {
        let (town, mut olga, mut mallory) = town_with_both().await;
        let id = |person: &Value| person["id"].as_str().unwrap().to_owned();
        let owner = id(&town.person("olga@acme.test").await);
        for (method, path) in
            [("POST", format!("/users/{owner}/end-access")), ("DELETE", format!("/users/{owner}"))]
        {
            let (status, problem) =
                town.by_browser(&mut mallory, (method, &path), &Value::Null).await;
            assert_eq!((status, &problem["code"]), (403, &json!("owners_only")), "{path}");
        }
        assert_eq!(town.house.get(&mut olga, "/").await.status, 200);
        // Anybody else, they do.
        let (mut ann, _) = town.arrive("ann@acme.test", &json!([])).await;
        let path = format!("/users/{}/end-access", id(&town.person("ann@acme.test").await));
        let (status, receipt) = town.by_browser(&mut mallory, ("POST", &path), &Value::Null).await;
        assert_eq!((status, &receipt["sessions_ended"]), (200, &json!(1)), "{receipt}");
        assert_eq!(town.house.get(&mut ann, "/").await.status, 303);
    });
}
