//! What an address looks like.

use proptest::prelude::*;

use super::super::*;

#[test]
fn every_sample_is_its_own_providers_and_no_others() {
    for preset in all() {
        let generic = preset.id.starts_with("generic-");
        assert_eq!(generic, preset.recognise.samples.is_empty(), "{}", preset.id);
        assert_eq!(generic, preset.recognise.patterns.is_empty(), "{}", preset.id);
        for sample in &preset.recognise.samples {
            let found = recognise(&[sample]).map(|preset| preset.id.as_str());
            assert_eq!(found, Some(preset.id.as_str()), "{sample}");
            let shouted = sample.to_ascii_uppercase();
            let found = recognise(&[&shouted]).map(|preset| preset.id.as_str());
            assert_eq!(found, Some(preset.id.as_str()), "{shouted}");
        }
        for pattern in &preset.recognise.patterns {
            let alone = preset.recognise.samples.iter().any(|s| recognise::fits(pattern, s));
            let spare = ["okta-gov.com", "login.partner.microsoftonline.cn", "idaptive.qa"];
            let host = pattern.host.as_deref().unwrap_or_default();
            let sibling = spare.contains(&host) || host.starts_with("auth.pingone.");
            assert!(alone || sibling, "{}: no sample for {pattern:?}", preset.id);
        }
    }
}

#[test]
fn no_pattern_holds_another_providers_samples() {
    for preset in all() {
        for other in all().iter().filter(|other| other.id != preset.id) {
            for pattern in &preset.recognise.patterns {
                for sample in &other.recognise.samples {
                    // A path may be anybody's; the provider's own host decides then.
                    let weaker = !recognise::own(pattern)
                        && other
                            .recognise
                            .patterns
                            .iter()
                            .any(|p| recognise::own(p) && recognise::fits(p, sample));
                    assert!(
                        weaker || !recognise::fits(pattern, sample),
                        "{} {pattern:?} holds {sample} of {}",
                        preset.id,
                        other.id
                    );
                }
            }
        }
    }
}

#[test]
fn look_alikes_are_nobodys() {
    for text in [
        "",
        "okta",
        "https://notokta.com/app",
        "https://okta.com.evil.test/app",
        "https://okta.com@evil.test/",
        "https://evil.test/okta.com",
        "https://mail.google.com/mail",
        "https://portal.microsoftonline.com/",
        "https://evil.test/?u=https://acme.okta.com/",
        "https://evil.test/#https://acme.okta.com/adfs/ls",
        "https://evil.test/?next=/realms/acme",
        "urn:evil.test",
        "urn:auth0.com.evil.test",
        "javascript://acme.okta.com/%0a",
        "mailto:ann@okta.com",
        "https://",
        "https://login.acme.test/",
    ] {
        assert_eq!(recognise(&[text]), None, "{text}");
    }
    let long = format!("https://acme.okta.com/{}", "a".repeat(3_000));
    assert_eq!(recognise(&[&long]), None);
    assert_eq!(recognise(&[]), None);
}

#[test]
fn the_host_outweighs_the_path_and_a_tie_is_nobody() {
    let id = |texts: &[&str]| recognise(texts).map(|preset| preset.id.as_str());
    // An entity ID at JumpCloud is whatever its admin typed.
    let odd = "https://acme.test/realms/acme";
    assert_eq!(id(&[odd]), Some("keycloak"));
    assert_eq!(id(&[odd, "https://sso.jumpcloud.com/saml2/acme"]), Some("jumpcloud"));
    assert_eq!(id(&["acme.okta.com", "https://sso.jumpcloud.com/saml2/acme"]), None);
    assert_eq!(id(&["https://acme.test/adfs/ls", odd]), None);
    assert_eq!(id(&["nothing", "also nothing", " https://acme.okta.com. "]), Some("okta"));
}

proptest! {
    #[test]
    fn any_text_is_looked_at_without_harm(texts in prop::collection::vec(".{0,80}", 0..20)) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        recognise(&texts);
    }

    #[test]
    fn a_host_is_its_owners_and_those_below(label in "[a-z][a-z0-9]{0,8}", path in "[a-z/]{0,12}") {
        let id = |text: &str| recognise(&[text]).map(|preset| preset.id.as_str());
        let ours = format!("https://{label}.okta.com/{path}");
        prop_assert_eq!(id(&ours), Some("okta"));
        let theirs = format!("https://{label}okta.com/x{path}");
        prop_assert_eq!(id(&theirs), None);
    }
}
