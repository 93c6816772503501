//! Paste anything: through the door, with real servers behind the addresses.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::sources::{closed, ok, server};
use super::{House, Reply, certificate, metadata, request};
use crate::wire::x509::wrappings::wrappings;

async fn open() -> House {
    House::with(|config| config.allow_private_idps = true).await
}

impl House {
    async fn recognise(&self, input: &str) -> Reply {
        self.root("POST", "/recognise", json!({"input": input}), 200).await
    }

    /// Everything that is kept, as far as the API shows it.
    async fn kept(&self) -> String {
        let mut all = String::new();
        for path in ["/organizations", "/connections", "/audit-events", "/attempts", "/settings"] {
            all.push_str(&self.get(path).await.text);
        }
        all
    }
}

fn codes(reply: &Reply) -> Vec<&str> {
    let wrong = reply.json["wrong"].as_array().unwrap();
    wrong.iter().map(|wrong| wrong["code"].as_str().unwrap()).collect()
}

fn description(issuer: &str) -> String {
    json!({
        "issuer": issuer, "authorization_endpoint": format!("{issuer}/a"),
        "token_endpoint": format!("{issuer}/t"), "jwks_uri": format!("{issuer}/k"),
    })
    .to_string()
}

#[tokio::test]
async fn what_is_pasted_becomes_a_connection_with_one_more_call() {
    let house = open().await;
    let organization = house.organization("Acme").await;
    let (pem, _) = certificate();
    let before = house.kept().await;
    let at = server(ok(&metadata(&pem))).await;
    let inputs = [
        (metadata(&pem), "saml_metadata", "saml", vec![]),
        (format!("http://{at}/metadata"), "metadata_address", "saml", vec![]),
        (format!("http://{at}/start?x=1"), "metadata_address", "saml", vec![]),
        (pem.clone(), "certificate", "saml", vec!["idp_entity_id", "sso_url"]),
        (
            "http://www.okta.com/exk1".to_owned(),
            "entity_id",
            "saml",
            vec!["sso_url", "certificate"],
        ),
        (
            description("https://idp.acme.test"),
            "oidc_discovery",
            "oidc",
            vec!["client_id", "client_secret"],
        ),
        (
            "123-abc.apps.googleusercontent.com".to_owned(),
            "client_id",
            "oidc",
            vec!["client_secret"],
        ),
    ];
    let mut drafts = Vec::new();
    for (input, kind, protocol, missing) in inputs {
        let reply = house.recognise(&input).await;
        assert_eq!(
            (&reply.json["kind"], &reply.json["protocol"]),
            (&json!(kind), &json!(protocol))
        );
        assert_eq!(reply.json["missing"], json!(missing), "{input}");
        assert_eq!(codes(&reply), [""; 0], "{input}");
        drafts.push((reply.json["protocol"].clone(), reply.json["draft"].clone()));
    }
    assert_eq!(house.kept().await, before, "a preview keeps nothing");
    for (protocol, draft) in drafts {
        let body = json!({"organization": organization, "name": "X", "protocol": protocol, "config": draft});
        let made = house.root("POST", "/connections", body, 201).await;
        let path = format!("/connections/{}/draft", made.id());
        house.root("PUT", &path, draft, 200).await;
    }
}

#[tokio::test]
async fn what_was_read_is_shown_before_anything_is_saved() {
    let house = open().await;
    let (pem, _) = certificate();
    let reply = house.recognise(&metadata(&pem)).await;
    let read = &reply.json["read"];
    assert_eq!(read["entity_id"], "https://idp.acme.test/metadata");
    assert_eq!(
        read["sso_endpoints"][0],
        json!({"binding": "http_redirect", "location": "https://idp.acme.test/sso"})
    );
    let shown = &read["certificates"][0];
    assert_eq!(shown["key"], "EC P-256");
    assert_eq!(shown["signature_algorithm"], "ECDSA-SHA256");
    assert_eq!(shown["fingerprint_sha256"].as_str().unwrap().len(), 64);
    assert_eq!(shown["fingerprint_sha1"].as_str().unwrap().len(), 40);
    assert!(shown["not_after"].as_str().unwrap().ends_with('Z'));
    assert_eq!(reply.json["sentence"], "This is the metadata of a SAML identity provider.");
    assert_eq!(reply.json["provider"], Value::Null);
    let issuer = server(String::new()).await;
    let slash = format!("http://{issuer}/");
    // A description is served where the issuer without its slash says.
    let described = server(ok(&description(slash.trim_end_matches('/')))).await;
    let differs = house.recognise(&format!("http://{described}")).await;
    assert_eq!(codes(&differs), ["issuer_differs"]);
    assert_eq!(differs.json["draft"], Value::Null);
    assert_eq!(differs.json["wrong"][0]["instead"], slash.trim_end_matches('/'));
    let entra = "https://login.microsoftonline.com/common/v2.0";
    let shared = house.recognise(entra).await;
    assert_eq!(shared.json["provider"], json!({"id": "entra", "name": "Microsoft Entra ID"}));
    assert_eq!(codes(&shared), ["entra_shared_endpoint"]);
}

