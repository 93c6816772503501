//! What holds for every address: headers, limits, errors, and that nothing a request says
//! changes an address we emit.

use actix_web::http::{Method, StatusCode};
use actix_web::test::TestRequest;

use super::house::{self, Answer, Browser, House, run};
use crate::support::disk;
use crate::support::tenant::Tenant;

const PATHS: [&str; 13] = [
    "/",
    "/login",
    "/owner",
    "/owner/link",
    "/setup",
    "/signed-out",
    "/o/acme",
    "/health/live",
    "/health/ready",
    "/assets/pages.css",
    "/assets/none.css",
    "/nothing/here",
    "/.well-known/openid-configuration",
];

fn assert_guarded(path: &str, answer: &Answer) {
    assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
    assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{path}");
    assert!(!answer.header("content-security-policy").contains("unsafe"), "{path}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
    assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
    assert!(!answer.header("permissions-policy").is_empty(), "{path}");
    assert!(!answer.header("cross-origin-opener-policy").is_empty(), "{path}");
    assert!(!answer.header("cache-control").is_empty(), "{path}");
}

#[test]
fn every_answer_is_guarded() {
    run(async {
        let house = house::open().await;
        for path in PATHS {
            for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
                let request = TestRequest::default().method(method.clone()).uri(path);
                let answer = house.send(&mut Browser::new(), request).await;
                assert_guarded(path, &answer);
                assert_ne!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{method} {path}");
                assert!(answer.header("strict-transport-security").is_empty());
                if answer.header("content-type").starts_with("text/html") {
                    assert_eq!(answer.header("cache-control"), "no-store", "{method} {path}");
                }
            }
        }
        let house = house::open_at("https://sso.acme.test", &[]).await;
        let answer = house.get(&mut Browser::new(), "/login").await;
        assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
    });
}

#[test]
fn public_documents_answer_head_as_they_answer_get() {
    run(async {
        for base in ["", "/sso"] {
            let house = house::open_at(&format!("https://acme.test{base}"), &[]).await;
            let own = [
                "/.well-known/openid-configuration",
                "/.well-known/oauth-authorization-server",
                "/oauth2/jwks",
                "/api/v1/openapi.json",
                "/health/live",
                "/health/ready",
                "/assets/pages.css",
                // No such connection: the answer is the same here, too.
                "/saml/none/metadata",
            ];
            let mut paths: Vec<String> = own.iter().map(|path| format!("{base}{path}")).collect();
            paths.push(format!("/.well-known/oauth-authorization-server{base}"));
            for path in &paths {
                let get = house.get(&mut Browser::new(), path).await;
                let head = TestRequest::default().method(Method::HEAD).uri(path);
                let head = house.send(&mut Browser::new(), head).await;
                assert_eq!(head.status, get.status, "{path}");
                for name in ["content-type", "cache-control", "etag", "access-control-allow-origin"]
                {
                    assert_eq!(head.header(name), get.header(name), "{path}");
                }
                let found = !path.ends_with("/none/metadata");
                assert_eq!(get.status == StatusCode::OK, found, "{path}");
                let post = TestRequest::post().uri(path);
                let post = house.send(&mut Browser::new(), post).await.status;
                assert!([404, 405].contains(&post.as_u16()), "{post} {path}");
            }
        }
    });
}

