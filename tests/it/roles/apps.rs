//! What apps are told of roles and groups, and whom they are open to.

use serde_json::{Value, json};

use super::{Town, claims};
use crate::house::{Browser, run};
use crate::reason_codes::reference;
use crate::support::tenant::{authorize, sent};

/// K7: a person in thousands of groups.
#[test]
fn thousands_of_groups_break_nothing() {
    run(async {
        let town = Town::new().await;
        let editor = town.role("editor").await;
        town.map(&[(&editor, "team-2499")]).await;
        let all: Vec<String> = (0..2_500).map(|n| format!("team-{n:04}")).collect();
        let mut browser = Browser::new();
        let back = town.come(&mut browser, "ann@acme.test", &json!(all)).await;
        for (name, value) in &back.headers {
            assert!(value.len() < 1_000, "{name} is {} long", value.len());
        }
        let cookies: usize = browser.cookies.iter().map(|(n, v)| n.len() + v.len()).sum();
        assert!(cookies < 1_000, "{cookies}");
        let tokens = town.tokens(&back).await;
        let id_token = tokens["id_token"].as_str().unwrap();
        assert!(id_token.len() < 4_000, "{}", id_token.len());
        let told = claims(id_token);
        // Not none: elsewhere.
        assert_eq!(told["groups"], Value::Null);
        assert_eq!(told["_claim_names"]["groups"], "userinfo");
        let endpoint = &told["_claim_sources"]["userinfo"]["endpoint"];
        assert_eq!(endpoint, "http://localhost:8080/oauth2/userinfo");
        assert_eq!(told["roles"], json!(["editor"]));
        let info = town.userinfo(tokens["access_token"].as_str().unwrap()).await;
        let info: Value = serde_json::from_str(&info.body).unwrap();
        assert_eq!(info["groups"], json!(all));
        assert_eq!(info["roles"], json!(["editor"]));
        // So does the sign-in after it, and the person's page.
        assert_eq!(town.house.get(&mut browser, "/").await.status, 200);
        let again = town.house.get(&mut browser, &authorize(&town.wiki, &[])).await;
        assert!(sent(&again, "code").is_some(), "{}", again.body);
    });
}

#[test]
fn roles_and_groups_are_told_to_apps_that_ask() {
    run(async {
        let town = Town::new().await;
        let editor = town.role("Editor").await;
        town.map(&[(&editor, "eng"), ("owner", "eng"), ("admin", "eng")]).await;
        let groups = json!(["eng", "all"]);
        let mut browser = Browser::new();
        let back = town.come(&mut browser, "ann@acme.test", &groups).await;
        let tokens = town.tokens(&back).await;
        let told = claims(tokens["id_token"].as_str().unwrap());
        let info = town.userinfo(tokens["access_token"].as_str().unwrap()).await;
        let info: Value = serde_json::from_str(&info.body).unwrap();
        for said in [&told, &info] {
            assert_eq!(said["roles"], json!(["owner", "admin", "Editor"]));
            assert_eq!(said["groups"], groups);
        }
        let silent = json!({"roles_claim": false, "groups_claim": false});
        town.edit("PATCH", &town.app_path(), &silent).await;
        let (_, told) = town.arrive("ann@acme.test", &groups).await;
        assert!(told.get("roles").is_none() && told.get("groups").is_none(), "{told}");
    });
}

