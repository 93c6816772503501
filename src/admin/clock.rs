//! A provider's clock as the API shows it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::model::time::{SECOND, words};
use crate::store::connection_clocks::ConnectionClock;

/// How far a provider's clock is from ours.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ClockItem {
    /// Milliseconds it is ahead of ours, the way of its answers included: the median of the
    /// last sign-ins. Negative when it is behind.
    #[schema(example = -420)]
    pub median_skew_ms: i64,
    /// Sign-ins it is the median of, at most 31.
    pub samples: i64,
    /// When it was measured (RFC 3339).
    pub measured_at: String,
    /// What to do, when it is off by more than 30 seconds.
    pub warning: Option<String>,
}

/// A provider's clock may be off by so much before somebody should look at it.
const TOLERABLE: i64 = 30 * SECOND;

pub(super) fn show(clock: ConnectionClock) -> ClockItem {
    let off = clock.median_skew;
    let side = if off > 0 { "ahead of" } else { "behind" };
    let warning = (off.abs() > TOLERABLE).then(|| {
        format!(
            "The provider's clock is {} {side} ours: let both be set by NTP, and sign-ins keep \
             clear of the tolerance.",
            words(off)
        )
    });
    ClockItem {
        median_skew_ms: off,
        samples: clock.samples,
        measured_at: clock.measured_at.rfc3339(),
        warning,
    }
}
