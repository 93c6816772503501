//! What slows somebody who guesses passwords, at any door: tries are counted under the address
//! they come from and under the account, and each one beyond the free ones doubles the wait.
//! What slows an attacker must not shut anybody out: a browser the person has signed in from
//! before is not held by the count of its account, only by its own.

use crate::model::secret::Digest;
use crate::model::time::{DAY, MINUTE, Millis, SECOND};
use crate::store::{StoreError, Tx, throttles};

/// Tries are forgotten after so long without one.
pub(super) const WINDOW: i64 = DAY;

/// How many tries under one name cost nothing, and how long the wait after one more grows.
pub(super) struct Rule {
    pub free: u32,
    pub longest: i64,
}

/// Unknown browsers at one account.
const ACCOUNT: Rule = Rule { free: 5, longest: 15 * MINUTE };
/// Unknown browsers at one address.
const ADDRESS: Rule = Rule { free: 20, longest: 15 * MINUTE };
/// A known browser at an address that others there may have used up, on purpose or not: they
/// must not keep anybody out.
const ADDRESS_OF_KNOWN: Rule = Rule { free: 200, longest: 5 * SECOND };
/// One known browser, which may be in a thief's hands.
const DEVICE: Rule = Rule { free: 10, longest: 15 * MINUTE };

/// The names a try at `door` counts under: from `address`, at the account with this key, by a
/// browser it is known by, if it is.
pub(super) fn names(
    door: &str,
    address: &str,
    key: &str,
    known: Option<&Digest>,
) -> [(String, Rule); 2] {
    let at = at_address(door, address, known.is_some());
    match known {
        Some(known) => [at, (device(door, known), DEVICE)],
        None => [at, (account(door, key), ACCOUNT)],
    }
}

/// The count of an address.
pub(super) fn at_address(door: &str, address: &str, known: bool) -> (String, Rule) {
    (format!("{door} address {address}"), if known { ADDRESS_OF_KNOWN } else { ADDRESS })
}

/// A known browser as a throttle names it.
pub(super) fn device(door: &str, known: &Digest) -> String {
    format!("{door} device {}", hex(known))
}

/// An account as a throttle names it: by digest, because anything may be typed there.
pub(super) fn account(door: &str, key: &str) -> String {
    format!("{door} account {}", hex(&Digest::of(key.as_bytes())))
}

/// Until when a name has to wait: twice as long after each try beyond the free ones.
pub(super) fn barred(
    tx: &Tx<'_>,
    name: &str,
    rule: &Rule,
    now: Millis,
) -> Result<Option<Millis>, StoreError> {
    let Some(count) = throttles::find(tx, name)? else { return Ok(None) };
    if count.failures < rule.free || now.since(count.last_at) > WINDOW {
        return Ok(None);
    }
    let doubled = (count.failures - rule.free).min(20);
    let until = count.last_at.plus((SECOND << doubled).min(rule.longest));
    Ok((until > now).then_some(until))
}

/// How long it is until then, in whole seconds, rounded up.
pub(super) fn seconds(until: Millis, now: Millis) -> i64 {
    until.since(now).saturating_add(SECOND - 1).div_euclid(SECOND)
}

pub(super) fn hex(digest: &Digest) -> String {
    use std::fmt::Write as _;
    digest.as_bytes().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String cannot fail.
        let _written = write!(text, "{byte:02x}");
        text
    })
}
