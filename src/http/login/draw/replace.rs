//! The pages that ask whether one person gives way to another, and whether the person is who a
//! provider says that nobody asked.

use crate::broker::question::{self, Question};
use crate::flows::brought::Brought;
use crate::http::pages::{Account, Arrive, Replace, Shell};

/// Longest text of a provider's shown in the midst of the page, in characters.
const SHOWN: usize = 100;

/// The page that asks `question` about the attempt of `brought`.
pub(super) fn page(shell: Shell, csrf: String, brought: Brought, question: Question) -> Replace {
    let Question { present, arriving, instead_of } = question;
    Replace {
        shell,
        csrf,
        attempt: brought.handle.into_inner(),
        ticket: brought.ticket.into_inner(),
        instead_of: instead_of.to_string(),
        present: shown(present),
        arriving: shown(arriving),
    }
}

/// The page that asks whether the person is `account`.
pub(super) fn arrive(
    shell: Shell,
    csrf: String,
    brought: Brought,
    account: question::Account,
) -> Arrive {
    let (attempt, ticket) = (brought.handle.into_inner(), brought.ticket.into_inner());
    Arrive { shell, csrf, attempt, ticket, arriving: shown(account) }
}

fn shown(account: question::Account) -> Account {
    let question::Account { name, email, organization } = account;
    let text =
        |text: Option<String>| text.as_deref().map(cut).filter(|text| !text.trim().is_empty());
    let (name, email) = match (text(name), text(email)) {
        (Some(name), email) => (name, email),
        (None, Some(email)) => (email, None),
        (None, None) => ("somebody without a name".to_owned(), None),
    };
    Account { name, email, organization: cut(&organization) }
}

/// A provider names its people as it likes, so nothing in a name may reach beyond it: neither
/// its length, nor characters that turn the direction of what follows.
fn cut(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control() && !turns(*c)).collect();
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text,
    }
}

/// Whether a character only says in which direction others run (Unicode Standard Annex 9).
const fn turns(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_is_always_called_something_and_not_for_long() {
        let some = |text: &str| Some(text.to_owned());
        let long = "\u{e9}".repeat(300);
        let cut = format!("{}...", "\u{e9}".repeat(100));
        for (name, email, expected) in [
            (some("Ann"), some("ann@acme.test"), ("Ann", some("ann@acme.test"))),
            (None, some("ann@acme.test"), ("ann@acme.test", None)),
            (some(" "), some("ann@acme.test"), ("ann@acme.test", None)),
            (some(&long), None, (cut.as_str(), None)),
            (None, None, ("somebody without a name", None)),
            // Else the rest of the sentence, the organization in it, reads as the name likes.
            (some("Ann\u{202e}\u{2066}\u{7}"), some("\u{200f}\u{2069}"), ("Ann", None)),
        ] {
            let account = question::Account { name, email, organization: "Acme".to_owned() };
            let account = shown(account);
            assert_eq!((account.name.as_str(), account.email), expected);
        }
    }
}
