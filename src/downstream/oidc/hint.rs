//! An ID token of ours, brought back to say whom a request is about.

use serde_json::Value;

use crate::keys::ring::Ring;
use crate::model::id::{AppId, SessionId, UserId};
use crate::model::session::Session;

/// Whom an ID token of ours names. Its end does not matter (OpenID Connect Core section
/// 3.1.2.1, RP-Initiated Logout section 2): it says who was signed in, not who is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The app it was given to.
    pub app: AppId,
    /// The person.
    pub user: UserId,
    /// The session.
    pub session: Option<SessionId>,
}

impl Hint {
    /// Reads a token; `None` when we did not sign it or it is not for one app.
    pub fn read(ring: &Ring, issuer: &str, token: &str) -> Option<Self> {
        let claims = ring.verify_own(token, "JWT")?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        if text("iss") != Some(issuer) {
            return None;
        }
        Some(Self {
            app: AppId::try_from(text("aud")?).ok()?,
            user: UserId::try_from(text("sub")?).ok()?,
            session: text("sid").and_then(|sid| SessionId::try_from(sid).ok()),
        })
    }

    /// Whether it names the person of this session.
    pub fn names(&self, session: &Session) -> bool {
        self.session.as_ref() == Some(&session.id) || self.user == session.user
    }
}
