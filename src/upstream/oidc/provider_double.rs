//! An OpenID Provider for tests, on loopback: says whatever it is told to.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};
use url::Url;

use super::{CLIENT_SECRET_PURPOSE, Client, Directory};
use crate::fetch::Fetch;
use crate::keys::seal::Sealer;
use crate::model::attempt::{Expected, ExpectedAnswer};
use crate::model::connection::{AttributeNames, OidcConfig};
use crate::model::id::{ConnectionId, RevisionId};
use crate::model::rng::SystemRng;
use crate::model::time::{Millis, SystemClock};
use crate::upstream::identity::{Outgoing, Refusal, VerifiedIdentity};
use crate::upstream::oidc::begin::{Hints, begin};
use crate::upstream::oidc::finish::{Callback, finish};
use crate::wire::jose::testing::{TestKey, key_set};

/// 2026-11-21T12:00:00Z
pub const NOW: Millis = Millis(1_795_262_400_000);

/// Status, content type, body.
#[derive(Clone)]
pub struct Page(pub u16, pub &'static str, pub Vec<u8>);

impl Page {
    pub fn json(value: &Value) -> Self {
        Self(200, "application/json", value.to_string().into_bytes())
    }
}

#[derive(Default)]
pub struct State {
    pub pages: HashMap<&'static str, Page>,
    /// Path and whole text of every request.
    pub requests: Vec<(String, String)>,
}

/// The provider, and us as its client.
pub struct Double {
    pub issuer: String,
    state: Arc<Mutex<State>>,
    pub fetch: Fetch,
    pub directory: Directory,
    pub sealer: Sealer,
    pub config: OidcConfig,
}

pub const DISCOVERY: &str = "/.well-known/openid-configuration";

impl Double {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serve(stream, &shared);
            }
        });
        let sealer = Sealer::from_key([7; 32]);
        let secret = sealer.seal(&SystemRng, CLIENT_SECRET_PURPOSE, b"s3cret+/");
        let config = OidcConfig {
            issuer: issuer.clone(),
            client_id: "client".to_owned(),
            client_secret: Some(secret),
            ..OidcConfig::default()
        };
        let fetch = Fetch::new(true).unwrap();
        let double = Self { issuer, state, fetch, directory: Directory::new(), sealer, config };
        double.page(DISCOVERY, Page::json(&double.discovery()));
        double.publish(&[TestKey::rsa().named("k1")]);
        double
    }

    pub fn discovery(&self) -> Value {
        let at = |path: &str| format!("{}{path}", self.issuer);
        json!({
            "issuer": self.issuer,
            "authorization_endpoint": at("/authorize?tenant=a%20b"),
            "token_endpoint": at("/token"),
            "userinfo_endpoint": at("/userinfo"),
            "jwks_uri": at("/jwks"),
        })
    }

    pub fn describe(&self, name: &str, value: impl Into<Value>) {
        let mut document = self.discovery();
        document[name] = value.into();
        self.page(DISCOVERY, Page::json(&document));
    }

    pub fn page(&self, path: &'static str, page: Page) {
        self.state().pages.insert(path, page);
    }

    pub fn publish(&self, keys: &[Value]) {
        self.page("/jwks", Page(200, "application/json", key_set(keys)));
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// How often a path was asked.
    pub fn count(&self, path: &str) -> usize {
        self.state().requests.iter().filter(|(asked, _)| asked == path).count()
    }

    pub fn client(&self) -> Client<'_> {
        Client {
            fetch: &self.fetch,
            directory: &self.directory,
            sealer: &self.sealer,
            rng: &SystemRng,
            clock: &SystemClock,
        }
    }

    pub fn connection() -> ConnectionId {
        ConnectionId::try_from("conn").unwrap()
    }

    /// What the provider says of Ann in answer to `nonce`.
    pub fn claims(&self, nonce: &str) -> Value {
        json!({
            "iss": self.issuer, "aud": "client", "sub": "ann", "nonce": nonce,
            "iat": NOW.seconds(), "exp": NOW.seconds() + 300,
            "email": "ann@acme.test", "name": "Ann Ash",
        })
    }

    pub async fn begin(&self, hints: Hints) -> Result<(Expected, Url), Refusal> {
        let (answer, outgoing) = begin(
            &self.client(),
            &self.config,
            "https://sso.test/oidc/conn/callback",
            NOW,
            "handle",
            hints,
        )
        .await?;
        let Outgoing::Redirect(address) = outgoing else { panic!("not a redirect") };
        let expected = Expected {
            connection: Self::connection(),
            revision: RevisionId::try_from("rev").unwrap(),
            sent_at: NOW,
            answer,
        };
        Ok((expected, Url::parse(&address).unwrap()))
    }

    pub async fn finish(
        &self,
        expected: &Expected,
        now: Millis,
        callback: &Callback,
    ) -> Result<VerifiedIdentity, Refusal> {
        finish(&self.client(), &self.config, &Self::connection(), expected, now, callback).await
    }

    /// A whole sign-in: `answer` makes the token endpoint's page from the nonce.
    pub async fn sign_in(
        &self,
        now: Millis,
        answer: impl FnOnce(&str) -> Page,
    ) -> Result<VerifiedIdentity, Refusal> {
        let (expected, _) = self.begin(Hints::default()).await?;
        self.page("/token", answer(nonce(&expected)));
        self.finish(&expected, now, &good_callback()).await
    }

    /// A sign-in with a sound token, changed by `change`.
    pub async fn with_claims(
        &self,
        change: impl FnOnce(&mut Value),
    ) -> Result<VerifiedIdentity, Refusal> {
        self.sign_in(NOW, |nonce| {
            let mut claims = self.claims(nonce);
            change(&mut claims);
            tokens(&TestKey::rsa().token(&json!({"alg": "RS256", "kid": "k1"}), &claims))
        })
        .await
    }
}

pub fn configured(pairs: &[(&str, &str)]) -> AttributeNames {
    serde_json::from_value(pairs.iter().map(|(k, v)| ((*k).to_owned(), json!(v))).collect())
        .unwrap()
}

pub fn good_callback() -> Callback {
    Callback { code: Some("c0de".to_owned()), state: "handle".to_owned(), ..Callback::default() }
}

pub fn nonce(expected: &Expected) -> &str {
    let ExpectedAnswer::Oidc { nonce, .. } = &expected.answer else { panic!("not OIDC") };
    nonce
}

/// What a token endpoint answers.
pub fn tokens(id_token: &str) -> Page {
    Page::json(&json!({"id_token": id_token, "access_token": "acc3ss", "token_type": "Bearer"}))
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) {
    let mut request = Vec::new();
    let mut buffer = [0u8; 4096];
    loop {
        let Ok(count) = stream.read(&mut buffer) else { return };
        request.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let length = text
            .to_ascii_lowercase()
            .lines()
            .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
            .unwrap_or(0usize);
        let whole = text.find("\r\n\r\n").is_some_and(|head| request.len() >= head + 4 + length);
        if !whole && count > 0 {
            continue;
        }
        let path = text.split(' ').nth(1).unwrap_or_default();
        let path = path.split('?').next().unwrap_or_default().to_owned();
        let page = {
            let mut state = state.lock().unwrap();
            state.requests.push((path.clone(), text));
            state.pages.get(path.as_str()).cloned()
        };
        let Page(status, kind, body) =
            page.unwrap_or_else(|| Page(404, "text/plain", b"nothing here".to_vec()));
        let head = format!(
            "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        // The client may hang up in the middle of an answer that is too large.
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
        return;
    }
}
