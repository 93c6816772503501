//! Mail domains through the public door: proved by a record in DNS or by the operator, kept,
//! lost, and what follows for sign-ins.

mod attacks;
mod sign_ins;

use doorward::jobs::{self, Jobs, Last};
use doorward::model::secret::Digest;
use doorward::model::time::{DAY, HOUR};
use doorward::store::attempts;
use serde_json::{Value, json};

use crate::house::{self, Browser, House, run};
use crate::support::admin::Admin;
use crate::support::dns::{NameServer, Says, txt};
use crate::support::tenant::{Tenant, app, authorize, sent};

/// A house with a name server, two organizations with a provider each, and administrators.
struct Town {
    house: House,
    dns: NameServer,
    root: Admin,
    acme: Tenant,
    acme_admin: Admin,
    evil: Tenant,
    evil_admin: Admin,
    wiki: doorward::model::id::AppId,
}

impl Town {
    async fn new() -> Self {
        let dns = NameServer::start();
        let house = house::open_asking(dns.address).await;
        let (acme, evil) = (Tenant::open(&house, "acme").await, Tenant::open(&house, "evil").await);
        let root = Admin::open(&house, None).await;
        let acme_admin = Admin::open(&house, Some(&acme.organization)).await;
        let evil_admin = Admin::open(&house, Some(&evil.organization)).await;
        let wiki = app(&house).await;
        Self { house, dns, root, acme, acme_admin, evil, evil_admin, wiki }
    }

    fn path(tenant: &Tenant, domain: &str) -> String {
        format!("/organizations/{}/domains/{domain}", tenant.organization)
    }

    async fn call(&self, by: &Admin, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let called = by.call(&self.house, (method, path), None, body).await;
        (called.status, called.json)
    }

    /// Adds a domain and publishes its record.
    async fn publish(&self, by: &Admin, tenant: &Tenant, domain: &str) -> Value {
        let path = Self::path(tenant, domain);
        let (status, item) = self.call(by, "PUT", &path, &Value::Null).await;
        assert_eq!(status, 200, "{item}");
        let field = |name: &str| item["record"][name].as_str().unwrap();
        self.dns.set(field("name"), txt(field("value")));
        item
    }

    async fn check(&self, by: &Admin, tenant: &Tenant, domain: &str) -> (u16, Value) {
        let path = format!("{}/check", Self::path(tenant, domain));
        self.call(by, "POST", &path, &Value::Null).await
    }

    async fn find(&self, tenant: &Tenant, domain: &str) -> Value {
        self.call(&self.root, "GET", &Self::path(tenant, domain), &Value::Null).await.1
    }

    async fn accept(&self, tenant: &Tenant, domain: &str, body: &Value) -> (u16, Value) {
        let path = format!("{}/accept", Self::path(tenant, domain));
        self.call(&self.root, "POST", &path, body).await
    }

    /// Adds a domain, publishes its record and has it found.
    async fn prove(&self, by: &Admin, tenant: &Tenant, domain: &str) {
        self.publish(by, tenant, domain).await;
        let (status, item) = self.check(by, tenant, domain).await;
        assert_eq!((status, &item["state"]), (200, &json!("proved_by_dns")), "{item}");
    }

    /// Which of the two an address is sent to.
    async fn leads(&self, address: &str) -> &'static str {
        let link = authorize(&self.wiki, &[("login_hint", address)]);
        let asked = self.house.get(&mut Browser::new(), &link).await;
        let Some(handle) = sent(&asked, "RelayState") else { return "nowhere" };
        let digest = Digest::of_ordered(&handle);
        let attempt = self.house.read(move |tx| attempts::find_by_handle(tx, digest)).await;
        let connection = attempt.unwrap().connection.unwrap();
        if connection == self.acme.connection { "acme" } else { "evil" }
    }

    /// So much later, the periodic functions run.
    async fn later(&self, milliseconds: i64) {
        self.house.wait(milliseconds);
        jobs::tick(&Jobs::of(&self.house.hub), &mut Last::default()).await;
    }

    async fn audited(&self, action: &str) -> Vec<Value> {
        let (_, listed) = self.root.get(&self.house, "/audit-events?limit=100").await;
        let items = listed["items"].as_array().unwrap().iter();
        items.filter(|item| item["action"] == action).cloned().collect()
    }
}

