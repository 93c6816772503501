//! How a received value differs from the accepted one, told so that somebody who never saw
//! the protocol can mend it: where the first other character is, and the difference in words.
//!
//! Pure and bounded: what is longer than [`LIMIT`] characters is looked at up to there.

use super::near::{self, shared};
use super::visible::character;

/// Characters of each value that are looked at.
pub const LIMIT: usize = 1_024;
/// Most values of a list that are looked at.
pub const MOST_VALUES: usize = 50;

/// How one value differs from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The accepted value this is about: the nearest, when there are several.
    pub accepted: String,
    /// The received value this is about: the nearest, when there are several.
    pub came: String,
    /// Place of the first character that differs, counted in characters from 1.
    pub position: usize,
    /// The accepted character there; `None` when the accepted value has ended before.
    pub expected: Option<String>,
    /// The received character there; `None` when the received value has ended before.
    pub received: Option<String>,
    /// What it comes down to, in words.
    pub sentence: String,
}

/// How `received` differs from `expected`; `None` when it does not.
pub fn between(expected: &str, received: &str) -> Option<Difference> {
    let (accepted, came): (Vec<char>, Vec<char>) =
        (expected.chars().take(LIMIT).collect(), received.chars().take(LIMIT).collect());
    let at = shared(accepted.iter(), came.iter());
    let (expected, received) = (accepted.get(at).copied(), came.get(at).copied());
    if expected.is_none() && received.is_none() {
        return None;
    }
    Some(Difference {
        sentence: near::sentence(&accepted, &came, at),
        accepted: accepted.into_iter().collect(),
        came: came.into_iter().collect(),
        position: at + 1,
        expected: expected.map(character),
        received: received.map(character),
    })
}

/// How the nearest of `received` differs from the accepted value it comes nearest to; `None`
/// when one of them is accepted, or when either list is empty.
pub fn nearest(expected: &[&str], received: &[&str]) -> Option<Difference> {
    let mut best: Option<(usize, &str, &str)> = None;
    for came in received.iter().take(MOST_VALUES) {
        for accepted in expected.iter().take(MOST_VALUES) {
            if accepted == came {
                return None;
            }
            let close = closeness(accepted, came);
            if best.is_none_or(|(most, _, _)| close > most) {
                best = Some((close, accepted, came));
            }
        }
    }
    best.and_then(|(_, accepted, came)| between(accepted, came))
}

/// The larger, the nearer: characters shared at both ends, capital letters aside, in
/// thousandths of the longer value.
fn closeness(one: &str, other: &str) -> usize {
    let lower = |text: &str| -> Vec<char> {
        text.chars().take(LIMIT).map(|c| c.to_ascii_lowercase()).collect()
    };
    let (one, other) = (lower(one), lower(other));
    let front = shared(one.iter(), other.iter());
    let rest = |text: &[char]| text.get(front..).unwrap_or_default().to_vec();
    let back = shared(rest(&one).iter().rev(), rest(&other).iter().rev());
    (front + back) * 1_000 / one.len().max(other.len()).max(1)
}

#[cfg(test)]
#[path = "difference_tests.rs"]
mod tests;
