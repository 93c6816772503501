//! Answers made by attackers: each is refused, and for the reason it should be.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use doorward::model::attempt::ExpectedAnswer;
use doorward::model::code::Code;

use crate::support::forge::{
    ECDSA_SHA256, ENVELOPED, EXCLUSIVE, HMAC_SHA256, INCLUSIVE, Parts, RSA_SHA256, Signer, Signing,
    World, fill, sign, sign_element, without_marks,
};
use crate::support::scene::{Scene, assertion, between, evil, signature};

#[test]
fn names_in_other_namespaces_are_other_names() {
    let scene = Scene::new();
    let good = scene.signed(Parts::Assertion);
    let forged = evil(&assertion(&good).replace(signature(&good), ""))
        .replace("ID=\"_assertion\"", "ID=\"_evil\"");
    // A look-alike is no assertion; beside the good one it is not read.
    let foreign = forged.replace("saml:", "x:").replacen(
        "<x:Assertion ",
        "<x:Assertion xmlns:x=\"urn:x\" ",
        1,
    );
    let xml = good.replace(assertion(&good), &format!("{foreign}{}", assertion(&good)));
    let identity = scene.world.finish(&xml).unwrap();
    assert_eq!(identity.vouched().subject, "alice@acme.test");
    // The same prefix bound elsewhere.
    let rebound = good.replacen("oasis:names:tc:SAML:2.0:assertion\"", "evil:assertion\"", 1);
    scene.refused(&rebound, &[Code::SamlAssertionCount, Code::SamlMalformed]);
    let looks =
        good.replace("http://www.w3.org/2000/09/xmldsig#\"", "http://www.w3.org/2000/09/xmldsig\"");
    scene.refused(&looks, &[Code::SamlUnsigned]);
}

#[test]
fn unsigned_and_half_signed_answers() {
    let scene = Scene::new();
    scene.refused(&without_marks(&scene.world.answer()), &[Code::SamlUnsigned]);
    let good = scene.signed(Parts::Both);
    // A good signature does not make up for a bad one.
    let broken = good.replacen("<ds:SignatureValue>", "<ds:SignatureValue>AAAA", 1);
    scene.refused(&broken, &[Code::SamlSignature]);
    let inner = good.rfind("<ds:SignatureValue>").unwrap();
    let mut broken = good.clone();
    broken.insert_str(inner + "<ds:SignatureValue>".len(), "AAAA");
    scene.refused(&broken, &[Code::SamlDigest, Code::SamlSignature]);
}

#[test]
fn comments_and_instructions() {
    let scene = Scene::new();
    let template = scene.world.answer();
    for (from, to) in [
        ("alice@acme.test</saml:NameID>", "alice@acme.test<!-- -->.evil.test</saml:NameID>"),
        ("alice@acme.test</saml:NameID>", "<!-- -->alice@acme.test</saml:NameID>"),
        (">staff<", "><!--x-->staff<"),
        (">staff<", ">st<![CDATA[a]]><!--x-->ff<"),
        ("<saml:Issuer>https", "<saml:Issuer>ht<!--x-->tps"),
        ("<saml:Audience>https", "<saml:Audience>ht<!--x-->tps"),
    ] {
        for parts in [Parts::Assertion, Parts::Response] {
            // Signed with the comment, and put in afterwards: canonical octets are the same.
            let signed_with = sign(&template.replace(from, to), parts, &scene.signing());
            scene.refused(&signed_with, &[Code::SamlMalformed]);
            scene.refused(&scene.signed(parts).replace(from, to), &[Code::SamlMalformed]);
        }
    }
    let good = scene.signed(Parts::Both);
    for (from, to) in [
        ("<ds:DigestValue>", "<ds:DigestValue><!--x-->"),
        ("<ds:DigestValue>", "<!--x--><ds:DigestValue>"),
        ("<ds:SignatureValue>", "<ds:SignatureValue><!--x-->"),
        ("<ds:SignedInfo>", "<ds:SignedInfo><!--x-->"),
        ("alice", "al<?x?>ice"),
        ("<saml:Subject>", "<?x y?><saml:Subject>"),
        ("<samlp:Response", "<?x y?><samlp:Response"),
    ] {
        scene.refused(&good.replace(from, to), &[Code::SamlMalformed]);
    }
}

