//! What comes in claims.

use serde_json::{Value, json};

use super::{ANN, NONE, TOGETHER, Wanted, check};
use crate::model::connection::AttributeNames;
use crate::model::matched::Why;
use crate::model::matched::Why::{KnownName, Normalised, SignInName, TooMany};
use crate::model::user::EmailVerified::{self, Refuted, Unstated, Verified};
use crate::model::user::Received;
use crate::upstream::attributes::read;
use crate::upstream::oidc::claims::{groups_overage, receive};

fn oidc(claims: &Value, names: &AttributeNames, verified: EmailVerified, wanted: &Wanted<'_>) {
    let claims = claims.as_object().unwrap();
    let mut received = Received::new();
    receive(&mut received, claims, names);
    let overage = groups_overage(claims, names);
    let reading = read(&received, names, None, overage);
    check(&reading, wanted);
    assert_eq!(reading.profile.email_verified, verified, "{}", wanted.who);
}

#[test]
fn okta_google_auth0_onelogin_jumpcloud_ping_and_duo_over_openid_connect() {
    let standard = || {
        json!({"sub": "1", "email": "ann@acme.test", "email_verified": true, "name": "Ann Ash",
            "given_name": "Ann", "family_name": "Ash", "preferred_username": "ann@acme.test"})
    };
    let matches = |of_groups| {
        [
            (KnownName, "email"),
            (KnownName, "given_name"),
            (KnownName, "family_name"),
            (KnownName, "name"),
            of_groups,
        ]
    };
    let ops: Option<&[&str]> = Some(&["Ops"]);
    for (who, more, value, groups, of_groups) in [
        ("Okta", "groups", json!(["Ops"]), ops, (KnownName, "groups")),
        ("Google", "hd", json!("acme.test"), None, NONE),
        (
            "Auth0",
            "https://acme.test/roles",
            json!(["Ops"]),
            ops,
            (Normalised, "https://acme.test/roles"),
        ),
        ("OneLogin", "groups", json!(["Ops"]), ops, (KnownName, "groups")),
        ("JumpCloud", "memberOf", json!(["Ops"]), ops, (KnownName, "memberOf")),
        ("PingOne", "groups", json!("Ops"), ops, (KnownName, "groups")),
        ("Cognito", "cognito:groups", json!(["Ops"]), ops, (Normalised, "cognito:groups")),
    ] {
        let mut claims = standard();
        claims[more] = value;
        let wanted = Wanted { who, person: ANN, groups, matches: matches(of_groups) };
        oidc(&claims, &AttributeNames::default(), Verified, &wanted);
    }
    oidc(
        &json!({"sub": "1", "email": "ann@acme.test", "firstname": "Ann", "lastname": "Ash"}),
        &AttributeNames::default(),
        Unstated,
        &Wanted {
            who: "Duo",
            person: ANN,
            groups: None,
            matches: [
                (KnownName, "email"),
                (KnownName, "firstname"),
                (KnownName, "lastname"),
                TOGETHER,
                NONE,
            ],
        },
    );
}

