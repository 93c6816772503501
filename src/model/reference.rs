//! What people quote when a sign-in failed: the time it began and three words.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::rng::Rng;
use super::time::{DAY, HOUR, MINUTE, Millis};

/// 1,024 English words, sorted. They keep their place and their meaning on the phone: no two
/// differ by one letter, none begins another, and none is a number.
const WORDS: &str = include_str!("words.txt");
/// Words in the list, as a power of two.
const BITS: u32 = 10;
/// Words in a reference.
const COUNT: usize = 3;
/// Longest text looked at as a reference, in bytes: the longest one has 28.
const LONGEST: usize = 100;

static LIST: LazyLock<Vec<&'static str>> = LazyLock::new(|| WORDS.lines().collect());

/// A reference people can read to each other: `1407-amber-otter-lake`. The digits are the hour
/// and the minute in UTC, and stand in front so that what happened together is stored together.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reference(pub String);

impl Reference {
    /// A new random reference of what began at `now`: 30 random bits, for finding a trace,
    /// never for proving anything. It may be taken already: whoever stores it draws again.
    pub fn random(rng: &dyn Rng, now: Millis) -> Self {
        let mut bytes = [0u8; 4];
        rng.fill(&mut bytes);
        let mut bits = u32::from_le_bytes(bytes);
        let minute = now.0.rem_euclid(DAY) / MINUTE;
        let hour = HOUR / MINUTE;
        let mut text = format!("{:02}{:02}", minute / hour, minute % hour);
        for _ in 0..COUNT {
            let place = usize::try_from(bits % (1 << BITS)).unwrap_or(0);
            text.push('-');
            text.push_str(LIST.get(place).copied().unwrap_or_default());
            bits >>= BITS;
        }
        Self(text)
    }

    /// Reads a reference as people pass it on: in capitals, with spaces, dots or nothing in
    /// place of the hyphens, `14:07`, the time behind the words. `None` when it is none.
    pub fn read(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let bare: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
        let bare = bare.to_ascii_lowercase();
        let digit = |c: char| c.is_ascii_digit();
        let words = bare.trim_matches(digit);
        let time = match (bare.strip_suffix(words), bare.strip_prefix(words)) {
            (Some(time), _) | (None, Some(time)) if !words.is_empty() => time,
            _ => return None,
        };
        if time.len() != 4 || !time.chars().all(digit) {
            return None;
        }
        let [first, second, third] = split(words)?;
        Some(Self(format!("{time}-{first}-{second}-{third}")))
    }
}

/// The words in a text that holds nothing else. No word begins another, so there is at most
/// one way to read it.
fn split(mut text: &str) -> Option<[&'static str; COUNT]> {
    let mut found = [""; COUNT];
    for slot in &mut found {
        // The only word that can begin the text is the last one not behind it.
        let place = LIST.partition_point(|word| *word <= text).checked_sub(1)?;
        *slot = LIST.get(place)?;
        text = text.strip_prefix(*slot)?;
    }
    text.is_empty().then_some(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::*;

    struct Fixed([u8; 4]);

    impl Rng for Fixed {
        fn fill(&self, out: &mut [u8]) {
            out.copy_from_slice(&self.0);
        }
    }

    /// Whether the two differ by at most one letter put in, left out or changed.
    fn near(one: &str, other: &str) -> bool {
        let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
        let same = short.bytes().zip(long.bytes()).take_while(|(a, b)| a == b).count();
        match long.len() - short.len() {
            0 => short.get(same + 1..).is_none_or(|rest| rest == &long[same + 1..]),
            1 => short[same..] == long[same + 1..],
            _ => false,
        }
    }

    #[test]
    fn the_words_are_told_apart() {
        assert_eq!(LIST.len(), 1 << BITS);
        for word in LIST.iter() {
            assert!((4..=7).contains(&word.len()), "{word}");
            assert!(word.bytes().all(|b| b.is_ascii_lowercase()), "{word}");
        }
        for pair in LIST.windows(2) {
            assert!(pair[0] < pair[1], "sorted, each once: {pair:?}");
            assert!(!pair[1].starts_with(pair[0]), "one begins the other: {pair:?}");
        }
        for (place, one) in LIST.iter().enumerate() {
            for other in &LIST[place + 1..] {
                assert!(!near(one, other), "{one} and {other}");
            }
        }
        assert!(near("pear", "peer") && near("pear", "pears") && near("bread", "read"));
        assert!(near("pear", "pea") && !near("pear", "plum") && !near("pear", "pears-"));
    }

    #[test]
    fn the_time_is_the_utc_minute() {
        for (moment, time) in [
            ("2026-11-21T14:07:59.999Z", "1407-"),
            ("2026-11-21T00:00:00+01:00", "2300-"),
            ("1969-12-31T23:59:00Z", "2359-"),
            ("2026-11-21T00:00:00Z", "0000-"),
        ] {
            let now = Millis::parse_rfc3339(moment).unwrap();
            let Reference(text) = Reference::random(&Fixed([0; 4]), now);
            assert!(text.starts_with(time), "{moment}: {text}");
        }
    }

    #[test]
    fn a_reference_is_found_however_it_was_passed_on() {
        let meant = Reference("1407-amber-otter-lake".to_owned());
        for told in [
            "1407-amber-otter-lake",
            " 1407 Amber Otter Lake\n",
            "1407AMBEROTTERLAKE",
            "14:07 amber otter lake",
            "amber-otter-lake-1407",
            "amber otter lake, 14:07.",
            "\u{201c}1407\u{2013}amber\u{2013}otter\u{2013}lake\u{201d}",
        ] {
            assert_eq!(Reference::read(told).as_ref(), Some(&meant), "{told:?}");
        }
        for told in [
            "",
            "1407",
            "amber-otter-lake",
            "1407-amber-otter",
            "1407-amber-otter-lake-lake",
            "1407-amber-otter-lakeside",
            "1407-amber-otter-zzzz",
            "14-amber-otter-lake-07",
            "140-amber-otter-lake",
            "1407-amber-otter-lake-1407",
            "1407-4-amber-otter-lake",
            "g4t7srvguamacp3f37y47jlo",
            "\u{e9}\u{e9}\u{e9}",
            &"1407-amber-otter-lake".repeat(5),
        ] {
            assert_eq!(Reference::read(told), None, "{told:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_drawn_is_read(bytes in any::<[u8; 4]>(), now in any::<i64>()) {
            let drawn = Reference::random(&Fixed(bytes), Millis(now));
            prop_assert_eq!(drawn.0.split('-').count(), 1 + COUNT);
            prop_assert_eq!(Reference::read(&drawn.0), Some(drawn.clone()));
            let joined = drawn.0.replace('-', "").to_uppercase();
            prop_assert_eq!(Reference::read(&joined), Some(drawn));
        }

        #[test]
        fn any_text_is_looked_at_without_harm(text in ".{0,120}") {
            let _ = Reference::read(&text);
        }
    }
}