#[test]
fn document_types_and_entities() {
    let scene = Scene::new();
    let good = scene.signed(Parts::Both);
    let laughs = "<!DOCTYPE r [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]>";
    for start in [
        "<!DOCTYPE samlp:Response>",
        "<!DOCTYPE r SYSTEM \"file:///etc/passwd\">",
        "<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY x SYSTEM \"http://a.test\">]>",
        "<!DOCTYPE r [<!ATTLIST saml:Assertion ID ID #IMPLIED>]>",
        laughs,
    ] {
        scene.refused(&format!("{start}{good}"), &[Code::SamlDoctype]);
    }
    scene.refused(&good.replace("alice", "&a;"), &[Code::SamlMalformed]);
}

#[test]
fn identifiers_stand_once() {
    let scene = Scene::new();
    for (from, to) in [
        ("ID=\"_assertion\"", "ID=\"_response\""),
        ("<saml:Subject>", "<saml:Subject ID=\"_assertion\">"),
        ("<saml:Subject>", "<saml:Subject Id=\"_assertion\">"),
        ("<saml:Subject>", "<saml:Subject id=\"_response\">"),
        ("<saml:Subject>", "<saml:Subject xml:id=\"_assertion\">"),
        ("<saml:Subject>", "<saml:Subject AssertionID=\"_assertion\">"),
        ("<saml:Subject>", "<saml:Subject xmlns:u=\"urn:u\" u:Id=\"_response\">"),
    ] {
        let changed = without_marks(&scene.world.answer()).replace(from, to);
        scene.refused(&changed, &[Code::SamlDuplicateId]);
    }
}

#[test]
fn one_assertion_exactly() {
    let scene = Scene::new();
    let good = scene.signed(Parts::Assertion);
    let other = assertion(&good).replace("_assertion", "_other");
    let two = good.replace("</samlp:Response>", &format!("{other}</samlp:Response>"));
    scene.refused(&two, &[Code::SamlAssertionCount]);
    scene.refused(&good.replace(assertion(&good), ""), &[Code::SamlAssertionCount]);
    // The assertion on its own is not an answer.
    let alone = assertion(&good).replacen(
        "<saml:Assertion ",
        "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ",
        1,
    );
    scene.refused(&alone, &[Code::SamlMalformed]);
}

#[test]
fn transforms_are_the_two_known_ones() {
    let scene = Scene::new();
    let transform = |algorithm: &str| format!("<ds:Transform Algorithm=\"{algorithm}\"/>");
    let (enveloped, exclusive) = (transform(ENVELOPED), transform(EXCLUSIVE));
    let xpath = "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\">\
                 <ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath></ds:Transform>";
    for transforms in [
        String::new(),
        exclusive.clone(),
        format!("{exclusive}{enveloped}"),
        format!("{enveloped}{enveloped}"),
        format!("{enveloped}{exclusive}{exclusive}"),
        format!("{enveloped}{xpath}"),
        format!("{enveloped}{}", transform("http://www.w3.org/TR/1999/REC-xslt-19991116")),
        format!("{enveloped}{}", transform("http://www.w3.org/2000/09/xmldsig#base64")),
        format!("{enveloped}{}", transform("http://www.w3.org/2001/10/xml-exc-c14n#WithComments")),
        format!("{enveloped}{}", transform(&format!("{INCLUSIVE}#WithComments"))),
        format!("{enveloped}{}", transform("http://www.w3.org/2006/12/xml-c14n11")),
        format!(
            "{enveloped}<ds:Transform Algorithm=\"{EXCLUSIVE}\"><ec:InclusiveNamespaces \
             xmlns:ec=\"{EXCLUSIVE}\" PrefixList=\"{}\"/></ds:Transform>",
            "p ".repeat(33)
        ),
        format!("<x:Transform xmlns:x=\"urn:x\" Algorithm=\"{ENVELOPED}\"/>{exclusive}"),
    ] {
        let signing = Signing { transforms: Some(transforms), ..scene.signing() };
        let xml = sign(&scene.world.answer(), Parts::Assertion, &signing);
        scene.refused(&xml, &[Code::SamlSignatureShape]);
    }
}

// Signs an altered SignedInfo anew, so that only the structure can be objected to.
fn resigned(scene: &Scene, from: &str, to: &str) -> String {
    let marked =
        sign_element(&scene.world.answer(), "_assertion", "@@assertion@@", &scene.signing());
    let value = between(&marked, "<ds:SignatureValue>", "</ds:SignatureValue>").to_owned();
    let open = marked.replace(&value, "<ds:SignatureValue>@@value@@</ds:SignatureValue>");
    let changed = open.replace(from, to);
    assert_ne!(open, changed, "{from}");
    fill(&without_marks(&changed), &scene.signing())
}

