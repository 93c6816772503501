//! Every file is held to its shape: a wrong word in one of them would send an admin astray.

mod advising;
mod recognising;

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::*;
use crate::model::code::Code;
use crate::model::connection::AttributeNames;
use crate::model::user::{Groups, Received};
use crate::upstream::attributes;

/// Longest label or pattern, and longest text, in characters.
const LABEL: usize = 120;
const TEXT: usize = 240;

const IDS: [&str; 17] = [
    "okta",
    "entra",
    "google",
    "auth0",
    "onelogin",
    "jumpcloud",
    "pingone",
    "pingfederate",
    "adfs",
    "keycloak",
    "authentik",
    "zitadel",
    "duo",
    "cyberark",
    "rippling",
    "generic-saml",
    "generic-oidc",
];

/// Codes that an attack gives as well: no text may talk an admin into letting them pass.
const ATTACKS: [Code; 12] = [
    Code::SamlReplayed,
    Code::SamlSignature,
    Code::SamlDigest,
    Code::SamlSignatureShape,
    Code::SamlWrapped,
    Code::SamlInResponseToUsed,
    Code::SamlDuplicateId,
    Code::SamlAssertionCount,
    Code::SamlDoctype,
    Code::OidcSignature,
    Code::OidcNonce,
    Code::OidcSubjectMismatch,
];

fn guides() -> impl Iterator<Item = (&'static Preset, Protocol, &'static Guide)> {
    let both = [Protocol::Saml, Protocol::Oidc];
    all().iter().flat_map(move |preset| {
        both.into_iter().filter_map(move |p| Some((preset, p, preset.guide(p)?)))
    })
}

/// Every text of a preset, with the name it stands under.
fn texts<'v>(name: &'v str, value: &'v Value, found: &mut Vec<(&'v str, &'v str)>) {
    match value {
        Value::String(text) => found.push((name, text)),
        Value::Array(items) => items.iter().for_each(|item| texts(name, item, found)),
        Value::Object(items) => items.iter().for_each(|(name, item)| texts(name, item, found)),
        _ => {}
    }
}

#[test]
fn every_file_is_read_and_every_provider_is_there() {
    for text in FILES {
        let read: Result<Preset, _> = toml::from_str(text);
        assert!(read.is_ok(), "{}\n{}", text.lines().next().unwrap(), read.unwrap_err());
    }
    let ids: Vec<_> = all().iter().map(|preset| preset.id.as_str()).collect();
    assert_eq!(ids, IDS);
    for id in IDS {
        assert_eq!(find(id).unwrap().id, id);
    }
    assert_eq!(find("Okta"), None);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/upstream/presets");
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().to_str().map(str::to_owned))
        .filter_map(|name| name.strip_suffix(".toml").map(str::to_owned))
        .collect();
    names.sort();
    let mut expected = IDS.to_vec();
    expected.sort_unstable();
    assert_eq!(names, expected, "a file is named after its identifier");
    let names: HashSet<_> = all().iter().map(|preset| preset.name.as_str()).collect();
    assert_eq!(names.len(), IDS.len());
}

#[test]
fn unknown_and_missing_names_are_refused() {
    let sound = FILES[0];
    let read = |text: &str| toml::from_str::<Preset>(text).is_ok();
    assert!(read(sound));
    assert!(!read(&sound.replacen("id = ", "colour = 1\nid = ", 1)));
    for (part, instead) in [
        (", certainty = \"certain\" }", " }"),
        ("certainty = \"certain\"", "certainty = \"maybe\""),
        ("give = \"acs_url\"", "give = \"acs\""),
        ("give = \"acs_url\"", "give = \"acs_url\", set = \"access\""),
        ("\"saml_signer_unknown\"", "\"saml_signer\""),
        ("set = \"access\"", "sets = \"access\""),
        ("host = \"okta.com\"", "hosts = \"okta.com\""),
        ("cause = ", "because = "),
    ] {
        assert!(sound.contains(part), "{part}");
        assert!(!read(&sound.replacen(part, instead, 1)), "{instead}");
    }
    // One place for each kind of thing a file holds.
    for place in [
        "[saml]\n",
        "[saml_shape]\n",
        "[oidc_shape]\n",
        "[recognise]\n",
        "start = { ",
        "{ label = \"Single sign-on URL\", ",
        "{ of = \"email\", ",
        "{ id = \"not_assigned\", ",
        "{ of = \"certificate\", ",
        "{ what = \"email_verified\", ",
        "name_id = { ",
        "[{ ",
    ] {
        assert!(sound.contains(place), "{place}");
        let end = if place.ends_with('\n') { "\n" } else { ", " };
        let more = format!("{place}colour = \"red\"{end}");
        assert!(!read(&sound.replacen(place, &more, 1)), "{more}");
    }
}

