//! What an organization asks of its people at their first sign-in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::Problems;
use crate::model::answers::{MOST_FIELDS, is_field_name};
use crate::model::organization::RequiredField;

/// A field people fill in at their first sign-in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequiredFieldItem {
    /// Its name in records and tokens: 1 to 40 lower-case letters, digits and `_`, a letter
    /// first.
    #[schema(example = "room")]
    pub name: String,
    /// What the page calls it.
    #[schema(example = "Room number")]
    pub label: String,
}

/// Checks a list of fields.
pub(super) fn read(problems: &mut Problems, fields: &[RequiredFieldItem]) -> Vec<RequiredField> {
    if fields.len() > MOST_FIELDS {
        problems.add("required_fields", format!("give at most {MOST_FIELDS} fields"));
    }
    let mut taken: Vec<RequiredField> = Vec::new();
    for (at, field) in fields.iter().take(MOST_FIELDS).enumerate() {
        let place = format!("required_fields[{at}]");
        if !is_field_name(&field.name) {
            problems.add(
                format!("{place}.name"),
                "give 1 to 40 lower-case letters, digits and _, a letter first, and no claim that tells who somebody is or what they may do",
            );
        } else if taken.iter().any(|other| other.name == field.name) {
            problems.add(format!("{place}.name"), "give each field once");
        }
        let label = problems.name(&format!("{place}.label"), &field.label);
        taken.push(RequiredField { name: field.name.clone(), label });
    }
    taken
}

/// The fields, as the API shows them.
pub(super) fn show(fields: &[RequiredField]) -> Vec<RequiredFieldItem> {
    let item = |field: &RequiredField| RequiredFieldItem {
        name: field.name.clone(),
        label: field.label.clone(),
    };
    fields.iter().map(item).collect()
}
