//! An OpenID Provider on loopback that vouches for whomever it is told to, as slowly as it is
//! told to.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward::model::connection::{ConnectionConfig, OidcConfig};
use doorward::model::id::{ConnectionId, OrganizationId};
use doorward::model::time::Millis;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::tenant::{connect, sent};
use crate::house::{Answer, House};

/// Keeps an answer back: says that it was asked for, and waits.
pub struct Gate {
    pub asked: oneshot::Sender<()>,
    pub answer: Receiver<()>,
}

pub const DISCOVERY: &str = "/.well-known/openid-configuration";

#[derive(Default)]
struct State {
    /// ID token claims by code; each is redeemed once.
    codes: HashMap<String, Value>,
    gate: Option<(&'static str, Gate)>,
    /// What it says of where people sign out.
    end_session_endpoint: Option<String>,
}

pub struct Provider {
    pub issuer: String,
    state: Arc<Mutex<State>>,
}

impl Provider {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let provider = Self { issuer: issuer.clone(), state: Arc::clone(&state) };
        std::thread::spawn(move || {
            let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
            std::thread::scope(|scope| {
                for stream in listener.incoming().flatten() {
                    scope.spawn(|| serve(stream, &issuer, &key, &state));
                }
            });
        });
        provider
    }

    /// One that is switched off.
    pub fn gone() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        Self { issuer: format!("http://{free}"), state: Arc::default() }
    }

    /// Announces from now on that people sign out at this path.
    pub fn signs_out_at(&self, path: &str) {
        let endpoint = format!("{}{path}", self.issuer);
        self.state.lock().unwrap().end_session_endpoint = Some(endpoint);
    }

    /// Announces no such place.
    pub fn signs_out_nowhere(&self) {
        self.state.lock().unwrap().end_session_endpoint = None;
    }

    /// Keeps the next answer at `path` back.
    pub fn hold_back(&self, path: &'static str, gate: Gate) {
        self.state.lock().unwrap().gate = Some((path, gate));
    }

    /// A live connection to it.
    pub async fn connect(&self, house: &House, organization: &OrganizationId) -> ConnectionId {
        let config = OidcConfig {
            issuer: self.issuer.clone(),
            client_id: "doorward".to_owned(),
            ..OidcConfig::default()
        };
        connect(house, organization, ConnectionConfig::Oidc(config)).await
    }

    /// The address it sends a browser back to, `person` signed in, after `asked` sent it here.
    pub fn vouch(&self, now: Millis, asked: &Answer, person: &str) -> String {
        self.vouch_changed(now, asked, person, |_| {})
    }

    /// The same, with claims that were changed. The claim `kid` goes into the header instead.
    pub fn vouch_changed(
        &self,
        now: Millis,
        asked: &Answer,
        person: &str,
        change: impl FnOnce(&mut Value),
    ) -> String {
        let parameter = |name: &str| sent(asked, name).unwrap();
        let mut state = self.state.lock().unwrap();
        let code = format!("code{}", state.codes.len());
        let mut claims = json!({
            "iss": self.issuer, "aud": "doorward", "sub": person, "email": person,
            "name": person, "nonce": parameter("nonce"),
            "iat": now.seconds(), "auth_time": now.seconds(), "exp": now.seconds() + 300,
        });
        change(&mut claims);
        state.codes.insert(code.clone(), claims);
        let back = url::Url::parse(&parameter("redirect_uri")).unwrap();
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("code", &code)
            .append_pair("state", &parameter("state"))
            .append_pair("iss", &self.issuer)
            .finish();
        format!("{}?{query}", back.path())
    }

    /// How many of its codes were redeemed.
    pub fn redeemed(&self) -> usize {
        self.state.lock().unwrap().codes.values().filter(|claims| claims.is_null()).count()
    }
}

fn serve(mut stream: TcpStream, issuer: &str, key: &EcdsaKeyPair, state: &Mutex<State>) {
    let Some((path, body)) = read(&stream) else { return };
    let gate = state.lock().unwrap().gate.take_if(|(held, _)| path == *held);
    if let Some((_, Gate { asked, answer })) = gate {
        let _ = asked.send(());
        if answer.recv().is_err() {
            return;
        }
    }
    let body = answer(&path, &body, issuer, key, state).to_string();
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
}

fn read(stream: &TcpStream) -> Option<(String, String)> {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).ok()?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let path = first.split(' ').nth(1)?.split('?').next()?.to_owned();
    Some((path, String::from_utf8(body).ok()?))
}

fn answer(path: &str, body: &str, issuer: &str, key: &EcdsaKeyPair, state: &Mutex<State>) -> Value {
    match path {
        "/jwks" => {
            let point = key.public_key().as_ref();
            let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
            json!({"keys": [{
                "kty": "EC", "crv": "P-256", "kid": "k1", "use": "sig", "alg": "ES256",
                "x": part(&point[1..33]), "y": part(&point[33..65]),
            }]})
        }
        "/token" => {
            let code = url::form_urlencoded::parse(body.as_bytes())
                .find(|(name, _)| name == "code")
                .map(|(_, code)| code.into_owned())
                .unwrap_or_default();
            let claims = state.lock().unwrap().codes.get_mut(&code).map(Value::take);
            match claims {
                Some(claims) if !claims.is_null() => json!({
                    "id_token": sign(key, &claims), "access_token": "acc3ss-t0ken", "token_type": "Bearer",
                }),
                _ => json!({"error": "invalid_grant"}),
            }
        }
        _ => json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/jwks"),
            "end_session_endpoint": state.lock().unwrap().end_session_endpoint.clone(),
        }),
    }
}

fn sign(key: &EcdsaKeyPair, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let kid = claims.get("kid").and_then(Value::as_str).unwrap_or("k1");
    let text = format!("{}.{}", part(&json!({"alg": "ES256", "kid": kid})), part(claims));
    let signature = key.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}
