//! Time as a parameter: unix milliseconds, and the clock that gives them.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub i64);

/// One second, minute, hour, day in milliseconds.
pub const SECOND: i64 = 1_000;
/// One minute in milliseconds.
pub const MINUTE: i64 = 60 * SECOND;
/// One hour in milliseconds.
pub const HOUR: i64 = 60 * MINUTE;
/// One day in milliseconds.
pub const DAY: i64 = 24 * HOUR;

impl Millis {
    /// This moment plus `milliseconds` (which may be negative), saturating.
    #[must_use]
    pub const fn plus(self, milliseconds: i64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }

    /// Milliseconds from `earlier` to this moment; negative when `earlier` is later.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Whole seconds since 1970, as JOSE's NumericDate wants them (RFC 7519 section 2).
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(SECOND)
    }

    /// The moment `seconds` after 1970.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(SECOND))
    }

    /// Reads an RFC 3339 / `xs:dateTime` text that names its zone. Fractions finer than a
    /// millisecond are cut off.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        i64::try_from(moment.unix_timestamp_nanos().div_euclid(1_000_000)).ok().map(Self)
    }

    /// `2026-11-21T09:30:00.123Z`, with three digits of the second, always; the beginning of the
    /// year 0 for moments that RFC 3339 cannot name.
    pub fn rfc3339(self) -> String {
        // Every line of the log has one: digit by digit is a tenth of what a description of the
        // format costs.
        let mut text = *b"0000-01-01T00:00:00.000Z";
        let named = OffsetDateTime::from_unix_timestamp(self.0.div_euclid(SECOND)).ok();
        let year = |moment: &OffsetDateTime| u32::try_from(moment.year()).ok();
        if let Some((moment, year)) = named.and_then(|moment| Some((moment, year(&moment)?))) {
            let (hour, minute, second) = moment.to_hms();
            let subsecond = u32::try_from(self.0.rem_euclid(SECOND)).unwrap_or_default();
            for (range, number) in [
                (0..4, year),
                (5..7, u32::from(u8::from(moment.month()))),
                (8..10, u32::from(moment.day())),
                (11..13, u32::from(hour)),
                (14..16, u32::from(minute)),
                (17..19, u32::from(second)),
                (20..23, subsecond),
            ] {
                digits(&mut text[range], number);
            }
        }
        text.into_iter().map(char::from).collect()
    }

    /// `2026-11-21T09:30:00.123Z, 4 min 12 s before our clock`, for traces.
    pub fn against_our_clock(self, now: Self) -> String {
        let difference = self.since(now);
        let side = if difference < 0 { "before" } else { "after" };
        format!("{}, {} {side} our clock", self.rfc3339(), words(difference))
    }
}

/// Writes the last digits of `number`, as many as there is room for.
fn digits(room: &mut [u8], mut number: u32) {
    for digit in room.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// `4 min 12 s`; the sign is left to the sentence around it.
pub fn words(milliseconds: i64) -> String {
    let total = milliseconds.unsigned_abs();
    let (hour, minute, second) =
        (HOUR.unsigned_abs(), MINUTE.unsigned_abs(), SECOND.unsigned_abs());
    if total >= 48 * hour {
        format!("{} days", total / (24 * hour))
    } else if total >= hour {
        format!("{} h {} min", total / hour, total % hour / minute)
    } else if total >= minute {
        format!("{} min {} s", total / minute, total % minute / second)
    } else if total >= second || total == 0 {
        format!("{} s", total / second)
    } else {
        format!("{total} ms")
    }
}

/// What a time of the provider after ours comes down to, to stand behind it.
pub fn ahead(milliseconds: i64) -> String {
    format!(": the provider's clock is {} ahead of ours", words(milliseconds))
}

/// What a time of the provider before ours comes down to, to stand behind it.
pub fn behind(milliseconds: i64) -> String {
    format!(": the provider's clock is {} behind ours", words(milliseconds))
}

/// Where the present moment comes from.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Millis;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Millis {
        let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Millis(elapsed.map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX)))
    }
}

/// A clock that stands until it is moved.
#[cfg(test)]
#[derive(Debug)]
pub(crate) struct StandingClock(std::sync::atomic::AtomicI64);

#[cfg(test)]
impl StandingClock {
    pub(crate) const fn at(moment: Millis) -> Self {
        Self(std::sync::atomic::AtomicI64::new(moment.0))
    }

    pub(crate) fn set(&self, moment: Millis) {
        self.0.store(moment.0, std::sync::atomic::Ordering::Relaxed);
    }

    pub(crate) fn pass(&self, milliseconds: i64) {
        self.0.fetch_add(milliseconds, std::sync::atomic::Ordering::Relaxed);
    }
}

#[cfg(test)]
impl Clock for StandingClock {
    fn now(&self) -> Millis {
        Millis(self.0.load(std::sync::atomic::Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_identity_providers_write() {
        let cases = [
            ("1970-01-01T00:00:01Z", Some(1_000)),
            ("1970-01-01T00:00:00.1234567Z", Some(123)),
            ("1970-01-01T01:00:00+01:00", Some(0)),
            ("1970-01-01T00:00:00", None),
            ("1970-01-01", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(Millis::parse_rfc3339(text).map(|m| m.0), expected, "{text:?}");
        }
    }

    #[test]
    fn differences_are_said_in_words() {
        for (milliseconds, expected) in [
            (0, "0 s"),
            (31, "31 ms"),
            (-12_000, "12 s"),
            (252_000, "4 min 12 s"),
            (3 * HOUR + 5 * MINUTE, "3 h 5 min"),
            (-72 * HOUR, "3 days"),
        ] {
            assert_eq!(words(milliseconds), expected);
        }
    }

    #[test]
    fn writes_what_it_reads() {
        let no_name = "0000-01-01T00:00:00.000Z";
        for (moment, text) in [
            (Millis(1_795_253_400_123), "2026-11-21T09:30:00.123Z"),
            (Millis(0), "1970-01-01T00:00:00.000Z"),
            (Millis(-1), "1969-12-31T23:59:59.999Z"),
            (Millis(1_709_164_800_000), "2024-02-29T00:00:00.000Z"),
            (Millis(253_402_300_799_999), "9999-12-31T23:59:59.999Z"),
            (Millis(-62_167_219_200_000), no_name),
        ] {
            assert_eq!(moment.rfc3339(), text);
            assert_eq!(Millis::parse_rfc3339(text), Some(moment));
        }
        for beyond in [i64::MIN, -62_167_219_200_001, 253_402_300_800_000, i64::MAX] {
            assert_eq!(Millis(beyond).rfc3339(), no_name);
        }
    }

    proptest! {
        #[test]
        fn every_moment_is_read_as_it_was_written(
            milliseconds in -62_167_219_200_000..253_402_300_800_000_i64,
        ) {
            let written = Millis(milliseconds).rfc3339();
            prop_assert_eq!(Millis::parse_rfc3339(&written), Some(Millis(milliseconds)));
            prop_assert_eq!(written.len(), 24);
        }
    }
}
