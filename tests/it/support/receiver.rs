//! An app's own server on loopback that is told of logouts.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward::model::app::{App, RedirectUri, SigningAlgorithm};
use doorward::model::id::AppId;
use doorward::model::rng::SystemRng;
use doorward::store::apps;
use serde_json::Value;

use super::forge::NOW;
use super::tenant::CALLBACK;
use crate::house::House;

/// What it does with a request.
#[derive(Clone)]
pub enum Does {
    /// Answers with this status line and body.
    Answers(&'static str, String),
    /// Takes the request and never answers.
    Hangs,
}

struct State {
    does: Does,
    tokens: Vec<String>,
    held: Vec<TcpStream>,
}

/// The server.
pub struct Receiver {
    pub address: String,
    state: Arc<Mutex<State>>,
}

impl Receiver {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/logout", listener.local_addr().unwrap());
        let does = Does::Answers("200 OK", String::new());
        let state = State { does, tokens: Vec::new(), held: Vec::new() };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serve(stream, &shared);
            }
        });
        Self { address, state }
    }

    /// An address nobody listens at.
    pub fn nobody() -> String {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        format!("http://{free}/logout")
    }

    /// Does this from now on.
    pub fn does(&self, does: Does) {
        self.state.lock().unwrap().does = does;
    }

    /// Answers with this status from now on.
    pub fn answers(&self, status: &'static str) {
        self.does(Does::Answers(status, String::new()));
    }

    /// The logout tokens it was sent, as they came.
    pub fn raw(&self) -> Vec<String> {
        self.state.lock().unwrap().tokens.clone()
    }

    /// Their headers and claims.
    pub fn told(&self) -> Vec<(Value, Value)> {
        self.raw().iter().map(|token| (part(token, 0), part(token, 1))).collect()
    }

    /// Whom it was told of: `sub` and `sid`.
    pub fn of(&self) -> Vec<(String, String)> {
        let text = |claims: &Value, name: &str| claims[name].as_str().unwrap().to_owned();
        self.told().iter().map(|(_, claims)| (text(claims, "sub"), text(claims, "sid"))).collect()
    }
}

/// A part of a compact JWS, without looking at its signature.
pub fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut first, mut length) = (String::new(), 0);
    if reader.read_line(&mut first).is_err() {
        return;
    }
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).is_err() || line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    if reader.read_exact(&mut body).is_err() || !first.starts_with("POST /logout ") {
        return;
    }
    let mut state = state.lock().unwrap();
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
    assert_eq!(fields.len(), 1, "{fields:?}");
    assert_eq!(fields[0].0, "logout_token");
    state.tokens.push(fields[0].1.clone());
    match state.does.clone() {
        Does::Answers(status, body) => {
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
        }
        Does::Hangs => state.held.push(stream),
    }
}

/// A public app that is told of logouts at `address`, and lets people back at
/// `https://{name}.test/bye`.
pub async fn app_told_at(house: &House, name: &str, address: Option<String>) -> AppId {
    app_signing(house, name, address, SigningAlgorithm::RS256).await
}

/// The same, whose tokens are signed so.
pub async fn app_signing(
    house: &House,
    name: &str,
    address: Option<String>,
    signing_algorithm: SigningAlgorithm,
) -> AppId {
    let mut app = App {
        id: AppId::random(&SystemRng),
        name: name.to_owned(),
        secret: None,
        redirect_uris: vec![RedirectUri::try_from(CALLBACK.to_owned()).unwrap()],
        post_logout_redirect_uris: vec![
            RedirectUri::try_from(format!("https://{}.test/bye", name.to_lowercase())).unwrap(),
        ],
        organizations: Vec::new(),
        signing_algorithm,
        groups_claim: false,
        settings: Default::default(),
        disabled: false,
        created_at: NOW,
        version: 1,
    };
    app.settings.backchannel_logout_uri = address;
    house
        .write(move |tx| {
            apps::insert(tx, &app)?;
            Ok(app.id)
        })
        .await
}
