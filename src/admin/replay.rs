//! Replay: a captured message judged again with the draft, or with what is live, by the clock
//! of then. Nobody is signed in by it, nothing is used up, and the attempt stays as it ended.
//!
//! It works on a disabled connection and on one that never was live, too: nothing goes into
//! use by it, and a connection under repair is what it is for.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::access::Access;
use super::aside::aside;
use super::attempt_item::{CheckItem, show_check};
use super::attempts::kept;
use super::error::{AdminError, Conflict};
use super::received::{self, ProfileItem};
use super::shown::Shown;
use super::{Act, Change, NOTHING, captures, connections};
use crate::hub::Hub;
use crate::model::attempt::Attempt;
use crate::model::capture::Capture;
use crate::model::code::Code;
use crate::model::connection::{Connection, ConnectionConfig, Revision};
use crate::model::id::ConnectionId;
use crate::store;
use crate::upstream::oidc;
use crate::upstream::prepared::Prepared;
use crate::upstream::replay::{self, Judgement};

/// Which of a connection's revisions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// The one being prepared.
    #[default]
    Draft,
    /// The one people sign in through.
    Live,
}

impl Which {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Live => "live",
        }
    }
}

/// What to judge with.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayRequest {
    /// `draft` or `live`; default `draft`.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "draft")]
    pub revision: Which,
}

/// What became of a message that was judged again.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReplayItem {
    /// `passes` or `refused`. About the message alone: whether the person would be let in, and
    /// whether the message was used before, is not asked.
    #[schema(example = "passes")]
    pub outcome: &'static str,
    /// Why it is refused.
    pub code: Option<&'static str>,
    /// What was checked, in order; personal values are masked.
    pub checks: Vec<CheckItem>,
    /// The person as read from it, masked; null where it could not be read.
    pub profile: Option<ProfileItem>,
    /// What it was judged with.
    pub judged_with: ReplayedWith,
    /// The clock it was judged by: that of then (RFC 3339).
    pub judged_as_of: String,
}

/// The revision a message was judged with.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReplayedWith {
    /// `draft` or `live`.
    #[schema(value_type = String, example = "draft")]
    pub revision: Which,
    /// Its identifier.
    pub id: String,
}

/// Judges the captured message of an attempt again. The network may be asked for an OpenID
/// Provider's keys; no transaction is open then. Leaves an audit row and nothing else.
///
/// # Errors
/// `NotFound`; `Conflict` when no message is kept, or the revision is missing or cannot be used.
pub async fn replay(
    hub: &Hub,
    access: &Access,
    reference: String,
    which: Which,
) -> Result<ReplayItem, AdminError> {
    Ok(run(hub, access, reference, which).await?.item)
}

/// A replay with what it was made of.
pub(super) struct Done {
    pub connection: Connection,
    pub revision: Revision,
    pub judgement: Judgement,
    pub item: ReplayItem,
}

/// A replay.
///
/// # Errors
/// As [`replay`].
pub(super) async fn run(
    hub: &Hub,
    access: &Access,
    reference: String,
    which: Which,
) -> Result<Done, AdminError> {
    let found = super::read(hub.clone(), access.clone(), move |act| gather(act, &reference, which));
    let Gathered { attempt, connection, revision, capture } = found.await?;
    let prepared = prepare(&revision.config)?;
    let judgement = judge(hub, &connection.id, prepared, capture.clone()).await?;
    let item = show(&judgement, (which, &revision), &capture, Shown::Masked);
    let (outcome, code) = (item.outcome, item.code);
    let noted = Noted { revision: which, id: item.judged_with.id.clone(), outcome, code };
    super::write(hub.clone(), access.clone(), move |act| {
        let change = Change {
            action: "attempt.replay",
            organization: attempt.organization.as_ref(),
            subject: attempt.id.as_str(),
        };
        act.note(&change, NOTHING, Some(&noted))
    })
    .await?;
    Ok(Done { connection, revision, judgement, item })
}

/// What the audit trail keeps of a replay.
#[derive(Serialize)]
struct Noted {
    revision: Which,
    id: String,
    outcome: &'static str,
    code: Option<&'static str>,
}

struct Gathered {
    attempt: Attempt,
    connection: Connection,
    revision: Revision,
    capture: Capture,
}

fn gather(act: &Act<'_>, reference: &str, which: Which) -> Result<Gathered, AdminError> {
    let attempt = kept(act, reference)?;
    let none = || AdminError::Conflict(Conflict::NoCapture);
    let connection = attempt.connection.as_ref().ok_or_else(none)?;
    let capture = captures::find(act, &attempt.id)?.ok_or_else(none)?;
    let connection = connections::kept(act, connection)?;
    let revision = revision(act.tx, &connection, which)?;
    Ok(Gathered { attempt, connection, revision, capture })
}

/// A revision of a connection.
///
/// # Errors
/// `Conflict` when there is none.
pub(super) fn revision(
    tx: &store::Tx<'_>,
    connection: &Connection,
    which: Which,
) -> Result<Revision, AdminError> {
    let (id, none) = match which {
        Which::Draft => (&connection.draft, Conflict::NoDraft),
        Which::Live => (&connection.live, Conflict::NotLive),
    };
    let found = match id {
        Some(id) => store::connections::revision(tx, id)?,
        None => None,
    };
    found.ok_or(AdminError::Conflict(none))
}

/// A configuration that can judge. A client secret is not needed for it: nobody is called who
/// wants one.
///
/// # Errors
/// `Conflict` when values are missing or cannot be used.
pub(super) fn prepare(config: &ConnectionConfig) -> Result<Prepared, AdminError> {
    let missing: Vec<_> =
        config.missing().into_iter().filter(|name| *name != "client_secret").collect();
    if !missing.is_empty() {
        return Err(AdminError::Conflict(Conflict::Incomplete(missing)));
    }
    let unusable = |why: String| AdminError::Conflict(Conflict::Unusable(why));
    if let ConnectionConfig::Oidc(config) = config {
        oidc::check_config(config).map_err(|error| unusable(error.to_string()))?;
    }
    Prepared::new(config.clone()).map_err(|error| unusable(error.to_string()))
}

/// Judges a message. A SAML response may take a core for a good part of a second, so it waits
/// in line with the large ones of visitors.
///
/// # Errors
/// `Busy` when the line is full.
pub(super) async fn judge(
    hub: &Hub,
    connection: &ConnectionId,
    prepared: Prepared,
    capture: Capture,
) -> Result<Judgement, AdminError> {
    let prepared = match prepared {
        Prepared::Saml(prepared) => prepared,
        Prepared::Oidc(config) => {
            let client = hub.oidc_client();
            return Ok(replay::oidc(&client, connection, &config, &capture).await);
        }
    };
    let (config, connection) = (hub.config.clone(), connection.clone());
    let work = move || replay::saml(&config.public_url, &connection, &prepared, &capture);
    aside(hub, work).await
}

/// What is said of a judgement.
pub(super) fn show(
    judgement: &Judgement,
    (which, revision): (Which, &Revision),
    capture: &Capture,
    shown: Shown,
) -> ReplayItem {
    let checks = judgement.checks.as_slice().iter();
    ReplayItem {
        outcome: if judgement.code.is_none() { "passes" } else { "refused" },
        code: judgement.code.map(Code::as_str),
        checks: checks.map(|check| show_check(check, shown)).collect(),
        profile: judgement.profile.clone().map(|profile| received::profile(profile, shown)),
        judged_with: ReplayedWith { revision: which, id: revision.id.to_string() },
        judged_as_of: capture.judged_at.rfc3339(),
    }
}
