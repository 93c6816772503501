//! Claims as received: flat, bounded, without what belongs to the protocol.

use serde_json::Value;

use crate::model::connection::AttributeNames;
use crate::model::user::Received;
use crate::upstream::attributes;
use crate::wire::jose::jws::Claims;

/// Most claims kept.
const MAX_CLAIMS: usize = 200;
/// Longest name and longest value kept, in bytes; longer ones are left out whole, because
/// half a value is another value.
const MAX_NAME: usize = 256;
const MAX_VALUE: usize = 4_096;
/// Most values kept of one claim.
const MAX_VALUES: usize = 5_000;

/// Claims about the token rather than the person. `_claim_sources` may hold access tokens.
const PROTOCOL: [&str; 17] = [
    "iss",
    "aud",
    "azp",
    "exp",
    "iat",
    "nbf",
    "jti",
    "nonce",
    "at_hash",
    "c_hash",
    "s_hash",
    "rh",
    "uti",
    "aio",
    "ver",
    "_claim_names",
    "_claim_sources",
];

/// Takes over what `claims` say that `received` does not have yet. A claim inside another is
/// taken over when `names` names its path.
pub(in crate::upstream) fn receive(
    received: &mut Received,
    claims: &Claims,
    names: &AttributeNames,
) {
    // Before the claims themselves: who had the first word on the outer one has it here too.
    for path in names.all().filter(|name| name.contains('.')) {
        if let Some((outer, value)) = nested(claims, path)
            && !PROTOCOL.contains(&outer)
            && !received.contains_key(outer)
            && !received.contains_key(path)
            && path.len() <= MAX_NAME
            && received.len() < MAX_CLAIMS
            && let Some(values) = values(path, value)
        {
            received.insert(path.to_owned(), values);
        }
    }
    for (name, value) in claims {
        if received.len() >= MAX_CLAIMS {
            return;
        }
        let wanted = !PROTOCOL.contains(&name.as_str())
            && (1..=MAX_NAME).contains(&name.len())
            && !received.contains_key(name);
        if !wanted {
            continue;
        }
        if let Some(values) = values(name, value) {
            received.insert(name.clone(), values);
        }
    }
}

/// The claim at a path such as `resource_access.app.roles`, and the claim that holds it.
/// Names may have dots themselves, and a claim of the whole name stands before its path.
fn nested<'a>(claims: &'a Claims, path: &'a str) -> Option<(&'a str, &'a Value)> {
    if claims.contains_key(path) {
        return None;
    }
    splits(path).find_map(|(outer, rest)| Some((outer, within(claims.get(outer)?, rest)?)))
}

/// Each place inside is looked at once at most, for a place and what is left of the path
/// belong together.
fn within<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    let members = value.as_object()?;
    let deeper = |(name, rest)| within(members.get(name)?, rest);
    members.get(path).or_else(|| splits(path).find_map(deeper))
}

fn splits(path: &str) -> impl Iterator<Item = (&str, &str)> {
    path.match_indices('.').map(|(at, _)| (&path[..at], &path[at + 1..]))
}

/// `None` when the claim says nothing, or nothing that could be kept: of groups that would be
/// another statement than none.
fn values(name: &str, value: &Value) -> Option<Vec<String>> {
    let said: Vec<String> = match value {
        // A null is a statement only where a claim's presence is one.
        Value::Null if matches!(name, "email_verified" | "xms_edov") => vec!["null".to_owned()],
        Value::Array(items) => items.iter().flat_map(item).take(MAX_VALUES).collect(),
        Value::Object(members) => roles(members)?.into_iter().take(MAX_VALUES).collect(),
        single => vec![scalar(single)?],
    };
    let any = !said.is_empty() || matches!(value, Value::Array(items) if !items.is_empty());
    let kept: Vec<String> = said.into_iter().filter(|text| text.len() <= MAX_VALUE).collect();
    (!any || !kept.is_empty()).then_some(kept)
}

/// One member of a list: a text, or roles (Zitadel sends a list of role objects too).
fn item(value: &Value) -> Vec<String> {
    match value {
        Value::Object(members) => roles(members).unwrap_or_default(),
        other => scalar(other).into_iter().collect(),
    }
}

/// Zitadel's roles: the keys are the roles, what they hold says where. `None` for any other
/// object (an address), whose keys are no roles.
fn roles(members: &serde_json::Map<String, Value>) -> Option<Vec<String>> {
    let role = |value: &Value| matches!(value, Value::Object(_) | Value::Bool(_));
    let held = members.iter().filter(|(_, value)| **value != Value::Bool(false));
    members.values().all(role).then(|| held.map(|(name, _)| name.clone()).collect())
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether the provider left the groups out because they are too many (Entra ID: distributed
/// claims, OpenID Connect Core section 5.6.2, or `hasgroups`).
pub(in crate::upstream) fn groups_overage(claims: &Claims, names: &AttributeNames) -> bool {
    let elsewhere = |name: &str| {
        claims
            .get("_claim_names")
            .and_then(Value::as_object)
            .is_some_and(|names| names.keys().any(|key| key.eq_ignore_ascii_case(name)))
    };
    // What is not plainly a no is a marker: with one, no list is whole.
    let marked = match claims.get("hasgroups") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => !text.trim().eq_ignore_ascii_case("false"),
        Some(_) => true,
    };
    names.groups.as_deref().is_some_and(elsewhere)
        || (attributes::speaks_of_groups(names) && (marked || elsewhere("groups")))
}

#[cfg(test)]
#[path = "claims_tests.rs"]
mod tests;
