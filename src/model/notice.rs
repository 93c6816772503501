//! The closed list of what is worth knowing about a sign-in that was let in all the same. Each
//! is a check that warned; its code is as stable as a reason code.

use super::check::{Check, Verdict};

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

    /// What a kept check gave notice of.
    pub fn of(check: &Check) -> Option<Self> {
        let warned = check.verdict == Verdict::Warned;
        Self::ALL.into_iter().find(|notice| warned && notice.check() == check.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::check::Checks;

    #[test]
    fn a_notice_comes_back_from_its_check() {
        let mut checks = Checks::new();
        for notice in Notice::ALL {
            checks.notice(notice, "something", "none");
        }
        checks.passed("email", "an e-mail address", "one");
        checks.warned("certificate", "valid now", "");
        let found: Vec<_> = checks.as_slice().iter().map(Notice::of).collect();
        let noticed = Notice::ALL.map(Some);
        assert_eq!(found, [&noticed[..], &[None, None]].concat());
    }
}
