//! Which attribute or claim each field of a person was taken from, and why. Names are not
//! personal; values are, and none stands here.

use serde::{Deserialize, Serialize, Serializer};

use super::visible::escape;

/// Longest name kept of an attribute or claim, in characters.
const NAME_LIMIT: usize = 256;

/// A field of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The lasting identity.
    Subject,
    /// E-mail address.
    Email,
    /// First name.
    GivenName,
    /// Last name.
    FamilyName,
    /// Full name.
    Name,
    /// Groups.
    Groups,
}

impl Field {
    /// Every field, in the order they are shown.
    pub const ALL: [Self; 6] =
        [Self::Subject, Self::Email, Self::GivenName, Self::FamilyName, Self::Name, Self::Groups];

    /// Its name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Email => "email",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::Name => "name",
            Self::Groups => "groups",
        }
    }

    /// What it is called in a sentence.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Subject => "lasting identity",
            Self::Email => "e-mail address",
            Self::GivenName => "first name",
            Self::FamilyName => "last name",
            Self::Name => "full name",
            Self::Groups => "groups",
        }
    }

    /// What is looked for where no name is configured, most wanted first and not complete.
    pub const fn looked_for(self) -> &'static str {
        match self {
            Self::Subject => "a lasting NameID, or sub",
            Self::Email => {
                "email, mail, emailAddress; else a NameID, preferred_username or upn that is an address"
            }
            Self::GivenName => "given_name, givenName, firstName",
            Self::FamilyName => "family_name, surname, lastName, sn",
            Self::Name => "name, displayName, fullName, cn; else first and last name",
            Self::Groups => "groups, group, memberOf, roles",
        }
    }
}

/// Why a field has the value it has, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Its name is the configured one.
    Configured,
    /// Its name is a known one.
    KnownName,
    /// Its name is a known one once its prefix or punctuation is taken off (`User.email`).
    Normalised,
    /// A name to sign in by that has the form of an address, but may be no mailbox.
    SignInName,
    /// The NameID; for an address, its format says so.
    NameId,
    /// The NameID, because it looks like an address.
    LookedLikeAddress,
    /// Put together from first and last name.
    PutTogether,
    /// `sub`.
    Sub,
    /// `tid` and `oid`, because Entra ID makes another `sub` for every client.
    TenantAndObject,
    /// Nothing came that was looked for.
    NotSent,
    /// It came, but with nothing in it that could be used.
    Unusable,
    /// The provider left the groups out, because there are too many to send.
    TooMany,
}

impl Why {
    /// Its name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Configured => "configured",
            Self::KnownName => "known_name",
            Self::Normalised => "normalised",
            Self::SignInName => "sign_in_name",
            Self::NameId => "name_id",
            Self::LookedLikeAddress => "looked_like_address",
            Self::PutTogether => "put_together",
            Self::Sub => "sub",
            Self::TenantAndObject => "tenant_and_object",
            Self::NotSent => "not_sent",
            Self::Unusable => "unusable",
            Self::TooMany => "too_many",
        }
    }
}

/// What one field was taken from, and why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Kept<String>")]
pub struct Match {
    /// The field.
    pub field: Field,
    /// The name of the attribute or claim as received; of one that was not sent, the
    /// configured name. Cut to [`NAME_LIMIT`] characters. `None` where no single one applies.
    pub name: Option<String>,
    /// Why it was taken, or why there is none.
    pub why: Why,
}

/// A match as it is kept. Every sign-in keeps one per field, so they are short.
#[derive(Serialize, Deserialize)]
struct Kept<T>(Field, Why, #[serde(default)] Option<T>);

impl Serialize for Match {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Kept(self.field, self.why, self.name.as_deref()).serialize(serializer)
    }
}

impl From<Kept<String>> for Match {
    fn from(Kept(field, why, name): Kept<String>) -> Self {
        Self { field, name, why }
    }
}

impl Match {
    /// A match of the attribute or claim `name`.
    pub fn new(field: Field, why: Why, name: &str) -> Self {
        let end = name.char_indices().nth(NAME_LIMIT).map_or(name.len(), |(end, _)| end);
        Self { field, name: Some(name[..end].to_owned()), why }
    }

    /// A match that is of no single attribute or claim.
    pub const fn unnamed(field: Field, why: Why) -> Self {
        Self { field, name: None, why }
    }

    /// The match in a sentence, invisible characters of the name written out.
    pub fn sentence(&self) -> String {
        let field = self.field.words();
        let (is, was) = if self.field == Field::Groups { ("are", "were") } else { ("is", "was") };
        let name = self.name.as_deref().map_or_else(|| "the NameID".to_owned(), escape);
        match self.why {
            Why::Configured => format!("The {field} {was} taken from {name}, the configured name."),
            Why::KnownName => format!("The {field} {was} taken from {name}, a known name."),
            Why::Normalised => {
                format!("The {field} {was} taken from {name}, another spelling of a known name.")
            }
            Why::SignInName => format!(
                "The {field} {was} taken from {name}, a name to sign in by that may be no mailbox."
            ),
            Why::NameId if self.field == Field::Subject => format!("The {field} is the NameID."),
            Why::NameId => {
                format!("The {field} {was} taken from the NameID, whose format says it is one.")
            }
            Why::LookedLikeAddress => {
                format!("The {field} {was} taken from the NameID, which looks like one.")
            }
            Why::PutTogether => format!("The {field} {was} put together from first and last name."),
            Why::Sub => format!("The {field} is the claim sub."),
            Why::TenantAndObject => format!(
                "The {field} is the claims tid and oid together, because Entra ID makes another \
                 sub for every client."
            ),
            Why::NotSent => {
                let cure = match self.field {
                    Field::Email => {
                        " Have the provider send it, or name what holds it as attributes.email of the draft."
                    }
                    _ => "",
                };
                format!("The {field} {is} not known: {} not sent.{cure}", self.missed())
            }
            Why::Unusable => {
                format!("The {field} {is} not known: {name} came with nothing usable in it.")
            }
            Why::TooMany => format!(
                "The {field} {is} not known: the provider says that there are too many to send."
            ),
        }
    }

    /// What nobody sent.
    fn missed(&self) -> String {
        match &self.name {
            Some(name) => format!("{}, the configured name, was", escape(name)),
            None => format!("what was looked for ({}) was", self.field.looked_for()),
        }
    }
}

#[cfg(test)]
#[path = "matched_tests.rs"]
mod tests;
