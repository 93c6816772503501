//! Codes of an owner's code generator (RFC 6238, with HMAC-SHA-1, six digits and thirty
//! seconds: what every authenticator app takes without being told).
//!
//! Thirty lines over the crypto provider that is here anyway: a crate would bring a second one.

use aws_lc_rs::hmac;

use super::seal::Sealer;
use crate::model::connection::SealedSecret;
use crate::model::rng::Rng;
use crate::model::secret::{Secret, equal};
use crate::model::time::Millis;

/// Seconds a code is shown for.
const STEP: i64 = 30;
/// Digits of a code.
pub const DIGITS: usize = 6;
/// Bytes of a secret (RFC 4226 section 4: 160 bits are recommended).
const SECRET: usize = 20;
/// What the secret is sealed as.
const PURPOSE: &str = "owner-totp";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What generator and server share.
#[derive(Debug, Clone)]
pub struct Seed(Secret<Vec<u8>>);

impl Seed {
    /// A new one.
    pub fn random(rng: &dyn Rng) -> Self {
        let mut bytes = vec![0u8; SECRET];
        rng.fill(&mut bytes);
        Self(Secret::new(bytes))
    }

    /// Seals it for the store; it opens for the same owner only.
    pub fn seal(&self, sealer: &Sealer, rng: &dyn Rng, owner: &str) -> SealedSecret {
        sealer.seal(rng, &purpose(owner), self.0.expose())
    }

    /// Opens what was sealed for `owner`; `None` when it does not open.
    pub fn open(sealer: &Sealer, owner: &str, sealed: &SealedSecret) -> Option<Self> {
        sealer.open(&purpose(owner), sealed).ok().map(Self)
    }

    /// The seed as people type it into an app: base 32 (RFC 4648 section 6), no padding, since
    /// 160 bits need none.
    pub fn text(&self) -> Secret<String> {
        let mut text = String::with_capacity(SECRET.div_ceil(5) * 8);
        for chunk in self.0.expose().chunks(5) {
            let bits = chunk.iter().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
            for place in (0..8u32).rev() {
                let index = usize::try_from(bits >> (5 * place) & 31).unwrap_or(0);
                text.push(char::from(BASE32[index]));
            }
        }
        Secret::new(text)
    }

    /// The address an app reads from a picture: `otpauth://totp/...`.
    pub fn address(&self, issuer: &str, account: &str) -> Secret<String> {
        let (issuer, account) = (escaped(issuer), escaped(account));
        let text = self.text();
        Secret::new(format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}",
            text.expose()
        ))
    }

    /// The time step `typed` is the code of: the present one, the one before or the one after,
    /// and none up to `last`, so that a code is taken once. Takes the same time for each.
    pub fn step_of(&self, typed: &str, now: Millis, last: i64) -> Option<i64> {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, self.0.expose());
        let present = step_at(now);
        [present - 1, present, present + 1]
            .into_iter()
            .map(|step| (step, equal(code(&key, step).as_bytes(), typed.as_bytes())))
            .fold(
                None,
                |found, (step, right)| if right && step > last { Some(step) } else { found },
            )
    }

    /// The code shown at `now`, for tests that play the app.
    pub fn code_at(&self, now: Millis) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, self.0.expose());
        code(&key, step_at(now))
    }

    /// Reads what [`Self::text`] gave, for tests that play the app.
    pub fn read(text: &str) -> Option<Self> {
        let mut bytes = Vec::with_capacity(SECRET);
        for chunk in text.as_bytes().chunks(8) {
            let mut bits = 0u64;
            for letter in chunk {
                let value = BASE32.iter().position(|known| known == letter)?;
                bits = bits << 5 | u64::try_from(value).ok()?;
            }
            bytes.extend(bits.to_be_bytes().iter().skip(3));
        }
        (bytes.len() == SECRET).then(|| Self(Secret::new(bytes)))
    }
}

/// What was typed as a code: six digits, however they are grouped. `None` when it is none.
pub fn typed_code(typed: &str) -> Option<String> {
    let code: String =
        typed.chars().filter(|c| !c.is_whitespace() && *c != '-').take(DIGITS + 1).collect();
    (code.len() == DIGITS && code.bytes().all(|byte| byte.is_ascii_digit())).then_some(code)
}

const fn step_at(now: Millis) -> i64 {
    now.seconds().div_euclid(STEP)
}

/// RFC 4226 section 5.3.
fn code(key: &hmac::Key, step: i64) -> String {
    let tag = hmac::sign(key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag.last().copied().unwrap_or(0) & 0x0f);
    let bits =
        tag.iter().skip(offset).take(4).fold(0u32, |bits, byte| bits << 8 | u32::from(*byte));
    format!("{:06}", (bits & 0x7fff_ffff) % 1_000_000)
}

fn purpose(owner: &str) -> String {
    format!("{PURPOSE} {owner}")
}

/// Percent-encoded: apps read `+` as a plus.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for half in [byte >> 4, byte & 15] {
                out.extend(char::from_digit(u32::from(half), 16).map(|c| c.to_ascii_uppercase()));
            }
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rng::SystemRng;

    fn rfc() -> Seed {
        Seed(Secret::new(b"12345678901234567890".to_vec()))
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        // RFC 6238 appendix B, SHA-1, the last six of its eight digits.
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(rfc().code_at(Millis::from_seconds(seconds)), expected);
        }
    }

    #[test]
    fn one_step_to_either_side_and_none_twice() {
        let (seed, now) = (rfc(), Millis::from_seconds(1_800_000_000));
        let at = |steps: i64| seed.code_at(now.plus(steps * STEP * 1_000));
        let present = step_at(now);
        for (steps, last, expected) in [
            (0, 0, Some(present)),
            (-1, 0, Some(present - 1)),
            (1, 0, Some(present + 1)),
            (-2, 0, None),
            (2, 0, None),
            (0, present, None),
            (-1, present, None),
            (1, present, Some(present + 1)),
        ] {
            assert_eq!(seed.step_of(&at(steps), now, last), expected, "{steps} after {last}");
        }
        for wrong in ["", "000000", "0"] {
            assert_eq!(seed.step_of(wrong, now, 0), None);
        }
    }

    #[test]
    fn seeds_are_shown_and_sealed() {
        assert_eq!(rfc().text().expose(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let seed = Seed::random(&SystemRng);
        let read = Seed::read(seed.text().expose()).unwrap();
        assert_eq!(read.code_at(Millis(0)), seed.code_at(Millis(0)));
        assert!(Seed::read("").is_none() && Seed::read("GEZD1").is_none());
        let sealer = Sealer::from_key([1; 32]);
        let sealed = seed.seal(&sealer, &SystemRng, "ann");
        assert!(Seed::open(&sealer, "ann", &sealed).is_some());
        assert!(Seed::open(&sealer, "bob", &sealed).is_none());
        let address = rfc().address("sso.acme.test", "ann b+c@acme.test");
        assert_eq!(
            address.expose(),
            "otpauth://totp/sso.acme.test:ann%20b%2Bc@acme.test?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=sso.acme.test"
        );
        assert_eq!(format!("{seed:?}"), "Seed(Secret(..))");
    }

    #[test]
    fn what_counts_as_six_digits() {
        for (typed, expected) in [
            ("123456", Some("123456")),
            (" 123 456 ", Some("123456")),
            ("123-456", Some("123456")),
            ("12345", None),
            ("1234567", None),
            ("12345a", None),
            ("１２３４５６", None),
        ] {
            assert_eq!(typed_code(typed).as_deref(), expected, "{typed}");
        }
    }
}
