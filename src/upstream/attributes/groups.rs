//! Groups, in whatever shape they come, as a list. Each stays the exact text that came, for
//! rules match it exactly. What cannot be read is unknown, never "no groups".

use std::collections::HashSet;

use super::found::{Found, named};
use super::synonyms::{Slot, known};
use crate::model::connection::{AttributeNames, GroupSeparator};
use crate::model::group::GroupKind;
use crate::model::matched::{Field, Match, Why};
use crate::model::user::{Groups, Received};

/// Most groups, and the longest name of one.
pub(super) const MAX_GROUPS: usize = 5_000;
const MAX_GROUP: usize = 1_024;

/// The groups, and where they were taken from.
pub(super) fn read(
    received: &Received,
    found: &Found<'_>,
    names: &AttributeNames,
    overage: bool,
) -> (Groups, Match) {
    if overage {
        return (Groups::Unknown, Match::unnamed(Field::Groups, Why::TooMany));
    }
    let (values, matched) = match &names.groups {
        Some(name) => match named(received, name) {
            Some((name, values)) => (values, Match::new(Field::Groups, Why::Configured, name)),
            None => return (Groups::Unknown, Match::new(Field::Groups, Why::NotSent, name)),
        },
        None => match found.of(Slot::Groups).chain(found.of(Slot::Roles)).next() {
            Some(candidate) => (candidate.values, candidate.matched(Field::Groups)),
            None => return (Groups::Unknown, Match::unnamed(Field::Groups, Why::NotSent)),
        },
    };
    match list(values, names.split_groups) {
        Some(groups) => (Groups::Known(groups), matched),
        None => (Groups::Unknown, Match { why: Why::Unusable, ..matched }),
    }
}

/// Each group once, in the order they came; `None` when something came and none of it can be
/// used.
fn list(values: &[String], separator: Option<GroupSeparator>) -> Option<Vec<String>> {
    let mut seen = HashSet::new();
    let groups: Vec<String> = values
        .iter()
        .flat_map(|value| split(value, separator))
        .map(str::trim)
        .filter(|group| (1..=MAX_GROUP).contains(&group.len()) && seen.insert(*group))
        .take(MAX_GROUPS)
        .map(str::to_owned)
        .collect();
    let sound = !groups.is_empty() || values.iter().all(|value| value.trim().is_empty());
    sound.then_some(groups)
}

/// One value into the groups it joins, when that is switched on. An escaped separator
/// separates nothing, and neither do the commas of a distinguished name.
fn split(value: &str, separator: Option<GroupSeparator>) -> impl Iterator<Item = &str> {
    let separator = match separator {
        Some(GroupSeparator::Comma) if GroupKind::of(value.trim()) == GroupKind::Dn => None,
        separator => separator.map(GroupSeparator::character),
    };
    let mut escaped = false;
    value.split(move |c| {
        let ends = Some(c) == separator && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    })
}

/// Whether there is the marker that stands in a SAML answer where the groups would, when
/// there are too many to send: Entra ID's `.../claims/groups.link`.
pub(in crate::upstream) fn too_many(received: &Received, names: &AttributeNames) -> bool {
    const MARKER: &[u8] = b"/groups.link";
    let marker = |name: &String| {
        let name = name.as_bytes();
        let end = name.len().checked_sub(MARKER.len()).and_then(|start| name.get(start..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(MARKER))
    };
    speaks_of_groups(names) && received.keys().any(marker)
}

/// Whether a marker that there are too many groups to send is about what we read as groups.
/// It is not where the configured name is that of the app's roles, which never are too many
/// and which Entra ID recommends instead.
pub(in crate::upstream) fn speaks_of_groups(names: &AttributeNames) -> bool {
    let configured = names.groups.as_deref().and_then(known);
    configured.is_none_or(|known| known.slot != Slot::Roles)
}
