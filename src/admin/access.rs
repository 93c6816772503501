//! The proof that somebody may administer, and how far. Only here can an [`Access`] be made:
//! from a bearer token, the browser session of an owner or an administrator, or the browser of
//! a set-up link.

use super::error::AdminError;
use crate::broker::session::{self, Limits};
use crate::hub::Hub;
use crate::model::audit::Actor;
use crate::model::connection::Connection;
use crate::model::id::{ConnectionId, OrganizationId, SetupLinkId, TokenId};
use crate::model::organization::Organization;
use crate::model::secret::{Digest, Secret};
use crate::model::time::{HOUR, MINUTE, Millis};
use crate::model::user::User;
use crate::store::api_tokens::{self, ApiToken};
use crate::store::setup_links::{self, SetupLink};
use crate::store::{StoreError, Tx, connections, organizations, roles, users};

/// How far an access reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    Installation,
    /// One organization and what belongs to it.
    Organization(OrganizationId),
    /// One connection, and of that only what prepares it. Every function refuses this unless it
    /// asks [`Access::sets_up`].
    Connection(OrganizationId, ConnectionId),
}

/// What an access may do to owners.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Rank {
    /// Whatever its scope allows.
    Owner,
    /// An administrator of this organization: its owners are out of reach, and so is whatever
    /// makes one, else any administrator could make themselves an owner.
    Admin(OrganizationId),
}

