//! XML and HTML, however it was copied: metadata, and what is taken for it.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::around::Around;
use super::certificate::ENTRA_TENANT;
use super::draft::Draft;
use super::found::Found;
use super::kind::Kind;
use super::wrong::{Mistake, Wrong};
use crate::wire::saml::metadata::{self, IdpMetadata, MetadataError};
use crate::wire::text;
use crate::wire::x509::{Certificate, Details};

/// `<?xml`, `<saml`, `<md:`, `<Ent`, `<Res`, `<Aut`, `<EntitiesDescriptor` in base64.
const ENCODED: [&str; 7] = ["PD94bWw", "PHNhbW", "PG1kO", "PEVudG", "PFJlc3", "PEF1dG", "PG5z"];

/// What a document is; `None` when it is none, or one for the reader of certificates.
pub(super) fn read(text: &str, around: &Around<'_>) -> Option<Found> {
    let text = revealed(text);
    let xml = cut(&text)?;
    let name = root(xml);
    let local = name.rsplit(':').next().unwrap_or_default();
    Some(match local.to_ascii_lowercase().as_str() {
        "x509certificate" | "x509data" | "keyinfo" | "keydescriptor" => return None,
        "html" | "head" | "body" | "!doctype" | "form" | "meta" | "div" => {
            Found::wrong(Kind::HtmlPage, Mistake::HtmlPage)
        }
        "response" | "assertion" | "encryptedassertion" | "artifactresponse" | "logoutresponse" => {
            Found::wrong(Kind::SamlResponse, Mistake::SamlResponse)
        }
        "authnrequest" | "logoutrequest" => Found::wrong(Kind::SamlRequest, Mistake::SamlRequest),
        // Mail around a certificate.
        _ if text.contains("BEGIN ") && !xml.contains("Descriptor") => return None,
        _ => of_metadata(xml, around),
    })
}

/// Out of a JSON string, the text of a page, a form's field or base64.
fn revealed(text: &str) -> Cow<'_, str> {
    let value =
        ["SAMLResponse=", "SAMLRequest="].into_iter().find_map(|name| text.strip_prefix(name));
    let bare = value.unwrap_or(text);
    if ENCODED.iter().any(|start| bare.starts_with(start)) {
        let plain = text::plain(bare);
        let compact: String = plain.chars().filter(|c| !c.is_whitespace()).collect();
        let decoded = STANDARD.decode(compact.split('&').next().unwrap_or_default()).ok();
        let inner = decoded.as_deref().and_then(text::decode).map(Cow::into_owned);
        return inner.map_or(Cow::Borrowed(text), Cow::Owned);
    }
    if text.contains("=\\\"") {
        let inner = serde_json::from_str::<String>(&format!("\"{text}\"")).ok();
        return inner.map_or(Cow::Borrowed(text), Cow::Owned);
    }
    if !text.contains('<') && text.contains("&lt;") {
        let unescaped =
            [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
        // The last one loses its end when quotes and commas are taken away around it.
        let closed = if text.ends_with("&gt") { format!("{text};") } else { text.to_owned() };
        return Cow::Owned(unescaped.into_iter().fold(closed, |text, (a, b)| text.replace(a, b)));
    }
    Cow::Borrowed(text)
}

/// The document without what stands around it and without its declaration: the text is UTF-8
/// now, whatever it was. `None` when there is none.
fn cut(text: &str) -> Option<&str> {
    let named = || {
        let name = text.find("EntitiesDescriptor").or_else(|| text.find("EntityDescriptor"))?;
        text.get(..name)?.rfind('<')
    };
    let starts = ["<?xml", "<!DOCTYPE", "<!doctype"];
    let start = starts.into_iter().find_map(|start| text.find(start));
    let start = start.or_else(named).or_else(|| text.find('<'))?;
    let end = text.rfind('>')?;
    let whole = text.get(start..=end)?;
    match whole.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) {
        Some((_, rest)) => Some(rest.trim_start()),
        None => Some(whole),
    }
}

/// The name of the first element, or `!DOCTYPE`.
fn root(xml: &str) -> &str {
    let mut rest = xml;
    for _ in 0..16 {
        rest = rest.trim_start();
        let end = match rest {
            _ if rest.starts_with("<!--") => "-->",
            _ if rest.starts_with("<?") => "?>",
            _ => break,
        };
        rest = rest.split_once(end).map(|(_, rest)| rest).unwrap_or_default();
    }
    let name = rest.trim_start().strip_prefix('<').unwrap_or_default();
    name.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next().unwrap_or_default()
}

fn of_metadata(xml: &str, around: &Around<'_>) -> Found {
    match metadata::read(xml.as_bytes(), around.now) {
        Ok(read) => sound(&read, xml, around),
        Err(error) => unsound(xml, &error),
    }
}

fn sound(read: &IdpMetadata, xml: &str, around: &Around<'_>) -> Found {
    let mut found = Found::of(Kind::SamlMetadata);
    found.facts.entity_id = Some(read.entity_id.clone());
    found.facts.sso_endpoints.clone_from(&read.sso_endpoints);
    found.facts.valid_until = read.valid_until;
    let certificates =
        read.certificates.iter().filter_map(|text| Certificate::from_base64(text).ok());
    found.facts.certificates = certificates.filter_map(|one| Details::of(&one.der).ok()).collect();
    let of_tenant = found.facts.certificates.iter().any(|one| one.subject.contains(ENTRA_TENANT));
    match read.check_in_force(around.now) {
        Err(error) => found = found.but(Wrong::of(Mistake::Metadata).because(sentence(&error))),
        Ok(()) if of_tenant => found = found.but(Wrong::of(Mistake::EntraNoAppid)),
        Ok(()) => found = found.draft(Draft::metadata(xml)),
    }
    for warning in &read.warnings {
        found = found.but(Wrong::of(Mistake::MetadataNote).because(format!("Noticed: {warning}.")));
    }
    let locations = read.sso_endpoints.iter().map(|endpoint| endpoint.location.as_str());
    let texts: Vec<&str> = std::iter::once(read.entity_id.as_str()).chain(locations).collect();
    found.looks_like(&texts).pointing()
}

fn unsound(xml: &str, error: &MetadataError) -> Found {
    let because = |mistake| Wrong::of(mistake).because(sentence(error));
    match error {
        MetadataError::PrivateKey => Found::wrong(Kind::PrivateKey, Mistake::PrivateKey),
        MetadataError::ServiceProvider(name) => {
            let mut found = Found::of(Kind::SpMetadata).but(because(Mistake::SpMetadata));
            found.facts.entity_id = Some(name.chars().take(1_000).collect());
            found
        }
        MetadataError::Several(_) => {
            Found::of(Kind::SamlMetadata).but(because(Mistake::SeveralProviders))
        }
        error if error.is_of_metadata() => {
            Found::of(Kind::SamlMetadata).but(because(Mistake::Metadata))
        }
        // Cut off or damaged, but meant.
        _ if xml.contains("EntityDescriptor") || xml.contains("EntitiesDescriptor") => {
            Found::of(Kind::Unknown).but(because(Mistake::Metadata))
        }
        _ => Found::wrong(Kind::Unknown, Mistake::Unknown),
    }
}

/// What a reader said, as a sentence.
fn sentence(error: &MetadataError) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}
