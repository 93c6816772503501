//! The record a check leaves, passed or failed. Traces, test pages and reason codes are
//! all drawn from it.

use serde::{Deserialize, Serialize, Serializer};

use super::code::Code;
use super::difference::{self, Difference};
use super::notice::Notice;

/// How one check ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The received value was acceptable.
    #[default]
    Passed,
    /// The received value was not; the attempt is refused.
    Failed,
    /// Worth knowing, but no reason to refuse.
    Warned,
}

/// One thing that was looked at during an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Kept")]
pub struct Check {
    /// What was checked, in words of the protocol: `audience`, `signature`, ...
    pub name: String,
    /// What would have been accepted. Never a secret.
    pub expected: String,
    /// What came, cut to [`RECEIVED_LIMIT`] characters. Never a secret.
    pub received: String,
    /// How it ended.
    pub verdict: Verdict,
    /// Whether `received` is personal (an address, a name) and is masked until revealed.
    pub personal: bool,
}

/// A check as it is kept: name, expected, received unless it is the same, verdict, personal.
/// What says nothing is left out at the end: every sign-in keeps some two dozen of them.
#[derive(Deserialize)]
struct Kept(
    String,
    String,
    #[serde(default)] Option<String>,
    #[serde(default)] Verdict,
    #[serde(default)] bool,
);

impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { name, expected, verdict, personal, .. } = self;
        let received = (self.received != *expected).then_some(&self.received);
        match (received, verdict, personal) {
            (None, Verdict::Passed, false) => (name, expected).serialize(serializer),
            (Some(received), Verdict::Passed, false) => {
                (name, expected, received).serialize(serializer)
            }
            _ => (name, expected, received, verdict, personal).serialize(serializer),
        }
    }
}

impl From<Kept> for Check {
    fn from(Kept(name, expected, received, verdict, personal): Kept) -> Self {
        let received = received.unwrap_or_else(|| expected.clone());
        Self { name, expected, received, verdict, personal }
    }
}

/// Stands in `received` when nothing came.
pub const ABSENT: &str = "absent";
/// Stands in `expected` between values of which any is accepted.
pub const EITHER: &str = " or ";
/// Stands in `received` between values that came together.
pub const AND: &str = ", ";
/// Stands in `expected` in front of a list with spaces between.
pub const ONE_OF: &str = "one of: ";

impl Check {
    /// What this check gave notice of, if it is on the closed list.
    pub fn notice(&self) -> Option<Notice> {
        let warned = self.verdict == Verdict::Warned;
        Notice::ALL.into_iter().find(|notice| warned && notice.check() == self.name)
    }

    /// How the received value differs from the accepted one: only of a failed check, and only
    /// where both are values and not words about them. It quotes both, so of a personal check
    /// it is as personal as `received`.
    pub fn difference(&self) -> Option<Difference> {
        if self.verdict != Verdict::Failed || self.received == ABSENT {
            return None;
        }
        let (expected, received) = (self.expected.as_str(), self.received.as_str());
        match self.name.as_str() {
            "issuer" | "response_issuer" | "issuer_format" | "authorized_party" | "destination"
            | "recipient" => difference::between(expected, received),
            // Else it is the sentence that it has to be there.
            "issuer_parameter" if !received.starts_with(ABSENT) => {
                difference::between(expected, received)
            }
            // Advice stands behind it in brackets.
            "discovery_issuer" => {
                let stated = received.split_once(" (").map_or(received, |(stated, _)| stated);
                difference::between(expected, stated)
            }
            "audience" => difference::nearest(
                &expected.split(EITHER).collect::<Vec<_>>(),
                &received.split(AND).collect::<Vec<_>>(),
            ),
            "redirect_uri" => {
                let (_, accepted) = expected.split_once(ONE_OF)?;
                difference::nearest(&accepted.split(' ').collect::<Vec<_>>(), &[received])
            }
            _ => None,
        }
    }
}

/// Longest `received` kept, in characters.
pub const RECEIVED_LIMIT: usize = 512;

/// Checks of one step, in the order they were made. At most [`Checks::LIMIT`] are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Checks {
    made: Vec<Check>,
    /// How many of them, from the first on, were set apart.
    #[serde(skip)]
    apart: usize,
}

impl Checks {
    /// Most checks one attempt keeps.
    pub const LIMIT: usize = 100;

    /// No checks yet.
    pub const fn new() -> Self {
        Self { made: Vec::new(), apart: 0 }
    }

