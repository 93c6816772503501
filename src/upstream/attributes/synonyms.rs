//! The names by which providers send what we look for. Looked up once per name and sign-in,
//! without allocating.

/// What a known name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Slot {
    Email,
    /// Names a person signs in by, which often, but not always, look like an address.
    SignInName,
    EmailVerified,
    /// Entra ID: whether the tenant owns the domain of the address.
    DomainOwned,
    GivenName,
    FamilyName,
    Name,
    /// Entra ID and AD FS put the sign-in name here as often as a name.
    NameOrAddress,
    Groups,
    /// Roles within the app, where there are no groups.
    Roles,
}

/// A name that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    pub slot: Slot,
    /// Its place in the order of preference.
    pub rank: u8,
    /// Whether a prefix or punctuation was taken off before it was known.
    pub normalised: bool,
}

/// What `name` stands for: by the whole of it, else by its last part without case, `_`, `-`,
/// `.` and a leading `user`.
pub(super) fn known(name: &str) -> Option<Known> {
    let mut buffer = [0; LONGEST_WHOLE];
    if let Some((slot, rank)) = lowered(name, &mut buffer).and_then(whole) {
        return Some(Known { slot, rank, normalised: false });
    }
    let mut buffer = [0; LONGEST_PLAIN];
    let (bare, cut) = bare(name, &mut buffer)?;
    let (stem, without_user) = match bare.strip_prefix("user") {
        // OneLogin's `User.email`; but a user name is not a name.
        Some(rest) if !matches!(rest, "" | "name" | "id" | "principalname") => (rest, true),
        _ => (bare, false),
    };
    let (slot, rank) = plain(stem)?;
    Some(Known { slot, rank, normalised: cut || without_user })
}

/// Longest whole name there is, in bytes.
const LONGEST_WHOLE: usize = 72;
/// Longest last part there is, with a leading `user`, in bytes.
const LONGEST_PLAIN: usize = 32;

/// Whole names, in lower case. A whole name has its own place in the order.
fn whole(name: &str) -> Option<(Slot, u8)> {
    Some(match name {
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress" => (Slot::Email, 3),
        "urn:oid:0.9.2342.19200300.100.1.3" => (Slot::Email, 4),
        "urn:oid:1.2.840.113549.1.9.1" => (Slot::Email, 5),
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn" => (Slot::SignInName, 2),
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname" => (Slot::GivenName, 3),
        "urn:oid:2.5.4.42" => (Slot::GivenName, 4),
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname" => (Slot::FamilyName, 5),
        "urn:oid:2.5.4.4" => (Slot::FamilyName, 6),
        "http://schemas.microsoft.com/identity/claims/displayname" => (Slot::Name, 4),
        "urn:oid:2.16.840.1.113730.3.1.241" => (Slot::Name, 5),
        "urn:oid:2.5.4.3" => (Slot::Name, 6),
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name" => (Slot::NameOrAddress, 0),
        "http://schemas.xmlsoap.org/claims/group" => (Slot::Groups, 4),
        "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups" => (Slot::Groups, 5),
        "urn:oid:1.3.6.1.4.1.5923.1.5.1.1" => (Slot::Groups, 6),
        "http://schemas.microsoft.com/ws/2008/06/identity/claims/role" => (Slot::Roles, 2),
        "urn:zitadel:iam:org:project:roles" => (Slot::Roles, 3),
        _ => return None,
    })
}

/// Last parts, normalised.
fn plain(name: &str) -> Option<(Slot, u8)> {
    Some(match name {
        "email" => (Slot::Email, 0),
        "mail" => (Slot::Email, 1),
        "emailaddress" => (Slot::Email, 2),
        "preferredusername" => (Slot::SignInName, 0),
        "upn" => (Slot::SignInName, 1),
        "uniquename" => (Slot::SignInName, 3),
        "emailverified" => (Slot::EmailVerified, 0),
        "xmsedov" => (Slot::DomainOwned, 0),
        "givenname" => (Slot::GivenName, 0),
        "firstname" => (Slot::GivenName, 1),
        "fname" => (Slot::GivenName, 2),
        "familyname" => (Slot::FamilyName, 0),
        "lastname" => (Slot::FamilyName, 1),
        "surname" => (Slot::FamilyName, 2),
        "sn" => (Slot::FamilyName, 3),
        "lname" => (Slot::FamilyName, 4),
        "name" => (Slot::Name, 0),
        "displayname" => (Slot::Name, 1),
        "fullname" => (Slot::Name, 2),
        "cn" => (Slot::Name, 3),
        "nickname" => (Slot::NameOrAddress, 1),
        "groups" => (Slot::Groups, 0),
        "group" => (Slot::Groups, 1),
        "memberof" => (Slot::Groups, 2),
        "ismemberof" => (Slot::Groups, 3),
        "roles" => (Slot::Roles, 0),
        "role" => (Slot::Roles, 1),
        _ => return None,
    })
}

