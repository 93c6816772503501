//! What comes in SAML answers.

use super::{ANN, NONE, TOGETHER, Wanted, check};
use crate::model::connection::AttributeNames;
use crate::model::matched::Why;
use crate::model::matched::Why::{
    KnownName, LookedLikeAddress, Normalised, SignInName, TooMany, Unusable,
};
use crate::model::user::{EmailVerified, Received};
use crate::upstream::attributes::{NameId, read, too_many};

const CLAIMS: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/";

fn saml(pairs: &[(&str, &[&str])], name_id: (&str, bool), wanted: &Wanted<'_>) {
    let own = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect();
    let received = pairs.iter().map(|(name, values)| {
        // `claims:` stands for the long address that Entra ID and AD FS have before names.
        (name.replace("claims:", CLAIMS), own(values))
    });
    let received: Received = received.collect();
    let names = AttributeNames::default();
    let overage = too_many(&received, &names);
    let name_id = NameId { value: name_id.0, email_like: name_id.1 };
    let reading = read(&received, &names, Some(name_id), overage);
    check(&reading, wanted);
    assert_eq!(reading.profile.email_verified, EmailVerified::Unstated, "{}", wanted.who);
}

#[test]
fn okta_and_whoever_follows_our_advice_over_saml() {
    saml(
        &[
            ("email", &["ann@acme.test"]),
            ("firstName", &["Ann"]),
            ("lastName", &["Ash"]),
            ("groups", &["Everyone", "Ops", "Everyone"]),
        ],
        ("ann.ash", false),
        &Wanted {
            who: "Okta",
            person: ANN,
            groups: Some(&["Everyone", "Ops"]),
            matches: [
                (KnownName, "email"),
                (KnownName, "firstName"),
                (KnownName, "lastName"),
                TOGETHER,
                (KnownName, "groups"),
            ],
        },
    );
    for (who, name_id, why) in [
        ("Google", ("ann@acme.test", false), LookedLikeAddress),
        ("Duo", ("ann@acme.test", true), Why::NameId),
    ] {
        saml(
            &[],
            name_id,
            &Wanted {
                who,
                person: ["ann@acme.test", "-", "-", "-"],
                groups: None,
                matches: [(why, ""), NONE, NONE, NONE, NONE],
            },
        );
    }
    saml(
        &[
            ("email", &["ann@acme.test"]),
            ("firstName", &["Ann"]),
            ("lastName", &["Ash"]),
            ("Groups", &["Ops", "Sales, north"]),
        ],
        ("ann@acme.test", true),
        &Wanted {
            who: "Google with what we advise, and group membership",
            person: ANN,
            groups: Some(&["Ops", "Sales, north"]),
            matches: [
                (KnownName, "email"),
                (KnownName, "firstName"),
                (KnownName, "lastName"),
                TOGETHER,
                (KnownName, "Groups"),
            ],
        },
    );
}

