//! Our cookies, and the rule of their names.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

use crate::hub::Hub;
use crate::model::attempt;
use crate::model::public_url::PublicUrl;
use crate::model::rng::Rng;
use crate::model::secret::{Digest, Secret, random_token};

/// Length of the value of each: 256 bits in base64url.
const LENGTH: usize = 43;

/// What a cookie is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The session of a signed-in person.
    Session,
    /// Binds attempts and forms to this browser; one for all tabs.
    Browser,
    /// A browser an owner has signed in from before.
    Device,
    /// An owner's second step, after the password was right in this browser.
    Step,
    /// A browser somebody who is no owner has signed in from with a password.
    LocalDevice,
    /// A browser somebody signed out in: the next sign-in asks for proof again.
    SignedOut,
    /// A browser in which a tile just began a sign-in: the next one is not begun by itself.
    Tile,
    /// The one browser that opened a set-up link.
    SetupLink,
    /// A browser that is signing in for the console.
    Console,
}

/// How long a tile is remembered, in seconds.
const TILE: i64 = 60;

/// How long a sign-in for the console may take to be one, in seconds.
const CONSOLE: i64 = 15 * 60;

impl Kind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Session,
        Self::Browser,
        Self::Device,
        Self::LocalDevice,
        Self::Step,
        Self::SignedOut,
        Self::Tile,
        Self::SetupLink,
        Self::Console,
    ];

    const fn stem(self) -> &'static str {
        match self {
            Self::Session => "doorward-session",
            Self::Browser => "doorward-browser",
            Self::Device => "doorward-device",
            Self::Step => "doorward-step",
            Self::LocalDevice => "doorward-local-device",
            Self::SignedOut => "doorward-signed-out",
            Self::Tile => "doorward-tile",
            Self::SetupLink => "doorward-setup-link",
            Self::Console => "doorward-console",
        }
    }

    /// The name below `public_url`: `__Host-` cannot be set by a neighbouring host, but asks
    /// for the path `/`; with a path `__Secure-` is what is left; plain http allows neither.
    pub fn name(self, public_url: &PublicUrl) -> String {
        format!("{}{}", prefix(public_url), self.stem())
    }
}

fn prefix(public_url: &PublicUrl) -> &'static str {
    match (public_url.secure(), public_url.path()) {
        (true, "") => "__Host-",
        (true, _) => "__Secure-",
        (false, _) => "",
    }
}

/// The value the browser sent, if it has the form of one of ours.
pub fn read(request: &HttpRequest, public_url: &PublicUrl, kind: Kind) -> Option<Secret<String>> {
    let cookie = request.cookie(&kind.name(public_url))?;
    is_sound(cookie.value()).then(|| Secret::new(cookie.value().to_owned()))
}

fn is_sound(value: &str) -> bool {
    value.len() == LENGTH
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// The cookie that keeps `value`. A session and a binding end with the browser; a device is
/// known for a year, a tile for a minute, the way to the console for a quarter of an hour, the browser of a set-up link for two weeks.
pub fn keep(public_url: &PublicUrl, kind: Kind, value: &Secret<String>) -> Cookie<'static> {
    let mut cookie = bare(public_url, kind, value.expose().clone());
    match kind {
        Kind::Device | Kind::LocalDevice => cookie.set_max_age(Duration::days(365)),
        Kind::Tile => cookie.set_max_age(Duration::seconds(TILE)),
        Kind::Console => cookie.set_max_age(Duration::seconds(CONSOLE)),
        // As long as a link lasts at most.
        Kind::SetupLink => cookie.set_max_age(Duration::days(14)),
        Kind::Session | Kind::Browser | Kind::Step | Kind::SignedOut => {}
    }
    cookie
}

/// The cookies of a browser somebody has just signed out in; `known_by` is what the sign-out
/// is found by.
pub fn signed_out(
    public_url: &PublicUrl,
    rng: &dyn Rng,
    known_by: Option<&Secret<String>>,
) -> [Cookie<'static>; 2] {
    let mark = match known_by {
        Some(secret) => keep(public_url, Kind::SignedOut, secret),
        None => keep(public_url, Kind::SignedOut, &random_token(rng)),
    };
    [forget(public_url, Kind::Session), mark]
}

/// The cookie that makes the browser forget.
pub fn forget(public_url: &PublicUrl, kind: Kind) -> Cookie<'static> {
    let mut cookie = bare(public_url, kind, String::new());
    cookie.make_removal();
    cookie
}

