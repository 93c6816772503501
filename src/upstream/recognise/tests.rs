//! Everything people paste, and what is said of it.

mod addresses;
mod answers;
mod documents;
mod keys;

use serde_json::{Value, json};

use super::{Around, Found, Mistake, recognise};
use crate::model::time::{DAY, Millis};

/// 2026-11-21
const NOW: Millis = Millis(1_795_219_200_000);
const TENANT: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
const APP: &str = "11111111-2222-3333-4444-555555555555";

fn around() -> Around<'static> {
    Around { now: NOW, public_url: "https://login.acme.test/" }
}

fn found(input: impl AsRef<[u8]>) -> Found {
    recognise(input.as_ref(), &around())
}

fn draft(found: &Found) -> Value {
    found.draft.as_ref().map_or(Value::Null, |draft| serde_json::to_value(draft).unwrap())
}

fn mistakes(found: &Found) -> Vec<Mistake> {
    found.wrong.iter().map(|wrong| wrong.code).collect()
}

fn provider(found: &Found) -> Option<&'static str> {
    found.provider.map(|preset| preset.id.as_str())
}

/// A certificate valid around now, and its key.
fn certificate(
    tell: impl FnOnce(&mut rcgen::CertificateParams),
) -> (rcgen::Certificate, rcgen::KeyPair) {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let mut params = params();
    tell(&mut params);
    (params.self_signed(&key).unwrap(), key)
}

fn params() -> rcgen::CertificateParams {
    let mut params = rcgen::CertificateParams::new(vec!["idp.acme.test".to_owned()]).unwrap();
    params.not_before = at(NOW.plus(-DAY));
    params.not_after = at(NOW.plus(DAY));
    params
}

fn at(moment: Millis) -> time::OffsetDateTime {
    time::OffsetDateTime::from_unix_timestamp(moment.0 / 1_000).unwrap()
}

fn flat(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with("-----")).collect()
}

fn key_descriptor(pem: &str) -> String {
    format!(
        "<md:KeyDescriptor use=\"signing\"><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>",
        flat(pem)
    )
}

/// The metadata of an identity provider.
fn metadata(entity_id: &str, sso: &str, pem: &str) -> String {
    format!(
        "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"{entity_id}\"><md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">{}<md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Location=\"{sso}/post\"/><md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" Location=\"{sso}\"/></md:IDPSSODescriptor></md:EntityDescriptor>",
        key_descriptor(pem)
    )
}

/// What an OpenID Provider publishes.
fn description(issuer: &str) -> Value {
    let base = issuer.trim_end_matches('/');
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{base}/token"),
        "jwks_uri": format!("{base}/keys"),
        "userinfo_endpoint": format!("{base}/userinfo"),
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
        "scopes_supported": ["openid", "email"],
    })
}
