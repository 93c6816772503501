//! Proof key for code exchange, method S256 only (RFC 7636).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::model::secret::{Digest, equal};

/// Whether `text` is an S256 challenge: the base64url of 32 bytes.
pub fn is_challenge(text: &str) -> bool {
    URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

/// Whether `text` has the form of a verifier: 43 to 128 unreserved characters (section 4.1).
pub fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
}

/// Whether `verifier` is the one `challenge` was made from (section 4.6).
pub fn verifies(challenge: &str, verifier: &str) -> bool {
    let computed = URL_SAFE_NO_PAD.encode(Digest::of(verifier.as_bytes()).as_bytes());
    is_verifier(verifier) && equal(computed.as_bytes(), challenge.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_the_rfc() {
        assert!(is_challenge(CHALLENGE));
        assert!(verifies(CHALLENGE, VERIFIER));
    }

    #[test]
    fn a_plain_challenge_is_refused() {
        // What `plain` would accept: the verifier equals the challenge.
        assert!(!verifies(CHALLENGE, CHALLENGE));
    }

    #[test]
    fn forms() {
        let (long, short) = ("a".repeat(129), "a".repeat(42));
        for bad in ["", &long, &short, &format!("{VERIFIER}+"), &format!("{}ä", "a".repeat(50))] {
            assert!(!is_verifier(bad), "{bad}");
        }
        for bad in ["", VERIFIER.get(..42).unwrap(), &format!("{CHALLENGE}="), &"a".repeat(44)] {
            assert!(!is_challenge(bad), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn only_its_verifier_fits(verifier in "[A-Za-z0-9._~-]{43,128}") {
            prop_assert_eq!(verifies(CHALLENGE, &verifier), verifier == VERIFIER);
        }
    }
}
