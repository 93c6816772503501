//! What to do about a refusal: who has to act, and which field of the provider's console it is
//! about, in the console's own words.

use serde::Serialize;
use utoipa::ToSchema;

use super::Act;
use super::error::AdminError;
use super::list::Listed;
use super::presets::{self, FieldItem, MistakeItem};
use crate::model::attempt::{Attempt, State};
use crate::model::code::Code;
use crate::model::connection::{Connection, ConnectionConfig};
use crate::store::{connections, organizations};
use crate::upstream::oidc;
use crate::upstream::presets::{Does, Give, field_for, recognise};
use crate::upstream::saml::ServiceProvider;

/// Who has to act, and what the person was told.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RemedyItem {
    /// `visitor`, `it`, `app_owner` or `operator`.
    #[schema(example = "it")]
    pub who: &'static str,
    /// What happened, as the person was told.
    pub happened: &'static str,
    /// What to do, as the person was told.
    pub sentence: &'static str,
}

/// What to change in the provider's console.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AdviceItem {
    /// Whose words these are: the identifier of a preset.
    #[schema(example = "okta")]
    pub preset: &'static str,
    /// The provider's name as people know it.
    pub name: &'static str,
    /// The field to look at first, if there is one.
    pub field: Option<FieldItem>,
    /// What belongs in that field, where it is a value of ours. To be shown before the label
    /// where `label_leads` is false.
    pub value: Option<String>,
    /// What the value of that field is called in the draft of the connection, where it is one of
    /// the provider's that belongs there.
    #[schema(example = "client_secret")]
    pub draft_field: Option<&'static str>,
    /// The known mistakes that show like this, likeliest first.
    pub mistakes: Vec<MistakeItem>,
}

/// A reason for which a sign-in can be refused.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReasonCodeItem {
    /// The stable text.
    #[schema(example = "saml_audience_mismatch")]
    pub code: &'static str,
    /// What happened, as the person is told.
    pub happened: &'static str,
    /// What to do, as the person is told.
    pub sentence: &'static str,
    /// Who has to act: `visitor`, `it`, `app_owner` or `operator`.
    #[schema(example = "it")]
    pub who: &'static str,
}

/// Every reason there is.
pub fn reason_codes() -> Listed<ReasonCodeItem> {
    let items = Code::ALL.iter().map(|code| ReasonCodeItem {
        code: code.as_str(),
        happened: code.sentence(),
        sentence: code.remedy().sentence(),
        who: code.remedy().who(),
    });
    Listed { items: items.collect(), next: None }
}

/// Who has to act on a refused attempt.
pub(super) fn remedy(attempt: &Attempt) -> Option<RemedyItem> {
    let State::Refused { code } = attempt.state else { return None };
    let remedy = code.remedy();
    let (who, sentence) = (remedy.who(), remedy.sentence());
    Some(RemedyItem { who, happened: code.sentence(), sentence })
}

/// What to change in the provider's console, as its connection is configured at present.
pub(super) fn advice(act: &Act<'_>, attempt: &Attempt) -> Result<Option<AdviceItem>, AdminError> {
    let (State::Refused { code }, Some(id)) = (&attempt.state, &attempt.connection) else {
        return Ok(None);
    };
    let Some(connection) = connections::find(act.tx, id)? else { return Ok(None) };
    let Some(config) = present(act, &connection)? else { return Ok(None) };
    told(act, &connection, &config, *code)
}

/// The configuration that is worked on: the draft, else what is live.
pub(super) fn present(
    act: &Act<'_>,
    connection: &Connection,
) -> Result<Option<ConnectionConfig>, AdminError> {
    let Some(revision) = connection.draft.as_ref().or(connection.live.as_ref()) else {
        return Ok(None);
    };
    Ok(connections::revision(act.tx, revision)?.map(|revision| revision.config))
}

pub(super) fn told(
    act: &Act<'_>,
    connection: &Connection,
    config: &ConnectionConfig,
    code: Code,
) -> Result<Option<AdviceItem>, AdminError> {
    let preset = recognise(&names(config));
    let Some(found) = field_for(preset, connection.protocol, code) else { return Ok(None) };
    let value = match found.field.map(|field| field.does) {
        Some(Does::Give(give)) => ours(act, connection, config, give)?,
        _ => None,
    };
    Ok(Some(AdviceItem {
        preset: &found.preset.id,
        name: &found.preset.name,
        field: found.field.map(presets::field),
        value,
        draft_field: found.field.and_then(|field| match field.does {
            Does::Get(get) => get.in_draft(),
            Does::Give(_) | Does::Set(_) => None,
        }),
        mistakes: found.mistakes.into_iter().map(presets::mistake).collect(),
    }))
}

/// What a provider is recognised by.
fn names(config: &ConnectionConfig) -> Vec<&str> {
    match config {
        ConnectionConfig::Saml(config) => std::iter::once(config.idp_entity_id.as_str())
            .chain(config.metadata_url.as_deref())
            .chain(config.sso_endpoints.iter().map(|endpoint| endpoint.location.as_str()))
            .collect(),
        ConnectionConfig::Oidc(config) => vec![&config.issuer],
    }
}

/// The value of ours that a field asks for.
fn ours(
    act: &Act<'_>,
    connection: &Connection,
    config: &ConnectionConfig,
    give: Give,
) -> Result<Option<String>, AdminError> {
    let url = &act.hub.config.public_url;
    if give == Give::LoginUrl {
        let organization = organizations::find(act.tx, &connection.organization)?;
        let path = organization.and_then(|organization| organization.path);
        return Ok(path.map(|path| url.at(&format!("/o/{}", path.as_str()))));
    }
    Ok(match config {
        ConnectionConfig::Saml(config) => {
            let provider = ServiceProvider::of(url, &connection.id, config);
            match give {
                Give::AcsUrl | Give::RecipientUrl => Some(provider.acs_url),
                Give::AcsUrlPattern => Some(pattern(&provider.acs_url)),
                Give::SpEntityId => Some(provider.entity_id),
                Give::SpMetadataUrl | Give::SpMetadataFile => Some(provider.metadata_url),
                Give::RedirectUri | Give::LoginUrl | Give::InitiateUrl => None,
            }
        }
        ConnectionConfig::Oidc(_) => {
            (give == Give::RedirectUri).then(|| oidc::redirect_uri(url, &connection.id))
        }
    })
}

/// An address as a regular expression that fits it and nothing else.
fn pattern(address: &str) -> String {
    let escaped: String = address
        .chars()
        .flat_map(|c| {
            let plain = c.is_ascii_alphanumeric() || "/:_-".contains(c);
            (!plain).then_some('\\').into_iter().chain([c])
        })
        .collect();
    format!("^{escaped}$")
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_pattern_fits_one_address() {
        let address = "https://sso.acme.test:8443/saml/c1/acs?x=1";
        let pattern = super::pattern(address);
        assert_eq!(pattern, r"^https://sso\.acme\.test:8443/saml/c1/acs\?x\=1$");
    }
}
