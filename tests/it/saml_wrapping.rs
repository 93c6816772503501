//! Signature wrapping: a good signature kept, another person put in.

use doorward::model::code::Code;

use crate::support::forge::Parts;
use crate::support::scene::{Scene, assertion, evil, signature};

const WRAPPED: &[Code] =
    &[Code::SamlSignatureShape, Code::SamlWrapped, Code::SamlDuplicateId, Code::SamlAssertionCount];

#[test]
fn wrapping_a_signed_response() {
    let scene = Scene::new();
    let good = scene.signed(Parts::Response);
    let signature = signature(&good);
    let bare = good.replace(signature, "");
    for id in ["_response", "_evil"] {
        let renamed = evil(&bare).replace("ID=\"_response\"", &format!("ID=\"{id}\""));
        let spot = "</saml:Issuer><samlp:Status>";
        let put = |middle: String| {
            renamed.replacen(spot, &format!("</saml:Issuer>{middle}<samlp:Status>"), 1)
        };
        // The original inside the signature; beside it; in an Object; in Extensions.
        let inside = signature.replace("</ds:Signature>", &format!("{bare}</ds:Signature>"));
        scene.refused(&put(inside), WRAPPED);
        scene.refused(&put(format!("{bare}{signature}")), WRAPPED);
        scene.refused(&put(format!("{signature}{bare}")), WRAPPED);
        let object = format!("<ds:Object>{bare}</ds:Object></ds:Signature>");
        scene.refused(&put(signature.replace("</ds:Signature>", &object)), WRAPPED);
        let extensions = format!("{signature}<samlp:Extensions>{bare}</samlp:Extensions>");
        scene.refused(&put(extensions), WRAPPED);
        scene.refused(&put(format!("<samlp:Extensions>{good}</samlp:Extensions>")), WRAPPED);
    }
}

#[test]
fn wrapping_a_signed_assertion() {
    let scene = Scene::new();
    let good = scene.signed(Parts::Assertion);
    let (original, signature) = (assertion(&good), signature(&good));
    let unsigned = original.replace(signature, "");
    for id in ["_assertion", "_evil"] {
        let forged = evil(&unsigned).replace("ID=\"_assertion\"", &format!("ID=\"{id}\""));
        let signed_forgery =
            forged.replacen("</saml:Issuer>", &format!("</saml:Issuer>{signature}"), 1);
        let ending =
            |inner: &str| forged.replace("</saml:Assertion>", &format!("{inner}</saml:Assertion>"));
        let in_signature = |inner: &str| {
            let end = format!("{inner}</ds:Signature>");
            let holding = signature.replace("</ds:Signature>", &end);
            forged.replacen("</saml:Issuer>", &format!("</saml:Issuer>{holding}"), 1)
        };
        let object = format!("<ds:Object>{unsigned}</ds:Object>");
        let extensions = format!("<samlp:Extensions>{forged}</samlp:Extensions>{original}");
        let advice = original.replacen(
            "<saml:AuthnStatement",
            &format!("<saml:Advice>{forged}</saml:Advice><saml:AuthnStatement"),
            1,
        );
        for shape in [
            format!("{forged}{original}"),
            format!("{original}{forged}"),
            ending(original),
            format!("{signed_forgery}{unsigned}"),
            format!("{unsigned}{signed_forgery}"),
            in_signature(&unsigned),
            in_signature(&object),
            extensions,
            advice,
            format!("{forged}{signature}"),
            format!("{forged}<samlp:Extensions>{original}</samlp:Extensions>"),
            format!("{forged}<other>{original}</other>"),
        ] {
            scene.refused(&good.replace(original, &shape), WRAPPED);
        }
        let codes = [WRAPPED, &[Code::SamlDigest]].concat();
        scene.refused(&good.replace(original, &signed_forgery), &codes);
    }
}
