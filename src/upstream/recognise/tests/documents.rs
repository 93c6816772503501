//! Metadata, certificates, and other documents.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{NOW, at, certificate, description, draft, flat, found, key_descriptor, metadata};
use super::{mistakes, params, provider};
use crate::model::connection::SsoBinding;
use crate::model::time::DAY;
use crate::upstream::recognise::Kind::{self, *};
use crate::upstream::recognise::Mistake as M;
use crate::wire::x509::wrappings::wrappings;

const IDP: &str = "https://idp.acme.org/entity";
const SSO: &str = "https://idp.acme.org/sso";

#[test]
fn the_same_metadata_in_every_wrapping() {
    let (made, _) = certificate(|_| {});
    let xml = metadata(IDP, SSO, &made.pem());
    let declared =
        |encoding: &str| format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?>\r\n{xml}");
    let wide = |text: &str, unit: fn(u16) -> [u8; 2]| {
        format!("\u{feff}{text}").encode_utf16().flat_map(unit).collect::<Vec<u8>>()
    };
    let group = format!(
        "<md:EntitiesDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\">{xml}</md:EntitiesDescriptor>"
    );
    let mut all: Vec<Vec<u8>> = vec![
        wide(&declared("utf-16"), u16::to_le_bytes),
        wide(&declared("UTF-16"), u16::to_be_bytes),
    ];
    let texts = [
        xml.clone(),
        declared("utf-8"),
        declared("ISO-8859-1"),
        format!("\u{feff}{}", declared("utf-8")),
        format!("\n\n  {xml}\n"),
        format!("\"{xml}\""),
        format!("'{xml}'"),
        format!("From: Ann <ann@acme.org>\n\n{xml}"),
        format!("Hello, here is our metadata:\n\n{xml}\n\nRegards"),
        format!("```xml\n{xml}\n```"),
        serde_json::to_string(&xml).unwrap(),
        xml.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"),
        STANDARD.encode(declared("utf-8")),
        format!("<!-- exported -->{xml}"),
        xml.replace("md:", "").replace("xmlns:md", "xmlns"),
    ];
    all.extend(texts.into_iter().map(String::into_bytes));
    for bytes in all.iter().chain([&group.into_bytes()]) {
        let found = found(bytes);
        let text = String::from_utf8_lossy(bytes);
        assert_eq!((found.kind, mistakes(&found)), (SamlMetadata, vec![]), "{text}");
        assert_eq!(found.facts.entity_id.as_deref(), Some(IDP), "{text}");
        let bindings: Vec<_> = found.facts.sso_endpoints.iter().map(|e| e.binding).collect();
        assert_eq!(bindings, [SsoBinding::HttpRedirect, SsoBinding::HttpPost]);
        assert_eq!(found.facts.certificates[0].key, "EC P-256");
        let draft = draft(&found);
        let kept = draft["metadata_xml"].as_str().unwrap();
        assert!(!kept.contains("<?xml") && kept.starts_with('<') && kept.ends_with('>'), "{kept}");
        assert_eq!(super::found(kept).kind, SamlMetadata, "the draft reads, too");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table, one row per input")]
fn what_is_taken_for_metadata() {
    let (made, _) = certificate(|_| {});
    let xml = metadata(IDP, SSO, &made.pem());
    let sp = xml.replace("IDPSSODescriptor", "SPSSODescriptor");
    let (weak, _) = {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
        (params().self_signed(&key).unwrap(), key)
    };
    let two = format!(
        "<md:EntitiesDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\">{xml}{}</md:EntitiesDescriptor>",
        xml.replace(IDP, "urn:other")
    );
    let ended = xml.replace("entityID", "validUntil=\"2026-01-01T00:00:00Z\" entityID");
    let (tenant, _) = certificate(|params| {
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, "accounts.accesscontrol.windows.net");
    });
    let of_tenant = metadata(
        "https://sts.windows.net/x/",
        "https://login.microsoftonline.com/x/saml2",
        &tenant.pem(),
    );
    let response = "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_1\"><a>ann@acme.org</a></samlp:Response>";
    let request = response.replace("Response", "AuthnRequest");
    let encoded = STANDARD.encode(response);
    let rows: Vec<(String, Kind, M)> = vec![
        (sp, SpMetadata, M::SpMetadata),
        (two, SamlMetadata, M::SeveralProviders),
        (ended, SamlMetadata, M::Metadata),
        (of_tenant, SamlMetadata, M::EntraNoAppid),
        (xml.replace(&flat(&made.pem()), &flat(&weak.pem())), SamlMetadata, M::Metadata),
        (xml.replace(&key_descriptor(&made.pem()), ""), SamlMetadata, M::Metadata),
        (
            xml.replace("SingleSignOnService", "ArtifactResolutionService"),
            SamlMetadata,
            M::Metadata,
        ),
        (xml.replace(IDP, ""), SamlMetadata, M::Metadata),
        (xml[..xml.len() - 40].to_owned(), Unknown, M::Metadata),
        (response.to_owned(), SamlResponse, M::SamlResponse),
        (encoded.clone(), SamlResponse, M::SamlResponse),
        (
            format!("SAMLResponse={}", encoded.replace('+', "%2B").replace('=', "%3D")),
            SamlResponse,
            M::SamlResponse,
        ),
        (request.clone(), SamlRequest, M::SamlRequest),
        (STANDARD.encode(request), SamlRequest, M::SamlRequest),
        ("<!DOCTYPE html><html><body>Sign in</body></html>".to_owned(), HtmlPage, M::HtmlPage),
        ("\n<!doctype html>\n<html lang=en>".to_owned(), HtmlPage, M::HtmlPage),
        ("<html><head></head></html>".to_owned(), HtmlPage, M::HtmlPage),
        ("<form method=post><input name=SAMLRequest></form>".to_owned(), HtmlPage, M::HtmlPage),
        ("<jobs/>".to_owned(), Unknown, M::Unknown),
        ("{\"keys\":[]}".to_owned(), KeySet, M::KeySet),
        ("{\"access_token\":\"x\"}".to_owned(), Token, M::Token),
        ("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl".to_owned(), Token, M::Token),
        ("Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl".to_owned(), Token, M::Token),
        ("{\"a\":1}".to_owned(), Unknown, M::Unknown),
        ("[1]".to_owned(), Unknown, M::Unknown),
    ];
    for (text, kind, mistake) in rows {
        let found = found(&text);
        assert_eq!((found.kind, mistakes(&found).first()), (kind, Some(&mistake)), "{text}");
        assert_eq!(draft(&found), Value::Null, "{text}");
        assert!(!format!("{found:?}").contains("ann@acme.org"));
    }
}

#[test]
fn what_is_unusual_in_metadata_is_said_and_hinders_nothing() {
    let (made, _) = certificate(|_| {});
    let xml = metadata(IDP, SSO, &made.pem());
    let found =
        found(xml.replace("protocolSupport", "WantAuthnRequestsSigned=\"true\" protocolSupport"));
    assert_eq!((found.kind, mistakes(&found)), (SamlMetadata, vec![M::MetadataNote]));
    assert!(format!("{found:?}").contains("wants signed requests"), "{found:?}");
    assert_ne!(draft(&found), Value::Null);
}

#[test]
fn a_file_with_a_client_secret() {
    let secret = "GOCSPX-abcdefghijklmnop";
    let id = "123-abc.apps.googleusercontent.com";
    let file = json!({"web": {"client_id": id, "client_secret": secret, "token_uri": "https://x"}});
    let google = found(file.to_string());
    assert_eq!((google.kind, provider(&google)), (ClientSecretFile, Some("google")));
    assert_eq!(mistakes(&google), [M::ClientSecretFile]);
    assert_eq!(draft(&google), json!({"issuer": "https://accounts.google.com", "client_id": id}));
    assert!(!format!("{google:?}").contains(secret));
    let other = found(json!({"client_id": "x", "client_secret": secret}).to_string());
    assert_eq!((other.kind, draft(&other)), (ClientSecretFile, Value::Null));
    assert!(!format!("{other:?}").contains(secret));
}

#[test]
fn descriptions_of_providers() {
    let sound = found(description("https://acme.auth0.com/").to_string());
    assert_eq!(
        (sound.kind, provider(&sound), mistakes(&sound)),
        (OidcDiscovery, Some("auth0"), vec![])
    );
    assert_eq!(draft(&sound), json!({"issuer": "https://acme.auth0.com/"}));
    assert_eq!(sound.draft.as_ref().unwrap().missing(), ["client_id", "client_secret"]);
    assert_eq!(sound.facts.algorithms, ["RS256", "ES256"]);
    assert_eq!(sound.facts.endpoints.len(), 4);
    let changed = |name: &str, value: Value| {
        let mut all = description("https://idp.acme.org");
        all[name] = value;
        found(all.to_string())
    };
    for (name, value, kind, wrong) in [
        (
            "issuer",
            json!("https://login.microsoftonline.com/{tenantid}/v2.0"),
            OidcDiscovery,
            M::EntraSharedEndpoint,
        ),
        ("issuer", json!("http://idp.acme.org"), OidcDiscovery, M::IssuerForm),
        ("token_endpoint", json!("http://idp.acme.org/token"), OidcDiscovery, M::Discovery),
        ("id_token_signing_alg_values_supported", json!(["HS256"]), OidcDiscovery, M::Discovery),
        ("token_endpoint", json!("file:///etc/passwd"), Unknown, M::Unknown),
        ("jwks_uri", Value::Null, Unknown, M::Unknown),
        ("issuer", json!(7), Unknown, M::Unknown),
    ] {
        let found = changed(name, value.clone());
        assert_eq!((found.kind, mistakes(&found)), (kind, vec![wrong]), "{name} {value}");
        assert_eq!(draft(&found), Value::Null, "{name} {value}");
    }
}

#[test]
fn certificates_and_what_is_taken_for_them() {
    let (made, key) = certificate(|params| {
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, "Microsoft Azure Federated SSO Certificate");
    });
    let sound = found(made.pem());
    assert_eq!(
        (sound.kind, provider(&sound), mistakes(&sound)),
        (Certificate, Some("entra"), vec![])
    );
    assert_eq!(draft(&sound), json!({"certificates": [flat(&made.pem())]}));
    assert_eq!(sound.draft.as_ref().unwrap().missing(), ["idp_entity_id", "sso_url"]);
    assert_eq!(sound.facts.certificates[0].signature_algorithm, "ECDSA-SHA256");
    assert_eq!(found(made.der()), sound);

    for bytes in wrappings(made.der(), &made.pem()) {
        assert_eq!(found(&bytes), sound, "{}", String::from_utf8_lossy(&bytes));
    }

    let two = found(format!("{}{}", made.pem(), certificate(|_| {}).0.pem()));
    assert_eq!((two.facts.certificates.len(), two.wrong.len()), (2, 0));

    let old = certificate(|params| params.not_after = at(NOW.plus(-DAY / 2))).0;
    let early = certificate(|params| params.not_before = at(NOW.plus(DAY / 2))).0;
    let ed =
        params().self_signed(&rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap()).unwrap();
    let request = params().serialize_request(&key).unwrap().pem().unwrap();
    let (leaf, chain) = web_server();
    let rows: Vec<(String, Kind, Vec<M>, bool)> = vec![
        (old.pem(), Certificate, vec![M::CertificateExpired], true),
        (early.pem(), Certificate, vec![M::CertificateNotYetValid], true),
        (ed.pem(), Certificate, vec![M::CertificateKey], false),
        (leaf, TlsChain, vec![M::TlsCertificate], false),
        (chain, TlsChain, vec![M::TlsCertificate], false),
        (request, CertificateRequest, vec![M::CertificateRequest], false),
        (key.public_key_pem(), PublicKey, vec![M::PublicKey], false),
        (made.pem().replacen("MII", "M!I", 1), Certificate, vec![M::CertificateDamaged], false),
        (flat(&made.pem())[..200].to_owned(), Certificate, vec![M::CertificateDamaged], false),
    ];
    for (text, kind, wrong, usable) in rows {
        let found = found(&text);
        assert_eq!((found.kind, mistakes(&found)), (kind, wrong), "{text}");
        assert_eq!(found.draft.is_some(), usable, "{text}");
    }
}

/// The certificate of a web server as an authority issues it, alone and with its issuer.
fn web_server() -> (String, String) {
    let mut authority = rcgen::CertificateParams::default();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    authority.distinguished_name.push(rcgen::DnType::CommonName, "Some Authority");
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let root = authority.self_signed(&key).unwrap();
    let issuer = rcgen::Issuer::new(authority, key);
    let own = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let plain = params().signed_by(&own, &issuer).unwrap();
    let mut server = params();
    server.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    let leaf = server.signed_by(&own, &issuer).unwrap();
    (leaf.pem(), format!("{}{}", plain.pem(), root.pem()))
}
