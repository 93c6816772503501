//! The Assertion (SAML core section 2). Only ever read from octets a verified signature covers.

use super::ASSERTION;
use super::message::{Issuer, moment, name};
use crate::model::code::Code;
use crate::model::time::Millis;
use crate::model::user::Received;
use crate::wire::xml::Node;
use crate::wire::xmldsig::Fault;

/// Most attribute names kept.
pub const MAX_NAMES: usize = 256;
/// Most attribute values kept, all names together.
pub const MAX_VALUES: usize = 10_000;
/// Longest attribute value or name, in bytes.
pub const MAX_LENGTH: usize = 8 * 1024;
// Most subject confirmations, statements and audiences looked at.
const MAX_PARTS: usize = 64;

/// What an assertion says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// Its identifier.
    pub id: String,
    /// Protocol version.
    pub version: Option<String>,
    /// When it was made.
    pub issue_instant: Option<Millis>,
    /// Who made it.
    pub issuer: Option<Issuer>,
    /// Whom it is about.
    pub name_id: Option<NameId>,
    /// Who may bring it.
    pub confirmations: Vec<Confirmation>,
    /// Under which conditions it holds.
    pub conditions: Option<Conditions>,
    /// How and when the person authenticated.
    pub authentications: Vec<Authentication>,
    /// What else it says of the person: name to values.
    pub attributes: Received,
}

/// Whom an assertion is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameId {
    /// The name.
    pub value: String,
    /// Its format, when stated.
    pub format: Option<String>,
    /// Within what of the provider's it is unique, when stated.
    pub name_qualifier: Option<String>,
    /// For which service provider it was made, when stated.
    pub sp_name_qualifier: Option<String>,
}

/// Who may bring an assertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// How it is confirmed.
    pub method: String,
    /// Where it may be brought.
    pub recipient: Option<String>,
    /// The request it answers.
    pub in_response_to: Option<String>,
    /// Not to be brought before.
    pub not_before: Option<Millis>,
    /// To be brought before.
    pub not_on_or_after: Option<Millis>,
}

/// Under which conditions an assertion holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conditions {
    /// From then on.
    pub not_before: Option<Millis>,
    /// Until just before then.
    pub not_on_or_after: Option<Millis>,
    /// Each restriction with its audiences; every restriction has to hold.
    pub audiences: Vec<Vec<String>>,
    /// The name of a condition that is not understood.
    pub unknown: Option<String>,
}

/// How and when the person authenticated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authentication {
    /// When.
    pub instant: Option<Millis>,
    /// The session is to be over by then.
    pub session_not_on_or_after: Option<Millis>,
}

impl Assertion {
    /// Reads an assertion.
    ///
    /// # Errors
    /// `SamlMalformed` or `SamlTooLarge`.
    pub fn read(node: Node<'_>) -> Result<Self, Fault> {
        let (name_id, confirmations) = match node.only(ASSERTION, "Subject")? {
            Some(subject) => (NameId::read(subject)?, confirmations(subject)?),
            None => (None, Vec::new()),
        };
        let conditions = node.only(ASSERTION, "Conditions")?.map(Conditions::read).transpose()?;
        let authentications = node
            .all(ASSERTION, "AuthnStatement")
            .take(MAX_PARTS)
            .map(|statement| {
                Ok(Authentication {
                    instant: moment(statement, "AuthnInstant")?,
                    session_not_on_or_after: moment(statement, "SessionNotOnOrAfter")?,
                })
            })
            .collect::<Result<_, Fault>>()?;
        Ok(Self {
            id: node.attribute("ID").unwrap_or_default().to_owned(),
            version: node.attribute("Version").map(str::to_owned),
            issue_instant: moment(node, "IssueInstant")?,
            issuer: Issuer::read(node)?,
            name_id,
            confirmations,
            conditions,
            authentications,
            attributes: attributes(node)?,
        })
    }
}

impl NameId {
    fn read(subject: Node<'_>) -> Result<Option<Self>, Fault> {
        let Some(node) = subject.only(ASSERTION, "NameID")? else { return Ok(None) };
        let owned = |name: &str| node.attribute(name).map(str::to_owned);
        Ok(Some(Self {
            value: node.trimmed()?,
            format: owned("Format"),
            name_qualifier: owned("NameQualifier"),
            sp_name_qualifier: owned("SPNameQualifier"),
        }))
    }
}

fn confirmations(subject: Node<'_>) -> Result<Vec<Confirmation>, Fault> {
    let mut found = Vec::new();
    for node in subject.all(ASSERTION, "SubjectConfirmation").take(MAX_PARTS) {
        let data = node.only(ASSERTION, "SubjectConfirmationData")?;
        let owned = |name: &str| data.and_then(|d| d.attribute(name)).map(str::to_owned);
        let time = |name| data.map_or(Ok(None), |data| moment(data, name));
        found.push(Confirmation {
            method: node.attribute("Method").unwrap_or_default().to_owned(),
            recipient: owned("Recipient"),
            in_response_to: owned("InResponseTo"),
            not_before: time("NotBefore")?,
            not_on_or_after: time("NotOnOrAfter")?,
        });
    }
    Ok(found)
}

impl Conditions {
    fn read(node: Node<'_>) -> Result<Self, Fault> {
        let (mut audiences, mut unknown) = (Vec::new(), None);
        for child in node.children().take(MAX_PARTS) {
            if child.is(ASSERTION, "AudienceRestriction") {
                let named = child.all(ASSERTION, "Audience").take(MAX_PARTS);
                audiences.push(named.map(Node::trimmed).collect::<Result<_, _>>()?);
            } else if !child.is(ASSERTION, "OneTimeUse") && !child.is(ASSERTION, "ProxyRestriction")
            {
                unknown.get_or_insert_with(|| name(child));
            }
        }
        if node.children().nth(MAX_PARTS).is_some() {
            unknown = Some(format!("more than {MAX_PARTS} conditions"));
        }
        Ok(Self {
            not_before: moment(node, "NotBefore")?,
            not_on_or_after: moment(node, "NotOnOrAfter")?,
            audiences,
            unknown,
        })
    }
}

// Attributes of one name are merged; values keep their order; empty values say nothing.
fn attributes(assertion: Node<'_>) -> Result<Received, Fault> {
    let mut found = Received::new();
    let mut count = 0usize;
    for statement in assertion.all(ASSERTION, "AttributeStatement") {
        for attribute in statement.all(ASSERTION, "Attribute") {
            let Some(name) = attribute.attribute("Name") else { continue };
            let values = found.entry(name.to_owned()).or_default();
            for value in attribute.all(ASSERTION, "AttributeValue") {
                count += 1;
                let text = attribute_value(value)?;
                if text.len() > MAX_LENGTH || count > MAX_VALUES {
                    return Err(too_many());
                }
                if !text.is_empty() {
                    values.push(text);
                }
            }
            if found.len() > MAX_NAMES {
                return Err(too_many());
            }
        }
    }
    Ok(found)
}

fn too_many() -> Fault {
    let expected =
        format!("at most {MAX_NAMES} attributes, {MAX_VALUES} values of {MAX_LENGTH} bytes");
    Fault::new(Code::SamlTooLarge, "attributes", expected, "more")
}

// Text; or the name inside, as eduPersonTargetedID is sent. Other structure says nothing.
fn attribute_value(value: Node<'_>) -> Result<String, Fault> {
    let mut children = value.children();
    match (children.next(), children.next()) {
        (None, _) => Ok(value.trimmed()?),
        (Some(only), None) if only.is(ASSERTION, "NameID") => Ok(only.trimmed()?),
        _ => Ok(String::new()),
    }
}
