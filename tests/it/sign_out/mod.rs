//! Signing out: apps are told, access ends at once, and the next sign-in does not pass silently.

mod alternate;
mod anew;
mod back_channel;
mod delivery;
mod end_access;
mod hint;
mod meanwhile;
mod page;
mod provider;

use doorward::jobs::logouts;
use doorward::model::id::AppId;
use serde_json::Value;

use crate::house::{self, Browser, House};
use crate::support::admin::Admin;
use crate::support::receiver::part;
use crate::support::tenant::{CALLBACK, Tenant, authorize, onward, sent};

pub const ANN: &str = "ann@acme.test";
pub const BOB: &str = "bob@acme.test";
/// Of RFC 7636 appendix B, as the challenge the apps of the tests send.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// A house with one organization, somebody who administers, and a browser.
pub struct Scene {
    pub house: House,
    pub acme: Tenant,
    pub api: Admin,
    pub ann: Browser,
}

/// What an app was given.
pub struct Tokens {
    pub id_token: String,
    pub access_token: String,
    pub sub: String,
    pub sid: String,
}

impl Scene {
    pub async fn new() -> Self {
        let house = house::open_among_private().await;
        let acme = Tenant::open(&house, "acme").await;
        let api = Admin::open(&house, None).await;
        Self { house, acme, api, ann: Browser::new() }
    }

    /// Signs Ann in and into an app.
    pub async fn enter(&mut self, app: &AppId) -> Tokens {
        let mut ann = self.ann.clone();
        let tokens = enter(&self.house, &self.acme, &mut ann, ANN, app).await;
        self.ann = ann;
        tokens
    }

    /// Tells apps everything that is due.
    pub async fn tell(&self) {
        logouts::all_due(&self.house.hub).await.unwrap();
    }

    /// What the API says of a path.
    pub async fn find(&self, path: &str) -> Value {
        let (status, json) = self.api.get(&self.house, path).await;
        assert_eq!(status, 200, "{path} {json}");
        json
    }

    /// Whether an access token still tells anything.
    pub async fn lives(&self, access_token: &str) -> bool {
        let mut app = Browser::new();
        app.headers.push(("authorization", format!("Bearer {access_token}")));
        let status = self.house.get(&mut app, "/oauth2/userinfo").await.status.as_u16();
        assert!(status == 200 || status == 401, "{status}");
        status == 200
    }

    /// Ann presses "Sign out" on our own page.
    pub async fn sign_out(&mut self) -> house::Answer {
        let page = self.house.get(&mut self.ann, "/").await;
        let csrf = page.field("csrf");
        self.house.post(&mut self.ann, "/sign-out", &[("csrf", &csrf)]).await
    }
}

/// Signs somebody in, if they are not, and into an app; redeems the code.
pub async fn enter(
    house: &House,
    tenant: &Tenant,
    browser: &mut Browser,
    person: &str,
    app: &AppId,
) -> Tokens {
    let asked = house.get(browser, &authorize(app, &[("organization", tenant.path)])).await;
    let mut back = match sent(&asked, "RelayState") {
        Some(_) => tenant.vouch(house, browser, &asked, person).await,
        None => asked,
    };
    // The clock stands: somebody may have been let in in this very moment.
    if sent(&back, "round").is_some() {
        back = house.get(browser, &onward(&back)).await;
    }
    let code = sent(&back, "code").unwrap_or_else(|| panic!("{} {}", back.status, back.body));
    redeem(house, app, &code).await
}

/// A code for tokens.
pub async fn redeem(house: &House, app: &AppId, code: &str) -> Tokens {
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", app.as_str()),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let answer = house.post(&mut Browser::new(), "/oauth2/token", &fields).await;
    let json: Value = serde_json::from_str(&answer.body).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{json}")).to_owned();
    let id_token = text(&json["id_token"]);
    let claims = part(&id_token, 1);
    Tokens {
        access_token: text(&json["access_token"]),
        sub: text(&claims["sub"]),
        sid: text(&claims["sid"]),
        id_token,
    }
}
