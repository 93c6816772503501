//! Metadata fetched from an address somebody names: whoever may set up a connection must not
//! learn from it what is in the network around us.

use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket};

use super::{House, Reply, certificate, metadata, request};

/// A server that answers every connection with `answer`, as it is.
pub(super) async fn server(answer: String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut asked = [0; 4_096];
            let _read = stream.read(&mut asked).await;
            let _written = stream.write_all(answer.as_bytes()).await;
        }
    });
    address
}

pub(super) fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

/// A port that is taken and does not listen: nobody else is given it while it is held.
pub(super) fn closed() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

/// Two connections' worth of asking, as somebody of the organization and as whoever
/// administers the installation; both by a draft and by a creation.
struct Askers {
    house: House,
    organization: String,
    connection: String,
    token: String,
}

impl Askers {
    async fn of(house: House) -> Self {
        let organization = house.organization("Acme").await;
        let connection = house.saml(&organization, json!({})).await.id();
        let token = house.token(Some(&organization)).await;
        Self { house, organization, connection, token }
    }

    /// The two answers to a draft that names `url`.
    async fn ask(&self, url: &str) -> [Reply; 2] {
        let path = format!("/connections/{}/draft", self.connection);
        let body = json!({"metadata_url": url});
        [
            self.house.call(&self.token, "PUT", &path, body.clone()).await,
            self.house.call(&self.house.root, "PUT", &path, body).await,
        ]
    }
}

#[tokio::test]
async fn an_organization_learns_nothing_of_the_network_around_us() {
    let (pem, private) = certificate();
    let long = "x".repeat(1 << 20) + "x";
    let html = "<html><body>internal wiki</body></html>";
    let redirect = "HTTP/1.1 302 Found\r\nlocation: http://10.0.0.7/\r\ncontent-length: 0\r\n\r\n";
    let open = Askers::of(House::with(|config| config.allow_private_idps = true).await).await;
    let strict = Askers::of(House::new().await).await;
    let (_held, closed) = closed();
    let at = |address: SocketAddr| format!("http://{address}/metadata");
    let mut asked: Vec<(&Askers, String, &str)> = vec![
        (&open, at(closed), "refused or broke off"),
        (&open, "http://93.184.216.34/".to_owned(), "not called over plain http"),
        (&strict, at(closed), "not called over plain http"),
        (&strict, "https://10.0.0.7/".to_owned(), "may not be called"),
        (&strict, "https://169.254.169.254/latest".to_owned(), "may not be called"),
        (&strict, "https://localhost:1/".to_owned(), "may not be called"),
    ];
    for (answer, told) in [
        ("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_owned(), "status 404"),
        ("HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n".to_owned(), "status 401"),
        ("SSH-2.0-OpenSSH_9.2p1\r\n".to_owned(), "was not HTTP"),
        (redirect.to_owned(), "redirects to"),
        (ok(html), "a web page"),
        (ok(""), "no metadata was given"),
        (ok("<jobs/>"), "not SAML metadata but jobs"),
        (ok("{\"key\": 1}"), "not metadata"),
        (ok("<a>\n<b"), "not well-formed XML (line 2, column 3)"),
        (ok("<a>\n<b>"), "not well-formed XML: an element is not closed"),
        (ok(&private), "private key"),
        (ok(&long), "longer than"),
    ] {
        asked.push((&open, at(server(answer).await), told));
    }
    let mut heard: Vec<String> = Vec::new();
    for (askers, url, told) in &asked {
        let [organization, installation] = askers.ask(url).await;
        assert_eq!((organization.status, organization.fields()), (422, vec!["metadata_url"]));
        assert_eq!(installation.fields(), ["metadata_url"], "{url}");
        assert!(installation.text.contains(told), "{url}: {}", installation.text);
        heard.push(organization.text);
    }
    heard.sort_unstable();
    heard.dedup();
    assert_eq!(heard.len(), 1, "they can be told apart: {heard:#?}");
    assert!(heard[0].contains("metadata_xml"), "and says what to do: {}", heard[0]);

    // A creation says no more than a draft, and metadata that is there is taken from both.
    let new = |url: &str| json!({"organization": open.organization, "name": "Okta", "protocol": "saml", "config": {"metadata_url": url}});
    let made = |token: String, body: Value| {
        let house = &open.house;
        async move { house.send(request(&token, "POST", "/connections", &body)).await }
    };
    let bad = made(open.token.clone(), new(&asked[0].1)).await;
    assert_eq!(bad.text.replace("config.metadata_url", "metadata_url"), heard[0]);
    let good = at(server(ok(&metadata(&pem))).await);
    let made = made(open.token.clone(), new(&good)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    for reply in open.ask(&good).await {
        assert_eq!((reply.status, &reply.json["missing"]), (200, &json!([])), "{}", reply.text);
    }
}

#[tokio::test]
async fn metadata_past_its_end_is_not_kept() {
    let askers = Askers::of(House::with(|config| config.allow_private_idps = true).await).await;
    let house = &askers.house;
    let sound = metadata(&certificate().0);
    let until =
        |moment: &str| sound.replace("entityID", &format!("validUntil=\"{moment}\" entityID"));
    let draft = format!("/connections/{}/draft", askers.connection);
    let ended = until("2026-11-20T23:59:59Z");
    for (field, source) in [
        ("metadata_xml", ended.clone()),
        ("metadata_url", format!("http://{}/", server(ok(&ended)).await)),
    ] {
        for token in [&askers.token, &house.root] {
            let refused = house.call(token, "PUT", &draft, json!({field: source})).await;
            assert_eq!((refused.status, refused.fields()), (422, vec![field]));
            let detail = refused.json["errors"][0]["detail"].as_str().unwrap().to_owned();
            assert!(detail.contains("2026-11-20T23:59:59"), "{detail}");
            assert!(detail.contains("identity provider shows today"), "{detail}");
        }
    }
    let kept = json!({"metadata_xml": until("2026-11-22T00:00:00Z")});
    house.root("PUT", &draft, kept, 200).await;
    // What is in use goes on when its metadata ends: the next one is asked for by refreshing.
    house.pass(super::LONG);
    let activate = format!("/connections/{}/activate", askers.connection);
    house.tested(&askers.connection).await;
    house.root("POST", &activate, Value::Null, 200).await;
}

#[tokio::test]
async fn what_is_wrong_with_real_metadata_is_told_to_both() {
    let askers = Askers::of(House::with(|config| config.allow_private_idps = true).await).await;
    let service = metadata(&certificate().0).replace("IDPSSODescriptor", "SPSSODescriptor");
    let url = format!("http://{}/", server(ok(&service)).await);
    let [organization, installation] = askers.ask(&url).await;
    assert!(organization.text.contains("service provider"), "{}", organization.text);
    assert_eq!(organization.text, installation.text);
    let typo = metadata(&certificate().0).replacen("X509Certificate>MII", "X509Certificate>M!I", 1);
    let url = format!("http://{}/", server(ok(&typo)).await);
    let [organization, installation] = askers.ask(&url).await;
    let told = "its certificate (X509Certificate) cannot be used: this is not a certificate in PEM";
    assert!(organization.text.contains(told), "{}", organization.text);
    assert_eq!(organization.text, installation.text);
}
