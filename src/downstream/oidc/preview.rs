//! What apps would be told of somebody a test would have let in.

use serde_json::{Map, Value};

use super::claims;
use crate::broker::Supposed;
use crate::model::app::App;
use crate::model::tested::AppReport;
use crate::store::{Page, StoreError, Tx, apps};
use crate::wire::oauth::scope;

/// Apps looked at for one report.
const LOOKED_AT: i64 = 200;
/// Drawn at a real sign-in only.
const DRAWN: [&str; 2] = ["sid", "auth_time"];

/// What each app open to the person would be told, all scopes asked for: by the function that
/// makes tokens. Nothing when they would not have been let in.
///
/// # Errors
/// A database error.
pub fn told(tx: &Tx<'_>, supposed: &Supposed) -> Result<Vec<AppReport>, StoreError> {
    let Some(facts) = supposed.facts() else { return Ok(Vec::new()) };
    let scopes = scope::KNOWN.map(str::to_owned);
    let open = |app: &App| !app.disabled && facts.may_use(app).is_ok();
    let apps = apps::list(tx, &Page::first(LOOKED_AT))?;
    let one = |app: App| {
        let mut claims: Map<String, Value> = claims::of(facts, &app, &scopes);
        claims.retain(|name, _| !DRAWN.contains(&name.as_str()));
        if supposed.user().is_none() {
            claims.remove("sub");
        }
        AppReport { app: app.id, name: app.name, claims }
    };
    Ok(apps.into_iter().filter(open).map(one).collect())
}
