//! What HTTP itself can get wrong, lists in pieces, and the browser's way in.

use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::{House, request};
use crate::http::form_token;
use crate::model::secret::Secret;

#[tokio::test]
async fn every_error_is_a_problem() {
    let house = House::new().await;
    let raw = |method: &str, path: &str, kind: &str, body: &str| {
        request(&house.root, method, path, &Value::Null)
            .insert_header(("If-Match", "*"))
            .insert_header(("Content-Type", kind.to_owned()))
            .set_payload(body.to_owned())
    };
    let json = "application/json";
    let large = format!("{{\"name\": \"{}\"}}", "x".repeat(3 << 20));
    for (method, path, kind, body, status, code) in [
        ("POST", "/organizations", json, "{\"name\": ", 400, "invalid_json"),
        ("POST", "/organizations", json, "", 400, "invalid_json"),
        ("POST", "/organizations", json, "[]", 422, "invalid"),
        ("POST", "/organizations", json, "{}", 422, "invalid"),
        (
            "POST",
            "/organizations",
            "text/plain",
            "{\"name\": \"X\"}",
            415,
            "unsupported_media_type",
        ),
        ("POST", "/organizations", "", "{\"name\": \"X\"}", 415, "unsupported_media_type"),
        ("POST", "/organizations", json, &large, 413, "too_large"),
        ("GET", "/nothing", json, "", 404, "not_found"),
        ("GET", "/", json, "", 404, "not_found"),
        ("GET", "/organizations/none", json, "", 404, "not_found"),
        ("GET", "/organizations/A_B", json, "", 404, "not_found"),
        ("GET", "/attempts/1407-amber-otter-lake", json, "", 404, "not_found"),
        ("PUT", "/organizations", json, "{}", 405, "method_not_allowed"),
        ("DELETE", "/settings", json, "", 405, "method_not_allowed"),
        ("GET", "/organizations?limit=0", json, "", 422, "invalid"),
        ("GET", "/organizations?limit=201", json, "", 422, "invalid"),
        ("GET", "/organizations?limit=many", json, "", 422, "invalid"),
        ("GET", "/organizations?after=nonsense", json, "", 422, "invalid"),
        ("GET", "/users?organisation=x", json, "", 422, "invalid"),
        ("GET", "/users?organization=x%20y", json, "", 404, "not_found"),
        ("GET", "/attempts?outcome=odd", json, "", 422, "invalid"),
        ("GET", "/attempts?code=odd", json, "", 422, "invalid"),
    ] {
        let reply = house.send(raw(method, path, kind, body)).await;
        assert_eq!(reply.status, status, "{method} {path} {body:.20}: {}", reply.text);
        assert_eq!(reply.problem(), code, "{method} {path} {body:.20}");
        assert_eq!(reply.headers.contains_key("allow"), status == 405, "{method} {path}");
    }
}

