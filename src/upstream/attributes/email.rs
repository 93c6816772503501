//! The e-mail address, and whether the provider vouches for it.

use super::found::{Candidate, Found, configured};
use super::name_id::NameId;
use super::synonyms::Slot;
use crate::model::connection::AttributeNames;
use crate::model::matched::{Field, Match, Why};
use crate::model::organization::domain_of;
use crate::model::user::{EmailVerified, Received};

/// Longest e-mail address (RFC 5321: 64 + 1 + 255).
pub(super) const MAX_EMAIL: usize = 320;

/// An address, if there is one.
pub(super) struct Address {
    pub email: Option<String>,
    pub verified: EmailVerified,
    pub matched: Match,
}

/// The address: of the configured name, else of a known one, else the NameID, else a name to
/// sign in by.
pub(super) fn read(
    received: &Received,
    found: &Found<'_>,
    names: &AttributeNames,
    name_id: Option<NameId<'_>>,
) -> Address {
    let known = found.usable(Field::Email, Slot::Email, is_address);
    // `email_verified` speaks of `email`, whether that can be used or not: of anything else only
    // when it is the same address, or a configured name stands where there is no `email`.
    let spoken_of = found.of(Slot::Email).find_map(stated);
    let vouches = |email: &str| spoken_of.is_none_or(|stated| stated.eq_ignore_ascii_case(email));
    let (email, matched, vouched) = match (&names.email, known) {
        (Some(name), _) => {
            let (email, matched) = configured(received, Field::Email, name, is_address);
            let vouched = email.as_deref().is_some_and(vouches);
            (email, matched, vouched)
        }
        (None, Some((email, matched))) => {
            let vouched = vouches(&email);
            (Some(email), matched, vouched)
        }
        (None, None) => match instead(found, name_id) {
            Some((email, matched)) => (Some(email), matched, false),
            None => (None, missed(found), false),
        },
    };
    let verified = match (&email, stated_verified(found)) {
        (Some(_), EmailVerified::Verified) if !vouched => EmailVerified::Unstated,
        (_, stated) => stated,
    };
    Address { email, verified, matched }
}

/// The first thing an attribute says, whatever that is.
fn stated<'a>(candidate: &Candidate<'a>) -> Option<&'a str> {
    candidate.values.iter().map(|value| value.trim()).find(|value| !value.is_empty())
}

/// What looks like an address, though it need not be one.
fn instead(found: &Found<'_>, name_id: Option<NameId<'_>>) -> Option<(String, Match)> {
    let from_name_id = name_id.and_then(|id| {
        let why = if id.email_like { Why::NameId } else { Why::LookedLikeAddress };
        let value = Some(id.value.trim()).filter(|value| looks_like_address(value))?;
        Some((value.to_owned(), Match::unnamed(Field::Email, why)))
    });
    from_name_id.or_else(|| {
        let (value, matched) = found.usable(Field::Email, Slot::SignInName, looks_like_address)?;
        Some((value, Match { why: Why::SignInName, ..matched }))
    })
}

fn missed(found: &Found<'_>) -> Match {
    let missed = found.missed(Field::Email, Slot::Email);
    match missed.why {
        Why::NotSent => found.missed(Field::Email, Slot::SignInName),
        _ => missed,
    }
}

/// Whether a text that was sent as an address can be one.
fn is_address(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(local, host)| !local.is_empty() && !host.is_empty())
        && text.len() <= MAX_EMAIL
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// Whether a text that need not be an address looks like one. Entra ID's names of guests
/// (`ann_acme.test#EXT#@other.onmicrosoft.com`) do not.
fn looks_like_address(text: &str) -> bool {
    is_address(text) && !text.contains("#EXT#") && domain_of(text).is_some()
}

/// `true` verifies; anything else that is present refutes; absence says nothing. Entra ID's
/// `xms_edov` is asked where there is no `email_verified`.
fn stated_verified(found: &Found<'_>) -> EmailVerified {
    let ask = |slot: Slot, yes: &[&str]| {
        let stated = found.of(slot).next()?;
        let affirmed = matches!(stated.values, [one]
            if yes.iter().any(|word| one.trim().eq_ignore_ascii_case(word)));
        Some(if affirmed { EmailVerified::Verified } else { EmailVerified::Refuted })
    };
    ask(Slot::EmailVerified, &["true"])
        .or_else(|| ask(Slot::DomainOwned, &["true", "1"]))
        .unwrap_or(EmailVerified::Unstated)
}
