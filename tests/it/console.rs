//! The console's files and page, from a build and without one; the way to it and back; and the
//! search its switcher asks for.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use actix_web::web::Bytes;
use doorward::http::console::Console;
use serde_json::json;

use super::house::{self, Answer, Browser, House, run};
use super::support::admin::Admin;

const PAGE: &str = "<script type=module src=\"%BASE%/console/assets/index-aB3.js\"></script>";

fn built() -> Arc<Console> {
    let files = [
        ("index.html", PAGE),
        (".gitignore", "*"),
        ("assets/index-aB3.js", "let plain;"),
        ("assets/index-aB3.js.br", "brotli"),
        ("assets/index-aB3.js.gz", "gzip"),
        ("assets/index-aB3.css", "a{}"),
    ];
    let of =
        |(name, text): (&str, &'static str)| (name.to_owned(), Bytes::from_static(text.as_bytes()));
    Arc::new(Console::of(files.map(of)))
}

async fn ask(house: &House, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = TestRequest::get().uri(path);
    for header in headers {
        request = request.insert_header(*header);
    }
    house.send(&mut Browser::new(), request).await
}

#[test]
fn every_address_but_a_missing_file_shows_the_page() {
    run(async {
        let house = house::open_with_console("https://acme.test/sso", built()).await;
        for path in ["", "organizations", "organizations/x/people?q=a", "a.js", "index.html"] {
            let answer = ask(&house, &format!("/sso/console/{path}"), &[]).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert_eq!(answer.body, PAGE.replace("%BASE%", "/sso"), "{path}");
            assert_eq!(answer.header("cache-control"), "no-cache", "{path}");
            assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        }
        let tag = ask(&house, "/sso/console/", &[]).await.header("etag").to_owned();
        let again = ask(&house, "/sso/console/x", &[("if-none-match", &tag)]).await;
        assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
        assert_eq!(again.header("etag"), tag);
        let entrance = ask(&house, "/sso/console", &[]).await;
        assert_eq!(entrance.status, StatusCode::PERMANENT_REDIRECT);
        assert_eq!(entrance.header("location"), "https://acme.test/sso/console/");
        for path in [
            "assets/none.js",
            "assets/",
            "assets/index-aB3.js.br",
            "assets/index-aB3.js.gz",
            "assets/../index.html",
            "assets/..%2f..%2f..%2fCargo.toml",
            "assets/%2e%2e/%2e%2e/package.json",
            "assets/.gitignore",
        ] {
            let answer = ask(&house, &format!("/sso/console/{path}"), &[]).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}: {}", answer.body);
        }
        for path in ["../Cargo.toml", "..%2f..%2fCargo.toml", ".gitignore", "%2e%2e/package.json"] {
            let answer = ask(&house, &format!("/sso/console/{path}"), &[]).await;
            assert!(!answer.body.contains("doorward\""), "{path}");
            assert_ne!(answer.body, "*", "{path}");
        }
        let post = TestRequest::post().uri("/sso/console/");
        let post = house.send(&mut Browser::new(), post).await;
        assert!([404, 405].contains(&post.status.as_u16()));
    });
}

#[test]
fn files_are_kept_for_ever_and_sent_as_the_browser_likes_best() {
    run(async {
        let house = house::open_with_console("http://localhost:8080", built()).await;
        let script = "/console/assets/index-aB3.js";
        let mut tags = Vec::new();
        for (accepted, coding, body) in [
            ("gzip, deflate, br, zstd", "br", "brotli"),
            ("gzip", "gzip", "gzip"),
            ("br;q=0, gzip;q=0.5", "gzip", "gzip"),
            ("identity", "", "let plain;"),
        ] {
            let answer = ask(&house, script, &[("accept-encoding", accepted)]).await;
            assert_eq!(answer.status, StatusCode::OK);
            assert_eq!(answer.header("content-encoding"), coding, "{accepted}");
            assert_eq!(answer.body, body);
            assert_eq!(answer.header("vary"), "Accept-Encoding");
            assert_eq!(answer.header("content-type"), "text/javascript; charset=utf-8");
            assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
            let tag = answer.header("etag").to_owned();
            let headers = [("accept-encoding", accepted), ("if-none-match", tag.as_str())];
            let again = ask(&house, script, &headers).await;
            assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
            tags.push(tag);
        }
        tags.dedup();
        assert_eq!(tags.len(), 3, "one tag for each form: {tags:?}");
        let style =
            ask(&house, "/console/assets/index-aB3.css", &[("accept-encoding", "br")]).await;
        assert_eq!((style.header("content-encoding"), style.body.as_str()), ("", "a{}"));
        assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    });
}