#[tokio::test]
async fn a_refusal_says_what_to_do() {
    let house = House::new().await;
    for (path, body, told) in [
        (
            "/apps",
            r#"{"name": "Wiki", "redirect_uri": "https://a.test/"}"#,
            "did you mean redirect_uris?",
        ),
        ("/apps", r#"{"name": "Wiki", "colour": "red"}"#, "leave it out; known are name, "),
        ("/organizations", " ", "The body is empty: "),
        ("/organizations", "{", "line 1, column 1"),
        ("/nothing", "{}", "/api/v1/openapi.json"),
    ] {
        let request = TestRequest::post()
            .uri(&format!("/api/v1{path}"))
            .insert_header(("Authorization", format!("Bearer {}", house.root)))
            .insert_header(("Content-Type", "application/json"))
            .set_payload(body);
        let reply = house.send(request).await;
        assert!(reply.text.contains(told), "{path} {body}: {}", reply.text);
    }
    let misspelt = house.get("/users?organisation=x").await;
    assert!(misspelt.text.contains("did you mean organization?"), "{}", misspelt.text);
}

#[tokio::test]
async fn the_store_being_closed_is_a_problem_too() {
    let house = House::new().await;
    house.hub.store.close();
    let reply = house.get("/organizations").await;
    assert_eq!((reply.status, reply.problem()), (503, "busy"));
    assert!(reply.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn lists_come_whole_in_pieces() {
    let house = House::new().await;
    for number in 0..7 {
        house.organization(&format!("Organization {number}")).await;
        // Some share a moment, some do not.
        house.pass(number % 2);
    }
    for path in ["/organizations", "/audit-events"] {
        let whole = house.get(&format!("{path}?limit=200")).await;
        let ids = |reply: &super::Reply| -> Vec<Value> {
            let items = reply.json["items"].as_array().unwrap();
            items.iter().map(|item| item["id"].clone()).collect()
        };
        assert_eq!(whole.json["next"], Value::Null);
        let (mut pieces, mut after) = (Vec::new(), String::new());
        loop {
            let piece = house.get(&format!("{path}?limit=3{after}")).await;
            assert!(ids(&piece).len() <= 3);
            pieces.extend(ids(&piece));
            match piece.json["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        assert_eq!(pieces, ids(&whole), "{path}");
    }
}

#[tokio::test]
async fn answers_carry_what_the_next_request_needs() {
    let house = House::new().await;
    let made =
        house.root("POST", "/organizations", json!({"name": "Acme", "path": "acme"}), 201).await;
    let path = format!("/organizations/{}", made.id());
    let location = made.headers.get("location").unwrap().to_str().unwrap();
    assert_eq!(location, format!("http://localhost:8080/api/v1{path}"));
    assert_eq!(made.json["login_url"], "http://localhost:8080/o/acme");
    assert_eq!(made.etag(), "\"1\"");
    let found = house.get(&path).await;
    assert_eq!(found.json, made.json);
    assert_eq!(found.headers.get("cache-control").unwrap(), "no-store");
    let gone = house.root("PATCH", &path, json!({"path": null}), 200).await;
    assert_eq!((&gone.json["path"], &gone.json["login_url"]), (&Value::Null, &Value::Null));
    assert_eq!(gone.etag(), "\"2\"");
    assert_eq!(house.get("/settings").await.json["public_url"], "http://localhost:8080");
    let document = house.send(TestRequest::get().uri("/api/v1/openapi.json")).await;
    assert_eq!(document.text, crate::http::api::openapi::document());
}

#[tokio::test]
async fn an_owners_browser_writes_only_from_our_own_pages() {
    let house = House::new().await;
    let organization = house.organization("Acme").await;
    let owner = house.put_user(&house.home.clone(), true).await;
    let person = house.put_user(&house.home.clone(), false).await;
    let local = house.put_user(&organization, true).await;
    let (_, cookie) = house.put_session(&house.home, &owner, None).await;
    let (_, of_person) = house.put_session(&house.home, &person, None).await;
    let (_, of_local) = house.put_session(&organization, &local, None).await;
    let browser = "b".repeat(43);
    let bound = Secret::new(browser.clone());
    let [token, of_locals] =
        [&owner, &local].map(|holder| form_token::of_api(&bound, holder.as_str()));
    let of_a_page = form_token::of_form(&bound);
    let send = |method: &str, session: &str, csrf: &str| {
        let session = format!("doorward-session={session}; doorward-browser={browser}");
        let request = TestRequest::default()
            .method(method.parse().unwrap())
            .uri("/api/v1/organizations")
            .insert_header(("Cookie", session))
            .insert_header(("X-CSRF-Token", csrf.to_owned()));
        if method == "POST" { request.set_json(json!({"name": "X"})) } else { request }
    };
    for (method, session, csrf, status) in [
        ("GET", &cookie, "", 200),
        ("POST", &cookie, token.as_str(), 201),
        ("POST", &cookie, "", 403),
        ("POST", &cookie, "wrong", 403),
        // What was opened for somebody else in the same browser, or is no page of the console.
        ("POST", &cookie, of_locals.as_str(), 403),
        ("POST", &cookie, of_a_page.as_str(), 403),
        ("GET", &of_person, "", 401),
        ("POST", &of_person, token.as_str(), 401),
        ("GET", &of_local, "", 200),
        ("POST", &of_local, of_locals.as_str(), 403),
        ("GET", &"x".repeat(43), "", 401),
    ] {
        let reply = house.send(send(method, session, csrf)).await;
        assert_eq!(reply.status, status, "{method} {csrf:.5}: {}", reply.text);
    }
    let from_elsewhere =
        send("POST", &cookie, &token).insert_header(("Sec-Fetch-Site", "cross-site"));
    assert_eq!(house.send(from_elsewhere).await.problem(), "csrf");
    // A wrong token is a wrong token, also beside a right cookie.
    let both = send("GET", &cookie, "").insert_header(("Authorization", "Bearer wrong"));
    assert_eq!(house.send(both).await.status, 401);
    // An owner of an organization sees that organization.
    let seen = house.send(send("GET", &of_local, "")).await;
    assert_eq!(seen.json["items"].as_array().unwrap().len(), 1);
    assert_eq!(seen.json["items"][0]["id"], json!(organization));
}
