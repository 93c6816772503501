//! The fuzz targets' seeds, as ordinary tests; findings of the fuzzer are put beside them.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::support::forge::{
    ECDSA_SHA256, INCLUSIVE, Parts, Signer, Signing, World, sign, without_marks,
};

#[path = "../../fuzz/drive.rs"]
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

#[test]
fn responses() {
    let found = seeds("saml_response");
    assert!(found.len() >= 6);
    for (name, data) in found {
        assert_eq!(drive::read_response(&data).is_none(), name.starts_with("good"), "{name}");
    }
}

#[test]
fn metadata() {
    let found = seeds("saml_metadata");
    assert!(found.len() >= 4);
    for (name, data) in found {
        assert_eq!(drive::read_metadata(&data), name.starts_with("good"), "{name}");
    }
}

/// Makes the seeds anew, with a new key: `cargo test --test it -- --ignored write_seeds`.
#[test]
#[ignore = "changes files in the source tree"]
fn write_seeds() {
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
