//! Recovery codes: ten at a time, each good for one sign-in, for whoever has lost the device
//! with the code generator.

use super::id::random_text;
use super::rng::Rng;
use super::secret::{Digest, Secret, equal};

/// How many are made at a time.
pub const COUNT: usize = 10;
/// Characters of a code, five random bits each: 80 bits, which a fast digest protects.
const LENGTH: usize = 16;
/// Characters between two hyphens.
const PART: usize = 4;

/// One code, as it is compared: without hyphens, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryCode(Secret<String>);

impl RecoveryCode {
    /// A new set.
    pub fn set(rng: &dyn Rng) -> Vec<Self> {
        (0..COUNT).map(|_| Self(Secret::new(random_text(rng, LENGTH)))).collect()
    }

    /// Reads what somebody typed or what [`Self::shown`] gave; `None` when it cannot be one.
    pub fn read(typed: &str) -> Option<Self> {
        let ours = |c: char| c.is_ascii_lowercase() || ('2'..='7').contains(&c);
        let mut code = String::with_capacity(LENGTH);
        for c in typed.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let c = c.to_ascii_lowercase();
            if !ours(c) || code.len() == LENGTH {
                return None;
            }
            code.push(c);
        }
        (code.len() == LENGTH).then(|| Self(Secret::new(code)))
    }

    /// The code for people: `abcd-efgh-ijkl-mnop`.
    pub fn shown(&self) -> String {
        let code = self.0.expose();
        let parts: Vec<&str> =
            (0..LENGTH / PART).filter_map(|n| code.get(n * PART..(n + 1) * PART)).collect();
        parts.join("-")
    }

    /// What the store keeps of the code of `owner`.
    pub fn digest(&self, owner: &str) -> Digest {
        Digest::of(format!("recovery code of {owner}\n{}", self.0.expose()).as_bytes())
    }

    /// Whether `typed` is the last part, or the whole, of this code.
    pub fn ends_with(&self, typed: &str) -> bool {
        let typed = typed.trim().to_ascii_lowercase();
        if let Some(whole) = Self::read(&typed) {
            return equal(whole.0.expose().as_bytes(), self.0.expose().as_bytes());
        }
        let last = self.0.expose().get(LENGTH - PART..).unwrap_or_default();
        equal(typed.as_bytes(), last.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rng::SystemRng;

    #[test]
    fn codes_are_read_as_they_are_shown() {
        let set = RecoveryCode::set(&SystemRng);
        assert_eq!(set.len(), COUNT);
        for code in &set {
            let shown = code.shown();
            assert_eq!(shown.len(), LENGTH + 3);
            for typed in [shown.clone(), shown.to_uppercase(), shown.replace('-', " ")] {
                assert_eq!(RecoveryCode::read(&typed).as_ref(), Some(code), "{typed}");
            }
            assert!(code.ends_with(&shown[15..]) && code.ends_with(&shown.to_uppercase()));
            assert!(
                !code.ends_with("") && !code.ends_with("!!!!") && !code.ends_with(&shown[14..])
            );
            assert!(!format!("{code:?}").contains(&shown));
            assert_eq!(set.iter().filter(|other| *other == code).count(), 1);
            assert_ne!(code.digest("ann"), code.digest("bob"));
        }
        for typed in
            ["", "abcd", "abcd-efgh-ijkl-mno1", "abcd-efgh-ijkl-mnop-q", "äbcd-efgh-ijkl-mno"]
        {
            assert_eq!(RecoveryCode::read(typed), None, "{typed}");
        }
    }
}
