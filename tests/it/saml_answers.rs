//! Answers as identity providers send them, and each way in which they can fail a check.

use doorward::model::attempt::ExpectedAnswer;
use doorward::model::check::Verdict;
use doorward::model::code::Code;
use doorward::model::secret::Digest;
use doorward::model::time::{MINUTE, Millis, SECOND};
use doorward::model::user::Groups;
use doorward::upstream::entra_codes;
use doorward::upstream::saml::finish::in_response_to;

use crate::support::forge::{
    ECDSA_SHA256, ECDSA_SHA384, EXCLUSIVE, INCLUSIVE, NOW, Parts, RSA_SHA1, RSA_SHA256, RSA_SHA384,
    RSA_SHA512, SHA256, SHA384, SHA512, Signer, Signing, World, sign,
};

#[test]
fn every_way_of_signing_gets_the_same_person_in() {
    let (rsa, p256, p384) = (Signer::rsa(), Signer::p256(), Signer::p384());
    let world = World::trusting(&[&rsa, &p256, &p384]);
    let methods = [
        (&rsa, RSA_SHA256, SHA256),
        (&rsa, RSA_SHA384, SHA384),
        (&rsa, RSA_SHA512, SHA512),
        (&p256, ECDSA_SHA256, SHA256),
        (&p384, ECDSA_SHA384, SHA384),
    ];
    for (signer, method, digest) in methods {
        for parts in [Parts::Assertion, Parts::Response, Parts::Both] {
            for canonicalization in [EXCLUSIVE, INCLUSIVE] {
                let signing = Signing { digest, canonicalization, ..Signing::by(signer, method) };
                let xml = sign(&world.answer(), parts, &signing);
                let mut identity = world.finish(&xml).unwrap_or_else(|refusal| {
                    panic!("{method} {parts:?} {canonicalization}: {refusal:#?}")
                });
                let (evidence, _) = identity.take_trace();
                let vouched = identity.vouched();
                assert_eq!(vouched.subject, "alice@acme.test");
                assert_eq!(evidence.received["groups"], ["staff", "admins", "R&D"]);
                assert_eq!(vouched.profile.email.as_deref(), Some("alice@acme.test"));
            }
        }
    }
}

#[test]
fn an_identity_says_when_and_for_how_long() {
    let signer = Signer::p256();
    let world = World::trusting(&[&signer]);
    let xml = sign(&world.answer(), Parts::Assertion, &Signing::by(&signer, ECDSA_SHA256));
    let (vouched, used, checks) = world.finish(&xml).unwrap().into_parts();
    assert_eq!(vouched.authenticated_at, NOW.plus(-5 * MINUTE));
    assert_eq!(vouched.session_ends_at, Some(NOW.plus(480 * MINUTE)));
    let used = used.unwrap();
    assert_eq!(used.digest, Digest::of(b"_assertion"));
    assert_eq!(used.expires_at, NOW.plus(8 * MINUTE + SECOND));
    let failed = checks.as_slice().iter().filter(|c| c.verdict == Verdict::Failed).count();
    assert_eq!((failed, checks.as_slice().is_empty()), (0, false));
    assert!(checks.as_slice().iter().any(|c| c.name == "subject" && c.personal));
}

#[test]
fn a_signature_without_transforms_after_enveloped_and_prefix_lists_hold() {
    let signer = Signer::p256();
    let world = World::trusting(&[&signer]);
    let enveloped =
        "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>";
    let with_list = format!(
        "{enveloped}<ds:Transform Algorithm=\"{EXCLUSIVE}\"><ec:InclusiveNamespaces \
         xmlns:ec=\"{EXCLUSIVE}\" PrefixList=\"none\"/></ds:Transform>"
    );
    for (canonicalization, transforms) in
        [(INCLUSIVE, enveloped.to_owned()), (EXCLUSIVE, with_list)]
    {
        let signing = Signing {
            canonicalization,
            transforms: Some(transforms),
            ..Signing::by(&signer, ECDSA_SHA256)
        };
        world.finish(&sign(&world.answer(), Parts::Assertion, &signing)).unwrap();
    }
}

#[test]
fn a_connection_without_issuer_cannot_be_prepared() {
    let signer = Signer::p256();
    let mut world = World::trusting(&[&signer]);
    world.config.idp_entity_id.clear();
    assert!(doorward::upstream::saml::Prepared::new(&world.config).is_err());
}

