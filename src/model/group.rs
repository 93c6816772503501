//! What kind of text the name of a group is. The text itself is never changed: rules match it
//! exactly.

use std::borrow::Cow;

/// What kind of text the name of a group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupKind {
    /// A plain name (Okta, Google, authentik, Zitadel's roles).
    Name,
    /// An identifier (Entra ID).
    Guid,
    /// A path from the root (Keycloak).
    Path,
    /// A distinguished name (RFC 4514) of a directory.
    Dn,
    /// A name within a Windows domain, `DOMAIN\name` (AD FS).
    DomainName,
}

impl GroupKind {
    /// The kind of `group`, by its form.
    pub fn of(group: &str) -> Self {
        if group.len() > 1 && group.starts_with('/') {
            Self::Path
        } else if is_guid(group) {
            Self::Guid
        } else if is_dn(group) {
            Self::Dn
        } else if is_domain_name(group) {
            Self::DomainName
        } else {
            Self::Name
        }
    }

    /// Its name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Guid => "guid",
            Self::Path => "path",
            Self::Dn => "dn",
            Self::DomainName => "domain_name",
        }
    }
}

/// What people call `group`: of a distinguished name its common name, else the text itself.
/// Only to be shown; two groups may have one label.
pub fn label(group: &str) -> Cow<'_, str> {
    if GroupKind::of(group) != GroupKind::Dn {
        return Cow::Borrowed(group);
    }
    let common = parts(group).filter_map(pair).find(|(key, _)| key.eq_ignore_ascii_case("cn"));
    common.and_then(|(_, value)| unescaped(value)).map_or(Cow::Borrowed(group), Cow::Owned)
}

fn is_guid(text: &str) -> bool {
    let text = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')).unwrap_or(text);
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Every part names what it is, and one of them is of those every directory has.
fn is_dn(text: &str) -> bool {
    let usual = |key: &str| ["cn", "ou", "dc", "o"].iter().any(|k| key.eq_ignore_ascii_case(k));
    text.contains('=')
        && parts(text).all(|part| pair(part).is_some())
        && parts(text).filter_map(pair).any(|(key, _)| usual(key))
}

fn is_domain_name(text: &str) -> bool {
    text.split_once('\\').is_some_and(|(domain, name)| {
        !domain.is_empty() && !name.is_empty() && !name.contains('\\')
    })
}

/// The parts of a distinguished name, at commas that are not escaped.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut escaped = false;
    text.split(move |c| {
        let ends = c == ',' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    })
}

fn pair(part: &str) -> Option<(&str, &str)> {
    let (key, value) = part.split_once('=')?;
    let key = key.trim();
    let sound = key.starts_with(|c: char| c.is_ascii_alphanumeric())
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'));
    sound.then_some((key, value.trim()))
}

/// The value of a part without its escapes (RFC 4514 section 2.4).
fn unescaped(value: &str) -> Option<String> {
    let mut octets = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes().iter();
    while let Some(&byte) = rest.next() {
        if byte != b'\\' {
            octets.push(byte);
            continue;
        }
        let first = *rest.next()?;
        let hex = |byte: u8| (byte as char).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let second = rest.as_slice().first().copied();
        match (hex(first), second.and_then(hex)) {
            (Some(high), Some(low)) => {
                octets.push(high << 4 | low);
                rest.next();
            }
            _ => octets.push(first),
        }
    }
    String::from_utf8(octets).ok().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_labels() {
        use GroupKind::{Dn, DomainName, Guid, Name, Path};
        for (group, kind, shown) in [
            ("Everyone", Name, "Everyone"),
            ("", Name, ""),
            ("/", Name, "/"),
            ("/devops/team a", Path, "/devops/team a"),
            ("11111111-aaaa-BBBB-0000-0123456789ab", Guid, "11111111-aaaa-BBBB-0000-0123456789ab"),
            (
                "{11111111-aaaa-bbbb-0000-0123456789ab}",
                Guid,
                "{11111111-aaaa-bbbb-0000-0123456789ab}",
            ),
            ("11111111-aaaa-bbbb-0000-0123456789ag", Name, "11111111-aaaa-bbbb-0000-0123456789ag"),
            ("ACME\\Ops", DomainName, "ACME\\Ops"),
            ("\\Ops", Name, "\\Ops"),
            ("a\\b\\c", Name, "a\\b\\c"),
            ("CN=Ops,OU=Teams,DC=acme,DC=test", Dn, "Ops"),
            ("cn=ops", Dn, "ops"),
            ("uid=ann, ou=people", Dn, "uid=ann, ou=people"),
            ("CN=Ops\\, north,DC=acme", Dn, "Ops, north"),
            ("CN=Ops\\2C north,DC=acme", Dn, "Ops, north"),
            ("CN=M\\C3\\BCnchen,DC=acme", Dn, "München"),
            ("CN=\\FF,DC=acme", Dn, "CN=\\FF,DC=acme"),
            ("CN=ends\\\\,DC=acme", Dn, "ends\\"),
            ("CN=ends\\", Dn, "CN=ends\\"),
            ("OU=Teams,CN=Ops=2", Dn, "Ops=2"),
            ("team=ops,env=live", Name, "team=ops,env=live"),
            ("CN=Ops,and more", Name, "CN=Ops,and more"),
            ("=,=", Name, "=,="),
        ] {
            assert_eq!(GroupKind::of(group), kind, "{group}");
            assert_eq!(label(group), shown, "{group}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_a_kind_and_a_label(text in "\\PC{0,60}|(cn|OU|x)=[a-zé\\\\,=]{0,20}") {
            let shown = label(&text);
            proptest::prop_assert!(shown.len() <= text.len());
            proptest::prop_assert!(text.is_empty() || !shown.is_empty());
        }
    }
}
