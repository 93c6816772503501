//! What groups do at a sign-in.

use doorward::model::id::UserId;
use doorward::model::time::DAY;
use doorward::store::{Tx, owners, users};
use serde_json::{Value, json};

use super::{Town, check};
use crate::house::{Browser, run};

/// K16, K17, K18, 24a, 24b: at every sign-in, by exact text; unknown is not none.
#[test]
fn roles_follow_groups() {
    run(async {
        let town = Town::new().await;
        let (editor, viewer) = (town.role("editor").await, town.role("viewer").await);
        let dn = "CN=Ops\\, north,OU=Teams,DC=acme,DC=test";
        town.map(&[(&editor, "eng"), (&viewer, dn), ("admin", "ops")]).await;
        let ann = "ann@acme.test";
        for (groups, roles) in [
            (json!(["eng", dn, "other"]), json!(["editor", "viewer"])),
            (json!([dn]), json!(["viewer"])),
            (json!(["ENG", "CN=Ops", "ops "]), json!(["admin"])),
            (json!(["eng"]), json!(["editor"])),
            // Nothing is known: nothing changes.
            (Value::Null, json!(["editor"])),
            (json!({"hasgroups": true}), json!(["editor"])),
            (json!([]), json!([])),
            (json!(["ops", "eng"]), json!(["admin", "editor"])),
        ] {
            assert_eq!(town.roles_told(ann, &groups).await, roles, "{groups}");
        }
        assert_eq!(town.person(ann).await["admin"], true);
        let attempt = town.root.newest(&town.house).await;
        assert_eq!(check(&attempt, "roles")["verdict"], "passed", "{attempt:#}");
        town.roles_told(ann, &Value::Null).await;
        let attempt = town.root.newest(&town.house).await;
        assert_eq!(check(&attempt, "roles")["verdict"], "warned", "{attempt:#}");
        // Add only never takes away.
        town.set(&json!({"role_sync": "add_only"})).await;
        assert_eq!(town.roles_told(ann, &json!([dn])).await, json!(["admin", "editor", "viewer"]));
        town.set(&json!({"role_sync": "mirror"})).await;
        assert_eq!(town.roles_told(ann, &json!([dn])).await, json!(["viewer"]));
        // Without any mapping, what mappings gave goes at the next sign-in.
        town.map(&[]).await;
        assert_eq!(town.roles_told(ann, &json!([dn])).await, json!([]));
        assert_eq!(town.person(ann).await["admin"], false);
        let (_, trail) = town.root.get(&town.house, "/audit-events?limit=200").await;
        assert!(trail.to_string().contains("user.roles_follow_groups"));
    });
}