#[test]
fn nothing_inline_and_nothing_from_elsewhere_runs_on_the_page() {
    run(async {
        let house = house::open_with_console("https://acme.test", built()).await;
        let answer = ask(&house, "/console/", &[]).await;
        let policy = answer.header("content-security-policy");
        let rules: Vec<&str> = policy.split("; ").collect();
        for rule in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        ] {
            assert!(rules.contains(&rule), "{rule}: {policy}");
        }
        for word in ["unsafe", "*", "nonce", "sha256", "blob:"] {
            assert!(!policy.contains(word), "{word}: {policy}");
        }
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
    });
}

#[test]
fn without_a_build_there_is_a_note() {
    run(async {
        let console = Arc::new(Console::default());
        let house = house::open_with_console("http://localhost:8080", console).await;
        for path in ["/console/", "/console/organizations"] {
            let answer = ask(&house, path, &[]).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND);
            assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
            assert!(answer.body.contains("npm run build --prefix web/console"), "{}", answer.body);
        }
        assert_eq!(ask(&house, "/console/assets/a.js", &[]).await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn signing_in_for_the_console_leads_back_to_it_once() {
    run(async {
        let house = house::open_with_console("http://localhost:8080", built()).await;
        house.set_up(&mut Browser::new()).await;
        for (query, door) in [("?owner=true", "/owner"), ("?owner=false", "/login"), ("", "/login")]
        {
            let mut browser = Browser::new();
            let sent = house.get(&mut browser, &format!("/console/sign-in{query}")).await;
            assert_eq!(sent.status, StatusCode::SEE_OTHER);
            assert_eq!(sent.header("location"), format!("http://localhost:8080{door}"));
            // Nobody is signed in yet.
            assert!(house.get(&mut browser, "/").await.header("location").ends_with("/login"));
            house.sign_in(&mut browser, "ann@acme.test", house::PASSWORD).await;
            let onward = house.get(&mut browser, "/").await;
            assert_eq!(onward.header("location"), "http://localhost:8080/console/");
            let home = house.get(&mut browser, "/").await;
            assert_eq!(home.status, StatusCode::OK);
            assert!(home.body.contains("href=\"/console/\""), "{}", home.body);
        }
        // Nothing in the address decides where one ends up.
        let odd = ask(&house, "/console/sign-in?owner=true&to=https://evil.example", &[]).await;
        assert!(!odd.header("location").contains("evil"), "{}", odd.header("location"));
    });
}

#[test]
fn organizations_are_found_by_name_path_and_domain() {
    run(async {
        let house = house::open().await;
        house.set_up(&mut Browser::new()).await;
        let admin = Admin::open(&house, None).await;
        let mut ids = Vec::new();
        for (name, path) in [("Béta 100% GmbH", "beta"), ("Gamma_Ltd", "g-a-m"), ("Delta", "delta")]
        {
            let body = json!({"name": name, "path": path});
            let (status, made) = admin.post(&house, "/organizations", &body).await;
            assert_eq!(status, 201, "{made}");
            house.wait(1_000);
            ids.push(made["id"].as_str().unwrap().to_owned());
        }
        let path = format!("/organizations/{}/domains/special.example", ids[2]);
        let put = admin.call(&house, ("PUT", &path), None, &json!(null)).await;
        assert_eq!(put.status, 200, "{}", put.json);
        for (query, expected) in [
            ("gmbh", vec![0]),
            ("GMBH", vec![0]),
            ("B%C3%A9ta", vec![0]),
            ("g-a", vec![1]),
            ("special", vec![2]),
            ("lta", vec![2]),
            ("ta", vec![0, 2]),
            // No wildcard of the database is one here.
            ("%25", vec![0]),
            ("_", vec![1]),
            ("!", vec![]),
            ("nobody", vec![]),
        ] {
            let (status, found) = admin.get(&house, &format!("/organizations?q={query}")).await;
            assert_eq!(status, 200, "{found}");
            let found: Vec<&str> = found["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|o| o["id"].as_str().unwrap())
                .collect();
            let expected: Vec<&str> =
                expected.into_iter().map(|n: usize| ids[n].as_str()).collect();
            assert_eq!(found, expected, "{query}");
        }
        // In pieces, too; an empty search is none.
        let (_, first) = admin.get(&house, "/organizations?q=ta&limit=1").await;
        let next = format!("/organizations?q=ta&after={}", first["next"].as_str().unwrap());
        let (_, rest) = admin.get(&house, &next).await;
        assert_eq!(rest["items"][0]["id"], ids[2].as_str());
        let (_, all) = admin.get(&house, "/organizations?q=").await;
        assert_eq!(all["items"].as_array().unwrap().len(), 4);
        let long = "x".repeat(201);
        assert_eq!(admin.get(&house, &format!("/organizations?q={long}")).await.0, 422);
        // Whoever reaches one organization finds that one, and learns of no other.
        let own = doorward::model::id::OrganizationId::try_from(ids[1].as_str()).unwrap();
        let (_, seen) =
            Admin::open(&house, Some(&own)).await.get(&house, "/organizations?q=delta").await;
        assert_eq!(seen["items"].as_array().unwrap().len(), 1);
        assert_eq!(seen["items"][0]["id"], ids[1].as_str());
    });
}
