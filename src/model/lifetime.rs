//! How long what apps are given is good for, in milliseconds.

use super::time::{HOUR, MINUTE};

/// An authorization code is good for so long.
pub const CODE: i64 = MINUTE;
/// An access token is good for so long, and never longer than its session.
pub const ACCESS_TOKEN: i64 = HOUR;
/// An ID token is good for so long: it is meant to be read at once.
pub const ID_TOKEN: i64 = 10 * MINUTE;
