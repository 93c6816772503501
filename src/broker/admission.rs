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

    /// Whom claims are about.
    pub const fn who(&self) -> Who<'_> {
        Who::new(&self.session, &self.user, &self.organization)
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

/// Whom claims are about: somebody who is in, or would have been. It proves nothing.
#[derive(Debug, Clone, Copy)]
pub struct Who<'a> {
    session: &'a Session,
    user: &'a User,
    organization: &'a Organization,
}

impl<'a> Who<'a> {
    pub(super) const fn new(
        session: &'a Session,
        user: &'a User,
        organization: &'a Organization,
    ) -> Self {
        Self { session, user, organization }
    }

    /// How they came in.
    pub const fn session(&self) -> &'a Session {
        self.session
    }

    /// Who it is.
    pub const fn user(&self) -> &'a User {
        self.user
    }

    /// Their organization.
    pub const fn organization(&self) -> &'a Organization {
        self.organization
    }
}
