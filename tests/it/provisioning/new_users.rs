//! A connection takes new people, or only those who are invited.

use serde_json::json;

use super::{Place, assert_refused, person};
use crate::house::{Browser, run};
use crate::reason_codes::{Told, assert_told};

#[test]
fn a_connection_takes_nobody_new_without_an_invitation() {
    run(async {
        let place = Place::proved().await;
        let path = format!("/connections/{}", place.connection);
        let (_, item) = place.admin.get(&place.house, &path).await;
        assert_eq!(item["new_users"], "create");
        let ann = place.signs_in(person("ann", "ann@acme.test")).await;
        place.invited_only().await;
        // Who is known comes in as before.
        let again = place.signs_in(person("ann", "ann@acme.test")).await;
        assert_eq!(again["sub"], ann["sub"]);
        // Anybody else does not, and learns nothing more.
        let page = place.come(&mut Browser::new(), person("bob", "bob@acme.test")).await;
        assert_refused(&page, "not_invited", &["Ask your administrator for an invitation"]);
        for inner in ["acme", "bob@", "Acme"] {
            assert!(!page.body.contains(inner), "{inner}: {}", page.body);
        }
        let told = Told {
            code: "not_invited",
            who: "it",
            check: ("invitation", "an invitation for this address", "none"),
            difference: None,
        };
        let browser = &mut Browser::new();
        let page = place.come(browser, person("bob", "bob@acme.test")).await;
        assert_told(&place.house, &place.root, &page, &told).await;
        assert_eq!(place.users().await.len(), 1);
        assert!(browser.cookie("doorward-session").is_none());
        let audited = place.audited("connection.update").await;
        assert_eq!(audited[0]["after"]["new_users"], "invited_only");
    });
}

#[test]
fn the_setting_is_edited_like_any_other() {
    run(async {
        let place = Place::new().await;
        let path = format!("/connections/{}", place.connection);
        let set = json!({"new_users": "invited_only"});
        let blind = place.admin.call(&place.house, ("PATCH", &path), None, &set).await;
        assert_eq!(blind.status, 428);
        let odd = place.patch(&path, &json!({"new_users": "maybe"})).await;
        assert!([400, 422].contains(&odd.status), "{}", odd.json);
        let stale = place.admin.call(&place.house, ("PATCH", &path), Some("\"99\""), &set).await;
        assert_eq!(stale.status, 412);
        assert_eq!(place.patch(&path, &set).await.status, 200);
        let back = place.patch(&path, &json!({"new_users": "create"})).await;
        assert_eq!(back.json["new_users"], "create");
    });
}
