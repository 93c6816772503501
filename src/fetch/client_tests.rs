//! A one-answer-per-connection server on loopback, and what the client makes of it.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use super::*;

/// Serves the answers in turn and keeps the requests.
fn serve(answers: Vec<Vec<u8>>) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            let mut buffer = [0u8; 4096];
            loop {
                let count = stream.read(&mut buffer).unwrap();
                request.extend_from_slice(&buffer[..count]);
                if request.first() == Some(&0x16) {
                    break; // a TLS handshake, which is answered with no TLS
                }
                let text = String::from_utf8_lossy(&request).into_owned();
                let Some(head) = text.find("\r\n\r\n") else { continue };
                let length = text
                    .to_ascii_lowercase()
                    .lines()
                    .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
                    .unwrap_or(0usize);
                if request.len() >= head + 4 + length || count == 0 {
                    log.lock().unwrap().push(text);
                    break;
                }
            }
            // The client may hang up in the middle of an answer that is too large.
            let _ = stream.write_all(&answer);
        }
    });
    (address, seen)
}

fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    let mut out =
        format!("HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len())
            .into_bytes();
    out.extend_from_slice(body);
    out
}

fn to(location: &str) -> Vec<u8> {
    answer(&format!("302 Found\r\nlocation: {location}"), b"")
}

