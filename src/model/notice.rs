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
}

impl Notice {
    /// Every notice.
    pub const ALL: [Self; 2] = [Self::GroupsOverage, Self::EmailMissing];

    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GroupsOverage => "groups_overage",
            Self::EmailMissing => "email_missing",
        }
    }

    /// The check that warns of it, by its name. No other check of that name warns.
    pub const fn check(self) -> &'static str {
        match self {
            Self::GroupsOverage => "groups",
            Self::EmailMissing => "email",
        }
    }

    /// What would have been better.
    pub const fn expected(self) -> &'static str {
        match self {
            Self::GroupsOverage => "the groups themselves",
            Self::EmailMissing => "an e-mail address",
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
            checks.notice(notice, "none");
        }
        checks.passed("email", "an e-mail address", "one");
        checks.warned("certificate", "valid now", "");
        let found: Vec<_> = checks.as_slice().iter().map(Notice::of).collect();
        let (groups, email) = (Some(Notice::GroupsOverage), Some(Notice::EmailMissing));
        assert_eq!(found, [groups, email, None, None]);
    }
}