#[tokio::test]
async fn files_come_in_base64() {
    let house = House::new().await;
    let (pem, _) = certificate();
    let flat: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let wide: Vec<u8> =
        format!("\u{feff}{}", metadata(&pem)).encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, kind) in [
        (STANDARD.decode(&flat).unwrap(), "certificate"),
        (pem.clone().into_bytes(), "certificate"),
        (wide, "saml_metadata"),
        (vec![0xff; 600 * 1024], "too_large"),
        (vec![0xff, 0, 1], "unknown"),
        (Vec::new(), "empty"),
    ] {
        let body = json!({"file": STANDARD.encode(&bytes)});
        assert_eq!(house.root("POST", "/recognise", body, 200).await.json["kind"], kind);
    }
    for (body, field) in [
        (json!({}), "input"),
        (json!({"input": "x", "file": "eA=="}), "input"),
        (json!({"file": "not base64!"}), "file"),
        (json!({"input": 7}), "input"),
        (json!({"text": "x"}), "text"),
    ] {
        let reply = house.root("POST", "/recognise", body, 422).await;
        assert_eq!(reply.fields(), [field], "{}", reply.text);
    }
    assert_eq!(house.call(&house.root, "GET", "/recognise", Value::Null).await.status, 405);
    let stranger = house.call("nobody", "POST", "/recognise", json!({"input": "x"})).await;
    assert_eq!(stranger.status, 401);
    let huge = json!({"input": "x".repeat(3 << 20)});
    assert_eq!(house.call(&house.root, "POST", "/recognise", huge).await.status, 413);
}

#[tokio::test]
async fn an_organization_learns_nothing_of_the_network_around_us() {
    let house = open().await;
    let organization = house.organization("Acme").await;
    let token = house.token(Some(&organization)).await;
    let (pem, private) = certificate();
    let (_held, closed) = closed();
    let mut asked = vec![(closed, "refused or broke off")];
    for (answer, told) in [
        ("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_owned(), "status 404"),
        (
            "HTTP/1.1 302 Found\r\nlocation: http://10.0.0.7/\r\ncontent-length: 0\r\n\r\n"
                .to_owned(),
            "redirects to",
        ),
        ("SSH-2.0-OpenSSH_9.2p1\r\n".to_owned(), "was not HTTP"),
        (ok("<html><body>internal wiki</body></html>"), "web page"),
        (ok("<jobs/>"), "something else"),
        (ok("{\"issuer\": \"internal\"}"), "something else"),
        (ok("{\"keys\": []}"), "something else"),
        (ok(""), "something else"),
        (ok(&pem), "something else"),
        (ok(&private), "something else"),
        (ok(&"x".repeat(600 * 1024)), "longer than"),
    ] {
        asked.push((server(answer).await, told));
    }
    for path in ["metadata", "start", "start?x=1", ".well-known/openid-configuration", ""] {
        let mut heard = Vec::new();
        for (address, told) in &asked {
            let url = format!("http://{address}/{path}");
            let installation = house.recognise(&url).await;
            assert!(installation.text.contains(told), "{url}: {}", installation.text);
            let body = json!({"input": url});
            let reply = house.send(request(&token, "POST", "/recognise", &body)).await;
            assert_eq!(reply.status, 200, "{}", reply.text);
            assert_eq!(reply.json["draft"], Value::Null);
            heard.push(reply.text.replace(&address.to_string(), "it"));
        }
        heard.sort_unstable();
        heard.dedup();
        assert_eq!(heard.len(), 1, "they can be told apart: {heard:#?}");
        assert!(heard[0].contains("address_unusable") && heard[0].contains("paste what it shows"));
    }
    // What providers publish is told to both, as a draft tells it.
    for body in [metadata(&pem), description("https://idp.acme.test")] {
        let address = server(ok(&body)).await;
        let body = json!({"input": format!("http://{address}/start?x=1")});
        let own = house.send(request(&token, "POST", "/recognise", &body)).await;
        assert_eq!(own.text, house.root("POST", "/recognise", body, 200).await.text);
        assert!(own.text.contains("idp.acme.test"));
    }
    let strict = House::new().await;
    let refused = strict.recognise("https://169.254.169.254/latest/metadata").await;
    assert_eq!(codes(&refused), ["address_unusable"]);
    assert!(refused.text.contains("may not be called"), "{}", refused.text);
}

/// What was logged on this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_private_key_reaches_neither_answer_nor_log_nor_disk() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    // While there is one subscriber, a place in the code that another test's thread comes to
    // first is asked of that thread, which has none: it would be silent for ever, here too. With
    // a second one all are asked.
    let _second =
        tracing::Dispatch::new(tracing_subscriber::fmt().with_writer(std::io::sink).finish());
    let house = open().await;
    let organization = house.organization("Acme").await;
    let token = house.token(Some(&organization)).await;
    let (pem, key) = certificate();
    let secret: String = key.lines().filter(|line| !line.starts_with("-----")).collect();
    let at = server(ok(&key)).await;
    let mut said = String::new();
    tracing::callsite::rebuild_interest_cache();
    for body in [
        json!({"input": key}),
        json!({"input": secret}),
        json!({"input": format!("{pem}{key}")}),
        json!({"input": key.replace('\n', "\\n")}),
        json!({"input": format!("https://idp.acme.test/{secret}")}),
        json!({"input": metadata(&pem).replace("<md:IDP", &format!("<!--{key}--><md:IDP"))}),
        json!({"file": STANDARD.encode(&key)}),
        json!({"file": STANDARD.encode(STANDARD.decode(&secret).unwrap())}),
    ] {
        for token in [&house.root, &token] {
            let reply = house.send(request(token, "POST", "/recognise", &body)).await;
            assert_eq!((reply.status, &reply.json["kind"]), (200, &json!("private_key")));
            assert_eq!((codes(&reply), &reply.json["draft"]), (vec!["private_key"], &Value::Null));
            said.push_str(&reply.text);
        }
    }
    for body in [
        json!({"input": format!("http://{at}/metadata")}),
        json!({"input": [key]}),
        json!({key.clone(): 1}),
        json!({"file": key}),
    ] {
        for token in [&house.root, &token] {
            said.push_str(&house.send(request(token, "POST", "/recognise", &body)).await.text);
        }
    }
    said.push_str(&house.kept().await);
    said.push_str(&String::from_utf8_lossy(&log.0.lock().unwrap()));
    assert!(said.contains("an address gave nothing usable"), "the log was watched");
    house.hub.store.close();
    for file in ["doorward.db", "doorward.db-wal"] {
        let bytes = std::fs::read(house.hub.config.data.join(file)).unwrap_or_default();
        said.push_str(&String::from_utf8_lossy(&bytes));
    }
    // The first bytes say what kind of key it is; the key itself comes after.
    for at in 40..secret.len() - 12 {
        let out = said.find(&secret[at..at + 12]);
        let around = out.map(|out| said[..out].chars().rev().take(200).collect::<String>());
        let around = around.map(|text| text.chars().rev().collect::<String>());
        assert_eq!(around, None, "the key got out");
    }
}

