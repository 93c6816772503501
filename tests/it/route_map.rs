//! Where people are sent, drawn and foretold for those who look after it: by the rules that
//! send them, to nobody else, and without a trace.

use doorward::model::id::AppId;
use serde_json::{Value, json};

use crate::house::{self, Browser, House, run};
use crate::support::admin::Admin;
use crate::support::tenant::{Tenant, app, authorize, sent};

struct Town {
    house: House,
    root: Admin,
    acme: Tenant,
    admin: Admin,
    neighbour: Admin,
    wiki: AppId,
}

impl Town {
    async fn new() -> Self {
        let house = house::open().await;
        let (acme, evil) = (Tenant::open(&house, "acme").await, Tenant::open(&house, "evil").await);
        let root = Admin::open(&house, None).await;
        let admin = Admin::open(&house, Some(&acme.organization)).await;
        let neighbour = Admin::open(&house, Some(&evil.organization)).await;
        for (tenant, domain) in [(&acme, "acme.test"), (&evil, "evil.test")] {
            let path = format!("/organizations/{}/domains/{domain}", tenant.organization);
            root.call(&house, ("PUT", &path), None, &Value::Null).await;
            let (status, found) = root.post(&house, &format!("{path}/accept"), &json!({})).await;
            assert_eq!(status, 200, "{found}");
        }
        let wiki = app(&house).await;
        Self { house, root, acme, admin, neighbour, wiki }
    }

    fn path(&self, what: &str) -> String {
        format!("/organizations/{}/{what}", self.acme.organization)
    }

    async fn map(&self) -> Value {
        let (status, map) = self.admin.get(&self.house, &self.path("route-map")).await;
        assert_eq!(status, 200, "{map}");
        map
    }

    async fn foretell(&self, by: &Admin, address: &str) -> (u16, Value) {
        let body = json!({"address": address, "app": self.wiki.as_str()});
        by.post(&self.house, &self.path("route-preview"), &body).await
    }

    async fn change(&self, path: &str, body: &Value) {
        let found = self.root.call(&self.house, ("PATCH", path), Some("*"), body).await;
        assert_eq!(found.status, 200, "{}", found.json);
    }

    /// Whether the app's own request with this address goes straight to the provider.
    async fn goes_straight(&self, address: &str) -> bool {
        let link = authorize(&self.wiki, &[("login_hint", address)]);
        let asked = self.house.get(&mut Browser::new(), &link).await;
        sent(&asked, "RelayState").is_some()
    }

    async fn traces(&self) -> (Value, Value) {
        let (_, attempts) = self.root.get(&self.house, "/attempts?limit=200").await;
        let (_, audit) = self.root.get(&self.house, "/audit-events?limit=200").await;
        (attempts, audit)
    }
}

#[test]
fn whoever_does_not_look_after_an_organization_is_told_nothing() {
    run(async {
        let town = Town::new().await;
        let (status, _) = town.neighbour.get(&town.house, &town.path("route-map")).await;
        assert_eq!(status, 404);
        assert_eq!(town.foretell(&town.neighbour, "ann@acme.test").await.0, 404);
        // An app that is closed to the organization is not there for its administrators.
        let closed = json!({"organizations": [Tenant::bare(&town.house, "closed").await.as_str()]});
        town.change(&format!("/apps/{}", town.wiki), &closed).await;
        let (status, refused) = town.foretell(&town.admin, "ann@acme.test").await;
        assert_eq!((status, &refused["errors"][0]["field"]), (422, &json!("app")), "{refused}");
        assert_eq!(town.map().await["apps"], json!([]));
        let (_, told) = town.foretell(&town.root, "ann@acme.test").await;
        assert_eq!(told["leads"]["refused"]["code"], "app_not_admitted", "{told}");
    });
}

#[test]
fn an_address_that_leads_elsewhere_is_not_told_from_one_nobody_has() {
    run(async {
        let town = Town::new().await;
        let (status, theirs) = town.foretell(&town.admin, "eve@evil.test").await;
        let (_, nobodys) = town.foretell(&town.admin, "eve@nobody.test").await;
        assert_eq!((status, &theirs["leads"]), (200, &Value::Null));
        assert_eq!(theirs, nobodys);
        for wrong in ["", "ann", "ann@", &format!("{}@acme.test", "a".repeat(400))] {
            let (status, refused) = town.foretell(&town.admin, wrong).await;
            assert_eq!(
                (status, &refused["errors"][0]["field"]),
                (422, &json!("address")),
                "{wrong}"
            );
        }
    });
}

