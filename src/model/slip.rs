//! The slips that make up most mistyped names, one by one: a name that differs by exactly one of
//! them gets a reason code of its own. `difference` has the words for every other difference.

/// One way to miss a name by little.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slip {
    /// A slash at the end, too many or missing.
    Slash,
    /// Capital letters.
    Case,
    /// `http` and `https`.
    Scheme,
    /// `spn:` in front, as Entra ID puts it there.
    Spn,
}

/// The one slip that turns `expected` into `received`; `None` when they are alike, or when one
/// slip does not explain it.
pub fn between(expected: &str, received: &str) -> Option<Slip> {
    let slash = |one: &str, other: &str| one.strip_suffix('/') == Some(other);
    if expected == received || expected.is_empty() || received.is_empty() {
        None
    } else if slash(expected, received) || slash(received, expected) {
        Some(Slip::Slash)
    } else if received.strip_prefix("spn:") == Some(expected) {
        Some(Slip::Spn)
    } else if scheme_aside(expected).is_some_and(|rest| scheme_aside(received) == Some(rest)) {
        Some(Slip::Scheme)
    } else if expected.eq_ignore_ascii_case(received) {
        Some(Slip::Case)
    } else {
        None
    }
}

/// Whether two names differ in nothing but a slash at the end, capital letters, and `http` or
/// `https`: what somebody who copied a name wrongly changes, and nobody who names another thing.
pub fn nearly_equal(one: &str, other: &str) -> bool {
    let plain = |text: &str| {
        let text = text.to_ascii_lowercase();
        let bare = scheme_aside(&text).unwrap_or(&text);
        bare.strip_suffix('/').unwrap_or(bare).to_owned()
    };
    let (one, other) = (plain(one), plain(other));
    !one.is_empty() && one == other
}

fn scheme_aside(text: &str) -> Option<&str> {
    text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_is_told_from_another_and_from_two() {
        for (expected, received, slip) in [
            ("https://a.test", "https://a.test", None),
            ("https://a.test", "https://a.test/", Some(Slip::Slash)),
            ("https://a.test/", "https://a.test", Some(Slip::Slash)),
            ("https://a.test", "https://a.test//", None),
            ("https://a.test", "http://a.test", Some(Slip::Scheme)),
            ("https://a.test", "spn:https://a.test", Some(Slip::Spn)),
            ("https://a.test", "https://A.test", Some(Slip::Case)),
            ("https://a.test", "http://A.test", None),
            ("https://a.test", "https://b.test", None),
            ("/", "", None),
            ("", "spn:", None),
        ] {
            assert_eq!(between(expected, received), slip, "{expected} {received}");
        }
    }

    #[test]
    fn nearly_equal_is_no_more_than_that() {
        for (one, other, near) in [
            ("https://a.test/x", "http://A.test/X/", true),
            ("urn:a", "URN:A", true),
            ("https://a.test/x", "https://a.test/x//", false),
            ("https://a.test/x", "https://a.test/x y", false),
            ("https://a.test", "https://a.test.evil", false),
            ("", "/", false),
            ("https://", "http://", false),
        ] {
            assert_eq!(nearly_equal(one, other), near, "{one} {other}");
            assert_eq!(nearly_equal(other, one), near, "{one} {other}");
        }
    }
}
