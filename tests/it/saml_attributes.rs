//! What is made of the attributes of an answer, and what the trace can say of it.

use doorward::model::check::{Check, Verdict};
use doorward::model::code::Code;
use doorward::model::connection::GroupSeparator;
use doorward::model::evidence::Evidence;
use doorward::model::user::{Groups, Profile};

use crate::support::forge::{ECDSA_SHA256, Parts, Signer, Signing, World, sign};

/// An attribute in XML.
fn attribute(name: &str, values: &[&str]) -> String {
    let value = |text: &&str| format!("<saml:AttributeValue>{text}</saml:AttributeValue>");
    let values: String = values.iter().map(value).collect();
    format!("<saml:Attribute Name=\"{name}\">{values}</saml:Attribute>")
}

/// What becomes of an answer with these attributes instead of its own.
fn read(world: &World, signer: &Signer, own: &str) -> (Evidence, Vec<Check>, Option<Profile>) {
    let answer = world.answer();
    let (head, rest) = answer.split_once("<saml:AttributeStatement>").unwrap();
    let (_, tail) = rest.split_once("</saml:AttributeStatement>").unwrap();
    let answer = format!("{head}<saml:AttributeStatement>{own}</saml:AttributeStatement>{tail}");
    let xml = sign(&answer, Parts::Assertion, &Signing::by(signer, ECDSA_SHA256));
    match world.finish(&xml) {
        Ok(mut identity) => {
            let (evidence, _) = identity.take_trace();
            let (vouched, _, checks) = identity.into_parts();
            (evidence, checks.as_slice().to_vec(), Some(vouched.profile))
        }
        Err(refusal) => {
            let found = refusal.findings;
            (found.evidence, found.checks.as_slice().to_vec(), None)
        }
    }
}

fn warned<'a>(checks: &'a [Check], name: &str) -> Option<&'a Check> {
    checks.iter().find(|check| check.name == name && check.verdict == Verdict::Warned)
}

#[test]
fn the_trace_says_what_was_taken_from_where() {
    let signer = Signer::p256();
    let world = World::trusting(&[&signer]);
    let own = attribute("User.email", &["ann@acme.test"])
        + &attribute("FirstName", &["Ann"])
        + &attribute("sn", &["Ash"]);
    let (evidence, checks, profile) = read(&world, &signer, &own);
    assert_eq!(evidence.profile, profile);
    let sentences: Vec<_> = evidence.matches.iter().map(|found| found.sentence()).collect();
    assert_eq!(
        sentences,
        [
            "The lasting identity is the NameID.",
            "The e-mail address was taken from User.email, another spelling of a known name.",
            "The first name was taken from FirstName, a known name.",
            "The last name was taken from sn, a known name.",
            "The full name was put together from first and last name.",
            "The groups are not known: what was looked for (groups, group, memberOf, roles) was not sent.",
        ]
    );
    assert!(warned(&checks, "email").is_none());
}

#[test]
fn groups_come_as_elements_values_or_joined() {
    let signer = Signer::p256();
    let mut world = World::trusting(&[&signer]);
    let groups = |world: &World, own: &str| read(world, &signer, own).2.unwrap().groups;
    let known = |list: &[&str]| Groups::Known(list.iter().map(|g| (*g).to_owned()).collect());
    let elements = attribute("Role", &["a"]) + &attribute("Role", &["b"]);
    assert_eq!(groups(&world, &elements), known(&["a", "b"]));
    assert_eq!(groups(&world, &attribute("memberOf", &["a", "b"])), known(&["a", "b"]));
    let joined = attribute("memberOf", &["CN=a,DC=acme;CN=b,DC=acme"]);
    assert_eq!(groups(&world, &joined), known(&["CN=a,DC=acme;CN=b,DC=acme"]));
    world.config.attributes.split_groups = Some(GroupSeparator::Semicolon);
    assert_eq!(groups(&world, &joined), known(&["CN=a,DC=acme", "CN=b,DC=acme"]));
}

#[test]
fn groups_left_out_name_what_to_change() {
    let signer = Signer::p256();
    let mut world = World::trusting(&[&signer]);
    let link = "http://schemas.microsoft.com/claims/groups.link";
    let own = attribute("email", &["ann@acme.test"])
        + &attribute(link, &["https://graph.test"])
        + &attribute("roles", &["admin"]);
    let (_, checks, profile) = read(&world, &signer, &own);
    assert_eq!(profile.unwrap().groups, Groups::Unknown);
    let check = warned(&checks, "groups").unwrap();
    assert!(check.expected.contains("Groups assigned to the application"), "{check:?}");
    // As is advised.
    world.config.attributes.groups = Some("roles".to_owned());
    let (_, checks, profile) = read(&world, &signer, &own);
    assert_eq!(profile.unwrap().groups, Groups::Known(vec!["admin".to_owned()]));
    assert!(warned(&checks, "groups").is_none());
}

#[test]
fn what_is_missing_is_told_with_the_names_that_came() {
    let signer = Signer::p256();
    let mut world = World::trusting(&[&signer]);
    world.config.attributes.email = Some("Login".to_owned());
    let own = attribute("login_mail", &["s3cret"]) + &attribute("upn", &["s3cret"]);
    let (_, checks, profile) = read(&world, &signer, &own);
    assert_eq!(profile.unwrap().email, None);
    let check = warned(&checks, "email").unwrap();
    assert_eq!(check.expected, "Login");
    assert_eq!(check.received, "none; there are: login_mail, upn");
    assert!(!check.personal && !format!("{checks:?}").contains("s3cret"));

    world.config.attributes.subject = Some("uid".to_owned());
    let (_, checks, profile) = read(&world, &signer, &own);
    assert_eq!(profile, None);
    let last = checks.last().unwrap();
    assert_eq!((last.name.as_str(), last.verdict), ("subject", Verdict::Failed));
    assert_eq!(last.received, "absent; there are: login_mail, upn");
    let xml = sign(&world.answer(), Parts::Assertion, &Signing::by(&signer, ECDSA_SHA256));
    assert_eq!(world.finish(&xml).unwrap_err().code, Code::SubjectMissing);
}
