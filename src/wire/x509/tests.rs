//! Certificates in every wrapping, and what is none.

use super::wrappings::{encode, hex_of, wide, wrappings};
use super::*;

fn made(algorithm: &'static rcgen::SignatureAlgorithm) -> (rcgen::Certificate, rcgen::KeyPair) {
    let key = rcgen::KeyPair::generate_for(algorithm).unwrap();
    let params = rcgen::CertificateParams::new(vec!["idp.test".to_owned()]).unwrap();
    (params.self_signed(&key).unwrap(), key)
}

#[test]
fn every_wrapping_reads_the_same() {
    for algorithm in [&rcgen::PKCS_ECDSA_P256_SHA256, &rcgen::PKCS_RSA_SHA256] {
        // One whose base64 has every letter that a wrapping changes: else two may be alike.
        let certificate = (0..1_000)
            .map(|_| made(algorithm).0)
            .find(|made| ['+', '/', '='].iter().all(|letter| encode(made.der()).contains(*letter)))
            .unwrap();
        let expected = vec![Certificate::from_der(certificate.der()).unwrap()];
        let wrappings = wrappings(certificate.der(), &certificate.pem());
        assert!(wrappings.len() >= 60, "{}", wrappings.len());
        for bytes in &wrappings {
            assert_eq!(read(bytes), Ok(expected.clone()), "{:?}", String::from_utf8_lossy(bytes));
        }
        let mut distinct = wrappings.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), wrappings.len(), "they differ");
    }
}

#[test]
fn damage_is_refused_and_not_repaired() {
    let (certificate, _) = made(&rcgen::PKCS_ECDSA_P256_SHA256);
    let pem = certificate.pem();
    let flat = encode(certificate.der());
    for text in [
        flat.replacen("MII", "M!I", 1),
        flat[..flat.len() / 2].to_owned(),
        flat[4..].to_owned(),
        format!("{flat}AAAA"),
        format!("{pem}hello-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"),
        hex_of(certificate.der(), "").replacen("30", "3x", 1),
        format!("<X509Certificate>{flat}<b/></X509Certificate>"),
        format!("<a>{flat}</a>").replace("<a>", "<?xml version=\"1.0\"?>"),
    ] {
        assert_eq!(read(text.as_bytes()), Err(CertificateError::NotACertificate), "{text}");
    }
    let inside = format!("<X509Certificate>{flat}</X509Certificate>");
    for name in ["EntityDescriptor", "Response", "html"] {
        let document = CertificateError::Document(name.to_owned());
        let text = format!("<md:{name} xmlns:md=\"urn:x\">{inside}</md:{name}>");
        assert_eq!(read(text.as_bytes()), Err(document));
    }
}

#[test]
fn what_a_certificate_says_of_itself() {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    let mut params = rcgen::CertificateParams::new(vec!["idp.test".to_owned()]).unwrap();
    params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = params.self_signed(&key).unwrap();
    let details = Details::of(certificate.der()).unwrap();
    let read = Certificate::from_der(certificate.der()).unwrap();
    assert_eq!((details.sha256.as_str(), details.sha1.len()), (read.fingerprint.as_str(), 40));
    assert_eq!((details.not_before, details.not_after), (read.not_before, read.not_after));
    assert_eq!(details.key, "EC P-384");
    assert_eq!(details.signature_algorithm, "ECDSA-SHA384");
    assert_eq!(details.hosts, ["idp.test"]);
    assert!(details.for_servers && !details.authority && !details.is_issued());
    let (ed, _) = made(&rcgen::PKCS_ED25519);
    let details = Details::of(ed.der()).unwrap();
    assert!(matches!(details.refused, Some(CertificateError::Key(name)) if name == details.key));
    assert!(Details::of(b"x").is_err());
}

#[test]
fn several_are_all_read() {
    let (one, _) = made(&rcgen::PKCS_ECDSA_P256_SHA256);
    let (two, _) = made(&rcgen::PKCS_ECDSA_P384_SHA384);
    let found = read(format!("{}\n{}", one.pem(), two.pem()).as_bytes()).unwrap();
    let kinds: Vec<_> = found.iter().map(|c| c.kind).collect();
    assert_eq!(kinds, [KeyKind::P256, KeyKind::P384]);
    assert_eq!(Certificate::from_base64(&found[1].to_base64()), Ok(found[1].clone()));
}

#[test]
fn mistakes_are_named() {
    let (certificate, key) = made(&rcgen::PKCS_ECDSA_P256_SHA256);
    let (_, rsa) = made(&rcgen::PKCS_RSA_SHA256);
    let (ed, _) = made(&rcgen::PKCS_ED25519);
    let private = CertificateError::PrivateKey;
    let both = format!("{}{}", certificate.pem(), key.serialize_pem());
    let cases: Vec<(Vec<u8>, CertificateError)> = vec![
        (key.serialize_pem().into(), private.clone()),
        (key.serialize_der(), private.clone()),
        (rsa.serialize_der(), private.clone()),
        (both.into(), private),
        (key.public_key_pem().into(), CertificateError::PublicKey),
        (b" \r\n".to_vec(), CertificateError::Empty),
        (b"hello".to_vec(), CertificateError::NotACertificate),
        (b"-----BEGIN CERTIFICATE-----\nAAAA".to_vec(), CertificateError::NotACertificate),
        (vec![b'A'; MAX_BYTES + 1], CertificateError::TooLarge),
        (ed.der().to_vec(), CertificateError::Key("of the kind 1.3.101.112".to_owned())),
    ];
    for (bytes, expected) in cases {
        assert_eq!(read(&bytes), Err(expected));
    }
}