#[test]
fn entra_and_adfs_over_openid_connect() {
    let base = |more: &Value| {
        let mut claims = json!({"sub": "pairwise", "tid": "t", "oid": "o", "name": "Ann Ash",
            "preferred_username": "ann@acme.test"});
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        claims
    };
    let guid: &[&str] = &["11111111-0000-0000-0000-000000000000"];
    let of_roles = AttributeNames { groups: Some("roles".to_owned()), ..Default::default() };
    let default = AttributeNames::default();
    let email = (KnownName, "email");
    let upn = (SignInName, "preferred_username");
    let roles: &[&str] = &["admin"];
    let configured = (Why::Configured, "roles");
    for (who, more, names, verified, of_email, groups, of_groups) in [
        ("default", json!({}), &default, Unstated, upn, None, NONE),
        (
            "email",
            json!({"email": "ann@acme.test", "groups": guid}),
            &default,
            Unstated,
            email,
            Some(guid),
            (KnownName, "groups"),
        ),
        (
            "email of the tenant's own domain",
            json!({"email": "ann@acme.test", "xms_edov": 1}),
            &default,
            Verified,
            email,
            None,
            NONE,
        ),
        (
            "email of a foreign domain",
            json!({"email": "ann@acme.test", "xms_edov": false}),
            &default,
            Refuted,
            email,
            None,
            NONE,
        ),
        (
            "distributed groups",
            json!({"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {}}}),
            &default,
            Unstated,
            upn,
            None,
            (TooMany, ""),
        ),
        (
            "groups in the implicit flow",
            json!({"hasgroups": true, "roles": roles}),
            &default,
            Unstated,
            upn,
            None,
            (TooMany, ""),
        ),
        (
            "groups and marker",
            json!({"hasgroups": "true", "groups": guid}),
            &default,
            Unstated,
            upn,
            None,
            (TooMany, ""),
        ),
        (
            "no marker after all",
            json!({"hasgroups": "false", "groups": guid}),
            &default,
            Unstated,
            upn,
            Some(guid),
            (KnownName, "groups"),
        ),
        (
            "app roles instead, as is advised",
            json!({"_claim_names": {"groups": "src1"}, "roles": roles}),
            &of_roles,
            Unstated,
            upn,
            Some(roles),
            configured,
        ),
        (
            "too many roles",
            json!({"_claim_names": {"roles": "src1"}, "roles": roles}),
            &of_roles,
            Unstated,
            upn,
            None,
            (TooMany, ""),
        ),
    ] {
        let wanted = Wanted {
            who,
            person: ["ann@acme.test", "-", "-", "Ann Ash"],
            groups,
            matches: [of_email, NONE, NONE, (KnownName, "name"), of_groups],
        };
        oidc(&base(&more), names, verified, &wanted);
    }
    oidc(
        &json!({"sub": "1", "upn": "ann@acme.test", "unique_name": "ACME\\ann"}),
        &AttributeNames::default(),
        Unstated,
        &Wanted {
            who: "AD FS",
            person: ["ann@acme.test", "-", "-", "-"],
            groups: None,
            matches: [(SignInName, "upn"), NONE, NONE, NONE, NONE],
        },
    );
}

#[test]
fn keycloak_authentik_and_zitadel_over_openid_connect() {
    let keycloak = json!({"sub": "1", "email": "ann@acme.test", "email_verified": true,
        "name": "Ann Ash", "given_name": "Ann", "family_name": "Ash", "preferred_username": "ann",
        "groups": ["/devops"], "realm_access": {"roles": ["offline_access"]},
        "resource_access": {"my.app": {"roles": ["editor"]}, "my": {"app": 1}}});
    for (configured, groups) in [
        (None, "/devops"),
        (Some("realm_access.roles"), "offline_access"),
        (Some("resource_access.my.app.roles"), "editor"),
    ] {
        let names =
            AttributeNames { groups: configured.map(str::to_owned), ..AttributeNames::default() };
        let of_groups = configured.map_or((KnownName, "groups"), |name| (Why::Configured, name));
        oidc(
            &keycloak,
            &names,
            Verified,
            &Wanted {
                who: "Keycloak",
                person: ANN,
                groups: Some(&[groups]),
                matches: [
                    (KnownName, "email"),
                    (KnownName, "given_name"),
                    (KnownName, "family_name"),
                    (KnownName, "name"),
                    of_groups,
                ],
            },
        );
    }
    let roles = "urn:zitadel:iam:org:project:roles";
    let own = "urn:zitadel:iam:org:project:7:roles";
    let mut zitadel = json!({"sub": "1", "email": "ann@acme.test", "email_verified": true,
        "name": "Ann Ash", "given_name": "Ann", "family_name": "Ash"});
    for (name, value, of_groups) in [
        (roles, json!({"admin": {"7": "acme.test"}, "user": {}}), (KnownName, roles)),
        (roles, json!([{"admin": {"7": "acme.test"}}, {"user": {}}]), (KnownName, roles)),
        (own, json!({"admin": {"7": "acme.test"}, "user": {}}), (Normalised, own)),
    ] {
        zitadel.as_object_mut().unwrap().remove(roles);
        zitadel[name] = value;
        oidc(
            &zitadel,
            &AttributeNames::default(),
            Verified,
            &Wanted {
                who: "Zitadel",
                person: ANN,
                groups: Some(&["admin", "user"]),
                matches: [
                    (KnownName, "email"),
                    (KnownName, "given_name"),
                    (KnownName, "family_name"),
                    (KnownName, "name"),
                    of_groups,
                ],
            },
        );
    }
    oidc(
        &json!({"sub": "1", "email": "ann@acme.test", "email_verified": false, "name": "Ann Ash",
            "given_name": "Ann Ash", "preferred_username": "ann", "nickname": "ann", "groups": []}),
        &AttributeNames::default(),
        Refuted,
        &Wanted {
            who: "authentik",
            person: ["ann@acme.test", "Ann Ash", "-", "Ann Ash"],
            groups: Some(&[]),
            matches: [
                (KnownName, "email"),
                (KnownName, "given_name"),
                NONE,
                (KnownName, "name"),
                (KnownName, "groups"),
            ],
        },
    );
}
