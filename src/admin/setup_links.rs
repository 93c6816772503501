//! Set-up links: somebody without an account sets one connection up, in one browser.
//!
//! A link carries its token in the fragment, which no server and no proxy ever sees. The page
//! behind it hands the token over by a form: whoever only looks at the address, as scanners of
//! mail do, opens nothing. The first browser that hands it over has the link from then on, and
//! reaches what [`Scope::Connection`](super::Scope) reaches. It prepares and cannot put into use:
//! whoever runs the organization does that.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::AdminError;
use super::input::Problems;
use super::list::{List, Listed};
use super::trail::{ActorItem, show_actor};
use super::{Act, Change, NOTHING, connections};
use crate::hub::Hub;
use crate::model::audit::{Actor, AuditEvent};
use crate::model::connection::Connection;
use crate::model::id::{AuditId, ConnectionId, SetupLinkId};
use crate::model::secret::{Digest, Secret, equal, random_token};
use crate::model::time::{DAY, Millis};
use crate::store::setup_links::{self, SetupLink};
use crate::store::{StoreError, Tx, audit, connections as rows};

/// Days a link lasts when nobody says how many.
const USUAL_DAYS: u32 = 7;
/// Days a link lasts at most.
const MOST_DAYS: u32 = 14;
/// Links of one connection that could be used at the same time.
const MOST_OPEN: i64 = 10;

/// A set-up link to be made.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSetupLink {
    /// Whom it is for, in your words: a name or an address. Nothing is sent.
    #[serde(default)]
    pub sent_to: Option<String>,
    /// How many days it lasts: 1 to 14, and 7 unless given.
    #[serde(default)]
    pub expires_in_days: Option<u32>,
}

/// A set-up link, without its token.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SetupLinkItem {
    /// Its identifier.
    pub id: String,
    /// The one connection it is for.
    pub connection: String,
    /// Whom it is for.
    pub sent_to: Option<String>,
    /// Who made it.
    pub created_by: ActorItem,
    /// When it was made (RFC 3339).
    pub created_at: String,
    /// It is over by then (RFC 3339).
    pub expires_at: String,
    /// When a browser opened it (RFC 3339); no other can.
    pub opened_at: Option<String>,
    /// When something was first changed by it (RFC 3339).
    pub used_at: Option<String>,
    /// When its holder said that all is done (RFC 3339); it is over since.
    pub finished_at: Option<String>,
    /// When it was revoked (RFC 3339).
    pub revoked_at: Option<String>,
    /// Whether it can be used now.
    pub in_force: bool,
}

/// A new set-up link. Its address is shown this once.
#[derive(Clone, Serialize, ToSchema)]
pub struct SetupLinkMade {
    /// The link.
    #[serde(flatten)]
    pub item: SetupLinkItem,
    /// The address to hand over, whole. Whoever opens it first has the link.
    pub url: String,
}

/// Makes a link for a connection.
///
/// # Errors
/// `NotFound`; `Invalid`, also while too many of the connection can be used.
pub fn create(
    act: &Act<'_>,
    connection: &ConnectionId,
    new: &NewSetupLink,
) -> Result<SetupLinkMade, AdminError> {
    let connection = connections::kept(act, connection)?;
    let mut problems = Problems::default();
    let days = new.expires_in_days.unwrap_or(USUAL_DAYS);
    if !(1..=MOST_DAYS).contains(&days) {
        problems.add("expires_in_days", format!("give a number from 1 to {MOST_DAYS}"));
    }
    let sent_to = new.sent_to.as_deref().map(|text| problems.name("sent_to", text));
    problems.done()?;
    if setup_links::count_open(act.tx, &connection.id, act.now)? >= MOST_OPEN {
        let detail = format!(
            "at most {MOST_OPEN} of one connection can be used at the same time: revoke one first"
        );
        return Err(AdminError::field("body", detail));
    }
    let token = random_token(act.hub.rng.as_ref());
    let link = SetupLink {
        id: SetupLinkId::random(act.hub.rng.as_ref()),
        connection: connection.id.clone(),
        sent_to,
        created_by: act.access.actor().clone(),
        created_at: act.now,
        expires_at: act.now.plus(i64::from(days).saturating_mul(DAY)),
        browser: None,
        opened_at: None,
        seen_at: None,
        used_at: None,
        finished_at: None,
        revoked_at: None,
    };
    setup_links::insert(act.tx, &link, &Digest::of(token.expose().as_bytes()))?;
    let item = show(&link, act.now);
    act.note(&change("setup_link.create", &connection, &link.id), NOTHING, Some(&item))?;
    let url = act.hub.config.public_url.at(&format!("/setup-link#{}", token.expose()));
    Ok(SetupLinkMade { item, url })
}