#[test]
fn an_organization_proves_its_domain_by_a_record() {
    run(async {
        let town = Town::new().await;
        let (acme, admin) = (&town.acme, &town.acme_admin);
        let path = Town::path(acme, "acme.test");
        let (status, item) = town.call(admin, "PUT", &path, &Value::Null).await;
        assert_eq!((status, &item["state"]), (200, &json!("pending")), "{item}");
        assert_eq!(item["record"]["type"], "TXT");
        assert_eq!(item["record"]["name"], "_doorward-challenge.acme.test");
        let value = item["record"]["value"].as_str().unwrap();
        assert!(value.starts_with("doorward-verification=") && value.len() == 54, "{value}");
        assert_eq!(item["last_check"], Value::Null);
        assert_eq!(town.leads("ann@acme.test").await, "nowhere");
        // Not published yet.
        let (status, item) = town.check(admin, acme, "acme.test").await;
        assert_eq!((status, &item["state"]), (200, &json!("pending")));
        assert_eq!(item["last_check"]["outcome"], "absent", "{item}");
        assert_eq!(item["last_check"]["name"], "_doorward-challenge.acme.test");
        // Published beside others, with other capitals asked for, in two strings.
        let (head, tail) = value.as_bytes().split_at(20);
        let other = vec![b"something=else".to_vec()];
        let parts = Says::Txt(vec![other, vec![head.to_vec(), tail.to_vec()]]);
        town.dns.set("_doorward-challenge.acme.test", parts);
        let (status, item) = town.check(admin, acme, "Acme.TEST.").await;
        assert_eq!((status, &item["state"]), (200, &json!("proved_by_dns")), "{item}");
        assert_eq!(item["last_check"]["outcome"], "found");
        assert_eq!(town.find(acme, "acme.test").await, item);
        assert_eq!(town.leads("ann@Acme.test").await, "acme");
        assert_eq!(town.leads("ann@mail.acme.test").await, "nowhere");
        let audited = town.audited("domain.prove").await;
        assert_eq!(audited.len(), 1);
        assert_eq!(audited[0]["before"]["state"], "pending");
        assert_eq!(audited[0]["after"]["state"], "proved_by_dns");
        assert_eq!(audited[0]["actor"]["type"], "token");
        // Gone by the organization's own hand.
        let (status, _) = town.call(admin, "DELETE", &path, &Value::Null).await;
        assert_eq!(status, 204);
        assert_eq!(town.leads("ann@acme.test").await, "nowhere");
        // The record of before proves nothing for what is added anew.
        let (_, again) = town.call(admin, "PUT", &path, &Value::Null).await;
        assert_ne!(again["record"]["value"], value);
        let (_, again) = town.check(admin, acme, "acme.test").await;
        assert_eq!(again["last_check"]["outcome"], "different");
        assert_eq!(again["last_check"]["texts"], json!(["something=else", value]));
    });
}

#[test]
fn the_operator_decides_without_dns() {
    run(async {
        let town = Town::new().await;
        let acme = &town.acme;
        let path = Town::path(acme, "acme.test");
        let accept = format!("{path}/accept");
        let (status, _) = town.call(&town.acme_admin, "POST", &accept, &json!({})).await;
        assert_eq!(status, 403);
        assert_eq!(town.leads("ann@acme.test").await, "nowhere");
        let (status, item) = town.accept(acme, "acme.test", &json!({})).await;
        assert_eq!((status, &item["state"]), (200, &json!("proved_by_operator")), "{item}");
        assert_eq!(town.leads("ann@acme.test").await, "acme");
        assert_eq!(town.audited("domain.accept").await.len(), 1);
        // It stands whatever DNS says, and is not looked for by itself.
        let (_, item) = town.check(&town.acme_admin, acme, "acme.test").await;
        assert_eq!(
            (&item["state"], item["warning"].is_null()),
            (&json!("proved_by_operator"), true)
        );
        let asked = town.dns.asked().len();
        for _ in 0..5 {
            town.later(DAY).await;
        }
        assert_eq!(town.dns.asked().len(), asked);
        assert_eq!(town.leads("ann@acme.test").await, "acme");
        // What the operator decided, only the operator widens; anybody narrows.
        let wide = json!({"include_subdomains": true});
        assert_eq!(town.call(&town.acme_admin, "PATCH", &path, &wide).await.0, 403);
        assert_eq!(town.call(&town.root, "PATCH", &path, &wide).await.0, 200);
        assert_eq!(town.leads("ann@mail.acme.test").await, "acme");
        let narrow = json!({"include_subdomains": false});
        assert_eq!(town.call(&town.acme_admin, "PATCH", &path, &narrow).await.0, 200);
        assert_eq!(town.leads("ann@mail.acme.test").await, "nowhere");
    });
}

