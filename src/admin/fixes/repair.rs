//! What a repair says and changes.

use super::item::{FixBody, FixItem, NeedsItem};
use crate::admin::connection_item::certificate;
use crate::admin::error::AdminError;
use crate::model::connection::{AttributeNames, ConnectionConfig, SamlConfig};
use crate::model::secret::equal;
use crate::model::visible::escape;
use crate::upstream::saml::certificates::Certificate;

/// A repair that is safe.
#[derive(Debug)]
pub(in crate::admin) enum Repair {
    /// One of these audiences is accepted besides.
    Audience(Vec<String>),
    /// This certificate is trusted besides.
    Signer(Box<Certificate>),
    /// One of these attributes or claims is read as the e-mail address.
    Email(Vec<String>),
    /// One of these attributes or claims is who a person is.
    Subject(Vec<String>),
    /// The issuer is spelled so.
    Issuer(String),
}

/// The certificates that are trusted.
pub(super) fn pinned(config: &SamlConfig) -> Vec<Certificate> {
    config.certificates.iter().filter_map(|text| Certificate::from_base64(text).ok()).collect()
}

/// The names that are configured.
pub(super) const fn names(config: &ConnectionConfig) -> &AttributeNames {
    match config {
        ConnectionConfig::Saml(config) => &config.attributes,
        ConnectionConfig::Oidc(config) => &config.attributes,
    }
}

