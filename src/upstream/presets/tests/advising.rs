//! From a code to what to change.

use super::super::*;
use super::{ATTACKS, guides};
use crate::model::code::{Code, Remedy};

#[test]
fn a_code_leads_to_the_field_in_the_providers_words() {
    let (saml, oidc) = (Protocol::Saml, Protocol::Oidc);
    for (id, protocol, code, label, mistake) in [
        ("okta", saml, Code::SamlAudience, "Audience URI (SP Entity ID)", None),
        ("okta", saml, Code::SamlRecipient, "Single sign-on URL", Some("recipient_box")),
        ("okta", oidc, Code::UpstreamRefused, "Assignments", Some("not_assigned")),
        ("entra", saml, Code::SamlAudience, "Identifier (Entity ID)", None),
        ("entra", saml, Code::SamlAudienceSpn, "Identifier (Entity ID)", Some("spn")),
        ("entra", saml, Code::SamlAudienceSlash, "Identifier (Entity ID)", None),
        (
            "entra",
            saml,
            Code::SamlSignerUnknown,
            "App Federation Metadata Url",
            Some("metadata_without_app"),
        ),
        ("entra", oidc, Code::OidcClientRefused, "Value", Some("secret_id")),
        ("google", saml, Code::SamlSignerUnknown, "Download metadata", Some("certificate_changed")),
        ("google", saml, Code::SamlAudience, "Entity ID", None),
        ("auth0", saml, Code::SamlSha1, "signatureAlgorithm", Some("sha1")),
        ("onelogin", saml, Code::SamlSha1, "SAML Signature Algorithm", Some("sha1")),
        ("adfs", saml, Code::SamlStatusNameId, "Transform an Incoming Claim", Some("no_name_id")),
        ("adfs", saml, Code::SamlNotYetValid, "-NotBeforeSkew", Some("not_before")),
        ("authentik", saml, Code::SamlConditions, "Audience", Some("no_audience")),
        ("authentik", saml, Code::SamlUnsigned, "Signing Certificate", Some("unsigned")),
        ("authentik", oidc, Code::OidcAlgorithm, "Signing Key", Some("no_key")),
        ("zitadel", saml, Code::SamlAudience, "Metadata URL", None),
        (
            "rippling",
            saml,
            Code::SamlInResponseTo,
            "Disable InResponseTo field in assertions for IdP initiated SSO",
            Some("invented_request"),
        ),
    ] {
        let advice = field_for(find(id), protocol, code).unwrap();
        assert_eq!(advice.preset.id, id, "{id} {code}");
        assert_eq!(advice.field.map(|field| field.label.as_str()), Some(label), "{id} {code}");
        let first = advice.mistakes.first().map(|mistake| mistake.id.as_str());
        assert_eq!(first, mistake, "{id} {code}");
    }
    let given = field_for(find("google"), saml, Code::SamlAudience).unwrap().field.unwrap();
    assert_eq!(given.does, Does::Give(Give::SpEntityId), "ours, not Google's own entity ID");
}

#[test]
fn what_is_not_known_of_a_provider_falls_back_to_any() {
    let generic_for =
        |id, protocol, code| field_for(find(id), protocol, code).map(|a| &*a.preset.id);
    let oidc = Protocol::Oidc;
    assert_eq!(generic_for("cyberark", oidc, Code::OidcIssuer), Some("generic-oidc"));
    assert_eq!(generic_for("nobody", Protocol::Saml, Code::SamlAudience), Some("generic-saml"));
    assert_eq!(generic_for("okta", Protocol::Saml, Code::SamlBinding), Some("okta"));
    assert_eq!(generic_for("okta", Protocol::Saml, Code::SamlConfirmation), Some("generic-saml"));
    assert_eq!(generic_for("okta", oidc, Code::OidcKeyUnknown), Some("okta"));
    for code in [Code::Internal, Code::AttemptExpired, Code::OwnerRefused, Code::AppUnknown] {
        assert_eq!(field_for(find("okta"), Protocol::Saml, code), None, "{code}");
    }
}

#[test]
fn an_attack_is_never_configured_away() {
    for (preset, protocol, _) in guides() {
        for code in ATTACKS {
            assert_eq!(field_for(Some(preset), protocol, code), None, "{} {code}", preset.id);
        }
    }
}

/// Whatever an admin may have caused at the provider has an answer in at least general words,
/// with its cause and what to change.
#[test]
fn every_code_for_it_has_an_answer() {
    // These have causes that no setting has: see `ATTACKS`, or a message that is broken.
    let open = [
        Code::SamlMalformed,
        Code::SamlTooLarge,
        Code::OidcTokenMalformed,
        Code::ConnectionUnknown,
        Code::ConnectionNotLive,
        Code::InitiateIssuer,
    ];
    let refused = [Code::SamlStatus, Code::UpstreamRefused, Code::SamlUnsolicited];
    let for_it = |code: &&Code| {
        matches!(code.remedy(), Remedy::AskIt | Remedy::AskAboutAddress) || refused.contains(code)
    };
    for code in Code::ALL.iter().filter(for_it) {
        let advice = [Protocol::Saml, Protocol::Oidc]
            .into_iter()
            .filter_map(|protocol| field_for(None, protocol, *code))
            .find(|advice| !advice.mistakes.is_empty());
        let expected = !open.contains(code) && !ATTACKS.contains(code);
        assert_eq!(advice.is_some(), expected, "{code}");
    }
}
