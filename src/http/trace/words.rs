//! Times as the trace page says them.

use crate::model::time::{MINUTE, Millis, SECOND, words};

/// `240 ms`, `1.2 s`, `4 min 12 s`; the sign is left to the sentence around it.
pub(super) fn span(milliseconds: i64) -> String {
    let total = milliseconds.saturating_abs();
    if total < SECOND {
        format!("{total} ms")
    } else if total < MINUTE {
        format!("{}.{} s", total / SECOND, total % SECOND / 100)
    } else {
        words(total)
    }
}

/// `+1.2 s` since the attempt began; before it when a clock was set back meanwhile.
pub(super) fn offset(milliseconds: i64) -> String {
    // U+2212, the minus sign: a hyphen is easily lost.
    let sign = if milliseconds < 0 { '\u{2212}' } else { '+' };
    format!("{sign}{}", span(milliseconds))
}

/// `4 min 12 s ago`, `in 5 min 0 s`.
pub(super) fn seen_from(now: Millis, moment: Millis) -> String {
    match moment.since(now) {
        0 => "this very moment".to_owned(),
        past @ ..0 => format!("{} ago", span(past)),
        future => format!("in {}", span(future)),
    }
}

/// `2026-11-21 09:30:00.123`, for a page that says once that it is UTC.
pub(super) fn utc(rfc3339: &str) -> String {
    rfc3339.trim_end_matches('Z').replacen('T', " ", 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::HOUR;

    #[test]
    fn spans_are_short_and_never_overflow() {
        for (milliseconds, said) in [
            (0, "+0 ms"),
            (999, "+999 ms"),
            (1_000, "+1.0 s"),
            (59_999, "+59.9 s"),
            (60_000, "+1 min 0 s"),
            (49 * HOUR, "+2 days"),
            (-40, "\u{2212}40 ms"),
            (-1_999, "\u{2212}1.9 s"),
        ] {
            assert_eq!(offset(milliseconds), said);
        }
        assert!(offset(i64::MIN).ends_with("days") && offset(i64::MAX).ends_with("days"));
        let now = Millis(5_000);
        assert_eq!(seen_from(now, Millis(5_000)), "this very moment");
        assert_eq!(seen_from(now, Millis(3_800)), "1.2 s ago");
        assert_eq!(seen_from(now, Millis(5_001)), "in 1 ms");
        assert_eq!(utc("2026-11-21T09:30:00.123Z"), "2026-11-21 09:30:00.123");
    }
}
