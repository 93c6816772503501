//! A relying party of ours and the rules of its redirect addresses.

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::id::{AppId, ConnectionId, OrganizationId, RoleId};
use super::secret::Digest;
use super::time::Millis;

mod backchannel;
mod settings;

pub use backchannel::check_backchannel_logout_uri;
pub use settings::AppSettings;

/// Signature algorithm of an app's ID tokens (RFC 7518 section 3.1, RFC 8037).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SigningAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256; what every client understands.
    RS256,
    /// ECDSA P-256 with SHA-256.
    ES256,
    /// Ed25519.
    EdDSA,
}

impl SigningAlgorithm {
    /// All of them, in the order discovery lists them.
    pub const ALL: [Self; 3] = [Self::RS256, Self::ES256, Self::EdDSA];

    /// The JOSE `alg` value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::ES256 => "ES256",
            Self::EdDSA => "EdDSA",
        }
    }

    /// Reads a JOSE `alg` value of the three we sign with.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.as_str() == text)
    }
}

/// A relying party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// Its identifier and `client_id`.
    pub id: AppId,
    /// Its name as shown to people.
    pub name: String,
    /// Digest of its client secret; `None` for a public client.
    pub secret: Option<Digest>,
    /// Where answers may go.
    pub redirect_uris: Vec<RedirectUri>,
    /// Where people may land after signing out.
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// Organizations whose people may use it; empty means every one.
    pub organizations: Vec<OrganizationId>,
    /// How its ID tokens are signed.
    pub signing_algorithm: SigningAlgorithm,
    /// Whether it receives `groups`.
    pub groups_claim: bool,
    /// What else is decided about it.
    pub settings: AppSettings,
    /// Refused on every path.
    pub disabled: bool,
    /// When it was made.
    pub created_at: Millis,
    /// Counts edits; the ETag of the admin API.
    pub version: i64,
}

impl App {
    /// The registered redirect URI that `requested` matches.
    pub fn redirect_uri(&self, requested: &str) -> bool {
        self.redirect_uris.iter().any(|r| r.matches(requested))
    }

    /// Whether `requested` is a registered post-logout address.
    pub fn post_logout_redirect_uri(&self, requested: &str) -> bool {
        self.post_logout_redirect_uris.iter().any(|r| r.matches(requested))
    }

    /// What it lacks before anybody can sign in through it, by name.
    pub fn missing(&self) -> Vec<&'static str> {
        if self.redirect_uris.is_empty() { vec!["redirect_uris"] } else { Vec::new() }
    }

    /// Whether people may use it who signed in through `connection`; `None` stands for a way
    /// in without a provider.
    pub fn admits_through(&self, connection: Option<&ConnectionId>) -> bool {
        let allowed = &self.settings.allowed_connections;
        allowed.is_empty() || connection.is_some_and(|connection| allowed.contains(connection))
    }

    /// Whether people with `roles` may use it.
    pub fn admits_roles<'r>(&self, mut roles: impl Iterator<Item = &'r RoleId>) -> bool {
        let allowed = &self.settings.allowed_roles;
        allowed.is_empty() || roles.any(|role| allowed.contains(role))
    }

    /// Whether people of `organization` may use it.
    pub fn admits(&self, organization: &OrganizationId) -> bool {
        self.organizations.is_empty() || self.organizations.contains(organization)
    }
}

/// A registered redirect address. Compared as text (RFC 9700 section 2.1), but for the
/// port of a loopback IP literal, which a native app picks as it starts (RFC 8252
/// section 7.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RedirectUri(String);

/// Why a redirect address cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriError {
    /// Not a URI, or a relative one.
    #[error("a redirect URI is absolute, such as https://app.example/callback")]
    NotAbsolute,
    /// Carries a fragment (RFC 6749 section 3.1.2).
    #[error("a redirect URI has no fragment: remove everything from the # on")]
    Fragment,
    /// Carries a user name or a password.
    #[error("a redirect URI has no user name or password in it")]
    Credentials,
    /// A pattern, which is never matched as one.
    #[error("a redirect URI is matched exactly: list each address instead of using *")]
    Wildcard,
    /// `javascript:`, `data:` and the like.
    #[error(
        "a redirect URI starts with https://, http:// or an app's own scheme such as com.example.app:/"
    )]
    Scheme,
    /// Plain http to another machine (RFC 9700 section 2.6).
    #[error(
        "a redirect URI starts with https://; http:// is for the person's own machine only (localhost, 127.0.0.1, [::1]), because everybody on the way could read the answer"
    )]
    Insecure,
    /// Longer than 2,000 bytes, or has white space or control characters.
    #[error("a redirect URI has at most 2,000 bytes and no spaces")]
    Form,
}