fn bare(public_url: &PublicUrl, kind: Kind, value: String) -> Cookie<'static> {
    named(public_url, kind.name(public_url), value)
}

fn named(public_url: &PublicUrl, name: String, value: String) -> Cookie<'static> {
    let path = if public_url.path().is_empty() { "/" } else { public_url.path() };
    Cookie::build(name, value)
        .path(path.to_owned())
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(public_url.secure())
        .finish()
}

/// Most bindings of tabs looked at.
const TABS: usize = 40;
/// Stem of the name of a tab's binding; short, because there may be dozens.
const TAB: &str = "dw-";

/// Every binding the browser holds: its own first, then those of tabs.
pub fn bindings(request: &HttpRequest, public_url: &PublicUrl) -> Vec<Secret<String>> {
    let mut found: Vec<_> = read(request, public_url, Kind::Browser).into_iter().collect();
    let prefix = format!("{}{TAB}", prefix(public_url));
    let Ok(cookies) = request.cookies() else { return found };
    let tabs = cookies
        .iter()
        .filter(|cookie| cookie.name().starts_with(&prefix) && is_sound(cookie.value()))
        .take(TABS)
        .map(|cookie| Secret::new(cookie.value().to_owned()));
    found.extend(tabs);
    found
}

/// The cookies of a binding made for a browser that brought none. Tabs that open at the same
/// moment are each given one, and the last one given becomes the browser's own: so each is
/// also kept under a name of its own for as long as an attempt may take.
pub fn bind(public_url: &PublicUrl, value: &Secret<String>) -> [Cookie<'static>; 2] {
    let digest = Digest::of(value.expose().as_bytes());
    let mark: String = digest.as_bytes().iter().take(3).map(|byte| format!("{byte:02x}")).collect();
    let name = format!("{}{TAB}{mark}", prefix(public_url));
    let mut tab = named(public_url, name, value.expose().clone());
    tab.set_max_age(Duration::milliseconds(attempt::LIFETIME));
    [keep(public_url, Kind::Browser, value), tab]
}

/// The browser in front of us, known by its binding cookie.
pub struct Browser {
    value: Secret<String>,
    fresh: bool,
}

impl Browser {
    /// The browser that sent `request`; a new one when it brought no binding.
    pub fn of(request: &HttpRequest, hub: &Hub) -> Self {
        match read(request, &hub.config.public_url, Kind::Browser) {
            Some(value) => Self { value, fresh: false },
            None => Self { value: random_token(hub.rng.as_ref()), fresh: true },
        }
    }

    /// The binding itself.
    pub const fn value(&self) -> &Secret<String> {
        &self.value
    }

    /// What the store keeps of the binding.
    pub fn digest(&self) -> Digest {
        Digest::of(self.value.expose().as_bytes())
    }

    /// The cookies to set; none when the browser has its binding already.
    pub fn cookies(&self, public_url: &PublicUrl) -> Vec<Cookie<'static>> {
        if self.fresh { bind(public_url, &self.value).to_vec() } else { Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn names_and_attributes_follow_the_public_url() {
        let value = Secret::new("v".repeat(LENGTH));
        for (url, name, path, secure) in [
            ("https://sso.acme.test", "__Host-doorward-session", "/", true),
            ("https://acme.test/sso", "__Secure-doorward-session", "/sso", true),
            ("http://localhost:8080", "doorward-session", "/", false),
        ] {
            let url = PublicUrl::parse(url).unwrap();
            let cookie = keep(&url, Kind::Session, &value);
            assert_eq!(cookie.name(), name);
            assert_eq!(cookie.path(), Some(path));
            assert_eq!(cookie.secure(), Some(secure));
            assert_eq!(cookie.http_only(), Some(true));
            assert_eq!(cookie.same_site(), Some(SameSite::Lax));
            assert_eq!(cookie.domain(), None);
            assert_eq!(cookie.max_age(), None);
            let gone = forget(&url, Kind::Session);
            assert_eq!((gone.name(), gone.path()), (name, Some(path)));
        }
    }

    #[test]
    fn what_is_not_ours_is_not_read() {
        let url = PublicUrl::parse("http://localhost:8080").unwrap();
        let sound = "a".repeat(43);
        for (value, accepted) in
            [(sound.as_str(), true), ("short", false), (&"é".repeat(43), false), ("", false)]
        {
            let request = TestRequest::default()
                .cookie(Cookie::new("doorward-browser", value.to_owned()))
                .to_http_request();
            assert_eq!(read(&request, &url, Kind::Browser).is_some(), accepted, "{value}");
        }
    }
}
