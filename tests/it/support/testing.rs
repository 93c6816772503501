//! Test sign-ins as an admin asks for them and somebody runs them.

use serde_json::{Value, json};

use super::admin::{Admin, Called};
use super::openid::Provider;
use super::tenant::{Tenant, onward, sent};
use crate::house::{Answer, Browser, House};

/// A test that was asked for.
pub struct Link {
    /// The path of ours it opens.
    pub path: String,
    pub reference: String,
}

/// Asks for a test of `draft`, `live` or `previous`.
pub async fn ask(house: &House, admin: &Admin, connection: &str, revision: &str) -> Link {
    let path = format!("/connections/{connection}/test");
    let (status, made) = admin.post(house, &path, &json!({"revision": revision})).await;
    assert_eq!(status, 200, "{made}");
    let url = made["url"].as_str().unwrap();
    let path = url.strip_prefix("http://localhost:8080").unwrap().to_owned();
    Link { path, reference: made["reference"].as_str().unwrap().to_owned() }
}

/// Opens a link and presses its page's button.
pub async fn start(house: &House, browser: &mut Browser, link: &Link) -> Answer {
    let token = link.path.split_once("?link=").expect("a test link").1;
    house.fill(browser, &link.path, &[("link", token)]).await
}

/// Runs a test of the draft of a SAML connection with the answer that `make` makes for the
/// handle it was asked with; gives the last page.
pub async fn run_saml(
    house: &House,
    tenant: &Tenant,
    browser: &mut Browser,
    link: &Link,
    make: impl Fn(&str) -> String,
) -> Answer {
    let asked = start(house, browser, link).await;
    let handle = sent(&asked, "RelayState").unwrap_or_else(|| panic!("{}", asked.body));
    let posted = tenant.post(house, &handle, &make(&handle)).await;
    if posted.header("location").is_empty() {
        return posted;
    }
    let finished = house.get(browser, &onward(&posted)).await;
    if finished.header("location").is_empty() {
        return finished;
    }
    house.get(browser, &onward(&finished)).await
}

/// The same at an OpenID Provider.
pub async fn run_oidc(
    house: &House,
    provider: &Provider,
    browser: &mut Browser,
    link: &Link,
    change: impl FnOnce(&mut Value),
) -> Answer {
    let asked = start(house, browser, link).await;
    let back = provider.vouch_changed(house.hub.now(), &asked, "ann@acme.test", change);
    let finished = house.get(browser, &back).await;
    if finished.header("location").is_empty() {
        return finished;
    }
    let finished = house.get(browser, &onward(&finished)).await;
    if finished.header("location").is_empty() {
        return finished;
    }
    house.get(browser, &onward(&finished)).await
}

/// Whether a page is the report of a test that passed.
#[track_caller]
pub fn assert_passed(page: &Answer) {
    assert!(page.body.contains("<h1>The test passed</h1>"), "{} {}", page.status, page.body);
}

/// Puts the draft into use, or tries to.
pub async fn activate(house: &House, admin: &Admin, connection: &str) -> Called {
    let path = format!("/connections/{connection}/activate");
    admin.call(house, ("POST", &path), Some("*"), &Value::Null).await
}