impl Repair {
    /// Its stable name.
    pub(in crate::admin) const fn id(&self) -> &'static str {
        match self {
            Self::Audience(_) => "accept_audience",
            Self::Signer(_) => "trust_signer",
            Self::Email(_) => "pick_email",
            Self::Subject(_) => "pick_subject",
            Self::Issuer(_) => "correct_issuer",
        }
    }

    pub(super) fn show(&self, config: &ConnectionConfig) -> FixItem {
        let (before, after) = self.change(config);
        FixItem {
            id: self.id(),
            sentence: self.sentence(),
            before: before.iter().map(|text| escape(text)).collect(),
            after: after.iter().map(|text| escape(text)).collect(),
            needs: self.needs(),
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Audience(_) => {
                "Accept this audience besides our entity ID. It came in a message of this provider whose signature holds.".to_owned()
            }
            // Whom it names stands beside it: what a stranger wrote is no part of our sentences.
            Self::Signer(certificate) => format!(
                "Trust the certificate that signed it, valid until {}, besides those that are trusted. Anybody can send a message signed by a key of their own, in any name: compare the fingerprint with the one in the provider's console before you confirm it.",
                certificate.not_after.rfc3339()
            ),
            Self::Email(_) => {
                "Read the e-mail address from one of these attributes, which arrived and hold an address. Pick one that people cannot change themselves.".to_owned()
            }
            Self::Subject(_) => {
                "Know people by one of these attributes, which arrived with one value. Pick one that is different for every person, never changes, and that nobody can change themselves: whoever can write it can become somebody else. Once somebody has signed in through this connection it cannot be changed any more.".to_owned()
            }
            Self::Issuer(_) => {
                "Spell the issuer as the provider does: they differ in a slash, capital letters or http only.".to_owned()
            }
        }
    }

    fn needs(&self) -> NeedsItem {
        let none = NeedsItem::default();
        match self {
            Self::Audience(names) if names.len() == 1 => none,
            Self::Issuer(_) => none,
            Self::Audience(values) | Self::Email(values) | Self::Subject(values) => {
                NeedsItem { values: values.clone(), ..none }
            }
            Self::Signer(shown) => NeedsItem {
                confirm: Some(shown.fingerprint.clone()),
                certificate: certificate(&shown.to_base64()),
                ..none
            },
        }
    }

    /// What stands where this changes something, before and after.
    fn change(&self, config: &ConnectionConfig) -> (Vec<String>, Vec<String>) {
        let more = |before: Vec<String>, new: &[String]| {
            let after = before.iter().chain(new).cloned().collect();
            (before, after)
        };
        match (self, config) {
            (Self::Audience(names), ConnectionConfig::Saml(config)) => {
                let new = if names.len() == 1 { names.as_slice() } else { &[] };
                more(config.accepted_audiences.clone(), new)
            }
            (Self::Signer(shown), ConnectionConfig::Saml(config)) => {
                let known = pinned(config).into_iter().map(|c| c.fingerprint).collect();
                more(known, std::slice::from_ref(&shown.fingerprint))
            }
            (Self::Email(_), config) => (names(config).email.iter().cloned().collect(), Vec::new()),
            (Self::Subject(_), config) => {
                (names(config).subject.iter().cloned().collect(), Vec::new())
            }
            (Self::Issuer(issuer), ConnectionConfig::Saml(config)) => {
                (vec![config.idp_entity_id.clone()], vec![issuer.clone()])
            }
            (Self::Issuer(issuer), ConnectionConfig::Oidc(config)) => {
                (vec![config.issuer.clone()], vec![issuer.clone()])
            }
            (Self::Audience(_) | Self::Signer(_), ConnectionConfig::Oidc(_)) => {
                (Vec::new(), Vec::new())
            }
        }
    }

    /// The configuration with the repair in it.
    pub(in crate::admin) fn mend(
        &self,
        config: &ConnectionConfig,
        body: &FixBody,
    ) -> Result<ConnectionConfig, AdminError> {
        let picked = self.picked(body)?;
        let mut config = config.clone();
        match (self, &mut config) {
            (Self::Audience(_), ConnectionConfig::Saml(config)) => {
                config.accepted_audiences.extend(picked);
            }
            (Self::Signer(shown), ConnectionConfig::Saml(config)) => {
                config.certificates.push(shown.to_base64());
            }
            (Self::Email(_), ConnectionConfig::Saml(config)) => config.attributes.email = picked,
            (Self::Email(_), ConnectionConfig::Oidc(config)) => config.attributes.email = picked,
            (Self::Subject(_), ConnectionConfig::Saml(config)) => {
                config.attributes.subject = picked;
            }
            (Self::Subject(_), ConnectionConfig::Oidc(config)) => {
                config.attributes.subject = picked;
            }
            (Self::Issuer(issuer), ConnectionConfig::Saml(config)) => {
                config.idp_entity_id.clone_from(issuer);
            }
            (Self::Issuer(issuer), ConnectionConfig::Oidc(config)) => {
                config.issuer.clone_from(issuer);
            }
            (Self::Audience(_) | Self::Signer(_), ConnectionConfig::Oidc(_)) => {}
        }
        Ok(config)
    }

    /// The value that was picked, and that what has to be confirmed was.
    fn picked(&self, body: &FixBody) -> Result<Option<String>, AdminError> {
        match self {
            Self::Issuer(_) => Ok(None),
            Self::Signer(shown) => {
                // As consoles print it: in capitals, with colons or spaces between.
                let plain = |text: &String| -> String {
                    let hex = |c: &char| !c.is_whitespace() && *c != ':';
                    text.chars().filter(hex).take(200).collect::<String>().to_ascii_lowercase()
                };
                let said = body.confirm.as_ref().map(plain).unwrap_or_default();
                if equal(said.as_bytes(), shown.fingerprint.as_bytes()) {
                    return Ok(None);
                }
                let detail = "repeat the certificate's SHA-256 fingerprint, after comparing it with the one in the provider's console";
                Err(AdminError::field("confirm", detail))
            }
            Self::Audience(values) | Self::Email(values) | Self::Subject(values) => {
                let only = values.first().filter(|_| values.len() == 1 && self.is_audience());
                match body.value.as_ref().or(only) {
                    Some(value) if values.contains(value) => Ok(Some(value.clone())),
                    _ => Err(AdminError::field("value", "give one of `needs.values`")),
                }
            }
        }
    }

    const fn is_audience(&self) -> bool {
        matches!(self, Self::Audience(_))
    }
}
