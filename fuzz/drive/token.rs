//! ID tokens and the key sets they are checked with.

use doorward::wire::jose::jwk::KeySet;
use doorward::wire::jose::jws::Unverified;

/// The keys the seeds' signatures hold with.
const KEYS: &str = include_str!("../seeds/keys.json");

/// Puts a token, and a key set of its own behind the first line end, through their readers.
/// Says whether the pinned keys vouch for it.
pub fn read(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let (token, own) = text.split_once('\n').unwrap_or((text, ""));
    let own = KeySet::read(own.as_bytes());
    let Ok(unverified) = Unverified::read(token) else { return false };
    if let Ok(keys) = own {
        let _ = unverified.verify(&keys);
    }
    let pinned = KeySet::read(KEYS.as_bytes()).unwrap_or_default();
    let Ok(claims) = unverified.verify(&pinned) else { return false };
    // Whatever else happened to it, it speaks for the person it was made for only.
    assert_eq!(claims.get("sub").and_then(|sub| sub.as_str()), Some("alice"));
    true
}
