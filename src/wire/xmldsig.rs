//! XML signatures: the one shape that is accepted, and what such a signature covers.
//!
//! Two guards stand behind each other. `bergshamra` verifies the signature with pinned keys
//! only. Independently the covered element is canonicalized and digested here, and exactly
//! those octets are handed on: whoever reads claims reads them from nowhere else.

mod pinned;
mod presented;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bergshamra::c14n::C14nMode;
pub use pinned::{Covered, Pinned};
pub use presented::signer;

use super::xml::{Node, Xml, XmlError, is_space};
use crate::model::code::Code;

/// The namespace of XML signatures.
pub const NAMESPACE: &str = "http://www.w3.org/2000/09/xmldsig#";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

const MAX_PREFIXES: usize = 32;

const SIGNATURE_METHODS: [&str; 6] = [
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
];

/// What failed, in the words of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Why the message is refused.
    pub code: Code,
    /// The check that failed.
    pub check: &'static str,
    /// What would have been accepted.
    pub expected: String,
    /// What came.
    pub received: String,
}

impl Fault {
    /// A fault.
    pub fn new(
        code: Code,
        check: &'static str,
        expected: impl Into<String>,
        received: impl Into<String>,
    ) -> Self {
        Self { code, check, expected: expected.into(), received: received.into() }
    }

    fn shape(expected: impl Into<String>, received: impl Into<String>) -> Self {
        Self::new(Code::SamlSignatureShape, "signature_shape", expected, received)
    }
}

impl From<XmlError> for Fault {
    fn from(error: XmlError) -> Self {
        let code = match error {
            XmlError::TooLarge(_) | XmlError::TooDeep(_) => Code::SamlTooLarge,
            XmlError::Doctype => Code::SamlDoctype,
            _ => Code::SamlMalformed,
        };
        Self::new(code, "xml", "bounded, well-formed XML in UTF-8", error.to_string())
    }
}

/// A signature that is built as it must be, and nothing more is known of it yet.
#[derive(Debug)]
pub struct Shape<'x> {
    signature: Node<'x>,
    parent: Node<'x>,
    method: &'x str,
    digest: &'static digest::Algorithm,
    c14n: C14nMode,
    prefixes: Vec<String>,
    digest_value: Vec<u8>,
}

/// The shapes of all signatures of a document, each a child of one of `parents`, in order.
///
/// # Errors
/// `SamlSignatureShape`, `SamlSha1` or `SamlAlgorithm`.
pub fn shapes<'x>(xml: &'x Xml<'x>, parents: &[Node<'x>]) -> Result<Vec<Shape<'x>>, Fault> {
    let anywhere = xml.elements().filter(|e| e.is(NAMESPACE, "Signature")).count();
    let mut found = Vec::new();
    for parent in parents {
        let Some(signature) = once(*parent, "Signature")? else { continue };
        found.push(shape(signature, *parent)?);
    }
    if found.len() == anywhere {
        Ok(found)
    } else {
        Err(Fault::shape(
            "signatures directly in the response or its assertion only",
            format!("{} elsewhere", anywhere - found.len()),
        ))
    }
}

fn shape<'x>(signature: Node<'x>, parent: Node<'x>) -> Result<Shape<'x>, Fault> {
    sequence(signature, &["SignedInfo", "SignatureValue"], &["KeyInfo"])?;
    let signed_info = required(signature, "SignedInfo")?;
    sequence(signed_info, &["CanonicalizationMethod", "SignatureMethod", "Reference"], &[])?;
    canonicalization(required(signed_info, "CanonicalizationMethod")?)?;
    let method_node = required(signed_info, "SignatureMethod")?;
    let method = algorithm(method_node)?;
    if !SIGNATURE_METHODS.contains(&method) {
        return Err(refused_algorithm("signature_algorithm", method));
    }
    childless(method_node)?;
    let reference = required(signed_info, "Reference")?;
    sequence(reference, &["Transforms", "DigestMethod", "DigestValue"], &[])?;
    referenced(reference, parent)?;
    let (c14n, prefixes) = transforms(required(reference, "Transforms")?)?;
    let digest_node = required(reference, "DigestMethod")?;
    childless(digest_node)?;
    let digest = digest_algorithm(algorithm(digest_node)?)?;
    let digest_value = base64_of(required(reference, "DigestValue")?)?;
    base64_of(required(signature, "SignatureValue")?)?;
    Ok(Shape { signature, parent, method, digest, c14n, prefixes, digest_value })
}

// Exactly these children in this order, then optional ones; every one in our namespace.
fn sequence(node: Node<'_>, needed: &[&str], optional: &[&str]) -> Result<(), Fault> {
    let mut children = node.children().map(|child| {
        if child.namespace() == Some(NAMESPACE) { child.local() } else { "foreign element" }
    });
    let names: Vec<&str> = children.by_ref().take(needed.len() + optional.len() + 1).collect();
    let start = names.get(..needed.len()).is_some_and(|head| head == needed);
    let rest = names.get(needed.len()..).unwrap_or_default();
    if start && (rest.is_empty() || rest == optional) {
        return Ok(());
    }
    let expected = format!("{} holding {} once each", node.local(), needed.join(", "));
    Err(Fault::shape(expected, names.join(", ")))
}

