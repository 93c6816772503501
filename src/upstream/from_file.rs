//! A provider's answer as people have it in a file: copied out of a browser's network tab, a
//! log, or a support ticket. Nothing is believed here; it is only unwrapped.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::model::capture::{Capture, Exchange, Message, Told};
use crate::model::time::Millis;
use crate::wire::saml::binding;
use crate::wire::saml::response::LIMITS;
use crate::wire::x509::holds_private_key;
use crate::wire::{text, xml};

/// Longest file read, in bytes: twice the longest message.
pub const LONGEST: usize = 1024 * 1024;

/// What is in `bytes`, to be judged as of `now`.
///
/// # Errors
/// What it is instead, and what to give. Never repeats what it says.
pub fn read(bytes: &[u8], now: Millis) -> Result<Capture, &'static str> {
    if bytes.len() > LONGEST {
        return Err("the file is longer than 1 MiB: no answer of an identity provider is");
    }
    if holds_private_key(bytes) {
        return Err(
            "the file holds a private key, which nobody here needs: give the answer of the identity provider, and replace the key if it left its place",
        );
    }
    let text = text::decode(bytes).ok_or("the file is not text: give the answer as text")?;
    let text = text.trim();
    known_otherwise(text)?;
    let message = match text.as_bytes() {
        [] => return Err("the file is empty"),
        [b'<', ..] => saml(binding::encode(checked_xml(text)?.as_bytes())),
        [b'{', ..] => answer(text)?,
        _ if is_form(text) => form(text)?,
        _ if is_token(text) => token(text.split_ascii_whitespace().collect(), None),
        _ => base64(text)?,
    };
    Ok(Capture { judged_at: now, sent_at: None, message })
}

const WANTED: &str = "the file holds no answer of an identity provider: give a SAML response (XML, base64, or the form field SAMLResponse=...) or an ID token (by itself, or in the JSON answer of a token endpoint)";
const A_PAGE: &str = "the file holds a web page: give the value of its field SAMLResponse, or the body of the POST to our address";
const A_REQUEST: &str =
    "the file holds a SAML request, which we send: give the SAMLResponse that came back";

fn known_otherwise(text: &str) -> Result<(), &'static str> {
    let start: String = text.chars().take(64).collect();
    if start.to_ascii_lowercase().starts_with("<!doctype html") {
        return Err(A_PAGE);
    }
    if text.contains("-----BEGIN CERTIFICATE") {
        return Err(
            "the file holds a certificate: it belongs into the connection's draft; give the answer of the identity provider",
        );
    }
    Ok(())
}

/// The text, if its outermost element may be that of an answer.
fn checked_xml(text: &str) -> Result<&str, &'static str> {
    let root = xml::root_alone(text.as_bytes(), &LIMITS).ok();
    let local = root.and_then(|alone| {
        let read = xml::read(&alone, &LIMITS).ok()?;
        Some(read.root().local().to_ascii_lowercase())
    });
    match local.as_deref() {
        Some("entitydescriptor" | "entitiesdescriptor") => Err(
            "the file holds metadata: it belongs into the connection's draft; give a SAML response",
        ),
        Some("authnrequest" | "logoutrequest") => Err(A_REQUEST),
        Some("logoutresponse") => Err("the file holds a logout response: give a SAML response"),
        Some("assertion" | "encryptedassertion") => Err(
            "the file holds an assertion by itself: give the whole samlp:Response that is around it",
        ),
        Some("html") => Err(A_PAGE),
        // Whatever else is wrong with it is for the checks to say.
        _ => Ok(text),
    }
}

fn is_form(text: &str) -> bool {
    ["SAMLResponse=", "SAMLRequest=", "id_token=", "RelayState="]
        .iter()
        .any(|name| text.starts_with(name) || text.contains(&format!("&{name}")))
}

fn form(text: &str) -> Result<Message, &'static str> {
    let field = |wanted: &str| {
        let mut fields = form_urlencoded::parse(text.as_bytes());
        fields.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    };
    if let Some(response) = field("SAMLResponse") {
        // Copied decoded: a plus is itself then, not a space.
        return Ok(saml(response.trim().replace(' ', "+")));
    }
    match field("id_token") {
        Some(found) => Ok(token(found, None)),
        None if field("SAMLRequest").is_some() => Err(A_REQUEST),
        None => Err(WANTED),
    }
}

/// Three parts or, when it is encrypted, five; the checks tell the difference.
fn is_token(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').map(str::trim).collect();
    let header = parts.first().and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    matches!(parts.len(), 3 | 5) && header.is_some_and(|octets| octets.starts_with(b"{"))
}

