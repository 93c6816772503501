//! Whom an answer that is not for us is for, as far as its name gives it away. Only the names
//! are compared: that another connection is named does not say that there is one.

use super::ServiceProvider;
use crate::model::code::Code;
use crate::model::slip::{self, Slip};

/// Most audiences looked at.
const MOST: usize = 50;

/// The code for audiences of which none is accepted, from the one that explains the most.
pub(super) fn mismatch(provider: &ServiceProvider, accepted: &[&str], named: &[&str]) -> Code {
    let named = || named.iter().take(MOST).copied();
    if named().all(|name| name.trim().is_empty()) {
        return Code::SamlAudienceMissing;
    }
    let slips = named().flat_map(|name| {
        accepted.iter().take(MOST).filter_map(move |own| slip::between(own, name))
    });
    if let Some(slip) = slips.into_iter().next() {
        return match slip {
            Slip::Slash => Code::SamlAudienceSlash,
            Slip::Case => Code::SamlAudienceCase,
            Slip::Scheme => Code::SamlAudienceScheme,
            Slip::Spn => Code::SamlAudienceSpn,
        };
    }
    if named().any(|name| is_other_connection(provider, name)) {
        Code::SamlAudienceForeign
    } else if named().any(|name| {
        let ours = [provider.acs_url.as_str(), &provider.metadata_url].contains(&name);
        ours && !accepted.contains(&name)
    }) {
        Code::SamlAudienceAddress
    } else {
        Code::SamlAudience
    }
}

/// Whether `name` is an address of ours that another connection would have.
pub fn is_other_connection(provider: &ServiceProvider, name: &str) -> bool {
    let parts = |address: &str| -> Option<(String, String, String)> {
        let mut parts = address.rsplitn(3, '/');
        let (end, id, base) = (parts.next()?, parts.next()?, parts.next()?);
        Some((base.to_owned(), id.to_owned(), end.to_owned()))
    };
    let (Some((base, own, _)), Some((their_base, id, end))) =
        (parts(&provider.metadata_url), parts(name.strip_suffix('/').unwrap_or(name)))
    else {
        return false;
    };
    base == their_base && own != id && !id.is_empty() && ["metadata", "acs"].contains(&&*end)
}
