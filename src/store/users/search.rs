//! Lists of people: each is walked in the order of one index, from where it was left, so that
//! a piece costs the same among a million people as among ten.

use rusqlite::params_from_iter;
use rusqlite::types::Value;

use super::read;
use crate::model::id::OrganizationId;
use crate::model::user::{Profile, User};
use crate::store::{StoreError, Tx};

/// Longest address or name that is looked up, in bytes. Nobody types more, and positions in a
/// list stay short.
const KEY_LIMIT: usize = 320;

/// Above every character that a key can hold.
const LAST: char = '\u{10ffff}';

/// In which order, and among whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Walk {
    /// Oldest first.
    Created(Few),
    /// By address, those whose address begins so.
    Email(String),
    /// By full name, those whose name begins so.
    Name(String),
}

/// The few among the many who have an order of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Few {
    /// Everybody.
    All,
    /// Shut out by an administrator.
    Disabled,
    /// Shut out by what their provider said last.
    Inactive,
    /// Never signed in.
    Unseen,
}

/// Where a row stands in a walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// What the walk is ordered by.
    pub key: Key,
    /// The identifier, among those with the same key.
    pub id: String,
}

/// What a walk is ordered by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// A moment.
    Created(i64),
    /// A text in lower case.
    Text(String),
}

impl Walk {
    /// Before everybody of the walk.
    pub fn start(&self) -> Position {
        let key = match self {
            Self::Created(_) => Key::Created(i64::MIN),
            Self::Email(prefix) | Self::Name(prefix) => Key::Text(prefix.clone()),
        };
        Position { key, id: String::new() }
    }

    /// Where a person stands in the walk.
    pub fn position(&self, user: &User) -> Position {
        let text = |key: Option<String>| Key::Text(key.unwrap_or_default());
        let key = match self {
            Self::Created(_) => Key::Created(user.created_at.0),
            Self::Email(_) => text(email_key(&user.profile)),
            Self::Name(_) => text(name_key(&user.profile)),
        };
        Position { key, id: user.id.to_string() }
    }

    fn column(&self) -> &'static str {
        match self {
            Self::Created(_) => "created_at",
            Self::Email(_) => "email_key",
            Self::Name(_) => "name_key",
        }
    }

    fn sql(&self, of_one: bool) -> String {
        let column = self.column();
        let among = match self {
            Self::Created(Few::All) => "",
            Self::Created(Few::Disabled) => "disabled = 1 AND ",
            Self::Created(Few::Inactive) => "inactive_since IS NOT NULL AND ",
            Self::Created(Few::Unseen) => "last_sign_in_at IS NULL AND ",
            Self::Email(_) => "email_key < ?4 AND ",
            Self::Name(_) => "name_key < ?4 AND ",
        };
        let organization = match (of_one, self) {
            (false, _) => "",
            (true, Self::Created(_)) => "organization_id = ?4 AND ",
            (true, _) => "organization_id = ?5 AND ",
        };
        format!(
            "SELECT * FROM users WHERE {organization}{among}({column}, id) > (?1, ?2) \
             ORDER BY {column}, id LIMIT ?3"
        )
    }
}

/// At most `limit` people behind `after`, of one organization or of all.
///
/// # Errors
/// A database error.
pub fn walk(
    tx: &Tx<'_>,
    organization: Option<&OrganizationId>,
    walk: &Walk,
    after: &Position,
    limit: i64,
) -> Result<Vec<User>, StoreError> {
    let values = values(organization, walk, after, limit);
    tx.all(&walk.sql(organization.is_some()), params_from_iter(values), read)
}

fn values(
    organization: Option<&OrganizationId>,
    walk: &Walk,
    after: &Position,
    limit: i64,
) -> Vec<Value> {
    let key = match &after.key {
        Key::Created(at) => Value::Integer(*at),
        Key::Text(text) => Value::Text(text.clone()),
    };
    let mut values = vec![key, Value::Text(after.id.clone()), Value::Integer(limit)];
    if let Walk::Email(prefix) | Walk::Name(prefix) = walk {
        values.push(Value::Text(format!("{prefix}{LAST}")));
    }
    values.extend(organization.map(|organization| Value::Text(organization.to_string())));
    values
}

/// The form in which an address is looked up: lower case.
pub fn email_key(profile: &Profile) -> Option<String> {
    profile.email.as_deref().map(key)
}

/// The form in which a name is looked up: the full name, else first and last, in lower case.
pub fn name_key(profile: &Profile) -> Option<String> {
    let parts = || {
        let parts = [profile.given_name.as_deref(), profile.family_name.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    let name = profile.name.clone().unwrap_or_else(parts);
    Some(key(&name)).filter(|name| !name.is_empty())
}

/// A text as it is looked up.
pub fn key(text: &str) -> String {
    let mut key = text.trim().to_lowercase();
    while key.len() > KEY_LIMIT {
        key.pop();
    }
    key
}

#[cfg(test)]
#[path = "search_tests.rs"]
mod tests;