#[test]
fn texts_are_short_and_plain() {
    let long = ["shows", "cause", "change", "say", "note", "source", "choose", "samples"];
    for preset in all() {
        let value = serde_json::to_value(preset).unwrap();
        let mut found = Vec::new();
        texts("", &value, &mut found);
        assert!(found.len() > 20, "{}", preset.id);
        for (name, text) in found {
            let place = format!("{} {name}: {text:?}", preset.id);
            assert!(!text.is_empty() && text.trim() == text, "{place}");
            assert!(!text.contains(['<', '>', '\t', '\n']), "no mark-up: {place}");
            assert!(!text.contains("  ") && text.is_ascii(), "{place}");
            let limit = if long.contains(&name) { TEXT } else { LABEL };
            assert!(text.chars().count() <= limit, "too long: {place}");
            let sentence = matches!(name, "shows" | "cause" | "change" | "say" | "note");
            assert!(!sentence || text.ends_with('.'), "no sentence: {place}");
        }
        assert!(
            preset.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        );
        assert!(!preset.sections.is_empty(), "{}", preset.id);
    }
}

#[test]
fn every_protocol_has_guide_and_shape() {
    for preset in all() {
        assert_eq!(preset.saml.is_some(), preset.saml_shape.is_some(), "{}", preset.id);
        assert_eq!(preset.oidc.is_some(), preset.oidc_shape.is_some(), "{}", preset.id);
        assert!(!preset.protocols().is_empty(), "{}", preset.id);
    }
    assert_eq!(generic(Protocol::Saml).unwrap().protocols(), [Protocol::Saml]);
    assert_eq!(generic(Protocol::Oidc).unwrap().protocols(), [Protocol::Oidc]);
    let lacking: Vec<_> =
        all().iter().filter(|p| p.oidc.is_none()).map(|p| p.id.as_str()).collect();
    assert_eq!(lacking, ["pingfederate", "cyberark", "rippling", "generic-saml"]);
}

#[test]
fn every_value_is_given_and_got_exactly_once() {
    for (preset, protocol, guide) in guides() {
        let place = format!("{} {protocol:?}", preset.id);
        let mut seen = HashSet::new();
        for field in &guide.fields {
            let setting = matches!(field.does, Does::Set(_));
            let key = serde_json::to_string(&field.does).unwrap();
            assert!(setting || seen.insert(key.clone()), "{place}: {key} twice");
            assert!(!setting || field.choose.is_some(), "{place}: {} says nothing", field.label);
            assert!(belongs(protocol, field.does), "{place}: {key}");
        }
        let gives = |value| guide.field(Does::Give(value)).is_some();
        let gets = |value| guide.field(Does::Get(value)).is_some();
        let by_hand = [Get::IdpEntityId, Get::SsoUrl, Get::Certificate];
        match protocol {
            Protocol::Saml => {
                let metadata = gives(Give::SpMetadataUrl) || gives(Give::SpMetadataFile);
                let typed = [Give::AcsUrl, Give::SpEntityId].map(gives);
                assert!(typed == [true; 2] || (metadata && typed == [false; 2]), "{place}");
                let metadata = gets(Get::MetadataUrl) || gets(Get::MetadataFile);
                assert!(metadata || by_hand.into_iter().all(gets), "{place}");
                let lacks = guide.cannot(Ability::MetadataUrl).is_some();
                assert!(!(lacks && gets(Get::MetadataUrl)), "{place}");
            }
            Protocol::Oidc => {
                assert!(gives(Give::RedirectUri), "{place}");
                assert!(gets(Get::ClientId) && gets(Get::ClientSecret), "{place}");
                let issuer = &preset.oidc_shape.as_ref().unwrap().issuer.is;
                let printed = [Get::Issuer, Get::DiscoveryUrl, Get::IssuerPart].map(gets);
                assert!(printed.contains(&true) || !issuer.contains('{'), "{place}");
            }
        }
    }
}

