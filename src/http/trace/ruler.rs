//! The time window of an answer as a ruler: when it was made, from when until when it holds,
//! and the moment it was judged. Pure. A stretch much longer than the others is shortened and
//! marked as broken, so that days and milliseconds fit on one ruler.

use super::words;
use crate::admin::received::WindowItem;
use crate::model::connection::Protocol;
use crate::model::time::Millis;

/// Width of the picture, in its own units.
pub(super) const WIDTH: i32 = super::sequence::WIDTH;
const LEFT: i32 = 14;
const RIGHT: i32 = WIDTH - LEFT;
/// Least distance between two moments that are not the same.
const APART: i32 = 12;
/// Where the words below the ruler begin, and what each line of them takes.
const BELOW: i32 = 72;
const LINE: i32 = 18;
/// Width of a character, in tenths of a unit.
const CHARACTER: i32 = 64;
/// A stretch longer than so many of the middle one is shortened.
const LONG: i64 = 4;

/// The whole picture.
#[derive(Debug)]
pub(super) struct Ruler {
    pub height: i32,
    /// From when until when the answer holds: place and width.
    pub bar: (i32, i32),
    /// The same with the tolerance for clocks.
    pub tolerance: (i32, i32),
    /// Middles of the stretches that are shortened.
    pub broken: Vec<i32>,
    pub now: Mark,
    /// The other moments, from left to right.
    pub marks: Vec<Mark>,
    /// What it comes down to.
    pub verdict: &'static str,
    /// Whether the moment of judging is in the window, the tolerance included.
    pub holds: bool,
    /// The tolerance in words.
    pub tolerated: String,
    /// The same facts as a list, in the order of time.
    pub list: Vec<Moment>,
}

/// One moment on the ruler.
#[derive(Debug)]
pub(super) struct Mark {
    pub x: i32,
    pub text: String,
    pub text_x: i32,
    pub text_y: i32,
}

/// One moment in the list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub name: &'static str,
    pub at: String,
    pub datetime: String,
    pub seen: String,
}

/// What a protocol calls the moments: made, from, until.
const fn names(protocol: Option<Protocol>) -> (&'static str, &'static str, &'static str) {
    match protocol {
        Some(Protocol::Saml) => ("IssueInstant", "NotBefore", "NotOnOrAfter"),
        Some(Protocol::Oidc) => ("iat", "nbf", "exp"),
        None => ("made", "valid from", "valid until"),
    }
}

