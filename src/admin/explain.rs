//! Explaining an answer on the host: one that somebody has in a file, or one that was captured.

use super::access::Access;
use super::advice::{self, AdviceItem};
use super::error::AdminError;
use super::replay::{self, ReplayItem, Which};
use super::shown::Shown;
use crate::hub::Hub;
use crate::model::capture::{Capture, Message};
use crate::model::code::Code;
use crate::model::connection::{Connection, Protocol, Revision};
use crate::model::id::ConnectionId;
use crate::model::time::Millis;
use crate::store::connections;
use crate::upstream::from_file;
use crate::upstream::replay::Judgement;

pub use crate::upstream::from_file::LONGEST;

/// What became of an answer, and what to do about it.
#[derive(Debug)]
pub struct Explanation {
    /// The connection's name and what it speaks.
    pub connection: String,
    /// What was checked.
    pub judged: ReplayItem,
    /// What happened, in a sentence, when it is refused.
    pub happened: Option<&'static str>,
    /// What to change in the provider's console, where that would help.
    pub advice: Option<AdviceItem>,
    /// From when until when (RFC 3339) the signed part holds, where it says so and the clock
    /// that was judged by is outside.
    pub in_time: Option<(String, String)>,
}

/// Why nothing was explained.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// The input is wrong: which, and what to give.
    #[error("{0}")]
    Input(String),
    /// Something else stands in the way.
    #[error(transparent)]
    Admin(#[from] AdminError),
}

/// Judges the answer in `bytes` against a connection, as of `at`. Without `which` that is the
/// live revision, or the draft where none is live. Nothing is kept.
///
/// # Errors
/// When the bytes are no answer, or the connection is not there or cannot judge it.
pub async fn file(
    hub: &Hub,
    connection: &str,
    which: Option<Which>,
    bytes: &[u8],
    at: Millis,
) -> Result<Explanation, ExplainError> {
    let capture = from_file::read(bytes, at).map_err(|why| ExplainError::Input(why.to_owned()))?;
    let nobody = || {
        let text =
            "--connection: there is no connection with this id; GET /api/v1/connections lists them";
        ExplainError::Input(text.to_owned())
    };
    let id = ConnectionId::try_from(connection).map_err(|_| nobody())?;
    let found = super::read(hub.clone(), Access::on_host(), move |act| {
        let Some(connection) = connections::find(act.tx, &id)? else { return Ok(None) };
        let usual = if connection.live.is_some() { Which::Live } else { Which::Draft };
        let which = which.unwrap_or(usual);
        let revision = replay::revision(act.tx, &connection, which)?;
        Ok(Some((connection, which, revision)))
    });
    let (connection, which, revision) = found.await?.ok_or_else(nobody)?;
    same_protocol(&connection, &capture)?;
    let prepared = replay::prepare(&revision.config)?;
    let judgement = replay::judge(hub, &connection.id, prepared, capture.clone()).await?;
    let item = replay::show(&judgement, (which, &revision), &capture, Shown::Revealed);
    explain(hub, (connection, revision), judgement, item).await
}

/// Judges the captured message of an attempt, which is noted in the audit trail.
///
/// # Errors
/// When there is no such attempt, no message of it is kept, or the revision cannot judge it.
pub async fn attempt(
    hub: &Hub,
    reference: &str,
    which: Which,
) -> Result<Explanation, ExplainError> {
    let done = replay::run(hub, &Access::on_host(), reference.to_owned(), which).await;
    let done = match done {
        Err(AdminError::NotFound) => {
            let text = "--attempt: there is no attempt with this reference";
            return Err(ExplainError::Input(text.to_owned()));
        }
        done => done?,
    };
    explain(hub, (done.connection, done.revision), done.judgement, done.item).await
}

fn same_protocol(connection: &Connection, capture: &Capture) -> Result<(), ExplainError> {
    let (spoken, held) = match (connection.protocol, &capture.message) {
        (Protocol::Saml, Message::Oidc { .. }) => ("SAML", "an ID token"),
        (Protocol::Oidc, Message::Saml { .. }) => ("OpenID Connect", "a SAML response"),
        _ => return Ok(()),
    };
    let text = format!("--connection: this connection speaks {spoken}, but the file holds {held}");
    Err(ExplainError::Input(text))
}

async fn explain(
    hub: &Hub,
    (connection, revision): (Connection, Revision),
    judgement: Judgement,
    judged: ReplayItem,
) -> Result<Explanation, ExplainError> {
    let Judgement { code, window, .. } = judgement;
    let name = format!("{} ({})", connection.name, speaks(connection.protocol));
    let advice = match code {
        None => None,
        Some(code) => {
            super::read(hub.clone(), Access::on_host(), move |act| {
                advice::told(act, &connection, &revision.config, code)
            })
            .await?
        }
    };
    let outside = window.and_then(|window| {
        let (from, until) = window.holds()?;
        (!(from..until).contains(&window.judged_at)).then_some((from, until))
    });
    Ok(Explanation {
        connection: name,
        judged,
        happened: code.map(Code::sentence),
        advice,
        in_time: outside.map(|(from, until)| (from.rfc3339(), until.rfc3339())),
    })
}

const fn speaks(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Saml => "SAML",
        Protocol::Oidc => "OpenID Connect",
    }
}
