//! Roles, mappings and roles by hand over the admin API.

use serde_json::{Value, json};

use super::{Town, mappings};
use crate::house::run;

#[test]
fn an_organization_names_its_roles_and_has_two_from_the_start() {
    run(async {
        let town = Town::new().await;
        let list = format!("/organizations/{}/roles", town.acme);
        let (_, found) = town.root.get(&town.house, &list).await;
        let names: Vec<&Value> =
            found["items"].as_array().unwrap().iter().map(|r| &r["name"]).collect();
        assert_eq!(names, ["owner", "admin"]);
        let new = json!({"name": " Editor ", "help": "May change pages"});
        let (status, editor) = town.root.post(&town.house, &list, &new).await;
        assert_eq!(
            (status, &editor["name"], &editor["kind"]),
            (201, &json!("Editor"), &json!("ordinary"))
        );
        assert_eq!(editor["help"], "May change pages");
        for (body, status, code) in [
            (json!({"name": "eDITOR"}), 409, "role_taken"),
            (json!({"name": "Owner"}), 422, "invalid"),
            (json!({"name": "ADMIN"}), 422, "invalid"),
            (json!({"name": "  "}), 422, "invalid"),
            (json!({"name": "x".repeat(65)}), 422, "invalid"),
            (json!({"nmae": "x"}), 422, "invalid"),
        ] {
            let (got, problem) = town.root.post(&town.house, &list, &body).await;
            assert_eq!((got, &problem["code"]), (status, &json!(code)), "{body} {problem}");
        }
        let path = format!("{list}/{}", editor["id"].as_str().unwrap());
        let bare = town.root.call(&town.house, ("PATCH", &path), None, &json!({"name": "Y"})).await;
        assert_eq!(bare.status, 428);
        let stale = town
            .root
            .call(&town.house, ("PATCH", &path), Some("\"9\""), &json!({"name": "Y"}))
            .await;
        assert_eq!(stale.status, 412);
        let renamed = town
            .root
            .call(&town.house, ("PATCH", &path), Some("\"1\""), &json!({"name": "Writer"}))
            .await;
        assert_eq!(
            (renamed.status, &renamed.json["name"], renamed.etag.as_str()),
            (200, &json!("Writer"), "\"2\"")
        );
        // The two every organization has stay as they are.
        for built_in in ["owner", "admin"] {
            for (method, body) in [("PATCH", json!({"name": "X"})), ("DELETE", Value::Null)] {
                let called = town.try_edit(method, &format!("{list}/{built_in}"), &body).await;
                assert_eq!((called.status, &called.json["code"]), (409, &json!("built_in_role")));
            }
        }
        town.edit("DELETE", &path, &Value::Null).await;
        assert_eq!(town.root.get(&town.house, &path).await.0, 404);
        let (_, trail) = town.root.get(&town.house, "/audit-events?limit=200").await;
        for action in ["role.create", "role.update", "role.delete"] {
            assert!(trail.to_string().contains(action), "{action}");
        }
    });
}

