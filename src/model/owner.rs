//! The form in which an owner's address is compared, and how long links for owners work.

use super::organization;
use super::time::{DAY, HOUR};

/// A one-use link printed on the host works so long.
pub const LINK_LIFETIME: i64 = HOUR;
/// A one-use link another administrator passes on works so long.
pub const PASSED_ON_LIFETIME: i64 = DAY;
/// Longest e-mail address (RFC 5321 section 4.5.3.1.3).
const EMAIL_LIMIT: usize = 254;

/// The form in which an owner's address is compared: `None` when it cannot be one.
pub fn email_key(typed: &str) -> Option<String> {
    let typed = typed.trim();
    let (local, domain) = typed.rsplit_once('@')?;
    let sound = typed.len() <= EMAIL_LIMIT
        && !local.is_empty()
        && !local.chars().any(|c| c.is_whitespace() || c.is_control() || c == '@');
    let domain = organization::domain(domain).filter(|_| sound)?;
    Some(format!("{}@{domain}", local.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_without_case() {
        for (typed, key) in [
            (" Ann@Acme.Test ", Some("ann@acme.test")),
            ("ann+x@acme.test", Some("ann+x@acme.test")),
            ("acme.test", None),
            ("@acme.test", None),
            ("ann@", None),
            ("a nn@acme.test", None),
            ("a@b@acme.test", None),
            ("ann@acme", None),
        ] {
            assert_eq!(email_key(typed).as_deref(), key, "{typed:?}");
        }
        assert_eq!(email_key(&format!("{}@acme.test", "a".repeat(250))), None);
    }
}
