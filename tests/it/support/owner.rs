//! What an owner does before single sign-on may be required: coming in at the owner's door,
//! rehearsing that, and proving the provider.

use super::admin::Admin;
use super::door::{App, code, press};
use super::openid::Provider;
use super::testing::{ask, assert_passed, run_oidc};
use crate::house::{Answer, Browser, House, PASSWORD};

/// Comes in at the owner's door, with a code where there is an app.
pub async fn come_in(
    house: &House,
    browser: &mut Browser,
    email: &str,
    app: Option<&App>,
) -> Answer {
    browser.cookies.remove("doorward-session");
    let answer = house.sign_in(browser, email, PASSWORD).await;
    match app {
        Some(app) if answer.header("location").ends_with("/owner/second") => {
            let shown = app.code(house);
            code(house, browser, &shown).await
        }
        _ => answer,
    }
}

/// Starts a drill and passes it, in a browser whose owner is signed in.
pub async fn drill(house: &House, browser: &mut Browser, email: &str, app: &App) {
    let started = press(house, browser, "/owner/drill").await;
    let address = started.header("location").replace("http://localhost:8080", "");
    let token = house.get(browser, &address).await.field("drill");
    let fields = [("email", email), ("password", PASSWORD), ("drill", token.as_str())];
    house.fill(browser, &address, &fields).await;
    let shown = app.code(house);
    let answer = code(house, browser, &shown).await;
    assert!(answer.body.contains("Rehearsal passed"), "{} {}", answer.status, answer.body);
}

/// Passes a test of a revision in the owner's browser.
pub async fn prove(
    house: &House,
    admin: &Admin,
    (provider, connection): (&Provider, &str),
    browser: &mut Browser,
    revision: &str,
) {
    let link = ask(house, admin, connection, revision).await;
    assert_passed(&run_oidc(house, provider, browser, &link, |_| {}).await);
}
