//! An identity provider of the tests' own: makes fresh SAML answers, good and bad, with the
//! times and keys it is given.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{self, EcdsaKeyPair, RsaKeyPair};
use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bergshamra::c14n::{C14nMode, canonicalize_doc};
use bergshamra::xml::NodeSet;
use doorward::model::attempt::{Expected, ExpectedAnswer};
use doorward::model::connection::{SamlConfig, SsoBinding, SsoEndpoint};
use doorward::model::id::{ConnectionId, RevisionId};
use doorward::model::public_url::PublicUrl;
use doorward::model::time::{MINUTE, Millis};
use doorward::upstream::saml::finish::{Posted, finish};
use doorward::upstream::saml::{Prepared, ServiceProvider};
use doorward::upstream::{Refusal, VerifiedIdentity};
use uppsala::{Document, NodeId};

pub const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
pub const INCLUSIVE: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
pub const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
pub const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
pub const SHA384: &str = "http://www.w3.org/2001/04/xmldsig-more#sha384";
pub const SHA512: &str = "http://www.w3.org/2001/04/xmlenc#sha512";
pub const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
pub const RSA_SHA384: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384";
pub const RSA_SHA512: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512";
pub const RSA_SHA1: &str = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
pub const ECDSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
pub const ECDSA_SHA384: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384";
pub const HMAC_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256";
pub const NOW: Millis = Millis(1_794_998_800_000);
pub const IDP: &str = "https://idp.acme.test/saml";
pub const REQUEST: &str = "_handle";

/// A key with its certificate.
pub struct Signer {
    pkcs8: Vec<u8>,
    pub certificate: Vec<u8>,
}

impl Signer {
    pub fn rsa() -> Self {
        Self::of(&rcgen::PKCS_RSA_SHA256, None)
    }

    pub fn p256() -> Self {
        Self::of(&rcgen::PKCS_ECDSA_P256_SHA256, None)
    }

    pub fn p384() -> Self {
        Self::of(&rcgen::PKCS_ECDSA_P384_SHA384, None)
    }

    /// A key whose certificate ended in the year 2020.
    pub fn expired() -> Self {
        Self::of(&rcgen::PKCS_ECDSA_P256_SHA256, Some(2020))
    }

    /// A key whose certificate holds so many bytes that say nothing.
    pub fn stuffed(bytes: usize) -> Self {
        Self::made(&rcgen::PKCS_ECDSA_P256_SHA256, None, |params| {
            let stuffing = rcgen::CustomExtension::from_oid_content(&[1, 3, 9], vec![4; bytes]);
            params.custom_extensions.push(stuffing);
        })
    }

    /// A key whose certificate is of whomever `name` says.
    pub fn named(name: &str) -> Self {
        Self::made(&rcgen::PKCS_ECDSA_P256_SHA256, None, |params| {
            params.distinguished_name.push(rcgen::DnType::CommonName, name);
        })
    }

    fn of(algorithm: &'static rcgen::SignatureAlgorithm, until: Option<i32>) -> Self {
        Self::made(algorithm, until, |_| {})
    }

    fn made(
        algorithm: &'static rcgen::SignatureAlgorithm,
        until: Option<i32>,
        change: impl FnOnce(&mut rcgen::CertificateParams),
    ) -> Self {
        let key = rcgen::KeyPair::generate_for(algorithm).unwrap();
        let mut params = rcgen::CertificateParams::new(vec!["idp.acme.test".to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2019, 1, 1);
        params.not_after = rcgen::date_time_ymd(until.unwrap_or(2099), 1, 1);
        change(&mut params);
        let certificate = params.self_signed(&key).unwrap().der().to_vec();
        Self { pkcs8: key.serialize_der(), certificate }
    }

    pub fn certificate_base64(&self) -> String {
        STANDARD.encode(&self.certificate)
    }

    /// `ds:KeyInfo` that brings the certificate along.
    pub fn key_info(&self) -> String {
        format!(
            "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>",
            self.certificate_base64()
        )
    }

    fn sign(&self, method: &str, octets: &[u8]) -> Vec<u8> {
        let rng = SystemRandom::new();
        let rsa = |padding: &'static dyn signature::RsaEncoding| {
            let key = RsaKeyPair::from_pkcs8(&self.pkcs8).unwrap();
            let mut out = vec![0; key.public_modulus_len()];
            key.sign(padding, &rng, octets, &mut out).unwrap();
            out
        };
        let ecdsa = |algorithm| {
            let key = EcdsaKeyPair::from_pkcs8(algorithm, &self.pkcs8).unwrap();
            key.sign(&rng, octets).unwrap().as_ref().to_vec()
        };
        match method {
            RSA_SHA384 => rsa(&signature::RSA_PKCS1_SHA384),
            RSA_SHA512 => rsa(&signature::RSA_PKCS1_SHA512),
            ECDSA_SHA256 => ecdsa(&signature::ECDSA_P256_SHA256_FIXED_SIGNING),
            ECDSA_SHA384 => ecdsa(&signature::ECDSA_P384_SHA384_FIXED_SIGNING),
            HMAC_SHA256 => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, &self.certificate);
                hmac::sign(&key, octets).as_ref().to_vec()
            }
            _ => rsa(&signature::RSA_PKCS1_SHA256),
        }
    }
}