#[test]
fn clocks_may_disagree_by_the_tolerance_and_no_more() {
    let signer = Signer::p256();
    let mut world = World::trusting(&[&signer]);
    let xml = sign(&world.answer(), Parts::Assertion, &Signing::by(&signer, ECDSA_SHA256));
    let (early, late) = (NOW.plus(-3 * MINUTE), NOW.plus(8 * MINUTE));
    for (now, expected) in [
        (early, None),
        (early.plus(-1), Some(Code::SamlNotYetValid)),
        (late.plus(-1), None),
        (late, Some(Code::SamlExpired)),
    ] {
        world.now = now;
        let outcome = world.finish(&xml);
        assert_eq!(outcome.as_ref().err().map(|r| r.code), expected, "{now:?}");
        if let Err(refusal) = outcome {
            let last = refusal.findings.checks.as_slice().last().unwrap();
            assert!(last.received.contains("our clock"), "{last:?}");
        }
    }
    world.config.clock_skew_seconds = 0;
    for (now, expected) in [(NOW, None), (NOW.plus(-1), Some(Code::SamlNotYetValid))] {
        world.now = now;
        assert_eq!(world.finish(&xml).err().map(|r| r.code), expected);
    }
}

#[test]
fn an_answer_made_before_the_question_is_old() {
    let signer = Signer::p256();
    let mut world = World::trusting(&[&signer]);
    let xml = sign(&world.answer(), Parts::Assertion, &Signing::by(&signer, ECDSA_SHA256));
    world.expected.sent_at = NOW.plus(3 * MINUTE + 1);
    world.now = world.expected.sent_at;
    let refusal = world.finish(&xml).unwrap_err();
    assert_eq!(refusal.code, Code::SamlIssuedBefore);
    let last = refusal.findings.checks.as_slice().last().unwrap();
    assert!(last.received.ends_with("the provider's clock is 3 min 0 s behind ours"), "{last:?}");
}

#[test]
fn authenticating_anew_is_checked() {
    let signer = Signer::p256();
    let mut world = World::trusting(&[&signer]);
    world.expected.answer =
        ExpectedAnswer::Saml { request_id: "_handle".to_owned(), force_authn: true };
    let signing = Signing::by(&signer, ECDSA_SHA256);
    let stale = sign(&world.answer(), Parts::Assertion, &signing);
    let refusal = world.finish(&stale).unwrap_err();
    assert_eq!(refusal.code, Code::NotAuthenticatedAnew);
    assert_eq!(refusal.findings.checks.as_slice().last().unwrap().name, "force_authn");
    let instant = format!("AuthnInstant=\"{}\"", NOW.rfc3339());
    let fresh = world.answer().replace("AuthnInstant=\"2026-11-18T10:41:40.000Z\"", &instant);
    world.finish(&sign(&fresh, Parts::Assertion, &signing)).unwrap();
}

#[test]
fn what_is_accepted_beside_the_exact_form() {
    let signer = Signer::p256();
    let mut world = World::trusting(&[&signer]);
    world.config.accepted_audiences = vec!["urn:old-name".to_owned()];
    for (from, to) in [
        ("/acs\"", "/acs/\""),
        (
            "<saml:Issuer>",
            "<saml:Issuer Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:entity\">",
        ),
        (
            "<saml:Issuer>https://idp.acme.test/saml</saml:Issuer>",
            "<saml:Issuer>\n https://idp.acme.test/saml\n</saml:Issuer>",
        ),
        (
            "https://sso.acme.test/saml/conn1/metadata</saml:Audience>",
            "urn:old-name</saml:Audience>",
        ),
        ("<saml:Audience>", "<saml:Audience>urn:other</saml:Audience><saml:Audience>"),
        ("<saml:AudienceRestriction>", "<saml:OneTimeUse/><saml:AudienceRestriction>"),
        (
            "<saml:SubjectConfirmation ",
            "<saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"/><saml:SubjectConfirmation ",
        ),
        ("<saml:Subject>", "<!-- a comment between elements --><saml:Subject>"),
        ("2026-11-18T10:51:40.000Z", "2026-11-18T10:51:40.1234567Z"),
        ("2026-11-18T10:51:40.000Z", "2026-11-18T10:51:40"),
        (
            "<saml:Attribute Name=\"email\">",
            "<saml:Attribute Name=\"email\" FriendlyName=\"x\" xmlns:y=\"urn:y\" y:z=\"1\">",
        ),
    ] {
        let changed = world.answer().replace(from, to);
        assert_ne!(changed, world.answer(), "{from}");
        let xml = sign(&changed, Parts::Both, &Signing::by(&signer, ECDSA_SHA256));
        if let Err(refusal) = world.finish(&xml) {
            panic!("{to}: {refusal:#?}");
        }
    }
}

