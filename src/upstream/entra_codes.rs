//! The numbers Entra ID puts into its refusals (`AADSTS50105`), and what they come down to.
//!
//! The text around a number may name people and is masked in traces; the number is not.

/// What stands in front of every number.
const MARK: &str = "AADSTS";
/// Most marks looked at in one text.
const MOST_MARKS: usize = 8;
/// Most digits of a number.
const MOST_DIGITS: usize = 9;

/// What a number means, and who has to do what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// The number as it is quoted: `AADSTS50105`.
    pub code: &'static str,
    /// What happened.
    pub meaning: &'static str,
    /// Who can mend it.
    pub who: &'static str,
    /// What they have to do.
    pub action: &'static str,
}

const TENANT_ADMIN: &str = "an administrator of the Entra ID tenant";

const TABLE: &[Explanation] = &[
    Explanation {
        code: "AADSTS50011",
        meaning: "Entra ID does not know the address that the answer was to be sent to.",
        who: TENANT_ADMIN,
        action: "Add this connection's answer address to the application, exactly as shown here: for SAML as a Reply URL, for OpenID Connect as a Redirect URI of the platform Web.",
    },
    Explanation {
        code: "AADSTS50105",
        meaning: "The person has an account, but it is not assigned to the application in Entra ID.",
        who: TENANT_ADMIN,
        action: "Assign the person, or a group they are directly in, to the enterprise application.",
    },
    Explanation {
        code: "AADSTS700016",
        meaning: "The tenant that was asked has no application with the identifier that was sent.",
        who: "an administrator of this connection, together with one of the Entra ID tenant",
        action: "Check that the connection points to the right tenant. Then make both sides agree: for SAML the Identifier (Entity ID) there with the entity ID here, for OpenID Connect the Application (client) ID there with the client ID here.",
    },
    Explanation {
        code: "AADSTS75011",
        meaning: "The person had signed in to Entra ID in another way than the request demanded, for example with Windows Hello or a certificate where it said password.",
        who: "an administrator of this connection",
        action: "Have the request demand no particular way of signing in. To decide that in Entra ID, use a Conditional Access policy there.",
    },
    Explanation {
        code: "AADSTS7000215",
        meaning: "The client secret that was sent is not one of the application's, or has run out.",
        who: "an administrator of this connection, together with one of the Entra ID tenant",
        action: "Make a new client secret at the app registration and enter it here. Copy the column Value, which is shown only once, and not the Secret ID.",
    },
    Explanation {
        code: "AADSTS7000222",
        meaning: "The client secret of the application has run out.",
        who: "an administrator of this connection, together with one of the Entra ID tenant",
        action: "Make a new client secret at the app registration and enter its Value here. Note the day it ends: Entra ID does not remind anybody by itself.",
    },
];

/// The explanation of the first number in `text` that has one.
pub fn explain(text: &str) -> Option<&'static Explanation> {
    numbers(text)
        .find_map(|number| TABLE.iter().find(|known| known.code.strip_prefix(MARK) == Some(number)))
}

/// ` (AADSTS50105)`, to stand behind a value, or nothing: the first number that has an
/// explanation, else the first.
pub(super) fn behind(text: &str) -> String {
    match (explain(text), numbers(text).next()) {
        (Some(known), _) => format!(" ({})", known.code),
        (None, Some(number)) => format!(" ({MARK}{number})"),
        (None, None) => String::new(),
    }
}

fn numbers(text: &str) -> impl Iterator<Item = &str> {
    text.split(MARK).skip(1).take(MOST_MARKS).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest.get(..end).filter(|digits| (1..=MOST_DIGITS).contains(&digits.len()))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::upstream::presets;

    #[test]
    fn numbers_are_found_in_what_providers_write() {
        for (text, behind_it, known) in [
            ("", "", None),
            ("access denied", "", None),
            ("AADSTS", "", None),
            ("AADSTSx AADSTS50105: not assigned", " (AADSTS50105)", Some("AADSTS50105")),
            ("AADSTS50105", " (AADSTS50105)", Some("AADSTS50105")),
            ("AADSTS500113: x", " (AADSTS500113)", None),
            ("AADSTS1: AADSTS7000222: ran out", " (AADSTS7000222)", Some("AADSTS7000222")),
            ("error é AADSTS75011é", " (AADSTS75011)", Some("AADSTS75011")),
            ("AADSTS12345678901234567890", "", None),
            ("aadsts50105", "", None),
        ] {
            assert_eq!(behind(text), behind_it, "{text}");
            assert_eq!(explain(text).map(|found| found.code), known, "{text}");
        }
    }

    #[test]
    fn what_the_preset_says_entra_prints_is_what_is_explained() {
        let entra = presets::find("entra").unwrap();
        let guides = entra.protocols().into_iter().filter_map(|protocol| entra.guide(protocol));
        let printed: BTreeSet<&str> = guides
            .flat_map(|guide| &guide.mistakes)
            .flat_map(|mistake| &mistake.prints)
            .flat_map(|text| text.split_whitespace())
            .filter(|word| word.starts_with(MARK))
            .collect();
        assert_eq!(printed, TABLE.iter().map(|known| known.code).collect());
    }

    #[test]
    fn every_entry_is_found_by_its_number_and_says_something() {
        for entry in TABLE {
            assert_eq!(explain(entry.code), Some(entry));
            assert!(entry.meaning.ends_with('.') && entry.action.ends_with('.'), "{entry:?}");
            assert!(!entry.who.is_empty() && entry.code.starts_with(MARK), "{entry:?}");
        }
    }
}
