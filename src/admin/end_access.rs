//! Ends all access of a person, with a receipt that says what became of each app.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::AdminError;
use super::{Access, Act, Change, NOTHING, to_json};
use crate::broker::session;
use crate::hub::Hub;
use crate::model::id::{AppId, OrganizationId, ReceiptId, SessionId, UserId};
use crate::model::logout::DeliveryState;
use crate::store::logouts::Standing;
use crate::store::receipts::{self, ReceiptRow};
use crate::store::{Page, StoreError, apps, logouts, users};

/// The answer waits so long for apps at most.
const PATIENCE: Duration = Duration::from_secs(5);
/// Most apps on a receipt.
const APPS: u32 = 200;

/// What ending all access of a person came to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EndAccessReceipt {
    /// Its identifier.
    pub id: String,
    /// Whose access ended.
    pub user: String,
    /// When (RFC 3339). From then on their sessions, codes and access tokens are worth nothing.
    pub created_at: String,
    /// Sessions that ended.
    pub sessions_ended: usize,
    /// Access tokens that ended.
    pub access_tokens_ended: i64,
    /// Whether no app is left to be told.
    pub complete: bool,
    /// What became of each app: those the person was signed in to, and those open to them
    /// that cannot be told; at most 200.
    pub apps: Vec<EndAccessApp>,
}

/// What became of one app.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EndAccessApp {
    /// The app.
    pub app: String,
    /// Its name.
    pub name: String,
    /// `delivered`: it took the logout. `refused`: it refused it. `retrying`: it has not
    /// answered yet and is told again. `given_up`: it could not be told. `no_address`: it has
    /// no `backchannel_logout_uri`, or got it after they signed in, and its own session may live
    /// on until the app ends it.
    /// `removed`: the app is gone.
    #[schema(example = "delivered")]
    pub state: &'static str,
    /// How often it was told.
    pub tries: u32,
    /// What went wrong last.
    pub detail: Option<String>,
    /// Access tokens it held.
    pub access_tokens_ended: i64,
}

/// What is kept of a receipt; what becomes of the apps stands in their deliveries.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    sessions: usize,
    apps: Vec<KeptApp>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct KeptApp {
    app: AppId,
    name: String,
    tokens: i64,
    /// Sessions it is to be told of; none when it cannot be told.
    sessions: Vec<SessionId>,
}

/// Ends every session, code and access token of a person and every sign-in they have not
/// finished, and has their apps told. Their provider has to ask them anew next time. Waits for
/// the apps up to five seconds, with nothing held.
///
/// # Errors
/// `NotFound`; `OwnersOnly` for an owner out of reach.
pub async fn end(hub: Hub, access: Access, user: UserId) -> Result<EndAccessReceipt, AdminError> {
    let ending = user.clone();
    let receipt = super::write(hub.clone(), access.clone(), move |act| begin(act, &ending)).await?;
    let tried = hub.settled.wait(PATIENCE, || {
        let (hub, access, user) = (hub.clone(), access.clone(), user.clone());
        let receipt = receipt.clone();
        async move {
            let found = super::read_on(hub, access, move |act| load(act, &user, &receipt)).await?;
            let waits = found.apps.iter().any(|app| app.state == "retrying" && app.tries == 0);
            Ok::<_, AdminError>((!waits).then_some(found))
        }
    });
    match tried.await? {
        Some(found) => Ok(found),
        None => super::read_on(hub, access, move |act| load(act, &user, &receipt)).await,
    }
}

/// A receipt, with what became of each app by now.
///
/// # Errors
/// `NotFound`.
pub fn load(
    act: &Act<'_>,
    user: &UserId,
    receipt: &ReceiptId,
) -> Result<EndAccessReceipt, AdminError> {
    let row = receipts::find(act.tx, receipt)?.filter(|row| row.user == *user);
    let row = row.ok_or(AdminError::NotFound)?;
    act.access.reaches(Some(&row.organization))?;
    let kept: Kept = serde_json::from_str(&row.data)
        .map_err(|_| StoreError::Corrupt("a receipt of an unknown form"))?;
    show(act, &row, &kept)
}

