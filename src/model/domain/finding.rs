//! What DNS said of the record that proves a domain.

use serde::{Deserialize, Serialize};

use crate::model::visible;

/// What was found where the record has to stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// The record.
    Found,
    /// Nothing: the name server said so.
    Absent,
    /// An alias (CNAME). It is not followed: behind a `*` alias of a whole domain stands
    /// somebody else's zone, and who runs that must not prove the domain.
    Alias,
    /// Other texts, a few of them, cut and with invisible characters escaped.
    Different(Vec<String>),
    /// It could not be found out, which proves nothing and loses nothing.
    Failed(Failure),
}

/// Why it could not be found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// No answer in time.
    TimedOut,
    /// The name server said that it failed or refused.
    ServerFailed,
    /// An answer that says neither yes nor no.
    Unclear,
    /// No name server could be asked.
    Unreachable,
}

/// Texts kept of those that were found.
pub const KEPT: usize = 5;
/// Characters kept of each.
const LENGTH: usize = 100;

impl Finding {
    /// What other texts come to: the first few of them, made harmless.
    pub fn different<'t>(texts: impl Iterator<Item = &'t [u8]>) -> Self {
        let shown = |text: &[u8]| {
            // Four bytes a character at most: no need to read further.
            let head = text.get(..4 * LENGTH).unwrap_or(text);
            let read = String::from_utf8_lossy(head);
            let cut: String = read.chars().take(LENGTH).collect();
            let whole = cut.len() == read.len() && head.len() == text.len();
            visible::escape(&cut) + if whole { "" } else { "…" }
        };
        Self::Different(texts.take(KEPT).map(shown).collect())
    }

    /// The stable text.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Absent => "absent",
            Self::Alias => "alias",
            Self::Different(_) => "different",
            Self::Failed(Failure::TimedOut) => "timed_out",
            Self::Failed(Failure::ServerFailed) => "server_failed",
            Self::Failed(Failure::Unclear) => "unclear",
            Self::Failed(Failure::Unreachable) => "unreachable",
        }
    }

    /// What was found and what to do about it, in one sentence.
    pub const fn sentence(&self) -> &'static str {
        match self {
            Self::Found => "The record was found.",
            Self::Absent => {
                "There is no such TXT record, or name servers do not know of it yet: publish it and check again in some minutes."
            }
            Self::Alias => {
                "The name is an alias (CNAME), which is not followed: publish the TXT record at the name itself."
            }
            Self::Different(_) => {
                "There are TXT records at the name, but none is the one asked for: add it with exactly this value."
            }
            Self::Failed(Failure::TimedOut) => {
                "The name server did not answer in time, which changes nothing: check again later."
            }
            Self::Failed(Failure::ServerFailed) => {
                "The name server failed or refused to answer, which changes nothing: look at the domain's name servers, and check again later."
            }
            Self::Failed(Failure::Unclear) => {
                "The name server gave an answer that says neither yes nor no, which changes nothing: check again later."
            }
            Self::Failed(Failure::Unreachable) => {
                "No name server could be asked, which changes nothing: whoever runs Doorward looks at its network and --dns-server."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_strangers_publish_is_kept_short_and_harmless() {
        let long = "x".repeat(60_000);
        let odd = b"\xff\xfe\0 a\r\nb\xe2\x80\xae\"<script>".as_slice();
        let texts = [odd, long.as_bytes(), b"", b"1", b"2", b"3"];
        let Finding::Different(kept) = Finding::different(texts.into_iter()) else { panic!() };
        assert_eq!(kept.len(), KEPT);
        assert_eq!(kept[0], "\u{fffd}\u{fffd}\\u{0} a\\u{d}\\u{a}b\\u{202e}\"<script>");
        assert_eq!(kept[1].chars().count(), LENGTH + 1);
        assert_eq!(kept[2..], ["", "1", "2"]);
    }

    #[test]
    fn a_character_cut_in_two_is_no_trouble() {
        let text = "é".repeat(1_000);
        let Finding::Different(kept) = Finding::different([text.as_bytes()].into_iter()) else {
            panic!()
        };
        assert_eq!(kept[0], "é".repeat(LENGTH) + "…");
    }
}
