//! Bearer tokens of this API.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::AdminError;
use super::input::Problems;
use super::list::{List, Listed};
use super::{Act, Change, NOTHING, Scope, organizations};
use crate::model::audit::Actor;
use crate::model::id::{OrganizationId, TokenId};
use crate::model::rng::Rng;
use crate::model::secret::{Digest, random_token};
use crate::model::time::Millis;
use crate::store::api_tokens::{self, ApiToken, NewToken};
use crate::store::{Tx, audit, organizations as rows};

/// A token to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenInput {
    /// What it is for.
    pub name: String,
    /// The one organization it may touch; absent for everything within the maker's reach.
    #[serde(default)]
    pub organization: Option<String>,
}

/// A bearer token, without its value.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TokenItem {
    /// Its identifier.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// The one organization it may touch; null for the installation.
    pub organization: Option<String>,
    /// When it was made (RFC 3339).
    pub created_at: String,
    /// When it was last used, to the minute (RFC 3339).
    pub last_used_at: Option<String>,
}

/// A new token. Its value is shown this once.
#[derive(Clone, Serialize, ToSchema)]
pub struct TokenMade {
    /// The token.
    #[serde(flatten)]
    pub item: TokenItem,
    /// The bearer value.
    pub token: String,
}

/// Makes a token that reaches no further than its maker. For owners.
///
/// # Errors
/// `Invalid`, `OwnersOnly`.
pub fn create(act: &Act<'_>, input: &TokenInput) -> Result<TokenMade, AdminError> {
    // A token reaches owners and stays when its maker is no administrator any more.
    act.access.owner()?;
    let mut problems = Problems::default();
    let name = problems.name("name", &input.name);
    let organization = match (&input.organization, act.access.scope()) {
        (Some(text), _) => organizations::named(act, &mut problems, "organization", text)?,
        (None, Scope::Organization(own)) => Some(own.clone()),
        (None, Scope::Installation) => None,
        (None, Scope::Connection(..)) => return Err(AdminError::Forbidden),
    };
    problems.done()?;
    let who = Maker { rng: act.hub.rng.as_ref(), now: act.now, actor: act.access.actor() };
    make(act.tx, who, name, organization)
}

/// Makes a token for somebody with a shell on the host, who reaches everything.
///
/// # Errors
/// `Invalid`.
pub fn create_on_host(
    tx: &Tx<'_>,
    rng: &dyn Rng,
    now: Millis,
    name: &str,
    organization: Option<OrganizationId>,
) -> Result<TokenMade, AdminError> {
    let mut problems = Problems::default();
    let name = problems.name("name", name);
    problems.done()?;
    make(tx, Maker { rng, now, actor: &Actor::Host }, name, organization)
}

/// Who makes a token, and when.
struct Maker<'m> {
    rng: &'m dyn Rng,
    now: Millis,
    actor: &'m Actor,
}

fn make(
    tx: &Tx<'_>,
    who: Maker<'_>,
    name: String,
    organization: Option<OrganizationId>,
) -> Result<TokenMade, AdminError> {
    let home = match &organization {
        Some(id) => rows::find(tx, id)?.is_some_and(|of| of.home),
        None => false,
    };
    if home {
        // It would give its own people the installation.
        let detail =
            "leave it out: whoever administers the home organization administers everything";
        return Err(AdminError::field("organization", detail));
    }
    // The prefix lets people, and scanners for leaked secrets, tell what it is.
    let value = format!("dw_{}", random_token(who.rng).expose());
    let id = TokenId::random(who.rng);
    let (digest, created_at) = (Digest::of(value.as_bytes()), who.now);
    let new = NewToken { id, name, digest, organization, created_at };
    api_tokens::insert(tx, &new)?;
    let item = TokenItem {
        id: new.id.to_string(),
        name: new.name,
        organization: new.organization.as_ref().map(OrganizationId::to_string),
        created_at: new.created_at.rfc3339(),
        last_used_at: None,
    };
    let change = Change {
        action: "token.create",
        organization: new.organization.as_ref(),
        subject: new.id.as_str(),
    };
    let event = change.event(who.rng, who.now, who.actor, NOTHING, Some(&item))?;
    audit::append(tx, &event)?;
    Ok(TokenMade { item, token: value })
}

/// The tokens in force within reach, oldest first.
///
/// # Errors
/// A database error.
pub fn list(act: &Act<'_>, list: &List) -> Result<Listed<TokenItem>, AdminError> {
    let organization = act.access.narrow(None)?;
    list.read(
        |page| api_tokens::list(act.tx, organization.as_ref(), page),
        |row| (row.created_at, row.id.as_str()),
        |row| Ok(show(&row)),
    )
}

/// Ends a token for good. For owners.
///
/// # Errors
/// `NotFound`, `OwnersOnly`.
pub fn revoke(act: &Act<'_>, id: &TokenId) -> Result<(), AdminError> {
    let token = api_tokens::find(act.tx, id)?
        .filter(|token| token.revoked_at.is_none())
        .ok_or(AdminError::NotFound)?;
    act.access.reaches(token.organization.as_ref())?;
    act.access.owner()?;
    api_tokens::revoke(act.tx, id, act.now)?;
    let change = Change {
        action: "token.revoke",
        organization: token.organization.as_ref(),
        subject: id.as_str(),
    };
    act.note(&change, Some(&show(&token)), NOTHING)
}

fn show(token: &ApiToken) -> TokenItem {
    TokenItem {
        id: token.id.to_string(),
        name: token.name.clone(),
        organization: token.organization.as_ref().map(OrganizationId::to_string),
        created_at: token.created_at.rfc3339(),
        last_used_at: token.last_used_at.map(Millis::rfc3339),
    }
}
