//! What apps are told of a person.
//!
//! `amr` is told where we saw the person authenticate ourselves; what an identity provider
//! did is not ours to claim, nor is an `acr`. `roles` are left out until there are roles.

use serde_json::{Map, Value, json};

use crate::broker::Who;
use crate::model::answers::is_field_name;
use crate::model::app::App;
use crate::model::session::Method;
use crate::model::user::{EmailVerified, Groups};

/// The claims of ID token and userinfo alike.
pub(super) fn of(who: Who<'_>, app: &App, scopes: &[String]) -> Map<String, Value> {
    let (session, user) = (who.session(), who.user());
    let mut claims = Map::new();
    let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    put("sub", json!(user.id));
    put("sid", json!(session.id));
    put("auth_time", json!(session.authenticated_at.seconds()));
    put("org_id", json!(who.organization().id));
    put("org_name", json!(who.organization().name));
    match &session.method {
        Method::Upstream { connection } => put("idp", json!(connection)),
        Method::OwnerPassword | Method::Password => put("amr", json!(["pwd"])),
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
        said_by_themselves(who, &mut claims);
    }
    // Unknown groups are not empty groups: then nothing is said.
    if let (true, Groups::Known(groups)) = (app.groups_claim, &profile.groups) {
        claims.insert("groups".to_owned(), json!(groups));
    }
    claims
}

/// What people told of themselves because their organization asks for it, under the names of
/// the fields: only where their provider says nothing, and never a claim that tells who
/// somebody is or what they may do.
fn said_by_themselves(who: Who<'_>, claims: &mut Map<String, Value>) {
    for field in &who.organization().settings.required_fields {
        let Some(answer) = who.user().answers.get(&field.name) else { continue };
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
