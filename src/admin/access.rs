//! The proof that somebody may administer, and how far. Only here can an [`Access`] be made:
//! from a bearer token or an owner's browser session.

use super::error::AdminError;
use crate::broker::session;
use crate::hub::Hub;
use crate::model::audit::Actor;
use crate::model::id::OrganizationId;
use crate::model::secret::{Digest, Secret};
use crate::store::{StoreError, Tx, api_tokens, organizations};

/// How far an access reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    Installation,
    /// One organization and what belongs to it.
    Organization(OrganizationId),
}

/// Somebody who may administer.
#[derive(Debug, Clone)]
pub struct Access {
    actor: Actor,
    scope: Scope,
}

impl Access {
    /// Everything, for the tests of the rooms above.
    #[cfg(test)]
    pub(crate) const fn for_test() -> Self {
        Self::on_host()
    }

    /// Somebody with a shell on the host, who reaches everything. Only for what this room
    /// offers to the command line.
    pub(super) const fn on_host() -> Self {
        Self { actor: Actor::Host, scope: Scope::Installation }
    }

    /// Who it is.
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// How far it reaches.
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Refuses what only the installation's administrators may do.
    pub(super) const fn installation(&self) -> Result<(), AdminError> {
        match self.scope {
            Scope::Installation => Ok(()),
            Scope::Organization(_) => Err(AdminError::Forbidden),
        }
    }

    /// Hides what belongs to another organization, or to none.
    pub(super) fn reaches(&self, organization: Option<&OrganizationId>) -> Result<(), AdminError> {
        match &self.scope {
            Scope::Installation => Ok(()),
            Scope::Organization(own) if Some(own) == organization => Ok(()),
            Scope::Organization(_) => Err(AdminError::NotFound),
        }
    }

    /// The organization a list is narrowed to: the one asked for, within reach.
    pub(super) fn narrow(
        &self,
        asked: Option<&OrganizationId>,
    ) -> Result<Option<OrganizationId>, AdminError> {
        match (&self.scope, asked) {
            (Scope::Installation, asked) => Ok(asked.cloned()),
            (Scope::Organization(own), None) => Ok(Some(own.clone())),
            (Scope::Organization(own), Some(asked)) if own == asked => Ok(Some(own.clone())),
            (Scope::Organization(_), Some(_)) => Err(AdminError::NotFound),
        }
    }

    /// Under which name answers to creations are remembered.
    pub(super) fn name(&self) -> String {
        match &self.actor {
            Actor::User { id } => format!("user:{id}"),
            Actor::Token { id } => format!("token:{id}"),
            Actor::Host => "host".to_owned(),
            Actor::System => "system".to_owned(),
        }
    }
}

/// The access a bearer token gives; `None` when it is unknown, revoked, or its organization
/// is disabled.
///
/// # Errors
/// A database error.
pub async fn by_token(hub: &Hub, bearer: &Secret<String>) -> Result<Option<Access>, StoreError> {
    // What is looked up is a digest, so the time it takes tells nothing about the value.
    let digest = Digest::of(bearer.expose().as_bytes());
    let found = hub.store.read(move |tx| token(tx, &digest)).await?;
    let Some((access, token)) = found else { return Ok(None) };
    let now = hub.clock.now();
    let noted = token.last_used_at.is_some_and(|at| now.since(at) < crate::model::time::MINUTE);
    if !noted {
        let id = token.id;
        hub.store.write(move |tx| api_tokens::note_use(tx, &id, now)).await?;
    }
    Ok(Some(access))
}

fn token(
    tx: &Tx<'_>,
    digest: &Digest,
) -> Result<Option<(Access, api_tokens::ApiToken)>, StoreError> {
    let Some(token) = api_tokens::find_by_digest(tx, digest)? else { return Ok(None) };
    if token.revoked_at.is_some() {
        return Ok(None);
    }
    let scope = match &token.organization {
        None => Scope::Installation,
        Some(id) => match organizations::find(tx, id)? {
            Some(organization) if !organization.disabled => Scope::Organization(id.clone()),
            _ => return Ok(None),
        },
    };
    Ok(Some((Access { actor: Actor::Token { id: token.id.clone() }, scope }, token)))
}

/// The access an owner's browser session gives: the installation for owners of the home
/// organization, their own organization for others; `None` for everybody else.
///
/// # Errors
/// A database error.
pub async fn by_session(hub: &Hub, cookie: &Secret<String>) -> Result<Option<Access>, StoreError> {
    let digest = Digest::of(cookie.expose().as_bytes());
    let now = hub.clock.now();
    let limits = hub.config.session_limits();
    let found = hub.store.read(move |tx| session::find(tx, now, limits, digest)).await?;
    Ok(found.and_then(|admission| {
        let (user, organization) = (admission.user(), admission.organization());
        if !user.owner || user.disabled || organization.disabled {
            return None;
        }
        let scope = if organization.home {
            Scope::Installation
        } else {
            Scope::Organization(organization.id.clone())
        };
        Some(Access { actor: Actor::User { id: user.id.clone() }, scope })
    }))
}
