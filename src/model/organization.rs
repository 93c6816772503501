//! An organization and the address people sign in at.

use serde::{Deserialize, Serialize};

use super::domain::standing::OutsideDomains;
use super::id::OrganizationId;
use super::time::Millis;

mod settings;

pub use settings::{
    Enforcement, EnforcementMode, FirstOwner, OrganizationSettings, RequiredField, RunningSessions,
};

/// A company whose people sign in together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its identifier.
    pub id: OrganizationId,
    /// Its name as shown to people.
    pub name: String,
    /// Its own login address is `/o/{path}`; unique over the installation.
    pub path: Option<LoginPath>,
    /// Whether it may sign in at all.
    pub disabled: bool,
    /// The first organization: its owners administer the installation.
    pub home: bool,
    /// What becomes of people with an address outside its domains.
    pub outside_domains: OutsideDomains,
    /// What else is decided about it.
    pub settings: OrganizationSettings,
    /// When it was made.
    pub created_at: Millis,
    /// Counts edits; the ETag of the admin API.
    pub version: i64,
}

/// The last part of an organization's login address: 2 to 63 lower-case letters, digits
/// and inner hyphens.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LoginPath(String);

/// The text was not a login path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a login path is 2 to 63 lower-case letters, digits and hyphens, and neither starts nor ends with a hyphen"
)]
pub struct NotALoginPath;

impl LoginPath {
    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for LoginPath {
    type Error = NotALoginPath;
    fn try_from(text: String) -> Result<Self, NotALoginPath> {
        let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let sound = (2..=63).contains(&text.len())
            && text.bytes().all(inner)
            && !text.starts_with('-')
            && !text.ends_with('-');
        if sound { Ok(Self(text)) } else { Err(NotALoginPath) }
    }
}

impl From<LoginPath> for String {
    fn from(path: LoginPath) -> String {
        path.0
    }
}

/// Lower-cases a mail domain and refuses what cannot be one (RFC 1035 section 2.3.1 with
/// digits; internationalized names in their `xn--` form).
pub fn domain(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('.').to_ascii_lowercase();
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && l.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    let sound = text.len() <= 253 && text.contains('.') && text.split('.').all(label);
    sound.then_some(text)
}

/// The domain of an e-mail address, or of what looks like a bare domain.
pub fn domain_of(typed: &str) -> Option<String> {
    let typed = typed.trim();
    domain(typed.rsplit_once('@').map_or(typed, |(_, host)| host))
}

/// The domain of an e-mail address that nobody can read as another one: it has one `@`, and in
/// front of it what needs no quotes (RFC 5322 section 3.4.1), with letters beyond ASCII. Lists, comments, routes, quotes and encoded words have hidden a second address from
/// one of two readers before.
pub fn domain_of_address(email: &str) -> Option<String> {
    let (local, host) = email.split_once('@')?;
    let plain =
        |c: char| c.is_alphabetic() || c.is_ascii_digit() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    let sound = local.split('.').all(|part| !part.is_empty() && part.chars().all(plain));
    // An encoded word (RFC 2047) would be decoded by whoever takes it for one.
    (sound && !local.contains("=?") && host == host.trim()).then(|| domain(host)).flatten()
}

/// The form in which two addresses are compared that must be the same person's: only those
/// that nobody can read as another one, without the case of ASCII letters. Other letters keep
/// theirs: some have an ASCII letter as their small one.
pub fn address_key(email: &str) -> Option<String> {
    let email = email.trim();
    let domain = domain_of_address(email)?;
    let (local, _) = email.split_once('@')?;
    Some(format!("{}@{domain}", local.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_the_same() {
        for (one, other, same) in [
            ("Ann@Acme.test", " ann@acme.TEST", true),
            ("ann@acme.test.", "ann@acme.test", true),
            ("ann+x@acme.test", "ann@acme.test", false),
            // The Kelvin sign, whose small letter is k.
            ("\u{212a}im@acme.test", "kim@acme.test", false),
            ("boss@globex.test,ann@acme.test", "boss@globex.test,ann@acme.test", false),
            ("ann", "ann", false),
        ] {
            let same_key = address_key(one).is_some() && address_key(one) == address_key(other);
            assert_eq!(same_key, same, "{one} {other}");
        }
    }

    #[test]
    fn login_paths() {
        for (text, sound) in [
            ("acme", true),
            ("a1", true),
            ("acme-corp", true),
            ("a", false),
            ("Acme", false),
            ("acme_corp", false),
            ("-acme", false),
            ("acme-", false),
            ("a/b", false),
            ("", false),
        ] {
            assert_eq!(LoginPath::try_from(text.to_owned()).is_ok(), sound, "{text:?}");
        }
    }

    #[test]
    fn the_domain_of_an_address_nobody_reads_otherwise() {
        for (text, expected) in [
            ("ann@Acme.test", Some("acme.test")),
            ("ann@acme.test.", Some("acme.test")),
            ("ann.o'neil+a_b=c@acme.test", Some("acme.test")),
            ("zoë.müller@acme.test", Some("acme.test")),
            ("acme.test", None),
            ("@acme.test", None),
            (".ann@acme.test", None),
            ("ann.@acme.test", None),
            ("ann..b@acme.test", None),
            ("ann@acme.test\u{a0}", None),
            (" ann@acme.test", None),
            ("a@b@acme.test", None),
            ("boss@globex.test,ann@acme.test", None),
            ("boss,ann@acme.test", None),
            ("\"boss@globex.test\"@acme.test", None),
            ("\"ann\"@acme.test", None),
            ("ann(boss@globex.test)@acme.test", None),
            ("ann(x)@acme.test", None),
            ("<ann@acme.test>", None),
            ("boss\\@acme.test", None),
            ("boss:ann@acme.test", None),
            ("=?utf-8?q?boss=40globex.test=3e?=@acme.test", None),
            ("boss\u{ff20}globex.test@acme.test", None),
            ("boss\u{202e}@acme.test", None),
            ("boss\u{200b}@acme.test", None),
            ("boss\0@acme.test", None),
            ("ann@bücher.test", None),
        ] {
            assert_eq!(domain_of_address(text).as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn domains() {
        for (text, expected) in [
            ("ann@Acme.test", Some("acme.test")),
            (" acme.test. ", Some("acme.test")),
            ("acme", None),
            ("a@b@acme.test", Some("acme.test")),
            ("ann@-acme.test", None),
            ("", None),
        ] {
            assert_eq!(domain_of(text).as_deref(), expected, "{text:?}");
        }
    }
}
