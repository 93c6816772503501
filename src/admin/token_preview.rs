//! What an app would be told of a person: who may ask, and how the answer looks.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::error::AdminError;
use super::input::Problems;
use super::{Act, Scope};
use crate::model::code::Code;
use crate::model::id::{AppId, ConnectionId, UserId};
use crate::store::{apps, connections, users};

/// Most scopes asked for.
const SCOPES: usize = 20;

/// Whose token is to be shown.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenPreviewInput {
    /// The person.
    pub user: String,
    /// The connection they would come through; absent for the one they last came to be known
    /// by, else the owner's door.
    #[serde(default)]
    pub connection: Option<String>,
    /// The scopes the app would ask for; absent for openid, email and profile.
    #[serde(default)]
    pub scopes: Option<Vec<String>>,
}

/// Why the person would not get into the app.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TokenRefusal {
    /// The reason code.
    #[schema(example = "app_role_missing")]
    pub code: &'static str,
    /// What the person would read.
    pub sentence: &'static str,
}

/// What the app would receive.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TokenPreview {
    /// The app.
    pub app: String,
    /// The person.
    pub user: String,
    /// The claims of the ID token, as of their last sign-in; null when nobody could sign in so.
    #[schema(value_type = Option<Object>)]
    pub claims: Option<Value>,
    /// Claims each token has of its own: they are not shown.
    pub varies: Vec<&'static str>,
    /// Why they would be refused; null when they would get in.
    pub refused: Option<TokenRefusal>,
}

/// What was asked for, checked.
#[derive(Debug, Clone)]
pub struct TokenQuestion {
    /// The app.
    pub app: AppId,
    /// The person.
    pub user: UserId,
    /// The connection they would come through.
    pub connection: Option<ConnectionId>,
    /// Scopes granted.
    pub scopes: Vec<String>,
}

/// Checks who may ask: whoever the person is within reach of, of an app their organization may
/// use.
///
/// # Errors
/// `NotFound`, `Invalid`.
pub fn ask(
    act: &Act<'_>,
    app: &AppId,
    input: &TokenPreviewInput,
) -> Result<TokenQuestion, AdminError> {
    let found = apps::find(act.tx, app)?.ok_or(AdminError::NotFound)?;
    if let Scope::Organization(own) = act.access.scope()
        && !found.admits(own)
    {
        return Err(AdminError::NotFound);
    }
    let mut problems = Problems::default();
    let user = match UserId::try_from(input.user.as_str()) {
        Ok(id) => users::find(act.tx, &id)?
            .filter(|user| act.access.reaches(Some(&user.organization)).is_ok()),
        Err(_) => None,
    };
    if user.is_none() {
        problems.add("user", "give the id of a person who is there");
    }
    let connection = match (&input.connection, &user) {
        (Some(text), Some(user)) => {
            let found = match ConnectionId::try_from(text.as_str()) {
                Ok(id) => connections::find(act.tx, &id)?
                    .filter(|connection| connection.organization == user.organization),
                Err(_) => None,
            };
            if found.is_none() {
                problems.add("connection", "give the id of a connection of their organization");
            }
            found.map(|connection| connection.id)
        }
        _ => None,
    };
    let usual = || ["openid", "email", "profile"].map(str::to_owned).to_vec();
    let scopes = input.scopes.clone().unwrap_or_else(usual);
    if scopes.len() > SCOPES {
        problems.add("scopes", format!("give at most {SCOPES} scopes"));
    }
    problems.done()?;
    let user = user.ok_or(AdminError::NotFound)?.id;
    Ok(TokenQuestion { app: app.clone(), user, connection, scopes })
}

impl TokenPreview {
    /// The answer.
    pub fn of(
        asked: &TokenQuestion,
        claims: Option<Value>,
        varies: Vec<&'static str>,
        refused: Option<Code>,
    ) -> Self {
        Self {
            app: asked.app.to_string(),
            user: asked.user.to_string(),
            claims,
            varies,
            refused: refused
                .map(|code| TokenRefusal { code: code.as_str(), sentence: code.sentence() }),
        }
    }
}