/// Every form of a private key that people are known to paste or upload.
fn private_forms(key: &rcgen::KeyPair) -> Vec<Vec<u8>> {
    let (der, pem) = (key.serialize_der(), key.serialize_pem());
    let flat = encode(&der);
    let mut all = vec![
        der.clone(),
        der[..der.len() / 2].to_vec(),
        wide(&format!("\u{feff}{pem}"), u16::to_le_bytes),
        [b"\xff\x00 binary ".as_slice(), pem.as_bytes()].concat(),
    ];
    let texts = [
        pem.clone(),
        pem.replace('\n', "\\n"),
        pem.replace('\n', "%0A").replace(' ', "%20"),
        pem.replace("-----", "\u{2014}"),
        pem.replace("PRIVATE KEY", "private  key"),
        pem.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"),
        pem.replace("PRIVATE", "PRI\u{200b}VATE"),
        pem.lines().skip(1).collect::<Vec<_>>().join("\n"),
        pem.lines().skip(1).take(1).collect(),
        flat.clone(),
        format!("{flat}="),
        format!("key: {flat}"),
        format!("https://idp.test/{flat}"),
        format!("<a b=\"{flat}\"/>"),
        flat.replace('+', "-").replace('/', "_"),
        flat.as_bytes().chunks(5).map(|c| format!("{}\n", String::from_utf8_lossy(c))).collect(),
        encode(&pem),
        encode(format!("\n{pem}")),
        hex_of(&der, ""),
        hex_of(&der, ":").to_lowercase(),
        format!("x{}", hex_of(&der, " ")),
        format!(
            "{{\"type\":\"service_account\",\"private_key\":\"{}\"}}",
            pem.replace('\n', "\\n")
        ),
    ];
    all.extend(texts.into_iter().map(String::into_bytes));
    all
}

#[test]
fn private_keys_are_seen_in_every_form() {
    for algorithm in [
        &rcgen::PKCS_ECDSA_P256_SHA256,
        &rcgen::PKCS_ECDSA_P384_SHA384,
        &rcgen::PKCS_RSA_SHA256,
        &rcgen::PKCS_ED25519,
    ] {
        let (certificate, key) = made(algorithm);
        for bytes in private_forms(&key) {
            assert!(holds_private_key(&bytes), "{:?}", String::from_utf8_lossy(&bytes));
            assert_eq!(read(&bytes), Err(CertificateError::PrivateKey));
        }
        for bytes in wrappings(certificate.der(), &certificate.pem()) {
            assert!(!holds_private_key(&bytes), "{:?}", String::from_utf8_lossy(&bytes));
        }
        assert!(!holds_private_key(key.public_key_pem().as_bytes()));
    }
    for text in [
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----",
        "-----END PRIVATE KEY-----",
        "PuTTY-User-Key-File-2: ssh-rsa",
        "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU",
        "<RSAKeyValue><Modulus>AA==</Modulus><D>AA==</D></RSAKeyValue>",
        "{\"kty\": \"RSA\", \"n\": \"AA\", \"d\" : \"AA\"}",
        "{\"kty\": \"oct\", \"k\": \"AA\"}",
        // PKCS#12, PKCS#8 with PBES2, and a key store of Java.
        "MIIJ2QIBAzCCCZ8GCSqGSIb3DQEHAaCCCZAEggmM",
        "MIIFHDBOBgkqhkiG9w0BBQ0wQTApBgkqhkiG9w0BBQwwHAQI",
        "30 82 05 1c 30 4e 06 09 2a 86 48 86 f7 0d 01 05 0d",
    ] {
        assert!(holds_private_key(text.as_bytes()), "{text}");
    }
    assert!(holds_private_key(b"\xfe\xed\xfe\xed\x00\x00\x00\x02"));
    for text in ["", "M", "30", "-", "a private key is never asked for", "BEGIN PRIVATE KEY", "MII"]
    {
        assert!(!holds_private_key(text.as_bytes()), "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn anything_may_be_read(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..600)) {
        let _read = read(&bytes);
        let _read = read(encode(&bytes).as_bytes());
        let _held = holds_private_key(&bytes);
    }

    #[test]
    fn any_text_may_be_read(text in "[-<>=:;&#%\\\\0-9A-Za-z\u{2014}\u{feff} \"\n]{0,200}") {
        let _read = read(text.as_bytes());
        let _read = read(format!("-----BEGIN CERTIFICATE-----{text}").as_bytes());
        let _read = read(format!("<X509Certificate>{text}").as_bytes());
    }
}
