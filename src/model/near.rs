//! The words for a difference: the usual near misses by name, from the one that explains the
//! most to the one that explains the least.

use super::visible::{character, escape, is_invisible, is_unseen_at_ends};

/// Two values on the way to being alike: what has been taken off them, and in which words.
struct Pair {
    expected: Vec<char>,
    received: Vec<char>,
    reasons: Vec<String>,
    /// Characters cut off the front of each.
    cut: (usize, usize),
}

/// In words, how `received` differs from `expected`, whose first `at` characters are alike.
pub(super) fn sentence(expected: &[char], received: &[char], at: usize) -> String {
    if received.is_empty() {
        return "empty".to_owned();
    }
    near_miss(expected, received)
        .or_else(|| ending(expected, received, at))
        .or_else(|| inside(expected, received))
        .or_else(|| look_alike(expected, received, at))
        .or_else(|| address(expected, received))
        .unwrap_or_else(|| elsewhere(expected, received, at))
}

/// What remains apart once every usual slip is taken off: nothing, then the slips explain it.
fn near_miss(expected: &[char], received: &[char]) -> Option<String> {
    let mut pair = Pair {
        expected: expected.to_vec(),
        received: received.to_vec(),
        reasons: Vec::new(),
        cut: (front_of(expected).len(), front_of(received).len()),
    };
    pair.ends();
    pair.invisible();
    pair.front("spn:");
    pair.scheme();
    pair.slash();
    pair.port();
    pair.capitals();
    let alike = pair.expected == pair.received && !pair.received.is_empty();
    alike.then(|| pair.reasons.join("; "))
}

impl Pair {
    fn differ(&mut self, differ: bool, reason: impl FnOnce() -> String) {
        if differ {
            self.reasons.push(reason());
        }
    }

    // Spaces and the like in front and at the end.
    fn ends(&mut self) {
        let (front, back) = (front_of(&self.expected), back_of(&self.expected));
        let (their_front, their_back) = (front_of(&self.received), back_of(&self.received));
        self.differ(front != their_front, || edge("leading", &front, &their_front));
        self.differ(back != their_back, || edge("trailing", &back, &their_back));
        for text in [&mut self.expected, &mut self.received] {
            let (front, back) = (front_of(text).len(), back_of(text).len());
            text.truncate(text.len() - back);
            text.drain(..front.min(text.len()));
        }
    }

    fn invisible(&mut self) {
        let seen = |text: &[char]| -> Vec<char> {
            text.iter().copied().filter(|c| !is_invisible(*c)).collect()
        };
        let (ours, theirs) = (seen(&self.expected), seen(&self.received));
        let at = shared(self.expected.iter(), self.received.iter());
        if self.expected != self.received {
            let hidden = |text: &[char]| text.get(at).copied().filter(|c| is_invisible(*c));
            if let Some(c) = hidden(&self.received) {
                self.reasons.push(format!(
                    "the same text with an invisible character, {}, at position {}",
                    character(c),
                    at + 1 + self.cut.1
                ));
            } else if let Some(c) = hidden(&self.expected) {
                self.reasons.push(format!(
                    "the same text without the invisible character, {}, that the expected value has at position {}",
                    character(c),
                    at + 1 + self.cut.0
                ));
            }
        }
        (self.expected, self.received) = (ours, theirs);
    }

    fn front(&mut self, mark: &str) {
        let mark: Vec<char> = mark.chars().collect();
        let (ours, theirs) = (self.expected.starts_with(&mark), self.received.starts_with(&mark));
        let shown: String = mark.iter().collect();
        self.differ(ours != theirs, || match theirs {
            true => format!("{shown} in front, expected without"),
            false => format!("without {shown} in front, expected with"),
        });
        for (text, has) in [(&mut self.expected, ours), (&mut self.received, theirs)] {
            text.drain(..if has { mark.len() } else { 0 });
        }
    }

    fn scheme(&mut self) {
        let (ours, theirs) = (scheme(&self.expected), scheme(&self.received));
        let (Some(ours), Some(theirs)) = (ours, theirs) else { return };
        self.differ(ours != theirs, || format!("{theirs} instead of {ours}"));
        self.expected.drain(..ours.len());
        self.received.drain(..theirs.len());
    }

    fn slash(&mut self) {
        let slashes = |text: &[char]| text.iter().rev().take_while(|c| **c == '/').count();
        let (ours, theirs) = (slashes(&self.expected), slashes(&self.received));
        self.differ(ours != theirs, || match (ours, theirs) {
            (0, 1) => "ends with a slash, expected without".to_owned(),
            (1, 0) => "ends without a slash, expected with".to_owned(),
            _ => format!("ends with {theirs} slashes, expected {ours}"),
        });
        self.expected.truncate(self.expected.len() - ours);
        self.received.truncate(self.received.len() - theirs);
    }

    // The port that https has anyway.
    fn port(&mut self) {
        let split = |text: &[char]| -> (Vec<char>, bool) {
            let whole: String = text.iter().collect();
            let Some(rest) = whole.strip_prefix("://") else { return (text.to_vec(), false) };
            let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            match host.strip_suffix(":443") {
                Some(host) => (format!("://{host}{path}").chars().collect(), true),
                None => (text.to_vec(), false),
            }
        };
        let ((ours, our_port), (theirs, their_port)) =
            (split(&self.expected), split(&self.received));
        self.differ(our_port != their_port, || match their_port {
            true => "names the port 443, expected without".to_owned(),
            false => "does not name the port 443, expected with it".to_owned(),
        });
        (self.expected, self.received) = (ours, theirs);
    }

