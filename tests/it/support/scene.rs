//! One provider, one connection that trusts it, and what becomes of its answers.

use doorward::model::code::Code;

use super::forge::{ECDSA_SHA256, Parts, Signer, Signing, World, sign};

pub struct Scene {
    pub signer: Signer,
    pub world: World,
}

impl Scene {
    pub fn new() -> Self {
        let signer = Signer::p256();
        let world = World::trusting(&[&signer]);
        Self { signer, world }
    }

    pub fn signing(&self) -> Signing<'_> {
        Signing::by(&self.signer, ECDSA_SHA256)
    }

    pub fn signed(&self, parts: Parts) -> String {
        sign(&self.world.answer(), parts, &self.signing())
    }

    #[track_caller]
    pub fn refused(&self, xml: &str, codes: &[Code]) {
        match self.world.finish(xml) {
            Ok(identity) => panic!("let in: {:?}\n{xml}", identity.vouched()),
            Err(refusal) => {
                assert!(
                    codes.contains(&refusal.code),
                    "{:?}\n{:#?}",
                    refusal.code,
                    refusal.findings.checks
                );
            }
        }
    }
}

pub fn between<'x>(xml: &'x str, start: &str, end: &str) -> &'x str {
    let from = xml.find(start).unwrap();
    let to = xml[from..].find(end).unwrap();
    &xml[from..from + to + end.len()]
}

pub fn assertion(xml: &str) -> &str {
    between(xml, "<saml:Assertion ", "</saml:Assertion>")
}

pub fn signature(xml: &str) -> &str {
    between(xml, "<ds:Signature ", "</ds:Signature>")
}

pub fn evil(xml: &str) -> String {
    xml.replace("alice@acme.test", "admin@acme.test")
}
