//! The shapes providers send by default, or when set up as our guides say: what is read from
//! them, and why.

mod oidc;
mod saml;

use super::attributes::Reading;
use crate::model::matched::{Field, Why};
use crate::model::user::{Groups, Profile};

/// What was expected of one provider.
struct Wanted<'a> {
    who: &'a str,
    /// E-mail address, first, last and full name; `-` for none.
    person: [&'a str; 4],
    groups: Option<&'a [&'a str]>,
    /// Of each field, why, and the name taken where there is one.
    matches: [(Why, &'a str); 5],
}

fn check(reading: &Reading, wanted: &Wanted<'_>) {
    let Wanted { who, person, groups, matches } = wanted;
    let Profile { email, given_name, family_name, name, .. } = &reading.profile;
    let found = [email, given_name, family_name, name].map(|v| v.as_deref().unwrap_or("-"));
    assert_eq!(found, *person, "{who}");
    let groups = groups.map_or(Groups::Unknown, |groups| {
        Groups::Known(groups.iter().map(|group| (*group).to_owned()).collect())
    });
    assert_eq!(reading.profile.groups, groups, "{who}");
    let found: Vec<_> =
        reading.matches.iter().map(|m| (m.why, m.name.as_deref().unwrap_or(""))).collect();
    assert_eq!(found, matches, "{who}");
    let fields: Vec<_> = reading.matches.iter().map(|m| m.field).collect();
    assert_eq!(fields, Field::ALL[1..], "{who}");
}

const ANN: [&str; 4] = ["ann@acme.test", "Ann", "Ash", "Ann Ash"];
const NONE: (Why, &str) = (Why::NotSent, "");
const TOGETHER: (Why, &str) = (Why::PutTogether, "");
