//! Which of the attributes received have a name that is known, best first.

use super::synonyms::{Slot, known};
use crate::model::matched::{Field, Match, Why};
use crate::model::user::Received;

/// Longest single value of a profile, in bytes.
pub(super) const MAX_VALUE: usize = 512;

/// The attributes received whose name is known, in order of preference.
pub(super) struct Found<'a>(Vec<Candidate<'a>>);

/// An attribute whose name is known.
#[derive(Clone, Copy)]
pub(super) struct Candidate<'a> {
    slot: Slot,
    rank: u8,
    normalised: bool,
    pub name: &'a str,
    pub values: &'a [String],
}

impl<'a> Found<'a> {
    /// Each name is looked at once.
    pub(super) fn among(received: &'a Received) -> Self {
        let mut found: Vec<Candidate<'a>> = received
            .iter()
            .filter_map(|(name, values)| {
                let known = known(name)?;
                let (slot, rank, normalised) = (known.slot, known.rank, known.normalised);
                Some(Candidate { slot, rank, normalised, name, values })
            })
            .collect();
        // Stable: of one rank the first by name.
        found.sort_by_key(|candidate| (candidate.slot, candidate.rank));
        Self(found)
    }

    /// Those that stand for `slot`, best first.
    pub(super) fn of(&self, slot: Slot) -> impl Iterator<Item = &Candidate<'a>> {
        self.0.iter().filter(move |candidate| candidate.slot == slot)
    }

    /// The first usable value of `slot` that `fits`.
    pub(super) fn usable(
        &self,
        field: Field,
        slot: Slot,
        fits: impl Fn(&str) -> bool,
    ) -> Option<(String, Match)> {
        self.of(slot).find_map(|candidate| {
            let value = first(candidate.values).filter(|value| fits(value))?;
            Some((value.to_owned(), candidate.matched(field)))
        })
    }

    /// Why `field` has no value, when none of `slot` is usable.
    pub(super) fn missed(&self, field: Field, slot: Slot) -> Match {
        match self.of(slot).next() {
            Some(candidate) => Match::new(field, Why::Unusable, candidate.name),
            None => Match::unnamed(field, Why::NotSent),
        }
    }
}

impl Candidate<'_> {
    /// That `field` was taken from it.
    pub(super) fn matched(&self, field: Field) -> Match {
        let why = if self.normalised { Why::Normalised } else { Why::KnownName };
        Match::new(field, why, self.name)
    }
}

/// The attribute of a configured name: exactly that one, else in any case.
pub(super) fn named<'a>(received: &'a Received, name: &str) -> Option<(&'a str, &'a [String])> {
    let exact = received.get_key_value(name);
    let found =
        exact.or_else(|| received.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)));
    found.map(|(name, values)| (name.as_str(), values.as_slice()))
}

/// The value of a configured name that `fits`, and how that went.
pub(super) fn configured(
    received: &Received,
    field: Field,
    name: &str,
    fits: impl Fn(&str) -> bool,
) -> (Option<String>, Match) {
    let Some((name, values)) = named(received, name) else {
        return (None, Match::new(field, Why::NotSent, name));
    };
    match first(values).filter(|value| fits(value)) {
        Some(value) => (Some(value.to_owned()), Match::new(field, Why::Configured, name)),
        None => (None, Match::new(field, Why::Unusable, name)),
    }
}

/// The first value that says something, when it can be used.
fn first(values: &[String]) -> Option<&str> {
    values
        .iter()
        .map(|value| value.trim())
        .find(|value| !value.is_empty() && value.len() <= MAX_VALUE)
        .filter(|value| !value.chars().any(char::is_control))
}