/// Somebody who may administer. Given before a request is read to its end, so [`Access::hold`] asks
/// again in the transaction in which it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    actor: Actor,
    scope: Scope,
    rank: Rank,
    /// Digest of the cookie it was given for: of a session, or of the browser of a set-up link.
    cookie: Option<Digest>,
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
        let (scope, rank) = (Scope::Installation, Rank::Owner);
        Self { actor: Actor::Host, scope, rank, cookie: None }
    }

    /// The browser of a set-up link for `connection`. What is done to owners is out of its
    /// reach twice.
    fn preparing(id: SetupLinkId, connection: Connection, cookie: Digest) -> Self {
        Self {
            actor: Actor::SetupLink { id },
            rank: Rank::Admin(connection.organization.clone()),
            scope: Scope::Connection(connection.organization, connection.id),
            cookie: Some(cookie),
        }
    }

    /// Of a token, unless it is revoked or its organization disabled.
    fn of_token(tx: &Tx<'_>, token: &ApiToken) -> Result<Option<Self>, StoreError> {
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
        let actor = Actor::Token { id: token.id.clone() };
        Ok(Some(Self { actor, scope, rank: Rank::Owner, cookie: None }))
    }

    /// Of an owner or an administrator: the installation for those of the home organization, their
    /// own organization for others.
    fn of_user(user: &User, organization: &Organization, cookie: Digest) -> Option<Self> {
        if user.is_shut_out() || organization.disabled {
            return None;
        }
        let rank = match (user.owner, user.admin) {
            (true, _) => Rank::Owner,
            (false, true) => Rank::Admin(organization.id.clone()),
            (false, false) => return None,
        };
        let scope = match organization.home {
            true => Scope::Installation,
            false => Scope::Organization(organization.id.clone()),
        };
        let actor = Actor::User { id: user.id.clone() };
        Some(Self { actor, scope, rank, cookie: Some(cookie) })
    }

    /// Refuses whoever would not be given the same now: what they hold may have been revoked or
    /// ended, and they themselves switched off or demoted, while the rest of their request came.
    pub(super) fn hold(&self, tx: &Tx<'_>, now: Millis, limits: Limits) -> Result<(), AdminError> {
        let given = match (&self.actor, self.cookie) {
            (Actor::Host, _) => return Ok(()),
            (Actor::Token { id }, _) => by_id(tx, id)?,
            (Actor::User { .. }, Some(cookie)) => in_session(tx, now, limits, cookie)?,
            (Actor::SetupLink { .. }, Some(cookie)) => {
                let found = at_link(tx, now, cookie)?;
                found.map(|(connection, link)| Self::preparing(link.id, connection, cookie))
            }
            (Actor::User { .. } | Actor::SetupLink { .. }, None) | (Actor::System, _) => None,
        };
        self.same_as(given)
    }

    fn same_as(&self, given: Option<Self>) -> Result<(), AdminError> {
        if given.as_ref() == Some(self) { Ok(()) } else { Err(AdminError::AccessLost) }
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
            Scope::Organization(_) | Scope::Connection(..) => Err(AdminError::Forbidden),
        }
    }

    /// Whether it is the browser of a set-up link, which prepares one connection and does not put
    /// it into use.
    pub(super) const fn prepares(&self) -> bool {
        matches!(self.scope, Scope::Connection(..))
    }

    /// Whether it is an owner's, or a token's.
    pub(super) const fn is_owners(&self) -> bool {
        matches!(self.rank, Rank::Owner)
    }

    /// As [`Self::hold`], but that a session may be over: what was begun in it goes on when the
    /// browser is closed.
    pub(super) fn still(&self, tx: &Tx<'_>, now: Millis, limits: Limits) -> Result<(), AdminError> {
        let (Actor::User { id }, Some(cookie)) = (&self.actor, self.cookie) else {
            return self.hold(tx, now, limits);
        };
        let Some(user) = users::find(tx, id)? else { return Err(AdminError::AccessLost) };
        let organization = organizations::find(tx, &user.organization)?;
        self.same_as(organization.and_then(|found| Self::of_user(&user, &found, cookie)))
    }

    /// Refuses what administrators may not do, whoever it is about.
    pub(super) const fn owner(&self) -> Result<(), AdminError> {
        if self.is_owners() { Ok(()) } else { Err(AdminError::OwnersOnly) }
    }

    /// Refuses what changes an owner of `organization`, or makes one.
    pub(super) fn over_owners_of(&self, organization: &OrganizationId) -> Result<(), AdminError> {
        match (&self.rank, &self.scope) {
            (Rank::Owner, _) => Ok(()),
            // Whoever runs the installation helps other organizations out.
            (Rank::Admin(own), Scope::Installation) if own != organization => Ok(()),
            (Rank::Admin(_), _) => Err(AdminError::OwnersOnly),
        }
    }

    /// Refuses a change of `user` to whom owners are out of reach, when the person is one.
    pub(super) fn over(&self, user: &User) -> Result<(), AdminError> {
        if user.owner { self.over_owners_of(&user.organization) } else { Ok(()) }
    }

    /// Refuses what decides whom a connection vouches for to whom owners are out of reach, when
    /// owners come in through it or are made by its groups: whoever has another provider vouch
    /// can be any of them. While the first owner is still to come, that goes for every connection
    /// of the organization.
    pub(super) fn over_connection(
        &self,
        tx: &Tx<'_>,
        connection: &Connection,
    ) -> Result<(), AdminError> {
        match self.over_owners_of(&connection.organization) {
            Err(refused)
                if roles::reaches_owners(tx, &connection.id)?
                    || awaits_owner(tx, &connection.organization)? =>
            {
                Err(refused)
            }
            _ => Ok(()),
        }
    }

    /// Hides what belongs to another organization, or to none.
    pub(super) fn reaches(&self, organization: Option<&OrganizationId>) -> Result<(), AdminError> {
        match &self.scope {
            Scope::Installation => Ok(()),
            Scope::Organization(own) if Some(own) == organization => Ok(()),
            Scope::Organization(_) | Scope::Connection(..) => Err(AdminError::NotFound),
        }
    }

    /// Hides every connection but those within reach, for what prepares one.
    pub(super) fn sets_up(&self, connection: &Connection) -> Result<(), AdminError> {
        match &self.scope {
            Scope::Connection(organization, id) => {
                let own = *id == connection.id && *organization == connection.organization;
                if own { Ok(()) } else { Err(AdminError::NotFound) }
            }
            Scope::Installation | Scope::Organization(_) => {
                self.reaches(Some(&connection.organization))
            }
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
            (Scope::Organization(_), Some(_)) | (Scope::Connection(..), _) => {
                Err(AdminError::NotFound)
            }
        }
    }

    /// Under which name answers to creations are remembered.
    pub(super) fn name(&self) -> String {
        match &self.actor {
            Actor::User { id } => format!("user:{id}"),
            Actor::Token { id } => format!("token:{id}"),
            Actor::SetupLink { id } => format!("setup_link:{id}"),
            Actor::Host => "host".to_owned(),
            Actor::System => "system".to_owned(),
        }
    }
}

/// Whether a sign-in may make the first owner of an organization.
fn awaits_owner(tx: &Tx<'_>, organization: &OrganizationId) -> Result<bool, StoreError> {
    let found = organizations::find(tx, organization)?;
    Ok(found.is_some_and(|found| found.settings.first_owner.is_some()))
}

/// The access a bearer token gives; `None` when it is unknown, revoked, or its organization
/// is disabled.
///
/// # Errors
/// A database error.
pub async fn by_token(hub: &Hub, bearer: &Secret<String>) -> Result<Option<Access>, StoreError> {
    // What is looked up is a digest, so the time it takes tells nothing about the value.
    let digest = Digest::of(bearer.expose().as_bytes());
    let found = hub.store.read(move |tx| {
        let Some(token) = api_tokens::find_by_digest(tx, &digest)? else { return Ok(None) };
        let access = Access::of_token(tx, &token)?;
        Ok::<_, StoreError>(access.map(|access| (access, token)))
    });
    let Some((access, token)) = found.await? else { return Ok(None) };
    let now = hub.clock.now();
    let noted = token.last_used_at.is_some_and(|at| now.since(at) < MINUTE);
    if !noted {
        let id = token.id;
        hub.store.write(move |tx| api_tokens::note_use(tx, &id, now)).await?;
    }
    Ok(Some(access))
}

