//! Who becomes a user at a first sign-in, and as whom: through the public door.

mod announced;
mod first_owner;
mod foreseen;
mod invitations;
mod new_users;
mod profile;
mod relinks;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward::model::id::{AppId, ConnectionId, OrganizationId};
use serde_json::{Value, json};

use crate::house::{self, Answer, Browser, House};
use crate::support::admin::{Admin, Called};
use crate::support::openid::Provider;
use crate::support::tenant::{CALLBACK, Tenant, app, authorize, onward, sent};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// A house with one organization, its provider and an app, and administrators.
pub struct Place {
    pub house: House,
    pub provider: Provider,
    pub acme: OrganizationId,
    pub connection: ConnectionId,
    pub root: Admin,
    pub admin: Admin,
    pub wiki: AppId,
}

impl Place {
    pub async fn new() -> Self {
        let house = house::open_among_private().await;
        let acme = Tenant::bare(&house, "acme").await;
        let provider = Provider::start();
        let connection = provider.connect(&house, &acme).await;
        let root = Admin::open(&house, None).await;
        let admin = Admin::open(&house, Some(&acme)).await;
        let wiki = app(&house).await;
        Self { house, provider, acme, connection, root, admin, wiki }
    }

    /// One whose organization has proved `acme.test`.
    pub async fn proved() -> Self {
        let place = Self::new().await;
        place.prove(&place.acme, "acme.test").await;
        place
    }

    pub async fn prove(&self, organization: &OrganizationId, domain: &str) {
        let path = format!("/organizations/{organization}/domains/{domain}/accept");
        let (status, item) = self.root.post(&self.house, &path, &json!({})).await;
        assert_eq!(status, 200, "{item}");
    }

    /// Changes a thing, whichever version there is.
    pub async fn patch(&self, path: &str, body: &Value) -> Called {
        self.admin.call(&self.house, ("PATCH", path), Some("*"), body).await
    }

    pub async fn invited_only(&self) {
        let path = format!("/connections/{}", self.connection);
        let set = self.patch(&path, &json!({"new_users": "invited_only"})).await;
        assert_eq!((set.status, &set.json["new_users"]), (200, &json!("invited_only")));
    }

    pub async fn require(&self, fields: &Value) {
        let path = format!("/organizations/{}", self.acme);
        let set = self.patch(&path, &json!({ "required_fields": fields })).await;
        assert_eq!((set.status, &set.json["required_fields"]), (200, fields), "{}", set.json);
    }

    /// Where the app sends somebody of the organization.
    pub fn link(&self) -> String {
        let connection = self.connection.as_str();
        self.link_through(&[("organization", self.acme.as_str()), ("connection", connection)])
    }

    pub fn link_through(&self, more: &[(&str, &str)]) -> String {
        authorize(&self.wiki, more).replace("scope=openid", "scope=openid+email+profile")
    }

    /// Signs somebody in, about whom the provider says `claims`; gives what the browser ends on.
    pub async fn come(&self, browser: &mut Browser, claims: Value) -> Answer {
        let asked = self.house.get(browser, &self.link()).await;
        self.answer(browser, &asked, claims).await
    }

    /// Brings the provider's answer to what was `asked`.
    pub async fn answer(&self, browser: &mut Browser, asked: &Answer, claims: Value) -> Answer {
        let back = self.provider.vouch_changed(self.house.hub.now(), asked, "nobody", |said| {
            let said = said.as_object_mut().unwrap();
            for name in ["sub", "email", "name"] {
                said.remove(name);
            }
            said.extend(claims.as_object().unwrap().clone());
        });
        let answer = self.house.get(browser, &back).await;
        if answer.header("location").contains("/login/finish") {
            return self.house.get(browser, &onward(&answer)).await;
        }
        answer
    }

    /// The claims of the ID token after the last hop.
    pub async fn told(&self, back: &Answer) -> Value {
        let code = sent(back, "code").unwrap_or_else(|| panic!("{} {}", back.status, back.body));
        self.redeem(&code).await
    }

    pub async fn redeem(&self, code: &str) -> Value {
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", self.wiki.as_str()),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let answer = self.house.post(&mut Browser::new(), "/oauth2/token", &fields).await;
        let tokens: Value = serde_json::from_str(&answer.body).unwrap();
        let token = tokens["id_token"].as_str().unwrap_or_else(|| panic!("{tokens}"));
        let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
        serde_json::from_slice(&claims).unwrap()
    }

    /// Signs somebody in in a browser of their own and gives their claims.
    pub async fn signs_in(&self, claims: Value) -> Value {
        let back = self.come(&mut Browser::new(), claims).await;
        self.told(&back).await
    }

    pub async fn users(&self) -> Vec<Value> {
        let (_, listed) = self.root.get(&self.house, "/users?limit=200").await;
        listed["items"].as_array().unwrap().clone()
    }

    pub async fn audited(&self, action: &str) -> Vec<Value> {
        let (_, listed) = self.root.get(&self.house, "/audit-events?limit=200").await;
        let items = listed["items"].as_array().unwrap().iter();
        items.filter(|item| item["action"] == action).cloned().collect()
    }
}

/// What a provider says of somebody with a verified address.
pub fn person(sub: &str, email: &str) -> Value {
    json!({"sub": sub, "email": email, "email_verified": true, "name": "Somebody"})
}

/// What a refusal says besides its reference.
#[track_caller]
pub fn assert_refused(page: &Answer, code: &str, parts: &[&str]) {
    assert_eq!(page.status.as_u16(), 403, "{} {}", page.header("location"), page.body);
    for part in [&[code][..], parts].concat() {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    assert!(sent(page, "code").is_none());
}
