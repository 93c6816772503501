//! Owner passwords: argon2id on a bounded pool of blocking threads.

use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::{Semaphore, TryAcquireError};

use crate::model::rng::Rng;
use crate::model::secret::Secret;

/// OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT: usize = 16;
const OUTPUT: usize = 32;
/// Tries that may wait for each thread that hashes; more are turned away.
const WAITING: usize = 16;

/// The fewest characters a password has.
pub const MIN_CHARACTERS: usize = 12;
/// The most characters a password has.
pub const MAX_CHARACTERS: usize = 256;

/// Passwords everybody tries first. Those under twelve characters are refused anyway.
const LEAKED: [&str; 24] = [
    "123456789012",
    "1234567890123",
    "12345678901234",
    "123456789012345",
    "1234567890123456",
    "qwertyuiop123",
    "qwertyuiopasdfghjkl",
    "qwertyuiop[]",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "1qaz2wsx3edc4rfv",
    "zaq12wsxcde3",
    "password1234",
    "password12345",
    "password123456",
    "passwordpassword",
    "passw0rd1234",
    "administrator",
    "administrator1",
    "changemeplease",
    "changeme1234",
    "letmeinplease",
    "iloveyou1234",
    "correcthorsebatterystaple",
];

/// What a password must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRule {
    /// Fewer than 12 characters.
    #[error("a password has at least 12 characters")]
    TooShort,
    /// More than 256 characters.
    #[error("a password has at most 256 characters")]
    TooLong,
    /// One that everybody tries first, or one character over and over.
    #[error("this password is one of those that are tried first: choose another")]
    Leaked,
}

/// Why a password could not be hashed or checked.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too many wait for a thread; the caller should answer 503 with Retry-After.
    #[error("too many passwords are being checked")]
    Busy,
    /// The pool is gone, or the library refused.
    #[error("the password could not be hashed")]
    Failed,
}

/// Whether a password is the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Right {
        /// Its hash is weaker than what we make today: hash it again.
        rehash: bool,
    },
    /// It is not, or there was nothing to compare it with.
    Wrong,
}

/// Hashes and checks, a few at a time: each takes 19 MiB and tens of milliseconds.
#[derive(Clone)]
pub struct Passwords {
    running: Arc<Semaphore>,
    queued: Arc<Semaphore>,
}

impl Passwords {
    /// At most `permits` at a time.
    pub fn new(permits: usize) -> Self {
        let permits = permits.max(1);
        Self {
            running: Arc::new(Semaphore::new(permits)),
            queued: Arc::new(Semaphore::new(permits.saturating_mul(WAITING))),
        }
    }

    /// Hashes a password into a PHC string.
    ///
    /// # Errors
    /// `Busy` when too many wait.
    pub async fn hash(
        &self,
        rng: &dyn Rng,
        password: Secret<String>,
    ) -> Result<String, PasswordError> {
        let mut salt = [0u8; SALT];
        rng.fill(&mut salt);
        self.run(move || {
            let hash: PasswordHash = engine()
                .ok_or(PasswordError::Failed)?
                .hash_password_with_salt(password.expose().as_bytes(), &salt)
                .map_err(|_| PasswordError::Failed)?;
            Ok(hash.to_string())
        })
        .await?
    }

    /// Compares a password with a hash. Without one, takes the same time and says `Wrong`,
    /// so that nobody learns from the clock which accounts exist.
    ///
    /// # Errors
    /// `Busy` when too many wait.
    pub async fn verify(
        &self,
        password: Secret<String>,
        hash: Option<String>,
    ) -> Result<Verdict, PasswordError> {
        self.run(move || compare(&password, hash.as_deref())).await
    }

