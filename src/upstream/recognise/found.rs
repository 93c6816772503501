//! What was found out about an input.

use super::draft::Draft;
use super::kind::Kind;
use super::wrong::{Mistake, Wrong};
use crate::model::connection::{Protocol, SsoEndpoint};
use crate::model::time::Millis;
use crate::upstream::presets::{self, Does, Field, Get, Preset};
use crate::wire::x509::Details;

/// What was found out about an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub kind: Kind,
    /// Whose it looks like. Chooses texts, nothing else.
    pub provider: Option<&'static Preset>,
    /// What was read.
    pub facts: Facts,
    /// What is wrong, the weightiest first.
    pub wrong: Vec<Wrong>,
    /// The draft that comes of it.
    pub draft: Option<Draft>,
    /// What has to be asked to know more.
    pub ask: Option<Ask>,
}

/// What was read from an input. Empty where there was nothing to read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// SAML: the entity ID.
    pub entity_id: Option<String>,
    /// SAML: where requests go.
    pub sso_endpoints: Vec<SsoEndpoint>,
    /// The certificates.
    pub certificates: Vec<Details>,
    /// SAML: the end of the metadata.
    pub valid_until: Option<Millis>,
    /// OpenID Connect: the issuer.
    pub issuer: Option<String>,
    /// OpenID Connect: endpoints by their names in the description.
    pub endpoints: Vec<(&'static str, String)>,
    /// OpenID Connect: what ID tokens may be signed with.
    pub algorithms: Vec<String>,
    /// OpenID Connect: scopes that may be asked for.
    pub scopes: Vec<String>,
    /// OpenID Connect: the client identifier.
    pub client_id: Option<String>,
    /// The provider's domain for this organization, or its tenant.
    pub tenant: Option<String>,
}

/// An address that has to be asked, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The address.
    pub url: String,
    /// The issuer whose description it is, where that is known.
    pub issuer: Option<String>,
}

impl Ask {
    /// Media types to ask for.
    pub const ACCEPT: &str = "application/samlmetadata+xml, application/json;q=0.9, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1";
}

impl Found {
    /// Of this kind, and nothing more is known yet.
    pub(super) fn of(kind: Kind) -> Self {
        let facts = Facts::default();
        Self { kind, provider: None, facts, wrong: Vec::new(), draft: None, ask: None }
    }

    /// Of this kind, which is wrong.
    pub(super) fn wrong(kind: Kind, mistake: Mistake) -> Self {
        Self::of(kind).but(Wrong::of(mistake))
    }

    /// With something wrong.
    pub(super) fn but(mut self, wrong: Wrong) -> Self {
        self.wrong.push(wrong);
        self
    }

    /// With a draft.
    pub(super) fn draft(mut self, draft: Draft) -> Self {
        self.draft = Some(draft);
        self
    }

    /// With the provider that `texts` look like, unless one is known.
    pub(super) fn looks_like(mut self, texts: &[&str]) -> Self {
        self.provider = self.provider.or_else(|| presets::recognise(texts));
        self
    }

    /// With the provider of this identifier.
    pub(super) fn by(mut self, id: &str) -> Self {
        self.provider = presets::find(id);
        self
    }

    /// Adds to what is wrong where the provider's console shows what is needed.
    pub(super) fn pointing(mut self) -> Self {
        let Some(preset) = self.provider else { return self };
        let needed = |mistake: Mistake| match mistake {
            Mistake::AppEmbedLink
            | Mistake::HtmlPage
            | Mistake::SpMetadata
            | Mistake::SamlResponse
            | Mistake::SamlRequest
            | Mistake::Metadata => [Get::MetadataUrl, Get::MetadataFile],
            Mistake::ConsoleAddress => [Get::MetadataUrl, Get::IssuerPart],
            Mistake::TlsCertificate | Mistake::PublicKey | Mistake::FingerprintOnly => {
                [Get::Certificate, Get::MetadataFile]
            }
            Mistake::EndpointNotIssuer | Mistake::IssuerForm | Mistake::EntraSharedEndpoint => {
                [Get::Issuer, Get::IssuerPart]
            }
            _ => [Get::Fingerprint, Get::Fingerprint],
        };
        for wrong in &mut self.wrong {
            let gets = needed(wrong.code);
            if gets.contains(&Get::Fingerprint) || wrong.instead.is_some() {
                continue;
            }
            if let Some(place) = gets.into_iter().find_map(|get| place(preset, get)) {
                *wrong = wrong.clone().and(&place);
            }
        }
        self
    }
}

/// Where the console of `preset` shows a value, in its words.
fn place(preset: &Preset, get: Get) -> Option<String> {
    let guides = [Protocol::Saml, Protocol::Oidc].into_iter();
    let field: &Field = guides
        .filter_map(|protocol| preset.guide(protocol))
        .find_map(|g| g.field(Does::Get(get)))?;
    let path: Vec<&str> = field.at.iter().chain([&field.label]).map(String::as_str).collect();
    Some(format!("In {} it is at: {}.", preset.name, path.join(" > ")))
}