    fn capitals(&mut self) {
        // ASCII's only: some other signs turn into its letters when they are made small.
        let lower =
            |text: &[char]| -> Vec<char> { text.iter().map(char::to_ascii_lowercase).collect() };
        let (ours, theirs) = (lower(&self.expected), lower(&self.received));
        let only = if self.reasons.is_empty() { " only" } else { "" };
        self.differ(self.expected != self.received && ours == theirs, || {
            format!("differs in capital letters{only}")
        });
        (self.expected, self.received) = (ours, theirs);
    }
}

fn front_of(text: &[char]) -> Vec<char> {
    text.iter().copied().take_while(|c| is_unseen_at_ends(*c)).collect()
}

fn back_of(text: &[char]) -> Vec<char> {
    let count = text.iter().rev().take_while(|c| is_unseen_at_ends(**c)).count();
    text.iter().copied().skip(text.len() - count).collect()
}

fn edge(place: &str, ours: &[char], theirs: &[char]) -> String {
    match (ours, theirs) {
        ([], [one]) => format!("a {place} {}", character(*one)),
        ([one], []) => format!("without the {place} {} of the expected value", character(*one)),
        ([], many) => {
            let first = many.first().copied().map(character).unwrap_or_default();
            format!("{} {place} invisible characters, the first is {first}", many.len())
        }
        _ => format!("other {place} invisible characters than the expected value"),
    }
}

fn scheme(text: &[char]) -> Option<&'static str> {
    ["https", "http"].into_iter().find(|name| {
        let mark: Vec<char> = name.chars().chain("://".chars()).collect();
        text.starts_with(&mark)
    })
}

/// One value is how the other begins.
fn ending(expected: &[char], received: &[char], at: usize) -> Option<String> {
    let tail = |text: &[char]| quoted(&text[text.len().saturating_sub(20)..]);
    if at == 0 {
        None
    } else if at == received.len() {
        Some(format!("shorter: stops after {}", tail(received)))
    } else if at == expected.len() {
        Some(format!("longer: goes on with {}", quoted(&received[at..])))
    } else {
        None
    }
}

/// One value stands somewhere within the other.
fn inside(expected: &[char], received: &[char]) -> Option<String> {
    let (ours, theirs): (String, String) = (expected.iter().collect(), received.iter().collect());
    if !ours.is_empty() && theirs.contains(&ours) {
        Some("the expected value with more text around it".to_owned())
    } else if ours.contains(&theirs) {
        Some("only a part of the expected value".to_owned())
    } else {
        None
    }
}

/// The same but for characters outside ASCII where the other has one of it.
fn look_alike(expected: &[char], received: &[char], at: usize) -> Option<String> {
    let slips = || expected.iter().zip(received).filter(|(a, b)| a != b);
    let foreign = |(a, b): (&char, &char)| a.is_ascii() != b.is_ascii();
    let share = slips().count() * 2 <= expected.len();
    if expected.len() != received.len() || !share || !slips().all(foreign) {
        return None;
    }
    let (ours, theirs) = (expected.get(at)?, received.get(at)?);
    let (ours, theirs) = (character(*ours), character(*theirs));
    Some(format!("{theirs} where {ours} is expected at position {}: it may look the same", at + 1))
}

/// Two addresses: another host, another connection, another part of the path.
fn address(expected: &[char], received: &[char]) -> Option<String> {
    let (ours, theirs): (String, String) = (expected.iter().collect(), received.iter().collect());
    let ((_, ours), (_, theirs)) = (ours.split_once("://")?, theirs.split_once("://")?);
    let parts = |text: &str| -> Vec<String> { text.split('/').map(str::to_owned).collect() };
    let (ours, theirs) = (parts(ours), parts(theirs));
    let show = |text: &String| quoted(&text.chars().collect::<Vec<_>>());
    let (our_host, their_host) = (ours.first()?, theirs.first()?);
    if our_host != their_host {
        let rest = if ours[1..] == theirs[1..] { ", the rest is the same" } else { "" };
        return Some(format!(
            "another host: {} instead of {}{rest}",
            show(their_host),
            show(our_host)
        ));
    }
    let mut apart = ours.iter().zip(&theirs).enumerate().filter(|(_, (a, b))| a != b);
    let (place, (our, their)) = apart.next()?;
    if apart.next().is_some() || ours.len() != theirs.len() {
        return None;
    }
    let before = ours.get(place.checked_sub(1)?)?;
    Some(match before.as_str() {
        "saml" | "oidc" => {
            format!("the value of another connection: {} instead of {}", show(their), show(our))
        }
        _ => format!("another part of the path: {} instead of {}", show(their), show(our)),
    })
}

fn elsewhere(expected: &[char], received: &[char], at: usize) -> String {
    let back = shared(expected.iter().rev(), received.iter().rev());
    match (at, back, received.get(at)) {
        (0, 0, _) | (_, _, None) => "nothing in common".to_owned(),
        (0, ..) => "begins differently".to_owned(),
        _ => format!("the same up to position {at}, then {}", quoted(&received[at..])),
    }
}

/// Characters that two texts begin with alike.
pub(super) fn shared<'a>(
    one: impl Iterator<Item = &'a char>,
    other: impl Iterator<Item = &'a char>,
) -> usize {
    one.zip(other).take_while(|(a, b)| a == b).count()
}

/// Up to 40 characters of a value, made visible, for a sentence.
fn quoted(text: &[char]) -> String {
    let short: String = text.iter().take(40).collect();
    let more = if text.len() > 40 { "…" } else { "" };
    format!("“{}{more}”", escape(&short))
}