impl RedirectUri {
    /// The address as registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Refuses an address that answers would travel to in the clear: plain http to anywhere
    /// but the loopback interface, where native apps and developers listen (RFC 8252
    /// section 7.3, RFC 9700 section 2.6).
    ///
    /// # Errors
    /// `Insecure`.
    pub fn check_secure(&self) -> Result<(), RedirectUriError> {
        let Ok(url) = Url::parse(&self.0) else { return Err(RedirectUriError::NotAbsolute) };
        if url.scheme() == "http" && !is_loopback(&url) {
            return Err(RedirectUriError::Insecure);
        }
        Ok(())
    }

    /// Whether an address asked for is this one.
    pub fn matches(&self, requested: &str) -> bool {
        if self.0 == requested {
            return true;
        }
        match (loopback_port(&self.0), loopback_port(requested)) {
            (Some(registered), Some(asked)) => {
                let without = |text: &str, port: std::ops::Range<usize>| {
                    format!("{}{}", &text[..port.start], &text[port.end..])
                };
                without(&self.0, registered) == without(requested, asked)
            }
            _ => false,
        }
    }
}

/// Whether an address is on the machine that reads it.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Where `:port` stands in an `http://127.0.0.1` or `http://[::1]` address (an empty range
/// when there is none). Worked on the text, so that everything else stays an exact match.
fn loopback_port(text: &str) -> Option<std::ops::Range<usize>> {
    let host = ["http://127.0.0.1", "http://[::1]"].into_iter().find(|h| text.starts_with(h))?;
    let rest = &text[host.len()..];
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let port = &rest[..end];
    let sound = port.is_empty()
        || port.strip_prefix(':').is_some_and(|digits| {
            digits.bytes().all(|b| b.is_ascii_digit())
                && digits.parse::<u16>().is_ok_and(|number| number > 0)
        });
    sound.then_some(host.len()..host.len() + end)
}

impl TryFrom<String> for RedirectUri {
    type Error = RedirectUriError;
    fn try_from(text: String) -> Result<Self, RedirectUriError> {
        if text.len() > 2_000 || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(RedirectUriError::Form);
        }
        if text.contains('*') {
            return Err(RedirectUriError::Wildcard);
        }
        if text.contains('#') {
            return Err(RedirectUriError::Fragment);
        }
        let url = Url::parse(&text).map_err(|_| RedirectUriError::NotAbsolute)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(RedirectUriError::Credentials);
        }
        let web = matches!(url.scheme(), "https" | "http");
        // RFC 8252 section 7.1: an app's own scheme is a reversed domain name.
        if !web && !url.scheme().contains('.') {
            return Err(RedirectUriError::Scheme);
        }
        if web && !matches!(url.host(), Some(Host::Domain(_) | Host::Ipv4(_) | Host::Ipv6(_))) {
            return Err(RedirectUriError::NotAbsolute);
        }
        Ok(Self(text))
    }
}

