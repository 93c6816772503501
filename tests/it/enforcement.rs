//! How far single sign-on is the way in: what may be required when, and what it changes.

mod off;
mod preflight;
mod required;

use doorward::model::time::DAY;
use serde_json::{Value, json};

use crate::house::{self, Answer, Browser, House, PASSWORD, run};
use crate::support::admin::{Admin, Called};
use crate::support::door::{App, EMAIL, add_app, is_in, owner};
use crate::support::openid::Provider;
use crate::support::tenant::{Tenant, app, authorize, sent};
use crate::support::testing::activate;
use crate::support::{local, owner};

const ANN: &str = "ann@acme.test";

async fn put(house: &House, admin: &Admin, acme: &Tenant, body: &Value) -> Called {
    put_of(house, admin, acme.organization.as_str(), body).await
}

async fn put_of(house: &House, admin: &Admin, organization: &str, body: &Value) -> Called {
    let path = format!("/organizations/{organization}/enforcement");
    let read = admin.call(house, ("GET", &path), None, &Value::Null).await;
    assert_eq!(read.status, 200, "{}", read.json);
    admin.call(house, ("PUT", &path), Some(&read.etag), body).await
}

async fn patch(house: &House, admin: &Admin, path: &str, body: &Value) -> Called {
    let read = admin.call(house, ("GET", path), None, &Value::Null).await;
    admin.call(house, ("PATCH", path), Some(&read.etag), body).await
}

#[test]
fn it_is_not_required_before_nobody_can_be_locked_out() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let admin = Admin::open(&house, Some(&acme.organization)).await;
        let (_, before) =
            admin.get(&house, &format!("/organizations/{}/enforcement", acme.organization)).await;
        assert_eq!(before["mode"], "optional");
        assert_eq!(before["ready"], false);
        assert_eq!(before["in_force"], false);
        let refused = put(&house, &admin, &acme, &json!({ "mode": "required" })).await;
        assert_eq!((refused.status, &refused.json["code"]), (409, &json!("not_ready")));
        let named: Vec<&str> = refused.json["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| {
                assert!(!error["detail"].as_str().unwrap().is_empty(), "{error}");
                error["field"].as_str().unwrap()
            })
            .collect();
        assert_eq!(named, ["proved_by_owner", "owner_ready", "drill"]);
        // Later is no way round it, either.
        let later = house.hub.now().plus(DAY).rfc3339();
        let body = json!({ "mode": "required", "starts_at": later });
        assert_eq!(put(&house, &admin, &acme, &body).await.json["code"], "not_ready");
        let (_, after) =
            admin.get(&house, &format!("/organizations/{}/enforcement", acme.organization)).await;
        assert_eq!(after, before);
    });
}

#[test]
fn whom_it_concerns_is_told_by_name() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let admin = Admin::open(&house, Some(&acme.organization)).await;
        acme.sign_in(&house, &mut Browser::new(), ANN).await;
        let path = format!("/organizations/{}/enforcement", acme.organization);
        let (_, found) = admin.get(&house, &path).await;
        assert_eq!(
            found["people"],
            json!({ "active": 1, "linked": 1, "not_linked": [], "without_password": 1 })
        );
        // Known only to a connection that is switched off.
        let connection = format!("/connections/{}", acme.connection);
        patch(&house, &admin, &connection, &json!({ "disabled": true })).await;
        let (_, found) = admin.get(&house, &path).await;
        assert_eq!(found["people"]["linked"], 0);
        assert_eq!(found["people"]["not_linked"][0]["email"], ANN);
    });
}

#[test]
fn values_that_make_no_sense_are_named() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let admin = Admin::open(&house, Some(&acme.organization)).await;
        let too_late = house.hub.now().plus(91 * DAY).rfc3339();
        for (body, field) in [
            (json!({ "mode": "required", "starts_at": "tomorrow" }), "starts_at"),
            (json!({ "mode": "required", "starts_at": too_late }), "starts_at"),
            (json!({ "mode": "optional", "starts_at": house.hub.now().rfc3339() }), "starts_at"),
        ] {
            let refused = put(&house, &admin, &acme, &body).await;
            assert_eq!(refused.status, 422, "{body}");
            assert_eq!(refused.json["errors"][0]["field"], field, "{}", refused.json);
        }
        assert_eq!(put(&house, &admin, &acme, &json!({ "mode": "must" })).await.status, 422);
    });
}

