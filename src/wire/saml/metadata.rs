//! Metadata: the provider's read, ours written.

use super::message::moment;
use super::{HTTP_POST, HTTP_REDIRECT, METADATA, PROTOCOL};
use crate::model::connection::{SamlConfig, SsoBinding, SsoEndpoint};
use crate::model::time::Millis;
use crate::wire::x509::{Certificate, CertificateError};
use crate::wire::xml::{self, Limits, Node, XmlError, escape};
use crate::wire::xmldsig::NAMESPACE as DSIG;

/// What one metadata document may cost.
pub const LIMITS: Limits = Limits {
    bytes: 2 * 1024 * 1024,
    depth: 64,
    markup: 100_000,
    attributes: 128,
    value: 4_096,
    instructions: true,
};
// Most certificates and addresses kept.
const MAX_KEPT: usize = 16;
const MAX_WARNINGS: usize = 32;

/// What metadata says of an identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdpMetadata {
    /// Its entity ID.
    pub entity_id: String,
    /// Where requests go: HTTP-Redirect first.
    pub sso_endpoints: Vec<SsoEndpoint>,
    /// Certificates whose keys may sign: DER in base64.
    pub certificates: Vec<String>,
    /// Not to be used from then on; `None` when it does not say.
    pub valid_until: Option<Millis>,
    /// What an administrator should know.
    pub warnings: Vec<String>,
}

impl IdpMetadata {
    /// Refuses metadata past its end (SAML metadata section 2.3.1). Reading does not: whoever
    /// asks again for metadata in use may have to live with what there is.
    ///
    /// # Errors
    /// `Expired`.
    pub fn check_in_force(&self, now: Millis) -> Result<(), MetadataError> {
        match self.valid_until {
            Some(until) if until <= now => Err(MetadataError::Expired(until)),
            _ => Ok(()),
        }
    }

    /// Puts what was read into a configuration; all else in it stays.
    pub fn fill(&self, config: &mut SamlConfig) {
        config.idp_entity_id.clone_from(&self.entity_id);
        config.sso_endpoints.clone_from(&self.sso_endpoints);
        config.certificates.clone_from(&self.certificates);
    }
}

/// Why metadata could not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// Nothing was given.
    #[error("no metadata was given")]
    Empty,
    /// Not XML that can be read.
    #[error("this is not metadata: {0}")]
    Xml(#[from] XmlError),
    /// Other XML or HTML, by name.
    #[error("this is not SAML metadata but {0}")]
    Other(String),
    /// A private key: it was neither kept nor logged.
    #[error("this holds a private key; give the metadata only")]
    PrivateKey,
    /// The metadata of a service provider.
    #[error("this is the metadata of a service provider ({0}); the identity provider's is needed")]
    ServiceProvider(String),
    /// No identity provider inside.
    #[error("there is no SAML 2.0 identity provider in this metadata")]
    NoProvider,
    /// Several identity providers inside, with some of their names.
    #[error("there are several identity providers in this metadata, give one only: {}", .0.join(", "))]
    Several(Vec<String>),
    /// No entity ID.
    #[error("the identity provider in this metadata has no entityID")]
    NoEntityId,
    /// No address to sign in at.
    #[error(
        "there is no usable address for single sign-on in this metadata (HTTP-Redirect or HTTP-POST)"
    )]
    NoEndpoint,
    /// No certificate to verify signatures with.
    #[error("there is no signing certificate in this metadata")]
    NoCertificate,
    /// Its end is not a time.
    #[error("the validUntil of this metadata is not a time such as 2030-01-31T00:00:00Z")]
    ValidUntil,
    /// Past its end.
    #[error(
        "this metadata ended on {end} (its validUntil) and must not be used: give the metadata the identity provider shows today, or idp_entity_id with sso_url and certificate",
        end = .0.rfc3339()
    )]
    Expired(Millis),
    /// No certificate that can be used.
    #[error("its certificate (X509Certificate) cannot be used: {0}")]
    Certificate(#[from] CertificateError),
}