impl From<RedirectUri> for String {
    fn from(uri: RedirectUri) -> String {
        uri.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_can_be_registered() {
        use RedirectUriError::*;
        for (text, expected) in [
            ("https://app.example/cb", Ok(())),
            ("https://app.example/cb?x=1", Ok(())),
            ("http://127.0.0.1/cb", Ok(())),
            ("com.example.app:/cb", Ok(())),
            ("/cb", Err(NotAbsolute)),
            ("https://app.example/cb#x", Err(Fragment)),
            ("https://*.app.example/cb", Err(Wildcard)),
            ("https://user:pw@app.example/cb", Err(Credentials)),
            ("javascript:alert(1)", Err(Scheme)),
            ("data:text/html,x", Err(Scheme)),
            ("https://app.example/a b", Err(Form)),
        ] {
            assert_eq!(RedirectUri::try_from(text.to_owned()).map(|_| ()), expected, "{text}");
        }
    }

    #[test]
    fn answers_leave_the_machine_by_https_only() {
        for (text, secure) in [
            ("https://app.example/cb", true),
            ("HTTPS://app.example/cb", true),
            ("com.example.app:/cb", true),
            ("http://localhost/cb", true),
            ("http://localhost:3000/cb", true),
            ("http://app.localhost:3000/cb", true),
            ("http://127.0.0.1/cb", true),
            ("http://127.8.9.1:1/cb", true),
            ("http://[::1]:5/cb", true),
            ("http://app.example/cb", false),
            ("HTTP://app.example/cb", false),
            ("http://localhost.example/cb", false),
            ("http://notlocalhost/cb", false),
            ("http://intranet/cb", false),
            ("http://10.0.0.7/cb", false),
            ("http://0.0.0.0/cb", false),
            ("http://[::]/cb", false),
            ("http://[::ffff:10.0.0.7]/cb", false),
            ("http://127.0.0.1.example/cb", false),
        ] {
            let uri = RedirectUri::try_from(text.to_owned()).unwrap();
            assert_eq!(uri.check_secure().is_ok(), secure, "{text}");
        }
    }

    #[test]
    fn near_misses_are_misses() {
        let registered = |text: &str| RedirectUri::try_from(text.to_owned()).unwrap();
        let app = registered("https://app.example/cb");
        assert!(app.matches("https://app.example/cb"));
        for near in [
            "https://app.example/cb/",
            "https://app.example/cb?x",
            "https://app.example:443/cb",
            "https://APP.example/cb",
            "http://app.example/cb",
            "https://app.example/cb#",
            "https://app.example.evil.example/cb",
            "https://app.example/cb/../cb",
            "https://app.example/%63b",
        ] {
            assert!(!app.matches(near), "{near}");
        }
        let native = registered("http://127.0.0.1/cb");
        assert!(native.matches("http://127.0.0.1:51004/cb"));
        assert!(registered("http://[::1]:1/cb").matches("http://[::1]:2/cb"));
        for near in [
            "http://127.0.0.1:51004/cb2",
            "http://localhost:51004/cb",
            "https://127.0.0.1:5/cb",
            "http://127.0.0.1:80@evil.example/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://127.0.0.1:0/cb",
            "http://127.0.0.1:99999/cb",
            "http://127.0.0.1:/cb",
        ] {
            assert!(!native.matches(near), "{near}");
        }
    }

    /// One edit of a text: another character put in, in place of one, or one taken out.
    fn edited(text: &str, at: prop::sample::Index, edit: u8, with: char) -> String {
        let mut text: Vec<char> = text.chars().collect();
        let at = at.index(text.len());
        match edit {
            0 => text.insert(at, with),
            1 => text[at] = with,
            2 => drop(text.remove(at)),
            _ => text.push(with),
        }
        text.into_iter().collect()
    }

    /// The same address but for its port, as the URL standard reads both.
    fn differ_in_port_only(registered: &str, requested: &str) -> bool {
        let (Ok(mut one), Ok(mut other)) = (Url::parse(registered), Url::parse(requested)) else {
            return false;
        };
        let loopback = one.scheme() == "http"
            && matches!(one.host(), Some(Host::Ipv4(ip)) if ip.is_loopback())
            || matches!(one.host(), Some(Host::Ipv6(ip)) if ip.is_loopback());
        loopback && one.set_port(None).is_ok() && other.set_port(None).is_ok() && one == other
    }

    proptest! {
        #[test]
        fn an_edited_address_never_matches_but_for_a_loopback_port(
            registered in prop::sample::select(vec![
                "https://app.example/cb",
                "https://app.example/cb?tenant=1",
                "https://app.example:8443/",
                "http://localhost:3000/cb",
                "https://127.0.0.1/cb",
                "com.example.app:/cb",
                "http://127.0.0.1/cb",
                "http://127.0.0.1:8080/cb?x=1",
                "http://[::1]:8080/cb",
                "http://127.0.0.1",
            ]),
            edits in prop::collection::vec((any::<prop::sample::Index>(), 0u8..4, "[ -~]|\\PC"), 1..4),
        ) {
            let uri = RedirectUri::try_from(registered.to_owned()).unwrap();
            let mut requested = registered.to_owned();
            for (at, edit, with) in edits {
                prop_assume!(!requested.is_empty());
                requested = edited(&requested, at, edit, with.chars().next().unwrap_or('/'));
            }
            if requested != registered && uri.matches(&requested) {
                prop_assert!(differ_in_port_only(registered, &requested), "{}", requested);
            }
        }

        #[test]
        fn a_native_app_picks_any_port(registered in 1u16.., asked in 1u16.., path in "[a-z/]{0,8}") {
            for host in ["127.0.0.1", "[::1]"] {
                let at = |port: &str| format!("http://{host}{port}/{path}");
                let [first, second] = [registered, asked].map(|port| at(&format!(":{port}")));
                for (one, other) in [(&first, &second), (&at(""), &second), (&first, &at(""))] {
                    let uri = RedirectUri::try_from(one.clone()).unwrap();
                    prop_assert!(uri.matches(other), "{} {}", one, other);
                }
            }
        }
    }
}