#[test]
fn what_is_foretold_comes_true_and_leaves_no_trace() {
    run(async {
        let town = Town::new().await;
        let connection = format!("/connections/{}", town.acme.connection);
        let application = format!("/apps/{}", town.wiki);
        for (path, body, to, code) in [
            (&application, json!({}), "straight", Value::Null),
            (&connection, json!({"disabled": true}), "nowhere", json!("connection_not_live")),
            (&connection, json!({"disabled": false}), "straight", Value::Null),
            (&application, json!({"disabled": true}), "nowhere", json!("app_disabled")),
            (&application, json!({"disabled": false}), "straight", Value::Null),
        ] {
            town.change(path, &body).await;
            let before = town.traces().await;
            let (_, told) = town.foretell(&town.admin, "Ann@ACME.test").await;
            let map = town.map().await;
            assert_eq!(before, town.traces().await, "something was written");
            assert_eq!(
                (&told["leads"]["to"], &told["asked"]),
                (&json!(to), &json!(true)),
                "{told}"
            );
            assert_eq!(told["leads"]["refused"].get("code").unwrap_or(&Value::Null), &code);
            assert_eq!(town.goes_straight("Ann@ACME.test").await, to == "straight", "{body}");
            let way = &map["apps"][0]["ways"][0]["refused"];
            assert_eq!(way.is_null(), to == "straight", "{map:#}");
        }
        assert_eq!(town.map().await["domains"][0]["leads"]["to"], "straight");
    });
}

#[test]
fn who_is_known_and_refused_is_told_before() {
    run(async {
        let town = Town::new().await;
        let body = json!({"new_users": "invited_only"});
        town.change(&format!("/connections/{}", town.acme.connection), &body).await;
        let (_, told) = town.foretell(&town.admin, "ann@acme.test").await;
        assert_eq!(
            (&told["user"], &told["refused"]["code"]),
            (&Value::Null, &json!("not_invited"))
        );
        let body = json!({"new_users": "create"});
        town.change(&format!("/connections/{}", town.acme.connection), &body).await;
        assert_eq!(town.foretell(&town.admin, "ann@acme.test").await.1["refused"], Value::Null);
    });
}

#[test]
fn the_map_tells_every_broken_line_and_why() {
    run(async {
        let town = Town::new().await;
        let pending = town.path("domains/new.test");
        town.root.call(&town.house, ("PUT", &pending), None, &Value::Null).await;
        let made = json!({"organization": town.acme.organization.as_str(), "name": "Draft", "protocol": "saml"});
        let (status, draft) = town.root.post(&town.house, "/connections", &made).await;
        assert_eq!(status, 201, "{draft}");
        let only = json!({"allowed_connections": [draft["id"]], "allowed_roles": ["admin"]});
        town.change(&format!("/apps/{}", town.wiki), &only).await;
        let map = town.map().await;
        let domain = |name: &str| {
            let all = map["domains"].as_array().unwrap();
            all.iter().find(|one| one["domain"] == name).unwrap().clone()
        };
        assert_eq!(
            domain("acme.test")["leads"]["connections"],
            json!([town.acme.connection.as_str()])
        );
        assert_eq!(
            (&domain("new.test")["leads"], &domain("new.test")["state"]),
            (&Value::Null, &json!("pending"))
        );
        let connections = map["connections"].as_array().unwrap();
        let refused = |name: &str| {
            connections.iter().find(|one| one["id"] == name).unwrap()["refused"].clone()
        };
        assert_eq!(refused(town.acme.connection.as_str()), Value::Null);
        assert_eq!(refused(draft["id"].as_str().unwrap())["code"], "connection_not_live");
        let app = &map["apps"][0];
        assert_eq!(app["by_role"], true);
        let ways = app["ways"].as_array().unwrap();
        let codes: Vec<_> = ways.iter().map(|way| way["refused"]["code"].clone()).collect();
        assert!(codes.contains(&json!("app_connection_refused")), "{map:#}");
        assert!(codes.contains(&json!("connection_not_live")), "{map:#}");
        assert_eq!((&map["password"], &map["cut"]), (&Value::Null, &json!(false)));
        let (_, told) = town.foretell(&town.admin, "ann@acme.test").await;
        assert_eq!(told["leads"]["refused"]["code"], "app_connection_refused");
    });
}
