//! What is known of identity providers' consoles, as the API shows it. The same for everybody
//! who may ask.

use serde::Serialize;
use utoipa::ToSchema;

use super::Listed;
use super::error::AdminError;
use crate::model::code::Code;
use crate::model::connection::Protocol;
use crate::upstream::presets::{
    self, Ability, Attribute, Certainty, Does, Fact, Field, Get, Give, Guide, Lifetime, Limit,
    Mistake, OidcShape, Perishable, Person, Preset, SamlShape, Set, Start,
};

/// A provider that is known.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PresetSummary {
    /// Its identifier, such as `okta`.
    pub id: &'static str,
    /// Its name as people know it.
    pub name: &'static str,
    /// What is known of it: `saml`, `oidc` or both. For the other, the generic one holds.
    #[schema(value_type = Vec<String>, example = json!(["saml", "oidc"]))]
    pub protocols: Vec<Protocol>,
}

/// What is known of a provider's console.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PresetItem {
    /// What a list shows of it.
    #[serde(flatten)]
    pub summary: PresetSummary,
    /// What the texts rest on.
    pub source: &'static str,
    /// Connecting it over SAML 2.0; null where that is not known.
    pub saml: Option<GuideItem>,
    /// Connecting it over OpenID Connect; null where that is not known.
    pub oidc: Option<GuideItem>,
}

/// Connecting a provider over one protocol.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GuideItem {
    /// Where in its console this begins.
    pub start: StartItem,
    /// The fields of its console, in its order.
    pub fields: Vec<FieldItem>,
    /// What it says of a person, by which names.
    pub attributes: Vec<AttributeItem>,
    /// What its answers look like unless changed.
    pub shape: Vec<FactItem>,
    /// What is known to go wrong.
    pub mistakes: Vec<MistakeItem>,
    /// What runs out, and when.
    pub lifetimes: Vec<LifetimeItem>,
    /// What it cannot do.
    pub cannot: Vec<LimitItem>,
}

/// Where in a console something begins.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StartItem {
    /// Menu entries and buttons, in order, in the console's words.
    pub at: &'static [String],
    /// What else to know.
    pub note: Option<&'static str>,
    /// `certain`, `likely` or `unsure`.
    #[schema(value_type = String, example = "certain")]
    pub certainty: Certainty,
}

/// A field, button or switch of a console.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldItem {
    /// Its label in the console's own words.
    pub label: &'static str,
    /// Other labels it has or had.
    pub also: &'static [String],
    /// The page, tab or section it stands on, outermost first.
    pub at: &'static [String],
    /// What it is for.
    #[serde(flatten)]
    pub does: DoesItem,
    /// What to choose or enter; never null for a setting.
    pub choose: Option<&'static str>,
    /// What else to know.
    pub note: Option<&'static str>,
    /// Whether signing in works without it.
    pub optional: bool,
    /// `certain`, `likely` or `unsure`.
    #[schema(value_type = String, example = "certain")]
    pub certainty: Certainty,
    /// Whether to show the label first. Otherwise show the value to copy first and the label
    /// second, so that the text still helps when the label has moved.
    pub label_leads: bool,
}

/// What a field is for: exactly one of the three is not null.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
pub struct DoesItem {
    /// Which value of ours goes there, such as `acs_url`.
    #[schema(value_type = Option<String>, example = "acs_url")]
    pub give: Option<Give>,
    /// Which of its values comes back to us, such as `certificate`.
    #[schema(value_type = Option<String>)]
    pub get: Option<Get>,
    /// What it sets at the provider, such as `access`.
    #[schema(value_type = Option<String>)]
    pub set: Option<Set>,
}

/// What a provider says of a person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AttributeItem {
    /// `email`, `given_name`, `family_name`, `name`, `groups` or `lasting_id`.
    #[schema(value_type = String, example = "email")]
    pub of: Person,
    /// The name under which it arrives.
    pub name: &'static str,
    /// Where it comes from, in the console's words; null when it is sent unasked.
    pub from: Option<&'static str>,
    /// Whether it is sent unasked.
    pub unasked: bool,
    /// What else to know.
    pub note: Option<&'static str>,
    /// `certain`, `likely` or `unsure`.
    #[schema(value_type = String, example = "certain")]
    pub certainty: Certainty,
}

/// One thing about a provider's answers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FactItem {
    /// What it is about, such as `name_id` or `issuer`.
    pub what: &'static str,
    /// What it is; `{...}` are gaps.
    pub is: String,
    /// `certain`, `likely` or `unsure`.
    #[schema(value_type = String, example = "certain")]
    pub certainty: Certainty,
}

/// Something that is known to go wrong.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MistakeItem {
    /// Its identifier within the guide.
    pub id: &'static str,
    /// The reason codes it explains; empty when it shows as none here.
    #[schema(value_type = Vec<String>)]
    pub codes: &'static [Code],
    /// What the provider itself prints.
    pub prints: &'static [String],
    /// How it shows.
    pub shows: &'static str,
    /// Why it happens.
    pub cause: &'static str,
    /// What to change.
    pub change: &'static str,
    /// The field to change, by what it is for; null if none does.
    pub field: Option<DoesItem>,
    /// `certain`, `likely` or `unsure`.
    #[schema(value_type = String, example = "certain")]
    pub certainty: Certainty,
}

