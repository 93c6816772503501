//! What has to be known besides the input.

use crate::model::time::Millis;

/// What has to be known besides the input.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// The present moment, for what ends.
    pub now: Millis,
    /// Our own address: what begins with it is ours.
    pub public_url: &'a str,
}