#[tokio::test]
async fn a_draft_takes_a_certificate_in_any_wrapping() {
    let house = House::new().await;
    let organization = house.organization("Acme").await;
    let made = rcgen::generate_simple_self_signed(vec!["idp.acme.test".to_owned()]).unwrap();
    let connection = house.saml(&organization, json!({})).await.id();
    let path = format!("/connections/{connection}/draft");
    let flat = STANDARD.encode(made.cert.der());
    let texts: Vec<String> = wrappings(made.cert.der(), &made.cert.pem())
        .into_iter()
        .filter_map(|bytes| String::from_utf8(bytes).ok())
        .filter(|text| !text.contains('\0'))
        .collect();
    assert!(texts.len() >= 40);
    for text in texts {
        let draft = house.root("PUT", &path, json!({"certificate": text}), 200).await;
        let kept = &draft.json["draft"]["config"]["certificates"];
        assert_eq!(
            (kept.as_array().unwrap().len(), &kept[0]["certificate"]),
            (1, &json!(flat)),
            "{text}"
        );
    }
}

#[tokio::test]
async fn what_is_long_waits_in_line_and_what_is_short_does_not() {
    let house = open().await;
    let mut context = Context::from_waker(Waker::noop());
    let (near, other) = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
    // Visitors with large messages fill the line.
    let mut line = Vec::new();
    for address in [near, other].into_iter().flat_map(|address| [address; 32]) {
        let mut place = Box::pin(house.hub.judging.turn(address));
        let turn = place.as_mut().poll(&mut context);
        line.push((place, turn));
    }
    let long = "M".repeat(200_000);
    let busy = house.root("POST", "/recognise", json!({"input": long}), 503).await;
    assert_eq!(busy.problem(), "busy");
    let at = server(ok(&long)).await;
    let busy = json!({"input": format!("http://{at}/start?x=1")});
    assert_eq!(house.root("POST", "/recognise", busy, 503).await.problem(), "busy");
    assert_eq!(house.recognise("urn:acme").await.json["kind"], "entity_id");
    drop(line);
    assert_eq!(house.recognise(&long).await.json["kind"], "unknown");
}
