//! Passwords of people who are not owners: set by a link, typed beside their organization's own
//! way in, and telling strangers nothing.

use actix_web::http::StatusCode;
use doorward::model::id::{OrganizationId, UserId};
use doorward::model::organization::{Enforcement, EnforcementMode};
use doorward::model::time::{HOUR, MINUTE, Millis};
use doorward::store::{Page, audit, local, organizations, sessions, throttles, users};
use serde_json::{Value, json};

use crate::house::{self, Answer, Browser, House, PASSWORD, run};
use crate::support::admin::Admin;
use crate::support::local as typing;
use crate::support::tenant::Tenant;

mod ended;
mod links;
mod meanwhile;
mod profile;
mod required;
mod several;
mod sign_ins;
mod strangers;

/// A second password, as good as the first.
const OTHER: &str = "seven grey herons wading";

/// A house with an organization, its provider, and the administrator of everything.
struct Scene {
    house: House,
    acme: Tenant,
    root: Admin,
}

impl Scene {
    async fn new() -> Self {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let root = Admin::open(&house, None).await;
        Self { house, acme, root }
    }

    /// Makes somebody of an organization; gives their identifier.
    async fn add(&self, of: &OrganizationId, email: &str) -> String {
        let body = json!({"organization": of, "email": email, "name": "Bob"});
        let (status, item) = self.root.post(&self.house, "/users", &body).await;
        assert_eq!(status, 201, "{item}");
        item["id"].as_str().unwrap().to_owned()
    }

    /// A new link for somebody: the token of it.
    async fn link(&self, user: &str) -> String {
        let path = format!("/users/{user}/password-link");
        let (status, item) = self.root.post(&self.house, &path, &Value::Null).await;
        assert_eq!(status, 200, "{item}");
        let link = item["link"].as_str().unwrap();
        link.strip_prefix("http://localhost:8080/password#").unwrap().to_owned()
    }

    /// Sets a password through a link.
    async fn set(&self, browser: &mut Browser, token: &str, password: &str) -> Answer {
        let fields = [("token", token), ("password", password)];
        self.house.fill(browser, "/password", &fields).await
    }

    /// Somebody of an organization who has a password.
    async fn bob(&self, of: &OrganizationId, email: &str, password: &str) -> String {
        let user = self.add(of, email).await;
        let token = self.link(&user).await;
        let set = self.set(&mut Browser::new(), &token, password).await;
        assert_eq!(set.status, StatusCode::OK, "{}", set.body);
        user
    }

    /// Holds a domain for an organization.
    async fn hold(&self, of: &OrganizationId, domain: &str) {
        let path = format!("/organizations/{of}/domains/{domain}");
        self.root.call(&self.house, ("PUT", &path), None, &json!({})).await;
        let (status, item) =
            self.root.post(&self.house, &format!("{path}/accept"), &json!({})).await;
        assert_eq!(status, 200, "{item}");
    }

    async fn enforce(&self, of: &OrganizationId, mode: EnforcementMode, from: Option<Millis>) {
        let of = of.clone();
        self.house
            .write(move |tx| {
                let mut organization = organizations::find(tx, &of)?.unwrap();
                organization.settings.enforcement =
                    Enforcement { mode, starts_at: from, ..Enforcement::default() };
                organizations::set_settings(tx, &organization.id, &organization.settings)
            })
            .await;
    }

    /// Types an address at the general page.
    async fn typed(&self, browser: &mut Browser, email: &str) -> Answer {
        self.house.fill(browser, "/login", &[("email", email)]).await
    }

    /// Types the password into a page that asks for one.
    async fn type_in(
        &self,
        browser: &mut Browser,
        page: &Answer,
        (email, password): (&str, &str),
    ) -> Answer {
        typing::type_in(&self.house, browser, page, (email, password)).await
    }

    /// Signs in at the general page, from there on.
    async fn sign_in(&self, browser: &mut Browser, email: &str, password: &str) -> Answer {
        // Whoever is signed in is not asked.
        browser.cookies.remove("doorward-session");
        let page = self.typed(browser, email).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        self.type_in(browser, &page, (email, password)).await
    }

    async fn sessions(&self) -> usize {
        self.house.read(|tx| sessions::list(tx, None, None, &Page::first(50))).await.len()
    }

    async fn actions(&self) -> Vec<String> {
        let events = self.house.read(|tx| audit::list(tx, None, &Page::first(200))).await;
        events.into_iter().map(|event| event.action).collect()
    }
}

/// A page without what differs in every browser.
fn bare(page: &Answer, email: &str) -> String {
    let mut text = page.body.clone();
    for name in ["csrf", "attempt"] {
        if text.contains(&format!("name=\"{name}\"")) {
            text = text.replace(&page.field(name), "");
        }
    }
    text.replace(email, "")
}

fn is_in(answer: &Answer) -> bool {
    answer.status == StatusCode::SEE_OTHER && answer.header("location") == "http://localhost:8080/"
}