fn begin(act: &Act<'_>, id: &UserId) -> Result<ReceiptId, AdminError> {
    let user = users::find(act.tx, id)?.ok_or(AdminError::NotFound)?;
    act.access.reaches(Some(&user.organization))?;
    act.access.over(&user)?;
    let tokens = receipts::tokens_of(act.tx, id, act.now, APPS)?.into_iter().collect();
    let sessions = session::end_access(act.tx, act.now, id)?;
    let apps = concerned(act, id, &user.organization, tokens)?;
    let kept = Kept { sessions, apps };
    let row = ReceiptRow {
        id: ReceiptId::random(act.hub.rng.as_ref()),
        user: id.clone(),
        organization: user.organization,
        data: to_json(&kept)?.to_string(),
        created_at: act.now,
    };
    receipts::insert(act.tx, &row)?;
    let change = Change {
        action: "user.end_access",
        organization: Some(&row.organization),
        subject: id.as_str(),
    };
    act.note(&change, NOTHING, Some(&show(act, &row, &kept)?))?;
    Ok(row.id)
}

/// The apps of a receipt: those that are to be told, of these sessions or still of earlier
/// ones; those that held access tokens; those open to the person that cannot be told.
fn concerned(
    act: &Act<'_>,
    user: &UserId,
    organization: &OrganizationId,
    mut tokens: BTreeMap<AppId, i64>,
) -> Result<Vec<KeptApp>, AdminError> {
    let mut found: Vec<KeptApp> = Vec::new();
    for Standing { session, app, name, .. } in logouts::waiting_of_user(act.tx, user)? {
        match found.iter_mut().find(|known| known.app == app) {
            Some(known) => known.sessions.push(session),
            None => {
                let tokens = tokens.remove(&app).unwrap_or_default();
                found.push(KeptApp { app, name, tokens, sessions: vec![session] });
            }
        }
    }
    for app in apps::list(act.tx, &Page::first(i64::from(APPS)))? {
        let held = tokens.remove(&app.id);
        let known = found.iter().any(|known| known.app == app.id);
        let untold = app.settings.backchannel_logout_uri.is_none()
            && !app.disabled
            && app.admits(organization);
        if !known && (held.is_some() || untold) {
            let tokens = held.unwrap_or_default();
            found.push(KeptApp { app: app.id, name: app.name, tokens, sessions: Vec::new() });
        }
    }
    for (app, tokens) in tokens {
        if let Some(row) = apps::find(act.tx, &app)? {
            found.push(KeptApp { app, name: row.name, tokens, sessions: Vec::new() });
        }
    }
    found.truncate(usize::try_from(APPS).unwrap_or(usize::MAX));
    Ok(found)
}

fn show(act: &Act<'_>, row: &ReceiptRow, kept: &Kept) -> Result<EndAccessReceipt, AdminError> {
    let apps: Vec<_> =
        kept.apps.iter().map(|app| became(act, app)).collect::<Result<_, AdminError>>()?;
    Ok(EndAccessReceipt {
        id: row.id.to_string(),
        user: row.user.to_string(),
        created_at: row.created_at.rfc3339(),
        sessions_ended: kept.sessions,
        access_tokens_ended: apps.iter().map(|app| app.access_tokens_ended).sum(),
        complete: apps.iter().all(|app| app.state != "retrying"),
        apps,
    })
}

/// What became of one app: of several sessions, the one that came to least.
fn became(act: &Act<'_>, kept: &KeptApp) -> Result<EndAccessApp, AdminError> {
    let mut least: Option<Standing> = None;
    for session in &kept.sessions {
        let Some(standing) = logouts::of(act.tx, session, &kept.app)? else { continue };
        if least.as_ref().is_none_or(|least| {
            rank(standing.state) < rank(least.state)
                || rank(standing.state) == rank(least.state) && standing.tries < least.tries
        }) {
            least = Some(standing);
        }
    }
    let state = match &least {
        Some(standing) => match standing.state {
            DeliveryState::Pending => "retrying",
            state => state.as_str(),
        },
        None if kept.sessions.is_empty() => "no_address",
        None => "removed",
    };
    Ok(EndAccessApp {
        app: kept.app.to_string(),
        name: kept.name.clone(),
        state,
        tries: least.as_ref().map_or(0, |standing| standing.tries),
        detail: least.and_then(|standing| standing.finding),
        access_tokens_ended: kept.tokens,
    })
}

const fn rank(state: DeliveryState) -> u8 {
    match state {
        DeliveryState::Pending => 0,
        DeliveryState::GivenUp => 1,
        DeliveryState::Refused => 2,
        DeliveryState::Delivered => 3,
    }
}
