//! Randomness as a parameter, so that tests can repeat themselves.

/// A source of unpredictable bytes.
pub trait Rng: Send + Sync {
    /// Fills `out` with random bytes.
    fn fill(&self, out: &mut [u8]);
}

/// The operating system's generator, through the crypto provider.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRng;

impl Rng for SystemRng {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the generator")]
    fn fill(&self, out: &mut [u8]) {
        // A machine whose generator fails must not hand out predictable secrets.
        if aws_lc_rs::rand::fill(out).is_err() {
            std::process::abort();
        }
    }
}
