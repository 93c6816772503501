//! Pinned keys, and what a signature verified with one of them covers.

use aws_lc_rs::digest;
use bergshamra::xml::NodeSet;
use bergshamra::{DsigContext, KeysManager, VerifyResult};

use super::{Fault, Shape, short_name};
use crate::model::code::Code;
use crate::wire::x509::{Certificate, CertificateError};
use crate::wire::xml::Xml;

/// What a verified signature covers.
#[derive(Debug)]
pub struct Covered {
    /// The canonical octets that were digested: the signed element without its signature.
    pub octets: String,
    /// The pinned certificates that hold the key that signed, as indexes.
    pub signers: Vec<usize>,
    /// The signature algorithm, as its short name.
    pub method: String,
}

/// The keys pinned to one connection, parsed once.
#[derive(Debug)]
pub struct Pinned {
    context: DsigContext,
    certificates: Vec<Certificate>,
}

impl Pinned {
    /// Parses the keys of `certificates`.
    ///
    /// # Errors
    /// When a key cannot be used, or there is none.
    pub fn new(certificates: Vec<Certificate>) -> Result<Self, CertificateError> {
        if certificates.is_empty() {
            return Err(CertificateError::Empty);
        }
        let mut keys = KeysManager::new();
        for (index, certificate) in certificates.iter().enumerate() {
            if certificates[..index].iter().any(|known| known.spki == certificate.spki) {
                continue;
            }
            let key = bergshamra::keys::loader::load_spki_der(&certificate.spki)
                .map_err(|_| CertificateError::Key(certificate.kind.to_string()))?;
            keys.add_key(key.with_name(index.to_string()));
        }
        Ok(Self { context: DsigContext::new(keys), certificates })
    }

    /// The pinned certificates.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// Verifies every signature of `xml`; `shapes` are all of them. What they cover is given
    /// in the same order.
    ///
    /// # Errors
    /// `SamlDigest`, `SamlSignature` or `SamlSignerUnknown`.
    pub fn verify(&self, xml: &Xml<'_>, shapes: &[Shape<'_>]) -> Result<Vec<Covered>, Fault> {
        let octets = shapes.iter().map(|s| covered(xml, s)).collect::<Result<Vec<_>, _>>()?;
        let results = bergshamra::dsig::verify::verify_all_document_with_source(
            &self.context,
            xml.document(),
            Some(xml.document().input_text()),
        )
        .unwrap_or_default();
        if results.len() != shapes.len() {
            return Err(Fault::shape("every signature looked at", "another number of signatures"));
        }
        let mut found = Vec::with_capacity(shapes.len());
        for (shape, octets) in shapes.iter().zip(octets) {
            let key = results.iter().find_map(|result| verified_by(result, shape));
            let Some(first) = key else { return Err(self.unverified(shape)) };
            let spki = self.certificates.get(first).map(|c| &c.spki);
            let holders = self.certificates.iter().enumerate();
            let signers = holders.filter(|(_, c)| Some(&c.spki) == spki).map(|(i, _)| i).collect();
            found.push(Covered { octets, signers, method: short_name(shape.method) });
        }
        Ok(found)
    }

    fn unverified(&self, shape: &Shape<'_>) -> Fault {
        let pinned: Vec<&str> = self.certificates.iter().map(|c| c.fingerprint.as_str()).collect();
        let presented = super::presented::fingerprints(shape.signature);
        let known = presented.iter().any(|p| pinned.contains(&p.as_str()));
        let expected = format!("a pinned certificate: {}", pinned.join(", "));
        if known || presented.is_empty() {
            let received = if known {
                "does not hold with the pinned certificate it names"
            } else {
                "does not hold with any pinned certificate; it names none"
            };
            Fault::new(Code::SamlSignature, "signature", expected, received)
        } else {
            let received = presented.join(", ");
            Fault::new(Code::SamlSignerUnknown, "signer", expected, received)
        }
    }
}

// The number of the pinned key that verified exactly this signature over exactly its parent.
fn verified_by(result: &VerifyResult, shape: &Shape<'_>) -> Option<usize> {
    let VerifyResult::Valid { signature_node, references, key_info } = result else {
        return None;
    };
    let [reference] = references.as_slice() else { return None };
    let exact = *signature_node == shape.signature.id()
        && reference.digest_verified
        && reference.resolved_node == Some(shape.parent.id());
    if exact { key_info.key_name.as_ref()?.parse().ok() } else { None }
}

// The octets a signature's digest is over, digested here once more.
fn covered(xml: &Xml<'_>, shape: &Shape<'_>) -> Result<String, Fault> {
    let document = xml.document();
    let mut nodes = NodeSet::tree_without_comments(shape.parent.id(), document);
    nodes.remove_id(shape.signature.id());
    for id in document.descendants(shape.signature.id()) {
        nodes.remove_id(id);
    }
    let octets =
        bergshamra::c14n::canonicalize_doc(document, shape.c14n, Some(&nodes), &shape.prefixes)
            .ok()
            .and_then(|octets| String::from_utf8(octets).ok())
            .ok_or_else(|| Fault::shape("an element that can be canonicalized", "none"))?;
    if digest::digest(shape.digest, octets.as_bytes()).as_ref() == shape.digest_value {
        Ok(octets)
    } else {
        let expected = "the digest the signature states";
        Err(Fault::new(Code::SamlDigest, "digest", expected, "the digest of what came is another"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pinned_keys_are_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Pinned>();
    }
}
