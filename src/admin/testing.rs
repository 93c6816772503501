//! Test sign-ins: asked for here, run by whoever opens the link, and reported in their attempt.
//! Nobody gets in by one.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::connections::kept_for_setup;
use super::drafts;
use super::error::{AdminError, Conflict};
use super::{Act, Change, NOTHING, Scope};
use crate::model::attempt::{Attempt, LIFETIME, Purpose};
use crate::model::audit::Actor;
use crate::model::connection::Connection;
use crate::model::id::{ConnectionId, RevisionId};
use crate::model::tested::TestOf;
use crate::store::{attempts, connections, organizations};

/// Which of a connection's revisions is tried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tried {
    /// The one being prepared.
    #[default]
    Draft,
    /// The one people sign in through.
    Live,
    /// The one that was live before.
    Previous,
}

impl Tried {
    fn of(self, connection: &Connection) -> Result<RevisionId, Conflict> {
        let (found, none) = match self {
            Self::Draft => (&connection.draft, Conflict::NoDraft),
            Self::Live => (&connection.live, Conflict::NotLive),
            Self::Previous => (&connection.previous, Conflict::NoPrevious),
        };
        found.clone().ok_or(none)
    }
}

/// What to test.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestRequest {
    /// `draft`, `live` or `previous`; default `draft`.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "draft")]
    pub revision: Tried,
}

/// A test that waits for somebody to run it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TestLinkItem {
    /// Open it in any browser, press the button and sign in, as whoever is to test: no account
    /// here is needed. The button works once; who only looks at the address uses nothing up.
    /// Shown only now.
    #[schema(example = "https://sso.example.com/login/test?link=...")]
    pub url: String,
    /// The attempt that holds what comes of it.
    #[schema(example = "1407-amber-otter-lake")]
    pub reference: String,
    /// The revision that is tried.
    pub revision: String,
    /// The test has to be finished by then (RFC 3339).
    pub expires_at: String,
}

/// What the trail keeps of it.
#[derive(Serialize)]
struct Noted<'a> {
    revision: &'a str,
    reference: &'a str,
}

/// Makes a link that runs the real protocol with exactly one revision.
///
/// # Errors
/// `NotFound`; `Conflict` when there is no such revision, it lacks values or cannot be used, or
/// the connection is switched off; `TooOften`.
pub fn begin(
    act: &Act<'_>,
    id: &ConnectionId,
    wanted: &TestRequest,
) -> Result<TestLinkItem, AdminError> {
    let connection = kept_for_setup(act, id)?;
    // Whoever only prepares a connection tries what they prepared.
    if matches!(act.access.scope(), Scope::Connection(..)) && wanted.revision != Tried::Draft {
        return Err(AdminError::Forbidden);
    }
    let revision = wanted.revision.of(&connection).map_err(AdminError::Conflict)?;
    let found = connections::revision(act.tx, &revision)?.ok_or(AdminError::NotFound)?;
    drafts::testable(&found.config)?;
    let organization = organizations::find(act.tx, &connection.organization)?;
    let closed = organization.is_none_or(|of| of.disabled || !of.settings.sso_allowed);
    if connection.disabled || closed {
        return Err(AdminError::Conflict(Conflict::SwitchedOff));
    }
    let (hub, now) = (act.hub, act.now);
    if !hub.bounds.may_test(&connection.organization, now) {
        return Err(AdminError::TooOften);
    }
    let asked_by = match act.access.actor() {
        Actor::SetupLink { id } => Some(id.clone()),
        _ => None,
    };
    let of =
        TestOf { connection: connection.id.clone(), revision: revision.clone(), link: asked_by };
    let (attempt, link) = Attempt::begin(hub.rng.as_ref(), now, Purpose::Test(of), None);
    let attempt = Attempt {
        organization: Some(connection.organization.clone()),
        connection: Some(connection.id.clone()),
        ..attempt
    };
    let reference = attempts::insert_drawing(act.tx, hub.rng.as_ref(), attempt)?;
    let change = Change {
        action: "connection.test",
        organization: Some(&connection.organization),
        subject: connection.id.as_str(),
    };
    let noted = Noted { revision: revision.as_str(), reference: &reference.0 };
    act.note(&change, NOTHING, Some(&noted))?;
    Ok(TestLinkItem {
        url: hub.config.public_url.at(&format!("/login/test?link={}", link.expose())),
        reference: reference.0,
        revision: revision.to_string(),
        expires_at: now.plus(LIFETIME).rfc3339(),
    })
}
