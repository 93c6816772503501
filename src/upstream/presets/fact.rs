//! Every text that could be wrong carries how certain it is.

use serde::{Deserialize, Serialize};

/// How well a text is founded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// The provider's own documentation or code says so, or a real message shows it.
    Certain,
    /// Two or more others say so.
    Likely,
    /// One other says so, sources disagree, or it was not checked.
    Unsure,
}

impl Certainty {
    /// Whether the label may lead. Otherwise show the value to copy first and the label
    /// second, so that the text still helps when the label has moved.
    pub const fn label_leads(self) -> bool {
        matches!(self, Self::Certain)
    }
}

/// A value with its certainty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact<T> {
    /// The value.
    pub is: T,
    /// How well founded.
    pub certainty: Certainty,
}
