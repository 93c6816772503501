//! What lists tell and how they are narrowed: organizations with how they are doing, connections
//! by name, the audit trail by who did what to whom and when.

use serde_json::{Value, json};

use crate::house::{self, House, run};
use crate::support::admin::Admin;
use crate::support::tenant::Tenant;

async fn items(house: &House, by: &Admin, path: &str) -> Vec<Value> {
    let (status, found) = by.get(house, path).await;
    assert_eq!(status, 200, "{path} {found}");
    found["items"].as_array().unwrap().clone()
}

#[test]
fn organizations_tell_how_they_are_doing() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let bare = Tenant::bare(&house, "bare").await;
        let root = Admin::open(&house, None).await;
        let made = json!({"organization": acme.organization.as_str(), "name": "Draft", "protocol": "saml"});
        assert_eq!(root.post(&house, "/connections", &made).await.0, 201);
        let off = json!({"sso_allowed": false});
        root.call(&house, ("PATCH", &format!("/organizations/{bare}")), Some("*"), &off).await;
        let found = items(&house, &root, "/organizations").await;
        let summary =
            |id: &str| found.iter().find(|one| one["id"] == id).unwrap()["summary"].clone();
        let told = json!({
            "connections": 2, "live_connections": 1, "people": 0, "more_people": false,
            "enforcement": "optional", "last_sign_in_at": null,
        });
        assert_eq!(summary(acme.organization.as_str()), told);
        assert_eq!(summary(bare.as_str())["enforcement"], "off");
        // Whoever looks after one is told the same of it, and only of it.
        let admin = Admin::open(&house, Some(&acme.organization)).await;
        let own = items(&house, &admin, "/organizations").await;
        assert_eq!((own.len(), &own[0]["summary"]), (1, &told));
        let (_, by_itself) =
            admin.get(&house, &format!("/organizations/{}", acme.organization)).await;
        assert_eq!(by_itself["summary"], Value::Null);
    });
}

#[test]
fn connections_are_found_by_name_within_reach() {
    run(async {
        let house = house::open().await;
        let (acme, evil) = (Tenant::bare(&house, "acme").await, Tenant::bare(&house, "evil").await);
        let root = Admin::open(&house, None).await;
        for (of, name) in [(&acme, "Okta 100%"), (&acme, "Entra"), (&evil, "Okta of theirs")] {
            // Oldest first: those of one millisecond stand in any order.
            house.wait(1_000);
            let made = json!({"organization": of.as_str(), "name": name, "protocol": "oidc"});
            assert_eq!(root.post(&house, "/connections", &made).await.0, 201);
        }
        let admin = Admin::open(&house, Some(&acme)).await;
        for (by, query, found) in [
            (&root, "q=okta", vec!["Okta 100%", "Okta of theirs"]),
            (&admin, "q=okta", vec!["Okta 100%"]),
            (&admin, "q=0%25", vec!["Okta 100%"]),
            (&admin, "q=%25", vec!["Okta 100%"]),
            (&admin, "q=_", vec![]),
            (&admin, "q=", vec!["Okta 100%", "Entra"]),
        ] {
            let all = items(&house, by, &format!("/connections?{query}")).await;
            let names: Vec<_> = all.iter().map(|one| one["name"].as_str().unwrap()).collect();
            assert_eq!(names, found, "{query}");
        }
        let long = format!("/connections?q={}", "x".repeat(201));
        assert_eq!(root.get(&house, &long).await.0, 422);
        assert_eq!(
            admin.get(&house, &format!("/connections?q=okta&organization={evil}")).await.0,
            404
        );
    });
}

#[test]
fn the_trail_is_narrowed_by_who_did_what_to_whom_and_when() {
    run(async {
        let house = house::open().await;
        let (acme, evil) = (Tenant::bare(&house, "acme").await, Tenant::bare(&house, "evil").await);
        let root = Admin::open(&house, None).await;
        let rename = async |of: &str, name: &str| {
            house.wait(60_000);
            let path = format!("/organizations/{of}");
            root.call(&house, ("PATCH", &path), Some("*"), &json!({"name": name})).await;
        };
        for name in ["One", "Two", "Three"] {
            rename(acme.as_str(), name).await;
        }
        rename(evil.as_str(), "Theirs").await;
        let made = json!({"organization": acme.as_str(), "name": "Okta", "protocol": "saml"});
        let (_, connection) = root.post(&house, "/connections", &made).await;
        let all = items(&house, &root, "/audit-events?action=organization.update").await;
        assert_eq!(all.len(), 4);
        let (actor, second) =
            (all[0]["actor"]["id"].as_str().unwrap(), all[2]["at"].as_str().unwrap());
        let of = connection["id"].as_str().unwrap();
        let admin = Admin::open(&house, Some(&acme)).await;
        for (by, query, many) in [
            (&root, format!("actor={actor}"), 5),
            (&root, "actor=token&action=organization.update".to_owned(), 4),
            (&root, "actor=system".to_owned(), 0),
            (&root, format!("subject={of}"), 1),
            (&root, format!("action=organization.update&from={second}"), 3),
            (&root, format!("action=organization.update&until={second}"), 1),
            (&admin, "action=organization.update".to_owned(), 3),
            (&admin, format!("subject={evil}"), 0),
        ] {
            let found = items(&house, by, &format!("/audit-events?{query}")).await;
            assert_eq!(found.len(), many, "{query} {found:#?}");
        }
        // In pieces, with the same filter.
        let mut after = String::new();
        let mut seen = Vec::new();
        for _ in 0..4 {
            let path = format!("/audit-events?action=organization.update&limit=1{after}");
            let (_, piece) = root.get(&house, &path).await;
            seen.push(piece["items"][0]["at"].clone());
            after = piece["next"].as_str().map_or(String::new(), |next| format!("&after={next}"));
        }
        let whole: Vec<_> = all.iter().map(|one| one["at"].clone()).collect();
        assert_eq!((seen, after.as_str()), (whole, ""));
        for (query, field) in [
            ("actor=%25", "actor"),
            ("actor=a%22b", "actor"),
            ("action=", "action"),
            ("from=yesterday", "from"),
            ("from=2027-01-15T09:00:00Z&until=2027-01-15T08:00:00Z", "until"),
        ] {
            let (status, refused) = root.get(&house, &format!("/audit-events?{query}")).await;
            assert_eq!(
                (status, &refused["errors"][0]["field"]),
                (422, &json!(field)),
                "{query} {refused}"
            );
        }
        assert_eq!(admin.get(&house, &format!("/audit-events?organization={evil}")).await.0, 404);
    });
}