#[test]
fn subjects_are_lasting_and_unambiguous() {
    let signer = Signer::p256();
    let mut world = World::trusting(&[&signer]);
    let unspecified =
        "<saml:NameID Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified\">";
    let subject = |world: &World, name_id: &str| {
        let changed = world.answer().replace(unspecified, name_id);
        let xml = sign(&changed, Parts::Assertion, &Signing::by(&signer, ECDSA_SHA256));
        world.finish(&xml).map(|identity| identity.vouched().subject.clone()).map_err(|r| r.code)
    };
    let persistent = "<saml:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\"";
    let plain = Ok("alice@acme.test".to_owned());
    assert_eq!(subject(&world, "<saml:NameID>"), plain);
    assert_eq!(subject(&world, &format!("{persistent}>")), plain);
    let own = format!(
        "{persistent} NameQualifier=\"https://idp.acme.test/saml\" \
         SPNameQualifier=\"https://sso.acme.test/saml/conn1/metadata\">"
    );
    assert_eq!(subject(&world, &own), plain);
    let one = subject(&world, &format!("{persistent} NameQualifier=\"a\">")).unwrap();
    let other = subject(&world, &format!("{persistent} SPNameQualifier=\"a\">")).unwrap();
    assert!(one != other && one != "alice@acme.test" && other != "alice@acme.test");
    world.config.attributes.subject = Some("email".to_owned());
    let transient = "<saml:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:transient\">";
    assert_eq!(subject(&world, transient), plain);
    world.config.attributes.subject = Some("uid".to_owned());
    assert_eq!(subject(&world, "<saml:NameID>"), Err(Code::SubjectMissing));
    world.config.attributes.subject = Some("groups".to_owned());
    assert_eq!(subject(&world, "<saml:NameID>"), Err(Code::SamlSubject));
}

#[test]
fn too_many_groups_are_unknown_groups() {
    let signer = Signer::p256();
    let world = World::trusting(&[&signer]);
    let changed = world.answer().replace(
        "<saml:Attribute Name=\"email\">",
        "<saml:Attribute Name=\"http://schemas.microsoft.com/claims/groups.link\">\
         <saml:AttributeValue>https://graph.test</saml:AttributeValue></saml:Attribute>\
         <saml:Attribute Name=\"email\">",
    );
    let xml = sign(&changed, Parts::Assertion, &Signing::by(&signer, ECDSA_SHA256));
    assert_eq!(world.finish(&xml).unwrap().vouched().profile.groups, Groups::Unknown);
}

#[test]
fn status_shows_the_providers_own_words() {
    let signer = Signer::p256();
    let world = World::trusting(&[&signer]);
    let denied = world.answer().replace(
        "status:Success\"/>",
        "status:Responder\"><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:AuthnFailed\"/>\
         </samlp:StatusCode><samlp:StatusMessage>AADSTS50105: not assigned</samlp:StatusMessage>",
    );
    let (head, _) = denied.split_once("<saml:Assertion ").unwrap();
    let xml = format!("{}</samlp:Response>", head.replace("@@response@@", ""));
    let refusal = world.finish(&xml).unwrap_err();
    assert_eq!(refusal.code, Code::SamlStatusAuthn);
    let [.., words, status] = refusal.findings.checks.as_slice() else { panic!("two checks") };
    assert_eq!((&*words.received, words.personal), ("AADSTS50105: not assigned", true));
    assert_eq!(status.received, "Responder / AuthnFailed (AADSTS50105)");
    let explained = entra_codes::explain(&status.received).unwrap();
    assert!(explained.action.contains("Assign the person"), "{explained:?}");
}