/// K12, K13: one group for each role unless several are allowed; none while one is needed.
#[test]
fn groups_are_mapped_as_a_whole() {
    run(async {
        let town = Town::new().await;
        let (editor, viewer) = (town.role("editor").await, town.role("viewer").await);
        let (e, v) = (editor.as_str(), viewer.as_str());
        // K13: nobody could come in.
        let gate = json!({"admit": "mapped_groups"});
        let refused = town.try_edit("PATCH", &town.connection_path(), &gate).await;
        assert_eq!((refused.status, &refused.json["code"]), (409, &json!("no_mapping")));
        // A group may give several roles.
        let kept = town.map(&[(e, "eng"), (v, "eng"), ("admin", "ops")]).await;
        assert_eq!(kept["mappings"].as_array().unwrap().len(), 3);
        town.set(&gate).await;
        let refused = town.try_map(&[]).await;
        assert_eq!((refused.status, &refused.json["code"]), (409, &json!("no_mapping")));
        town.map(&[(e, "eng")]).await;
        let role = format!("/organizations/{}/roles/{e}", town.acme);
        let refused = town.try_edit("DELETE", &role, &Value::Null).await;
        assert_eq!((refused.status, &refused.json["code"]), (409, &json!("no_mapping")));
        town.set(&json!({"admit": "everyone"})).await;
        for (pairs, field) in [
            (&[(e, "a"), (e, "b")][..], "mappings[1].role"),
            (&[(e, "a"), (e, "a")][..], "mappings[1].group"),
            (&[(e, "")][..], "mappings[0].group"),
            (&[(e, " eng")][..], "mappings[0].group"),
            (&[("nobody", "eng")][..], "mappings[0].role"),
        ] {
            let refused = town.try_map(pairs).await;
            assert_eq!(refused.status, 422, "{}", refused.json);
            assert_eq!(refused.json["errors"][0]["field"], field, "{}", refused.json);
        }
        let organization = format!("/organizations/{}", town.acme);
        town.edit("PATCH", &organization, &json!({"several_groups_per_role": true})).await;
        let dn = "CN=Ops\\, north,OU=Teams,DC=acme,DC=test";
        let kept = town.map(&[(e, "a"), (e, dn)]).await;
        let shown = kept["mappings"].as_array().unwrap();
        let of_dn = shown.iter().find(|m| m["group"] == dn).unwrap();
        assert_eq!(
            (&of_dn["group_kind"], &of_dn["group_label"]),
            (&json!("dn"), &json!("Ops, north"))
        );
        // The mapping is an edit of the connection.
        let path = format!("{}/role-mappings", town.connection_path());
        let bare = town.root.call(&town.house, ("PUT", &path), None, &mappings(&[])).await;
        assert_eq!(bare.status, 428);
        let version = kept["version"].as_i64().unwrap();
        let old = format!("\"{}\"", version - 1);
        let stale = town.root.call(&town.house, ("PUT", &path), Some(&old), &mappings(&[])).await;
        assert_eq!(stale.status, 412);
    });
}

/// K20, K32: shown at once with where they come from; a provider's roles are its own.
#[test]
fn roles_by_hand_leave_a_providers_roles_alone() {
    run(async {
        let town = Town::new().await;
        let (editor, viewer) = (town.role("editor").await, town.role("viewer").await);
        let (e, v) = (editor.as_str(), viewer.as_str());
        town.map(&[(e, "eng")]).await;
        town.arrive("ann@acme.test", &json!(["eng"])).await;
        let ann = town.person("ann@acme.test").await;
        let of_okta = json!([{
            "role": e, "name": "editor", "kind": "ordinary", "by_hand": false,
            "connections": [town.okta.as_str()],
        }]);
        assert_eq!(ann["roles"], of_okta);
        let path = format!("/users/{}/roles", ann["id"].as_str().unwrap());
        let refused = town.try_edit("PUT", &path, &json!({"roles": [v]})).await;
        assert_eq!((refused.status, &refused.json["code"]), (409, &json!("role_from_provider")));
        let detail = refused.json["detail"].as_str().unwrap();
        assert!(detail.contains("Provider") && detail.contains("editor"), "{detail}");
        assert_eq!(town.person("ann@acme.test").await["roles"], of_okta);
        let both = town.edit("PUT", &path, &json!({"roles": [v, e]})).await;
        assert_eq!(both["roles"].as_array().unwrap().len(), 2);
        assert_eq!(both["roles"][1]["by_hand"], true);
        let refused = town.try_edit("PUT", &path, &json!({"roles": [e, "nothing"]})).await;
        assert_eq!(
            (refused.status, &refused.json["errors"][0]["field"]),
            (422, &json!("roles[1]"))
        );
        // What was given by hand survives any change of groups.
        assert_eq!(town.roles_told("ann@acme.test", &json!([])).await, json!(["viewer"]));
        let none = town.edit("PUT", &path, &json!({"roles": []})).await;
        assert_eq!(none["roles"], json!([]));
    });
}
