//! The Response: its outer shape before any trust, and its own statements.

use std::collections::HashSet;

use super::message::{Issuer, moment, name};
use super::{ASSERTION, ENCRYPTION, PROTOCOL};
use crate::model::code::Code;
use crate::model::time::Millis;
use crate::wire::xml::{Limits, Node, Xml};
use crate::wire::xmldsig::{self, Fault, Shape};

/// What one response may cost.
pub const LIMITS: Limits = Limits {
    bytes: 384 * 1024,
    depth: 64,
    markup: 24_000,
    attributes: 64,
    value: 2_048,
    instructions: false,
};

/// What covered octets may cost: canonical form writes namespaces and escapes out.
pub const COVERED_LIMITS: Limits = Limits { bytes: 4 * 1024 * 1024, ..LIMITS };

/// The status every usable answer has.
pub const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";

/// What a Response says besides its assertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Protocol version.
    pub version: Option<String>,
    /// When it was made.
    pub issue_instant: Option<Millis>,
    /// Where it was meant to go.
    pub destination: Option<String>,
    /// The request it answers.
    pub in_response_to: Option<String>,
    /// Who made it.
    pub issuer: Option<Issuer>,
    /// Its status codes, outermost first.
    pub status: Vec<String>,
    /// The provider's own words on the status.
    pub status_message: Option<String>,
}

/// The message is a Response in which nothing can hide: no identifier twice, no comment
/// where text is read.
///
/// # Errors
/// `SamlMalformed` or `SamlDuplicateId`.
pub fn check_outside(xml: &Xml<'_>) -> Result<(), Fault> {
    let root = xml.root();
    if !root.is(PROTOCOL, "Response") {
        let received = name(root);
        return Err(Fault::new(Code::SamlMalformed, "message", "samlp:Response", received));
    }
    let mut known = HashSet::new();
    for id in xml.elements().flat_map(Node::identifiers) {
        if !known.insert(id) {
            let expected = "every identifier once";
            return Err(Fault::new(Code::SamlDuplicateId, "identifiers", expected, id));
        }
    }
    if xml.comment_in_text(xmldsig::NAMESPACE) {
        let expected = "no comments inside text or signatures";
        return Err(Fault::new(Code::SamlMalformed, "comments", expected, "a comment"));
    }
    Ok(())
}

/// The one assertion of a response, a direct child of it.
///
/// # Errors
/// `SamlWrapped` when one stands elsewhere, else `SamlAssertionCount`.
pub fn only_assertion<'x>(xml: &'x Xml<'x>) -> Result<Node<'x>, Fault> {
    let anywhere = xml.elements().filter(|e| e.is(ASSERTION, "Assertion")).count();
    let direct: Vec<Node<'x>> = xml.root().all(ASSERTION, "Assertion").collect();
    match (direct.as_slice(), anywhere) {
        ([assertion], 1) => Ok(*assertion),
        (direct, count) => {
            let expected = "exactly one, directly in the response";
            let elsewhere = count.saturating_sub(direct.len());
            // Beside the good one, or around it: how a signature is made to stand for another.
            let (code, received) = match elsewhere {
                0 => (Code::SamlAssertionCount, format!("{count} in all")),
                _ => (Code::SamlWrapped, format!("{count} in all, {elsewhere} inside others")),
            };
            Err(Fault::new(code, "assertions", expected, received))
        }
    }
}

/// Nothing in the message is encrypted. Looked at before anything is made of it; what RSA1_5
/// carries a key with is named apart, because no setting here will ever accept it.
///
/// # Errors
/// `SamlRsa15` or `SamlEncrypted`.
pub fn unencrypted(xml: &Xml<'_>) -> Result<(), Fault> {
    const NAMES: [&str; 3] = ["EncryptedAssertion", "EncryptedID", "EncryptedAttribute"];
    let encrypted = xml
        .elements()
        .find(|e| e.namespace() == Some(ASSERTION) && NAMES.contains(&e.local()))
        .map(|e| e.local());
    let transport = xml
        .elements()
        .filter(|e| e.is(ENCRYPTION, "EncryptedKey"))
        .flat_map(|key| key.all(ENCRYPTION, "EncryptionMethod"))
        .filter_map(|method| method.attribute("Algorithm"))
        .find(|algorithm| algorithm.ends_with("#rsa-1_5"));
    let (code, received) = match (transport, encrypted) {
        (Some(algorithm), _) => (Code::SamlRsa15, format!("a key carried by RSA1_5 ({algorithm})")),
        (None, Some(name)) => (Code::SamlEncrypted, name.to_owned()),
        (None, None) => return Ok(()),
    };
    Err(Fault::new(code, "encryption", "nothing encrypted", received))
}

/// The shapes of the signatures over a response, its assertion, or both; and which of them
/// is over the response.
///
/// # Errors
/// `SamlUnsigned`, `SamlSignatureShape`, `SamlSha1` or `SamlAlgorithm`.
pub fn signatures<'x>(
    xml: &'x Xml<'x>,
    assertion: Node<'x>,
) -> Result<(Vec<Shape<'x>>, bool), Fault> {
    let response = xml.root();
    let shapes = xmldsig::shapes(xml, &[response, assertion])?;
    if shapes.is_empty() {
        let expected = "a signed response or assertion";
        return Err(Fault::new(Code::SamlUnsigned, "signature", expected, "no signature"));
    }
    for parent in [response, assertion] {
        let before = parent.children().take_while(|c| !c.is(xmldsig::NAMESPACE, "Signature"));
        let signed = parent.children().any(|c| c.is(xmldsig::NAMESPACE, "Signature"));
        let mut others = before.filter(|c| !c.is(ASSERTION, "Issuer"));
        if let Some(other) = others.next().filter(|_| signed) {
            let received = format!("after {}", name(other));
            let expected = "the signature right after the issuer";
            let code = Code::SamlSignatureShape;
            return Err(Fault::new(code, "signature_shape", expected, received));
        }
    }
    let response_signed = response.children().any(|c| c.is(xmldsig::NAMESPACE, "Signature"));
    Ok((shapes, response_signed))
}

impl Header {
    /// Reads what a Response says besides its assertion.
    ///
    /// # Errors
    /// `SamlMalformed`.
    pub fn read(response: Node<'_>) -> Result<Self, Fault> {
        let owned = |name: &str| response.attribute(name).map(str::to_owned);
        let (mut status, mut status_message) = (Vec::new(), None);
        if let Some(node) = response.only(PROTOCOL, "Status")? {
            let mut next = node.only(PROTOCOL, "StatusCode")?;
            while let Some(code) = next.filter(|_| status.len() < 4) {
                status.push(code.attribute("Value").unwrap_or_default().to_owned());
                next = code.only(PROTOCOL, "StatusCode")?;
            }
            if let Some(message) = node.only(PROTOCOL, "StatusMessage")? {
                // Auth0 writes it as an attribute.
                let value = message.attribute("Value").unwrap_or_default().trim();
                let texts = [message.trimmed()?, value.to_owned()];
                status_message = texts.into_iter().find(|text| !text.is_empty());
            }
        }
        Ok(Self {
            version: owned("Version"),
            issue_instant: moment(response, "IssueInstant")?,
            destination: owned("Destination"),
            in_response_to: owned("InResponseTo"),
            issuer: Issuer::read(response)?,
            status,
            status_message,
        })
    }
}