/// The name in lower case; `None` when it is longer than any that is known.
fn lowered<'b>(name: &str, buffer: &'b mut [u8; LONGEST_WHOLE]) -> Option<&'b str> {
    let place = buffer.get_mut(..name.len()).filter(|_| name.contains(':'))?;
    place.copy_from_slice(name.as_bytes());
    place.make_ascii_lowercase();
    std::str::from_utf8(place).ok()
}

/// The last part of a name, and whether more than case and `_` was taken off; `None` when it
/// is longer than any that is known, or not of ASCII.
fn bare<'b>(name: &str, buffer: &'b mut [u8; LONGEST_PLAIN]) -> Option<(&'b str, bool)> {
    let last = name.rsplit(['/', '#', ':']).next().unwrap_or(name);
    let mut cut = last.len() != name.len();
    let mut length = 0;
    for byte in last.bytes() {
        match byte {
            b'_' => continue,
            b'-' | b'.' => cut = true,
            0x80.. => return None,
            _ => {
                *buffer.get_mut(length)? = byte.to_ascii_lowercase();
                length += 1;
            }
        }
    }
    Some((std::str::from_utf8(buffer.get(..length)?).ok()?, cut))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::matched::Field;

    #[test]
    fn spellings() {
        let claims = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims";
        for (name, slot, rank, normalised) in [
            ("email", Slot::Email, 0, false),
            ("Email", Slot::Email, 0, false),
            ("e-mail", Slot::Email, 0, true),
            ("userEmail", Slot::Email, 0, true),
            ("User.email", Slot::Email, 0, true),
            ("EmailAddress", Slot::Email, 2, false),
            (&format!("{claims}/emailaddress"), Slot::Email, 3, false),
            (&format!("{claims}/EmailAddress").to_uppercase(), Slot::Email, 3, false),
            ("https://acme.test/claims/email", Slot::Email, 0, true),
            ("given_name", Slot::GivenName, 0, false),
            ("given-name", Slot::GivenName, 0, true),
            ("User.FirstName", Slot::GivenName, 1, true),
            ("SurName", Slot::FamilyName, 2, false),
            ("display_name", Slot::Name, 1, false),
            ("preferred_username", Slot::SignInName, 0, false),
            ("unique_name", Slot::SignInName, 3, false),
            ("cognito:groups", Slot::Groups, 0, true),
            ("member_of", Slot::Groups, 2, false),
            ("http://schemas.xmlsoap.org/claims/Group", Slot::Groups, 4, false),
            ("urn:zitadel:iam:org:project:roles", Slot::Roles, 3, false),
            ("urn:zitadel:iam:org:project:1234:roles", Slot::Roles, 0, true),
            ("http://schemas.auth0.com/email_verified", Slot::EmailVerified, 0, true),
        ] {
            assert_eq!(known(name), Some(Known { slot, rank, normalised }), "{name}");
        }
        for name in [
            "",
            "user",
            "userName",
            "user_name",
            "userid",
            "userPrincipalName",
            "uid",
            "e",
            "/",
            "emäil",
            "realm_access",
            "http://schemas.microsoft.com/claims/groups.link",
        ] {
            assert_eq!(known(name), None, "{name}");
        }
        assert_eq!(known(&"x".repeat(10_000)), None);
    }

    #[test]
    fn what_is_said_to_be_looked_for_is_known() {
        for field in Field::ALL.into_iter().filter(|field| *field != Field::Subject) {
            let names = field.looked_for().split(';').next().unwrap().split(", ");
            for name in names {
                let slot = known(name).unwrap().slot;
                let fits = match field {
                    Field::Subject => false,
                    Field::Email => slot == Slot::Email,
                    Field::GivenName => slot == Slot::GivenName,
                    Field::FamilyName => slot == Slot::FamilyName,
                    Field::Name => slot == Slot::Name,
                    Field::Groups => matches!(slot, Slot::Groups | Slot::Roles),
                };
                assert!(fits, "{name}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn any_name_may_be_asked_about(name in "\\PC{0,90}") {
            let _ = known(&name);
        }
    }
}
