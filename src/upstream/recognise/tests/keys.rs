//! Nothing of a private key, a token or a secret comes back, and nothing panics.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::{around, certificate, found, metadata, mistakes};
use crate::upstream::recognise::{Found, Kind, Mistake, answered, recognise};

/// So much of a key in a row tells something of it.
const TELLING: usize = 12;

fn shown(found: &Found) -> String {
    let draft = found.draft.as_ref().map(|draft| serde_json::to_string(draft).unwrap());
    format!("{found:?} {}", draft.unwrap_or_default())
}

/// Asserts that nothing of what stands in a key's PEM is in `found`.
fn tells_nothing(found: &Found, key: &rcgen::KeyPair) {
    let text = shown(found);
    let flat: String = super::flat(&key.serialize_pem());
    let hex: String = key.serialize_der().iter().map(|byte| format!("{byte:02x}")).collect();
    // The first bytes say what kind of key it is, and the last hold its public half.
    for secret in [&flat[48..flat.len().min(96)], &hex[72..140]] {
        for at in 0..secret.len() - TELLING {
            let part = &secret[at..at + TELLING];
            assert!(!text.to_lowercase().contains(&part.to_lowercase()), "{part} is in {text}");
        }
    }
}

#[test]
fn a_private_key_beside_anything_is_all_that_is_seen() {
    let (made, key) = certificate(|_| {});
    let pem = key.serialize_pem();
    let xml = metadata("https://idp.acme.org", "https://idp.acme.org/sso", &made.pem());
    let flat = STANDARD.encode(key.serialize_der());
    for text in [
        pem.clone(),
        format!("{}{pem}", made.pem()),
        format!("{pem}{}", made.pem()),
        xml.replace("<md:KeyDescriptor", &format!("<!-- {pem} --><md:KeyDescriptor")),
        xml.replace("https://idp.acme.org/sso", &format!("https://idp.acme.org/sso?k={flat}")),
        xml.replace(&super::flat(&made.pem()), &flat),
        format!("https://idp.acme.org/{flat}"),
        format!("https://idp.acme.org/metadata?x={}", flat.replace('+', "%2B")),
        format!("{{\"issuer\":\"https://idp.acme.org/{flat}\"}}"),
        format!("urn:{flat}"),
        format!("acme.okta.com {flat}"),
        STANDARD.encode(&pem),
    ] {
        let found = found(&text);
        assert_eq!((found.kind, mistakes(&found)), (Kind::PrivateKey, vec![Mistake::PrivateKey]));
        assert!(found.draft.is_none() && found.ask.is_none());
        assert_eq!(found.facts, crate::upstream::recognise::Facts::default());
        tells_nothing(&found, &key);
    }
    let asked = super::found("https://idp.acme.org/metadata");
    let (merged, answer) = answered(&asked, pem.as_bytes(), &around());
    assert_eq!(answer.kind, Kind::PrivateKey);
    tells_nothing(&merged, &key);
    assert!(merged.draft.is_none());
}

fn keys() -> impl Strategy<Value = rcgen::KeyPair> {
    any::<bool>().prop_map(|p256| {
        let algorithm =
            if p256 { &rcgen::PKCS_ECDSA_P256_SHA256 } else { &rcgen::PKCS_ECDSA_P384_SHA384 };
        rcgen::KeyPair::generate_for(algorithm).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_part_of_a_private_key_comes_back(
        key in keys(),
        form in 0usize..9,
        before in "[ -~]{0,30}",
        after in "[ -~\n]{0,30}",
        cut in 0usize..120,
        front in any::<bool>(),
        place in 0usize..7,
    ) {
        let (pem, der) = (key.serialize_pem(), key.serialize_der());
        let flat = STANDARD.encode(&der);
        let hex = |between: &str| {
            der.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(between)
        };
        let text = match form {
            0 => pem,
            1 => pem.replace('\n', "\r\n"),
            2 => pem.replace('\n', "\\n"),
            3 => pem.replace("-----", "\u{2014}"),
            4 => flat,
            5 => flat.as_bytes().chunks(16).map(|c| format!("{} ", String::from_utf8_lossy(c))).collect(),
            6 => hex(""),
            7 => hex(":"),
            _ => STANDARD.encode(&pem),
        };
        let most = text.chars().count();
        let text: String = if front {
            text.chars().take(most - cut.min(most)).collect()
        } else {
            // What is left of a key without its beginning can be told only by its end.
            text.chars().skip(cut.min(most / 3)).collect()
        };
        let input = match (place, front) {
            (_, false) | (0, _) => format!("{before}\n{text}\n{after}"),
            (1, _) => text,
            (2, _) => format!("https://idp.acme.org/metadata?{text}"),
            (3, _) => format!("<a b=\"{text}\"/>"),
            (4, _) => format!("{{\"issuer\": \"{text}\"}}"),
            (5, _) => format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----"),
            (_, _) => format!("acme.okta.com/{text}"),
        };
        tells_nothing(&found(&input), &key);
    }

    #[test]
    fn any_bytes_may_come(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let found = recognise(&bytes, &around());
        prop_assert!(found.draft.is_none() || found.kind != Kind::Unknown);
        let asked = super::found("https://idp.acme.org/metadata");
        let _merged = answered(&asked, &bytes, &around());
    }

    #[test]
    fn any_text_may_come(
        start in prop_oneof![
            Just(""), Just("https://"), Just("http://acme.okta.com/"), Just("<"), Just("<?xml"), Just("{"),
            Just("https://login.microsoftonline.com/"), Just("https://accounts.google.com/o/saml2"),
            Just("https://portal.azure.com/#"), Just("SAMLResponse="), Just("urn:"), Just("eyJ"),
            Just("https://id.acme.org/realms/"), Just("https://auth.pingone.com/"), Just("&lt;"),
        ],
        text in "\\PC{0,60}",
        path in "[a-z0-9/.?=#&{}%@:_-]{0,60}",
    ) {
        let _found = found(format!("{start}{text}"));
        let found = found(format!("{start}{path}"));
        if let Some(ask) = &found.ask {
            prop_assert!(ask.url.starts_with("https://") || ask.url.starts_with("http://"));
        }
    }
}
