//! Table families: the apps of a session, and what they are told when it ends. The rows of a
//! session that ends are made in `sessions`, in the one function that ends them.

use rusqlite::params;

use super::tx::{Row, id};
use super::{StoreError, Tx};
use crate::model::id::{AppId, SessionId, UserId};
use crate::model::logout::{Delivery, DeliveryState};
use crate::model::time::Millis;

/// Most apps looked at in one turn.
const APPS: usize = 1_000;
/// Most deliveries of one session or person that are shown.
const SHOWN: u32 = 1_000;

const NOTE: &str = "INSERT INTO session_apps (session_id, app_id, first_at) VALUES (?1, ?2, ?3) \
     ON CONFLICT (session_id, app_id) DO NOTHING";

/// Notes that an app was given a code in a session, and is to be told when it ends.
///
/// # Errors
/// `Conflict` when session or app is gone.
pub fn note_app(
    tx: &Tx<'_>,
    session: &SessionId,
    app: &AppId,
    now: Millis,
) -> Result<(), StoreError> {
    tx.execute(NOTE, params![session.as_str(), app.as_str(), now.0])?;
    Ok(())
}

const NEXT_APP: &str = "SELECT app_id, next_at FROM logout_deliveries \
     WHERE state = 'pending' AND app_id > ?1 ORDER BY app_id, next_at LIMIT 1";

/// The apps something waits for, with the moment the first of it is due. One step per app,
/// however much waits for it.
///
/// # Errors
/// A database error.
pub fn waiting(tx: &Tx<'_>) -> Result<Vec<(AppId, Millis)>, StoreError> {
    let (mut found, mut after) = (Vec::new(), String::new());
    while found.len() < APPS {
        let next = tx.optional(NEXT_APP, [&after], |row| {
            Ok((id::<AppId>(row, "app_id")?, Millis(row.get("next_at")?)))
        })?;
        let Some((app, due)) = next else { break };
        after = app.to_string();
        found.push((app, due));
    }
    Ok(found)
}

const DUE: &str = "SELECT session_id, app_id, user_id, tries, first_tried_at \
     FROM logout_deliveries WHERE state = 'pending' AND app_id = ?1 AND next_at <= ?2 \
     ORDER BY next_at LIMIT ?3";

/// What is due for an app, longest due first.
///
/// # Errors
/// A database error.
pub fn due(tx: &Tx<'_>, app: &AppId, now: Millis, limit: u32) -> Result<Vec<Delivery>, StoreError> {
    tx.all(DUE, params![app.as_str(), now.0, limit], |row| {
        Ok(Delivery {
            session: id(row, "session_id")?,
            app: id(row, "app_id")?,
            user: id(row, "user_id")?,
            tries: row.get("tries")?,
            first_tried_at: row.get::<_, Option<i64>>("first_tried_at")?.map(Millis),
        })
    })
}

const TRIED: &str = "UPDATE logout_deliveries SET state = ?3, tries = tries + 1, \
     first_tried_at = COALESCE(first_tried_at, ?4), next_at = ?5, finding = ?6, \
     finished_at = ?7 WHERE session_id = ?1 AND app_id = ?2 AND state = 'pending'";

/// What one try at `now` came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// Where the delivery stands.
    pub state: DeliveryState,
    /// When it is tried again, while it is pending.
    pub next_at: Millis,
    /// What went wrong, in words that name no path and no value.
    pub finding: Option<String>,
}

/// Keeps what a try at `now` came to.
///
/// # Errors
/// A database error.
pub fn tried(
    tx: &Tx<'_>,
    delivery: &Delivery,
    now: Millis,
    tried: &Tried,
) -> Result<(), StoreError> {
    let finished = (tried.state != DeliveryState::Pending).then_some(now.0);
    tx.execute(
        TRIED,
        params![
            delivery.session.as_str(),
            delivery.app.as_str(),
            tried.state.as_str(),
            now.0,
            tried.next_at.0,
            tried.finding,
            finished,
        ],
    )?;
    Ok(())
}

/// Where telling an app of a session stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The session that ended.
    pub session: SessionId,
    /// The app.
    pub app: AppId,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub tries: u32,
    /// What went wrong last.
    pub finding: Option<String>,
}

const OF_SESSION: &str = "SELECT d.session_id, d.app_id, a.name, d.state, d.tries, d.finding \
     FROM logout_deliveries d JOIN apps a ON a.id = d.app_id \
     WHERE d.session_id = ?1 ORDER BY a.name, a.id LIMIT ?2";

/// Where telling the apps of a session that ended stands.
///
/// # Errors
/// A database error.
pub fn of_session(tx: &Tx<'_>, session: &SessionId) -> Result<Vec<Standing>, StoreError> {
    tx.all(OF_SESSION, params![session.as_str(), SHOWN], standing)
}

const OF_USER: &str = "SELECT d.session_id, d.app_id, a.name, d.state, d.tries, d.finding \
     FROM logout_deliveries d JOIN apps a ON a.id = d.app_id \
     WHERE d.user_id = ?1 AND d.state = 'pending' ORDER BY a.name, a.id LIMIT ?2";

/// What waits to be told of sessions of a person.
///
/// # Errors
/// A database error.
pub fn waiting_of_user(tx: &Tx<'_>, user: &UserId) -> Result<Vec<Standing>, StoreError> {
    tx.all(OF_USER, params![user.as_str(), SHOWN], standing)
}

const ONE: &str = "SELECT d.session_id, d.app_id, a.name, d.state, d.tries, d.finding \
     FROM logout_deliveries d JOIN apps a ON a.id = d.app_id \
     WHERE d.session_id = ?1 AND d.app_id = ?2";

/// Where telling one app of one session stands; `None` when nothing is kept of it.
///
/// # Errors
/// A database error.
pub fn of(tx: &Tx<'_>, session: &SessionId, app: &AppId) -> Result<Option<Standing>, StoreError> {
    tx.optional(ONE, params![session.as_str(), app.as_str()], standing)
}

fn standing(row: &Row<'_>) -> Result<Standing, StoreError> {
    let state: String = row.get("state")?;
    Ok(Standing {
        session: id(row, "session_id")?,
        app: id(row, "app_id")?,
        name: row.get("name")?,
        state: DeliveryState::parse(&state).ok_or(StoreError::Corrupt("an unknown state"))?,
        tries: row.get("tries")?,
        finding: row.get("finding")?,
    })
}
