//! Certificates in every wrapping, and what is none.

use super::*;

fn made(algorithm: &'static rcgen::SignatureAlgorithm) -> (rcgen::Certificate, rcgen::KeyPair) {
    let key = rcgen::KeyPair::generate_for(algorithm).unwrap();
    let params = rcgen::CertificateParams::new(vec!["idp.test".to_owned()]).unwrap();
    (params.self_signed(&key).unwrap(), key)
}

/// DER with its head, for lengths up to 65,535.
fn tlv(tag: u8, inside: &[u8]) -> Vec<u8> {
    let length = inside.len();
    let mut out = vec![tag, 0x82, (length >> 8) as u8, length as u8];
    out.extend_from_slice(inside);
    out
}

/// What Windows and `openssl crl2pkcs7` export: certificates beside no signature.
fn pkcs7(certificates: &[&[u8]]) -> Vec<u8> {
    let oid = |last: u8| vec![0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, last];
    let signed = [
        vec![0x02, 0x01, 0x01, 0x31, 0x00],
        tlv(0x30, &oid(1)),
        tlv(0xa0, &certificates.concat()),
        vec![0x31, 0x00],
    ];
    tlv(0x30, &[oid(2), tlv(0xa0, &tlv(0x30, &signed.concat()))].concat())
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64.encode(bytes)
}

fn hex_of(bytes: &[u8], between: &str) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(between)
}

fn wide(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

/// Every wrapping of one certificate that people are known to paste or upload.
fn wrappings(der: &[u8], pem: &str) -> Vec<Vec<u8>> {
    let body: String =
        pem.lines().filter(|line| !line.starts_with("-----")).collect::<Vec<_>>().join("\n");
    let flat = body.replace('\n', "");
    let (begin, end) = ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----");
    let label = |label: &str| pem.replace("CERTIFICATE", label);
    let trusted = encode([der, b"\x30\x03\x0c\x01x"].concat());
    let mut all: Vec<Vec<u8>> = vec![
        der.to_vec(),
        pkcs7(&[der]),
        pkcs7(&[der, der]),
        [der, der].concat(),
        wide(&format!("\u{feff}{pem}"), u16::to_le_bytes),
        wide(&format!("\u{feff}{pem}"), u16::to_be_bytes),
        wide(pem, u16::to_le_bytes),
        wide(&flat, u16::to_be_bytes),
    ];
    let texts = [
        // PEM and what editors, mail and shells make of it.
        pem.to_owned(),
        pem.replace('\n', "\r\n"),
        pem.replace('\n', "\r"),
        pem.replace('\n', "\n\n"),
        pem.trim_end().to_owned(),
        format!("\u{feff}{pem}"),
        format!("{pem}\n\n{pem}"),
        format!("Certificate:\n    Data:\n        Version: 3\n{pem}"),
        format!("Bag Attributes\n    localKeyID: 01 02\nsubject=CN = idp\n{pem}"),
        pem.lines().map(|line| format!("  {line} \n\n")).collect(),
        pem.lines().map(|line| format!("> {line}\n")).collect(),
        pem.lines().map(|line| format!("\t\"{line}\",\n")).collect(),
        format!("certificate: |\n{}", pem.lines().map(|l| format!("  {l}\n")).collect::<String>()),
        // On one line.
        format!("{begin}{flat}{end}"),
        format!("{begin} {flat} {end}"),
        pem.trim_end().replace('\n', " "),
        pem.replace('\n', "\\n"),
        pem.replace('\n', "\\r\\n"),
        pem.replace('\n', "\\\\n"),
        format!("\"{}\"", pem.replace('\n', "\\n")),
        format!("'{pem}'"),
        format!("\u{201c}{pem}\u{201d}"),
        pem.replace('\n', "%0A").replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"),
        pem.replace('\n', "%0a").replace(' ', "%20"),
        pem.replace('\n', "&#13;\n"),
        // Dashes and labels.
        pem.replace("-----", "----"),
        pem.replace("-----", "\u{2014}\u{2014}-"),
        pem.replace("-----", "----- "),
        pem.replace("BEGIN CERTIFICATE", "begin certificate"),
        label("X509 CERTIFICATE"),
        format!("{begin}\n{body}\n"),
        format!(
            "-----BEGIN TRUSTED CERTIFICATE-----\n{trusted}\n-----END TRUSTED CERTIFICATE-----"
        ),
        format!("-----BEGIN PKCS7-----\n{}\n-----END PKCS7-----", encode(pkcs7(&[der]))),
        // Base64 without armour.
        body.clone(),
        body.replace('\n', "\r\n"),
        flat.clone(),
        format!("\u{feff}  {flat}  "),
        flat.trim_end_matches('=').to_owned(),
        flat.replace('+', "-").replace('/', "_"),
        flat.replace('/', "\\/"),
        format!("\"{flat}\","),
        format!("[\"{flat}\"]"),
        format!("[\"{flat}\", \"{flat}\"]"),
        format!("{flat}\n\n{flat}"),
        format!("{flat}\n{flat}\n"),
        format!("certificate: {flat}"),
        format!("certificate = \"{flat}\""),
        flat.as_bytes()
            .chunks(7)
            .map(|c| format!("{}\u{200b} ", String::from_utf8_lossy(c)))
            .collect(),
        flat.as_bytes()
            .chunks(64)
            .map(|c| format!("{}\u{a0}\n", String::from_utf8_lossy(c)))
            .collect(),
        format!("data:application/x-x509-ca-cert;base64,{flat}"),
        encode(pem),
        encode(pkcs7(&[der])),
        // Hex.
        hex_of(der, ""),
        hex_of(der, "").to_lowercase(),
        hex_of(der, ":"),
        hex_of(der, " "),
        format!("0x{}", hex_of(der, "")),
        // XML.
        format!("<ds:X509Certificate>{flat}</ds:X509Certificate>"),
        format!("<X509Certificate>\n{body}\n</X509Certificate>"),
        format!(
            "<ds:X509Certificate xmlns:ds=\"urn:x\">{}</ds:X509Certificate>",
            body.replace('\n', "&#13;\n")
        ),
        format!(
            "<ds:X509Data>\r\n  <ds:X509Certificate>{pem}</ds:X509Certificate>\r\n</ds:X509Data>"
        ),
        format!(
            "<?xml version=\"1.0\"?><KeyInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><X509Data><X509Certificate>{flat}</X509Certificate></X509Data></KeyInfo>"
        ),
    ];
    all.extend(texts.into_iter().map(String::into_bytes));
    all
}

#[test]
fn every_wrapping_reads_the_same() {
    for algorithm in [&rcgen::PKCS_ECDSA_P256_SHA256, &rcgen::PKCS_RSA_SHA256] {
        let (certificate, _) = made(algorithm);
        let expected = vec![Certificate::from_der(certificate.der()).unwrap()];
        let wrappings = wrappings(certificate.der(), &certificate.pem());
        assert!(wrappings.len() >= 60, "{}", wrappings.len());
        for bytes in &wrappings {
            assert_eq!(read(bytes), Ok(expected.clone()), "{:?}", String::from_utf8_lossy(bytes));
        }
        let mut distinct = wrappings.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert!(distinct.len() > wrappings.len() - 2, "they differ");
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
