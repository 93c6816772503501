//! An identity provider that signs for real and does nothing else: its messages are written
//! in canonical form at once, so that per login there are one digest and one signature.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::clock;

const XMLDSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
const BASIC: &str = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic";

/// The identity provider.
pub struct Idp {
    key: KeyPair,
    random: SystemRandom,
    /// Its certificate, as an administrator pastes it.
    pub certificate: String,
    /// The same in one line, as messages carry it.
    certificate_line: String,
}

/// The three values an administrator pastes, with the certificate.
pub const ENTITY_ID: &str = "https://idp.bench.test/metadata";
pub const SSO_URL: &str = "https://idp.bench.test/sso";

/// Whom answers are for.
#[derive(Clone)]
pub struct ServiceProvider {
    pub entity_id: String,
    pub acs_url: String,
}

impl Idp {
    /// With a fresh key and a self-signed certificate.
    pub fn new() -> Self {
        let size = rcgen::RsaKeySize::_2048;
        let key = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, size).unwrap();
        let mut params = rcgen::CertificateParams::new(vec!["idp.bench.test".to_owned()]).unwrap();
        let now = clock::now();
        params.not_before = now - Duration::days(1);
        params.not_after = now + Duration::days(365);
        let certificate = params.self_signed(&key).unwrap();
        Self {
            key: KeyPair::from_pkcs8(&key.serialize_der()).unwrap(),
            random: SystemRandom::new(),
            certificate: certificate.pem(),
            certificate_line: STANDARD.encode(certificate.der()),
        }
    }

    /// The answer to `request` about person `person`; `serial` makes it the only one of its
    /// kind. In base64, as it is posted.
    pub fn response(
        &self,
        to: &ServiceProvider,
        request: &str,
        person: usize,
        serial: usize,
    ) -> String {
        let now = clock::now();
        let (id, instant) = (format!("_a{serial:031x}"), rfc3339(now));
        let head = format!(
            "<saml:Assertion xmlns:saml=\"{ASSERTION}\" ID=\"{id}\" IssueInstant=\"{instant}\" \
             Version=\"2.0\"><saml:Issuer>{ENTITY_ID}</saml:Issuer>"
        );
        let tail = statements(to, request, person, now);
        let signature = self.signature(&id, &format!("{head}{tail}"));
        let acs = &to.acs_url;
        STANDARD.encode(format!(
            "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
             ID=\"_r{serial:031x}\" Version=\"2.0\" IssueInstant=\"{instant}\" \
             Destination=\"{acs}\" InResponseTo=\"{request}\">\
             <saml:Issuer xmlns:saml=\"{ASSERTION}\">{ENTITY_ID}</saml:Issuer>\
             <samlp:Status><samlp:StatusCode \
             Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status>\
             {head}{signature}{tail}</samlp:Response>"
        ))
    }

    fn signature(&self, id: &str, canonical: &str) -> String {
        let digest = STANDARD.encode(digest(&SHA256, canonical.as_bytes()));
        let exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
        let info = format!(
            "<ds:CanonicalizationMethod Algorithm=\"{exclusive}\"></ds:CanonicalizationMethod>\
             <ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\">\
             </ds:SignatureMethod><ds:Reference URI=\"#{id}\"><ds:Transforms>\
             <ds:Transform Algorithm=\"{XMLDSIG}enveloped-signature\"></ds:Transform>\
             <ds:Transform Algorithm=\"{exclusive}\"></ds:Transform></ds:Transforms>\
             <ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\">\
             </ds:DigestMethod><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>\
             </ds:SignedInfo>"
        );
        let canonical = format!("<ds:SignedInfo xmlns:ds=\"{XMLDSIG}\">{info}");
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &self.random, canonical.as_bytes(), &mut signature)
            .unwrap();
        format!(
            "<ds:Signature xmlns:ds=\"{XMLDSIG}\"><ds:SignedInfo>{info}<ds:SignatureValue>{value}\
             </ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}\
             </ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>",
            value = STANDARD.encode(signature),
            certificate = self.certificate_line,
        )
    }
}

fn statements(to: &ServiceProvider, request: &str, person: usize, now: OffsetDateTime) -> String {
    let (from, until) = (rfc3339(now - Duration::minutes(1)), rfc3339(now + Duration::minutes(5)));
    let instant = rfc3339(now);
    let ServiceProvider { entity_id, acs_url } = to;
    let attributes: String = [
        ("email", vec![format!("person{person}@bench.test")]),
        ("firstName", vec!["Person".to_owned()]),
        ("lastName", vec![format!("Number {person}")]),
        ("displayName", vec![format!("Person Number {person}")]),
        ("department", vec!["Research".to_owned()]),
        ("groups", ["Everyone", "Engineering", "Admins"].map(str::to_owned).to_vec()),
    ]
    .into_iter()
    .map(|(name, values)| attribute(name, &values))
    .collect();
    format!(
        "<saml:Subject><saml:NameID \
         Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">person-{person:06}\
         </saml:NameID><saml:SubjectConfirmation \
         Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"><saml:SubjectConfirmationData \
         InResponseTo=\"{request}\" NotOnOrAfter=\"{until}\" Recipient=\"{acs_url}\">\
         </saml:SubjectConfirmationData></saml:SubjectConfirmation></saml:Subject>\
         <saml:Conditions NotBefore=\"{from}\" NotOnOrAfter=\"{until}\">\
         <saml:AudienceRestriction><saml:Audience>{entity_id}</saml:Audience>\
         </saml:AudienceRestriction></saml:Conditions>\
         <saml:AuthnStatement AuthnInstant=\"{instant}\" SessionIndex=\"{request}\">\
         <saml:AuthnContext><saml:AuthnContextClassRef>\
         urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport\
         </saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>\
         <saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion>"
    )
}

fn attribute(name: &str, values: &[String]) -> String {
    let mut out = format!("<saml:Attribute Name=\"{name}\" NameFormat=\"{BASIC}\">");
    for value in values {
        out.push_str("<saml:AttributeValue>");
        out.push_str(value);
        out.push_str("</saml:AttributeValue>");
    }
    out.push_str("</saml:Attribute>");
    out
}

fn rfc3339(moment: OffsetDateTime) -> String {
    moment.replace_nanosecond(0).unwrap().format(&Rfc3339).unwrap()
}

/// The identifier of the request an address carries by HTTP-Redirect. Requests are expected
/// as one stored DEFLATE block, which saves the generator a decompressor.
pub fn request_id(deflated: &str) -> String {
    let bytes = STANDARD.decode(deflated).unwrap();
    assert!(bytes.first() == Some(&1), "the request is not one stored DEFLATE block");
    let xml = std::str::from_utf8(&bytes[5..]).unwrap();
    let (_, rest) = xml.split_once(" ID=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}
