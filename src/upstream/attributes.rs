//! Claims and attributes into a profile, through a table of synonyms, so that the shapes
//! providers send by default need no mapping typed. What was taken from where, and why, comes
//! with it.

mod email;
mod found;
mod groups;
mod name_id;
mod synonyms;

pub(in crate::upstream) use groups::{speaks_of_groups, too_many};
pub use name_id::NameId;

use crate::model::check::Checks;
use crate::model::connection::AttributeNames;
use crate::model::matched::{Field, Match, Why};
use crate::model::notice::Notice;
use crate::model::user::{Profile, Received};
use found::{Found, configured};
use synonyms::Slot;

/// Whether many people have the same value under this name: a group, a role, a name.
pub fn is_shared(name: &str) -> bool {
    synonyms::known(name).is_some_and(|known| match known.slot {
        Slot::EmailVerified
        | Slot::DomainOwned
        | Slot::GivenName
        | Slot::FamilyName
        | Slot::Name
        | Slot::Groups
        | Slot::Roles => true,
        Slot::Email | Slot::SignInName | Slot::NameOrAddress => false,
    })
}

/// A profile, and where it was taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What was said of the person, in our words.
    pub profile: Profile,
    /// One match per field but the subject, in the order of [`Field::ALL`].
    pub matches: Vec<Match>,
}

/// What a provider said of a person, in our words. Configured names stand alone: where one
/// is configured, the known ones are not looked at. `overage` says that groups were left out
/// because they are too many.
pub fn read(
    received: &Received,
    names: &AttributeNames,
    name_id: Option<NameId<'_>>,
    overage: bool,
) -> Reading {
    let found = Found::among(received);
    let one = |field: Field, own: &Option<String>, slot: Slot| match own {
        Some(name) => configured(received, field, name, |_| true),
        None => match found.usable(field, slot, |_| true) {
            Some((value, matched)) => (Some(value), matched),
            None => (None, found.missed(field, slot)),
        },
    };
    let address = email::read(received, &found, names, name_id);
    let (given_name, given) = one(Field::GivenName, &names.given_name, Slot::GivenName);
    let (family_name, family) = one(Field::FamilyName, &names.family_name, Slot::FamilyName);
    let (mut name, mut full) = one(Field::Name, &names.name, Slot::Name);
    if name.is_none() {
        let open = names.name.is_none();
        let no_address = |text: &str| !text.contains('@');
        let other = || found.usable(Field::Name, Slot::NameOrAddress, no_address);
        let both = || {
            let text = format!("{} {}", given_name.as_ref()?, family_name.as_ref()?);
            Some((text, Match::unnamed(Field::Name, Why::PutTogether)))
        };
        if let Some((text, matched)) = open.then(other).flatten().or_else(both) {
            (name, full) = (Some(text), matched);
        }
    }
    let (groups, of_groups) = groups::read(received, &found, names, overage);
    Reading {
        profile: Profile {
            email: address.email,
            email_verified: address.verified,
            given_name,
            family_name,
            name,
            groups,
        },
        matches: vec![address.matched, given, family, full, of_groups],
    }
}

/// The profile alone.
#[cfg(test)]
pub fn profile(
    received: &Received,
    names: &AttributeNames,
    name_id: Option<NameId<'_>>,
    overage: bool,
) -> Profile {
    read(received, names, name_id, overage).profile
}

/// The values of a configured name: exactly that one, else in any case.
pub fn find<'a>(received: &'a Received, name: &str) -> Option<&'a [String]> {
    found::named(received, name).map(|(_, values)| values)
}

/// What is said of groups that were left out.
const GROUPS_THEMSELVES: &str = "the groups themselves (at Entra ID, let the group claim send \
     \"Groups assigned to the application\", or send app roles and name their claim, roles, \
     as the one for groups)";

/// Notes what is worth knowing of how a profile was read: no address, one that need not be a
/// mailbox, groups left out.
pub fn note(reading: &Reading, received: &Received, checks: &mut Checks) {
    for matched in &reading.matches {
        let name = matched.name.as_deref().unwrap_or_default();
        match (matched.field, matched.why) {
            (Field::Groups, Why::TooMany) => {
                let came = "a marker that there are too many to send, so they are unknown";
                checks.notice(Notice::GroupsOverage, GROUPS_THEMSELVES, came);
            }
            (Field::Email, Why::SignInName) => {
                let came = format!("{name}, a name to sign in by that may be no mailbox");
                checks.notice(Notice::EmailIsSignInName, Field::Email.looked_for(), came);
            }
            (Field::Email, Why::NotSent) if matched.name.is_some() => {
                let came = format!("none; there are: {}", names(received));
                checks.notice(Notice::EmailMissing, name, came);
            }
            (Field::Email, Why::NotSent) => {
                let came = format!("none; there are: {}", names(received));
                checks.notice(Notice::EmailMissing, Field::Email.looked_for(), came);
            }
            (Field::Email, Why::Unusable) => {
                let came = format!("no address in {name}; there are: {}", names(received));
                checks.notice(Notice::EmailMissing, "an e-mail address", came);
            }
            _ => {}
        }
    }
}

/// Most characters of names listed, and of one of them.
const MAX_LISTED: usize = 400;
const MAX_LISTED_NAME: usize = 100;

/// The names of what was received, as many as fit.
pub fn names(received: &Received) -> String {
    let mut listed = String::new();
    for (at, name) in received.keys().enumerate() {
        let length = name.chars().count();
        if listed.chars().count() + length.min(MAX_LISTED_NAME) > MAX_LISTED {
            return format!("{listed} and {} more", received.len() - at);
        }
        if at > 0 {
            listed.push_str(", ");
        }
        listed.extend(name.chars().take(MAX_LISTED_NAME));
        if length > MAX_LISTED_NAME {
            listed.push('…');
        }
    }
    if listed.is_empty() { "none at all".to_owned() } else { listed }
}

#[cfg(test)]
mod tests;
