//! The sequence picture of an attempt: one lane for each who takes part, one arrow for each
//! step. Pure: a timeline goes in, places on paper come out. Steps stand at even distances;
//! a long wait between two of them is a break in the lanes that says how long it was.

use super::words;
use crate::admin::timeline::{StepItem, StepKind};
use crate::model::hop::{Hops, Party, Station};
use crate::model::time::SECOND;

/// Width of the picture, in its own units: a phone shows it almost as large as it is.
pub(super) const WIDTH: i32 = 344;
/// Where the lanes begin.
const TOP: i32 = 26;
/// What one step takes.
const ROW: i32 = 56;
/// What a break takes.
const BREAK: i32 = 30;
/// A longer wait than this is a break.
const LONG: i64 = 10 * SECOND;
/// Widths of a character of a label and of a time, in tenths of a unit, well measured.
const LABEL: i32 = 70;
const TIME: i32 = 62;

/// The whole picture.
#[derive(Debug)]
pub(super) struct Picture {
    pub height: i32,
    pub lanes: Vec<Lane>,
    /// The lanes' lines, as the data of one path.
    pub lines: String,
    pub arrows: Vec<Arrow>,
    pub breaks: Vec<Break>,
    /// What it shows, for whoever does not see it.
    pub summary: String,
}

/// One who takes part.
#[derive(Debug)]
pub(super) struct Lane {
    pub x: i32,
    pub name: &'static str,
}

/// One step.
#[derive(Debug)]
pub(super) struct Arrow {
    pub number: usize,
    pub label: &'static str,
    /// Middle of the words above it.
    pub label_x: i32,
    pub label_y: i32,
    /// When, and for how long.
    pub timing: String,
    pub timing_x: i32,
    pub timing_y: i32,
    pub from: i32,
    pub to: i32,
    pub y: i32,
    /// The head, as the data of a path.
    pub head: String,
    /// Middle of the arrow, where the sign of a failure stands.
    pub middle: i32,
    /// Whether this is where it failed.
    pub failed: bool,
}

/// A long wait, or a clock that was set back.
#[derive(Debug)]
pub(super) struct Break {
    pub y: i32,
    pub text: String,
    /// The strokes across the lanes, as the data of a path.
    pub strokes: String,
}

/// One step of the list that says the same.
#[derive(Debug)]
pub(super) struct Line {
    pub at: String,
    pub datetime: String,
    pub offset: String,
    pub from: &'static str,
    pub to: &'static str,
    pub sentence: &'static str,
    pub took: Option<String>,
    pub failed: bool,
}

/// Draws a timeline.
pub(super) fn of(steps: &[StepItem]) -> Picture {
    let failing = failing(steps);
    let (mut arrows, mut breaks) = (Vec::with_capacity(steps.len()), Vec::new());
    let mut y = TOP;
    let mut before: Option<&StepItem> = None;
    for (place, step) in steps.iter().enumerate() {
        if let Some(text) = before.and_then(|before| wait(before, step)) {
            breaks.push(Break { y: y + BREAK / 2, text, strokes: strokes(y + BREAK / 2) });
            y += BREAK;
        }
        arrows.push(arrow(place, step, y, failing == Some(place)));
        y += ROW;
        before = Some(step);
    }
    let height = y + 8;
    let lanes = LANES.iter().map(|party| Lane { x: lane(*party), name: name(*party) }).collect();
    let lines = lines(height, &breaks);
    Picture { height, lanes, lines, arrows, breaks, summary: summary(steps, failing) }
}

/// The same facts as a list.
pub(super) fn list(steps: &[StepItem]) -> Vec<Line> {
    let failing = failing(steps);
    let line = |(place, step): (usize, &StepItem)| Line {
        at: words::utc(&step.at),
        datetime: step.at.clone(),
        offset: words::offset(step.after_ms),
        from: name(step.from),
        to: name(step.to),
        sentence: step.sentence,
        took: step.took_ms.and_then(|took| match (step.station.is_call(), took) {
            (true, took) => Some(format!("Took {}.", words::span(took))),
            (false, 0) => None,
            (false, took) => Some(format!("{} until the next.", words::span(took))),
        }),
        failed: failing == Some(place),
    };
    steps.iter().enumerate().map(line).collect()
}

/// The step at which a refused attempt failed: the last before the page that said so.
fn failing(steps: &[StepItem]) -> Option<usize> {
    let end = steps.iter().position(|step| step.station == StepKind::Refused)?;
    // Of very many stations the last are not kept: then only the end itself is certain.
    Some(if end > Hops::LIMIT { end } else { end.saturating_sub(1) })
}

