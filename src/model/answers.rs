//! What an organization wants to know of its people, and what they say where their provider
//! does not.

use std::collections::BTreeMap;

use super::organization::RequiredField;
use super::user::Profile;

/// Most fields of one organization.
pub const MOST_FIELDS: usize = 10;
/// Longest name of a field, in characters.
pub const NAME: usize = 40;
/// Longest answer, in characters.
pub const ANSWER: usize = 200;

/// Claims that mean something to apps which a person must not be able to say of themselves:
/// those of JWT and OpenID Connect, those Doorward gives, and those that apps are known to
/// take for an identity or a right.
const RESERVED: &[&str] = &[
    "acr",
    "act",
    "address",
    "admin",
    "amr",
    "appid",
    "at_hash",
    "aud",
    "auth_time",
    "azp",
    "birthdate",
    "c_hash",
    "client_id",
    "cnf",
    "email",
    "email_verified",
    "entitlements",
    "entitlement",
    "eduperson_affiliation",
    "events",
    "exp",
    "group",
    "groups",
    "gty",
    "hd",
    "iat",
    "id",
    "idp",
    "is_admin",
    "is_new_user",
    "iss",
    "jti",
    "login",
    "may_act",
    "memberof",
    "nbf",
    "nonce",
    "oid",
    "org",
    "org_id",
    "org_name",
    "organization",
    "owner",
    "permission",
    "permissions",
    "phone_number",
    "phone_number_verified",
    "picture",
    "preferred_username",
    "profile",
    "realm_access",
    "resource_access",
    "role",
    "roles",
    "s_hash",
    "scope",
    "scopes",
    "scp",
    "sid",
    "sub",
    "sub_jwk",
    "subject",
    "tenant",
    "tid",
    "token_use",
    "typ",
    "unique_name",
    "updated_at",
    "upn",
    "user_id",
    "user_name",
    "username",
    "verified",
    "ver",
    "website",
    "wids",
    "xms_edov",
];

/// Whether a field may have this name: 1 to 40 lower-case letters, digits and `_`, a letter
/// first, and no claim that says who somebody is or what they may do.
pub fn is_field_name(name: &str) -> bool {
    let sound = (1..=NAME).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    sound && !RESERVED.contains(&name)
}

/// A field to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blank {
    /// The field.
    pub field: RequiredField,
    /// What was typed, cut; empty before anything was.
    pub typed: String,
    /// What is wrong with it; `None` where nothing is.
    pub wrong: Option<&'static str>,
}

/// Fills in what `required` asks for: from what the provider says, which nobody overrides,
/// else from what the person said before, else from what they `told` now. Gives the answers to
/// keep: nothing that is not asked for any more.
///
/// # Errors
/// The fields to ask for.
pub fn complete(
    required: &[RequiredField],
    profile: &Profile,
    before: &BTreeMap<String, String>,
    told: Option<&BTreeMap<String, String>>,
) -> Result<BTreeMap<String, String>, Vec<Blank>> {
    let (mut answers, mut blanks) = (BTreeMap::new(), Vec::new());
    for field in required.iter().take(MOST_FIELDS) {
        if let Some(answer) = before.get(&field.name) {
            answers.insert(field.name.clone(), answer.clone());
        } else if !said(profile, &field.name) {
            let typed = told.map(|told| told.get(&field.name).map_or("", |text| text.trim()));
            let wrong = typed.and_then(wrong);
            let typed = typed.unwrap_or_default().chars().take(ANSWER).collect();
            blanks.push(Blank { field: field.clone(), typed, wrong });
        }
    }
    // What was told right is shown again as long as anything is wrong: nobody types it twice.
    if !blanks.is_empty() && (told.is_none() || blanks.iter().any(|blank| blank.wrong.is_some())) {
        return Err(blanks);
    }
    answers.extend(blanks.into_iter().map(|blank| (blank.field.name, blank.typed)));
    Ok(answers)
}

/// Whether the provider says it.
fn said(profile: &Profile, name: &str) -> bool {
    let value = match name {
        "given_name" => &profile.given_name,
        "family_name" => &profile.family_name,
        "name" => &profile.name,
        _ => &None,
    };
    value.as_deref().is_some_and(|text| !text.trim().is_empty())
}

fn wrong(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        Some("Fill this in.")
    } else if text.chars().count() > ANSWER {
        Some("Use at most 200 characters.")
    } else if text.chars().any(|c| c.is_control() || super::visible::is_invisible(c)) {
        Some("Use visible characters only.")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(names: &[&str]) -> Vec<RequiredField> {
        names
            .iter()
            .map(|name| RequiredField { name: (*name).to_owned(), label: format!("{name}?") })
            .collect()
    }

    fn texts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn names_of_fields() {
        for (name, sound) in [
            ("room", true),
            ("cost_centre_2", true),
            ("given_name", true),
            ("name", true),
            ("", false),
            ("2nd", false),
            ("Room", false),
            ("room-name", false),
            ("röom", false),
            ("sub", false),
            ("roles", false),
            ("groups", false),
            ("email", false),
            ("email_verified", false),
            ("preferred_username", false),
            ("__proto__", false),
            (&"a".repeat(41), false),
        ] {
            assert_eq!(is_field_name(name), sound, "{name:?}");
        }
    }

    #[test]
    fn the_provider_comes_first_then_what_was_said_before() {
        let mut profile = Profile::empty();
        profile.given_name = Some("Ann".to_owned());
        profile.family_name = Some(" ".to_owned());
        let required = fields(&["given_name", "family_name", "room", "desk"]);
        let before = texts(&[("room", "4.01"), ("forgotten", "x")]);
        let told = texts(&[
            ("given_name", "Eve"),
            ("family_name", " Archer "),
            ("room", "9.99"),
            ("desk", "7"),
            ("sub", "admin"),
        ]);
        let kept = complete(&required, &profile, &before, Some(&told)).unwrap();
        assert_eq!(kept, texts(&[("family_name", "Archer"), ("room", "4.01"), ("desk", "7")]));
    }

    #[test]
    fn what_cannot_be_taken_is_asked_again() {
        let required = fields(&["room"]);
        let asked = |told: Option<&str>| {
            let told = told.map(|text| texts(&[("room", text)]));
            complete(&required, &Profile::empty(), &BTreeMap::new(), told.as_ref())
        };
        assert_eq!(asked(None).unwrap_err()[0].wrong, None);
        for text in ["", "  ", "a\nb", "a\u{202e}b", &"x".repeat(201)] {
            let blanks = asked(Some(text)).unwrap_err();
            assert!(blanks[0].wrong.is_some(), "{text:?}");
            assert!(blanks[0].typed.chars().count() <= ANSWER);
        }
        assert!(asked(Some(&"é".repeat(200))).is_ok());
    }
}
