//! How matches are kept and told.

use super::*;

#[test]
fn what_is_kept_is_short_and_comes_back() {
    let matches = [
        Match::new(Field::Email, Why::Normalised, "User.email"),
        Match::unnamed(Field::Groups, Why::NotSent),
    ];
    let kept = serde_json::to_string(&matches).unwrap();
    assert_eq!(kept, r#"[["email","normalised","User.email"],["groups","not_sent",null]]"#);
    assert_eq!(serde_json::from_str::<Vec<Match>>(&kept).unwrap(), matches);
    let long = Match::new(Field::Name, Why::KnownName, &"é".repeat(1_000));
    assert_eq!(long.name.unwrap().chars().count(), NAME_LIMIT);
}

#[test]
fn names_in_json_are_the_names_everywhere() {
    for field in Field::ALL {
        assert_eq!(serde_json::to_value(field).unwrap(), field.as_str());
    }
    for why in [
        Why::Configured,
        Why::KnownName,
        Why::Normalised,
        Why::SignInName,
        Why::NameId,
        Why::LookedLikeAddress,
        Why::PutTogether,
        Why::Sub,
        Why::TenantAndObject,
        Why::NotSent,
        Why::Unusable,
        Why::TooMany,
    ] {
        assert_eq!(serde_json::to_value(why).unwrap(), why.as_str());
    }
}

#[test]
fn sentences() {
    use Field::{Email, Groups, Name, Subject};
    for (matched, sentence) in [
        (
            Match::new(Email, Why::Configured, "login\u{200b}"),
            "The e-mail address was taken from login\\u{200b}, the configured name.",
        ),
        (
            Match::new(Groups, Why::KnownName, "memberOf"),
            "The groups were taken from memberOf, a known name.",
        ),
        (
            Match::new(Email, Why::Normalised, "User.email"),
            "The e-mail address was taken from User.email, another spelling of a known name.",
        ),
        (
            Match::new(Email, Why::SignInName, "upn"),
            "The e-mail address was taken from upn, a name to sign in by that may be no mailbox.",
        ),
        (Match::unnamed(Subject, Why::NameId), "The lasting identity is the NameID."),
        (
            Match::unnamed(Email, Why::NameId),
            "The e-mail address was taken from the NameID, whose format says it is one.",
        ),
        (
            Match::unnamed(Email, Why::LookedLikeAddress),
            "The e-mail address was taken from the NameID, which looks like one.",
        ),
        (
            Match::unnamed(Name, Why::PutTogether),
            "The full name was put together from first and last name.",
        ),
        (Match::new(Subject, Why::Sub, "sub"), "The lasting identity is the claim sub."),
        (
            Match::unnamed(Subject, Why::TenantAndObject),
            "The lasting identity is the claims tid and oid together, because Entra ID makes another sub for every client.",
        ),
        (
            Match::unnamed(Groups, Why::NotSent),
            "The groups are not known: what was looked for (groups, group, memberOf, roles) was not sent.",
        ),
        (
            Match::new(Email, Why::NotSent, "mail"),
            "The e-mail address is not known: mail, the configured name, was not sent. Have the provider send it, or name what holds it as attributes.email of the draft.",
        ),
        (
            Match::new(Name, Why::NotSent, "label"),
            "The full name is not known: label, the configured name, was not sent.",
        ),
        (
            Match::new(Email, Why::Unusable, "mail"),
            "The e-mail address is not known: mail came with nothing usable in it.",
        ),
        (
            Match::unnamed(Groups, Why::TooMany),
            "The groups are not known: the provider says that there are too many to send.",
        ),
    ] {
        assert_eq!(matched.sentence(), sentence);
    }
}