/// How to sign.
pub struct Signing<'a> {
    pub signer: &'a Signer,
    pub method: &'a str,
    pub digest: &'a str,
    pub canonicalization: &'a str,
    /// `ds:Transform` elements; `None` = enveloped-signature and `canonicalization`.
    pub transforms: Option<String>,
    /// `None` brings the signer's certificate along.
    pub key_info: Option<String>,
}

impl<'a> Signing<'a> {
    pub fn by(signer: &'a Signer, method: &'a str) -> Self {
        Self {
            signer,
            method,
            digest: SHA256,
            canonicalization: EXCLUSIVE,
            transforms: None,
            key_info: None,
        }
    }
}

/// Which parts are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    Assertion,
    Response,
    Both,
}

/// Signs the parts of a template (see [`World::answer`]).
pub fn sign(template: &str, parts: Parts, signing: &Signing<'_>) -> String {
    let mut xml = template.to_owned();
    if parts != Parts::Response {
        xml = sign_element(&xml, "_assertion", "@@assertion@@", signing);
    }
    if parts != Parts::Assertion {
        xml = sign_element(&xml, "_response", "@@response@@", signing);
    }
    without_marks(&xml)
}

pub fn without_marks(template: &str) -> String {
    template.replace("@@assertion@@", "").replace("@@response@@", "")
}

/// Signs the element with the identifier `id`; the signature goes where `mark` is.
pub fn sign_element(template: &str, id: &str, mark: &str, signing: &Signing<'_>) -> String {
    let clean = without_marks(template);
    let octets = canonical(&clean, signing.canonicalization, |doc| {
        find(doc, |e| e.get_attribute("ID") == Some(id))
    });
    let algorithm = match signing.digest {
        SHA384 => &digest::SHA384,
        SHA512 => &digest::SHA512,
        "http://www.w3.org/2000/09/xmldsig#sha1" => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        _ => &digest::SHA256,
    };
    let value = STANDARD.encode(digest::digest(algorithm, &octets));
    let c14n = signing.canonicalization;
    let transforms = signing.transforms.clone().unwrap_or_else(|| {
        format!("<ds:Transform Algorithm=\"{ENVELOPED}\"/><ds:Transform Algorithm=\"{c14n}\"/>")
    });
    let key_info = signing.key_info.clone().unwrap_or_else(|| signing.signer.key_info());
    let signature = format!(
        "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo>\
         <ds:CanonicalizationMethod Algorithm=\"{c14n}\"/><ds:SignatureMethod Algorithm=\"{}\"/>\
         <ds:Reference URI=\"#{id}\"><ds:Transforms>{transforms}</ds:Transforms>\
         <ds:DigestMethod Algorithm=\"{}\"/><ds:DigestValue>{value}</ds:DigestValue>\
         </ds:Reference></ds:SignedInfo><ds:SignatureValue>@@value@@</ds:SignatureValue>\
         {key_info}</ds:Signature>",
        signing.method, signing.digest
    );
    fill(&template.replace(mark, &signature), signing)
}

/// Puts the signature value where `@@value@@` stands.
pub fn fill(template: &str, signing: &Signing<'_>) -> String {
    let octets = canonical(template, signing.canonicalization, |doc| {
        let value = doc
            .get_elements_by_tag_name("SignatureValue")
            .into_iter()
            .find(|id| doc.element_text(*id) == Some("@@value@@"))?;
        doc.children(doc.parent(value)?)
            .into_iter()
            .find(|id| doc.element(*id).is_some_and(|e| e.name.local_name == "SignedInfo"))
    });
    let value = STANDARD.encode(signing.signer.sign(signing.method, &octets));
    template.replace("@@value@@", &value)
}

fn find(doc: &Document<'_>, is: impl Fn(&uppsala::Element<'_>) -> bool) -> Option<NodeId> {
    doc.descendants(doc.root()).into_iter().find(|id| doc.element(*id).is_some_and(&is))
}