#[test]
fn a_status_message_is_read_where_auth0_puts_it() {
    let signer = Signer::p256();
    let world = World::trusting(&[&signer]);
    let denied = world.answer().replace(
        "status:Success\"/>",
        "status:Responder\"/><samlp:StatusMessage Value=\" user is blocked \"/>",
    );
    let (head, _) = denied.split_once("<saml:Assertion ").unwrap();
    let xml = format!("{}</samlp:Response>", head.replace("@@response@@", ""));
    let refusal = world.finish(&xml).unwrap_err();
    let [.., words, _] = refusal.findings.checks.as_slice() else { panic!("two checks") };
    assert_eq!((&*words.name, &*words.received), ("status_message", "user is blocked"));
    assert!(words.personal);
}

#[test]
fn certificates_past_their_end_warn_or_refuse() {
    let (signer, fresh) = (Signer::expired(), Signer::p256());
    let mut world = World::trusting(&[&fresh, &signer]);
    let xml = sign(&world.answer(), Parts::Assertion, &Signing::by(&signer, ECDSA_SHA256));
    let (_, _, checks) = world.finish(&xml).unwrap().into_parts();
    let warned =
        checks.as_slice().iter().any(|c| c.name == "certificate" && c.verdict == Verdict::Warned);
    assert!(warned, "{checks:#?}");
    world.config.accept_expired_certificates = false;
    assert_eq!(world.finish(&xml).unwrap_err().code, Code::SamlSignerExpired);
}

#[test]
fn weak_algorithms_are_refused_by_name() {
    let signer = Signer::rsa();
    let world = World::trusting(&[&signer]);
    let sha1 = "http://www.w3.org/2000/09/xmldsig#sha1";
    for signing in [
        Signing::by(&signer, RSA_SHA1),
        Signing { digest: sha1, ..Signing::by(&signer, RSA_SHA256) },
        Signing::by(&signer, "http://www.w3.org/2001/04/xmldsig-more#rsa-md5"),
        Signing::by(&signer, "http://www.w3.org/2001/04/xmlenc#rsa-1_5"),
    ] {
        let refusal = world.finish(&sign(&world.answer(), Parts::Assertion, &signing)).unwrap_err();
        assert_eq!(refusal.code.general(), Code::SamlAlgorithm);
        let received = &refusal.findings.checks.as_slice().last().unwrap().received;
        let named = ["SHA1", "MD5", "RSA-1_5"].iter().any(|name| received.contains(name));
        assert!(named, "{received}");
        assert_eq!(refusal.code == Code::SamlSha1, received.contains("SHA1"), "{received}");
    }
}

#[test]
fn the_waiting_request_can_be_found_before_anything_is_verified() {
    use base64::Engine as _;
    let world = World::trusting(&[&Signer::p256()]);
    let encode = |xml: &str| base64::engine::general_purpose::STANDARD.encode(xml);
    assert_eq!(in_response_to(&encode(&world.answer())).as_deref(), Some("_handle"));
    let unasked = world.answer().replace(" InResponseTo=\"_handle\">", ">");
    for value in [encode(&unasked), encode("<a InResponseTo='_x'/>"), "%".to_owned(), String::new()]
    {
        assert_eq!(in_response_to(&value), None);
    }
    // However much follows, whatever it is, and wherever the reading stops.
    let (tag, rest) = world
        .answer()
        .split_once("<saml:Issuer>")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    let before = "\u{feff}<?xml version=\"1.0\"?><!-- <a> --> ";
    for follows in [
        format!("<saml:Issuer>{rest}"),
        "\u{1F600}".repeat(50_000),
        "\u{e9}".repeat(9_999),
        "<".to_owned(),
    ] {
        for message in [
            format!("{tag}{follows}"),
            format!("{before}{tag}{follows}"),
            format!("x{tag}\u{e9}{follows}"),
        ] {
            let expected = (!message.starts_with('x')).then_some("_handle");
            assert_eq!(in_response_to(&encode(&message)).as_deref(), expected);
        }
    }
    let wrapped: String = encode(&world.answer()).chars().flat_map(|c| [c, '\n']).collect();
    assert_eq!(in_response_to(&wrapped).as_deref(), Some("_handle"));
    let far = format!("<!--{}-->{}", "x".repeat(9_000), world.answer());
    assert_eq!(in_response_to(&encode(&far)), None);
}

#[test]
fn the_forge_and_the_tests_agree_on_time() {
    assert_eq!(Millis::parse_rfc3339("2026-11-18T10:46:40Z"), Some(NOW));
}