/// K15, K19: only members of mapped groups; who leaves is out, who returns is in.
#[test]
fn only_members_of_mapped_groups_come_in() {
    run(async {
        let town = Town::new().await;
        let editor = town.role("editor").await;
        town.map(&[(&editor, "eng")]).await;
        town.set(&json!({"admit": "mapped_groups"})).await;
        let ann = "ann@acme.test";
        // A stranger to all mapped groups leaves nothing behind but the trace.
        let page = town.come(&mut Browser::new(), "bob@acme.test", &json!(["hr"])).await;
        assert_eq!(page.status, 403);
        assert!(page.body.contains("groups_not_mapped"), "{}", page.body);
        for silent in [Value::Null, json!({"hasgroups": true})] {
            let page = town.come(&mut Browser::new(), "bob@acme.test", &silent).await;
            let code = if silent.is_null() { "groups_unknown" } else { "groups_overage" };
            assert_eq!(page.status, 403);
            assert!(page.body.contains(code), "{code} {}", page.body);
            let attempt = town.root.newest(&town.house).await;
            assert_eq!((&attempt["code"], &attempt["remedy"]["who"]), (&json!(code), &json!("it")));
            let told = check(&attempt, "admitted_groups")["received"].as_str().unwrap().to_owned();
            assert_eq!(told.contains("Entra"), code == "groups_overage", "{told}");
        }
        let (_, list) =
            town.root.get(&town.house, &format!("/users?organization={}", town.acme)).await;
        assert_eq!(list["items"], json!([]));

        let (mut browser, told) = town.arrive(ann, &json!(["eng"])).await;
        assert_eq!(told["roles"], json!(["editor"]));
        // Known, with groups unknown: they keep what they have.
        assert_eq!(town.roles_told(ann, &Value::Null).await, json!(["editor"]));
        // Out: refused, signed out everywhere, shown as such.
        let page = town.come(&mut Browser::new(), ann, &json!(["hr"])).await;
        assert_eq!(page.status, 403);
        assert!(page.body.contains("groups_not_mapped"), "{}", page.body);
        let shown = town.person(ann).await;
        assert!(shown["inactive_since"].is_string(), "{shown}");
        assert_eq!(shown["roles"], json!([]));
        let home = town.house.get(&mut browser, "/").await;
        assert_eq!(home.status, 303, "signed out");
        // Unknown groups are no way back.
        let page = town.come(&mut Browser::new(), ann, &Value::Null).await;
        assert!(page.body.contains("groups_unknown"), "{}", page.body);
        // Another provider that vouches for the same person is no way round, even if it lets
        // everyone in.
        let other = town.provider.connect(&town.house, &town.acme).await;
        let id = UserId::try_from(shown["id"].as_str().unwrap()).unwrap();
        let (through, known, now) = (other.clone(), id.clone(), town.house.hub.now());
        let know = move |tx: &Tx<'_>| users::insert_identity(tx, &through, ann, &known, now);
        town.house.write(know).await;
        let more = [("connection", other.as_str()), ("prompt", "login")];
        let page = town.come_asking(&mut Browser::new(), &more, ann, &json!(["eng"])).await;
        assert!(page.body.contains("user_inactive"), "{}", page.body);
        assert!(town.person(ann).await["inactive_since"].is_string());
        // Coming back through the first one undoes it.
        let told = town.roles_told(ann, &json!(["eng"])).await;
        assert_eq!(told, json!(["editor"]));
        assert_eq!(town.person(ann).await["inactive_since"], Value::Null);
        // Nor does it stay for ever: with the gate open everybody comes back.
        town.come(&mut Browser::new(), ann, &json!(["hr"])).await;
        town.set(&json!({"admit": "everyone"})).await;
        assert_eq!(town.roles_told(ann, &json!(["hr"])).await, json!([]));
        assert_eq!(town.person(ann).await["inactive_since"], Value::Null);
        let (_, trail) = town.root.get(&town.house, "/audit-events?limit=200").await;
        for action in ["user.deactivate", "user.reactivate"] {
            assert!(trail.to_string().contains(action), "{action}");
        }
    });
}

/// 1d, 24c: the last owner stays one, and signs in all the same.
#[test]
fn the_last_owner_is_kept_and_never_refused_for_it() {
    run(async {
        let town = Town::new().await;
        town.map(&[("owner", "bosses")]).await;
        let bob = "bob@acme.test";
        assert_eq!(town.roles_told(bob, &json!(["bosses"])).await, json!(["owner"]));
        assert_eq!(town.person(bob).await["owner"], true);
        // Nobody else is owner.
        assert_eq!(town.roles_told(bob, &json!([])).await, json!(["owner"]));
        let attempt = town.root.newest(&town.house).await;
        assert_eq!(check(&attempt, "role_owner")["verdict"], "warned", "{attempt:#}");
        // Another owner, but one who could not sign in without the provider, and Bob could.
        let give = |email: &'static str| {
            let town = &town;
            async move {
                let id = town.person(email).await["id"].as_str().unwrap().to_owned();
                let (id, now) = (UserId::try_from(id).unwrap(), town.house.hub.now());
                town.house.write(move |tx| owners::insert(tx, &id, email, Some("hash"), now)).await;
            }
        };
        give(bob).await;
        assert_eq!(town.roles_told("carol@acme.test", &json!(["bosses"])).await, json!(["owner"]));
        assert_eq!(town.roles_told(bob, &json!([])).await, json!(["owner"]));
        // Nor is he shut out by a gate: refused here, but not at his own door.
        town.set(&json!({"admit": "mapped_groups"})).await;
        let page = town.come(&mut Browser::new(), bob, &json!([])).await;
        assert!(page.body.contains("groups_not_mapped"), "{}", page.body);
        let shown = town.person(bob).await;
        assert_eq!((&shown["owner"], &shown["inactive_since"]), (&json!(true), &Value::Null));
        // Once another owner has a way in, he is one no more.
        give("carol@acme.test").await;
        town.set(&json!({"admit": "everyone"})).await;
        assert_eq!(town.roles_told(bob, &json!([])).await, json!([]));
        assert_eq!(town.person(bob).await["owner"], false);
        // And by hand neither: Carol is the last.
        let carol = town.person("carol@acme.test").await;
        let path = format!("/users/{}/roles", carol["id"].as_str().unwrap());
        town.map(&[]).await;
        assert_eq!(town.roles_told("carol@acme.test", &json!([])).await, json!(["owner"]));
        let refused = town.try_edit("PUT", &path, &json!({"roles": []})).await;
        assert_eq!(refused.status, 409, "{}", refused.json);
        // Not even the end of the connection takes the last way in away.
        town.edit("DELETE", &town.connection_path(), &Value::Null).await;
        let carol = town.person("carol@acme.test").await;
        assert_eq!((&carol["owner"], &carol["roles"][0]["by_hand"]), (&json!(true), &json!(true)));
        let refused = town.try_edit("PUT", &path, &json!({"roles": []})).await;
        assert_eq!((refused.status, &refused.json["code"]), (409, &json!("last_owner")));
    });
}

