//! A repair as an admin goes about it.

use serde_json::Value;

use super::saml::Case;
use crate::house::{Browser, House};
use crate::support::admin::{Admin, Called};
use crate::support::tenant::{Tenant, onward, sent};

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

    /// Puts the only repair that is offered into the draft, and that into use.
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
        self.activate().await;
        offered[0].clone()
    }

    pub async fn live(&self) -> Value {
        let path = format!("/connections/{}", self.connection);
        self.admin.get(self.house, &path).await.1["live"].clone()
    }

    pub async fn activate(&self) {
        let path = format!("/connections/{}/activate", self.connection);
        let done = self.admin.call(self.house, ("POST", &path), Some("*"), &Value::Null).await;
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