#[test]
fn what_is_off_or_not_allowed_is_no_way_in() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let (own, operator) =
            (Admin::open(&house, Some(&acme.organization)).await, Admin::open(&house, None).await);
        let organization = format!("/organizations/{}", acme.organization);
        let app = app(&house).await;
        let login = format!("/o/{}", acme.path);
        let to_provider = async || {
            let at_path = house.get(&mut Browser::new(), &login).await;
            let named = [("connection", acme.connection.as_str())];
            let at_app = house.get(&mut Browser::new(), &authorize(&app, &named)).await;
            let sent = [sent(&at_path, "SAMLRequest"), sent(&at_app, "SAMLRequest")];
            assert_eq!(sent[0].is_some(), sent[1].is_some());
            sent[0].is_some()
        };
        assert!(to_provider().await);
        // An answer on its way as it is switched off comes too late.
        let mut browser = Browser::new();
        let asked = house.get(&mut browser, &login).await;
        assert_eq!(put(&house, &own, &acme, &json!({ "mode": "off" })).await.status, 200);
        let handle = sent_state(&asked);
        let answer = acme.answer(house.hub.now(), &handle, ANN);
        let late = acme.post(&house, &handle, &answer).await;
        assert!(late.status.is_client_error(), "{}", late.status);
        assert!(!to_provider().await);
        assert_eq!(put(&house, &own, &acme, &json!({ "mode": "optional" })).await.status, 200);
        assert!(to_provider().await);

        // The plan is the operator's to say.
        let forbid = json!({ "sso_allowed": false });
        assert_eq!(patch(&house, &own, &organization, &forbid).await.status, 403);
        assert_eq!(patch(&house, &operator, &organization, &forbid).await.status, 200);
        assert!(!to_provider().await);
        let refused = put(&house, &own, &acme, &json!({ "mode": "required" })).await;
        assert_eq!(refused.json["errors"][0]["field"], "sso_allowed", "{}", refused.json);
        patch(&house, &operator, &organization, &json!({ "sso_allowed": true })).await;
        assert!(to_provider().await);
    });
}

fn sent_state(answer: &house::Answer) -> String {
    sent(answer, "RelayState").unwrap()
}

/// A house whose first owner has a second factor, rehearsed, and proved the live revision.
struct Ready {
    house: House,
    root: Admin,
    home: String,
    ann: Browser,
    app: App,
    provider: Provider,
    connection: String,
}

impl Ready {
    async fn new() -> Self {
        let house = house::open_among_private().await;
        let (mut ann, provider) = (Browser::new(), Provider::start());
        house.set_up(&mut ann).await;
        let app = add_app(&house, &mut ann).await;
        let root = Admin::open(&house, None).await;
        let home = owner(&house).await.0.to_string();
        let path = format!("/organizations/{home}");
        patch(&house, &root, &path, &json!({ "path": "acme" })).await;
        let body = json!({
            "organization": home, "name": "Okta", "protocol": "oidc", "config": draft(&house, &provider, 365),
        });
        let (status, made) = root.post(&house, "/connections", &body).await;
        assert_eq!(status, 201, "{made}");
        let connection = made["id"].as_str().unwrap().to_owned();
        let mut ready = Self { house, root, home, ann, app, provider, connection };
        ready.goes_live().await;
        ready.drill().await;
        ready
    }

    /// The owner tests the draft, and it goes live.
    async fn goes_live(&mut self) {
        self.prove("draft").await;
        let called = activate(&self.house, &self.root, &self.connection).await;
        assert_eq!(called.status, 200, "{}", called.json);
    }

    async fn prove(&mut self, revision: &str) {
        let at = (&self.provider, self.connection.as_str());
        owner::prove(&self.house, &self.root, at, &mut self.ann, revision).await;
    }

    async fn drill(&mut self) {
        owner::drill(&self.house, &mut self.ann, EMAIL, &self.app).await;
    }

    async fn come_in(&mut self) {
        let answer = owner::come_in(&self.house, &mut self.ann, EMAIL, Some(&self.app)).await;
        assert!(is_in(&self.house, &mut self.ann).await, "{} {}", answer.status, answer.body);
    }

    async fn put_draft(&self, secret_lasts: i64) {
        let path = format!("/connections/{}/draft", self.connection);
        let body = draft(&self.house, &self.provider, secret_lasts);
        let put = self.root.call(&self.house, ("PUT", &path), Some("*"), &body).await;
        assert_eq!(put.status, 200, "{}", put.json);
    }

    async fn put(&self, body: &Value) -> Called {
        put_of(&self.house, &self.root, &self.home, body).await
    }

    async fn shown(&self) -> Value {
        let path = format!("/organizations/{}/enforcement", self.home);
        self.root.get(&self.house, &path).await.1
    }

    /// Holds a domain for the organization.
    async fn hold(&self, domain: &str) {
        let path = format!("/organizations/{}/domains/{domain}", self.home);
        self.root.call(&self.house, ("PUT", &path), None, &json!({})).await;
        let accept = format!("{path}/accept");
        let (status, item) = self.root.post(&self.house, &accept, &json!({})).await;
        assert_eq!(status, 200, "{item}");
    }

    /// Somebody comes through the provider.
    async fn arrive(&self, person: &str) -> Browser {
        self.house.wait(1_000);
        let mut browser = Browser::new();
        let asked = self.house.get(&mut browser, "/o/acme").await;
        let back = self.provider.vouch(self.house.hub.now(), &asked, person);
        let answer = self.house.get(&mut browser, &back).await;
        assert!(is_in(&self.house, &mut browser).await, "{} {}", answer.status, answer.body);
        browser
    }

    /// Somebody tries a password at the general page; gives the last answer.
    async fn by_password(&self, browser: &mut Browser, email: &str) -> Answer {
        browser.cookies.remove("doorward-session");
        let page = self.house.fill(browser, "/login", &[("email", email)]).await;
        if page.status.as_u16() != 200 {
            return page;
        }
        local::type_in(&self.house, browser, &page, (email, PASSWORD)).await
    }
}

fn draft(house: &House, provider: &Provider, secret_lasts: i64) -> Value {
    json!({
        "issuer": provider.issuer, "client_id": "doorward", "client_secret": "s3cret",
        "client_secret_expires_at": house.hub.now().plus(secret_lasts * DAY).rfc3339(),
    })
}
