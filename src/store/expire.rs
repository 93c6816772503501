//! Deleting what is over, across the table families, a bounded number of rows at a time.

use super::{StoreError, Tx};
use crate::model::secret::Digest;
use crate::model::time::Millis;

/// What can be over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiring {
    /// Attempts made before.
    Attempts,
    /// Attempts made before in which nobody was proved to be anybody.
    UnprovedAttempts,
    /// Attempts made before in which somebody was.
    ProvedAttempts,
    /// Marks of assertions that ended before.
    UsedAssertions,
    /// Authorization codes given before.
    Codes,
    /// Access tokens given before.
    AccessTokens,
    /// Sessions that ended before, with their access tokens.
    Sessions,
    /// Names without a failed try since.
    Throttles,
    /// Remembered creations made before.
    IdempotencyKeys,
    /// Owner links that ended before.
    OwnerLinks,
    /// Set-up links that ended before.
    SetupLinks,
    /// Owner devices not seen since.
    OwnerDevices,
    /// Owners' second steps that ended before.
    OwnerSteps,
    /// Challenges for passkeys that ended before.
    PasskeyChallenges,
    /// Drills nobody passed that ended before.
    Drills,
    /// Notices made before.
    Notices,
    /// Invitations that ended before.
    Invitations,
    /// Links to set a password that ended before.
    LocalLinks,
    /// Devices of people with a password not seen since.
    LocalDevices,
    /// Messages of providers kept before.
    Captures,
    /// What apps were told of logouts, or could not be told, before.
    LogoutDeliveries,
    /// Receipts of ended access made before.
    EndAccessReceipts,
    /// Sign-outs that ended before.
    SignOuts,
}

const LOGOUT_DELIVERIES: &str = "DELETE FROM logout_deliveries WHERE (session_id, app_id) IN
                 (SELECT session_id, app_id FROM logout_deliveries
                  WHERE finished_at < ?1 ORDER BY finished_at LIMIT ?2)";
const END_ACCESS_RECEIPTS: &str = "DELETE FROM end_access_receipts WHERE id IN
                 (SELECT id FROM end_access_receipts
                  WHERE created_at < ?1 ORDER BY created_at LIMIT ?2)";
const SIGN_OUTS: &str = "DELETE FROM sign_outs WHERE secret IN
                 (SELECT secret FROM sign_outs WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)";
const ATTEMPTS: &str = "DELETE FROM attempts WHERE id IN
                 (SELECT id FROM attempts WHERE created_at < ?1 ORDER BY created_at LIMIT ?2)";
const UNPROVED_ATTEMPTS: &str = "DELETE FROM attempts WHERE id IN
                 (SELECT id FROM attempts WHERE proved = 0 AND created_at < ?1
                  ORDER BY created_at LIMIT ?2)";
const PROVED_ATTEMPTS: &str = "DELETE FROM attempts WHERE id IN
                 (SELECT id FROM attempts WHERE proved = 1 AND created_at < ?1
                  ORDER BY created_at LIMIT ?2)";
const LOCAL_LINKS: &str = "DELETE FROM local_links WHERE user_id IN
    (SELECT user_id FROM local_links WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)";
const LOCAL_DEVICES: &str = "DELETE FROM local_devices WHERE digest IN
    (SELECT digest FROM local_devices WHERE seen_at < ?1 ORDER BY seen_at LIMIT ?2)";
const NOTICES: &str = "DELETE FROM notices WHERE id IN
                 (SELECT id FROM notices WHERE created_at < ?1 ORDER BY created_at LIMIT ?2)";
const INVITATIONS: &str = "DELETE FROM invitations WHERE id IN
                 (SELECT id FROM invitations WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)";
const CAPTURES: &str = "DELETE FROM captures WHERE attempt_id IN
                 (SELECT attempt_id FROM captures
                  WHERE created_at < ?1 ORDER BY created_at LIMIT ?2)";
const SETUP_LINKS: &str = "DELETE FROM setup_links WHERE id IN
                 (SELECT id FROM setup_links WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)";
const OWNER_DEVICES: &str = "DELETE FROM owner_devices WHERE digest IN
                 (SELECT digest FROM owner_devices WHERE seen_at < ?1 LIMIT ?2)";
