//! Scopes (RFC 6749 section 3.3).

/// Scopes that mean something here.
pub const KNOWN: [&str; 3] = ["openid", "profile", "email"];

/// The scope was not a list of scope tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the scope is not a list of names separated by single spaces")]
pub struct NotAScope;

/// The known scopes in `text`, once each, in our order. Others are ignored (OpenID Connect
/// Core section 3.1.2.1).
///
/// # Errors
/// When `text` is not a list of scope tokens.
pub fn known(text: &str) -> Result<Vec<String>, NotAScope> {
    let token = |b: u8| matches!(b, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
    let tokens: Vec<&str> = text.split(' ').collect();
    if tokens.iter().any(|t| t.is_empty() || !t.bytes().all(token)) {
        return Err(NotAScope);
    }
    Ok(KNOWN.into_iter().filter(|k| tokens.contains(k)).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_scopes_are_kept_and_malformed_ones_refused() {
        assert_eq!(
            known("email openid offline_access email"),
            Ok(vec!["openid".into(), "email".into()])
        );
        assert_eq!(known("other"), Ok(vec![]));
        for bad in ["", " openid", "openid  email", "open\"id", "openid\temail", "öpenid"] {
            assert_eq!(known(bad), Err(NotAScope), "{bad:?}");
        }
    }
}