/// The links of a connection, oldest first.
///
/// # Errors
/// `NotFound`.
pub fn list(
    act: &Act<'_>,
    connection: &ConnectionId,
    list: &List,
) -> Result<Listed<SetupLinkItem>, AdminError> {
    connections::kept(act, connection)?;
    list.read(
        |page| setup_links::list(act.tx, connection, page),
        |row| (row.created_at, row.id.as_str()),
        |row| Ok(show(&row, act.now)),
    )
}

/// Revokes a link; its browser can do nothing more.
///
/// # Errors
/// `NotFound`, also when it is over already.
pub fn revoke(
    act: &Act<'_>,
    connection: &ConnectionId,
    id: &SetupLinkId,
) -> Result<(), AdminError> {
    let connection = connections::kept(act, connection)?;
    let link = setup_links::find(act.tx, id)?
        .filter(|link| link.connection == connection.id && link.in_force(act.now))
        .ok_or(AdminError::NotFound)?;
    setup_links::revoke(act.tx, id, act.now)?;
    let change = change("setup_link.revoke", &connection, id);
    act.note(&change, Some(&show(&link, act.now)), NOTHING)
}

/// The holder of a link says that all is done: the link is over, and whoever runs the
/// organization sees that the draft is ready.
///
/// # Errors
/// `Forbidden` for everybody else.
pub fn finish(act: &Act<'_>) -> Result<(), AdminError> {
    let Actor::SetupLink { id } = act.access.actor() else { return Err(AdminError::Forbidden) };
    let before = setup_links::find(act.tx, id)?.ok_or(AdminError::NotFound)?;
    let connection = connections::kept_for_setup(act, &before.connection)?;
    setup_links::finish(act.tx, id, act.now)?;
    let after = SetupLink { finished_at: Some(act.now), ..before.clone() };
    let change = change("setup_link.finish", &connection, id);
    act.note(&change, Some(&show(&before, act.now)), Some(&show(&after, act.now)))
}

/// Opens a link with its token, in the browser that holds `cookie`, if it was given one before.
/// Gives the value of the cookie the browser is known by from now on; `None` for a token that
/// is none, is over, or was opened by another browser. Which of them is nobody's to know.
///
/// # Errors
/// A database error.
pub async fn open(
    hub: &Hub,
    token: &Secret<String>,
    cookie: Option<Secret<String>>,
) -> Result<Option<Secret<String>>, StoreError> {
    let digest = Digest::of(token.expose().as_bytes());
    let (now, on) = (hub.now(), hub.clone());
    hub.store
        .write(move |tx| {
            let link = setup_links::find_by_token(tx, &digest)?;
            let Some(link) = link.filter(|link| link.in_force(now)) else { return Ok(None) };
            if let Some(own) = &link.browser {
                let held = cookie.filter(|held| {
                    let held = Digest::of(held.expose().as_bytes());
                    equal(own.as_bytes(), held.as_bytes())
                });
                if held.is_some() {
                    setup_links::seen(tx, &link.id, now, false)?;
                }
                return Ok(held);
            }
            let value = random_token(on.rng.as_ref());
            let browser = Digest::of(value.expose().as_bytes());
            if !setup_links::open(tx, &link.id, &browser, now)? {
                return Ok(None);
            }
            opened(tx, &on, now, &link)?;
            Ok(Some(value))
        })
        .await
}

fn opened(tx: &Tx<'_>, hub: &Hub, now: Millis, link: &SetupLink) -> Result<(), StoreError> {
    let organization = rows::find(tx, &link.connection)?.map(|found| found.organization);
    let event = AuditEvent {
        id: AuditId::random(hub.rng.as_ref()),
        at: now,
        actor: Actor::SetupLink { id: link.id.clone() },
        organization,
        action: "setup_link.open".to_owned(),
        subject: link.id.to_string(),
        before: None,
        after: None,
    };
    audit::append(tx, &event)
}

fn change<'c>(action: &'c str, connection: &'c Connection, id: &'c SetupLinkId) -> Change<'c> {
    Change { action, organization: Some(&connection.organization), subject: id.as_str() }
}

fn show(link: &SetupLink, now: Millis) -> SetupLinkItem {
    let at = |moment: Option<Millis>| moment.map(Millis::rfc3339);
    SetupLinkItem {
        id: link.id.to_string(),
        connection: link.connection.to_string(),
        sent_to: link.sent_to.clone(),
        created_by: show_actor(&link.created_by),
        created_at: link.created_at.rfc3339(),
        expires_at: link.expires_at.rfc3339(),
        opened_at: at(link.opened_at),
        used_at: at(link.used_at),
        finished_at: at(link.finished_at),
        revoked_at: at(link.revoked_at),
        in_force: link.in_force(now),
    }
}
