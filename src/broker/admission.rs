//! The proof that somebody got in. `downstream` issues nothing without one.

use crate::model::app::App;
use crate::model::code::Code;
use crate::model::id::{AttemptId, ConnectionId, OrganizationId, RoleId};
use crate::model::organization::Organization;
use crate::model::role::NamedRole;
use crate::model::session::Session;
use crate::model::user::User;

/// Somebody who is signed in, now, with everything an app may be told of them. Only `broker`
/// can make one: from a verified identity, an owner's password, or a live session.
#[derive(Debug, Clone)]
pub struct Admission {
    facts: Facts,
    is_new_user: bool,
    attempt: Option<AttemptId>,
}

/// What an app may be told of somebody. No proof of anything: it may be of a person who is
/// not signed in.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The session, or what would be one.
    pub session: Session,
    /// Who it is.
    pub user: User,
    /// Their organization.
    pub organization: Organization,
    /// Their roles, in the order apps receive them.
    pub roles: Vec<NamedRole>,
}

impl Facts {
    /// Whether they may use an app.
    ///
    /// # Errors
    /// Why not.
    pub fn may_use(&self, app: &App) -> Result<(), Code> {
        let ids = self.roles.iter().map(|role| &role.id);
        may_use(app, &self.organization.id, self.session.method.connection(), ids)
    }
}

/// Whether an app is open to people of an organization who come through a connection and have
/// these roles. An app that is switched off is for the caller to refuse.
///
/// # Errors
/// Why not.
pub(super) fn may_use<'r>(
    app: &App,
    organization: &OrganizationId,
    connection: Option<&ConnectionId>,
    roles: impl Iterator<Item = &'r RoleId>,
) -> Result<(), Code> {
    if !app.admits(organization) {
        Err(Code::AppNotAdmitted)
    } else if !app.admits_through(connection) {
        Err(Code::AppConnectionRefused)
    } else if !app.admits_roles(roles) {
        Err(Code::AppRoleMissing)
    } else {
        Ok(())
    }
}

impl Admission {
    pub(super) const fn new(facts: Facts, is_new_user: bool, attempt: Option<AttemptId>) -> Self {
        Self { facts, is_new_user, attempt }
    }

    /// These facts, of whoever got in by what `before` got in by.
    pub(super) fn of(self, before: &Self) -> Self {
        Self { facts: self.facts, is_new_user: before.is_new_user, attempt: before.attempt.clone() }
    }

    /// What an app may be told.
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The session it belongs to.
    pub const fn session(&self) -> &Session {
        &self.facts.session
    }

    /// Who it is.
    pub const fn user(&self) -> &User {
        &self.facts.user
    }

    /// Their organization.
    pub const fn organization(&self) -> &Organization {
        &self.facts.organization
    }

    /// Whether they may use an app.
    ///
    /// # Errors
    /// Why not.
    pub fn may_use(&self, app: &App) -> Result<(), Code> {
        self.facts.may_use(app)
    }

    /// Whether this is their very first sign-in.
    pub const fn is_new_user(&self) -> bool {
        self.is_new_user
    }

    /// The attempt they got in by just now; none where a session was there already.
    pub const fn attempt(&self) -> Option<&AttemptId> {
        self.attempt.as_ref()
    }
}
