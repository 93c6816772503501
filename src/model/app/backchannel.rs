//! Where apps are told, behind the browser's back, that a session ended.

use url::Url;

use super::is_loopback;

/// Refuses an address logout tokens cannot be sent to (OpenID Connect Back-Channel Logout 1.0
/// section 2.2).
///
/// # Errors
/// A sentence that names what to do.
pub fn check_backchannel_logout_uri(text: &str) -> Result<(), &'static str> {
    if text.len() > 2_000 || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("a back-channel logout address has at most 2,000 bytes and no spaces");
    }
    if text.contains('#') {
        return Err(
            "a back-channel logout address has no fragment: remove everything from the # on",
        );
    }
    let absolute = "a back-channel logout address is absolute, such as https://app.example/logout";
    let url = Url::parse(text).map_err(|_| absolute)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a back-channel logout address has no user name or password in it");
    }
    match url.scheme() {
        "https" if url.has_host() => Ok(()),
        "http" if is_loopback(&url) => Ok(()),
        "http" => Err(
            "a back-channel logout address starts with https://; http:// is for this server's own machine only (localhost, 127.0.0.1, [::1])",
        ),
        _ => Err(absolute),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_logout_tokens_may_go_to() {
        for (text, sound) in [
            ("https://app.example/logout", true),
            ("https://app.example/logout?tenant=1", true),
            ("http://localhost:3000/logout", true),
            ("http://127.0.0.1:3000/logout", true),
            ("http://[::1]/logout", true),
            ("http://app.example/logout", false),
            ("http://localhost.example/logout", false),
            ("http://10.0.0.7/logout", false),
            ("https://app.example/logout#x", false),
            ("https://app.example/log out", false),
            ("https://a:b@app.example/logout", false),
            ("com.example.app:/logout", false),
            ("javascript:alert(1)", false),
            ("/logout", false),
            ("", false),
        ] {
            assert_eq!(check_backchannel_logout_uri(text).is_ok(), sound, "{text}");
        }
    }
}
