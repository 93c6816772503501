//! Claims and attributes into a profile, through a table of synonyms, so that the shapes
//! providers send by default need no mapping typed.

use crate::model::connection::AttributeNames;
use crate::model::organization::domain_of;
use crate::model::user::{EmailVerified, Groups, Profile, Received};

/// A SAML NameID, which may be an address too.
#[derive(Debug, Clone, Copy)]
pub struct NameId<'a> {
    /// Its text.
    pub value: &'a str,
    /// Whether its format says that it is an e-mail address. Proves nothing: user names
    /// travel under that format too.
    pub email_like: bool,
}

/// Most names told.
const NAMES_TOLD: usize = 20;

/// That something did not arrive, and under which names anything did. No values.
pub fn names_of(received: &Received) -> String {
    let names: Vec<&str> = received.keys().take(NAMES_TOLD).map(String::as_str).collect();
    format!("absent; there are: {}", names.join(", "))
}

/// Longest single value of a profile, in bytes.
const MAX_VALUE: usize = 512;
/// Longest e-mail address (RFC 5321: 64 + 1 + 255).
const MAX_EMAIL: usize = 320;
/// Most groups, and the longest name of one.
const MAX_GROUPS: usize = 5_000;
const MAX_GROUP: usize = 1_024;

/// One way a name may be spelled.
enum Known {
    /// The last part, normalized: see [`normalized`].
    Plain(&'static str),
    /// The whole name, in lower case.
    Whole(&'static str),
}
use Known::{Plain, Whole};

const EMAIL: &[Known] = &[
    Plain("email"),
    Plain("mail"),
    Plain("emailaddress"),
    Whole("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"),
    Whole("urn:oid:0.9.2342.19200300.100.1.3"),
    Whole("urn:oid:1.2.840.113549.1.9.1"),
];

/// Names a person signs in by, which often, but not always, look like an address.
const SIGN_IN_NAME: &[Known] = &[
    Plain("preferredusername"),
    Plain("upn"),
    Whole("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"),
    Plain("uniquename"),
];

const GIVEN_NAME: &[Known] = &[
    Plain("givenname"),
    Plain("firstname"),
    Plain("fname"),
    Whole("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname"),
    Whole("urn:oid:2.5.4.42"),
];

const FAMILY_NAME: &[Known] = &[
    Plain("familyname"),
    Plain("lastname"),
    Plain("surname"),
    Plain("sn"),
    Plain("lname"),
    Whole("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname"),
    Whole("urn:oid:2.5.4.4"),
];

const NAME: &[Known] = &[
    Plain("name"),
    Plain("displayname"),
    Plain("fullname"),
    Plain("cn"),
    Whole("http://schemas.microsoft.com/identity/claims/displayname"),
    Whole("urn:oid:2.16.840.1.113730.3.1.241"),
    Whole("urn:oid:2.5.4.3"),
];

/// Entra ID and AD FS put the sign-in name here as often as a name.
const NAME_OR_ADDRESS: &[Known] =
    &[Whole("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"), Plain("nickname")];

const GROUPS: &[Known] = &[
    Plain("groups"),
    Plain("group"),
    Plain("memberof"),
    Plain("ismemberof"),
    Whole("http://schemas.xmlsoap.org/claims/group"),
    Whole("http://schemas.microsoft.com/ws/2008/06/identity/claims/groups"),
    Whole("urn:oid:1.3.6.1.4.1.5923.1.5.1.1"),
    Plain("roles"),
    Plain("role"),
    Whole("http://schemas.microsoft.com/ws/2008/06/identity/claims/role"),
    Whole("urn:zitadel:iam:org:project:roles"),
];

const LISTS: [&[Known]; 7] =
    [EMAIL, SIGN_IN_NAME, GIVEN_NAME, FAMILY_NAME, NAME, NAME_OR_ADDRESS, GROUPS];

/// What a provider said of a person, in our words. Configured names stand alone: where one
/// is configured, the known ones are not looked at.
pub fn profile(
    received: &Received,
    names: &AttributeNames,
    name_id: Option<NameId<'_>>,
    groups_overage: bool,
) -> Profile {
    let one = |own: &Option<String>, known: &[Known]| match own {
        Some(name) => find(received, name).and_then(first),
        None => lookup(received, known, |_| true),
    };
    let (email, email_verified) = email(received, names, name_id);
    let given_name = one(&names.given_name, GIVEN_NAME);
    let family_name = one(&names.family_name, FAMILY_NAME);
    let name = one(&names.name, NAME)
        .or_else(|| {
            let open = names.name.is_none();
            open.then(|| lookup(received, NAME_OR_ADDRESS, |text| !text.contains('@'))).flatten()
        })
        .or_else(|| Some(format!("{} {}", given_name.as_ref()?, family_name.as_ref()?)));
    Profile {
        email,
        email_verified,
        given_name,
        family_name,
        name,
        groups: if groups_overage { Groups::Unknown } else { groups(received, names) },
    }
}

/// The values of a configured name: exactly that one, else in any case.
pub fn find<'a>(received: &'a Received, name: &str) -> Option<&'a [String]> {
    let exact = received.get(name).map(Vec::as_slice);
    exact.or_else(|| {
        let same = |(other, _): &(&String, &Vec<String>)| other.eq_ignore_ascii_case(name);
        received.iter().find(same).map(|(_, values)| values.as_slice())
    })
}

