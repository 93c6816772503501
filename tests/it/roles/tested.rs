//! A test says what would become of somebody, and makes none of it so: whatever a sign-in would
//! have changed of people.

use serde_json::{Value, json};

use super::Town;
use crate::house::{Browser, run};
use crate::support::disk;
use crate::support::testing;

/// Everything that says something of people.
const PEOPLE: [&str; 10] = [
    "users",
    "identities",
    "sessions",
    "relinks",
    "invitations",
    "owner_credentials",
    "user_roles",
    "organizations",
    "role_mappings",
    "logout_deliveries",
];

impl Town {
    /// What is known of people.
    fn people(&self) -> Vec<(&'static str, Vec<String>)> {
        let mut all = disk::dump(&self.house);
        PEOPLE.into_iter().map(|table| (table, all.remove(table).unwrap())).collect()
    }

    /// Somebody runs a test of what is live.
    async fn tests(&self, claims: &Value) -> String {
        let link = testing::ask(&self.house, &self.root, self.okta.as_str(), "live").await;
        let mut browser = Browser::new();
        let page = testing::run_oidc(&self.house, &self.provider, &mut browser, &link, |said| {
            for (name, value) in claims.as_object().unwrap() {
                said[name] = value.clone();
            }
        })
        .await;
        assert!(browser.cookie("doorward-session").is_none());
        page.body
    }
}

#[test]
fn a_test_changes_nothing_of_people() {
    run(async {
        let town = Town::new().await;
        town.map(&[("admin", "ops"), ("owner", "bosses")]).await;
        town.set(&json!({"admit": "mapped_groups"})).await;
        let domain = format!("/organizations/{}/domains/acme.test/accept", town.acme);
        assert_eq!(town.root.post(&town.house, &domain, &json!({})).await.0, 200);
        town.arrive("ann@acme.test", &json!(["ops"])).await;
        town.arrive("eve@acme.test", &json!(["ops"])).await;
        assert_eq!(town.come(&mut Browser::new(), "eve@acme.test", &json!([])).await.status, 403);
        let first = format!("/organizations/{}/first-owner", town.acme);
        let named = json!({"email": "olga@acme.test"});
        assert_eq!(town.root.post(&town.house, &first, &named).await.0, 200);
        town.set(&json!({"new_users": "invited_only"})).await;
        let before = town.people();
        assert!(before[0].1.len() >= 2, "{before:?}");
        for claims in [
            // Nobody yet, and not invited.
            json!({"sub": "new", "email": "new@acme.test", "groups": ["ops"]}),
            // Who would be shut out; who would be let in again.
            json!({"sub": "ann@acme.test", "email": "ann@acme.test", "groups": ["hr"]}),
            json!({"sub": "eve@acme.test", "email": "eve@acme.test", "groups": ["ops"]}),
            // Who would gain a role, and lose one; who says another name and address.
            json!({"sub": "ann@acme.test", "email": "x@acme.test", "name": "X", "groups": ["bosses"]}),
            // Who was named as owner.
            json!({"sub": "olga", "email": "olga@acme.test", "email_verified": true,
                "groups": ["ops"]}),
            // Who would be asked about.
            json!({"sub": "ann2", "email": "ann@acme.test", "email_verified": true,
                "groups": ["ops"]}),
        ] {
            let page = town.tests(&claims).await;
            assert_eq!(town.people(), before, "{claims} {page}");
        }
    });
}
