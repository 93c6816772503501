//! Signed-in browsers.

use serde::Serialize;
use utoipa::ToSchema;

use super::error::AdminError;
use super::list::{List, Listed};
use super::{Act, Change, NOTHING};
use crate::model::id::{OrganizationId, SessionId, UserId};
use crate::model::session::{Method, Session};
use crate::store::{sessions, users};

/// A signed-in browser.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SessionItem {
    /// Its identifier; apps see it as `sid`.
    pub id: String,
    /// Who is signed in.
    pub user: String,
    /// The person's organization.
    pub organization: String,
    /// `upstream`, `password` or `owner_password`: how they signed in.
    #[schema(example = "upstream")]
    pub method: &'static str,
    /// The connection that vouched, for `upstream`.
    pub connection: Option<String>,
    /// When the person authenticated (RFC 3339).
    pub authenticated_at: String,
    /// When it was last used, to the minute (RFC 3339).
    pub seen_at: String,
    /// Ends then at the latest (RFC 3339).
    pub expires_at: String,
}

/// The sessions of one organization or person, or all within reach, oldest first.
///
/// # Errors
/// `NotFound` for an organization out of reach.
pub fn list(
    act: &Act<'_>,
    organization: Option<&OrganizationId>,
    user: Option<&UserId>,
    list: &List,
) -> Result<Listed<SessionItem>, AdminError> {
    let organization = act.access.narrow(organization)?;
    list.read(
        |page| sessions::list(act.tx, organization.as_ref(), user, page),
        |row| (row.authenticated_at, row.id.as_str()),
        |row| Ok(show(&row)),
    )
}

/// Ends a session. Whoever has it may sign in again, and their provider has to ask them anew.
///
/// # Errors
/// `NotFound`.
pub fn end(act: &Act<'_>, id: &SessionId) -> Result<(), AdminError> {
    let session = sessions::find(act.tx, id)?.ok_or(AdminError::NotFound)?;
    act.access.reaches(Some(&session.organization))?;
    if let Some(user) = users::find(act.tx, &session.user)? {
        act.access.over(&user)?;
        // Else the provider lets the same browser back in without a word.
        users::access_ended(act.tx, &user.id, act.now)?;
    }
    sessions::end(act.tx, id)?;
    let change = Change {
        action: "session.end",
        organization: Some(&session.organization),
        subject: id.as_str(),
    };
    act.note(&change, Some(&show(&session)), NOTHING)
}

fn show(session: &Session) -> SessionItem {
    let (method, connection) = match &session.method {
        Method::Upstream { connection } => ("upstream", Some(connection.to_string())),
        Method::OwnerPassword => ("owner_password", None),
        Method::Password => ("password", None),
    };
    SessionItem {
        id: session.id.to_string(),
        user: session.user.to_string(),
        organization: session.organization.to_string(),
        method,
        connection,
        authenticated_at: session.authenticated_at.rfc3339(),
        seen_at: session.seen_at.rfc3339(),
        expires_at: session.expires_at.rfc3339(),
    }
}