#[test]
fn what_nobody_can_prove_is_refused_to_everybody() {
    run(async {
        let town = Town::new().await;
        for (domain, part) in [
            ("gmail.com", "mail provider"),
            ("GMail.Com.", "mail provider"),
            ("hotmail.co.uk", "mail provider"),
            ("co.uk", "public suffix"),
            ("github.io", "public suffix"),
            ("b%C3%BCcher.example", "xn--"),
            ("acme", "such as acme.example"),
            ("ann@acme.test", "without @"),
            ("*.acme.test", "such as acme.example"),
            ("10.0.0.1", "such as acme.example"),
            (&["a"; 12].join("."), "10 labels"),
        ] {
            for (by, method, tail) in [
                (&town.acme_admin, "PUT", ""),
                (&town.root, "PUT", ""),
                (&town.root, "POST", "/accept"),
            ] {
                let path = format!("{}{tail}", Town::path(&town.acme, domain));
                let body = if tail.is_empty() { Value::Null } else { json!({}) };
                let (status, problem) = town.call(by, method, &path, &body).await;
                assert_eq!(status, 422, "{domain}: {problem}");
                let detail = problem["errors"][0]["detail"].as_str().unwrap();
                assert!(detail.contains(part), "{domain}: {detail}");
            }
        }
        let (status, _) = town.check(&town.acme_admin, &town.acme, "never-added.test").await;
        assert_eq!(status, 404);
        assert_eq!(town.dns.asked(), Vec::<String>::new());
    });
}

#[test]
fn who_is_covered_by_which_domain() {
    run(async {
        let town = Town::new().await;
        town.prove(&town.acme_admin, &town.acme, "acme.test").await;
        let path = Town::path(&town.acme, "acme.test");
        let wide = json!({"include_subdomains": true});
        assert_eq!(town.leads("ann@eu.acme.test").await, "nowhere");
        assert_eq!(town.call(&town.acme_admin, "PATCH", &path, &wide).await.0, 200);
        assert_eq!(town.leads("ann@eu.acme.test").await, "acme");
        // Another organization's own proof of a subdomain wins, by record or by decision.
        town.prove(&town.evil_admin, &town.evil, "eu.acme.test").await;
        town.accept(&town.evil, "us.acme.test", &json!({})).await;
        for (domain, expected) in [
            ("acme.test", "acme"),
            ("eu.acme.test", "evil"),
            ("us.acme.test", "evil"),
            ("x.eu.acme.test", "acme"),
            ("x.y.acme.test", "acme"),
            ("notacme.test", "nowhere"),
        ] {
            assert_eq!(town.leads(&format!("ann@{domain}")).await, expected, "{domain}");
        }
    });
}

