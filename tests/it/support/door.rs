//! An owner at the door: signing in, and the app that shows codes.

use doorward::keys::totp::Seed;
use doorward::model::id::{OrganizationId, UserId};
use doorward::model::organization::EnforcementMode;
use doorward::model::time::MINUTE;
use doorward::store::{organizations, owners};
use serde_json::Value;

use crate::house::{Answer, Browser, House, PASSWORD};

/// The owner of the first run.
pub const EMAIL: &str = "ann@acme.test";

/// An authenticator app.
pub struct App(Seed);

impl App {
    /// What it shows. Never twice the same: the clock goes on.
    pub fn code(&self, house: &House) -> String {
        house.wait(MINUTE);
        self.0.code_at(house.hub.now())
    }

    /// A code that is not the right one.
    pub fn wrong(&self, house: &House) -> String {
        let right = (-3..=3).map(|n| self.0.code_at(house.hub.now().plus(n * 30_000)));
        let right: Vec<String> = right.collect();
        (0..10).map(|n| format!("00000{n}")).find(|code| !right.contains(code)).unwrap()
    }
}

/// The secret a page offers.
pub fn offered(page: &Answer) -> App {
    let from = page.body.find("secret=").unwrap_or_else(|| panic!("{}", page.body)) + 7;
    let secret = page.body[from..].split('&').next().unwrap();
    App(Seed::read(secret).unwrap())
}

/// The codes a page shows.
pub fn codes(page: &Answer) -> Vec<String> {
    let codes: Vec<_> = page
        .body
        .split("<li><code>")
        .skip(1)
        .map(|rest| rest.split('<').next().unwrap().to_owned())
        .collect();
    assert_eq!(codes.len(), 10, "{}", page.body);
    codes
}

/// Presses a button of the page of factors.
pub async fn press(house: &House, browser: &mut Browser, path: &str) -> Answer {
    let page = house.get(browser, "/owner/factors").await;
    let csrf = page.field("csrf");
    house.post(browser, path, &[("csrf", &csrf)]).await
}

/// Sends the form of a page that offers something.
pub async fn take(
    house: &House,
    browser: &mut Browser,
    page: &Answer,
    (what, typed): (&str, &str),
) -> Answer {
    let fields = [("csrf", page.field("csrf")), ("offer", page.field("offer"))];
    let [csrf, offer] = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let path = format!("/owner/factors/{what}/confirm");
    house.post(browser, &path, &[csrf, offer, ("code", typed)]).await
}

/// Adds an app, in a browser whose owner typed the password just now.
pub async fn add_app(house: &House, browser: &mut Browser) -> App {
    let page = press(house, browser, "/owner/factors/totp").await;
    let app = offered(&page);
    let code = app.code(house);
    let answer = take(house, browser, &page, ("totp", &code)).await;
    assert!(is_taken(&answer), "{} {}", answer.header("location"), answer.body);
    app
}

/// Makes recovery codes, in a browser whose owner typed the password just now.
pub async fn add_codes(house: &House, browser: &mut Browser) -> Vec<String> {
    house.wait(1);
    let page = press(house, browser, "/owner/factors/codes").await;
    let codes = codes(&page);
    let answer = take(house, browser, &page, ("codes", &codes[3][15..])).await;
    assert!(is_taken(&answer), "{} {}", answer.header("location"), answer.body);
    codes
}

/// Whether an offer was taken, and not the password asked for again.
fn is_taken(answer: &Answer) -> bool {
    let to = answer.header("location");
    !to.is_empty() && !to.contains("/owner?")
}

/// Types the password and sees that a second step follows.
pub async fn password(house: &House, browser: &mut Browser) {
    let answer = house.sign_in(browser, EMAIL, PASSWORD).await;
    assert_eq!(answer.header("location"), "http://localhost:8080/owner/second", "{}", answer.body);
}

/// Types a code.
pub async fn code(house: &House, browser: &mut Browser, code: &str) -> Answer {
    house.fill(browser, "/owner/second", &[("code", code)]).await
}

/// Whether somebody is signed in in this browser.
pub async fn is_in(house: &House, browser: &mut Browser) -> bool {
    house.get(browser, "/").await.status.as_u16() == 200
}

/// The owner of the first run and their organization.
pub async fn owner(house: &House) -> (OrganizationId, UserId) {
    house
        .read(|tx| {
            let owner = owners::find(tx, EMAIL)?.unwrap().user;
            Ok((organizations::home(tx)?.unwrap().id, owner))
        })
        .await
}

/// Requires single sign-on of an organization, or does not any more.
pub async fn require(house: &House, organization: &OrganizationId, required: bool) {
    let organization = organization.clone();
    house
        .write(move |tx| {
            let mut row = organizations::find(tx, &organization)?.unwrap();
            row.settings.enforcement.mode =
                if required { EnforcementMode::Required } else { EnforcementMode::Optional };
            assert!(organizations::update(tx, &row)?);
            Ok(())
        })
        .await;
}

/// What the trail says was done, newest first.
pub async fn trail(house: &House) -> Vec<String> {
    use doorward::store::{Page, audit};
    let events = house.read(|tx| audit::list(tx, None, &Page::first(200))).await;
    events.into_iter().map(|event| event.action).collect()
}

/// What the newest record of this action says.
pub async fn record(house: &House, action: &'static str) -> Option<Value> {
    use doorward::store::{Page, audit};
    let events = house.read(|tx| audit::list(tx, None, &Page::first(200))).await;
    events.into_iter().find(|event| event.action == action).and_then(|event| event.after)
}
