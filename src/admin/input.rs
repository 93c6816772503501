//! What comes in: values checked one by one, every problem named at once.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::error::{AdminError, FieldError};
use crate::model::secret::Secret;
use crate::model::spelling::nearest;
use crate::upstream::saml::certificates::holds_private_key;

/// Longest name, in characters.
const NAME: usize = 200;

/// The version of a thing that an edit was made from (`If-Match`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// This one.
    Version(i64),
    /// Any: the caller asked for it by `*`.
    Any,
}

impl Expected {
    /// Refuses an edit made from another version than the present one.
    pub(super) fn check(self, current: i64) -> Result<(), AdminError> {
        match self {
            Self::Version(version) if version != current => Err(AdminError::Stale),
            _ => Ok(()),
        }
    }
}

/// Problems found so far.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<FieldError>);

impl Problems {
    /// Problems found elsewhere.
    pub(super) const fn of(errors: Vec<FieldError>) -> Self {
        Self(errors)
    }

    /// Notes a problem.
    pub(super) fn add(&mut self, field: impl Into<String>, detail: impl Into<String>) {
        // A list of a thousand wrong values needs no thousand sentences.
        if self.0.len() < 50 {
            self.0.push(FieldError { field: field.into(), detail: detail.into() });
        }
    }

    /// Ends the checks: `Invalid` when there were problems.
    pub(super) fn done(self) -> Result<(), AdminError> {
        if self.0.is_empty() { Ok(()) } else { Err(AdminError::Invalid(self.0)) }
    }

    /// The problems with `prefix` before each field.
    pub(super) fn under(self, prefix: &str) -> Self {
        let within = |e: FieldError| FieldError { field: format!("{prefix}{}", e.field), ..e };
        Self(self.0.into_iter().map(within).collect())
    }

    /// A name: trimmed, not empty, not too long, one line.
    pub(super) fn name(&mut self, field: &str, text: &str) -> String {
        let text = text.trim();
        if text.is_empty() {
            self.add(field, "give a name");
        } else if text.chars().count() > NAME {
            self.add(field, format!("give at most {NAME} characters"));
        } else if text.chars().any(char::is_control) {
            self.add(field, "give one line without control characters");
        }
        text.to_owned()
    }

    /// A value that may be anything, within bounds.
    pub(super) fn text(&mut self, field: &str, text: &str, most: usize) -> String {
        let text = text.trim();
        if text.len() > most {
            self.add(field, format!("give at most {most} bytes"));
        } else if text.chars().any(char::is_control) {
            self.add(field, "give one line without control characters");
        }
        text.to_owned()
    }
}

/// Reads a value that may be absent (outer `None`) or null (inner `None`).
pub(super) fn nullable<'de, D, T>(from: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<T>::deserialize(from).map(Some)
}

/// A secret on its way in. Its `Debug` is blind, and nothing ever writes it out.
#[derive(Debug, Clone)]
pub struct SecretText(pub Secret<String>);

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self(Secret::new(text)))
    }
}

/// Whether somebody pasted a private key.
pub(super) fn is_private_key(text: &str) -> bool {
    holds_private_key(text.as_bytes())
}

/// What is said to somebody who pasted a private key.
pub(super) const PRIVATE_KEY: &str = "this is a private key, which was not kept: paste the certificate instead, and replace the key if it left its place";

/// Reads a JSON value as an input.
///
/// # Errors
/// `Invalid`, in words that name the field and never repeat its value.
pub fn from_json<T: DeserializeOwned>(value: &Value) -> Result<T, AdminError> {
    T::deserialize(value).map_err(|error| {
        let message = error.to_string();
        let (field, detail) = describe(&message);
        let field = field.or_else(|| culprit::<T>(value, &message));
        AdminError::field(&field.unwrap_or_else(|| "body".to_owned()), detail)
    })
}

/// What a message of serde says, without the value it may repeat.
fn describe(message: &str) -> (Option<String>, String) {
    let quoted = || message.split('`').nth(1).and_then(name);
    if message.starts_with("unknown field ") {
        return (quoted(), unknown(message));
    }
    if message.starts_with("missing field ") {
        return (quoted(), "is needed".to_owned());
    }
    // Serde names what it wanted last, after the value.
    match message.rsplit_once(", expected ") {
        Some((_, wanted)) => (None, format!("give {}", plain(wanted))),
        None => (None, "has a wrong form".to_owned()),
    }
}

/// What to do about a field that is not known: serde names it first, and then the known ones.
fn unknown(message: &str) -> String {
    let mut names = message.split('`').skip(1).step_by(2);
    let written = names.next().unwrap_or_default();
    let known: Vec<&str> = names.collect();
    match nearest(written, known.iter().copied()) {
        Some(meant) => format!("is not known here: did you mean {meant}?"),
        None if known.is_empty() => "is not known here: leave it out".to_owned(),
        None => format!("is not known here: leave it out; known are {}", known.join(", ")),
    }
}

/// What serde wanted, in words of JSON instead of Rust.
fn plain(wanted: &str) -> &str {
    match wanted {
        "a sequence" => "a list, such as [\"...\"]",
        "a boolean" => "true or false",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, not negative",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        _ if wanted.starts_with("struct ") || wanted == "a map" => {
            "an object, such as {\"...\": ...}"
        }
        _ => wanted,
    }
}

/// The field without which the complaint goes away.
fn culprit<T: DeserializeOwned>(value: &Value, message: &str) -> Option<String> {
    let object = value.as_object()?;
    object.keys().take(50).find_map(|name| {
        let mut without = object.clone();
        without.remove(name);
        let other = match T::deserialize(&Value::Object(without)) {
            Ok(_) => true,
            Err(error) => error.to_string() != message,
        };
        other.then(|| self::name(name)).flatten()
    })
}

/// A field's name, if it may be repeated: whoever got the quotes wrong has a value there.
fn name(text: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '[' | ']');
    ((1..=40).contains(&text.len()) && text.chars().all(plain)).then(|| text.to_owned())
}

/// Why a query could not be read, in words that never repeat a value.
pub fn from_query_error(message: &str) -> AdminError {
    // The framework puts its own words before those of serde.
    let message = message.rsplit_once("error: ").map_or(message, |(_, serde)| serde);
    let (field, detail) = describe(message);
    AdminError::field(&field.unwrap_or_else(|| "query".to_owned()), detail)
}

/// Longest text that is searched for, in characters.
const SEARCHED: usize = 200;

/// The text to search for; `None` for an empty one.
///
/// # Errors
/// `Invalid` for one that is too long.
pub(super) fn searched(text: Option<&str>) -> Result<Option<&str>, AdminError> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    if text.is_some_and(|text| text.chars().count() > SEARCHED) {
        return Err(AdminError::field("q", format!("give at most {SEARCHED} characters")));
    }
    Ok(text)
}