type Pairs<'a> = &'a [(&'a str, &'a [&'a str])];
/// What is sent beside the usual, the groups, and where they are from.
type Row<'a> = (&'a str, Pairs<'a>, Option<&'a [&'a str]>, (Why, &'a str));

#[test]
fn entra_over_saml() {
    let sent: [(&str, &[&str]); 7] = [
        ("claims:emailaddress", &["ann@acme.test"]),
        ("claims:givenname", &["Ann"]),
        ("claims:surname", &["Ash"]),
        ("claims:name", &["ann_upn@acme.test"]),
        ("http://schemas.microsoft.com/identity/claims/displayname", &["Ann Ash"]),
        ("http://schemas.microsoft.com/identity/claims/tenantid", &["t"]),
        ("http://schemas.microsoft.com/identity/claims/objectidentifier", &["o"]),
    ];
    let groups = "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups";
    let guid: &[&str] = &["11111111-0000-0000-0000-000000000000"];
    let link = "http://schemas.microsoft.com/claims/groups.link";
    let displayname = "http://schemas.microsoft.com/identity/claims/displayname";
    let [email, given, family] =
        ["emailaddress", "givenname", "surname"].map(|name| format!("{CLAIMS}{name}"));
    let person = |of_groups| {
        [
            (KnownName, email.as_str()),
            (KnownName, given.as_str()),
            (KnownName, family.as_str()),
            (KnownName, displayname),
            of_groups,
        ]
    };
    let rows: [Row<'_>; 5] = [
        ("no group claim", &[], None, NONE),
        ("groups", &[(groups, guid)], Some(guid), (KnownName, groups)),
        ("too many groups", &[(link, &["https://graph"])], None, (TooMany, "")),
        ("groups and marker", &[(groups, guid), (link, &[])], None, (TooMany, "")),
        (
            "too many groups, and app roles",
            &[(link, &["https://graph"]), ("roles", &["admin"])],
            None,
            (TooMany, ""),
        ),
    ];
    for (who, more, groups, of_groups) in rows {
        let sent: Vec<_> = sent.iter().chain(more).copied().collect();
        let wanted = Wanted { who, person: ANN, groups, matches: person(of_groups) };
        saml(&sent, ("ann_upn@acme.test", true), &wanted);
    }
    // A guest without a mailbox: neither name of theirs is an address.
    saml(
        &[("claims:name", &["ann_other.test#EXT#@acme.onmicrosoft.com"])],
        ("ann_other.test#EXT#@acme.onmicrosoft.com", true),
        &Wanted {
            who: "a guest",
            person: ["-", "-", "-", "-"],
            groups: None,
            matches: [NONE, NONE, NONE, NONE, NONE],
        },
    );
}

#[test]
fn auth0_adfs_and_authentik_over_saml() {
    let [email, given, family, name, upn] = ["emailaddress", "givenname", "surname", "name", "upn"]
        .map(|name| format!("{CLAIMS}{name}"));
    let group = "http://schemas.xmlsoap.org/claims/Group";
    for (who, of_group) in [("Auth0", "ops"), ("AD FS", "ACME\\Ops")] {
        saml(
            &[
                ("claims:emailaddress", &["ann@acme.test"]),
                ("claims:givenname", &["Ann"]),
                ("claims:surname", &["Ash"]),
                ("claims:name", &["Ann Ash"]),
                ("claims:upn", &["ann@corp.acme.test"]),
                ("http://schemas.auth0.com/nickname", &["ann"]),
                (group, &[of_group]),
            ],
            ("auth0|1", false),
            &Wanted {
                who,
                person: ANN,
                groups: Some(&[of_group]),
                matches: [
                    (KnownName, &email),
                    (KnownName, &given),
                    (KnownName, &family),
                    (KnownName, &name),
                    (KnownName, group),
                ],
            },
        );
    }
    saml(
        &[("claims:upn", &["ann@acme.test"]), ("claims:name", &["ACME\\ann"])],
        ("ann", false),
        &Wanted {
            who: "AD FS with a rule for the UPN only",
            person: ["ann@acme.test", "-", "-", "ACME\\ann"],
            groups: None,
            matches: [(SignInName, &upn), NONE, NONE, (KnownName, &name), NONE],
        },
    );
    saml(
        &[
            ("claims:emailaddress", &["ann@acme.test"]),
            ("claims:name", &["Ann Ash"]),
            ("claims:upn", &["ann"]),
            ("http://schemas.goauthentik.io/2021/02/saml/uid", &["u"]),
            ("http://schemas.goauthentik.io/2021/02/saml/username", &["ann"]),
            (
                "http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname",
                &["ann"],
            ),
            (group, &["authentik Admins", "Ops"]),
        ],
        ("ann", false),
        &Wanted {
            who: "authentik",
            person: ["ann@acme.test", "-", "-", "Ann Ash"],
            groups: Some(&["authentik Admins", "Ops"]),
            matches: [(KnownName, &email), NONE, NONE, (KnownName, &name), (KnownName, group)],
        },
    );
}

#[test]
fn onelogin_jumpcloud_and_ping_over_saml() {
    let one_login = |member_of: &[&str], groups: Option<&[&str]>, of_groups| {
        saml(
            &[
                ("User.email", &["ann@acme.test"]),
                ("User.FirstName", &["Ann"]),
                ("User.LastName", &["Ash"]),
                ("memberOf", member_of),
                ("PersonImmutableID", &[""]),
            ],
            ("ann@acme.test", true),
            &Wanted {
                who: "OneLogin",
                person: ANN,
                groups,
                matches: [
                    (Normalised, "User.email"),
                    (Normalised, "User.FirstName"),
                    (Normalised, "User.LastName"),
                    TOGETHER,
                    of_groups,
                ],
            },
        );
    };
    one_login(&[""], Some(&[]), (KnownName, "memberOf"));
    let joined = "CN=Ops,DC=acme;CN=Dev,DC=acme";
    let whole = [joined];
    one_login(&[joined], Some(&whole), (KnownName, "memberOf"));
    one_login(&[&"x".repeat(5_000)], None, (Unusable, "memberOf"));
    for (who, email, given, family, groups) in [
        ("JumpCloud", "email", "firstname", "lastname", "memberOf"),
        ("PingOne", "email", "given_name", "family_name", "groups"),
        ("PingFederate", "mail", "givenName", "sn", "memberOf"),
        ("CyberArk", "Email", "FirstName", "LastName", "Groups"),
        ("Duo", "Email", "FirstName", "LastName", "role"),
    ] {
        saml(
            &[
                (email, &["ann@acme.test"]),
                (given, &["Ann"]),
                (family, &["Ash"]),
                (groups, &["Ops"]),
                ("saml_subject", &["0b2c9a6e-0000-0000-0000-000000000000"]),
            ],
            ("0b2c9a6e-0000-0000-0000-000000000000", false),
            &Wanted {
                who,
                person: ANN,
                groups: Some(&["Ops"]),
                matches: [
                    (KnownName, email),
                    (KnownName, given),
                    (KnownName, family),
                    TOGETHER,
                    (KnownName, groups),
                ],
            },
        );
    }
}

#[test]
fn keycloak_and_zitadel_over_saml() {
    saml(
        &[
            ("urn:oid:1.2.840.113549.1.9.1", &["ann@acme.test"]),
            ("urn:oid:2.5.4.42", &["Ann"]),
            ("urn:oid:2.5.4.4", &["Ash"]),
            ("Role", &["offline_access", "ops"]),
        ],
        ("ann", false),
        &Wanted {
            who: "Keycloak",
            person: ANN,
            groups: Some(&["offline_access", "ops"]),
            matches: [
                (KnownName, "urn:oid:1.2.840.113549.1.9.1"),
                (KnownName, "urn:oid:2.5.4.42"),
                (KnownName, "urn:oid:2.5.4.4"),
                TOGETHER,
                (KnownName, "Role"),
            ],
        },
    );
    saml(
        &[
            ("Email", &["ann@acme.test"]),
            ("FirstName", &["Ann"]),
            ("SurName", &["Ash"]),
            ("FullName", &["Ann Ash"]),
            ("UserName", &["ann"]),
            ("UserID", &["42"]),
        ],
        ("ann@acme.zitadel.cloud", true),
        &Wanted {
            who: "Zitadel",
            person: ANN,
            groups: None,
            matches: [
                (KnownName, "Email"),
                (KnownName, "FirstName"),
                (KnownName, "SurName"),
                (KnownName, "FullName"),
                NONE,
            ],
        },
    );
}