/// Draws a window; `None` when it names no moment at all.
pub(super) fn of(window: &WindowItem, protocol: Option<Protocol>) -> Option<Ruler> {
    let read = |text: &Option<String>| text.as_deref().and_then(Millis::parse_rfc3339);
    let now = Millis::parse_rfc3339(&window.judged_at)?;
    let (made, from, until) =
        (read(&window.issued_at), read(&window.not_before), read(&window.not_on_or_after));
    let start = made.max(from);
    let tolerance = window.tolerance_ms.max(0);
    let (earliest, latest) = (start.map(|m| m.plus(-tolerance)), until.map(|m| m.plus(tolerance)));
    let (called_made, called_from, called_until) = names(protocol);
    let named = [(called_made, made), (called_from, from), (called_until, until)];
    let mut moments: Vec<(&'static str, Millis)> =
        named.into_iter().filter_map(|(name, moment)| Some((name, moment?))).collect();
    if moments.is_empty() {
        return None;
    }
    moments.sort_by_key(|(_, moment)| *moment);
    let scale = Scale::of([made, from, until, earliest, latest, Some(now)]);
    let between = |start: Option<Millis>, end: Option<Millis>| {
        let (start, end) = (start.map_or(LEFT, |m| scale.x(m)), end.map_or(RIGHT, |m| scale.x(m)));
        (start, (end - start).max(0))
    };
    let (verdict, holds) = judge(now, start, until, tolerance);
    Some(Ruler {
        height: BELOW + LINE * i32::try_from(moments.len()).unwrap_or(0),
        bar: between(start, until),
        tolerance: between(earliest, latest),
        broken: scale.broken.clone(),
        now: mark(scale.x(now), format!("now: {verdict}"), 14),
        marks: marks(&moments, now, &scale),
        verdict,
        holds,
        tolerated: words::span(tolerance),
        list: list(moments, now),
    })
}

fn judge(
    now: Millis,
    start: Option<Millis>,
    end: Option<Millis>,
    tolerance: i64,
) -> (&'static str, bool) {
    let early = start.map(|start| start.since(now)).filter(|early| *early > 0);
    let late = end.map(|end| now.since(end)).filter(|late| *late >= 0);
    match (early, late) {
        (Some(early), _) if early > tolerance => ("too early", false),
        (_, Some(late)) if late >= tolerance => ("too late", false),
        (None, None) => ("inside", true),
        _ => ("inside, by the tolerance", true),
    }
}

fn marks(moments: &[(&'static str, Millis)], now: Millis, scale: &Scale) -> Vec<Mark> {
    let mut lines = BELOW + LINE * i32::try_from(moments.len()).unwrap_or(0);
    // The leftmost on the lowest line: its stroke then crosses nobody's words.
    let mark = |(name, moment): &(&'static str, Millis)| {
        lines -= LINE;
        mark(scale.x(*moment), format!("{name} {}", words::seen_from(now, *moment)), lines)
    };
    moments.iter().map(mark).collect()
}

fn mark(x: i32, text: String, text_y: i32) -> Mark {
    let characters = i32::try_from(text.chars().count()).unwrap_or(i32::MAX);
    let half = characters.saturating_mul(CHARACTER) / 20;
    let text_x = if half >= WIDTH / 2 { WIDTH / 2 } else { x.clamp(half, WIDTH - half) };
    Mark { x, text, text_x, text_y }
}

fn list(moments: Vec<(&'static str, Millis)>, now: Millis) -> Vec<Moment> {
    let mut all = moments;
    let place = all.partition_point(|(_, moment)| *moment <= now);
    all.insert(place, ("now, when it was judged", now));
    let line = |(name, moment): (&'static str, Millis)| {
        let datetime = moment.rfc3339();
        let seen = if moment == now { String::new() } else { words::seen_from(now, moment) };
        Moment { name, at: words::utc(&datetime), datetime, seen }
    };
    all.into_iter().map(line).collect()
}

/// Where on the ruler each moment stands.
struct Scale {
    places: Vec<(Millis, i32)>,
    broken: Vec<i32>,
}

impl Scale {
    fn of(moments: [Option<Millis>; 6]) -> Self {
        let mut moments: Vec<Millis> = moments.into_iter().flatten().collect();
        moments.sort_unstable();
        moments.dedup();
        let gaps: Vec<i64> = moments
            .iter()
            .zip(moments.iter().skip(1))
            .map(|(one, next)| next.since(*one).max(1))
            .collect();
        let mut sorted = gaps.clone();
        sorted.sort_unstable();
        let longest = sorted.get(sorted.len() / 2).map_or(1, |middle| middle.saturating_mul(LONG));
        // Never more than five of them, so the sum is far from its bounds.
        let shown = |gap: i64| gap.min(longest).min(i64::MAX / 16);
        let whole: i64 = gaps.iter().map(|gap| shown(*gap)).sum();
        let count = i32::try_from(gaps.len()).unwrap_or(0);
        let room = i64::from(RIGHT - LEFT - APART * count);
        let (mut x, mut places, mut broken) = (LEFT, Vec::new(), Vec::new());
        if let Some(first) = moments.first() {
            places.push((*first, x));
        }
        for (gap, moment) in gaps.iter().zip(moments.iter().skip(1)) {
            let share = i128::from(shown(*gap)) * i128::from(room) / i128::from(whole.max(1));
            let width = APART + i32::try_from(share).unwrap_or(0);
            if *gap > longest {
                broken.push(x + width / 2);
            }
            x += width;
            places.push((*moment, x));
        }
        Self { places, broken }
    }

    fn x(&self, moment: Millis) -> i32 {
        self.places.iter().find(|(at, _)| *at == moment).map_or(LEFT, |(_, x)| *x)
    }
}

#[cfg(test)]
mod tests;