/// JSON: the answer of a token endpoint.
fn answer(text: &str) -> Result<Message, &'static str> {
    let json: Map<String, Value> = serde_json::from_str(text).map_err(|_| {
        "the file begins as JSON but cannot be read as such: give the whole answer of the token endpoint, or the ID token alone"
    })?;
    let has = |name: &str| json.contains_key(name);
    if let Some(found) = json.get("id_token").and_then(Value::as_str) {
        let claims = json.get("userinfo").and_then(Value::as_object);
        return Ok(token(found.trim().to_owned(), claims));
    }
    if has("keys") {
        return Err("the file holds a key set: give an ID token");
    }
    if has("authorization_endpoint") {
        return Err("the file holds a provider's description of itself: give an ID token");
    }
    if has("error") {
        return Err(
            "the file holds an error of the token endpoint, which says why by itself: see its error and error_description",
        );
    }
    if has("access_token") {
        return Err(
            "the answer holds no id_token: the provider gives one only when the scope openid is asked for",
        );
    }
    if has("sub") && has("aud") {
        return Err("the file holds claims without a signature: give the ID token as it was sent");
    }
    Err(WANTED)
}

fn base64(text: &str) -> Result<Message, &'static str> {
    let plain = match text.contains('%') {
        true => {
            let named = format!("v={}", text.replace('+', "%2B"));
            let value = form_urlencoded::parse(named.as_bytes()).next();
            value.map(|(_, value)| value.into_owned()).unwrap_or_default()
        }
        false => text.to_owned(),
    };
    let octets = binding::decode(&plain).map_err(|_| WANTED)?;
    let start = octets.trim_ascii_start();
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    if !start.starts_with(b"<") {
        return Err(
            "the file is base64 of something that is no XML: a message that travelled by redirect is packed; give the body of the POST to our address",
        );
    }
    checked_xml(std::str::from_utf8(start).unwrap_or_default())?;
    Ok(saml(plain))
}

const fn saml(response: String) -> Message {
    Message::Saml { request_id: None, force_authn: false, unasked: false, response }
}

fn token(id_token: String, userinfo: Option<&Map<String, Value>>) -> Message {
    let mut told = Told { exchange: Exchange::IdToken(id_token), userinfo: None };
    if let Some(claims) = userinfo {
        told.claims(claims);
    }
    Message::Oidc {
        nonce: None,
        redirect_uri: String::new(),
        force_login: false,
        callback: None,
        told: Box::new(told),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn response(text: &str) -> Option<String> {
        match read(text.as_bytes(), Millis(7)).ok()?.message {
            Message::Saml { response, request_id: None, .. } => Some(response),
            _ => None,
        }
    }

    #[test]
    fn one_response_in_every_wrapping_is_the_same() {
        let xml = "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\">\u{e4}???>>></samlp:Response>";
        let plain = binding::encode(xml.as_bytes());
        assert!(plain.contains('+') || plain.contains('/'), "{plain}");
        let escaped: String = form_urlencoded::byte_serialize(plain.as_bytes()).collect();
        for text in [
            xml.to_owned(),
            format!("\u{feff}\r\n{xml}\n"),
            plain.clone(),
            plain.trim_end_matches('=').to_owned(),
            escaped.clone(),
            format!("SAMLResponse={escaped}"),
            format!("RelayState=a&SAMLResponse={escaped}"),
            format!("SAMLResponse={plain}&RelayState=b"),
        ] {
            let octets = binding::decode(&response(&text).unwrap()).unwrap();
            assert_eq!(String::from_utf8(octets).unwrap(), xml, "{text}");
        }
    }

    #[test]
    fn a_token_is_taken_from_where_it_stands() {
        let found = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln";
        for text in [
            found.to_owned(),
            format!("{}\n{}", &found[..30], &found[30..]),
            format!("{{\"id_token\":\"{found}\"}}"),
            format!("state=x&id_token={found}"),
        ] {
            let message = read(text.as_bytes(), Millis(7)).unwrap().message;
            let Message::Oidc { told, nonce: None, callback: None, .. } = message else {
                panic!("{text}");
            };
            assert!(told.exchange == Exchange::IdToken(found.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_file_that_windows_wrote_is_read_and_a_key_is_known_in_every_form() {
        let text = "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\"/>";
        let wide: Vec<u8> =
            format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(read(&wide, Millis(7)).is_ok());
        let key = rcgen::KeyPair::generate().unwrap();
        let der = key.serialize_der();
        let base64 = binding::encode(&der);
        for file in [der, base64.into_bytes(), key.serialize_pem().into_bytes()] {
            assert!(read(&file, Millis(7)).err().unwrap().contains("private key"));
        }
    }

    proptest! {
        #[test]
        fn anything_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes, Millis(0));
        }

        #[test]
        fn anything_that_begins_well_is_read_or_refused(
            start in prop::sample::select(vec![
                "<", "<a", "{", "{\"id_token\":", "SAMLResponse=", "eyJh.", "%3C", "PHNh", "\u{feff}<",
            ]),
            rest in ".{0,60}",
        ) {
            let _ = read(format!("{start}{rest}").as_bytes(), Millis(0));
        }
    }
}