/// The record is gone for three checks and two days: the domain is lost, until it is back.
#[test]
fn a_record_that_is_gone_for_days_loses_the_domain() {
    run(async {
        let town = Town::new().await;
        let (acme, admin) = (&town.acme, &town.acme_admin);
        town.prove(admin, acme, "acme.test").await;
        let record = town.find(acme, "acme.test").await["record"].clone();
        let (name, value) = (record["name"].as_str().unwrap(), record["value"].as_str().unwrap());
        // It is looked for every day, not more often.
        let asked = town.dns.asked().len();
        town.later(HOUR).await;
        assert_eq!(town.dns.asked().len(), asked);
        town.later(DAY + 2 * HOUR).await;
        assert_eq!(town.dns.asked().len(), asked + 1);
        let states = |item: &Value| {
            (item["state"].as_str().unwrap().to_owned(), item["warning"].is_string())
        };
        town.dns.set(name, txt("doorward-verification=of-somebody-else"));
        town.later(DAY + 2 * HOUR).await;
        let item = town.find(acme, "acme.test").await;
        assert_eq!(states(&item), ("proved_by_dns".to_owned(), true), "{item}");
        // However often somebody asks in between.
        for _ in 0..4 {
            town.check(admin, acme, "acme.test").await;
        }
        town.dns.set(name, Says::NoData);
        town.later(DAY + 2 * HOUR).await;
        town.dns.remove(name);
        let item = town.find(acme, "acme.test").await;
        assert_eq!(states(&item), ("proved_by_dns".to_owned(), true), "{item}");
        assert_eq!(town.audited("domain.lose").await, Vec::<Value>::new());
        town.later(DAY + 2 * HOUR).await;
        let item = town.find(acme, "acme.test").await;
        assert_eq!(states(&item), ("lost".to_owned(), true), "{item}");
        let lost = town.audited("domain.lose").await;
        assert_eq!(lost[0]["actor"]["type"], "system");
        assert_eq!(lost[0]["organization"], json!(acme.organization));
        // The organization keeps working, and is looked for still.
        assert_eq!(town.leads("ann@acme.test").await, "acme");
        town.dns.set(name, txt(value));
        town.later(DAY + 2 * HOUR).await;
        let item = town.find(acme, "acme.test").await;
        assert_eq!(states(&item), ("proved_by_dns".to_owned(), false), "{item}");
        assert_eq!(town.audited("domain.prove").await.len(), 2);
    });
}

#[test]
fn a_name_server_that_fails_loses_nothing_and_is_asked_less_often() {
    run(async {
        let town = Town::new().await;
        let (acme, name) = (&town.acme, "_doorward-challenge.acme.test");
        town.prove(&town.acme_admin, acme, "acme.test").await;
        for (says, outcome) in [
            (Says::Code(2), "server_failed"),
            (Says::Code(5), "server_failed"),
            (Says::Unproved, "unclear"),
            (Says::Silence, "timed_out"),
        ] {
            town.dns.set(name, says.clone());
            town.later(2 * DAY).await;
            let item = town.find(acme, "acme.test").await;
            assert_eq!(item["state"], "proved_by_dns", "{says:?}");
            assert_eq!(item["last_check"]["outcome"], outcome, "{says:?}");
            assert!(item["warning"].is_string(), "{says:?}");
        }
        town.dns.set(name, Says::Code(2));
        for _ in 0..8 {
            town.later(DAY).await;
        }
        assert_eq!(town.find(acme, "acme.test").await["state"], "proved_by_dns");
        let asked = town.dns.asked().len();
        town.later(HOUR).await;
        assert_eq!(town.dns.asked().len(), asked, "it waits after failures");
        // Nor does it prove anything.
        town.publish(&town.evil_admin, &town.evil, "evil.test").await;
        town.dns.set("_doorward-challenge.evil.test", Says::Unproved);
        let (status, item) = town.check(&town.evil_admin, &town.evil, "evil.test").await;
        assert_eq!((status, &item["state"]), (200, &json!("pending")));
    });
}

#[test]
fn nobody_listens_where_the_name_server_should_be() {
    run(async {
        let free = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let house = house::open_asking(free).await;
        let acme = Tenant::open(&house, "acme").await;
        let root = Admin::open(&house, None).await;
        let path = Town::path(&acme, "acme.test");
        root.call(&house, ("PUT", &path), None, &Value::Null).await;
        let (status, item) = root.post(&house, &format!("{path}/check"), &Value::Null).await;
        assert_eq!((status, &item["state"]), (200, &json!("pending")), "{item}");
        let outcome = item["last_check"]["outcome"].as_str().unwrap();
        assert!(["unreachable", "timed_out"].contains(&outcome), "{outcome}");
    });
}
