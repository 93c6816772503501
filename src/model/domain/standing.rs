//! Where an asserted e-mail address stands towards the domains of the organization whose
//! provider asserts it, and what follows.

use serde::{Deserialize, Serialize};

use super::{Domain, State};
use crate::model::user::EmailVerified;

/// Where an address stands, seen from one organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// At a domain the organization has proved.
    Proved,
    /// At a domain the organization has lost.
    Lost,
    /// At a domain another organization holds.
    Anothers,
    /// At a domain nobody holds, and the organization holds some.
    Outside,
    /// At a domain nobody holds, nor does the organization hold any: there is nothing to
    /// compare with.
    Unclaimed,
    /// No address that can be read, or one that others could read as another one.
    Unreadable,
}

/// What becomes of people whose address is outside the domains of their organization. Holds
/// for the organization and not for one of its connections: the domains are the
/// organization's, and one lenient connection would undo the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutsideDomains {
    /// They come in, and apps are told that the address is not verified.
    #[default]
    LetInUnverified,
    /// They are refused.
    Refuse,
}

impl OutsideDomains {
    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LetInUnverified => "let_in_unverified",
            Self::Refuse => "refuse",
        }
    }

    /// The setting with this text.
    pub fn read(text: &str) -> Option<Self> {
        [Self::LetInUnverified, Self::Refuse].into_iter().find(|one| one.as_str() == text)
    }
}

/// What the standing of an address means for somebody's sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// They come in.
    In,
    /// They come in, which is worth a warning: the address is not verified.
    Unverified,
    /// They are refused.
    Refused,
}

/// The one of `held` that decides about a name: a proved domain before a lost one, then the
/// nearest. A domain covers itself, and those below it only where that was asked for; so
/// somebody's own proof of a subdomain wins over the domain above it.
pub fn holder<'d>(name: &str, held: &'d [Domain]) -> Option<&'d Domain> {
    let covers = |domain: &&Domain| {
        let below = name.strip_suffix(domain.name.as_str()).is_some_and(|head| head.ends_with('.'));
        domain.state != State::Pending
            && (domain.name == name || (domain.include_subdomains && below))
    };
    held.iter().filter(covers).max_by_key(|domain| (domain.state.is_proved(), domain.name.len()))
}

/// Whether apps are told that an address is verified (rule 3 of the rules of trust): the
/// provider has to say so, or to say nothing, be of one tenant only (`one_tenant`) and speak
/// of a domain its organization has proved. What was lost, is another's or is outside is not
/// verified whatever the provider says.
pub const fn is_verified(stated: EmailVerified, standing: Standing, one_tenant: bool) -> bool {
    match (stated, standing) {
        (EmailVerified::Refuted, _)
        | (_, Standing::Lost | Standing::Anothers | Standing::Outside | Standing::Unreadable) => {
            false
        }
        (EmailVerified::Verified, Standing::Proved | Standing::Unclaimed) => true,
        (EmailVerified::Unstated, Standing::Proved) => one_tenant,
        (EmailVerified::Unstated, Standing::Unclaimed) => false,
    }
}

/// Whether somebody comes in, `known` from before or not. A lost domain is no reason to keep
/// known people out, and takes in nobody new.
pub const fn entry(standing: Standing, setting: OutsideDomains, known: bool) -> Entry {
    match (standing, setting) {
        (Standing::Proved | Standing::Unclaimed, _) => Entry::In,
        (Standing::Lost, _) if known => Entry::Unverified,
        (Standing::Lost, _) => Entry::Refused,
        (_, OutsideDomains::Refuse) => Entry::Refused,
        (_, OutsideDomains::LetInUnverified) => Entry::Unverified,
    }
}

#[cfg(test)]
#[path = "standing_tests.rs"]
mod tests;
