//! What a check that warned means, for people who read no protocol: on the report of a test, and
//! in the console.

use super::check::{Check, Verdict};
use super::email_rule::Unproved;
use super::notice::Notice;

/// What goes before the reason why an administrator was not asked about an address.
pub const NOT_ASKED: &str = "not asked: ";

/// The warning in a sentence or two; nothing for what is no warning, or none of the usual ones.
pub fn plainly(check: &Check) -> Option<&'static str> {
    if check.verdict != Verdict::Warned {
        return None;
    }
    if let Some(notice) = check.notice() {
        return Some(match notice {
            Notice::GroupsOverage => {
                "The provider says that there are too many groups to send. They are unknown, so nobody gets or loses a role by them."
            }
            Notice::EmailMissing => {
                "No e-mail address came. Most apps want one: have the provider send it."
            }
            Notice::EmailIsSignInName => {
                "What was taken for the e-mail address is a name to sign in by. It may be no mailbox."
            }
        });
    }
    match check.name.as_str() {
        "known_address" => check.received.strip_prefix(NOT_ASKED).map(same_address),
        "first_owner" => Some(
            "This person was named as the first owner, and does not become it by this sign-in: their address is not proved, or there is an owner already.",
        ),
        "issuer_learned" => Some(
            "The provider's entity ID was not known before. It was taken from the signed answer.",
        ),
        "certificate" => Some(
            "The provider signs with a certificate whose time is over, or has not begun. This connection takes it all the same.",
        ),
        "userinfo" => Some(
            "The provider's userinfo endpoint gave nothing usable. What stood in the ID token was used alone.",
        ),
        "key_set" => Some(
            "The provider's keys could not be read anew. Those that were known did for this sign-in.",
        ),
        "authenticated_at" => Some("The provider does not say when the person signed in there."),
        "roles" => Some("The person's groups are not known, so every role stays as it is."),
        "role_owner" => Some(
            "No group gives the role of an owner any more. It was kept: nobody else could sign in with the provider down.",
        ),
        _ => None,
    }
}

/// Why nobody is asked whether somebody new is the one who has the address already.
fn same_address(why: &str) -> &'static str {
    const EACH: [(Unproved, &str); 5] = [
        (
            Unproved::Owner,
            "An owner has this address. Owners keep an account of their own that no identity provider can open, so this sign-in makes a second account.",
        ),
        (
            Unproved::Elsewhere,
            "Somebody who signs in through another connection has this address. Nobody is taken for somebody else by an address, so this sign-in makes a second account.",
        ),
        (
            Unproved::Domain,
            "Somebody has this address already, and the organization has not proved that its domain is its own. So it does not show who this is, and this sign-in makes a second account. Prove the domain to be asked instead.",
        ),
        (
            Unproved::NotStated,
            "Somebody has this address already, and the provider does not say whether it is verified. So it does not show who this is, and this sign-in makes a second account.",
        ),
        (
            Unproved::StatedFalse,
            "Somebody has this address already, and the provider says that it is not verified. So it does not show who this is, and this sign-in makes a second account.",
        ),
    ];
    let found = EACH.iter().find(|(each, _)| each.sentence() == why);
    found.map_or("Somebody has this address already. This sign-in makes a second account.", |f| f.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::check::Checks;

    fn said(name: &'static str, received: &str) -> Option<&'static str> {
        let mut checks = Checks::new();
        checks.warned(name, "something", received);
        plainly(&checks.as_slice()[0])
    }

    #[test]
    fn an_owners_address_is_explained_without_a_word_of_the_protocol() {
        let text = said("known_address", "not asked: the address of an owner").unwrap();
        assert!(text.starts_with("An owner has this address. Owners keep an account of their own"));
    }

    #[test]
    fn every_reason_about_an_address_has_words_of_its_own() {
        let every = [
            Unproved::Owner,
            Unproved::Elsewhere,
            Unproved::Domain,
            Unproved::NotStated,
            Unproved::StatedFalse,
        ];
        let mut texts: Vec<_> = every
            .map(|why| said("known_address", &format!("{NOT_ASKED}{}", why.sentence())).unwrap())
            .to_vec();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), every.len());
        assert!(texts.iter().all(|text| !text.starts_with("Somebody has this address already. ")));
    }

    #[test]
    fn only_warnings_are_explained() {
        let mut checks = Checks::new();
        checks.passed("roles", "something", "something");
        assert_eq!(plainly(&checks.as_slice()[0]), None);
        assert_eq!(said("tile", "anything"), None);
    }
}
