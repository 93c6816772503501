//! Moments that people give.

use super::error::AdminError;
use crate::model::time::Millis;

/// A moment in a field.
///
/// # Errors
/// `Invalid` for what is none.
pub(super) fn moment(field: &'static str, text: &str) -> Result<Millis, AdminError> {
    Millis::parse_rfc3339(text).ok_or_else(|| {
        AdminError::field(
            field,
            "give a moment with its zone (RFC 3339), such as 2026-11-21T09:30:00Z; \
             in an address a + is written %2B",
        )
    })
}
