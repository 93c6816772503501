//! What would happen, before it does.

use serde_json::{Value, json};

use super::{Town, mappings};
use crate::house::run;

/// 24d, N3: who would gain, lose, be shut out, by the groups they last came with.
#[test]
fn a_mapping_is_tried_before_it_is_kept() {
    run(async {
        let town = Town::new().await;
        let (editor, viewer) = (town.role("editor").await, town.role("viewer").await);
        town.map(&[(&editor, "eng")]).await;
        town.arrive("ann@acme.test", &json!(["eng"])).await;
        town.arrive("bob@acme.test", &json!(["hr"])).await;
        town.arrive("cat@acme.test", &Value::Null).await;
        let path = format!("{}/role-mappings/preview", town.connection_path());
        let mut body = mappings(&[(&viewer, "hr")]);
        let (_, before) = town.root.get(&town.house, "/audit-events?limit=200").await;
        let (status, found) = town.root.post(&town.house, &path, &body).await;
        assert_eq!(status, 200, "{found}");
        assert_eq!((&found["examined"], &found["complete"]), (&json!(3), &json!(true)));
        let who = |found: &Value, what: &str| {
            let people = found[what]["people"].as_array().unwrap().clone();
            let name = |p: &Value| p["email"].as_str().unwrap()[..3].to_owned();
            people.iter().map(name).collect::<Vec<_>>().join(" ")
        };
        for (what, people) in [
            ("gain", "bob"),
            ("lose", "ann"),
            ("deactivated", ""),
            ("locked_out", ""),
            ("unknown_groups", "cat"),
        ] {
            assert_eq!(who(&found, what), people, "{what} {found:#}");
        }
        assert_eq!(found["gain"]["people"][0]["roles"], json!(["viewer"]));
        assert_eq!(found["lose"]["people"][0]["roles"], json!(["editor"]));
        body["admit"] = json!("mapped_groups");
        body["role_sync"] = json!("add_only");
        let (_, found) = town.root.post(&town.house, &path, &body).await;
        assert_eq!(who(&found, "deactivated"), "ann");
        assert_eq!((who(&found, "lose"), who(&found, "gain")), (String::new(), "bob".to_owned()));
        // What cannot be kept cannot be tried.
        let (status, _) = town
            .root
            .post(&town.house, &path, &json!({"mappings": [], "admit": "mapped_groups"}))
            .await;
        assert_eq!(status, 409);
        // Nothing was written.
        let (_, after) = town.root.get(&town.house, "/audit-events?limit=200").await;
        assert_eq!(before, after);
        let kept = town.mapped().await;
        assert_eq!(kept["mappings"][0]["group"], "eng");
        // And what it said comes true.
        town.map(&[(&viewer, "hr")]).await;
        assert_eq!(town.roles_told("bob@acme.test", &json!(["hr"])).await, json!(["viewer"]));
        assert_eq!(town.roles_told("ann@acme.test", &json!(["eng"])).await, json!([]));
    });
}

/// What a token preview says is what a token says.
#[test]
fn a_token_preview_is_the_token() {
    run(async {
        let town = Town::new().await;
        let editor = town.role("editor").await;
        town.map(&[(&editor, "eng"), ("admin", "ops")]).await;
        let path = format!("{}/token-preview", town.app_path());
        for (person, groups) in [
            ("ann@acme.test", json!(["eng", "ops", "all"])),
            ("bob@acme.test", Value::Null),
            ("cat@acme.test", json!([])),
        ] {
            for scope in ["openid", "openid email profile", "openid email"] {
                let link = [("organization", town.acme.as_str()), ("prompt", "login")];
                let mut browser = crate::house::Browser::new();
                let asked = super::authorize(&town.wiki, &link)
                    .replace("scope=openid&", &format!("scope={}&", scope.replace(' ', "+")));
                let asked = town.house.get(&mut browser, &asked).await;
                let now = town.house.hub.now();
                let back = town.provider.vouch_changed(now, &asked, person, |claims| {
                    if !groups.is_null() {
                        claims["groups"] = groups.clone();
                    }
                });
                let back = town.house.get(&mut browser, &back).await;
                let mut issued = town.told(&back).await;
                let id = town.person(person).await["id"].clone();
                let scopes: Vec<&str> = scope.split(' ').collect();
                let body = json!({"user": id, "scopes": scopes});
                let (status, shown) = town.root.post(&town.house, &path, &body).await;
                assert_eq!(status, 200, "{shown}");
                assert_eq!(shown["refused"], Value::Null);
                for varies in shown["varies"].as_array().unwrap() {
                    issued.as_object_mut().unwrap().remove(varies.as_str().unwrap());
                }
                assert_eq!(shown["claims"], issued, "{person} {scope}");
            }
        }
        // Why somebody would be refused.
        let ann = town.person("ann@acme.test").await["id"].clone();
        town.edit("PATCH", &town.app_path(), &json!({"allowed_roles": ["owner"]})).await;
        let (_, shown) = town.root.post(&town.house, &path, &json!({"user": ann})).await;
        assert_eq!(shown["refused"]["code"], "app_role_missing", "{shown}");
        town.edit(
            "PATCH",
            &format!("/users/{}", ann.as_str().unwrap()),
            &json!({"disabled": true}),
        )
        .await;
        let (_, shown) = town.root.post(&town.house, &path, &json!({"user": ann})).await;
        assert_eq!(
            (&shown["refused"]["code"], &shown["claims"]),
            (&json!("user_disabled"), &Value::Null)
        );
        let (status, _) = town.root.post(&town.house, &path, &json!({"user": "nobody"})).await;
        assert_eq!(status, 422);
    });
}