    /// Checks that were set apart, and those made after them.
    #[must_use]
    pub fn joined(apart: Self, rest: Self) -> Self {
        let mut made = apart.made;
        let apart = made.len();
        made.extend(rest.made);
        Self { made, apart }
    }

    /// The checks in order.
    pub fn as_slice(&self) -> &[Check] {
        &self.made
    }

    /// Sets apart what was checked so far: it is most of what will ever be, and what is checked
    /// from now on can be kept without keeping all of it anew.
    pub fn set_apart(&mut self) {
        self.apart = self.made.len();
    }

    /// What was set apart.
    pub fn apart(&self) -> &[Check] {
        self.made.get(..self.apart).unwrap_or_default()
    }

    /// What was checked since.
    pub fn rest(&self) -> &[Check] {
        self.made.get(self.apart..).unwrap_or_default()
    }

    /// Notes a check that passed.
    pub fn passed(&mut self, name: &str, expected: impl Into<String>, received: impl Into<String>) {
        self.note(name, expected.into(), received.into(), Verdict::Passed, false);
    }

    /// Notes something worth knowing that refuses nothing.
    pub fn warned(&mut self, name: &str, expected: impl Into<String>, received: impl Into<String>) {
        self.note(name, expected.into(), received.into(), Verdict::Warned, false);
    }

    /// Notes what is on the closed list of [`Notice`], with what came instead.
    pub fn notice(
        &mut self,
        notice: Notice,
        expected: impl Into<String>,
        received: impl Into<String>,
    ) {
        self.warned(notice.check(), expected, received);
    }

    /// Notes a check that failed and gives its code back, to be returned as the error.
    pub fn failed(
        &mut self,
        code: Code,
        name: &str,
        expected: impl Into<String>,
        received: impl Into<String>,
    ) -> Code {
        self.note(name, expected.into(), received.into(), Verdict::Failed, false);
        code
    }

    /// Notes a passed check whose received value is personal.
    pub fn passed_personal(
        &mut self,
        name: &str,
        expected: impl Into<String>,
        received: impl Into<String>,
    ) {
        self.note(name, expected.into(), received.into(), Verdict::Passed, true);
    }

    /// Notes something worth knowing whose received value is personal.
    pub fn warned_personal(
        &mut self,
        name: &str,
        expected: impl Into<String>,
        received: impl Into<String>,
    ) {
        self.note(name, expected.into(), received.into(), Verdict::Warned, true);
    }

    /// Notes a failed check whose received value is personal.
    pub fn failed_personal(
        &mut self,
        code: Code,
        name: &str,
        expected: impl Into<String>,
        received: impl Into<String>,
    ) -> Code {
        self.note(name, expected.into(), received.into(), Verdict::Failed, true);
        code
    }

    /// `passed` when `ok`, else `failed` with `code`.
    ///
    /// # Errors
    /// `code` when `ok` is false.
    pub fn require(
        &mut self,
        ok: bool,
        code: Code,
        name: &str,
        expected: impl Into<String>,
        received: impl Into<String>,
    ) -> Result<(), Code> {
        if ok {
            self.passed(name, expected, received);
            Ok(())
        } else {
            Err(self.failed(code, name, expected, received))
        }
    }

    /// Makes warnings of those passed checks of this name whose expected value was taken from
    /// what came, and says in `received` that nothing was compared.
    pub fn uncompared(&mut self, name: &str, expected: &str, received: &str) {
        let passed = |check: &&mut Check| check.name == name && check.verdict == Verdict::Passed;
        for check in self.made.iter_mut().filter(passed) {
            check.verdict = Verdict::Warned;
            check.expected = expected.to_owned();
            check.received = format!("{} ({received})", check.received);
        }
    }

    /// Says `known` wherever an expected text has `unknown`, which stands for what nobody knows.
    pub fn reword(&mut self, unknown: &str, known: &str) {
        for check in &mut self.made {
            check.expected = check.expected.replace(unknown, known);
        }
    }

    /// Appends another step's checks.
    pub fn extend(&mut self, other: Self) {
        for check in other.made {
            self.push(check);
        }
    }

    fn note(
        &mut self,
        name: &str,
        expected: String,
        received: String,
        verdict: Verdict,
        personal: bool,
    ) {
        self.push(Check {
            name: name.to_owned(),
            expected: cut(expected),
            received: cut(received),
            verdict,
            personal,
        });
    }

    fn push(&mut self, check: Check) {
        // A failure is always kept: it is the reason for the refusal.
        if self.made.len() < Self::LIMIT || check.verdict == Verdict::Failed {
            self.made.push(check);
        }
    }
}