    /// Whether `password` may be chosen. Length and the first guesses of everybody; no rule
    /// about kinds of characters (NIST SP 800-63B section 3.1.1.2).
    ///
    /// # Errors
    /// The rule it breaks.
    pub fn acceptable(password: &str) -> Result<(), PasswordRule> {
        let mut characters = password.chars();
        let first = characters.next();
        match password.chars().count() {
            ..MIN_CHARACTERS => Err(PasswordRule::TooShort),
            count if count > MAX_CHARACTERS => Err(PasswordRule::TooLong),
            _ if characters.all(|c| Some(c) == first)
                || LEAKED.contains(&password.to_lowercase().as_str()) =>
            {
                Err(PasswordRule::Leaked)
            }
            _ => Ok(()),
        }
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PasswordError> {
        let _place = self.queued.try_acquire().map_err(|error| match error {
            TryAcquireError::NoPermits => PasswordError::Busy,
            TryAcquireError::Closed => PasswordError::Failed,
        })?;
        // Owned by the work: a caller that goes away does not free the thread it started.
        let running = Arc::clone(&self.running);
        let turn = running.acquire_owned().await.map_err(|_| PasswordError::Failed)?;
        let work = move || {
            let done = work();
            drop(turn);
            done
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| PasswordError::Failed)
    }
}

fn engine() -> Option<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(OUTPUT)).ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn compare(password: &Secret<String>, hash: Option<&str>) -> Verdict {
    let Some(engine) = engine() else { return Verdict::Wrong };
    let password = password.expose();
    // Nobody was allowed to choose a longer one, so that hashing it would only be work.
    let possible = password.chars().nth(MAX_CHARACTERS).is_none();
    match hash.and_then(|hash| PasswordHash::new(hash).ok()).filter(|_| possible) {
        Some(hash) if engine.verify_password(password.as_bytes(), &hash).is_ok() => {
            Verdict::Right { rehash: weaker(&hash) }
        }
        Some(_) => Verdict::Wrong,
        None => {
            let mut burnt = [0u8; OUTPUT];
            // The work is the point; its outcome is not.
            let _ = engine.hash_password_into(b"a password of nobody", &[0; SALT], &mut burnt);
            Verdict::Wrong
        }
    }
}

fn weaker(hash: &PasswordHash) -> bool {
    let Ok(params) = Params::try_from(hash) else { return true };
    hash.algorithm.as_str() != Algorithm::Argon2id.as_str()
        || hash.version != Some(Version::V0x13.into())
        || params.m_cost() < MEMORY_KIB
        || params.t_cost() < PASSES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rng::SystemRng;

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[tokio::test]
    async fn right_wrong_and_nobody() {
        let passwords = Passwords::new(1);
        let hash = passwords.hash(&SystemRng, secret("correct horse")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        for (password, hash, expected) in [
            ("correct horse", Some(hash.clone()), Verdict::Right { rehash: false }),
            ("correct horse ", Some(hash.clone()), Verdict::Wrong),
            ("", Some(hash.clone()), Verdict::Wrong),
            (&"x".repeat(100_000), Some(hash.clone()), Verdict::Wrong),
            ("correct horse", None, Verdict::Wrong),
            ("correct horse", Some("not a hash".to_owned()), Verdict::Wrong),
        ] {
            let verdict = passwords.verify(secret(password), hash).await.unwrap();
            assert_eq!(verdict, expected, "{password:.20}");
        }
        let other = passwords.hash(&SystemRng, secret("correct horse")).await.unwrap();
        assert_ne!(hash, other, "each hash has its own salt");
    }

    #[tokio::test]
    async fn a_weaker_hash_is_to_be_made_again() {
        let weak = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(8, 1, 1, Some(OUTPUT)).unwrap(),
        );
        let hash: PasswordHash =
            weak.hash_password_with_salt(b"correct horse", &[1; SALT]).unwrap();
        let verdict =
            Passwords::new(1).verify(secret("correct horse"), Some(hash.to_string())).await;
        assert_eq!(verdict.unwrap(), Verdict::Right { rehash: true });
    }

    #[tokio::test]
    async fn more_than_can_wait_are_turned_away() {
        let passwords = Passwords::new(1);
        let held = passwords.queued.try_acquire_many(16).unwrap();
        let full = passwords.verify(secret("x"), None).await;
        assert!(matches!(full, Err(PasswordError::Busy)));
        drop(held);
        assert_eq!(passwords.verify(secret("x"), None).await.unwrap(), Verdict::Wrong);
    }

    #[test]
    fn what_may_be_chosen() {
        for (password, expected) in [
            ("", Err(PasswordRule::TooShort)),
            ("elevenchars", Err(PasswordRule::TooShort)),
            ("twelve chars", Ok(())),
            ("zwölf Wörter", Ok(())),
            ("äöüäöüäöüäöü", Ok(())),
            (&"ab".repeat(128), Ok(())),
            (&"ab".repeat(129), Err(PasswordRule::TooLong)),
            ("aaaaaaaaaaaaaaa", Err(PasswordRule::Leaked)),
            ("Password1234", Err(PasswordRule::Leaked)),
            ("correct horse battery", Ok(())),
        ] {
            assert_eq!(Passwords::acceptable(password), expected, "{password:.20}");
        }
    }
}
