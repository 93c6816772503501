//! A repair as an admin goes about it.

use serde_json::Value;

use super::saml::Case;
use crate::house::{Browser, House};
use crate::support::admin::{Admin, Called};
use crate::support::tenant::{Tenant, onward, sent};
use crate::support::testing;

/// One repair of one attempt.
pub struct Repairing<'a> {
    pub house: &'a House,
    pub admin: &'a Admin,
    pub connection: &'a str,
}

impl Repairing<'_> {
    pub async fn version(&self) -> String {
        let path = format!("/connections/{}", self.connection);
        self.admin.call(self.house, ("GET", &path), None, &Value::Null).await.etag
    }

    pub async fn offered(&self, reference: &str) -> Vec<Value> {
        let attempt = self.admin.attempt(self.house, reference).await;
        attempt["fixes"].as_array().unwrap().clone()
    }

    pub async fn put(&self, reference: &str, fix: &str, version: &str, body: &Value) -> Called {
        let path = format!("/attempts/{reference}/fixes/{fix}");
        self.admin.call(self.house, ("POST", &path), Some(version), body).await
    }

    /// Puts the only repair that is offered into the draft.
    pub async fn repair(&self, reference: &str, fix: &str, body: &Value) -> Value {
        let offered = self.offered(reference).await;
        let ids: Vec<_> = offered.iter().map(|fix| fix["id"].as_str().unwrap()).collect();
        assert_eq!(ids, [fix], "{offered:#?}");
        let live = self.live().await;
        let put = self.put(reference, fix, &self.version().await, body).await;
        assert_eq!(put.status, 200, "{}", put.json);
        assert!(put.json["draft"].is_object(), "{}", put.json);
        assert_eq!(self.live().await, live, "what is live stays as it is");
        assert!(self.offered(reference).await.is_empty() || fix.starts_with("pick"));
        offered[0].clone()
    }

    pub async fn live(&self) -> Value {
        let path = format!("/connections/{}", self.connection);
        self.admin.get(self.house, &path).await.1["live"].clone()
    }

    /// Puts the draft into use after the test that needs, in which the provider sends what
    /// `make` makes.
    pub async fn put_into_use(&self, tenant: &Tenant, make: impl Fn(&Case<'_>) -> String) {
        let refused = testing::activate(self.house, self.admin, self.connection).await;
        assert_eq!((refused.status, &refused.json["code"]), (409, &"not_tested".into()));
        let link = testing::ask(self.house, self.admin, self.connection, "draft").await;
        let now = self.house.hub.now();
        let make = |handle: &str| make(&Case { tenant, now, handle });
        let page = testing::run_saml(self.house, tenant, &mut Browser::new(), &link, make).await;
        testing::assert_passed(&page);
        let done = testing::activate(self.house, self.admin, self.connection).await;
        assert_eq!(done.status, 200, "{}", done.json);
    }
}

/// Whether what `make` makes lets somebody in.
pub async fn signs_in(house: &House, tenant: &Tenant, make: impl Fn(&Case<'_>) -> String) -> bool {
    let mut browser = Browser::new();
    let asked = house.get(&mut browser, &format!("/o/{}", tenant.path)).await;
    let handle = sent(&asked, "RelayState").unwrap();
    let case = Case { tenant, now: house.hub.now(), handle: &handle };
    let posted = tenant.post(house, &handle, &make(&case)).await;
    if posted.header("location").is_empty() {
        return false;
    }
    onward(&house.get(&mut browser, &onward(&posted)).await) == "/"
}