#[test]
fn references_name_the_signed_element_and_nothing_else() {
    let scene = Scene::new();
    let good = scene.signed(Parts::Assertion);
    let reference = between(&good, "<ds:Reference ", "</ds:Reference>");
    let digest = between(&good, "<ds:DigestValue>", "</ds:DigestValue>");
    for (from, to) in [
        ("URI=\"#_assertion\"", "URI=\"\""),
        (" URI=\"#_assertion\"", ""),
        ("URI=\"#_assertion\"", "URI=\"#_response\""),
        ("URI=\"#_assertion\"", "URI=\"#nothing\""),
        ("URI=\"#_assertion\"", "URI=\"#xpointer(id('_assertion'))\""),
        ("URI=\"#_assertion\"", "URI=\"https://evil.test/#_assertion\""),
        ("URI=\"#_assertion\"", "URI=\"cid:_assertion\""),
        (reference, ""),
        (reference, &reference.repeat(2)),
        (digest, ""),
        (digest, &digest.repeat(2)),
        (digest, &digest.replace("DigestValue>", "DigestValue><x xmlns=\"urn:x\"/>")),
        (digest, &digest.replacen("<ds:DigestValue>", "<ds:DigestValue><![CDATA[]]>", 1)),
        ("</ds:SignedInfo>", "<ds:Extra/></ds:SignedInfo>"),
        ("<ds:KeyInfo>", "<ds:Object/><ds:KeyInfo>"),
        ("</ds:Signature>", "<ds:Object/></ds:Signature>"),
        ("<ds:SignatureValue>", "<ds:SignedInfo/><ds:SignatureValue>"),
    ] {
        scene.refused(&resigned(&scene, from, to), &[Code::SamlSignatureShape]);
    }
    let info = between(&good, "<ds:SignedInfo>", "</ds:SignedInfo>");
    scene.refused(&good.replace(info, &info.repeat(2)), &[Code::SamlSignatureShape]);
    let twice = signature(&good).repeat(2);
    scene.refused(&good.replace(signature(&good), &twice), &[Code::SamlSignatureShape]);
    // In the right parent, but not right behind the issuer.
    let moved = good.replace(signature(&good), "");
    let moved = moved.replace("</saml:Subject>", &format!("</saml:Subject>{}", signature(&good)));
    scene.refused(&moved, &[Code::SamlSignatureShape]);
}

#[test]
fn keys_come_from_the_configuration_only() {
    let scene = Scene::new();
    let (stranger, template) = (Signer::p256(), scene.world.answer());
    // Another key, with its own certificate; with the pinned one; with none.
    let signing = Signing::by(&stranger, ECDSA_SHA256);
    scene.refused(&sign(&template, Parts::Both, &signing), &[Code::SamlSignerUnknown]);
    let posing =
        Signing { key_info: Some(scene.signer.key_info()), ..Signing::by(&stranger, ECDSA_SHA256) };
    scene.refused(&sign(&template, Parts::Both, &posing), &[Code::SamlSignature]);
    let silent = Signing { key_info: Some(String::new()), ..Signing::by(&stranger, ECDSA_SHA256) };
    scene.refused(&sign(&template, Parts::Both, &silent), &[Code::SamlSignature]);
    let rsa = Signer::rsa();
    let other_kind = Signing::by(&rsa, RSA_SHA256);
    scene.refused(&sign(&template, Parts::Both, &other_kind), &[Code::SamlSignerUnknown]);
    // The pinned key may sign without saying who it is, or under a stranger's certificate.
    for key_info in [String::new(), stranger.key_info(), "<ds:KeyInfo/>".to_owned()] {
        let signing = Signing { key_info: Some(key_info), ..scene.signing() };
        scene.world.finish(&sign(&template, Parts::Both, &signing)).unwrap();
    }
}

#[test]
fn a_stranger_is_shown_by_the_certificate_that_signed_and_by_no_other() {
    let scene = Scene::new();
    let (stranger, third) = (Signer::p256(), Signer::rsa());
    let shown = |key_info: Option<String>, change: &dyn Fn(String) -> String| {
        let signing = Signing { key_info, ..Signing::by(&stranger, ECDSA_SHA256) };
        let xml = change(sign(&scene.world.answer(), Parts::Both, &signing));
        scene.world.finish(&xml).unwrap_err().findings.evidence.signer
    };
    assert_eq!(shown(None, &|xml| xml), Some(stranger.certificate_base64()));
    // A certificate whose key did not sign would have somebody trust what nobody vouched for.
    assert_eq!(shown(Some(third.key_info()), &|xml| xml), None);
    let first = format!("{}{}", third.key_info(), stranger.key_info());
    let first = first.replace("</ds:X509Data></ds:KeyInfo><ds:KeyInfo><ds:X509Data>", "");
    assert_eq!(shown(Some(first), &|xml| xml), None);
    assert_eq!(shown(None, &|xml| xml.replace("staff", "owner")), None);
    assert_eq!(shown(Some(scene.signer.key_info()), &|xml| xml), None);
}

