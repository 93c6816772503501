//! The fuzz targets' seeds, as ordinary tests; findings of the fuzzer are put beside them.

use std::path::{Path, PathBuf};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::support::forge::{
    ECDSA_SHA256, INCLUSIVE, Parts, Signer, Signing, World, sign, without_marks,
};

#[path = "../../fuzz/drive/mod.rs"]
mod drive;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(name)
}

fn seeds(name: &str) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder(name)).unwrap().map(Result::unwrap);
    let read = |path: PathBuf| {
        (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap())
    };
    entries.map(|entry| read(entry.path())).collect()
}

#[track_caller]
fn as_named(target: &str, least: usize, good: impl Fn(&[u8]) -> bool) {
    let found = seeds(target);
    assert!(found.len() >= least);
    for (name, data) in found {
        assert_eq!(good(&data), name.starts_with("good"), "{target}/{name}");
    }
}

#[test]
fn responses() {
    as_named("saml_response", 8, |data| drive::saml_response::read(data).is_none());
}

#[test]
fn metadata() {
    as_named("saml_metadata", 5, drive::saml_metadata::read);
}

#[test]
fn tokens() {
    as_named("token", 7, drive::token::read);
}

#[test]
fn certificates() {
    as_named("certificate", 9, drive::certificate::read);
}

#[test]
fn requests() {
    as_named("request", 6, drive::request::read);
}

/// Makes the seeds of the SAML targets anew, with a new key:
/// `cargo test --test it -- --ignored write_saml_seeds`.
#[test]
#[ignore = "changes files in the source tree"]
fn write_saml_seeds() {
    let signer = Signer::p256();
    std::fs::write(folder("certificate.txt"), signer.certificate_base64() + "\n").unwrap();
    let world = World::trusting(&[&signer]);
    let signing = Signing::by(&signer, ECDSA_SHA256);
    let inclusive = Signing { canonicalization: INCLUSIVE, ..Signing::by(&signer, ECDSA_SHA256) };
    let answer = world.answer();
    let good = sign(&answer, Parts::Assertion, &signing);
    let both = sign(&answer, Parts::Both, &signing);
    let (_, rest) = good.split_once("<saml:Assertion ").unwrap();
    let (inside, _) = rest.split_once("</saml:Assertion>").unwrap();
    let first = format!("<saml:Assertion {inside}</saml:Assertion>");
    let forged = first.replace("alice", "admin").replace("_assertion", "_evil");
    for (name, xml) in [
        ("good-assertion.xml", good.clone()),
        ("good-both.xml", both.clone()),
        ("good-response-inclusive.xml", sign(&answer, Parts::Response, &inclusive)),
        ("bad-unsigned.xml", without_marks(&answer)),
        ("bad-wrapped.xml", good.replace(&first, &format!("{forged}{first}"))),
        ("bad-comment.xml", good.replace("alice@", "alice@<!-- -->")),
        ("bad-doctype.xml", format!("<!DOCTYPE a [<!ENTITY b \"c\">]>{both}")),
        ("bad-status.xml", both.replace("status:Success", "status:Requester")),
    ] {
        std::fs::write(folder("saml_response").join(name), xml).unwrap();
    }
    let pem: String = STANDARD.encode(&signer.certificate);
    let idp = format!(
        "<?xml version=\"1.0\"?><md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" \
         entityID=\"urn:idp\" validUntil=\"2030-01-01T00:00:00Z\"><md:IDPSSODescriptor \
         protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\
         <md:KeyDescriptor use=\"signing\"><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">\
         <ds:X509Data><ds:X509Certificate>{pem}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>\
         </md:KeyDescriptor><md:SingleSignOnService \
         Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" \
         Location=\"https://idp.acme.test/sso\"/></md:IDPSSODescriptor></md:EntityDescriptor>"
    );
    let (_, bare) = idp.split_once("?>").unwrap();
    let group = format!(
        "<md:EntitiesDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\">{bare}</md:EntitiesDescriptor>"
    );
    let provider =
        doorward::upstream::saml::metadata::service_provider(&world.provider, &world.config);
    for (name, xml) in [
        ("good-idp.xml", format!("\u{feff}{idp}")),
        ("good-group.xml", group.clone()),
        ("bad-two.xml", group.replace(bare, &bare.repeat(2))),
        ("bad-service-provider.xml", provider),
        ("bad-page.xml", "<!DOCTYPE html><html><body>Sign in</body></html>".to_owned()),
    ] {
        std::fs::write(folder("saml_metadata").join(name), xml).unwrap();
    }
}

fn write(target: &str, name: &str, data: impl AsRef<[u8]>) {
    std::fs::write(folder(target).join(name), data).unwrap();
}

fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A token whose header and claims are these, signed by `sign`.
fn token(header: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let signed = format!("{}.{}", base64url(header.to_string()), base64url(claims.to_string()));
    let signature = base64url(sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// Makes the seeds of the token target anew, with new keys:
/// `cargo test --test it -- --ignored write_token_seeds`.
#[test]
#[ignore = "changes files in the source tree"]
fn write_token_seeds() {
    let (rng, ed) = (SystemRandom::new(), Ed25519KeyPair::generate().unwrap());
    let stranger = Ed25519KeyPair::generate().unwrap();
    let p256 = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let okp = |key: &Ed25519KeyPair| json!({"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": base64url(key.public_key())});
    let (x, y) = p256.public_key().as_ref()[1..].split_at(32);
    let public = rsa.public_key();
    let (n, e) = (public.modulus(), public.exponent());
    let keys = json!({"keys": [
        okp(&ed),
        {"kty": "EC", "crv": "P-256", "kid": "ec", "x": base64url(x), "y": base64url(y)},
        {"kty": "RSA", "kid": "rsa", "use": "sig", "alg": "RS256",
            "n": base64url(n.big_endian_without_leading_zero()),
            "e": base64url(e.big_endian_without_leading_zero())},
    ]});
    std::fs::write(folder("keys.json"), format!("{keys}\n")).unwrap();
    let alice = json!({"iss": "https://idp.acme.test", "sub": "alice", "aud": "doorward",
        "nonce": "n", "exp": 1_794_999_100, "iat": 1_794_998_800});
    let by_ed = |bytes: &[u8]| ed.sign(bytes).as_ref().to_vec();
    let by_p256 = |bytes: &[u8]| p256.sign(&rng, bytes).unwrap().as_ref().to_vec();
    let by_rsa = |bytes: &[u8]| {
        let mut out = vec![0; rsa.public_modulus_len()];
        rsa.sign(&RSA_PKCS1_SHA256, &rng, bytes, &mut out).unwrap();
        out
    };
    let good = token(&json!({"alg": "EdDSA", "kid": "ed", "typ": "JWT"}), &alice, by_ed);
    let (head, _) = good.rsplit_once('.').unwrap();
    let foreign = token(&json!({"alg": "EdDSA", "kid": "ed"}), &json!({"sub": "mallory"}), |b| {
        stranger.sign(b).as_ref().to_vec()
    });
    for (name, text) in [
        ("good-ed25519.txt", good.clone()),
        ("good-es256.txt", token(&json!({"alg": "ES256", "kid": "ec"}), &alice, by_p256)),
        ("good-rs256.txt", token(&json!({"alg": "RS256"}), &alice, by_rsa)),
        ("bad-none.txt", token(&json!({"alg": "none"}), &alice, |_| Vec::new())),
        ("bad-hmac.txt", token(&json!({"alg": "HS256"}), &alice, |_| vec![0; 32])),
        (
            "bad-crit.txt",
            token(&json!({"alg": "EdDSA", "crit": ["b64"], "b64": false}), &alice, by_ed),
        ),
        ("bad-cut.txt", head.to_owned()),
        ("bad-own-keys.txt", format!("{foreign}\n{}", json!({"keys": [okp(&stranger)]}))),
        (
            "bad-repeated.txt",
            format!("{}.{}.AA", base64url("{\"alg\":\"EdDSA\",\"alg\":\"none\"}"), base64url("{}")),
        ),
    ] {
        write("token", name, text);
    }
}

/// Makes the seeds of the certificate target anew, with new keys:
/// `cargo test --test it -- --ignored write_certificate_seeds`.
#[test]
#[ignore = "changes files in the source tree"]
fn write_certificate_seeds() {
    let made = |algorithm| {
        let key = rcgen::KeyPair::generate_for(algorithm).unwrap();
        let params = rcgen::CertificateParams::new(vec!["idp.acme.test".to_owned()]).unwrap();
        (params.self_signed(&key).unwrap(), params.serialize_request(&key).unwrap(), key)
    };
    let (p256, request, key) = made(&rcgen::PKCS_ECDSA_P256_SHA256);
    let (p384, ..) = made(&rcgen::PKCS_ECDSA_P384_SHA384);
    let (rsa, ..) = made(&rcgen::PKCS_RSA_SHA256);
    let (ed, ..) = made(&rcgen::PKCS_ED25519);
    let cut = p256.pem().split("-----END").next().unwrap().to_owned();
    let half = cut[..cut.len() / 2].to_owned();
    for (name, data) in [
        ("good-der.bin", p256.der().to_vec()),
        ("good-pem.txt", rsa.pem().into()),
        ("good-several.txt", format!("{}\r\n{}{}", p256.pem(), p384.pem(), p256.pem()).into()),
        ("good-bare.txt", STANDARD.encode(p384.der()).into()),
        ("bad-kind.txt", ed.pem().into()),
        ("bad-request.txt", request.pem().unwrap().into()),
        ("bad-public-key.txt", key.public_key_pem().into()),
        (
            "bad-private-key.txt",
            b"-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----".to_vec(),
        ),
        ("good-without-end.txt", cut.into()),
        ("bad-cut.txt", half.into()),
        ("bad-tail.bin", [p256.der(), &b"tail"[..]].concat()),
    ] {
        write("certificate", name, data);
    }
}
