//! The shapes providers send by default, and the edges of the table.

use super::*;
use crate::model::user::EmailVerified::{Refuted, Unstated, Verified};

fn received(pairs: &[(&str, &[&str])]) -> Received {
    let own = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect();
    pairs.iter().map(|(name, values)| ((*name).to_owned(), own(values))).collect()
}

fn of(pairs: &[(&str, &[&str])]) -> Profile {
    profile(&received(pairs), &AttributeNames::default(), None, false)
}

fn known(groups: &[&str]) -> Groups {
    Groups::Known(groups.iter().map(|g| (*g).to_owned()).collect())
}

fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

type Pairs<'a> = &'a [(&'a str, &'a [&'a str])];

/// Who, what they send, and the groups that are known from it.
type Row = (&'static str, Pairs<'static>, Option<&'static [&'static str]>);

fn groups_of(expected: Option<&[&str]>) -> Groups {
    expected.map_or(Groups::Unknown, known)
}

const SAML: &[Row] = &[
    (
        "Okta, OneLogin and whoever follows our advice",
        &[
            ("email", &["ann@acme.test"]),
            ("firstName", &["Ann"]),
            ("lastName", &["Ash"]),
            ("groups", &["Everyone", "Ops", "Everyone"]),
        ],
        Some(&["Everyone", "Ops"]),
    ),
    (
        "OneLogin",
        &[
            ("User.email", &["ann@acme.test"]),
            ("User.FirstName", &["Ann"]),
            ("User.LastName", &["Ash"]),
            ("memberOf", &[""]),
            ("PersonImmutableID", &[""]),
        ],
        Some(&[]),
    ),
    (
        "Entra ID",
        &[
            (
                "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
                &["ann@acme.test"],
            ),
            ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname", &["Ann"]),
            ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname", &["Ash"]),
            ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", &["ann_upn@acme.test"]),
            ("http://schemas.microsoft.com/identity/claims/displayname", &["Ann Ash"]),
            ("http://schemas.microsoft.com/identity/claims/tenantid", &["t"]),
            (
                "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups",
                &["11111111-0000-0000-0000-000000000000"],
            ),
        ],
        Some(&["11111111-0000-0000-0000-000000000000"]),
    ),
    (
        "AD FS",
        &[
            (
                "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
                &["ann@acme.test"],
            ),
            ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname", &["Ann"]),
            ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname", &["Ash"]),
            ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", &["Ann Ash"]),
            ("http://schemas.xmlsoap.org/claims/Group", &["ACME\\Ops"]),
        ],
        Some(&["ACME\\Ops"]),
    ),
    (
        "Keycloak",
        &[
            ("urn:oid:1.2.840.113549.1.9.1", &["ann@acme.test"]),
            ("urn:oid:2.5.4.42", &["Ann"]),
            ("urn:oid:2.5.4.4", &["Ash"]),
            ("Role", &["offline_access", "ops"]),
        ],
        Some(&["offline_access", "ops"]),
    ),
    (
        "Zitadel",
        &[
            ("Email", &["ann@acme.test"]),
            ("FirstName", &["Ann"]),
            ("SurName", &["Ash"]),
            ("FullName", &["Ann Ash"]),
            ("UserName", &["ann"]),
            ("UserID", &["42"]),
        ],
        None,
    ),
    (
        "JumpCloud",
        &[
            ("email", &["ann@acme.test"]),
            ("firstname", &["Ann"]),
            ("lastname", &["Ash"]),
            ("memberOf", &["Ops"]),
        ],
        Some(&["Ops"]),
    ),
];

#[test]
fn what_saml_providers_send() {
    for (who, pairs, groups) in SAML {
        let profile = of(pairs);
        assert_eq!(profile.email.as_deref(), Some("ann@acme.test"), "{who}");
        assert_eq!(profile.given_name.as_deref(), Some("Ann"), "{who}");
        assert_eq!(profile.family_name.as_deref(), Some("Ash"), "{who}");
        assert_eq!(profile.name.as_deref(), Some("Ann Ash"), "{who}");
        assert_eq!(profile.groups, groups_of(*groups), "{who}");
        assert_eq!(profile.email_verified, EmailVerified::Unstated, "{who}");
    }
    // Google with nothing mapped.
    assert_eq!(of(&[]), Profile::empty());
}

const OIDC: &[(Row, EmailVerified)] = &[
    (
        (
            "Google",
            &[("email", &["ann@acme.test"]), ("email_verified", &["true"]), ("hd", &["acme.test"])],
            None,
        ),
        Verified,
    ),
    (
        (
            "Okta",
            &[("email", &["ann@acme.test"]), ("email_verified", &["true"]), ("groups", &["Ops"])],
            Some(&["Ops"]),
        ),
        Verified,
    ),
    (
        (
            "Entra ID",
            &[("email", &["ann@acme.test"]), ("preferred_username", &["ann@acme.test"])],
            None,
        ),
        Unstated,
    ),
    (
        ("Entra ID with xms_edov", &[("email", &["ann@acme.test"]), ("xms_edov", &["1"])], None),
        Verified,
    ),
    (
        (
            "Entra ID with a foreign address",
            &[("email", &["ann@acme.test"]), ("xms_edov", &["false"])],
            None,
        ),
        Refuted,
    ),
    (
        (
            "Entra ID without an address",
            &[("preferred_username", &["ann@acme.test"]), ("email_verified", &["true"])],
            None,
        ),
        Unstated,
    ),
    (
        (
            "authentik",
            &[("email", &["ann@acme.test"]), ("email_verified", &["false"]), ("groups", &[])],
            Some(&[]),
        ),
        Refuted,
    ),
    (
        (
            "Keycloak",
            &[
                ("email", &["ann@acme.test"]),
                ("email_verified", &["true"]),
                ("groups", &["/devops"]),
                ("preferred_username", &["ann"]),
            ],
            Some(&["/devops"]),
        ),
        Verified,
    ),
    (
        (
            "Zitadel",
            &[
                ("email", &["ann@acme.test"]),
                ("email_verified", &["true"]),
                ("urn:zitadel:iam:org:project:roles", &["admin"]),
            ],
            Some(&["admin"]),
        ),
        Verified,
    ),
];

#[test]
fn what_openid_providers_send() {
    for ((who, pairs, groups), verified) in OIDC {
        let profile = of(pairs);
        assert_eq!(profile.email.as_deref(), Some("ann@acme.test"), "{who}");
        assert_eq!(profile.email_verified, *verified, "{who}");
        assert_eq!(profile.groups, groups_of(*groups), "{who}");
    }
}

#[test]
fn email_verified_has_three_values() {
    let rows: [(Pairs<'_>, EmailVerified); 11] = [
        (&[("email_verified", &["true"])], Verified),
        (&[("email_verified", &["True"])], Verified),
        (&[("http://schemas.auth0.com/email_verified", &["true"])], Verified),
        (&[("email_verified", &["false"])], Refuted),
        (&[("email_verified", &["null"])], Refuted),
        (&[("email_verified", &["1"])], Refuted),
        (&[("email_verified", &[])], Refuted),
        (&[("email_verified", &["true", "false"])], Refuted),
        (&[("email_verified", &["false"]), ("xms_edov", &["true"])], Refuted),
        (&[("xms_edov", &["true"])], Verified),
        (&[], Unstated),
    ];
    for (pairs, expected) in rows {
        let mut all = received(pairs);
        all.insert("email".to_owned(), vec!["ann@acme.test".to_owned()]);
        let profile = profile(&all, &AttributeNames::default(), None, false);
        assert_eq!(profile.email_verified, expected, "{pairs:?}");
    }
}

#[test]
fn configured_names_stand_alone() {
    let names = AttributeNames {
        email: text("Login_Email"),
        groups: text("teams"),
        name: text("label"),
        ..AttributeNames::default()
    };
    let all = received(&[
        ("email", &["other@acme.test"]),
        ("email_verified", &["true"]),
        ("login_email", &["ann@acme.test"]),
        ("groups", &["wrong"]),
        ("name", &["Wrong"]),
    ]);
    let found = profile(&all, &names, None, false);
    assert_eq!(found.email.as_deref(), Some("ann@acme.test"));
    // The provider vouched for the other address.
    assert_eq!(found.email_verified, EmailVerified::Unstated);
    assert_eq!(found.groups, Groups::Unknown);
    assert_eq!(found.name, None);

    let alone = received(&[("login_email", &["ann@acme.test"]), ("email_verified", &["true"])]);
    assert_eq!(profile(&alone, &names, None, false).email_verified, EmailVerified::Verified);

    let both =
        received(&[("LOGIN_EMAIL", &["upper@acme.test"]), ("Login_Email", &["exact@acme.test"])]);
    assert_eq!(profile(&both, &names, None, false).email.as_deref(), Some("exact@acme.test"));
}

#[test]
fn addresses_of_last_resort() {
    let id = |value, email_like| Some(NameId { value, email_like });
    let names = AttributeNames::default();
    let upn: Pairs<'_> = &[("upn", &["upn@acme.test"])];
    let rows: [(Pairs<'_>, Option<NameId<'_>>, Option<&str>); 9] = [
        (&[], id("ann@acme.test", true), Some("ann@acme.test")),
        (&[], id("ann@acme.test", false), Some("ann@acme.test")),
        (&[], id("ann", true), None),
        (&[], id("ann_acme.test#EXT#@other.onmicrosoft.com", true), None),
        (&[], id("ann ash@acme.test", true), None),
        (&[("mail", &["mail@acme.test"])], id("ann@acme.test", true), Some("mail@acme.test")),
        (upn, id("ann@acme.test", false), Some("ann@acme.test")),
        (upn, id("ann", false), Some("upn@acme.test")),
        (&[("upn", &["ann"])], None, None),
    ];
    for (pairs, name_id, expected) in rows {
        let found = profile(&received(pairs), &names, name_id, false);
        assert_eq!(found.email.as_deref(), expected, "{pairs:?} {name_id:?}");
    }
}

#[test]
fn order_and_empty_values() {
    let profile = of(&[
        ("email", &["", "  "]),
        ("mail", &["a@acme.test", "b@acme.test"]),
        ("nickname", &["nick"]),
        ("username", &["ann"]),
        ("user_name", &["ann"]),
        ("given-name", &[" Ann "]),
        ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", &["ann@acme.test"]),
    ]);
    assert_eq!(profile.email.as_deref(), Some("a@acme.test"));
    assert_eq!(profile.given_name.as_deref(), Some("Ann"));
    assert_eq!(profile.name.as_deref(), Some("nick"));
}

#[test]
fn groups_unknown_and_bounded() {
    let link = "http://schemas.microsoft.com/claims/groups.link";
    assert_eq!(of(&[(link, &["https://graph"])]).groups, Groups::Unknown);
    let all = received(&[("groups", &["a"])]);
    let names = AttributeNames::default();
    assert_eq!(profile(&all, &names, None, true).groups, Groups::Unknown);
    assert_eq!(profile(&all, &names, None, false).groups, known(&["a"]));

    let mut many = Received::new();
    many.insert("groups".to_owned(), (0..6_000).map(|n| n.to_string()).collect());
    let Groups::Known(list) = profile(&many, &names, None, false).groups else { panic!() };
    assert_eq!(list.len(), MAX_GROUPS);
    let long = "x".repeat(2_000);
    let profile =
        of(&[("name", &[&long]), ("groups", &[&long, "b"]), ("email", &["a\u{7}@b.test"])]);
    assert_eq!((profile.name, profile.email), (None, None));
    assert_eq!(profile.groups, known(&["b"]));
}

proptest::proptest! {
    #[test]
    fn whatever_is_received_stays_within_bounds(
        names in proptest::collection::vec("\\PC{0,30}|email|name|groups|user.?|upn", 0..8),
        value in "\\PC{0,600}",
    ) {
        let all: Received = names.into_iter().map(|name| (name, vec![value.clone()])).collect();
        let id = Some(NameId { value: &value, email_like: true });
        let found = profile(&all, &AttributeNames::default(), id, false);
        proptest::prop_assert!(found.email.is_none_or(|email| email.len() <= MAX_EMAIL));
        proptest::prop_assert!(found.name.is_none_or(|name| name.len() <= 2 * MAX_VALUE + 1));
    }
}