fn once<'x>(node: Node<'x>, local: &str) -> Result<Option<Node<'x>>, Fault> {
    node.only(NAMESPACE, local)
        .map_err(|_| Fault::shape(format!("at most one {local}"), format!("more than one {local}")))
}

fn required<'x>(node: Node<'x>, local: &str) -> Result<Node<'x>, Fault> {
    once(node, local)?.ok_or_else(|| Fault::shape(local, "absent"))
}

fn algorithm(node: Node<'_>) -> Result<&str, Fault> {
    node.attribute("Algorithm")
        .ok_or_else(|| Fault::shape(format!("an Algorithm on {}", node.local()), "absent"))
}

fn childless(node: Node<'_>) -> Result<(), Fault> {
    if node.is_blank() {
        Ok(())
    } else {
        Err(Fault::shape(format!("{} without parameters", node.local()), "parameters"))
    }
}

fn referenced(reference: Node<'_>, parent: Node<'_>) -> Result<(), Fault> {
    let id = parent.attribute("ID").unwrap_or_default();
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let usable = !id.is_empty() && id.len() <= 256 && id.chars().all(plain);
    let uri = reference.attribute("URI");
    if usable && uri.and_then(|uri| uri.strip_prefix('#')) == Some(id) {
        return Ok(());
    }
    let received = uri.map_or("absent", |uri| if uri.is_empty() { "empty" } else { uri });
    Err(Fault::shape(format!("a reference to #{id}, which holds the signature"), received))
}

// The transforms: enveloped-signature, then at most one canonicalization without comments.
fn transforms(node: Node<'_>) -> Result<(C14nMode, Vec<String>), Fault> {
    let steps: Vec<Node<'_>> = node.children().take(3).collect();
    let expected = "enveloped-signature, then one canonicalization without comments";
    let (Some(first), true) = (steps.first(), steps.len() <= 2) else {
        return Err(Fault::shape(expected, "no transforms, or more than two"));
    };
    let first_algorithm = algorithm(*first)?;
    if steps.iter().any(|s| !s.is(NAMESPACE, "Transform")) || first_algorithm != ENVELOPED {
        return Err(Fault::shape(expected, first_algorithm));
    }
    childless(*first)?;
    match steps.get(1) {
        Some(step) => canonicalization(*step),
        // Without one, the processing model ends in Canonical XML 1.0.
        None => Ok((C14nMode::Inclusive, Vec::new())),
    }
}

fn canonicalization(node: Node<'_>) -> Result<(C14nMode, Vec<String>), Fault> {
    let uri = algorithm(node)?;
    let mode = match C14nMode::from_uri(uri) {
        Some(mode @ (C14nMode::Exclusive | C14nMode::Inclusive)) => mode,
        _ => {
            let expected = "exclusive or inclusive canonicalization 1.0 without comments";
            return Err(Fault::shape(expected, uri));
        }
    };
    let mut children = node.children();
    let Some(list) = children.next() else {
        childless(node)?;
        return Ok((mode, Vec::new()));
    };
    let named = mode == C14nMode::Exclusive && list.is(EXCLUSIVE, "InclusiveNamespaces");
    if !named || children.next().is_some() || !list.is_blank() {
        return Err(Fault::shape("InclusiveNamespaces at most", list.local()));
    }
    let prefixes = list.attribute("PrefixList").unwrap_or_default().split(is_space);
    let prefixes: Vec<String> = prefixes.filter(|p| !p.is_empty()).map(str::to_owned).collect();
    // Each is looked up on every element, so a long list multiplies.
    if prefixes.len() > MAX_PREFIXES {
        let expected = format!("at most {MAX_PREFIXES} inclusive namespaces");
        return Err(Fault::shape(expected, prefixes.len().to_string()));
    }
    Ok((mode, prefixes))
}

fn digest_algorithm(uri: &str) -> Result<&'static digest::Algorithm, Fault> {
    match uri {
        "http://www.w3.org/2001/04/xmlenc#sha256" => Ok(&digest::SHA256),
        "http://www.w3.org/2001/04/xmldsig-more#sha384" => Ok(&digest::SHA384),
        "http://www.w3.org/2001/04/xmlenc#sha512" => Ok(&digest::SHA512),
        other => Err(refused_algorithm("digest_algorithm", other)),
    }
}

fn refused_algorithm(check: &'static str, uri: &str) -> Fault {
    let expected = if check == "digest_algorithm" {
        "SHA-256, SHA-384 or SHA-512"
    } else {
        "RSA or ECDSA with SHA-256, SHA-384 or SHA-512"
    };
    // By its last part: SHA-1 stands there in the names of both signatures and digests.
    let sha1 = uri.to_ascii_lowercase().ends_with("sha1");
    let code = if sha1 { Code::SamlSha1 } else { Code::SamlAlgorithm };
    Fault::new(code, check, expected, format!("{} ({uri})", short_name(uri)))
}

// `rsa-sha1` out of `http://www.w3.org/2000/09/xmldsig#rsa-sha1`.
fn short_name(uri: &str) -> String {
    uri.rsplit(['#', '/']).next().unwrap_or(uri).to_ascii_uppercase()
}

fn base64_of(node: Node<'_>) -> Result<Vec<u8>, Fault> {
    let fault = || Fault::shape(format!("{} holding base64 only", node.local()), "something else");
    let text: String = node.plain().map_err(|_| fault())?.split(is_space).collect();
    STANDARD.decode(text).map_err(|_| fault())
}