fn belongs(protocol: Protocol, does: Does) -> bool {
    let oidc = matches!(
        does,
        Does::Give(Give::RedirectUri | Give::InitiateUrl)
            | Does::Get(
                Get::Issuer
                    | Get::IssuerPart
                    | Get::DiscoveryUrl
                    | Get::ClientId
                    | Get::ClientSecret
            )
    );
    match does {
        Does::Set(_) | Does::Give(Give::LoginUrl) => true,
        Does::Give(_) | Does::Get(_) => oidc == (protocol == Protocol::Oidc),
    }
}

#[test]
fn where_people_are_assigned_is_said_but_where_it_is_not_known() {
    let silent: Vec<_> = guides()
        .filter(|(.., guide)| guide.field(Does::Set(Set::Access)).is_none())
        .map(|(preset, protocol, _)| (preset.id.as_str(), protocol))
        .collect();
    let (saml, oidc) = (Protocol::Saml, Protocol::Oidc);
    let expected = [
        ("auth0", saml),
        ("auth0", oidc),
        ("pingone", oidc),
        ("pingfederate", saml),
        ("keycloak", saml),
        ("keycloak", oidc),
        ("authentik", saml),
        ("authentik", oidc),
        ("zitadel", saml),
        ("zitadel", oidc),
    ];
    assert_eq!(silent, expected);
}

#[test]
fn mistakes_explain_codes_and_name_fields_that_exist() {
    for (preset, protocol, guide) in guides() {
        let mut ids = HashSet::new();
        assert!(!guide.mistakes.is_empty(), "{}", preset.id);
        for mistake in &guide.mistakes {
            let place = format!("{} {protocol:?} {}", preset.id, mistake.id);
            assert!(ids.insert(&mistake.id), "{place}: twice");
            assert!(
                mistake
                    .id
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit())
            );
            let distinct: HashSet<_> = mistake.codes.iter().collect();
            assert_eq!(distinct.len(), mistake.codes.len(), "{place}");
            for code in &mistake.codes {
                assert!(!ATTACKS.contains(code), "{place}: {code}");
                let own = match protocol {
                    Protocol::Saml => "saml_",
                    Protocol::Oidc => "oidc_",
                };
                let other = ["saml_", "oidc_"].iter().any(|p| code.as_str().starts_with(p));
                assert!(code.as_str().starts_with(own) || !other, "{place}: {code}");
            }
            if let Some(does) = mistake.field {
                assert!(guide.field(does).is_some(), "{place}: {does:?} is no field");
            }
        }
        let of: Vec<_> = guide.lifetimes.iter().map(|lifetime| lifetime.of).collect();
        assert!(of.len() <= 1, "{}", preset.id);
        assert!(protocol == Protocol::Oidc || of == [Perishable::Certificate], "{}", preset.id);
        let limits: Vec<_> = guide.cannot.iter().map(|limit| limit.what).collect();
        assert!(limits.iter().enumerate().all(|(at, what)| !limits[..at].contains(what)));
    }
}

#[test]
fn attributes_are_mapped_with_nothing_typed() {
    for (preset, protocol, guide) in guides() {
        for attribute in &guide.attributes {
            let place = format!("{} {protocol:?} {}", preset.id, attribute.name);
            assert_ne!(attribute.unasked, attribute.from.is_some(), "{place}");
            let value = if attribute.of == Person::Email { "ann@acme.test" } else { "Ann" };
            let received: Received =
                BTreeMap::from([(attribute.name.clone(), vec![value.to_owned()])])
                    .into_iter()
                    .collect();
            let found = attributes::profile(&received, &AttributeNames::default(), None, false);
            let mapped = match attribute.of {
                Person::Email => found.email,
                Person::GivenName => found.given_name,
                Person::FamilyName => found.family_name,
                Person::Name => found.name,
                Person::Groups => match found.groups {
                    Groups::Known(groups) => groups.into_iter().next(),
                    Groups::Unknown => None,
                },
                Person::LastingId => continue,
            };
            assert_eq!(mapped.as_deref(), Some(value), "{place}");
        }
        let of: Vec<_> = guide.attributes.iter().map(|attribute| attribute.of).collect();
        assert!(of.iter().enumerate().all(|(at, of)| !of_before(&guide.attributes[..at], *of)));
        assert!(
            guide.cannot(Ability::Groups).is_none() || !of.contains(&Person::Groups),
            "{} says both that it sends groups and that it cannot",
            preset.id
        );
    }
}

fn of_before(attributes: &[Attribute], of: Person) -> bool {
    attributes.iter().any(|attribute| attribute.of == of)
}