fn by_id(tx: &Tx<'_>, token: &TokenId) -> Result<Option<Access>, StoreError> {
    match api_tokens::find(tx, token)? {
        Some(token) => Access::of_token(tx, &token),
        None => Ok(None),
    }
}

/// The access the browser session of an owner or an administrator gives; `None` for everybody
/// else.
///
/// # Errors
/// A database error.
pub async fn by_session(hub: &Hub, cookie: &Secret<String>) -> Result<Option<Access>, StoreError> {
    let digest = Digest::of_ordered(cookie.expose());
    let now = hub.clock.now();
    let limits = hub.running.settings().limits;
    hub.store.read(move |tx| in_session(tx, now, limits, digest)).await
}

fn in_session(
    tx: &Tx<'_>,
    now: Millis,
    limits: Limits,
    cookie: Digest,
) -> Result<Option<Access>, StoreError> {
    let held = session::find(tx, now, limits, cookie)?;
    Ok(held.and_then(|held| Access::of_user(held.user(), held.organization(), cookie)))
}

/// The browser of a set-up link that asked for nothing for so long hands over the token again.
const SETUP_IDLE: i64 = HOUR;

/// The access the browser of a set-up link has; `None` when the link is over, the browser was
/// idle for too long, or the organization is disabled. `changes` is noted as use of the link.
///
/// # Errors
/// A database error.
pub async fn by_setup_link(
    hub: &Hub,
    cookie: &Secret<String>,
    changes: bool,
) -> Result<Option<Access>, StoreError> {
    let digest = Digest::of(cookie.expose().as_bytes());
    let now = hub.clock.now();
    let found = hub.store.read(move |tx| at_link(tx, now, digest)).await?;
    let Some((connection, link)) = found else { return Ok(None) };
    let noted = link.seen_at.is_some_and(|at| now.since(at) < MINUTE);
    if !noted || (changes && link.used_at.is_none()) {
        let id = link.id.clone();
        hub.store.write(move |tx| setup_links::seen(tx, &id, now, changes)).await?;
    }
    Ok(Some(Access::preparing(link.id, connection, digest)))
}

/// The link the browser with this cookie opened, and what it prepares, while both are in force.
fn at_link(
    tx: &Tx<'_>,
    now: Millis,
    cookie: Digest,
) -> Result<Option<(Connection, SetupLink)>, StoreError> {
    let found = setup_links::find_by_browser(tx, &cookie)?.filter(|link| link.in_force(now));
    match found.filter(|link| link.seen_at.is_some_and(|at| now.since(at) <= SETUP_IDLE)) {
        Some(link) => Ok(prepared(tx, &link)?.map(|found| (found, link))),
        None => Ok(None),
    }
}

/// The connection a link prepares, while its organization is in force.
fn prepared(tx: &Tx<'_>, link: &SetupLink) -> Result<Option<Connection>, StoreError> {
    let Some(connection) = connections::find(tx, &link.connection)? else { return Ok(None) };
    let organization = organizations::find(tx, &connection.organization)?;
    let in_force = organization.filter(|organization| !organization.disabled);
    Ok(in_force.map(|_| connection))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::connection::Protocol;

    fn connection(id: &str, organization: &str) -> Connection {
        Connection {
            id: ConnectionId::try_from(id).unwrap(),
            organization: OrganizationId::try_from(organization).unwrap(),
            name: "Okta".to_owned(),
            protocol: Protocol::Saml,
            disabled: false,
            live: None,
            draft: None,
            previous: None,
            settings: Default::default(),
            capture_until: None,
            created_at: Millis(0),
            version: 1,
        }
    }

    #[test]
    fn a_set_up_link_reaches_its_connection_and_nothing_that_does_not_ask_for_it() {
        let own = connection("okta", "acme");
        let access = Access::preparing(
            SetupLinkId::try_from("link").unwrap(),
            own.clone(),
            Digest::of(b"c"),
        );
        assert!(access.sets_up(&own).is_ok());
        for other in [connection("entra", "acme"), connection("okta", "beta")] {
            assert!(matches!(access.sets_up(&other), Err(AdminError::NotFound)));
        }
        assert!(matches!(access.installation(), Err(AdminError::Forbidden)));
        for asked in [None, Some(&own.organization)] {
            assert!(matches!(access.reaches(asked), Err(AdminError::NotFound)));
            assert!(matches!(access.narrow(asked), Err(AdminError::NotFound)));
        }
    }
}