/// Something that runs out.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LifetimeItem {
    /// `certificate` or `client_secret`.
    #[schema(value_type = String, example = "certificate")]
    pub of: Perishable,
    /// After how many days unless changed; null when that differs or is not known.
    pub days: Option<u32>,
    /// What to know, and what to do in time.
    pub say: &'static str,
    /// `certain`, `likely` or `unsure`.
    #[schema(value_type = String, example = "certain")]
    pub certainty: Certainty,
}

/// Something a provider cannot do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LimitItem {
    /// What it cannot do, such as `groups`.
    #[schema(value_type = String, example = "groups")]
    pub what: Ability,
    /// What that means.
    pub say: &'static str,
    /// `certain`, `likely` or `unsure`.
    #[schema(value_type = String, example = "certain")]
    pub certainty: Certainty,
}

/// Every provider that is known, in the order in which they are offered.
pub fn list() -> Listed<PresetSummary> {
    Listed { items: presets::all().iter().map(summary).collect(), next: None }
}

/// What is known of one provider.
///
/// # Errors
/// `NotFound`.
pub fn load(id: &str) -> Result<PresetItem, AdminError> {
    let preset = presets::find(id).ok_or(AdminError::NotFound)?;
    Ok(PresetItem {
        summary: summary(preset),
        source: &preset.source,
        saml: preset
            .saml
            .as_ref()
            .zip(preset.saml_shape.as_ref())
            .map(|(g, s)| guide(g, of_saml(s))),
        oidc: preset
            .oidc
            .as_ref()
            .zip(preset.oidc_shape.as_ref())
            .map(|(g, s)| guide(g, of_oidc(s))),
    })
}

fn summary(preset: &'static Preset) -> PresetSummary {
    PresetSummary { id: &preset.id, name: &preset.name, protocols: preset.protocols() }
}

fn guide(guide: &'static Guide, shape: Vec<FactItem>) -> GuideItem {
    let Start { at, note, certainty } = &guide.start;
    GuideItem {
        start: StartItem { at, note: note.as_deref(), certainty: *certainty },
        fields: guide.fields.iter().map(field).collect(),
        attributes: guide.attributes.iter().map(attribute).collect(),
        shape,
        mistakes: guide.mistakes.iter().map(mistake).collect(),
        lifetimes: guide.lifetimes.iter().map(lifetime).collect(),
        cannot: guide.cannot.iter().map(limit).collect(),
    }
}

pub(super) fn field(field: &'static Field) -> FieldItem {
    let Field { label, also, at, does, choose, note, optional, certainty } = field;
    FieldItem {
        label,
        also,
        at,
        does: does_item(*does),
        choose: choose.as_deref(),
        note: note.as_deref(),
        optional: *optional,
        certainty: *certainty,
        label_leads: certainty.label_leads(),
    }
}

fn does_item(does: Does) -> DoesItem {
    let none = DoesItem::default();
    match does {
        Does::Give(give) => DoesItem { give: Some(give), ..none },
        Does::Get(get) => DoesItem { get: Some(get), ..none },
        Does::Set(set) => DoesItem { set: Some(set), ..none },
    }
}

fn attribute(attribute: &'static Attribute) -> AttributeItem {
    let Attribute { of, name, from, unasked, note, certainty } = attribute;
    AttributeItem {
        of: *of,
        name,
        from: from.as_deref(),
        unasked: *unasked,
        note: note.as_deref(),
        certainty: *certainty,
    }
}

pub(super) fn mistake(mistake: &'static Mistake) -> MistakeItem {
    let Mistake { id, codes, prints, shows, cause, change, field, certainty } = mistake;
    let field = field.map(does_item);
    MistakeItem { id, codes, prints, shows, cause, change, field, certainty: *certainty }
}

fn lifetime(lifetime: &'static Lifetime) -> LifetimeItem {
    let Lifetime { of, days, say, certainty } = lifetime;
    LifetimeItem { of: *of, days: *days, say, certainty: *certainty }
}

fn limit(limit: &'static Limit) -> LimitItem {
    let Limit { what, say, certainty } = limit;
    LimitItem { what: *what, say, certainty: *certainty }
}

fn of_saml(shape: &SamlShape) -> Vec<FactItem> {
    let known = [
        fact("name_id", Some(&shape.name_id)),
        fact("name_id_holds", Some(&shape.name_id_holds)),
        fact("signed", Some(&shape.signed)),
        fact("signed_with", Some(&shape.signed_with)),
        fact("entity_id", shape.entity_id.as_ref()),
        fact("sso_url", shape.sso_url.as_ref()),
        fact("metadata_url", shape.metadata_url.as_ref()),
        fact("groups", shape.groups.as_ref()),
    ];
    known.into_iter().flatten().collect()
}

fn of_oidc(shape: &OidcShape) -> Vec<FactItem> {
    let known = [
        fact("issuer", Some(&shape.issuer)),
        fact("subject", shape.subject.as_ref()),
        fact("email_verified", shape.email_verified.as_ref()),
        fact("groups", shape.groups.as_ref()),
    ];
    known.into_iter().flatten().collect()
}

/// A fact whose value is one word or text; `None` where it is not known.
fn fact<T: Serialize>(what: &'static str, fact: Option<&Fact<T>>) -> Option<FactItem> {
    let Fact { is, certainty } = fact?;
    let is = serde_json::to_value(is).ok()?.as_str()?.to_owned();
    Some(FactItem { what, is, certainty: *certainty })
}