/// Every page address: HEAD is answered wherever GET is (RFC 9110 section 9.3.2), and begins
/// nothing; whoever opens an address that is only posted to is sent to where they find what to
/// do.
#[test]
fn every_address_of_a_page_answers_get_and_head() {
    run(async {
        let house = house::open().await;
        let beta = Tenant::open(&house, "beta").await;
        house.set_up(&mut Browser::new()).await;
        let saml = format!("/saml/{}", beta.connection);
        let [acs, start, metadata] =
            ["acs", "start", "metadata"].map(|name| format!("{saml}/{name}"));
        // The same as GET says.
        for path in [
            "/",
            "/login",
            "/signed-out",
            "/password",
            "/invitation",
            "/setup",
            "/setup-link",
            "/owner",
            "/owner/second",
            "/owner/link",
            "/owner/factors",
            "/login/test",
            "/login/test/report",
            "/trace",
            "/trace/none",
            "/oauth2/userinfo",
            metadata.as_str(),
        ] {
            let get = house.get(&mut Browser::new(), path).await;
            let head = head(&house, path).await;
            assert_eq!(head.status, get.status, "{path}");
            assert_eq!(head.header("location"), get.header("location"), "{path}");
            assert_ne!(get.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        }
        // Where GET begins something, or uses something up.
        let before = disk::dump(&house);
        for path in [
            "/o/beta",
            "/o/beta/wiki",
            "/login/again",
            "/login/finish",
            "/login/arrive",
            "/oidc/callback",
            "/oidc/none/callback",
            "/oidc/initiate",
            "/oidc/none/initiate",
            "/oauth2/authorize",
            "/oauth2/logout",
            acs.as_str(),
            start.as_str(),
        ] {
            let head = head(&house, path).await;
            assert_eq!((head.status, head.body.as_str()), (StatusCode::OK, ""), "{path}");
            assert_eq!(head.header("set-cookie"), "", "{path}");
        }
        assert_eq!(disk::dump(&house), before, "nothing was begun");
        // Where only forms lead.
        for (path, page) in [
            ("/login/profile", "/login"),
            ("/login/password", "/login"),
            ("/login/connection", "/login"),
            ("/sign-out", "/"),
            ("/sign-out/provider", "/signed-out"),
            ("/owner/factors/totp", "/owner/factors"),
            ("/owner/factors/codes/confirm", "/owner/factors"),
            ("/owner/drill", "/owner/factors"),
            ("/owner/notices", "/owner/factors"),
        ] {
            let get = house.get(&mut Browser::new(), path).await;
            assert_eq!(get.status, StatusCode::SEE_OTHER, "{path}");
            assert!(get.header("location").ends_with(page), "{path} {}", get.header("location"));
            assert_eq!(head(&house, path).await.status, get.status, "{path}");
        }
        // What apps call is no page: they are told which methods there are.
        for path in ["/oauth2/token", "/oauth2/revoke"] {
            let get = house.get(&mut Browser::new(), path).await;
            assert_eq!(get.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        }
    });
}

async fn head(house: &House, path: &str) -> Answer {
    let request = TestRequest::default().method(Method::HEAD).uri(path);
    house.send(&mut Browser::new(), request).await
}

#[test]
fn home_leads_to_the_set_up_until_there_is_an_owner() {
    run(async {
        let house = house::open().await;
        let home = house.get(&mut Browser::new(), "/").await;
        assert!(home.header("location").ends_with("/setup"), "{}", home.header("location"));
        house.set_up(&mut Browser::new()).await;
        let home = house.get(&mut Browser::new(), "/").await;
        assert!(home.header("location").ends_with("/login"), "{}", home.header("location"));
    });
}

#[test]
fn metadata_of_an_issuer_with_a_path_is_where_clients_look() {
    run(async {
        let house = house::open_at("https://acme.test/a/sso", &[]).await;
        let root = "/.well-known/oauth-authorization-server/a/sso";
        let found = house.get(&mut Browser::new(), root).await;
        assert!(found.body.contains("\"issuer\":\"https://acme.test/a/sso\""), "{}", found.body);
        assert_eq!(found.header("access-control-allow-origin"), "*");
        assert_eq!(found.header("strict-transport-security"), "max-age=31536000");
        let inside = "/a/sso/.well-known/openid-configuration";
        assert_eq!(house.get(&mut Browser::new(), inside).await.body, found.body);
        for other in ["", "/a", "/a/sso/", "/a/sso/x", "/A/sso"] {
            let path = format!("/.well-known/oauth-authorization-server{other}");
            let status = house.get(&mut Browser::new(), &path).await.status;
            assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        }
        let asked = TestRequest::default().method(Method::OPTIONS).uri(root);
        let preflight = house.send(&mut Browser::new(), asked).await;
        assert_eq!(preflight.status, StatusCode::NO_CONTENT);
    });
}

#[test]
fn pages_are_small_sound_and_without_inline_code() {
    run(async {
        let house = house::open().await;
        let css = house.get(&mut Browser::new(), "/assets/pages.css").await.body.len();
        for path in ["/login", "/owner", "/owner/link", "/setup", "/signed-out", "/nothing"] {
            let page = house.get(&mut Browser::new(), path).await;
            let html = page.body.as_str();
            assert!(html.len() + css < 15_000, "{path} {}", html.len() + css);
            assert!(html.starts_with("<!doctype html>\n<html lang=\"en\">"), "{path}");
            assert_eq!(html.matches("<h1").count(), 1, "{path}");
            assert_eq!(html.matches("<title>").count(), 1, "{path}");
            assert!(!html.contains(" style=") && !html.contains("<style"), "{path}");
            assert!(!html.contains(" onclick") && !html.contains("<script>"), "{path}");
            for input in html.split("<input ").skip(1) {
                let tag = input.split('>').next().unwrap();
                if tag.contains("type=\"hidden\"") {
                    continue;
                }
                let id = tag.split("id=\"").nth(1).unwrap().split('"').next().unwrap();
                assert!(html.contains(&format!("<label for=\"{id}\">")), "{path} {id}");
                let complete = tag.split("autocomplete=\"").nth(1).unwrap();
                let complete = complete.split('"').next().unwrap();
                assert!(
                    ["username", "current-password", "new-password", "name", "organization", "off"]
                        .contains(&complete),
                    "{path} {complete}"
                );
            }
            let scripted = html.contains("<script src=");
            let allowed = page.header("content-security-policy").contains("script-src 'self'");
            assert_eq!(scripted, allowed, "{path}");
        }
    });
}

#[test]
fn errors_of_the_framework_are_drawn_too() {
    run(async {
        let house = house::open().await;
        let mut browser = Browser::new();
        let missing = house.get(&mut browser, "/nothing").await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND);
        assert!(missing.body.contains("nothing at this address"));
        assert!(missing.body.contains("class=\"button\""));
        let request = TestRequest::delete().uri("/owner");
        let wrong = house.send(&mut browser, request).await;
        assert_eq!(wrong.status, StatusCode::METHOD_NOT_ALLOWED);
        assert!(wrong.body.contains("<h1>"), "{}", wrong.body);
        let large = "x".repeat(70_000);
        for fields in [[("email", large.as_str())], [("csrf", large.as_str())]] {
            let answer = house.post(&mut browser, "/owner", &fields).await;
            assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
            assert!(answer.body.contains("<h1>"), "{}", answer.body);
        }
        let request = TestRequest::post().uri("/owner").set_json(1);
        let json = house.send(&mut browser, request).await;
        assert_eq!(json.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        let request =
            TestRequest::get().uri("/nothing").insert_header(("accept", "application/json"));
        let answer = house.send(&mut browser, request).await;
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let problem: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(problem["status"], 404);
    });
}

#[test]
fn no_header_changes_an_address() {
    run(async {
        let house = house::open_at("https://sso.acme.test", &[]).await;
        let names = [
            "host",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-forwarded-port",
            "x-forwarded-prefix",
            "x-forwarded-server",
            "x-original-url",
            "x-rewrite-url",
            "x-host",
            "forwarded",
            "referer",
            "origin",
        ];
        let values = [
            "evil.example",
            "evil.example:443",
            "host=evil.example;proto=http",
            "http://evil.example/",
            "\"evil.example\"",
        ];
        for path in PATHS {
            let plain = house.get(&mut Browser::new(), path).await;
            for name in names {
                for value in values {
                    let mut browser = Browser::new();
                    browser.headers.push((name, value.to_owned()));
                    let answer = house.get(&mut browser, path).await;
                    assert!(!answer.body.contains("evil"), "{path} {name}: {value}");
                    for (header, text) in &answer.headers {
                        let text = text.to_str().unwrap();
                        assert!(!text.contains("evil"), "{path} {name}: {value} in {header}");
                    }
                    assert_eq!(answer.status, plain.status, "{path} {name}: {value}");
                    assert_eq!(answer.header("location"), plain.header("location"));
                }
            }
        }
    });
}

#[test]
fn a_path_in_the_public_url_works() {
    run(async {
        let house = house::open_at("https://acme.test/sso", &[]).await;
        let mut browser = Browser::new();
        assert_eq!(house.get(&mut browser, "/owner").await.status, StatusCode::NOT_FOUND);
        let page = house.get(&mut browser, "/sso/owner").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("action=\"/sso/owner\""));
        assert!(browser.cookie("__Secure-doorward-browser").is_some());
        assert!(page.header("set-cookie").contains("Path=/sso"), "{}", page.header("set-cookie"));
        let css = page.body.split("href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let style = house.get(&mut browser, &css).await;
        assert_eq!(style.status, StatusCode::OK);
        assert!(style.header("cache-control").contains("immutable"));
        let token = house.token.clone().unwrap();
        let answer = house.fill(&mut browser, "/sso/setup", &house::claim(&token)).await;
        assert_eq!(answer.header("location"), "https://acme.test/sso/setup/codes");
        let home = house.get(&mut browser, "/sso/").await;
        assert!(home.body.contains("Ann Owner"), "{}", home.body);
    });
}

#[test]
fn cookies_on_https_cannot_be_planted_or_read() {
    run(async {
        let house = house::open_at("https://sso.acme.test", &[]).await;
        let mut browser = Browser::new();
        let answer = house.set_up(&mut browser).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let mut seen = 0;
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.starts_with("__Host-doorward-"), "{cookie}");
            for attribute in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
                assert!(cookie.contains(attribute), "{cookie}");
            }
            assert!(!cookie.contains("Domain"), "{cookie}");
            seen += 1;
        }
        assert!(seen >= 2);
    });
}

