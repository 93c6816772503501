//! Where a connection's configuration comes from: metadata as a file or at an address, values
//! typed in, or an issuer with its client. Whatever the source, one configuration comes out,
//! normalized, its secret sealed.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::access::Access;
use super::error::AdminError;
use super::input::{Problems, from_json};
use crate::hub::Hub;
use crate::model::connection::{
    AttributeNames, ConnectionConfig, DEFAULT_CLOCK_SKEW_SECONDS, GroupSeparator,
    MAX_CLOCK_SKEW_SECONDS, Protocol,
};

mod oidc;
mod saml;

pub use oidc::OidcDraft;
pub use saml::SamlDraft;

/// Longest address, name or identifier.
const LONG: usize = 2_000;
/// Most scopes and most audiences.
const MANY: usize = 50;

/// Names to read instead of the known ones, per field. Of OpenID Connect claims one inside
/// another is named by its path: `realm_access.roles`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AttributeNamesBody {
    /// The lasting identity of the person instead of NameID or `sub`.
    pub subject: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// First name.
    pub given_name: Option<String>,
    /// Last name.
    pub family_name: Option<String>,
    /// Full name.
    pub name: Option<String>,
    /// Groups.
    pub groups: Option<String>,
    /// `semicolon` or `comma`: what stands between groups that come joined into one text.
    /// Default: each text is one group. A comma within a distinguished name joins nothing.
    #[schema(value_type = Option<String>)]
    pub split_groups: Option<GroupSeparator>,
}

/// A configuration ready to be kept.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The configuration.
    pub(super) config: ConnectionConfig,
    /// What was noticed on the way.
    pub(super) warnings: Vec<String>,
}

impl Draft {
    /// What a connection starts with.
    pub(super) fn empty(protocol: Protocol) -> Self {
        Self { config: ConnectionConfig::empty(protocol), warnings: Vec::new() }
    }
}

/// Makes a configuration of what was sent. May call the metadata's address; no transaction
/// is open. `access` decides how much is told of that address; `prefix` stands before the
/// fields in errors.
///
/// # Errors
/// `Invalid`.
pub async fn read(
    hub: &Hub,
    access: &Access,
    protocol: Protocol,
    body: &Value,
    prefix: &str,
) -> Result<Draft, AdminError> {
    let read = match protocol {
        Protocol::Saml => match from_json::<SamlDraft>(body) {
            Ok(draft) => saml::read(hub, access, &draft).await,
            Err(error) => Err(error),
        },
        Protocol::Oidc => from_json::<OidcDraft>(body).and_then(|draft| oidc::read(hub, &draft)),
    };
    match read {
        Err(AdminError::Invalid(errors)) => {
            Problems::of(errors).under(prefix).done()?;
            Err(AdminError::field(prefix, "has a wrong form"))
        }
        read => read,
    }
}

fn names(problems: &mut Problems, given: &AttributeNamesBody) -> AttributeNames {
    let mut one = |field: &str, text: &Option<String>| {
        some_text(problems, &format!("attributes.{field}"), text.as_deref())
    };
    AttributeNames {
        subject: one("subject", &given.subject),
        email: one("email", &given.email),
        given_name: one("given_name", &given.given_name),
        family_name: one("family_name", &given.family_name),
        name: one("name", &given.name),
        groups: one("groups", &given.groups),
        split_groups: given.split_groups,
    }
}

fn skew(problems: &mut Problems, given: Option<u32>) -> u32 {
    let seconds = given.unwrap_or(DEFAULT_CLOCK_SKEW_SECONDS);
    if seconds > MAX_CLOCK_SKEW_SECONDS {
        problems.add("clock_skew_seconds", format!("give 0 to {MAX_CLOCK_SKEW_SECONDS}"));
    }
    seconds
}

/// A text that means "not set" when it is empty.
fn some_text(problems: &mut Problems, field: &str, text: Option<&str>) -> Option<String> {
    Some(problems.text(field, text?, LONG)).filter(|text| !text.is_empty())
}