/// K21: what never came is seen, and what came is noted once a day.
#[test]
fn a_mapped_group_that_never_arrives_is_seen() {
    run(async {
        let town = Town::new().await;
        let (editor, viewer) = (town.role("editor").await, town.role("viewer").await);
        let before = town.map(&[(&editor, "eng"), (&viewer, "Viewers")]).await;
        assert_eq!(before["warnings"], json!([]));
        town.arrive("ann@acme.test", &json!(["eng", "viewers"])).await;
        let after = town.mapped().await;
        let of = |list: &Value, group: &str| {
            let all = list["mappings"].as_array().unwrap().clone();
            all.into_iter().find(|m| m["group"] == group).unwrap()
        };
        assert_eq!(of(&after, "Viewers")["last_seen_at"], Value::Null);
        assert_eq!(of(&after, "Viewers")["signed_in_since"], 1);
        let first = of(&after, "eng")["last_seen_at"].clone();
        assert!(first.is_string(), "{after}");
        let warnings = after["warnings"].as_array().unwrap();
        assert_eq!(warnings.len(), 1);
        assert!(warnings[0].as_str().unwrap().contains("Viewers"), "{after}");
        town.house.wait(DAY / 2);
        town.arrive("ann@acme.test", &json!(["eng"])).await;
        assert_eq!(of(&town.mapped().await, "eng")["last_seen_at"], first);
        town.house.wait(DAY / 2);
        town.arrive("ann@acme.test", &json!(["eng"])).await;
        assert_ne!(of(&town.mapped().await, "eng")["last_seen_at"], first);
    });
}

/// Groups that mean nothing are named to the administrator who looks for the reason, and to
/// nobody who only lists attempts.
#[test]
fn groups_that_give_no_role_are_told_in_the_attempt() {
    run(async {
        let town = Town::new().await;
        town.arrive("ann@acme.test", &json!(["ops"])).await;
        let attempt = town.root.newest(&town.house).await;
        assert!(check(&attempt, "unmapped_groups").is_null(), "nothing is mapped: {attempt}");
        town.map(&[("admin", "ops")]).await;
        town.arrive("ann@acme.test", &json!(["ops"])).await;
        let attempt = town.root.newest(&town.house).await;
        assert!(check(&attempt, "unmapped_groups").is_null(), "{attempt}");
        let mut groups = vec!["ops".to_owned(), "Ops".to_owned(), "sudoers".to_owned()];
        town.arrive("ann@acme.test", &json!(groups)).await;
        let attempt = town.root.newest(&town.house).await;
        let found = check(&attempt, "unmapped_groups");
        assert_eq!((&found["verdict"], &found["personal"]), (&json!("passed"), &json!(true)));
        assert!(!attempt.to_string().contains("sudoers"), "{attempt}");
        let reveal = async || {
            let newest = town.root.newest(&town.house).await;
            let path = format!("/attempts/{}/reveal", newest["reference"].as_str().unwrap());
            let (_, revealed) = town.root.post(&town.house, &path, &Value::Null).await;
            check(&revealed, "unmapped_groups")["received"].as_str().unwrap().to_owned()
        };
        assert_eq!(reveal().await, "Ops, sudoers");
        groups.extend((0..30).map(|n| format!("g{n}")));
        town.arrive("ann@acme.test", &json!(groups)).await;
        let received = reveal().await;
        assert!(received.ends_with("g17, and 12 more"), "{received}");
    });
}
