//! The addresses as a client on the network sees them.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::{StatusCode, header};
use actix_web::test::{TestRequest, call_service, init_service, read_body_json};
use actix_web::web::Data;
use actix_web::{App, test};
use serde_json::Value;

use super::routes;
use crate::config::Config;
use crate::flows::world::{CALLBACK, COOKIE, ISSUER, NOW, SECRET, VERIFIER, World};
use crate::hub::Hub;
use crate::keys::seal::Sealer;
use crate::model::public_url::PublicUrl;
use crate::model::time::StandingClock;

fn hub(world: &World) -> Hub {
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let config = Config::new("data".into(), listen, PublicUrl::parse(ISSUER).unwrap());
    let sealer = Sealer::from_key([7; 32]);
    let (clock, rng) = (Arc::new(StandingClock::at(NOW)), Arc::clone(&world.rng));
    Hub::of(config, (clock, rng), world.store.clone(), sealer, world.ring.clone()).unwrap()
}

macro_rules! server {
    ($world:expr) => {
        init_service(App::new().app_data(Data::new(hub(&$world))).configure(routes)).await
    };
}

fn header<B: MessageBody>(response: &ServiceResponse<B>, name: header::HeaderName) -> &str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn everybody_may_read_what_is_public() {
    let world = World::new().await;
    let server = server!(world);
    for path in [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
        "/oauth2/jwks",
    ] {
        let response = call_service(&server, TestRequest::get().uri(path).to_request()).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(header(&response, header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
        assert_eq!(header(&response, header::CACHE_CONTROL), "public, max-age=3600");
        let body: Value = read_body_json(response).await;
        assert!(body["issuer"] == ISSUER || body["keys"].is_array(), "{path}");
        let ask = TestRequest::default().method(actix_web::http::Method::OPTIONS).uri(path);
        let response = call_service(&server, ask.to_request()).await;
        assert_eq!(response.status(), StatusCode::NO_CONTENT);
    }
    let wrong = TestRequest::get().uri("/oauth2/token").to_request();
    assert_eq!(call_service(&server, wrong).await.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn preflights_answer_to_origins_of_apps() {
    let world = World::new().await;
    let server = server!(world);
    for path in ["/oauth2/token", "/oauth2/userinfo", "/oauth2/revoke"] {
        for (origin, allowed) in
            [("https://app.example", true), ("https://evil.example", false), ("null", false)]
        {
            let ask = TestRequest::default()
                .method(actix_web::http::Method::OPTIONS)
                .uri(path)
                .insert_header((header::ORIGIN, origin))
                .insert_header((header::ACCESS_CONTROL_REQUEST_METHOD, "POST"));
            let response = call_service(&server, ask.to_request()).await;
            let expected = if allowed { origin } else { "" };
            assert_eq!(header(&response, header::ACCESS_CONTROL_ALLOW_ORIGIN), expected);
            assert_eq!(header(&response, header::VARY), "origin");
            assert!(!response.headers().contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
        }
    }
}

#[tokio::test]
async fn a_page_of_the_app_gets_its_tokens_and_others_cannot_read_them() {
    let world = World::new().await;
    let server = server!(world);
    for (origin, expected) in
        [("https://app.example", "https://app.example"), ("https://evil.example", "")]
    {
        let code = world.code("wiki").await;
        let ask = TestRequest::post()
            .uri("/oauth2/token")
            .insert_header((header::ORIGIN, origin))
            .set_form([
                ("grant_type", "authorization_code"),
                ("code", &code),
                ("redirect_uri", CALLBACK),
                ("code_verifier", VERIFIER),
                ("client_id", "wiki"),
                ("client_secret", SECRET),
            ]);
        let response = call_service(&server, ask.to_request()).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(header(&response, header::ACCESS_CONTROL_ALLOW_ORIGIN), expected);
        assert_eq!(header(&response, header::CACHE_CONTROL), "no-store");
        let body: Value = read_body_json(response).await;
        assert_eq!(body["token_type"], "Bearer");
        let token = format!("Bearer {}", body["access_token"].as_str().unwrap());
        for ask in [TestRequest::get(), TestRequest::post()] {
            let ask = ask.uri("/oauth2/userinfo").insert_header((header::AUTHORIZATION, &*token));
            let claims: Value = read_body_json(call_service(&server, ask.to_request()).await).await;
            assert_eq!(claims["sub"], "ann");
        }
    }
}

#[tokio::test]
async fn errors_follow_the_letter() {
    let world = World::new().await;
    let server = server!(world);
    let form = "application/x-www-form-urlencoded";
    for (path, kind, authorization, body, status, challenge) in [
        ("token", "application/json", None, "{}", 400, ""),
        ("token", form, None, "grant_type=authorization_code", 401, ""),
        ("token", form, Some("Basic YTpi"), "", 401, "Basic realm=\"doorward\""),
        ("token", form, Some("\u{e9}"), "", 401, "Basic realm=\"doorward\""),
        ("token", form, None, "client_id=public", 400, ""),
        ("revoke", form, None, "client_id=public&token=x", 200, ""),
        ("revoke", form, None, "client_id=nobody&token=x", 401, ""),
        ("userinfo", form, None, "", 401, "Bearer realm=\"doorward\""),
    ] {
        let mut ask = TestRequest::post()
            .uri(&format!("/oauth2/{path}"))
            .insert_header((header::CONTENT_TYPE, kind))
            .set_payload(body);
        if let Some(value) = authorization {
            let value = header::HeaderValue::from_bytes(value.as_bytes()).unwrap();
            ask = ask.insert_header((header::AUTHORIZATION, value));
        }
        let response = call_service(&server, ask.to_request()).await;
        assert_eq!(response.status().as_u16(), status, "{path} {kind} {body}");
        assert_eq!(header(&response, header::WWW_AUTHENTICATE), challenge, "{path} {body}");
        assert_eq!(header(&response, header::CACHE_CONTROL), "no-store");
    }
    let ask = TestRequest::get()
        .uri("/oauth2/userinfo")
        .insert_header((header::AUTHORIZATION, "Bearer junk"));
    let response = call_service(&server, ask.to_request()).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert!(header(&response, header::WWW_AUTHENTICATE).contains("error=\"invalid_token\""));
}

#[tokio::test]
async fn only_our_own_page_confirms_a_logout() {
    let world = World::new().await;
    let server = server!(world);
    let cookie = (header::COOKIE, format!("__Host-doorward-session={COOKIE}"));
    let query =
        "client_id=wiki&post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fbye&state=%22%3E";
    let ask =
        TestRequest::get().uri(&format!("/oauth2/logout?{query}")).insert_header(cookie.clone());
    let response = call_service(&server, ask.to_request()).await;
    assert_eq!(response.status(), StatusCode::OK);
    let page = String::from_utf8(test::read_body(response).await.to_vec()).unwrap();
    assert!(page.contains("<strong>Wiki</strong> asks") && !page.contains("\"\">"), "{page}");
    let proof = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();

    for (forged, method) in [("", "post"), ("csrf=x&", "post"), (&*format!("csrf={proof}&"), "get")]
    {
        let ask = match method {
            "get" => TestRequest::get().uri(&format!("/oauth2/logout?{forged}{query}")),
            _ => TestRequest::post().uri("/oauth2/logout").set_payload(format!("{forged}{query}")),
        };
        let response = call_service(&server, ask.insert_header(cookie.clone()).to_request()).await;
        assert_eq!(response.status(), StatusCode::OK, "{forged} must be asked again");
    }
    let ask = TestRequest::post()
        .uri("/oauth2/logout")
        .insert_header(cookie)
        .set_payload(format!("csrf={proof}&{query}"));
    let response = call_service(&server, ask.to_request()).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert!(header(&response, header::LOCATION).starts_with("https://app.example/bye?state="));
    let cookies: Vec<_> = response.response().cookies().map(|c| c.to_string()).collect();
    assert!(cookies[0].starts_with("__Host-doorward-session=;"), "{cookies:?}");
    assert!(cookies[1].starts_with("__Host-doorward-signed-out="), "{cookies:?}");
}

#[tokio::test]
async fn a_form_of_another_site_takes_no_cookie_away() {
    let world = World::new().await;
    let server = server!(world);
    let hint = world.ring.sign(
        crate::model::app::SigningAlgorithm::RS256,
        "JWT",
        &serde_json::json!({"iss": ISSUER, "aud": "wiki", "sub": "mallory", "sid": "session9"}),
    );
    let hinted = format!("id_token_hint={}", hint.unwrap());
    // The cookie is `SameSite=Lax`: the browser leaves it out, but would obey an answer.
    for body in ["", "csrf=x&state=a%26b", &*hinted] {
        let ask = TestRequest::post().uri("/oauth2/logout").set_payload(body.to_owned());
        let response = call_service(&server, ask.to_request()).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "{body}");
        assert_eq!(response.response().cookies().count(), 0, "{body}");
        let query = body.trim_start_matches("csrf=x&");
        let expected = format!("{ISSUER}/oauth2/logout?{query}");
        assert_eq!(header(&response, header::LOCATION), expected);
    }
}
