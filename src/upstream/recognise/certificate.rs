//! Certificates: shown before their keys are trusted, and told from those of web servers.

use super::around::Around;
use super::draft::{Draft, SamlValues};
use super::found::Found;
use super::kind::Kind;
use super::wrong::{Mistake, Wrong};
use crate::model::time::Millis;
use crate::wire::x509::{Certificate, CertificateError, Details, unwrapped};

/// Words in the subjects of providers' own certificates. Anybody may write them: they choose
/// texts only.
const SUBJECTS: [(&str, &str); 9] = [
    ("Microsoft Azure Federated SSO Certificate", "entra"),
    (ENTRA_TENANT, "entra"),
    ("OU=SSOProvider", "okta"),
    ("OU=Google For Work", "google"),
    ("OneLogin", "onelogin"),
    ("JumpCloud", "jumpcloud"),
    ("PingOne SSO Certificate", "pingone"),
    ("ADFS Signing", "adfs"),
    (".auth0.com", "auth0"),
];
/// Whom the keys of a whole tenant of Entra ID name.
pub(super) const ENTRA_TENANT: &str = "accounts.accesscontrol.windows.net";

/// What certificates, and what is close to them, come to; `None` when it is none of that.
pub(super) fn read(bytes: &[u8], around: &Around<'_>) -> Option<Found> {
    Some(match unwrapped(bytes) {
        Ok(ders) => of(&ders, around.now),
        Err(CertificateError::PrivateKey) => Found::wrong(Kind::PrivateKey, Mistake::PrivateKey),
        Err(CertificateError::Request) => {
            Found::wrong(Kind::CertificateRequest, Mistake::CertificateRequest)
        }
        Err(CertificateError::PublicKey) => Found::wrong(Kind::PublicKey, Mistake::PublicKey),
        Err(_) if is_damaged(bytes) => Found::wrong(Kind::Certificate, Mistake::CertificateDamaged),
        Err(_) => return None,
    })
}

/// Whether somebody meant a certificate.
fn is_damaged(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start();
    text.contains("BEGIN CERTIFICATE")
        || text.contains("X509Certificate>")
        || text.starts_with("MII")
}

fn of(ders: &[Vec<u8>], now: Millis) -> Found {
    let details: Vec<Details> = ders.iter().filter_map(|der| Details::of(der).ok()).collect();
    let mut found = Found::of(Kind::Certificate);
    let subject = |words: &str| details.iter().any(|one| one.subject.contains(words));
    if let Some((_, id)) = SUBJECTS.iter().find(|(words, _)| subject(words)) {
        found = found.by(id);
    }
    if let Some(wrong) = for_servers(&details) {
        found.kind = Kind::TlsChain;
        found = found.but(wrong);
    } else {
        let usable = ders.iter().filter_map(|der| Certificate::from_der(der).ok());
        let certificates: Vec<String> = usable.map(|one| one.to_base64()).collect();
        if !certificates.is_empty() {
            found = found.draft(Draft::Saml(SamlValues { certificates, ..SamlValues::default() }));
        }
    }
    if subject(ENTRA_TENANT) {
        found.draft = None;
        found = found.but(Wrong::of(Mistake::EntraNoAppid));
    }
    for wrong in details.iter().flat_map(|one| ends(one, now)) {
        found = found.but(wrong);
    }
    found.facts.certificates = details;
    found.pointing()
}

/// Providers sign with certificates of their own making; those of web servers are issued, say
/// so, and often come with whoever issued them.
fn for_servers(details: &[Details]) -> Option<Wrong> {
    let chain =
        |one: &Details| details.iter().any(|other| other.authority && other.subject == one.issuer);
    let leaf = details.iter().find(|one| one.is_issued() && (one.for_servers || chain(one)))?;
    let hosts = if leaf.hosts.is_empty() { leaf.subject.clone() } else { leaf.hosts.join(", ") };
    Some(Wrong::of(Mistake::TlsCertificate).because(format!(
        "This looks like the certificate of a web server ({hosts}), issued by {}, not like one that answers are signed with.",
        leaf.issuer
    )))
}

/// What is wrong with its dates and key.
pub(super) fn ends(details: &Details, now: Millis) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    if let Some(refused) = &details.refused {
        wrong.push(
            Wrong::of(Mistake::CertificateKey).because(format!("This cannot be used: {refused}.")),
        );
    }
    if details.not_after < now {
        let end = details.not_after.rfc3339();
        let sentence = format!("The certificate {:.16}... ended on {end}.", details.sha256);
        wrong.push(Wrong::of(Mistake::CertificateExpired).because(sentence));
    }
    if details.not_before > now {
        let start = details.not_before.rfc3339();
        let sentence =
            format!("The certificate {:.16}... is valid from {start} on.", details.sha256);
        wrong.push(Wrong::of(Mistake::CertificateNotYetValid).because(sentence));
    }
    wrong
}
