//! An authenticator of the tests' own, and the browser between it and a page: real CBOR, real
//! signatures with P-256, and every part of what is signed can be made wrong.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::house::{Answer, Browser, House};

/// The flags of authenticator data.
pub const PRESENT: u8 = 0x01;
pub const VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

/// One key, as an authenticator keeps it.
pub struct Key {
    pair: EcdsaKeyPair,
    pub id: Vec<u8>,
    /// What it counts; 0 for one that does not.
    pub counter: u32,
    /// Its algorithm (COSE) in CBOR: -7, ES256.
    pub algorithm: u8,
    /// For whom it was made.
    pub handle: Option<String>,
}

/// What is signed: by default what is right.
#[derive(Clone)]
pub struct Said {
    pub kind: &'static str,
    pub challenge: String,
    pub origin: String,
    pub host: String,
    pub flags: u8,
    /// More members of the client data.
    pub more: Value,
}

impl Said {
    /// What an honest browser says at this page.
    pub fn at(page: &Answer) -> Self {
        let asked = asked(page);
        let adding = asked.get("rp").is_some();
        let host = if adding { &asked["rp"]["id"] } else { &asked["rpId"] };
        Self {
            kind: if adding { "webauthn.create" } else { "webauthn.get" },
            challenge: asked["challenge"].as_str().unwrap().to_owned(),
            origin: "http://localhost:8080".to_owned(),
            host: host.as_str().unwrap().to_owned(),
            flags: PRESENT | VERIFIED,
            more: json!({ "crossOrigin": false }),
        }
    }

    fn client_data(&self) -> Vec<u8> {
        let mut said =
            json!({ "type": self.kind, "challenge": self.challenge, "origin": self.origin });
        for (name, value) in self.more.as_object().unwrap() {
            said[name] = value.clone();
        }
        said.to_string().into_bytes()
    }

    fn header(&self, flags: u8, counter: u32) -> Vec<u8> {
        let mut data = sha256(self.host.as_bytes());
        data.push(flags);
        data.extend(counter.to_be_bytes());
        data
    }
}

/// What a page asks the browser for.
pub fn asked(page: &Answer) -> Value {
    let from = page.body.find("data-options=\"").unwrap_or_else(|| panic!("{}", page.body)) + 14;
    let text = page.body[from..].split('"').next().unwrap().replace("&#34;", "\"");
    serde_json::from_str(&text).unwrap()
}

impl Key {
    /// A new one that counts, or does not.
    pub fn new(counts: bool) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let id = sha256(pair.public_key().as_ref());
        Self { pair, id, counter: u32::from(counts), algorithm: 0x26, handle: None }
    }

    /// The public key (COSE): EC2, ES256, P-256.
    fn cose(&self) -> Vec<u8> {
        let point = self.pair.public_key().as_ref();
        let mut key = vec![0xa5, 0x01, 0x02, 0x03, self.algorithm, 0x20, 0x01, 0x21, 0x58, 0x20];
        key.extend(&point[1..33]);
        key.extend([0x22, 0x58, 0x20]);
        key.extend(&point[33..]);
        key
    }

    /// What the browser sends of a key that was made: attestation "none".
    pub fn created(&self, said: &Said) -> String {
        let mut data = said.header(said.flags | ATTESTED, self.counter);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        data.extend(self.cose());
        let mut object = vec![0xa3, 0x63];
        object.extend(b"fmt\x64none\x67attStmt\xa0\x68authData");
        object.push(0x58);
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        self.sent(json!({
            "clientDataJSON": text(&said.client_data()),
            "attestationObject": text(&object),
            "transports": ["usb", "teleport"],
        }))
    }

    /// What the browser sends of a signature. The key counts on, if it counts.
    pub fn signed(&mut self, said: &Said) -> String {
        self.counter += u32::from(self.counter > 0);
        let (client, data) = (said.client_data(), said.header(said.flags, self.counter));
        let signed = [data.clone(), sha256(&client)].concat();
        let signature = self.pair.sign(&SystemRandom::new(), &signed).unwrap();
        self.sent(json!({
            "clientDataJSON": text(&client),
            "authenticatorData": text(&data),
            "signature": text(signature.as_ref()),
            "userHandle": self.handle,
        }))
    }

    fn sent(&self, response: Value) -> String {
        let id = text(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response }).to_string()
    }
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest(&SHA256, bytes).as_ref().to_vec()
}

/// Bytes as base64url.
pub fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The page on which a passkey of this name is made.
pub async fn offer(house: &House, browser: &mut Browser, name: &str) -> Answer {
    let csrf = house.get(browser, "/owner/factors").await.field("csrf");
    house.post(browser, "/owner/factors/passkeys", &[("csrf", &csrf), ("name", name)]).await
}

/// Sends what the key made on that page.
pub async fn confirm(house: &House, browser: &mut Browser, page: &Answer, sent: &str) -> Answer {
    let (csrf, name) = (page.field("csrf"), page.field("name"));
    let name = name.replace("&#39;", "'").replace("&#60;", "<").replace("&#62;", ">");
    let fields = [("csrf", csrf.as_str()), ("name", &name), ("passkey", sent)];
    house.post(browser, "/owner/factors/passkeys/confirm", &fields).await
}

/// Adds a passkey, in a browser whose owner typed the password just now.
pub async fn add_passkey(house: &House, browser: &mut Browser, name: &str, counts: bool) -> Key {
    let mut key = Key::new(counts);
    let page = offer(house, browser, name).await;
    key.handle = Some(asked(&page)["user"]["id"].as_str().unwrap().to_owned());
    let answer = confirm(house, browser, &page, &key.created(&Said::at(&page))).await;
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.body);
    assert!(!answer.header("location").contains("/owner?"), "{}", answer.header("location"));
    key
}

/// The page on which a passkey is used, after the password.
pub async fn ask(house: &House, browser: &mut Browser) -> Answer {
    let csrf = house.get(browser, "/owner/second").await.field("csrf");
    house.post(browser, "/owner/second/passkey", &[("csrf", &csrf)]).await
}

/// Sends what a key signed.
pub async fn send(house: &House, browser: &mut Browser, csrf: &str, sent: &str) -> Answer {
    house.post(browser, "/owner/second", &[("csrf", csrf), ("passkey", sent)]).await
}

/// Uses a passkey, after the password.
pub async fn use_passkey(house: &House, browser: &mut Browser, key: &mut Key) -> Answer {
    let page = ask(house, browser).await;
    let sent = key.signed(&Said::at(&page));
    send(house, browser, &page.field("csrf"), &sent).await
}
