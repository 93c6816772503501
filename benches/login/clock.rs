//! The only place of the benchmark that looks at a clock.

use std::time::{Instant, SystemTime};

use time::OffsetDateTime;

/// A moment to measure from.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
pub fn instant() -> Instant {
    Instant::now()
}

/// The present moment, as messages state it.
#[expect(clippy::disallowed_methods, reason = "the identity provider's own clock")]
pub fn now() -> OffsetDateTime {
    SystemTime::now().into()
}
