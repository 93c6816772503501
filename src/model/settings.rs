//! How this installation runs, as far as it may be changed while it runs.

use super::session::Limits;

/// Days a signing key signs, when nobody said otherwise.
pub const SIGNING_KEY_DAYS: i64 = 90;

/// What holds at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How long sessions last.
    pub limits: Limits,
    /// Attempts and their traces are kept so long, in milliseconds.
    pub attempt_retention: i64,
    /// A signing key signs so many days.
    pub signing_key_days: i64,
    /// Counts edits.
    pub version: i64,
}

/// An option that an administrator may change while the server runs, unless it is told at start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixed {
    /// `session_absolute_minutes`.
    SessionAbsolute,
    /// `session_idle_minutes`.
    SessionIdle,
    /// `attempt_retention_days`.
    AttemptRetention,
}

impl Fixed {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::SessionAbsolute, Self::SessionIdle, Self::AttemptRetention];

    /// The name of the option.
    pub const fn option(self) -> &'static str {
        match self {
            Self::SessionAbsolute => "session_absolute_minutes",
            Self::SessionIdle => "session_idle_minutes",
            Self::AttemptRetention => "attempt_retention_days",
        }
    }
}
