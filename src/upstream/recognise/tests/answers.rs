//! What an address answers, and what that makes of the input.

use serde_json::{Value, json};

use super::{TENANT, around, certificate, description, draft, found, metadata, mistakes, provider};
use crate::upstream::recognise::Kind::*;
use crate::upstream::recognise::Mistake as M;
use crate::upstream::recognise::{Found, answered, is_open, unanswered};

fn asked(input: &str, body: &str) -> Found {
    answered(&found(input), body.as_bytes(), &around()).0
}

#[test]
fn metadata_at_an_address() {
    let xml =
        metadata("https://idp.acme.org", "https://acme.okta.com/sso", &certificate(|_| {}).0.pem());
    let url = "https://idp.acme.org/saml/metadata";
    for (input, kind) in
        [(url, MetadataAddress), ("https://idp.acme.org/start?x=1", MetadataAddress)]
    {
        let found = asked(input, &xml);
        assert_eq!((found.kind, mistakes(&found)), (kind, vec![]), "{input}");
        assert_eq!(draft(&found), json!({"metadata_url": input}));
        assert_eq!(found.facts.entity_id.as_deref(), Some("https://idp.acme.org"));
        assert_eq!((found.facts.certificates.len(), provider(&found)), (1, Some("okta")));
    }
    let service = xml.replace("IDPSSODescriptor", "SPSSODescriptor");
    for (body, mistake) in [
        (service.as_str(), M::SpMetadata),
        ("<!DOCTYPE html><html></html>", M::HtmlPage),
        ("hello", M::AddressUnusable),
        ("", M::AddressUnusable),
        ("{}", M::AddressUnusable),
    ] {
        let found = asked(url, body);
        assert_eq!((found.kind, mistakes(&found)), (MetadataAddress, vec![mistake]), "{body}");
        assert_eq!(draft(&found), Value::Null, "{body}");
    }
    let wrong = asked(url, &description("https://idp.acme.org").to_string());
    assert_eq!(draft(&wrong), Value::Null);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table, one row per answer")]
fn a_description_at_an_address() {
    let idp = "https://idp.acme.org/a";
    let slash = "https://idp.acme.org/a/";
    let well_known = "https://idp.acme.org/a/.well-known/openid-configuration";
    let entra = format!("https://login.microsoftonline.com/{TENANT}/v2.0");
    for (input, stated, kind, wrong, drafted) in [
        (
            "https://idp.acme.org",
            "https://idp.acme.org",
            Issuer,
            vec![],
            Some("https://idp.acme.org"),
        ),
        (
            "https://idp.acme.org",
            "https://idp.acme.org/",
            Issuer,
            vec![M::TrailingSlash],
            Some("https://idp.acme.org/"),
        ),
        (
            "https://idp.acme.org",
            "https://IDP.acme.org",
            Issuer,
            vec![M::IssuerSpelling],
            Some("https://IDP.acme.org"),
        ),
        ("https://idp.acme.org", "https://other.test", Issuer, vec![M::IssuerDiffers], None),
        (well_known, idp, OidcDiscovery, vec![], Some(idp)),
        (well_known, slash, OidcDiscovery, vec![], Some(slash)),
        (well_known, "https://other.test", OidcDiscovery, vec![M::IssuerDiffers], None),
        (
            "https://auth.acme.org/dex",
            "https://auth.acme.org/dex",
            Issuer,
            vec![],
            Some("https://auth.acme.org/dex"),
        ),
        ("acme.org", "https://acme.org", Domain, vec![], Some("https://acme.org")),
        (
            "acme.onmicrosoft.com",
            entra.as_str(),
            EntraTenant,
            vec![M::EntraTenantName],
            Some(entra.as_str()),
        ),
        (
            "https://id.acme.org/realms/x/",
            "https://id.acme.org/realms/x",
            Issuer,
            vec![M::TrailingSlash],
            Some("https://id.acme.org/realms/x"),
        ),
    ] {
        let found = asked(input, &description(stated).to_string());
        assert_eq!((found.kind, mistakes(&found)), (kind, wrong), "{input} {stated}");
        let expected = drafted.map_or(Value::Null, |issuer| json!({"issuer": issuer}));
        assert_eq!(draft(&found), expected, "{input} {stated}");
        assert_eq!(found.facts.issuer.as_deref(), Some(stated), "{input}");
        assert!(found.ask.is_none());
    }
    let named = asked("acme.onmicrosoft.com", &description(&entra).to_string());
    assert_eq!(named.wrong[0].instead, Some(entra));
}

#[test]
fn what_is_told_to_everybody_is_what_providers_publish() {
    let xml = metadata("https://a", "https://a/sso", &certificate(|_| {}).0.pem());
    for (body, open) in [
        (xml.clone(), true),
        (xml.replace("IDPSSODescriptor", "SPSSODescriptor"), true),
        (description("https://a").to_string(), true),
        ("<html></html>".to_owned(), false),
        ("<jobs/>".to_owned(), false),
        ("{\"issuer\": \"x\"}".to_owned(), false),
        ("{\"keys\": []}".to_owned(), false),
        (String::new(), false),
        (certificate(|_| {}).0.pem(), false),
        (xml[..300].to_owned(), false),
    ] {
        assert_eq!(is_open(&found(&body)), open, "{body}");
    }
    let silent = unanswered(found("https://idp.acme.org/metadata"), None);
    let told = unanswered(found("https://idp.acme.org/metadata"), Some("status 404"));
    assert!(
        told.wrong[0].sentence.contains("status 404") && !silent.wrong[0].sentence.contains("404")
    );
    assert!(silent.draft.is_none());
}
