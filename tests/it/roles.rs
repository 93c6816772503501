//! Roles through the public door: named, mapped to groups, followed at every sign-in, told to
//! apps, and out of reach of those who would make themselves owners.

mod api;
mod apps;
mod escalation;
mod guards;
mod owners;
mod previews;
mod sign_ins;
mod stale;

use actix_web::test::TestRequest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward::model::id::{AppId, ConnectionId, OrganizationId};
use doorward::model::time::SECOND;
use serde_json::{Value, json};

use crate::house::{self, Answer, Browser, House};
use crate::support::admin::{Admin, Called, by_browser};
use crate::support::openid::Provider;
use crate::support::tenant::{CALLBACK, Tenant, app, authorize, sent};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// A house with an organization whose provider names groups, an app, and who runs it all.
struct Town {
    house: House,
    root: Admin,
    acme: OrganizationId,
    provider: Provider,
    okta: ConnectionId,
    wiki: AppId,
}

impl Town {
    async fn new() -> Self {
        let house = house::open_among_private().await;
        let acme = Tenant::bare(&house, "acme").await;
        let provider = Provider::start();
        let okta = provider.connect(&house, &acme).await;
        let root = Admin::open(&house, None).await;
        let wiki = app(&house).await;
        let town = Self { house, root, acme, provider, okta, wiki };
        let told = json!({"roles_claim": true, "groups_claim": true});
        town.edit("PATCH", &town.app_path(), &told).await;
        town
    }

    fn app_path(&self) -> String {
        format!("/apps/{}", self.wiki)
    }

    fn connection_path(&self) -> String {
        format!("/connections/{}", self.okta)
    }

    /// Changes whichever version is there.
    async fn try_edit(&self, method: &str, path: &str, body: &Value) -> Called {
        self.root.call(&self.house, (method, path), Some("*"), body).await
    }

    async fn edit(&self, method: &str, path: &str, body: &Value) -> Value {
        let called = self.try_edit(method, path, body).await;
        assert!(called.status < 300, "{method} {path}: {} {}", called.status, called.json);
        called.json
    }

    /// Makes a role; gives its identifier.
    async fn role(&self, name: &str) -> String {
        let path = format!("/organizations/{}/roles", self.acme);
        let (status, item) = self.root.post(&self.house, &path, &json!({"name": name})).await;
        assert_eq!(status, 201, "{item}");
        item["id"].as_str().unwrap().to_owned()
    }

    async fn try_map(&self, pairs: &[(&str, &str)]) -> Called {
        let path = format!("{}/role-mappings", self.connection_path());
        self.try_edit("PUT", &path, &mappings(pairs)).await
    }

    /// Maps groups to roles, in the place of whatever was mapped.
    async fn map(&self, pairs: &[(&str, &str)]) -> Value {
        let called = self.try_map(pairs).await;
        assert_eq!(called.status, 200, "{}", called.json);
        called.json
    }

    async fn mapped(&self) -> Value {
        let path = format!("{}/role-mappings", self.connection_path());
        self.root.get(&self.house, &path).await.1
    }

    async fn set(&self, settings: &Value) {
        self.edit("PATCH", &self.connection_path(), settings).await;
    }

    /// Signs somebody in to the app by the provider; `groups` null = it says nothing of them.
    async fn come(&self, browser: &mut Browser, person: &str, groups: &Value) -> Answer {
        let more = [("connection", self.okta.as_str()), ("prompt", "login")];
        self.come_asking(browser, &more, person, groups).await
    }

    async fn come_asking(
        &self,
        browser: &mut Browser,
        more: &[(&str, &str)],
        person: &str,
        groups: &Value,
    ) -> Answer {
        // Attempts of one moment have no order.
        self.house.wait(SECOND);
        let asked = self.house.get(browser, &authorize(&self.wiki, more)).await;
        let back = self.provider.vouch_changed(self.house.hub.now(), &asked, person, |claims| {
            if groups.is_object() {
                // What is not the groups themselves but says something of them.
                for (name, value) in groups.as_object().unwrap() {
                    claims[name] = value.clone();
                }
            } else if !groups.is_null() {
                claims["groups"] = groups.clone();
            }
        });
        self.house.get(browser, &back).await
    }

    /// The same in a new browser; they get in.
    async fn arrive(&self, person: &str, groups: &Value) -> (Browser, Value) {
        let mut browser = Browser::new();
        let back = self.come(&mut browser, person, groups).await;
        let claims = self.told(&back).await;
        (browser, claims)
    }

    /// The roles an app is told of after a sign-in.
    async fn roles_told(&self, person: &str, groups: &Value) -> Value {
        self.arrive(person, groups).await.1["roles"].clone()
    }

    /// The tokens of an answer that carries a code.
    async fn tokens(&self, back: &Answer) -> Value {
        let code = sent(back, "code").unwrap_or_else(|| panic!("{} {}", back.status, back.body));
        let answer = self.redeem(&code).await;
        serde_json::from_str(&answer.body).unwrap()
    }

    async fn redeem(&self, code: &str) -> Answer {
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", self.wiki.as_str()),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        self.house.post(&mut Browser::new(), "/oauth2/token", &fields).await
    }

    /// What the ID token says.
    async fn told(&self, back: &Answer) -> Value {
        let tokens = self.tokens(back).await;
        claims(tokens["id_token"].as_str().unwrap_or_else(|| panic!("{tokens}")))
    }

    /// What userinfo says.
    async fn userinfo(&self, token: &str) -> Answer {
        let request = TestRequest::get()
            .uri("/oauth2/userinfo")
            .insert_header(("Authorization", format!("Bearer {token}")));
        self.house.send(&mut Browser::new(), request).await
    }

    /// A person as the admin API shows them.
    async fn person(&self, email: &str) -> Value {
        let path = format!("/users?organization={}&limit=200", self.acme);
        let (_, list) = self.root.get(&self.house, &path).await;
        let items = list["items"].as_array().unwrap().clone();
        items.into_iter().find(|item| item["email"] == email).expect("a person of that address")
    }

    /// A call of the admin API by the session of a browser, as the console would make it.
    async fn by_browser(
        &self,
        browser: &mut Browser,
        (method, path): (&str, &str),
        body: &Value,
    ) -> (u16, Value) {
        by_browser(&self.house, browser, (method, path), body).await
    }
}

/// A body that maps (role, group) pairs.
fn mappings(pairs: &[(&str, &str)]) -> Value {
    let one = |(role, group): &(&str, &str)| json!({"role": role, "group": group});
    json!({"mappings": pairs.iter().map(one).collect::<Vec<_>>()})
}

fn claims(token: &str) -> Value {
    let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// The check of an attempt with this name.
fn check<'a>(attempt: &'a Value, name: &str) -> &'a Value {
    let checks = attempt["checks"].as_array().unwrap();
    checks.iter().rev().find(|check| check["name"] == name).unwrap_or(&Value::Null)
}