#[test]
fn certificates_are_no_hmac_keys() {
    let scene = Scene::new();
    let signing = Signing::by(&scene.signer, HMAC_SHA256);
    scene.refused(&sign(&scene.world.answer(), Parts::Both, &signing), &[Code::SamlAlgorithm]);
}

#[test]
fn changed_after_signing() {
    let scene = Scene::new();
    for parts in [Parts::Assertion, Parts::Response, Parts::Both] {
        scene.refused(&evil(&scene.signed(parts)), &[Code::SamlDigest]);
    }
    // Unsigned around a signed assertion: the outside cannot be bent to another request.
    let good = scene.signed(Parts::Assertion);
    let outside = good.replacen("InResponseTo=\"_handle\"", "InResponseTo=\"_other\"", 1);
    scene.refused(&outside, &[Code::SamlInResponseTo]);
    let mut other = Scene { world: World::trusting(&[&scene.signer]), ..Scene::new() };
    other.world.expected.answer =
        ExpectedAnswer::Saml { request_id: "_other".to_owned(), force_authn: false };
    other.refused(&outside, &[Code::SamlInResponseTo]);
}

#[test]
fn too_large_too_deep_too_many() {
    let scene = Scene::new();
    let good = scene.signed(Parts::Assertion);
    let padded = |middle: &str| good.replace("<samlp:Status>", &format!("{middle}<samlp:Status>"));
    let deep = format!("{}{}", "<a>".repeat(5_000), "</a>".repeat(5_000));
    let wide = format!("<a{}/>", (0..9_000).map(|i| format!(" a{i}=\"\"")).collect::<String>());
    let long = format!("<a xmlns:p=\"{}\"/>", "x".repeat(1_000));
    for xml in [
        padded(&"<a/>".repeat(70_000)),
        padded(&"x".repeat(400_000)),
        padded(&deep),
        padded(&wide),
        padded(&long),
        "<a>".repeat(100_000),
    ] {
        scene.refused(&xml, &[Code::SamlTooLarge]);
    }
    let many = "<saml:AttributeValue>g</saml:AttributeValue>".repeat(10_001);
    let template =
        scene.world.answer().replace("<saml:AttributeValue>staff</saml:AttributeValue>", &many);
    let xml = sign(&template, Parts::Assertion, &scene.signing());
    scene.refused(&xml, &[Code::SamlTooLarge]);
    let encoded = "A".repeat(600_000);
    assert_eq!(scene.world.finish_encoded(&encoded).unwrap_err().code, Code::SamlTooLarge);
}

#[test]
fn wrong_encodings() {
    let scene = Scene::new();
    let good = scene.signed(Parts::Both);
    let utf16: Vec<u8> =
        format!("\u{feff}{good}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let declared = format!("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>{good}");
    let mut latin = good.clone().into_bytes();
    let at = good.find("alice").unwrap();
    latin[at] = 0xe9;
    let values = [
        STANDARD.encode(utf16),
        STANDARD.encode(declared),
        STANDARD.encode(latin),
        good.clone(),
        String::new(),
        "====".to_owned(),
        STANDARD.encode("hello"),
    ];
    for value in values {
        assert_eq!(scene.world.finish_encoded(&value).unwrap_err().code, Code::SamlMalformed);
    }
    // A byte order mark and wrapped lines are fine.
    let wrapped: Vec<String> = STANDARD
        .encode(format!("\u{feff}{good}"))
        .as_bytes()
        .chunks(76)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    scene.world.finish_encoded(&wrapped.join("\r\n")).unwrap();
}

#[test]
fn an_answer_for_another_connection() {
    let scene = Scene::new();
    let mut other = World::trusting(&[&scene.signer]);
    other.connection = doorward::model::id::ConnectionId::try_from("conn2").unwrap();
    let refusal = other.finish(&scene.signed(Parts::Both)).unwrap_err();
    assert_eq!(refusal.code, Code::ConnectionMismatch);
}
