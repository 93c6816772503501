//! What apps are told of a person.
//!
//! `amr` is told where we saw the person authenticate ourselves; what an identity provider
//! did is not ours to claim, nor is an `acr`.

use serde_json::{Map, Value, json};

use crate::broker::Facts;
use crate::model::answers::is_field_name;
use crate::model::app::App;
use crate::model::factor::Factor;
use crate::model::session::Method;
use crate::model::user::{EmailVerified, Groups};

/// Most groups an ID token carries, and most octets of their names: some apps keep the token
/// in a cookie, and some send it back in an address (`id_token_hint`).
const GROUPS: usize = 200;
const GROUPS_SIZE: usize = 8 * 1024;

/// The claims of ID token and userinfo alike, but for groups too many for an ID token.
pub(super) fn of(facts: &Facts, app: &App, scopes: &[String]) -> Map<String, Value> {
    let (session, user) = (&facts.session, &facts.user);
    let mut claims = Map::new();
    let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    put("sub", json!(user.id));
    put("sid", json!(session.id));
    put("auth_time", json!(session.authenticated_at.seconds()));
    put("org_id", json!(facts.organization.id));
    put("org_name", json!(facts.organization.name));
    match &session.method {
        Method::Upstream { connection } => put("idp", json!(connection)),
        Method::OwnerPassword | Method::Password => put("amr", json!(amr(session.second_factor))),
    };
    let granted = |scope: &str| scopes.iter().any(|s| s == scope);
    let profile = &user.profile;
    if let Some(email) = profile.email.as_ref().filter(|_| granted("email")) {
        put("email", json!(email));
        put("email_verified", json!(profile.email_verified == EmailVerified::Verified));
    }
    if granted("profile") {
        for (name, value) in [
            ("name", &profile.name),
            ("given_name", &profile.given_name),
            ("family_name", &profile.family_name),
        ] {
            if let Some(value) = value {
                put(name, json!(value));
            }
        }
    }
    if granted("profile") {
        said_by_themselves(facts, &mut claims);
    }
    if app.settings.roles_claim {
        let names: Vec<&str> = facts.roles.iter().map(|role| role.name.as_str()).collect();
        claims.insert("roles".to_owned(), json!(names));
    }
    // Unknown groups are not empty groups: then nothing is said.
    if let (true, Groups::Known(groups)) = (app.groups_claim, &profile.groups) {
        claims.insert("groups".to_owned(), json!(groups));
    }
    claims
}

/// How somebody with a password authenticated (RFC 8176 section 2). A recovery code is told as a
/// second factor and no more: `otp` stands for the generators of RFC 4226 and RFC 6238, by which
/// apps know that a device was at hand. Whether the key of a passkey lies in hardware (`hwk`) is
/// not known without attestation.
fn amr(second: Option<Factor>) -> Vec<&'static str> {
    match second {
        None => vec!["pwd"],
        Some(Factor::Totp) => vec!["pwd", "otp", "mfa"],
        Some(Factor::RecoveryCode) => vec!["pwd", "mfa"],
        Some(Factor::Passkey) => vec!["pwd", "pop", "mfa"],
    }
}

/// What people told of themselves because their organization asks for it, under the names of
/// the fields: only where their provider says nothing, and never a claim that tells who
/// somebody is or what they may do.
fn said_by_themselves(facts: &Facts, claims: &mut Map<String, Value>) {
    for field in &facts.organization.settings.required_fields {
        let Some(answer) = facts.user.answers.get(&field.name) else { continue };
        let unsaid = match claims.get(&field.name) {
            None => true,
            Some(Value::String(said)) => said.trim().is_empty(),
            Some(_) => false,
        };
        if unsaid && is_field_name(&field.name) {
            claims.insert(field.name.clone(), json!(answer));
        }
    }
}

/// The claims of an ID token: as userinfo's, but where groups are too many it says that they
/// are to be read there (OpenID Connect Core section 5.6.2), never that there are none.
pub(super) fn of_id_token(
    facts: &Facts,
    app: &App,
    scopes: &[String],
    issuer: &str,
) -> Map<String, Value> {
    let mut claims = of(facts, app, scopes);
    let too_many = |groups: &Vec<Value>| {
        let size: usize = groups.iter().filter_map(Value::as_str).map(str::len).sum();
        groups.len() > GROUPS || size > GROUPS_SIZE
    };
    if claims.get("groups").and_then(Value::as_array).is_some_and(too_many) {
        claims.remove("groups");
        let endpoint = format!("{issuer}/oauth2/userinfo");
        claims.insert("_claim_names".to_owned(), json!({ "groups": "userinfo" }));
        claims.insert("_claim_sources".to_owned(), json!({ "userinfo": { "endpoint": endpoint } }));
    }
    claims
}

/// Claims every token has of its own: a preview cannot know them.
pub const OWN: [&str; 7] = ["iat", "exp", "auth_time", "sid", "nonce", "at_hash", "is_new_user"];

/// What an ID token for `app` would say of somebody, but for the claims in [`OWN`]. It is not
/// signed and proves nothing.
pub fn preview(facts: &Facts, app: &App, scopes: &[String], issuer: &str) -> Value {
    let mut claims = of_id_token(facts, app, scopes, issuer);
    claims.insert("iss".to_owned(), json!(issuer));
    claims.insert("aud".to_owned(), json!(app.id));
    claims.retain(|name, _| !OWN.contains(&name.as_str()));
    Value::Object(claims)
}