#[test]
fn assets_are_kept_by_their_content() {
    run(async {
        let house = house::open().await;
        let mut browser = Browser::new();
        let plain = house.get(&mut browser, "/assets/post.js").await;
        assert_eq!(plain.header("cache-control"), "no-cache");
        let tag = plain.header("etag").to_owned();
        let request =
            TestRequest::get().uri("/assets/post.js").insert_header(("if-none-match", tag));
        let same = house.send(&mut browser, request).await;
        assert_eq!(same.status, StatusCode::NOT_MODIFIED);
        assert!(same.body.is_empty());
        let old = house.get(&mut browser, "/assets/post.js?v=0000").await;
        assert_eq!(old.header("cache-control"), "no-cache");
    });
}

#[test]
fn an_answer_at_the_shared_address_says_who_it_is_from() {
    run(async {
        let house = house::open().await;
        for (query, status) in [
            ("code=c&state=s", StatusCode::FORBIDDEN),
            ("error=access_denied&state=s", StatusCode::FORBIDDEN),
            // Looked up, and not found.
            ("code=c&state=s&iss=https%3A%2F%2Fidp.example", StatusCode::BAD_REQUEST),
        ] {
            let path = format!("/oidc/callback?{query}");
            let answer = house.get(&mut Browser::new(), &path).await;
            assert_eq!(answer.status, status, "{query}");
            // Whatever is refused leaves a trace to quote.
            assert!(answer.body.contains("Reference"), "{query}");
        }
        let landed = house.get(&mut Browser::new(), "/oidc/callback").await;
        assert!(landed.header("location").ends_with("/signed-out"));
    });
}

#[test]
fn probes_answer() {
    run(async {
        let house = house::open().await;
        for path in ["/health/live", "/health/ready"] {
            for method in [Method::GET, Method::HEAD] {
                let request = TestRequest::default().method(method).uri(path);
                let answer = house.send(&mut Browser::new(), request).await;
                assert_eq!(answer.status, StatusCode::OK, "{path}");
            }
        }
        house.hub.store.close();
        let answer = house.get(&mut Browser::new(), "/health/ready").await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(house.get(&mut Browser::new(), "/health/live").await.status, StatusCode::OK);
    });
}

#[test]
fn an_address_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let url = doorward::model::public_url::PublicUrl::parse("http://localhost:8080").unwrap();
    let config =
        doorward::config::Config::new(folder.path().to_owned(), taken.local_addr().unwrap(), url);
    let error = doorward::cli::serve::run(config).unwrap_err();
    assert!(error.contains("--listen") && error.contains("DOORWARD_LISTEN"), "{error}");
}
