//! Certificates as they are pasted and uploaded.

use doorward::model::time::Millis;
use doorward::upstream::recognise::{Around, Kind, recognise};
use doorward::wire::x509::{self, Certificate, MAX_CERTIFICATES, holds_private_key};
use doorward::wire::xmldsig::Pinned;

/// Puts certificates through their reader. Says whether they were read.
pub fn read(data: &[u8]) -> bool {
    let seen = recognise(data, &Around { now: Millis(0), public_url: "https://login.acme.test/" });
    if holds_private_key(data) {
        assert!(seen.kind == Kind::PrivateKey && seen.draft.is_none() && seen.ask.is_none());
    }
    let Ok(found) = x509::read(data) else { return false };
    assert!((1..=MAX_CERTIFICATES).contains(&found.len()));
    for one in &found {
        // What a configuration keeps is the certificate that was read, and no other.
        assert_eq!(Certificate::from_base64(&one.to_base64()).as_ref(), Ok(one));
    }
    let _ = Pinned::new(found);
    true
}
