//! Why a step let nobody in.

use crate::model::check::Checks;
use crate::model::code::Code;

/// Why nobody got in, with what was checked in this step.
#[derive(Debug)]
pub struct Denied {
    /// Why.
    pub code: Code,
    /// What was checked.
    pub checks: Checks,
    /// Whoever came has no part in the attempt: it goes on, and this is to be recorded by itself.
    pub stray: bool,
}

impl Denied {
    /// What ends the attempt.
    pub const fn ending(code: Code, checks: Checks) -> Self {
        Self { code, checks, stray: false }
    }
}
