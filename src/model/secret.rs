//! Values that must never be seen: blind `Debug`, no `Display`, no serialization.

use std::fmt;

use aws_lc_rs::{constant_time, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::rng::Rng;
use super::time::Millis;

/// A value that prints as `Secret(..)`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Hides `value`.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The hidden value. Every caller is a place to look at in a review.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// Gives the hidden value away.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// SHA-256 of a random secret: what the store keeps of cookies, codes and tokens. Of an ordered
/// token ([`ordered_token`]) it begins with the moment of the token instead ([`Digest::of_ordered`]),
/// and that is the only one it is found by.
/// Not for passwords, whose entropy a fast digest does not protect.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Digest([u8; 32]);

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        URL_SAFE_NO_PAD.encode(digest.0)
    }
}

impl TryFrom<String> for Digest {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| "a digest is base64url")?;
        Self::from_bytes(&bytes).ok_or("a digest is 32 bytes long")
    }
}

impl Digest {
    /// The digest of `secret`, which is no ordered token.
    pub fn of(secret: &[u8]) -> Self {
        let mut out = [0u8; 32];
        out.copy_from_slice(digest::digest(&digest::SHA256, secret).as_ref());
        Self(out)
    }

    /// The digest of a token that [`ordered_token`] made: begins with the moment the token begins
    /// with, so that tokens made one after the other have digests that lie side by side.
    pub fn of_ordered(token: &str) -> Self {
        let mut digest = Self::of(token.as_bytes());
        let moment = token.get(..MOMENT_TEXT).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        // What we did not make is found nowhere, whatever its digest.
        if let Some(moment) = moment {
            for (to, from) in digest.0.iter_mut().zip(moment) {
                *to = from;
            }
        }
        digest
    }

    /// What sorts before the digest of every ordered token of this moment or a later one.
    pub fn first_at(moment: Millis) -> Self {
        let mut first = [0; 32];
        first[..MOMENT].copy_from_slice(&moment_bytes(moment));
        Self(first)
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads back what `as_bytes` gave; `None` when it is not 32 bytes long.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The digest of the token that [`derived_token`] made `text` from; `None` when it made none.
    pub fn of_derived(text: &str) -> Option<Self> {
        Self::from_bytes(&URL_SAFE_NO_PAD.decode(text).ok()?)
    }

    /// Whether this is the digest of `secret` as [`Self::of`] gives it, in constant time. Never so
    /// of an ordered token.
    pub fn matches(&self, secret: &[u8]) -> bool {
        equal(&self.0, Self::of(secret).as_bytes())
    }
}

/// Compares two secrets in time that depends on their lengths only.
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(a, b).is_ok()
}

/// A new random bearer value: 256 bits, base64url without padding (43 characters).
pub fn random_token(rng: &dyn Rng) -> Secret<String> {
    let mut bytes = [0u8; 32];
    rng.fill(&mut bytes);
    Secret::new(URL_SAFE_NO_PAD.encode(bytes))
}

/// Bytes of unix milliseconds an ordered token begins with, and as how many characters.
const MOMENT: usize = 6;
const MOMENT_TEXT: usize = 8;

/// A new bearer value of the same shape that begins with the moment it was made, for those that
/// are kept by the thousand ([`Digest::of_ordered`]). The rest, 208 bits, is random; RFC 6749
/// section 10.10 asks for 160.
pub fn ordered_token(rng: &dyn Rng, now: Millis) -> Secret<String> {
    let mut bytes = [0u8; 32];
    let (moment, random) = bytes.split_at_mut(MOMENT);
    moment.copy_from_slice(&moment_bytes(now));
    rng.fill(random);
    Secret::new(URL_SAFE_NO_PAD.encode(bytes))
}

/// A moment as bytes that sort as the moments do. Before 1970 all are one.
fn moment_bytes(moment: Millis) -> [u8; MOMENT] {
    let [_, _, bytes @ ..] = u64::try_from(moment.0).unwrap_or(0).to_be_bytes();
    bytes
}

/// Another bearer value of the same shape, made from one that nobody gets back from it.
pub fn derived_token(token: &str) -> Secret<String> {
    Secret::new(URL_SAFE_NO_PAD.encode(Digest::of(token.as_bytes()).as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rng::SystemRng;

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(..)");
    }

    #[test]
    fn digests_of_ordered_tokens_sort_by_their_moment_and_tell_tokens_apart() {
        let moments = [-1, 0, 1, 255, 256, 1_763_000_000_000, 1_763_000_000_001, (1 << 48) - 2];
        let tokens = moments.map(|at| ordered_token(&SystemRng, Millis(at)).into_inner());
        let digests = tokens.each_ref().map(|token| Digest::of_ordered(token));
        for (at, digest) in moments.into_iter().zip(&digests) {
            let [first, next] = [at, at.max(0) + 1].map(|at| Digest::first_at(Millis(at)));
            assert!(first.as_bytes() < digest.as_bytes(), "{at}");
            assert!(digest.as_bytes() < next.as_bytes(), "{at}");
        }
        // Before 1970 all moments are one.
        assert!(digests[1..].is_sorted_by_key(Digest::as_bytes), "{digests:?}");
        assert_eq!(digests[5].as_bytes()[..6], 1_763_000_000_000_u64.to_be_bytes()[2..]);
        let same = ordered_token(&SystemRng, Millis(moments[5])).into_inner();
        assert_eq!(same.len(), random_token(&SystemRng).expose().len());
        assert_eq!(same[..8], tokens[5][..8]);
        assert_ne!(Digest::of_ordered(&same), digests[5]);
    }

    #[test]
    fn every_bit_of_a_token_counts_in_its_digest() {
        let token = ordered_token(&SystemRng, Millis(1_763_000_000_000)).into_inner();
        let digest = Digest::of_ordered(&token);
        for place in 0..token.len() {
            let other = if &token[place..=place] == "A" { "B" } else { "A" };
            let changed = format!("{}{other}{}", &token[..place], &token[place + 1..]);
            let changed = Digest::of_ordered(&changed);
            assert_ne!(changed, digest, "{place}");
            let end = |digest: &Digest| digest.as_bytes()[6..].to_vec();
            assert_ne!(end(&changed), end(&digest), "{place}");
        }
    }

    #[test]
    fn what_is_no_token_has_a_digest_all_the_same() {
        for text in ["", "short", "not base64!", "ääääääää", "a\u{0}bcdefgh"] {
            assert_eq!(Digest::of_ordered(text), Digest::of(text.as_bytes()), "{text:?}");
        }
    }

    #[test]
    fn digests_match_their_secret_only() {
        let digest = Digest::of(b"a");
        assert!(digest.matches(b"a"));
        assert!(!digest.matches(b"b"));
        assert_eq!(Digest::from_bytes(digest.as_bytes()), Some(digest));
        assert_eq!(Digest::from_bytes(b"short"), None);
        let json = serde_json::to_string(&digest).unwrap();
        assert_eq!(serde_json::from_str::<Digest>(&json).unwrap(), digest);
        for wrong in ["\"c2hvcnQ\"", "\"+\"", "\"\"", "1"] {
            assert!(serde_json::from_str::<Digest>(wrong).is_err(), "{wrong}");
        }
    }
}
