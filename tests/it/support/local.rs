//! People with a password of their own: how they get it and how they type it.

use serde_json::{Value, json};

use super::admin::Admin;
use crate::house::{Answer, Browser, House, PASSWORD};

/// Types the password into a page that asks for one.
pub async fn type_in(
    house: &House,
    browser: &mut Browser,
    page: &Answer,
    (email, password): (&str, &str),
) -> Answer {
    // Attempts are told apart by their moment.
    house.wait(1);
    let mut fields = vec![("email", email), ("password", password)];
    let hidden = ["csrf", "attempt", "organization"]
        .map(|name| (name, page.body.contains(&format!("name=\"{name}\""))))
        .into_iter()
        .filter(|(_, there)| *there)
        .map(|(name, _)| (name, page.field(name)))
        .collect::<Vec<_>>();
    fields.extend(hidden.iter().map(|(name, value)| (*name, value.as_str())));
    house.post(browser, "/login/password", &fields).await
}

/// Makes somebody of an organization who has a password; gives their identifier.
pub async fn with_password(house: &House, admin: &Admin, of: &str, email: &str) -> String {
    let body = json!({"organization": of, "email": email, "name": "Bob"});
    let (status, item) = admin.post(house, "/users", &body).await;
    assert_eq!(status, 201, "{item}");
    let id = item["id"].as_str().unwrap().to_owned();
    set_password(house, admin, &id).await;
    id
}

/// Lets somebody set a password through a link.
pub async fn set_password(house: &House, admin: &Admin, user: &str) {
    let path = format!("/users/{user}/password-link");
    let (status, item) = admin.post(house, &path, &Value::Null).await;
    assert_eq!(status, 200, "{item}");
    let link = item["link"].as_str().unwrap();
    let token = link.strip_prefix("http://localhost:8080/password#").unwrap();
    let fields = [("token", token), ("password", PASSWORD)];
    let set = house.fill(&mut Browser::new(), "/password", &fields).await;
    assert_eq!(set.status.as_u16(), 200, "{}", set.body);
}