/// The address and whether the provider vouches for it.
fn email(
    received: &Received,
    names: &AttributeNames,
    name_id: Option<NameId<'_>>,
) -> (Option<String>, EmailVerified) {
    let stated = stated_verified(received);
    let address = |text: &str| text.len() <= MAX_EMAIL;
    let known = lookup(received, EMAIL, address);
    let (chosen, vouched) = match &names.email {
        Some(name) => {
            let chosen = find(received, name).and_then(first).filter(|text| address(text));
            // `email_verified` speaks of `email`: of another claim only when there is no
            // `email` it could speak of.
            let vouched = known.is_none() || same_address(&chosen, &known);
            (chosen, vouched)
        }
        None => match known {
            Some(known) => (Some(known), true),
            None => {
                let claimed = name_id.filter(|id| id.email_like);
                let by_look = name_id.filter(|id| !id.email_like);
                let of = |id: NameId<'_>| {
                    Some(id.value.trim().to_owned()).filter(|text| looks_like_address(text))
                };
                let last = || lookup(received, SIGN_IN_NAME, looks_like_address);
                (claimed.and_then(of).or_else(|| by_look.and_then(of)).or_else(last), false)
            }
        },
    };
    let verified = match (&chosen, stated) {
        (Some(_), EmailVerified::Verified) if !vouched => EmailVerified::Unstated,
        (_, stated) => stated,
    };
    (chosen, verified)
}

fn same_address(a: &Option<String>, b: &Option<String>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if a.eq_ignore_ascii_case(b))
}

/// Whether a text that need not be an address looks like one. Entra ID's names of guests
/// (`ann_acme.test#EXT#@other.onmicrosoft.com`) do not.
fn looks_like_address(text: &str) -> bool {
    let Some((local, _)) = text.rsplit_once('@') else { return false };
    !local.is_empty()
        && text.len() <= MAX_EMAIL
        && !text.contains("#EXT#")
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
        && domain_of(text).is_some()
}

/// `true` verifies; anything else that is present refutes; absence says nothing. Entra ID's
/// `xms_edov` is asked where there is no `email_verified`.
fn stated_verified(received: &Received) -> EmailVerified {
    let ask = |wanted: &str, yes: &[&str]| {
        let (_, values) = received.iter().find(|(name, _)| normalized(name) == wanted)?;
        let affirmed = matches!(values.as_slice(), [one]
            if yes.iter().any(|word| one.trim().eq_ignore_ascii_case(word)));
        Some(if affirmed { EmailVerified::Verified } else { EmailVerified::Refuted })
    };
    ask("emailverified", &["true"])
        .or_else(|| ask("xmsedov", &["true", "1"]))
        .unwrap_or(EmailVerified::Unstated)
}

fn groups(received: &Received, names: &AttributeNames) -> Groups {
    let values = match &names.groups {
        Some(name) => find(received, name),
        // SAML's marker that there are too many groups to send.
        None if received.keys().any(|name| name.to_ascii_lowercase().ends_with("/groups.link")) => {
            None
        }
        None => GROUPS.iter().find_map(|known| matching(received, known).next()),
    };
    let Some(values) = values else { return Groups::Unknown };
    let mut seen = std::collections::HashSet::new();
    let list = values
        .iter()
        .map(|group| group.trim())
        .filter(|group| (1..=MAX_GROUP).contains(&group.len()) && seen.insert(*group))
        .take(MAX_GROUPS)
        .map(str::to_owned);
    Groups::Known(list.collect())
}

/// The first usable value, in order of preference, that `fits`.
fn lookup(received: &Received, known: &[Known], fits: impl Fn(&str) -> bool) -> Option<String> {
    known
        .iter()
        .flat_map(|known| matching(received, known))
        .find_map(|values| first(values).filter(|value| fits(value)))
}

fn first(values: &[String]) -> Option<String> {
    values
        .iter()
        .map(|value| value.trim())
        .find(|value| !value.is_empty() && value.len() <= MAX_VALUE)
        .filter(|value| !value.chars().any(char::is_control))
        .map(str::to_owned)
}

fn matching<'a>(
    received: &'a Received,
    known: &'a Known,
) -> impl Iterator<Item = &'a [String]> + 'a {
    received.iter().filter(move |(name, _)| matches(name, known)).map(|(_, v)| v.as_slice())
}

fn matches(name: &str, known: &Known) -> bool {
    match known {
        Whole(whole) => name.eq_ignore_ascii_case(whole),
        // A whole name that is listed has its own place in the order.
        Plain(plain) => normalized(name) == *plain && !listed(name),
    }
}

fn listed(name: &str) -> bool {
    let same = |known: &Known| matches!(known, Whole(whole) if name.eq_ignore_ascii_case(whole));
    LISTS.iter().any(|list| list.iter().any(same))
}

/// A name without its URI prefix, case, `_`, `-`, `.` and a leading `user` (OneLogin's
/// `User.email`; but a user name is not a name).
fn normalized(name: &str) -> String {
    let last = name.rsplit(['/', '#', ':']).next().unwrap_or(name);
    let bare: String = last
        .chars()
        .filter(|c| !matches!(c, '_' | '-' | '.'))
        .map(|c| c.to_ascii_lowercase())
        .collect();
    match bare.strip_prefix("user") {
        Some(rest) if !matches!(rest, "" | "name" | "id" | "principalname") => rest.to_owned(),
        _ => bare,
    }
}

#[cfg(test)]
#[path = "attributes_tests.rs"]
mod tests;
