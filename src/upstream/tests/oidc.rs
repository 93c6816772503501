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
    let ops: Option<&[&str]> = Some(&["Ops"]);
    let namespaced = "https://acme.test/roles";
    for (sent, groups, of_groups) in [
        // Okta, OneLogin, PingOne with one group.
        (json!({"groups": ["Ops"]}), ops, (KnownName, "groups")),
        (json!({"groups": "Ops"}), ops, (KnownName, "groups")),
        // Google.
        (json!({"hd": "acme.test"}), None, NONE),
        // Auth0, JumpCloud, Cognito.
        (json!({namespaced: ["Ops"]}), ops, (Normalised, namespaced)),
        (json!({"memberOf": ["Ops"]}), ops, (KnownName, "memberOf")),
        (json!({"cognito:groups": ["Ops"]}), ops, (Normalised, "cognito:groups")),
    ] {
        whole(&sent, None, (groups, of_groups));
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

/// Somebody at Entra ID: what is sent beside the usual, and the groups expected of it.
fn entra(more: &Value, of: (&str, EmailVerified), configured: Option<&str>, groups: OfGroups<'_>) {
    let mut claims = json!({"sub": "pairwise", "tid": "t", "oid": "o", "name": "Ann Ash",
        "preferred_username": "ann@acme.test"});
    claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let names =
        AttributeNames { groups: configured.map(str::to_owned), ..AttributeNames::default() };
    let (email, verified) = of;
    let of_email = if email == "email" { KnownName } else { SignInName };
    let wanted = Wanted {
        who: &more.to_string(),
        person: ["ann@acme.test", "-", "-", "Ann Ash"],
        groups: groups.0,
        matches: [(of_email, email), NONE, NONE, (KnownName, "name"), groups.1],
    };
    oidc(&claims, &names, verified, &wanted);
}

/// The groups, and where they are from.
type OfGroups<'a> = (Option<&'a [&'a str]>, (Why, &'a str));

const UPN: (&str, EmailVerified) = ("preferred_username", Unstated);
const GUID: &[&str] = &["11111111-0000-0000-0000-000000000000"];
const TOO_MANY: OfGroups<'static> = (None, (TooMany, ""));

#[test]
fn entra_over_openid_connect() {
    entra(&json!({}), UPN, None, (None, NONE));
    let of_guid = (Some(GUID), (KnownName, "groups"));
    let sent = json!({"email": "ann@acme.test", "groups": GUID});
    entra(&sent, ("email", Unstated), None, of_guid);
    // Whether the tenant owns the domain.
    for (owned, verified) in [(json!(1), Verified), (json!(true), Verified), (json!(0), Refuted)] {
        let sent = json!({"email": "ann@acme.test", "xms_edov": owned});
        entra(&sent, ("email", verified), None, (None, NONE));
    }
    for sent in [
        json!({"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {}}}),
        json!({"hasgroups": true, "roles": ["admin"]}),
        json!({"hasgroups": "true", "groups": GUID}),
    ] {
        entra(&sent, UPN, None, TOO_MANY);
        entra(&sent, UPN, Some("groups"), TOO_MANY);
    }
    entra(&json!({"hasgroups": "false", "groups": GUID}), UPN, None, of_guid);
    // App roles instead, as is advised.
    let roles = json!({"_claim_names": {"groups": "src1"}, "roles": ["admin"]});
    entra(&roles, UPN, Some("roles"), (Some(&["admin"]), (Why::Configured, "roles")));
    let roles = json!({"_claim_names": {"roles": "src1"}, "roles": ["admin"]});
    entra(&roles, UPN, Some("roles"), TOO_MANY);
}

#[test]
fn adfs_over_openid_connect() {
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

/// A person of whom everything is sent, verified, and what is read of it with these groups.
fn whole(more: &Value, configured: Option<&str>, groups: OfGroups<'_>) {
    let mut claims = json!({"sub": "1", "email": "ann@acme.test", "email_verified": true,
        "name": "Ann Ash", "given_name": "Ann", "family_name": "Ash", "preferred_username": "ann"});
    claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let names =
        AttributeNames { groups: configured.map(str::to_owned), ..AttributeNames::default() };
    let wanted = Wanted {
        who: &more.to_string(),
        person: ANN,
        groups: groups.0,
        matches: [
            (KnownName, "email"),
            (KnownName, "given_name"),
            (KnownName, "family_name"),
            (KnownName, "name"),
            groups.1,
        ],
    };
    oidc(&claims, &names, Verified, &wanted);
}

#[test]
fn keycloak_over_openid_connect() {
    let sent = json!({"groups": ["/devops"], "realm_access": {"roles": ["offline_access"]},
        "resource_access": {"my.app": {"roles": ["editor"]}, "my": {"app": 1}}});
    whole(&sent, None, (Some(&["/devops"]), (KnownName, "groups")));
    for (path, group) in
        [("realm_access.roles", "offline_access"), ("resource_access.my.app.roles", "editor")]
    {
        whole(&sent, Some(path), (Some(&[group]), (Why::Configured, path)));
    }
}

#[test]
fn zitadel_over_openid_connect() {
    let roles: Option<&[&str]> = Some(&["admin", "user"]);
    let every = "urn:zitadel:iam:org:project:roles";
    let own = "urn:zitadel:iam:org:project:7:roles";
    let object = json!({"admin": {"7": "acme.test"}, "user": {}});
    let list = json!([{"admin": {"7": "acme.test"}}, {"user": {}}]);
    whole(&json!({every: object}), None, (roles, (KnownName, every)));
    whole(&json!({every: list}), None, (roles, (KnownName, every)));
    whole(&json!({own: object}), None, (roles, (Normalised, own)));
    // A shape that is not understood is not "no roles".
    whole(&json!({"roles": [{"name": "admin"}]}), None, (None, NONE));
}

#[test]
fn authentik_over_openid_connect() {
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