const OWNER_STEPS: &str = "DELETE FROM owner_steps WHERE digest IN
                 (SELECT digest FROM owner_steps WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)";
const PASSKEY_CHALLENGES: &str = "DELETE FROM owner_passkey_challenges WHERE holder IN
                 (SELECT holder FROM owner_passkey_challenges
                  WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)";
const DRILLS: &str = "DELETE FROM drills WHERE id IN
                 (SELECT id FROM drills WHERE created_at < ?1 AND expires_at < ?1
                  AND passed_at IS NULL ORDER BY created_at, id LIMIT ?2)";

impl Expiring {
    const fn sql(self) -> &'static str {
        match self {
            Self::Attempts => ATTEMPTS,
            Self::UnprovedAttempts => UNPROVED_ATTEMPTS,
            Self::ProvedAttempts => PROVED_ATTEMPTS,
            Self::UsedAssertions => {
                "DELETE FROM used_assertions WHERE (connection_id, digest) IN
                 (SELECT connection_id, digest FROM used_assertions
                  WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)"
            }
            Self::Codes => {
                "DELETE FROM codes WHERE digest IN
                 (SELECT digest FROM codes WHERE digest < ?1
                  ORDER BY digest LIMIT ?2)"
            }
            Self::AccessTokens => {
                "DELETE FROM access_tokens WHERE digest IN
                 (SELECT digest FROM access_tokens WHERE digest < ?1
                  ORDER BY digest LIMIT ?2)"
            }
            Self::Sessions => {
                "DELETE FROM sessions WHERE id IN
                 (SELECT id FROM sessions WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)"
            }
            Self::Throttles => {
                "DELETE FROM throttles WHERE name IN
                 (SELECT name FROM throttles WHERE last_at < ?1 ORDER BY last_at LIMIT ?2)"
            }
            Self::IdempotencyKeys => {
                "DELETE FROM idempotency_keys WHERE (actor, name) IN
                 (SELECT actor, name FROM idempotency_keys
                  WHERE created_at < ?1 ORDER BY created_at LIMIT ?2)"
            }
            Self::OwnerLinks => {
                "DELETE FROM owner_links WHERE digest IN
                 (SELECT digest FROM owner_links WHERE expires_at < ?1 LIMIT ?2)"
            }
            Self::SetupLinks => SETUP_LINKS,
            Self::OwnerDevices => OWNER_DEVICES,
            Self::OwnerSteps => OWNER_STEPS,
            Self::PasskeyChallenges => PASSKEY_CHALLENGES,
            Self::Drills => DRILLS,
            Self::Notices => NOTICES,
            Self::LogoutDeliveries => LOGOUT_DELIVERIES,
            Self::EndAccessReceipts => END_ACCESS_RECEIPTS,
            Self::SignOuts => SIGN_OUTS,
            Self::Invitations => INVITATIONS,
            Self::LocalLinks => LOCAL_LINKS,
            Self::LocalDevices => LOCAL_DEVICES,
            Self::Captures => CAPTURES,
        }
    }
}

/// Deletes at most `limit` rows that were over before `before`, or made before it, as
/// [`Expiring`] says of each kind; gives how many.
///
/// # Errors
/// A database error.
pub fn batch(tx: &Tx<'_>, what: Expiring, before: Millis, limit: u32) -> Result<usize, StoreError> {
    match what {
        Expiring::Codes | Expiring::AccessTokens => {
            tx.execute(what.sql(), (Digest::first_at(before).as_bytes(), limit))
        }
        _ => tx.execute(what.sql(), (before.0, limit)),
    }
}

/// The moment before which attempts go so that only `keep` remain of those in which somebody
/// was `proved`, or of the others; `None` when there are no more than that.
///
/// # Errors
/// A database error.
pub fn attempts_beyond(tx: &Tx<'_>, proved: bool, keep: u32) -> Result<Option<Millis>, StoreError> {
    tx.optional(
        "SELECT created_at FROM attempts WHERE proved = ?1
         ORDER BY created_at DESC LIMIT 1 OFFSET ?2",
        (proved, keep),
        |row| Ok(Millis(row.get::<_, i64>(0)?).plus(1)),
    )
}

#[cfg(test)]
#[path = "expire_tests.rs"]
mod tests;