fn canonical(xml: &str, uri: &str, of: impl Fn(&Document<'_>) -> Option<NodeId>) -> Vec<u8> {
    let doc = uppsala::parse(xml).unwrap();
    let id = of(&doc).expect("the element to canonicalize");
    let nodes = NodeSet::tree_without_comments(id, &doc);
    let mode = C14nMode::from_uri(uri).unwrap();
    canonicalize_doc::<&str>(&doc, mode, Some(&nodes), &[]).unwrap()
}

/// One connection with an answer outstanding.
pub struct World {
    pub config: SamlConfig,
    pub provider: ServiceProvider,
    pub connection: ConnectionId,
    pub expected: Expected,
    pub now: Millis,
}

impl World {
    /// A connection that trusts `signers`.
    pub fn trusting(signers: &[&Signer]) -> Self {
        let connection = ConnectionId::try_from("conn1").unwrap();
        let config = SamlConfig {
            idp_entity_id: IDP.to_owned(),
            sso_endpoints: vec![SsoEndpoint {
                binding: SsoBinding::HttpRedirect,
                location: "https://idp.acme.test/sso".to_owned(),
            }],
            certificates: signers.iter().map(|s| s.certificate_base64()).collect(),
            ..SamlConfig::default()
        };
        let public_url = PublicUrl::parse("https://sso.acme.test").unwrap();
        Self {
            provider: ServiceProvider::of(&public_url, &connection, &config),
            expected: Expected {
                connection: connection.clone(),
                revision: RevisionId::try_from("rev1").unwrap(),
                sent_at: NOW.plus(-MINUTE),
                answer: ExpectedAnswer::Saml { request_id: REQUEST.to_owned(), force_authn: false },
            },
            config,
            connection,
            now: NOW,
        }
    }

    /// An unsigned answer that is good in all else, with marks where signatures go.
    pub fn answer(&self) -> String {
        let (issued, early) = (NOW.rfc3339(), NOW.plus(-5 * MINUTE).rfc3339());
        let (late, over) = (NOW.plus(5 * MINUTE).rfc3339(), NOW.plus(480 * MINUTE).rfc3339());
        let (acs, own) = (&self.provider.acs_url, &self.provider.entity_id);
        format!(
            "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
             xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_response\" \
             Version=\"2.0\" IssueInstant=\"{issued}\" Destination=\"{acs}\" \
             InResponseTo=\"{REQUEST}\"><saml:Issuer>{IDP}</saml:Issuer>@@response@@\
             <samlp:Status><samlp:StatusCode \
             Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status>\
             <saml:Assertion ID=\"_assertion\" Version=\"2.0\" IssueInstant=\"{issued}\">\
             <saml:Issuer>{IDP}</saml:Issuer>@@assertion@@<saml:Subject>\
             <saml:NameID Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified\">\
             alice@acme.test</saml:NameID>\
             <saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">\
             <saml:SubjectConfirmationData NotOnOrAfter=\"{late}\" Recipient=\"{acs}\" \
             InResponseTo=\"{REQUEST}\"/></saml:SubjectConfirmation></saml:Subject>\
             <saml:Conditions NotBefore=\"{early}\" NotOnOrAfter=\"{late}\">\
             <saml:AudienceRestriction><saml:Audience>{own}</saml:Audience>\
             </saml:AudienceRestriction></saml:Conditions>\
             <saml:AuthnStatement AuthnInstant=\"{early}\" SessionNotOnOrAfter=\"{over}\" \
             SessionIndex=\"_s\"><saml:AuthnContext><saml:AuthnContextClassRef>\
             urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>\
             </saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>\
             <saml:Attribute Name=\"email\"><saml:AttributeValue \
             xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"xs:string\">\
             alice@acme.test</saml:AttributeValue></saml:Attribute>\
             <saml:Attribute Name=\"groups\"><saml:AttributeValue>staff</saml:AttributeValue>\
             <saml:AttributeValue>admins</saml:AttributeValue></saml:Attribute>\
             <saml:Attribute Name=\"groups\"><saml:AttributeValue>R&amp;D</saml:AttributeValue>\
             </saml:Attribute></saml:AttributeStatement></saml:Assertion></samlp:Response>"
        )
    }

    /// What becomes of an answer.
    pub fn finish(&self, xml: &str) -> Result<VerifiedIdentity, Refusal> {
        self.finish_encoded(&STANDARD.encode(xml))
    }

    /// What becomes of a posted value.
    pub fn finish_encoded(&self, value: &str) -> Result<VerifiedIdentity, Refusal> {
        let prepared = Prepared::new(&self.config).unwrap();
        let posted = Posted::new(value);
        finish(&prepared, &self.provider, &self.connection, &self.expected, self.now, &posted)
    }
}
