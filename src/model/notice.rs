//! The closed list of what is worth knowing about a sign-in that was let in all the same. Each
//! is a check that warned; its code is as stable as a reason code.

/// What was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The provider sent a marker that there are too many groups: they are unknown, not none.
    GroupsOverage,
    /// No e-mail address came with the person.
    EmailMissing,
    /// The e-mail address is a name the person signs in by, which may be no mailbox.
    EmailIsSignInName,
}

impl Notice {
    /// Every notice.
    pub const ALL: [Self; 3] = [Self::GroupsOverage, Self::EmailMissing, Self::EmailIsSignInName];

    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GroupsOverage => "groups_overage",
            Self::EmailMissing => "email_missing",
            Self::EmailIsSignInName => "email_is_sign_in_name",
        }
    }

    /// The check that warns of it, by its name. No other check of that name warns.
    pub const fn check(self) -> &'static str {
        match self {
            Self::GroupsOverage => "groups",
            Self::EmailMissing => "email",
            Self::EmailIsSignInName => "email_source",
        }
    }
}