#[tokio::test]
async fn gets_an_answer() {
    let (address, seen) =
        serve(vec![answer("200 OK\r\ncontent-type: Application/JSON; charset=utf-8", b"{}")]);
    let fetch = Fetch::new(true).unwrap();
    let url = format!("http://sso.localhost:{}/x?y=1#z", address.port());
    let fetched = fetch.get(&url, "application/json", 100).await.unwrap();
    assert!(fetched.ok());
    assert_eq!((fetched.status, fetched.body.as_slice()), (200, b"{}".as_slice()));
    assert_eq!(fetched.media_type(), "application/json");
    let request = seen.lock().unwrap()[0].clone();
    assert!(request.starts_with("GET /x?y=1 HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("accept: application/json\r\n"), "{request}");
    assert!(!request.to_ascii_lowercase().contains("accept-encoding"), "{request}");
}

#[tokio::test]
async fn sizes_are_limited_announced_or_not() {
    let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    let mut endless = chunked.clone();
    for _ in 0..64 {
        endless.extend_from_slice(b"400\r\n");
        endless.extend_from_slice(&[b'a'; 0x400]);
        endless.extend_from_slice(b"\r\n");
    }
    let (address, _) = serve(vec![
        answer("200 OK", &[b'a'; 1001]),
        endless,
        answer("200 OK", &[b'a'; 1000]),
        b"HTTP/1.1 200 OK\r\ncontent-length: 9223372036854775807\r\n\r\n".to_vec(),
    ]);
    let fetch = Fetch::new(true).unwrap();
    let url = format!("http://{address}/");
    for expected in [false, false, true, false] {
        let fetched = fetch.get(&url, "*/*", 1000).await;
        match fetched {
            Ok(fetched) => assert!(expected && fetched.body.len() == 1000),
            Err(error) => {
                assert!(!expected, "{error}");
                assert!(matches!(error, FetchError::TooLarge { limit: 1000, .. }), "{error}");
                assert_eq!(error.code(), crate::model::code::Code::UpstreamAnswer);
            }
        }
    }
}

#[tokio::test]
async fn redirects_stay_within_the_origin_and_are_few() {
    let fetch = Fetch::new(true).unwrap();
    let (address, seen) = serve(vec![to("/b"), answer("200 OK", b"b")]);
    let fetched = fetch.get(&format!("http://{address}/a"), "*/*", 10).await.unwrap();
    assert_eq!(fetched.body, b"b");
    assert!(seen.lock().unwrap()[1].starts_with("GET /b "));

    for target in [
        "http://127.0.0.1:1/b?secret=1",
        "https://127.0.0.1/b",
        "http://localhost/b",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "//other.example/",
    ] {
        let (address, _) = serve(vec![to(target)]);
        let error = fetch.get(&format!("http://{address}/a"), "*/*", 10).await.unwrap_err();
        assert!(matches!(error, FetchError::Redirect { .. }), "{target}: {error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }

    let (address, seen) = serve(vec![to("/1"), to("/2"), to("/3"), to("/4"), to("/5")]);
    let error = fetch.get(&format!("http://{address}/a"), "*/*", 10).await.unwrap_err();
    assert!(matches!(error, FetchError::Redirect { .. }), "{error}");
    assert_eq!(seen.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn posts_a_form_and_follows_nothing() {
    let (address, seen) =
        serve(vec![answer("400 Bad Request", b"{\"error\":\"x\"}"), to("/token")]);
    let fetch = Fetch::new(true).unwrap();
    let url = format!("http://{address}/token");
    let fields = vec![("code".to_owned(), "a b&c".to_owned())];
    let secret = Secret::new("s:% ä".to_owned());
    let fetched = fetch.post_form(&url, &fields, Some(("cl:id", &secret)), 100).await.unwrap();
    assert_eq!(fetched.status, 400);
    let request = seen.lock().unwrap()[0].clone();
    assert!(request.ends_with("\r\n\r\ncode=a+b%26c"), "{request}");
    let expected = STANDARD.encode("cl%3Aid:s%3A%25+%C3%A4");
    assert!(request.contains(&format!("authorization: Basic {expected}\r\n")), "{request}");
    assert!(request.contains("content-type: application/x-www-form-urlencoded"), "{request}");

    let error = fetch.post_form(&url, &fields, None, 100).await.unwrap_err();
    assert!(matches!(error, FetchError::Redirect { .. }), "{error}");
}

#[tokio::test]
async fn a_bearer_token_travels_in_its_header() {
    let (address, seen) = serve(vec![answer("200 OK", b"{}")]);
    let fetch = Fetch::new(true).unwrap();
    let token = Secret::new("abc".to_owned());
    fetch.get_bearer(&format!("http://{address}/u"), &token, 100).await.unwrap();
    assert!(seen.lock().unwrap()[0].contains("authorization: Bearer abc\r\n"));
    let torn = Secret::new("a\r\nx: y".to_owned());
    let error = fetch.get_bearer(&format!("http://{address}/u"), &torn, 100).await.unwrap_err();
    assert_eq!(error, FetchError::Address);
}

#[tokio::test]
async fn private_addresses_are_refused_in_every_spelling() {
    use crate::model::code::Code;
    let fetch = Fetch::new(false).unwrap();
    for url in [
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[2002:a00:1::]/",
        "https://0.0.0.0/",
        "https://169.254.169.254/",
        "https://localhost/",
        "https://LOCALHOST./",
        "https://idp.localhost/",
        "https://１２７.0.0.1/",
    ] {
        let error = fetch.get(url, "*/*", 10).await.unwrap_err();
        // A machine without certificate authorities stops before it looks the name up.
        let expected = if fetch.secure.is_some() {
            Code::UpstreamAddressRefused
        } else {
            Code::UpstreamUnreachable
        };
        assert_eq!(error.code(), expected, "{url}: {error}");
    }
    for url in ["http://127.0.0.1/", "http://example.com/"] {
        let error = fetch.get(url, "*/*", 10).await.unwrap_err();
        assert!(matches!(error, FetchError::Insecure { .. }), "{url}: {error}");
    }
}

#[tokio::test]
async fn plain_http_stays_in_the_house_and_metadata_services_are_never_called() {
    let fetch = Fetch::new(true).unwrap();
    let error = fetch.get("http://8.8.8.8/", "*/*", 10).await.unwrap_err();
    assert!(matches!(error, FetchError::Insecure { .. }), "{error}");
    for url in ["http://169.254.169.254/", "http://[fd00:ec2::254]/", "http://0.0.0.0/"] {
        let error = fetch.get(url, "*/*", 10).await.unwrap_err();
        assert!(matches!(error, FetchError::Refused { .. }), "{url}: {error}");
    }
    for url in ["", "x", "/x", "ftp://127.0.0.1/", "http://a:b@127.0.0.1/", "http://", "data:,x"] {
        assert_eq!(fetch.get(url, "*/*", 10).await.unwrap_err(), FetchError::Address, "{url}");
    }
}

#[tokio::test]
async fn nobody_there_and_no_http_there() {
    let fetch = Fetch::new(true).unwrap();
    // A port that was free a moment ago.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = fetch.get(&format!("http://{free}/p?q=secret"), "*/*", 10).await.unwrap_err();
    assert!(matches!(error, FetchError::Unreachable { kind: Trouble::Connect, .. }), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");

    let (address, _) = serve(vec![b"SSH-2.0-x\r\n\r\n".to_vec()]);
    let error = fetch.get(&format!("http://{address}/"), "*/*", 10).await.unwrap_err();
    assert!(matches!(error, FetchError::Unreachable { kind: Trouble::Protocol, .. }), "{error}");

    if fetch.secure.is_some() {
        let (address, _) = serve(vec![answer("400 Bad Request", b"")]);
        let error = fetch.get(&format!("https://{address}/"), "*/*", 10).await.unwrap_err();
        assert!(matches!(error, FetchError::Unreachable { kind: Trouble::Tls, .. }), "{error}");
    }
}