fn cut(text: String) -> String {
    // No text has more characters than bytes.
    if text.len() <= RECEIVED_LIMIT {
        return text;
    }
    match text.char_indices().nth(RECEIVED_LIMIT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_short_and_comes_back() {
        let mut checks = Checks::new();
        checks.passed("audience", "https://sso.test", "https://sso.test");
        checks.passed("issued", "before now", "yesterday");
        checks.passed_personal("email", "an address", "an address");
        checks.failed_personal(Code::SamlAudience, "subject", "", "ann@a.test");
        checks.warned("certificate", "valid now", "");
        let kept = serde_json::to_string(&checks).unwrap();
        let begin = r#"[["audience","https://sso.test"],["issued","before now","yesterday"],["#;
        assert!(kept.starts_with(begin), "{kept}");
        assert_eq!(serde_json::from_str::<Checks>(&kept).unwrap(), checks);
    }

    #[test]
    fn what_is_set_apart_and_the_rest_are_everything() {
        let mut checks = Checks::new();
        checks.passed("audience", "a", "a");
        assert_eq!((checks.apart().len(), checks.rest().len()), (0, 1));
        checks.set_apart();
        checks.passed("browser", "b", "b");
        let (apart, rest) = (checks.apart(), checks.rest());
        assert_eq!([apart, rest].map(|checks| checks[0].name.as_str()), ["audience", "browser"]);
        let read = |checks: &[Check]| -> Checks {
            serde_json::from_str(&serde_json::to_string(checks).unwrap()).unwrap()
        };
        assert_eq!(Checks::joined(read(apart), read(rest)), checks);
        assert_eq!(checks.as_slice().len(), 2);
    }

    #[test]
    fn a_notice_comes_back_from_its_check() {
        let mut checks = Checks::new();
        for notice in Notice::ALL {
            checks.notice(notice, "something", "none");
        }
        checks.passed("email", "an e-mail address", "one");
        checks.warned("certificate", "valid now", "");
        let found: Vec<_> = checks.as_slice().iter().map(Check::notice).collect();
        let noticed = Notice::ALL.map(Some);
        assert_eq!(found, [&noticed[..], &[None, None]].concat());
    }

    #[test]
    fn a_difference_is_given_between_values_only() {
        let sentence = |name: &str, expected: &str, received: &str| {
            let mut checks = Checks::new();
            checks.failed(Code::SamlAudience, name, expected, received);
            checks.as_slice()[0].difference().map(|found| found.sentence)
        };
        for (name, expected, received, told) in [
            (
                "issuer",
                "https://a.test",
                "https://a.test/",
                Some("ends with a slash, expected without"),
            ),
            ("destination", "https://a.test", "http://a.test", Some("http instead of https")),
            ("recipient", "https://a.test", "", Some("empty")),
            ("issuer", "https://a.test", ABSENT, None),
            ("issuer", "", "", None),
            ("issuer_parameter", "https://a.test", "absent, though it is promised", None),
            (
                "discovery_issuer",
                "http://a.test",
                "http://A.test (advice)",
                Some("differs in capital letters only"),
            ),
            (
                "audience",
                "https://a.test or urn:b",
                "x, URN:b",
                Some("differs in capital letters only"),
            ),
            ("audience", "urn:b", "urn:c, urn:b ", Some("a trailing space (U+0020)")),
            (
                "redirect_uri",
                "of app x one of: https://a.test/cb https://b.test/cb",
                "https://b.test/cb/",
                Some("ends with a slash, expected without"),
            ),
            ("redirect_uri", "given once", "none, or several", None),
            ("in_response_to", "_a", "_b", None),
            ("signature", "a signature", "none", None),
        ] {
            assert_eq!(sentence(name, expected, received).as_deref(), told, "{name} {received}");
        }
        let mut checks = Checks::new();
        checks.warned("issuer", "a", "b");
        assert_eq!(checks.as_slice()[0].difference(), None);
    }

    #[test]
    fn long_values_are_cut_and_counts_are_bounded() {
        let mut checks = Checks::new();
        for _ in 0..200 {
            checks.passed("x", "y", "z".repeat(2_000));
        }
        assert_eq!(checks.as_slice().len(), Checks::LIMIT);
        assert_eq!(checks.as_slice()[0].received.chars().count(), RECEIVED_LIMIT + 1);
        checks.failed(Code::SamlAudience, "x", "y", "z");
        assert_eq!(checks.as_slice().len(), Checks::LIMIT + 1);
    }
}