fn wait(before: &StepItem, step: &StepItem) -> Option<String> {
    let took = before.took_ms.filter(|_| before.station.is_call()).unwrap_or(0);
    let waited = step.after_ms.saturating_sub(before.after_ms).saturating_sub(took);
    if step.after_ms < before.after_ms {
        let back = before.after_ms.saturating_sub(step.after_ms);
        return Some(format!("the clock was set back by {}", words::span(back)));
    }
    (waited >= LONG).then(|| format!("{} later", words::span(waited)))
}

fn arrow(place: usize, step: &StepItem, y: i32, failed: bool) -> Arrow {
    let (from, to) = (lane(step.from), lane(step.to));
    let middle = i32::midpoint(from, to);
    let at = y + 26;
    let side: i32 = if from < to { -8 } else { 8 };
    let label = label(step);
    let mut timing = words::offset(step.after_ms);
    if let Some(took) = step.took_ms.filter(|_| step.station.is_call()) {
        timing.push_str(&format!(", took {}", words::span(took)));
    } else if let Some(took) = step.took_ms.filter(|took| (1..LONG).contains(took)) {
        timing.push_str(&format!(", then {}", words::span(took)));
    }
    // The number in front and, of a failure, the words behind.
    let written = label.len() + 3 + if failed { " failed here".len() } else { 0 };
    Arrow {
        number: place + 1,
        label,
        label_x: within(middle, written, LABEL),
        label_y: y + 18,
        timing_x: within(middle, timing.chars().count(), TIME),
        timing,
        timing_y: y + 44,
        from,
        to: to + side.signum() * 2,
        y: at,
        head: format!("M{to} {at}l{side} -4v8z"),
        middle,
        failed,
    }
}

/// The middle nearest to `middle` at which so many characters stay in the picture.
fn within(middle: i32, characters: usize, tenths: i32) -> i32 {
    let characters = i32::try_from(characters).unwrap_or(i32::MAX);
    let half = characters.saturating_mul(tenths) / 20;
    if half >= WIDTH / 2 { WIDTH / 2 } else { middle.clamp(half, WIDTH - half) }
}

const LANES: [Party; 4] = [Party::Browser, Party::App, Party::Doorward, Party::Provider];

const fn lane(party: Party) -> i32 {
    match party {
        Party::Browser => 40,
        Party::App => 128,
        Party::Doorward => 216,
        Party::Provider => 304,
    }
}

const fn name(party: Party) -> &'static str {
    match party {
        Party::Browser => "Browser",
        Party::App => "App",
        Party::Doorward => "Doorward",
        Party::Provider => "Provider",
    }
}

/// A step in two or three words.
fn label(step: &StepItem) -> &'static str {
    match step.station {
        StepKind::Begun if step.from == Party::App => "asks to sign in",
        StepKind::Begun => "comes to sign in",
        StepKind::Stray => "something unasked",
        StepKind::Hop(Station::Sent) => "sends the browser",
        StepKind::Hop(Station::Answered) => "answers",
        StepKind::Hop(Station::Metadata) => "asks for keys",
        StepKind::Hop(Station::Token) => "asks for tokens",
        StepKind::Hop(Station::Userinfo) => "asks about the person",
        StepKind::Hop(Station::Returned) => "comes back",
        StepKind::Admitted => "lets in",
        StepKind::Tested => "reports",
        StepKind::Refused => "says why not",
        StepKind::Redeemed => "comes for tokens",
    }
}

fn lines(height: i32, breaks: &[Break]) -> String {
    let mut data = String::new();
    for party in LANES {
        data.push_str(&format!("M{} {TOP}", lane(party)));
        for Break { y, .. } in breaks {
            data.push_str(&format!("V{}m0 8", y - 12));
        }
        data.push_str(&format!("V{height}"));
    }
    data
}

/// Two strokes where each lane is broken.
fn strokes(y: i32) -> String {
    let across = |party| format!("M{} {}l12 -6m-12 14l12 -6", lane(party) - 6, y - 9);
    LANES.map(across).concat()
}

fn summary(steps: &[StepItem], failing: Option<usize>) -> String {
    let many = match steps.len() {
        1 => "1 step".to_owned(),
        many => format!("{many} steps"),
    };
    let lasted = steps.iter().map(|step| step.after_ms).max().unwrap_or(0);
    let mut text = format!("{many} within {}.", words::span(lasted));
    if let Some((place, step)) = failing.and_then(|place| Some((place, steps.get(place)?))) {
        text.push_str(&format!(
            " It failed at step {}, from {} to {}.",
            place + 1,
            name(step.from),
            name(step.to)
        ));
    }
    text.push_str(" The list of steps says the same.");
    text
}

#[cfg(test)]
mod tests;
