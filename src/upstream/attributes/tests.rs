//! The edges of reading a profile.

use super::email::MAX_EMAIL;
use super::found::MAX_VALUE;
use super::groups::MAX_GROUPS;
use super::*;
use crate::model::check::{Check, RECEIVED_LIMIT, Verdict};
use crate::model::connection::GroupSeparator;
use crate::model::user::EmailVerified::{Refuted, Unstated, Verified};
use crate::model::user::{EmailVerified, Groups};

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
fn what_was_verified_is_not_another_address_because_it_cannot_be_used() {
    let configured = AttributeNames { email: text("work"), ..AttributeNames::default() };
    let long = "x".repeat(600);
    // Whoever may write one of these freely has the other one verified.
    for unusable in ["\"ann ash\"@evil.test", "ann", long.as_str()] {
        let said = |name: &str, names: &AttributeNames| {
            let all = received(&[
                ("email", &[unusable]),
                ("email_verified", &["true"]),
                (name, &["victim@acme.test"]),
            ]);
            let found = profile(&all, names, None, false);
            (found.email, found.email_verified)
        };
        let expected = (text("victim@acme.test"), EmailVerified::Unstated);
        assert_eq!(said("work", &configured), expected, "{unusable}");
        assert_eq!(said("mail", &AttributeNames::default()), expected, "{unusable}");
    }
    let many =
        received(&[("email", &[long.as_str(), "victim@acme.test"]), ("email_verified", &["true"])]);
    let found = profile(&many, &AttributeNames::default(), None, false);
    assert_eq!(found.email_verified, EmailVerified::Unstated);
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

#[test]
fn joined_groups_are_split_only_when_that_is_switched_on() {
    use GroupSeparator::{Comma, Semicolon};
    let dns = "CN=Ops,DC=acme;CN=De\\;v,DC=acme";
    let rows: [(&[&str], Option<GroupSeparator>, &[&str]); 10] = [
        (&["a;b", "c"], None, &["a;b", "c"]),
        (&["a;b", "c"], Some(Comma), &["a;b", "c"]),
        (&["a; b;;c ", "c;d"], Some(Semicolon), &["a", "b", "c", "d"]),
        (&["a,b", "ACME\\x,ACME\\y"], Some(Comma), &["a", "b", "ACME\\x", "ACME\\y"]),
        (&["a\\,b,c"], Some(Comma), &["a\\,b", "c"]),
        (&[dns], Some(Semicolon), &["CN=Ops,DC=acme", "CN=De\\;v,DC=acme"]),
        (&["CN=Ops,DC=acme", "a,b"], Some(Comma), &["CN=Ops,DC=acme", "a", "b"]),
        (&["/a,b"], Some(Semicolon), &["/a,b"]),
        (&[";; ;"], Some(Semicolon), &[]),
        (&[";"], None, &[";"]),
    ];
    for (values, split_groups, expected) in rows {
        let names = AttributeNames { split_groups, ..AttributeNames::default() };
        let found = profile(&received(&[("groups", values)]), &names, None, false);
        match expected {
            // Nothing but separators says nothing that could be understood.
            [] => assert_eq!(found.groups, Groups::Unknown, "{values:?}"),
            expected => assert_eq!(found.groups, known(expected), "{values:?} {split_groups:?}"),
        }
    }
    // Only groups.
    let names = AttributeNames { split_groups: Some(Comma), ..AttributeNames::default() };
    let found = profile(&received(&[("name", &["Ash, Ann"])]), &names, None, false);
    assert_eq!(found.name.as_deref(), Some("Ash, Ann"));
}

/// What is noted of `pairs`.
fn noted(pairs: Pairs<'_>, names: &AttributeNames) -> Vec<Check> {
    let all = received(pairs);
    let reading = read(&all, names, None, too_many(&all, names));
    let mut checks = Checks::new();
    note(&reading, &all, &mut checks);
    checks.as_slice().to_vec()
}

#[test]
fn a_missing_address_is_warned_about_with_the_names_that_came() {
    let default = AttributeNames::default();
    let configured = AttributeNames { email: text("Login_Email"), ..AttributeNames::default() };
    let looked_for = Field::Email.looked_for();
    type Row<'a> = (Pairs<'a>, &'a AttributeNames, Option<(&'a str, &'a str)>);
    let rows: [Row<'_>; 9] = [
        (&[("mail", &["ann@acme.test"])], &default, None),
        (&[], &default, Some((looked_for, "none; there are: none at all"))),
        (
            &[("uid", &["s3cret"]), ("cn", &["s3cret"])],
            &default,
            Some((looked_for, "none; there are: cn, uid")),
        ),
        (
            &[("mail", &["s3cret"]), ("cn", &["Ann"])],
            &default,
            Some(("an e-mail address", "no address in mail; there are: cn, mail")),
        ),
        (
            &[("mail", &[]), ("upn", &["s3cret"])],
            &default,
            Some(("an e-mail address", "no address in mail; there are: mail, upn")),
        ),
        (
            &[("upn", &["s3cret"])],
            &default,
            Some(("an e-mail address", "no address in upn; there are: upn")),
        ),
        (
            &[("upn", &["ann@acme.test"])],
            &default,
            Some((looked_for, "upn, a name to sign in by that may be no mailbox")),
        ),
        (
            &[("mail", &["ann@acme.test"])],
            &configured,
            Some(("Login_Email", "none; there are: mail")),
        ),
        (&[("login_email", &["ann@acme.test"])], &configured, None),
    ];
    for (pairs, names, expected) in rows {
        let checks = noted(pairs, names);
        let found = checks.first().map(|check| (&*check.expected, &*check.received));
        assert_eq!(found, expected, "{pairs:?}");
        for check in &checks {
            let notice = check.notice();
            let missing = notice == Some(Notice::EmailMissing);
            assert!(missing || notice == Some(Notice::EmailIsSignInName), "{check:?}");
            assert_eq!(missing, !check.received.contains("sign in by"));
            assert!(!check.personal && !format!("{check:?}").contains("s3cret"));
        }
        assert!(checks.len() <= 1);
    }
}

#[test]
fn the_names_listed_are_bounded() {
    let many: Received = (0..300).map(|n| (format!("attribute{n:03}"), Vec::new())).collect();
    let listed = names(&many);
    assert!(listed.starts_with("attribute000, attribute001, "), "{listed}");
    assert!(listed.ends_with(" more"), "{listed}");
    let shown = listed.matches("attribute").count();
    assert!(listed.ends_with(&format!(" and {} more", 300 - shown)), "{listed}");
    let long: Received =
        (0..9).map(|n| (format!("{n}{}", "é".repeat(5_000)), Vec::new())).collect();
    assert!(names(&long).chars().count() < RECEIVED_LIMIT);
    let checks = noted(&[(&"x".repeat(8_000), &["v"])], &AttributeNames::default());
    assert!(checks[0].received.chars().count() <= RECEIVED_LIMIT);
}

#[test]
fn groups_left_out_are_warned_about_with_what_to_change() {
    let link = "http://schemas.microsoft.com/claims/GROUPS.link";
    let of = |groups: &str| AttributeNames { groups: text(groups), ..AttributeNames::default() };
    let mail: (&str, &[&str]) = ("mail", &["ann@acme.test"]);
    let rows: [(Pairs<'_>, AttributeNames, Groups, bool); 6] = [
        (&[mail, (link, &["x"])], AttributeNames::default(), Groups::Unknown, true),
        (
            &[mail, (link, &[]), ("groups", &["a"])],
            AttributeNames::default(),
            Groups::Unknown,
            true,
        ),
        (&[mail, (link, &["x"]), ("teams", &["a"])], of("teams"), Groups::Unknown, true),
        (&[mail, (link, &["x"]), ("roles", &["a"])], of("roles"), known(&["a"]), false),
        (&[mail, (link, &["x"])], of("roles"), Groups::Unknown, false),
        (&[mail, ("groups.link", &["x"]), ("groups", &["a"])], of("groups"), known(&["a"]), false),
    ];
    for (pairs, names, groups, warned) in rows {
        let all = received(pairs);
        let found = profile(&all, &names, None, too_many(&all, &names));
        assert_eq!(found.groups, groups, "{pairs:?}");
        let checks = noted(pairs, &names);
        assert_eq!(!checks.is_empty(), warned, "{pairs:?}");
        for check in checks {
            assert_eq!((&*check.name, check.verdict), ("groups", Verdict::Warned));
            for advice in ["Groups assigned to the application", "app roles"] {
                assert!(check.expected.contains(advice), "{check:?}");
            }
        }
    }
}

#[test]
fn an_address_has_two_sides_and_no_spaces() {
    for (text, usable) in [
        ("ann@acme.test", true),
        ("ann@intranet", true),
        ("änn@acme.test", true),
        ("ann", false),
        ("@acme.test", false),
        ("ann@", false),
        ("ann ash@acme.test", false),
        ("ann@acme.test bob@acme.test", false),
    ] {
        let found = of(&[("email", &[text]), ("email_verified", &["true"])]);
        assert_eq!(found.email.as_deref(), usable.then_some(text), "{text}");
    }
    // The next known name is asked.
    let found = of(&[("email", &["ann"]), ("mail", &["ann@acme.test"])]);
    assert_eq!(found.email.as_deref(), Some("ann@acme.test"));
}

proptest::proptest! {
    #[test]
    fn a_configured_name_stands_alone(
        others in proptest::collection::vec("\\PC{0,30}|(User.)?email|mail|name|groups|roles|upn", 0..8),
        own in proptest::collection::vec("\\PC{0,12}|a@b.test", 0..4),
        sent: bool,
    ) {
        let mut all: Received =
            others.into_iter().map(|name| (name, vec!["x@other.test".to_owned()])).collect();
        all.retain(|name, _| !name.eq_ignore_ascii_case("own"));
        if sent {
            all.insert("own".to_owned(), own.clone());
        }
        let name = text("own");
        let names = AttributeNames {
            email: name.clone(), given_name: name.clone(), family_name: name.clone(),
            name: name.clone(), groups: name, ..AttributeNames::default()
        };
        let id = Some(NameId { value: "id@other.test", email_like: true });
        let reading = read(&all, &names, id, too_many(&all, &names));
        let Profile { email, given_name, family_name, name, groups, .. } = &reading.profile;
        let both = || Some(format!("{} {}", given_name.as_ref()?, family_name.as_ref()?));
        for value in [email, given_name, family_name].into_iter().flatten() {
            proptest::prop_assert!(sent && own.iter().any(|text| text.trim() == value));
        }
        proptest::prop_assert!(
            name.as_ref().is_none_or(|name| own.iter().any(|text| text.trim() == name))
                || *name == both()
        );
        if let Groups::Known(groups) = groups {
            proptest::prop_assert!(sent && groups.iter().all(|g| own.iter().any(|o| o.trim() == g)));
        }
        for matched in &reading.matches {
            proptest::prop_assert!(matched.name.as_deref().is_none_or(|name| name == "own"));
        }
    }

    #[test]
    fn whatever_is_noted_holds_no_value(
        names in proptest::collection::vec("\\PC{0,300}|email|name|groups|groups.link|upn", 0..40),
        configured in proptest::option::of("\\PC{0,30}|roles|a.b"),
    ) {
        let all: Received =
            names.into_iter().map(|name| (name, vec!["s3cret-value".to_owned()])).collect();
        let own = AttributeNames {
            email: configured.clone(), groups: configured, ..AttributeNames::default()
        };
        let reading = read(&all, &own, None, too_many(&all, &own));
        let mut checks = Checks::new();
        note(&reading, &all, &mut checks);
        proptest::prop_assert!(checks.as_slice().len() <= 2);
        let noted = format!("{checks:?}");
        proptest::prop_assert!(!noted.contains("s3cret"));
        for matched in &reading.matches {
            proptest::prop_assert!(matched.sentence().len() < 4_096);
        }
    }

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
