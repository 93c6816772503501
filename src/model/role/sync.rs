//! What the groups of a sign-in mean for the roles of a person and for whether they come in.
//! Pure: the same rule decides a sign-in and a preview of one.

use std::collections::{BTreeSet, HashSet};

use super::Mapping;
use crate::model::connection::{Admit, RoleSync};
use crate::model::id::RoleId;
use crate::model::user::Groups;

/// What a connection's administrator decided.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// Which groups give which roles.
    pub mappings: &'a [Mapping],
    /// Who comes in.
    pub admit: Admit,
    /// What becomes of roles whose groups somebody left.
    pub role_sync: RoleSync,
}

/// What a person had before.
#[derive(Debug, Clone, Copy)]
pub struct Before<'a> {
    /// Roles this connection gave them.
    pub given: &'a [RoleId],
    /// Whether they are a user already, and may sign in.
    pub active: bool,
}

/// Whether they come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// They do.
    In,
    /// None of their groups gives a role, and one has to.
    NotMapped,
    /// One of their groups has to give a role, but nobody knows their groups, and they are no
    /// user yet who could keep what they have.
    Unknown,
}

/// What follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whether they come in.
    pub entry: Entry,
    /// Roles they get.
    pub gained: BTreeSet<RoleId>,
    /// Roles they lose.
    pub lost: BTreeSet<RoleId>,
    /// The mappings whose group they came with, by position.
    pub arrived: Vec<usize>,
}

/// Decides. Groups match exactly, octet for octet. Unknown groups change no role: they are not
/// "no groups". Roles given by hand, or by another connection, are none of its business.
pub fn decide(rules: &Rules<'_>, groups: &Groups, before: &Before<'_>) -> Decision {
    let mut decision = Decision {
        entry: Entry::In,
        gained: BTreeSet::new(),
        lost: BTreeSet::new(),
        arrived: Vec::new(),
    };
    let gated = rules.admit == Admit::MappedGroups;
    let Groups::Known(groups) = groups else {
        if gated && !before.active {
            decision.entry = Entry::Unknown;
        }
        return decision;
    };
    let named: HashSet<&str> = groups.iter().map(String::as_str).collect();
    let mut due = BTreeSet::new();
    for (position, mapping) in rules.mappings.iter().enumerate() {
        if named.contains(mapping.group.as_str()) {
            decision.arrived.push(position);
            due.insert(mapping.role.clone());
        }
    }
    if gated && due.is_empty() {
        decision.entry = Entry::NotMapped;
    }
    if rules.role_sync == RoleSync::Mirror {
        decision.lost = before.given.iter().filter(|role| !due.contains(role)).cloned().collect();
    }
    due.retain(|role| !before.given.contains(role));
    decision.gained = due;
    decision
}

#[cfg(test)]
#[path = "sync_tests.rs"]
mod tests;
