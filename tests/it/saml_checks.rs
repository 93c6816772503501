//! Each check of an answer, failed one at a time.

use doorward::model::check::Verdict;
use doorward::model::code::Code;

use crate::support::forge::{ECDSA_SHA256, Parts, Signer, Signing, World, sign};

// A change to the good answer, made before it is signed, and the code it has to give.
type Change = (&'static str, &'static str, Code);

fn refusals(parts: Parts, changes: &[Change]) {
    let signer = Signer::p256();
    let world = World::trusting(&[&signer]);
    for (from, to, expected) in changes {
        let changed = world.answer().replace(from, to);
        assert_ne!(changed, world.answer(), "{from} is not in the answer");
        let xml = sign(&changed, parts, &Signing::by(&signer, ECDSA_SHA256));
        let refusal = world.finish(&xml).expect_err(to);
        assert_eq!(refusal.code, *expected, "{from} -> {to}: {:#?}", refusal.findings.checks);
        let last = refusal.findings.checks.as_slice().last().unwrap();
        assert_eq!(last.verdict, Verdict::Failed);
    }
}

#[test]
fn a_value_that_is_nearly_right_says_how_it_differs() {
    let signer = Signer::p256();
    let world = World::trusting(&[&signer]);
    let audience = "<saml:Audience>https://sso.acme.test/saml/conn1/metadata</saml:Audience>";
    let own = "https://sso.acme.test/saml/conn1/metadata";
    for (received, position, sentence, code) in [
        (format!("{own}/"), 42, "ends with a slash, expected without", Code::SamlAudienceSlash),
        (own.replace("https", "http"), 5, "http instead of https", Code::SamlAudienceScheme),
        (own.replace("sso", "SSO"), 9, "differs in capital letters only", Code::SamlAudienceCase),
        (format!("spn:{own}"), 1, "spn: in front, expected without", Code::SamlAudienceSpn),
        (
            own.replace("conn1", "conn2"),
            32,
            "another connection: “conn2” instead of “conn1”",
            Code::SamlAudienceForeign,
        ),
        (format!("{own}\u{200b}"), 42, "a trailing zero width space (U+200B)", Code::SamlAudience),
        (
            own.replace('a', "\u{430}"),
            13,
            "U+0430 where a is expected at position 13",
            Code::SamlAudience,
        ),
        (own.replace("/metadata", ""), 33, "shorter: stops after", Code::SamlAudience),
    ] {
        let changed = world.answer().replace(own, &received);
        assert!(world.answer().contains(audience), "{}", world.answer());
        let xml = sign(&changed, Parts::Assertion, &Signing::by(&signer, ECDSA_SHA256));
        let refusal = world.finish(&xml).unwrap_err();
        let last = refusal.findings.checks.as_slice().last().unwrap();
        assert_eq!((refusal.code, &*last.received), (code, &*received));
        let found = last.difference().unwrap();
        assert!(found.sentence.contains(sentence), "{received}: {found:?}");
        assert_eq!((found.position, &*found.accepted), (position, own), "{received}");
    }
    let absent = world.answer().replace(audience, "<saml:Audience></saml:Audience>");
    let xml = sign(&absent, Parts::Assertion, &Signing::by(&signer, ECDSA_SHA256));
    let refusal = world.finish(&xml).unwrap_err();
    assert_eq!(
        refusal.findings.checks.as_slice().last().unwrap().difference().unwrap().sentence,
        "empty"
    );
}

