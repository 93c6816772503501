//! Each thing that has to be so fails by itself, and by nothing else.

use doorward::model::id::ConnectionId;
use doorward::model::time::{HOUR, SECOND};
use doorward::store::connection_clocks::{self, ConnectionClock};

use super::*;
use crate::support::door::press;

impl Ready {
    /// What is not so, as it is shown and as it is refused.
    async fn lacks(&self) -> Vec<String> {
        let shown = self.shown().await;
        let checks = shown["checks"].as_array().unwrap();
        let failed = checks.iter().filter(|check| check["passed"] == false);
        let failed: Vec<String> =
            failed.map(|check| check["name"].as_str().unwrap().to_owned()).collect();
        assert_eq!(shown["ready"], failed.is_empty());
        if !failed.is_empty() {
            let refused = self.put(&json!({ "mode": "required" })).await;
            assert_eq!((refused.status, &refused.json["code"]), (409, &json!("not_ready")));
            let named = refused.json["errors"].as_array().unwrap();
            let named: Vec<_> = named.iter().map(|error| error["field"].clone()).collect();
            assert_eq!(json!(named), json!(failed));
        }
        failed
    }

    async fn skew(&self, median_skew: i64) {
        let id = ConnectionId::try_from(self.connection.as_str()).unwrap();
        let clock = ConnectionClock { median_skew, samples: 9, measured_at: self.house.hub.now() };
        self.house.write(move |tx| connection_clocks::keep(tx, &id, &clock)).await;
    }
}

#[test]
fn each_check_fails_by_itself() {
    run(async {
        let mut ready = Ready::new().await;
        let none: [&str; 0] = [];
        assert_eq!(ready.lacks().await, none);
        // The proof is good for a day.
        ready.house.wait(24 * HOUR);
        assert_eq!(ready.lacks().await, ["proved_by_owner"]);
        ready.come_in().await;
        ready.prove("live").await;
        assert_eq!(ready.lacks().await, none);
        // Anybody else's test proves nothing.
        ready.house.wait(25 * HOUR);
        let owner = std::mem::replace(&mut ready.ann, Browser::new());
        ready.prove("live").await;
        assert_eq!(ready.lacks().await, ["proved_by_owner"]);
        ready.ann = owner;
        // The rehearsal is good for 90 days.
        ready.house.wait(90 * DAY);
        ready.come_in().await;
        ready.prove("live").await;
        assert_eq!(ready.lacks().await, ["drill"]);
        ready.drill().await;
        assert_eq!(ready.lacks().await, none);
        // A secret that is about to end.
        ready.put_draft(29).await;
        ready.come_in().await;
        ready.goes_live().await;
        assert_eq!(ready.lacks().await, ["lasting"]);
        ready.put_draft(31).await;
        ready.goes_live().await;
        assert_eq!(ready.lacks().await, none);
        // The clocks.
        for (skew, expected) in [(31 * SECOND, 1), (-31 * SECOND, 1), (29 * SECOND, 0)] {
            ready.skew(skew).await;
            let lacks = ready.lacks().await;
            assert_eq!(lacks, ["clock"][..expected], "{skew}");
        }
        // Nobody would find the way.
        let organization = format!("/organizations/{}", ready.home);
        Tenant::bare(&ready.house, "globex").await;
        assert_eq!(ready.lacks().await, none, "a login address of its own");
        patch(&ready.house, &ready.root, &organization, &json!({ "path": null })).await;
        assert_eq!(ready.lacks().await, ["way_in"]);
        ready.hold("acme.test").await;
        assert_eq!(ready.lacks().await, none, "a domain");
        // A new draft in use is not what was proved.
        ready.put_draft(40).await;
        let owner = std::mem::replace(&mut ready.ann, Browser::new());
        ready.goes_live().await;
        assert_eq!(ready.lacks().await, ["proved_by_owner"]);
        ready.ann = owner;
        ready.come_in().await;
        ready.prove("live").await;
        // The plan, and the connection.
        patch(&ready.house, &ready.root, &organization, &json!({ "sso_allowed": false })).await;
        assert!(ready.lacks().await.contains(&"sso_allowed".to_owned()));
        patch(&ready.house, &ready.root, &organization, &json!({ "sso_allowed": true })).await;
        let connection = format!("/connections/{}", ready.connection);
        patch(&ready.house, &ready.root, &connection, &json!({ "disabled": true })).await;
        assert_eq!(ready.lacks().await, ["connection_live", "proved_by_owner"]);
        patch(&ready.house, &ready.root, &connection, &json!({ "disabled": false })).await;
        // An owner without a second factor.
        ready.come_in().await;
        let gone = press(&ready.house, &mut ready.ann, "/owner/factors/totp/remove").await;
        assert_eq!(gone.status.as_u16(), 303, "{}", gone.body);
        assert_eq!(ready.lacks().await, ["owner_ready"]);
    });
}
