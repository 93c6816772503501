//! An owner's browser at the API: who it is, and what a page of somebody else can make it do.

use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::{House, Reply};

/// A browser of an owner, with the cookies it holds.
struct Browser {
    cookies: Vec<(String, String)>,
}

impl Browser {
    async fn of(house: &House, organization: &str) -> (Self, String) {
        let owner = house.put_user(organization, true).await;
        let (_, session) = house.put_session(organization, &owner, None).await;
        (Self { cookies: vec![("doorward-session".to_owned(), session)] }, owner)
    }

    async fn send(
        &mut self,
        house: &House,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Reply {
        let cookies: Vec<_> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let mut request = TestRequest::default()
            .method(method.parse().unwrap())
            .uri(&format!("/api/v1{path}"))
            .insert_header(("Cookie", cookies.join("; ")));
        for header in headers {
            request = request.insert_header(*header);
        }
        let reply = house.send(request).await;
        for value in reply.headers.get_all("set-cookie") {
            let pair = value.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        reply
    }
}

#[tokio::test]
async fn whoever_asks_is_told_who_they_are() {
    let house = House::new().await;
    let acme = house.organization("Acme").await;
    let token = house.token(Some(&acme)).await;
    let reply = house.call(&token, "GET", "/me", Value::Null).await;
    assert_eq!(reply.json["actor"]["type"], "token");
    assert_eq!(reply.json["name"], "a test");
    assert_eq!((&reply.json["email"], &reply.json["organization"]), (&Value::Null, &json!(acme)));
    assert!(reply.json.get("csrf_token").is_none() && !reply.headers.contains_key("set-cookie"));
    assert_eq!(house.get("/me").await.json["organization"], Value::Null);

    for (organization, reach) in [(&house.home, Value::Null), (&acme, json!(acme))] {
        let (mut browser, owner) = Browser::of(&house, organization).await;
        let me = browser.send(&house, "GET", "/me", &[]).await;
        assert_eq!(me.status, 200, "{}", me.text);
        assert_eq!(me.json["actor"], json!({"type": "user", "id": owner}));
        assert_eq!(
            (&me.json["email"], &me.json["organization"]),
            (&json!("ann@acme.test"), &reach)
        );
        assert_eq!(me.headers.get("cache-control").unwrap(), "no-store");
        assert!(!me.headers.contains_key("access-control-allow-origin"));
        // The token is the one writes need, and stays the same.
        let csrf = me.json["csrf_token"].as_str().unwrap().to_owned();
        let again = browser.send(&house, "GET", "/me", &[]).await;
        assert_eq!(again.json["csrf_token"], json!(csrf));
        assert!(!again.headers.contains_key("set-cookie"));
        let own = format!("/organizations/{acme}/domains/acme.test");
        let gone = browser.send(&house, "DELETE", &own, &[("X-CSRF-Token", &csrf)]).await;
        assert_eq!(gone.problem(), "not_found");
        let gone = browser.send(&house, "DELETE", &own, &[]).await;
        assert_eq!(gone.problem(), "csrf");
        // A second session in another browser has a token of its own.
        let (mut other, _) = Browser::of(&house, organization).await;
        let other = other.send(&house, "GET", "/me", &[]).await;
        assert_ne!(other.json["csrf_token"], json!(csrf));
    }
    let nobody = house.send(TestRequest::get().uri("/api/v1/me")).await;
    assert_eq!((nobody.status, nobody.headers.contains_key("set-cookie")), (401, false));
}

#[tokio::test]
async fn a_foreign_page_leaves_nothing_in_the_trail() {
    let house = House::new().await;
    let reference = house.put_attempt(Some(&house.home)).await;
    let path = format!("/attempts/{reference}");
    let (mut browser, _) = Browser::of(&house, &house.home).await;
    let me = browser.send(&house, "GET", "/me", &[]).await;
    let csrf = me.json["csrf_token"].as_str().unwrap().to_owned();
    let reveal = format!("{path}/reveal");
    // What a link, an image or a form elsewhere can have a browser send.
    for (method, path) in [
        ("GET", format!("{path}?reveal=true")),
        ("GET", reveal.clone()),
        ("HEAD", reveal.clone()),
        ("POST", reveal.clone()),
    ] {
        for headers in [&[][..], &[("Sec-Fetch-Site", "cross-site")]] {
            let reply = browser.send(&house, method, &path, headers).await;
            assert!(!reply.text.contains("ann@acme.test"), "{method} {path}: {}", reply.text);
        }
    }
    let forged = [("X-CSRF-Token", csrf.as_str()), ("Sec-Fetch-Site", "cross-site")];
    assert_eq!(browser.send(&house, "POST", &reveal, &forged).await.problem(), "csrf");
    assert!(!house.get("/audit-events").await.text.contains("attempt.reveal"));
    let ours = [("X-CSRF-Token", csrf.as_str()), ("Sec-Fetch-Site", "same-origin")];
    let revealed = browser.send(&house, "POST", &reveal, &ours).await;
    assert!(revealed.text.contains("ann@acme.test"), "{}", revealed.text);
    assert!(house.get("/audit-events").await.text.contains("attempt.reveal"));
}