impl MetadataError {
    /// Whether what was read is SAML metadata, if none that can be used.
    pub const fn is_of_metadata(&self) -> bool {
        !matches!(self, Self::Empty | Self::Xml(_) | Self::Other(_) | Self::PrivateKey)
    }
}

/// Reads the metadata of exactly one identity provider.
///
/// # Errors
/// When there is none, more than one, or it lacks what is needed.
pub fn read(bytes: &[u8], now: Millis) -> Result<IdpMetadata, MetadataError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(MetadataError::Empty);
    }
    let text = xml::utf8(bytes)?;
    if text.contains("PRIVATE KEY-----") {
        return Err(MetadataError::PrivateKey);
    }
    // White space in front is not allowed before an XML declaration, but is easily pasted.
    let text = text.trim_matches(|c| xml::is_space(c) || c == '\u{feff}');
    if text.get(..14).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype html")) {
        return Err(MetadataError::Other("a web page".to_owned()));
    }
    let document = xml::read(text, &LIMITS)?;
    let root = document.root();
    let wrapper = root.is(METADATA, "EntitiesDescriptor");
    if !wrapper && !root.is(METADATA, "EntityDescriptor") {
        return Err(MetadataError::Other(match root.local() {
            local if local.eq_ignore_ascii_case("html") => "a web page".to_owned(),
            local => local.chars().take(80).collect(),
        }));
    }
    let entity = only_provider(root)?;
    provider(root, entity, now)
}

fn only_provider(root: Node<'_>) -> Result<Node<'_>, MetadataError> {
    let entities = || root.descendants().filter(|node| node.is(METADATA, "EntityDescriptor"));
    let mut providers = entities().filter(|entity| role(*entity).is_some());
    let Some(first) = providers.next() else {
        let service = entities().find(|e| e.all(METADATA, "SPSSODescriptor").next().is_some());
        return Err(match service {
            Some(entity) => MetadataError::ServiceProvider(entity_id(entity)),
            None => MetadataError::NoProvider,
        });
    };
    let others: Vec<String> = providers.take(4).map(entity_id).collect();
    if others.is_empty() {
        return Ok(first);
    }
    Err(MetadataError::Several(std::iter::once(entity_id(first)).chain(others).collect()))
}

// Other roles (WS-Federation's, a service provider's) may stand beside ours.
fn role(entity: Node<'_>) -> Option<Node<'_>> {
    entity.all(METADATA, "IDPSSODescriptor").find(|role| {
        role.attribute("protocolSupportEnumeration")
            .is_some_and(|protocols| protocols.split_whitespace().any(|p| p == PROTOCOL))
    })
}

fn entity_id(entity: Node<'_>) -> String {
    entity.attribute("entityID").unwrap_or_default().trim().to_owned()
}

fn provider(root: Node<'_>, entity: Node<'_>, now: Millis) -> Result<IdpMetadata, MetadataError> {
    let role = role(entity).ok_or(MetadataError::NoProvider)?;
    let entity_id = entity_id(entity);
    if entity_id.is_empty() {
        return Err(MetadataError::NoEntityId);
    }
    let valid_until = valid_until(root, entity, role)?;
    let mut warnings = Vec::new();
    if role.attribute("WantAuthnRequestsSigned").is_some_and(|v| v == "true" || v == "1") {
        warnings.push("the provider wants signed requests, which are not sent yet".to_owned());
    }
    let sso_endpoints = endpoints(role, &mut warnings)?;
    let certificates = certificates(role, now, &mut warnings)?;
    warnings.truncate(MAX_WARNINGS);
    Ok(IdpMetadata { entity_id, sso_endpoints, certificates, valid_until, warnings })
}

/// The first end of all that the role stands in.
fn valid_until(
    root: Node<'_>,
    entity: Node<'_>,
    role: Node<'_>,
) -> Result<Option<Millis>, MetadataError> {
    let around = root.descendants().filter(|node| {
        node.is(METADATA, "EntitiesDescriptor") && node.descendants().any(|inner| inner == entity)
    });
    let mut first: Option<Millis> = None;
    for node in around.chain([entity, role]) {
        if let Some(until) = moment(node, "validUntil").map_err(|_| MetadataError::ValidUntil)? {
            first = Some(first.map_or(until, |known| known.min(until)));
        }
    }
    Ok(first)
}

fn endpoints(
    role: Node<'_>,
    warnings: &mut Vec<String>,
) -> Result<Vec<SsoEndpoint>, MetadataError> {
    let mut found: Vec<SsoEndpoint> = Vec::new();
    for node in role.all(METADATA, "SingleSignOnService").take(MAX_KEPT) {
        let binding = match node.attribute("Binding") {
            Some(HTTP_REDIRECT) => SsoBinding::HttpRedirect,
            Some(HTTP_POST) => SsoBinding::HttpPost,
            _ => continue,
        };
        let location = node.attribute("Location").unwrap_or_default().trim().to_owned();
        if !is_address(&location) {
            warnings.push(format!("an address for single sign-on was left out: {location:?}"));
            continue;
        }
        if !found.iter().any(|known| known.binding == binding) {
            found.push(SsoEndpoint { binding, location });
        }
    }
    found.sort_by_key(|endpoint| endpoint.binding == SsoBinding::HttpPost);
    if found.is_empty() { Err(MetadataError::NoEndpoint) } else { Ok(found) }
}

/// Whether a text can be the address requests are sent to: absolute http(s), no fragment.
pub fn is_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "https" | "http") && url.has_host() && url.fragment().is_none()
    })
}

