//! Capture: switched on for an hour, switched off, and what it kept of an attempt.
//!
//! It is no part of a connection's configuration, so it names no version and counts as no
//! edit: nobody's change goes stale because somebody looks into a failure, and it can be
//! switched off at once.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Act;
use super::connection_item::{self, ConnectionItem};
use super::connections::{item, kept, note};
use super::error::AdminError;
use crate::keys::seal::open_capture;
use crate::model::attempt::Attempt;
use crate::model::capture::{Capture, Exchange, Message, RETENTION, SWITCHED_ON_FOR};
use crate::model::id::{AttemptId, ConnectionId};
use crate::model::time::Millis;
use crate::store::{StoreError, captures, connections};

/// A message that is kept whole.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CaptureItem {
    /// Since when it is kept: the moment at which it was judged (RFC 3339).
    pub captured_at: String,
    /// When it goes (RFC 3339), if its attempt or newer ones do not push it out before.
    pub kept_until: String,
    /// The message itself; null until revealed.
    pub message: Option<MessageItem>,
}

/// A provider's answer as it came.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum MessageItem {
    /// Over SAML.
    Saml {
        /// The response in base64, as posted.
        saml_response: String,
    },
    /// Over OpenID Connect. The code, the access token and our secrets are not kept.
    Oidc {
        /// The ID token, if the token endpoint gave one.
        id_token: Option<String>,
        /// What the userinfo endpoint said, if it was asked and answered with claims.
        #[schema(value_type = Option<Object>)]
        userinfo: Option<Map<String, Value>>,
        /// Who answered, as said beside the code (RFC 9207).
        iss: Option<String>,
        /// Why the provider let nobody in, when it did not.
        error: Option<String>,
        /// The same in its own words.
        error_description: Option<String>,
        /// `id_token`, `failed` or `not_asked`: what the token endpoint made of the code.
        #[schema(example = "id_token")]
        token_endpoint: &'static str,
    },
}

/// Switches capture on for one hour from now; again, for one hour from then.
///
/// # Errors
/// `NotFound`.
pub fn switch_on(act: &Act<'_>, id: &ConnectionId) -> Result<ConnectionItem, AdminError> {
    switch(act, id, "connection.capture_on", Some(act.now.plus(SWITCHED_ON_FOR)))
}

/// Switches capture off. What was captured stays until it runs out.
///
/// # Errors
/// `NotFound`.
pub fn switch_off(act: &Act<'_>, id: &ConnectionId) -> Result<(), AdminError> {
    switch(act, id, "connection.capture_off", None).map(drop)
}

fn switch(
    act: &Act<'_>,
    id: &ConnectionId,
    action: &str,
    until: Option<Millis>,
) -> Result<ConnectionItem, AdminError> {
    let current = kept(act, id)?;
    if current.capture_until.is_none() && until.is_none() {
        return item(act, id, Vec::new());
    }
    let before = connection_item::show(act, &current, Vec::new())?;
    connections::set_capture(act.tx, id, until)?;
    let after = item(act, id, Vec::new())?;
    note(act, action, &current, Some(&before), Some(&after))?;
    Ok(after)
}

/// The message kept of an attempt.
pub(super) fn find(act: &Act<'_>, attempt: &AttemptId) -> Result<Option<Capture>, AdminError> {
    let Some((_, sealed)) = captures::find(act.tx, attempt)? else { return Ok(None) };
    let opened = open_capture(&act.hub.sealer, &sealed);
    let corrupt = |_| StoreError::Corrupt("a captured message does not open");
    Ok(Some(opened.map_err(corrupt)?))
}

/// What is shown of the message kept of `attempt`.
pub(super) fn load(
    act: &Act<'_>,
    attempt: &Attempt,
    revealed: bool,
) -> Result<Option<CaptureItem>, AdminError> {
    let Some((at, _)) = captures::find(act.tx, &attempt.id)? else { return Ok(None) };
    let capture = if revealed { find(act, &attempt.id)? } else { None };
    let message = capture.map(|capture| show(capture.message));
    let kept_until = at.plus(RETENTION).rfc3339();
    Ok(Some(CaptureItem { captured_at: at.rfc3339(), kept_until, message }))
}

fn show(message: Message) -> MessageItem {
    match message {
        Message::Saml { response, .. } => MessageItem::Saml { saml_response: response },
        Message::Oidc { callback, told, .. } => {
            let callback = callback.unwrap_or_default();
            let (id_token, token_endpoint) = match told.exchange {
                Exchange::IdToken(token) => (Some(token), "id_token"),
                Exchange::Failed { .. } => (None, "failed"),
                Exchange::NotAsked => (None, "not_asked"),
            };
            MessageItem::Oidc {
                id_token,
                userinfo: told.userinfo,
                iss: callback.iss,
                error: callback.error,
                error_description: callback.error_description,
                token_endpoint,
            }
        }
    }
}
