//! What requests, responses, assertions and metadata have in common: who made a message, its
//! times, and the names of its elements.

use super::ASSERTION;
use crate::model::code::Code;
use crate::model::time::Millis;
use crate::wire::xml::Node;
use crate::wire::xmldsig::Fault;

/// Who made a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// The entity ID.
    pub value: String,
    /// The format of the name, when stated.
    pub format: Option<String>,
}

impl Issuer {
    /// Reads the only Issuer of `node`.
    ///
    /// # Errors
    /// `SamlMalformed` when there are several, or it holds anything but text.
    pub fn read(node: Node<'_>) -> Result<Option<Self>, Fault> {
        let Some(issuer) = node.only(ASSERTION, "Issuer")? else { return Ok(None) };
        let format = issuer.attribute("Format").map(str::to_owned);
        Ok(Some(Self { value: issuer.trimmed()?, format }))
    }
}

/// An `xs:dateTime` attribute. SAML times are UTC, also where the zone is left out (core 1.3.3).
///
/// # Errors
/// `SamlMalformed` when it is there but not a time.
pub fn moment(node: Node<'_>, attribute: &str) -> Result<Option<Millis>, Fault> {
    let Some(text) = node.attribute(attribute) else { return Ok(None) };
    let parsed = Millis::parse_rfc3339(text).or_else(|| Millis::parse_rfc3339(&format!("{text}Z")));
    match parsed {
        Some(moment) => Ok(Some(moment)),
        None => {
            let expected = format!("a time in {attribute}");
            let received: String = text.chars().take(60).collect();
            Err(Fault::new(Code::SamlMalformed, "time", expected, received))
        }
    }
}

/// `saml:Assertion`, or the name with its namespace in full.
pub fn name(node: Node<'_>) -> String {
    match node.namespace() {
        Some(super::ASSERTION) => format!("saml:{}", node.local()),
        Some(super::PROTOCOL) => format!("samlp:{}", node.local()),
        Some(other) => format!("{{{other}}}{}", node.local()),
        None => node.local().to_owned(),
    }
}