#[test]
fn each_check_of_the_assertion_has_its_code() {
    let changes: &[Change] = &[
        // D1: the audience is compared whole.
        ("metadata</saml:Audience>", "metadata.evil</saml:Audience>", Code::SamlAudience),
        ("metadata</saml:Audience>", "metadat</saml:Audience>", Code::SamlAudience),
        ("metadata</saml:Audience>", "metadata/</saml:Audience>", Code::SamlAudienceSlash),
        ("<saml:Audience>https", "<saml:Audience>http", Code::SamlAudienceScheme),
        ("<saml:Audience>https", "<saml:Audience>spn:https", Code::SamlAudienceSpn),
        ("<saml:Audience>https://sso", "<saml:Audience>https://SSO", Code::SamlAudienceCase),
        (
            "</saml:AudienceRestriction>",
            "</saml:AudienceRestriction><saml:AudienceRestriction><saml:Audience>urn:other\
             </saml:Audience></saml:AudienceRestriction>",
            Code::SamlAudience,
        ),
        // D2: no end means refused, not for ever.
        (" NotOnOrAfter=\"2026-11-18T10:51:40.000Z\">", ">", Code::SamlConditions),
        (
            "SubjectConfirmationData NotOnOrAfter=\"2026-11-18T10:51:40.000Z\"",
            "SubjectConfirmationData",
            Code::SamlConfirmation,
        ),
        (
            "Data NotOnOrAfter",
            "Data NotBefore=\"2026-11-18T10:41:40Z\" NotOnOrAfter",
            Code::SamlConfirmation,
        ),
        (" InResponseTo=\"_handle\"/>", "/>", Code::SamlUnsolicited),
        (" InResponseTo=\"_handle\"/>", " InResponseTo=\"_other\"/>", Code::SamlInResponseTo),
        (" Recipient=\"https://sso.acme.test/saml/conn1/acs\"", "", Code::SamlRecipient),
        (
            " Recipient=\"https://sso.acme.test",
            " Recipient=\"http://sso.acme.test",
            Code::SamlRecipient,
        ),
        (
            " Recipient=\"https://sso.acme.test/saml/conn1",
            " Recipient=\"https://sso.acme.test/saml/conn2",
            Code::SamlRecipient,
        ),
        ("cm:bearer", "cm:holder-of-key", Code::SamlConfirmation),
        ("cm:bearer", "cm:bearer2", Code::SamlConfirmation),
        (
            "ID=\"_assertion\" Version=\"2.0\"",
            "ID=\"_assertion\" Version=\"1.1\"",
            Code::SamlMalformed,
        ),
        (
            "<saml:Conditions ",
            "<saml:Conditions><saml:Evil/></saml:Conditions><saml:Conditions ",
            Code::SamlMalformed,
        ),
        (
            "<saml:AudienceRestriction>",
            "<saml:Condition/><saml:AudienceRestriction>",
            Code::SamlConditions,
        ),
        ("AuthnInstant=", "Other=", Code::SamlMalformed),
        (
            "AuthnInstant=\"2026-11-18T10:41:40.000Z\"",
            "AuthnInstant=\"2026-11-18T10:51:40.000Z\"",
            Code::SamlNotYetValid,
        ),
        (
            "AuthnInstant=\"2026-11-18T10:41:40.000Z\"",
            "AuthnInstant=\"yesterday\"",
            Code::SamlMalformed,
        ),
        (
            "SessionNotOnOrAfter=\"2026-11-18T18:46:40.000Z\"",
            "SessionNotOnOrAfter=\"2026-11-18T09:46:40.000Z\"",
            Code::SamlExpired,
        ),
        (":unspecified\"", ":transient\"", Code::SamlNameIdTransient),
        (
            "1.1:nameid-format:unspecified\"",
            "2.0:nameid-format:transient\"",
            Code::SamlNameIdTransient,
        ),
        ("alice@acme.test</saml:NameID>", "</saml:NameID>", Code::SamlSubject),
        ("alice@acme.test</saml:NameID>", " \n</saml:NameID>", Code::SamlSubject),
    ];
    refusals(Parts::Assertion, changes);
    refusals(Parts::Response, changes);
}

#[test]
fn each_check_of_the_response_has_its_code() {
    let success = "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/>";
    let changes: &[Change] = &[
        (" Destination=\"https://sso.acme.test/saml/conn1/acs\"", "", Code::SamlDestination),
        (" Destination=\"https", " Destination=\"http", Code::SamlDestinationScheme),
        (
            " Destination=\"https://sso.acme.test/saml/conn1",
            " Destination=\"https://sso.acme.test/saml/conn2",
            Code::SamlDestination,
        ),
        (" InResponseTo=\"_handle\">", ">", Code::SamlUnsolicited),
        (" InResponseTo=\"_handle\">", " InResponseTo=\"_other\">", Code::SamlInResponseTo),
        (
            "ID=\"_response\" Version=\"2.0\"",
            "ID=\"_response\" Version=\"1.1\"",
            Code::SamlMalformed,
        ),
        (
            "<saml:Issuer>https://idp.acme.test/saml<",
            "<saml:Issuer>https://idp.acme.test/saml/<",
            Code::SamlIssuer,
        ),
        ("<saml:Issuer>https://idp", "<saml:Issuer>https://other", Code::SamlIssuer),
        ("<saml:Issuer>", "<saml:Issuer Format=\"urn:x\">", Code::SamlIssuer),
        ("<saml:Issuer>https://idp.acme.test/saml</saml:Issuer>", "", Code::SamlIssuer),
        (success, "", Code::SamlStatus),
        ("status:Success\"/>", "status:Responder\"/>", Code::SamlStatus),
        ("status:Success", "status:Success2", Code::SamlStatus),
        ("<saml:Assertion ", "<saml:EncryptedAssertion/><saml:Assertion ", Code::SamlEncrypted),
        (
            "<samlp:Status>",
            "<samlp:Status><samlp:StatusCode Value=\"x\"/></samlp:Status><samlp:Status>",
            Code::SamlMalformed,
        ),
    ];
    refusals(Parts::Assertion, changes);
    refusals(Parts::Response, changes);
}

#[test]
fn conditions_are_required() {
    let signer = Signer::p256();
    let world = World::trusting(&[&signer]);
    let answer = world.answer();
    let (start, end) = ("<saml:Conditions", "</saml:Conditions>");
    let (head, rest) = answer.split_once(start).unwrap();
    let (_, tail) = rest.split_once(end).unwrap();
    // D6: no conditions at all, and no audience among them.
    let xml = sign(&format!("{head}{tail}"), Parts::Assertion, &Signing::by(&signer, ECDSA_SHA256));
    assert_eq!(world.finish(&xml).unwrap_err().code, Code::SamlConditions);
    let bare = format!("{head}<saml:Conditions NotOnOrAfter=\"2026-11-18T10:51:40Z\"/>{tail}");
    let xml = sign(&bare, Parts::Assertion, &Signing::by(&signer, ECDSA_SHA256));
    assert_eq!(world.finish(&xml).unwrap_err().code, Code::SamlAudienceMissing);
}