fn certificates(
    role: Node<'_>,
    now: Millis,
    warnings: &mut Vec<String>,
) -> Result<Vec<String>, MetadataError> {
    let mut found: Vec<Certificate> = Vec::new();
    let mut refused = None;
    // A key without a use is for everything (metadata section 2.4.1.1).
    let signing = role
        .all(METADATA, "KeyDescriptor")
        .filter(|key| key.attribute("use").is_none_or(|usage| usage == "signing"));
    let texts = signing
        .flat_map(Node::descendants)
        .filter(|node| node.is(DSIG, "X509Certificate"))
        .take(MAX_KEPT);
    for node in texts {
        match Certificate::from_base64(&node.text()?) {
            Ok(certificate) if found.iter().any(|known| known.der == certificate.der) => {}
            Ok(certificate) => {
                if certificate.not_after < now {
                    let until = certificate.not_after.rfc3339();
                    warnings.push(format!(
                        "the certificate {} was valid until {until}",
                        certificate.fingerprint
                    ));
                }
                found.push(certificate);
            }
            Err(error) => {
                warnings.push(format!("a certificate was left out: {error}"));
                refused = Some(error);
            }
        }
    }
    match (found.is_empty(), refused) {
        (true, Some(error)) => Err(error.into()),
        (true, None) => Err(MetadataError::NoCertificate),
        (false, _) => Ok(found.iter().map(Certificate::to_base64).collect()),
    }
}

/// What our own metadata says.
#[derive(Debug, Clone, Copy)]
pub struct SpMetadata<'a> {
    /// Our entity ID.
    pub entity_id: &'a str,
    /// Where answers go.
    pub acs_url: &'a str,
    /// The NameID format we ask for, if any.
    pub name_id_format: Option<&'a str>,
}

impl SpMetadata<'_> {
    /// The metadata as XML.
    pub fn xml(&self) -> String {
        let format = self.name_id_format.map_or_else(String::new, |format| {
            format!("\n    <md:NameIDFormat>{}</md:NameIDFormat>", escape(format))
        });
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <md:EntityDescriptor xmlns:md=\"{METADATA}\" entityID=\"{entity_id}\">\n  \
             <md:SPSSODescriptor AuthnRequestsSigned=\"false\" WantAssertionsSigned=\"true\" \
             protocolSupportEnumeration=\"{PROTOCOL}\">{format}\n    \
             <md:AssertionConsumerService Binding=\"{HTTP_POST}\" Location=\"{acs}\" index=\"0\" \
             isDefault=\"true\"/>\n  </md:SPSSODescriptor>\n</md:EntityDescriptor>\n",
            entity_id = escape(self.entity_id),
            acs = escape(self.acs_url),
        )
    }
}
