//! How much of what is personal is shown.

/// What stands in place of a personal value that was not revealed.
pub const MASKED: &str = "(masked)";

/// How much is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Everything but personal values.
    Masked,
    /// Everything.
    Revealed,
}
