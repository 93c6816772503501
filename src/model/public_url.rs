//! The one address Doorward is reached at: the only source of every address it emits.

use url::{Host, Url};

/// `https://sso.acme.test`, or with a path `https://acme.test/sso`. Never ends with a slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    text: String,
    origin: String,
    path: String,
    domain: Option<String>,
    secure: bool,
}

/// Why an address cannot be the public one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the public URL is absolute, such as https://sso.example.com, without user name, query or fragment; http:// is for a loopback host only"
)]
pub struct NotAPublicUrl;

impl PublicUrl {
    /// Checks and normalizes an address.
    ///
    /// # Errors
    /// When it is not absolute http(s), or plain http to anything but loopback.
    pub fn parse(text: &str) -> Result<Self, NotAPublicUrl> {
        let url = Url::parse(text.trim()).map_err(|_| NotAPublicUrl)?;
        let secure = url.scheme() == "https";
        let loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => return Err(NotAPublicUrl),
        };
        let plain = url.scheme() == "http" && loopback;
        let extras = url.query().is_some() || url.fragment().is_some();
        if !(secure || plain) || extras || !url.username().is_empty() || url.password().is_some() {
            return Err(NotAPublicUrl);
        }
        let origin = url.origin().ascii_serialization();
        let path = url.path().trim_end_matches('/').to_owned();
        let domain = url.domain().map(str::to_owned);
        Ok(Self { text: format!("{origin}{path}"), origin, path, domain, secure })
    }

    /// The address itself; also the issuer apps see.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The host, where it is a name; `None` for an IP address.
    pub fn domain(&self) -> Option<&str> {
        self.domain.as_deref()
    }

    /// The path everything is mounted under; empty, or starts with a slash and ends without.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether browsers reach it over https.
    pub const fn secure(&self) -> bool {
        self.secure
    }

    /// The address of `path`, which starts with a slash.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_and_refused() {
        for (text, expected) in [
            ("https://sso.acme.test", Some("https://sso.acme.test")),
            ("https://sso.acme.test/", Some("https://sso.acme.test")),
            ("https://acme.test/sso/", Some("https://acme.test/sso")),
            ("https://ACME.test:443", Some("https://acme.test")),
            ("http://localhost:8080", Some("http://localhost:8080")),
            ("http://127.0.0.1:8080", Some("http://127.0.0.1:8080")),
            ("http://sso.localhost:8080", Some("http://sso.localhost:8080")),
            ("http://sso.acme.test", None),
            ("https://a@acme.test", None),
            ("https://acme.test/?x", None),
            ("https://acme.test/#x", None),
            ("ftp://acme.test", None),
            ("acme.test", None),
        ] {
            let parsed = PublicUrl::parse(text);
            assert_eq!(parsed.as_ref().map(PublicUrl::as_str).ok(), expected, "{text}");
        }
    }

    #[test]
    fn an_address_of_digits_has_no_domain() {
        for (text, expected) in [
            ("https://SSO.acme.test:8443/x", Some("sso.acme.test")),
            ("http://localhost:8080", Some("localhost")),
            ("http://127.0.0.1:8080", None),
            ("https://[2001:db8::1]", None),
            ("https://0x7f.1", None),
        ] {
            let url = PublicUrl::parse(text).unwrap();
            assert_eq!(url.domain(), expected, "{text}");
        }
    }
}
