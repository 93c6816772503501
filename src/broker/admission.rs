//! The proof that somebody got in. `downstream` issues nothing without one.

use crate::model::id::AttemptId;
use crate::model::organization::Organization;
use crate::model::session::Session;
use crate::model::user::User;

/// Somebody who is signed in, now, with everything an app may be told of them. Only `broker`
/// can make one: from a verified identity, an owner's password, or a live session.
#[derive(Debug, Clone)]
pub struct Admission {
    session: Session,
    user: User,
    organization: Organization,
    is_new_user: bool,
    attempt: Option<AttemptId>,
}

impl Admission {
    pub(super) const fn new(
        session: Session,
        user: User,
        organization: Organization,
        is_new_user: bool,
        attempt: Option<AttemptId>,
    ) -> Self {
        Self { session, user, organization, is_new_user, attempt }
    }

    /// The session it belongs to.
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// Who it is.
    pub const fn user(&self) -> &User {
        &self.user
    }

    /// Their organization.
    pub const fn organization(&self) -> &Organization {
        &self.organization
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