/// By role: at the door, with a session, at the token endpoint, at userinfo.
#[test]
fn an_app_is_open_to_some_roles_only() {
    run(async {
        let town = Town::new().await;
        let (editor, viewer) = (town.role("editor").await, town.role("viewer").await);
        town.map(&[(&editor, "eng"), (&viewer, "all")]).await;
        let mut ann = Browser::new();
        let back = town.come(&mut ann, "ann@acme.test", &json!(["all"])).await;
        let tokens = town.tokens(&back).await;
        let access = tokens["access_token"].as_str().unwrap();
        assert_eq!(town.userinfo(access).await.status, 200);
        let again = town.house.get(&mut ann, &authorize(&town.wiki, &[])).await;
        let code = sent(&again, "code").unwrap();
        // The rule is tightened meanwhile, and counts at once.
        let rule = json!({"allowed_roles": [editor]});
        let item = town.edit("PATCH", &town.app_path(), &rule).await;
        assert_eq!(item["allowed_roles"], json!([editor]));
        assert_eq!(town.userinfo(access).await.status, 401);
        let refused = town.redeem(&code).await;
        assert_eq!(refused.status, 400);
        assert!(refused.body.contains("invalid_grant"), "{}", refused.body);
        let page = town.house.get(&mut ann, &authorize(&town.wiki, &[])).await;
        assert_eq!(page.status, 403);
        assert!(page.body.contains("app_role_missing"), "{}", page.body);
        let attempt = town.root.attempt(&town.house, &reference(&page)).await;
        assert_eq!(
            (&attempt["code"], &attempt["app"]),
            (&json!("app_role_missing"), &json!(town.wiki.as_str()))
        );
        // Where no page may be shown, the app is told.
        let silent = town.house.get(&mut ann, &authorize(&town.wiki, &[("prompt", "none")])).await;
        assert_eq!(sent(&silent, "error").as_deref(), Some("access_denied"));
        // After a sign-in, known or new; nobody is made of it.
        for person in ["ann@acme.test", "bob@acme.test"] {
            let page = town.come(&mut Browser::new(), person, &json!(["all"])).await;
            assert!(page.body.contains("app_role_missing"), "{}", page.body);
            // What the provider said was in order, and the trace says so, too, each once.
            let attempt = town.root.attempt(&town.house, &reference(&page)).await;
            let named = |name: &str| {
                let checks = attempt["checks"].as_array().unwrap().iter();
                checks.filter(|check| check["name"] == name).count()
            };
            let names = ["issuer", "audience", "subject", "browser", "app_access"];
            assert_eq!(names.map(named), [1; 5], "{attempt:#}");
        }
        let (_, list) =
            town.root.get(&town.house, &format!("/users?organization={}", town.acme)).await;
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        // A role that is gone lets nobody in by it, and does not open the app to all.
        let (_, told) = town.arrive("ann@acme.test", &json!(["eng"])).await;
        assert_eq!(told["roles"], json!(["editor"]));
        let path = format!("/organizations/{}/roles/{editor}", town.acme);
        town.edit("DELETE", &path, &Value::Null).await;
        let page = town.come(&mut Browser::new(), "ann@acme.test", &json!(["eng"])).await;
        assert!(page.body.contains("app_role_missing"), "{}", page.body);
        for wrong in [json!({"allowed_roles": ["nothing"]}), json!({"allowed_connections": ["x"]})]
        {
            assert_eq!(town.try_edit("PATCH", &town.app_path(), &wrong).await.status, 422);
        }
    });
}

/// By connection: a session of another one is no way in, nor is its sign-in.
#[test]
fn an_app_is_open_to_some_connections_only() {
    run(async {
        let town = Town::new().await;
        let other = town.provider.connect(&town.house, &town.acme).await;
        let through = [("connection", town.okta.as_str()), ("prompt", "login")];
        let mut ann = Browser::new();
        let back = town.come_asking(&mut ann, &through, "ann@acme.test", &json!([])).await;
        let tokens = town.tokens(&back).await;
        let access = tokens["access_token"].as_str().unwrap();
        let rule = json!({"allowed_connections": [other.as_str()]});
        town.edit("PATCH", &town.app_path(), &rule).await;
        assert_eq!(town.userinfo(access).await.status, 401);
        // Named, it is refused; unnamed, the person is sent to the one that is allowed.
        let page = town.house.get(&mut ann, &authorize(&town.wiki, &through)).await;
        assert_eq!(page.status, 403, "{}", page.body);
        let link = authorize(&town.wiki, &[("organization", "acme")]);
        let asked = town.house.get(&mut ann, &link).await;
        let back = town.provider.vouch(town.house.hub.now(), &asked, "ann@acme.test");
        let back = town
            .house
            .get(&mut Browser { cookies: ann.cookies.clone(), ..Browser::new() }, &back)
            .await;
        // Somebody else, to Doorward: the person is asked who stays.
        assert!(back.header("location").contains("/login/finish"), "{} {}", back.status, back.body);
        let (_, told) = (
            0,
            town.come_asking(
                &mut Browser::new(),
                &[("organization", "acme"), ("prompt", "login")],
                "ann@acme.test",
                &json!([]),
            )
            .await,
        );
        assert_eq!(town.told(&told).await["idp"], other.as_str());
    });
}
