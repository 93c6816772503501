//! Tells apps that sessions ended (OpenID Connect Back-Channel Logout 1.0).
//!
//! A loop of its own, woken when a session ends: nothing else may delay it, and one app that
//! does not answer delays no other. What is to be told are rows, so that neither a restart nor
//! the end of session and person loses one.

mod token;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tokio::task::{JoinError, JoinSet};

use super::JobError;
use crate::hub::Hub;
use crate::model::app::App;
use crate::model::id::{AppId, SessionId};
use crate::model::logout::{Delivery, DeliveryState};
use crate::model::time::{Millis, SECOND};
use crate::store::logouts::{self, Tried};
use crate::store::{StoreError, Tx, apps};

/// Tokens on their way at once.
const AT_ONCE: usize = 32;
/// Tokens on their way to one app at once; one while it does not answer.
const PER_APP: usize = 4;
/// An app answers within so long.
const PATIENCE: Duration = Duration::from_secs(5);
/// Looked for at least so often: a command on the host ends sessions, too, and wakes nobody.
const LONGEST_SLEEP: i64 = 10 * SECOND;
/// The shortest pause.
const SHORTEST_SLEEP: i64 = SECOND;

/// Tells apps what waits to be told, until the caller drops it.
pub async fn run(hub: Hub) {
    let mut sender = Sender::new(hub);
    loop {
        let next = sender.begin_or_log().await;
        let pause = Duration::from_millis(
            u64::try_from(next.clamp(SHORTEST_SLEEP, LONGEST_SLEEP)).unwrap_or_default(),
        );
        let (store, busy) = (sender.hub.store.clone(), sender.is_busy());
        let came = tokio::select! {
            () = store.rung() => None,
            came = sender.running.join_next(), if busy => came,
            () = tokio::time::sleep(pause) => None,
        };
        if let Some(came) = came {
            sender.settle(came).await;
        }
    }
}

/// Tells apps everything that is due now, and ends when nothing is.
///
/// # Errors
/// When the store fails.
pub async fn all_due(hub: &Hub) -> Result<(), JobError> {
    let mut sender = Sender::new(hub.clone());
    loop {
        sender.begin().await?;
        match sender.running.join_next().await {
            Some(came) => sender.settle(came).await,
            None => return Ok(()),
        }
    }
}

/// What is on its way.
struct Sender {
    hub: Hub,
    running: JoinSet<(Delivery, Tried)>,
    on_the_way: HashMap<AppId, HashSet<SessionId>>,
    /// Apps whose last answer was none.
    silent: HashSet<AppId>,
    /// Nothing is sent before: what sending came to could not be kept.
    held_until: Millis,
}

impl Sender {
    fn new(hub: Hub) -> Self {
        Self {
            hub,
            running: JoinSet::new(),
            on_the_way: HashMap::new(),
            silent: HashSet::new(),
            held_until: Millis(i64::MIN),
        }
    }

    fn is_busy(&self) -> bool {
        !self.running.is_empty()
    }

    async fn begin_or_log(&mut self) -> i64 {
        self.begin().await.unwrap_or_else(|error| {
            tracing::error!(%error, "what apps wait to be told cannot be read; it is tried again");
            SHORTEST_SLEEP
        })
    }

    /// Sends what is due, as much as may be on its way; gives the milliseconds until more is.
    async fn begin(&mut self) -> Result<i64, JobError> {
        let now = self.hub.now();
        if (1..=SHORTEST_SLEEP).contains(&self.held_until.since(now)) {
            return Ok(self.held_until.since(now));
        }
        let waiting = self.hub.store.read::<_, StoreError, _>(logouts::waiting).await?;
        let known: HashSet<&AppId> = waiting.iter().map(|(app, _)| app).collect();
        self.silent.retain(|app| known.contains(app));
        let mut next = LONGEST_SLEEP;
        let mut turn: Vec<(usize, AppId)> = Vec::new();
        for (app, due) in waiting {
            next = next.min(due.since(now));
            if due <= now {
                turn.push((self.on_the_way_to(&app), app));
            }
        }
        // Those with the least on the way first: nobody fills all the places.
        turn.sort();
        for (busy, app) in turn {
            let most = if self.silent.contains(&app) { 1 } else { PER_APP };
            let free = AT_ONCE.saturating_sub(self.running.len());
            let room = most.saturating_sub(busy).min(free);
            if room > 0 {
                self.send(app, now, room).await?;
            }
        }
        Ok(next)
    }

    fn on_the_way_to(&self, app: &AppId) -> usize {
        self.on_the_way.get(app).map_or(0, HashSet::len)
    }

    async fn send(&mut self, app: AppId, now: Millis, room: usize) -> Result<(), JobError> {
        let limit = u32::try_from(room + self.on_the_way_to(&app)).unwrap_or(u32::MAX);
        let look = move |tx: &Tx<'_>| {
            Ok::<_, StoreError>((apps::find(tx, &app)?, logouts::due(tx, &app, now, limit)?))
        };
        let (Some(app), due) = self.hub.store.read(look).await? else { return Ok(()) };
        let busy = self.on_the_way.entry(app.id.clone()).or_default();
        let fresh: Vec<_> = due.into_iter().filter(|d| !busy.contains(&d.session)).collect();
        for delivery in fresh.into_iter().take(room) {
            busy.insert(delivery.session.clone());
            let (hub, app) = (self.hub.clone(), app.clone());
            self.running.spawn(async move {
                let tried = tell(&hub, &app, &delivery).await;
                (delivery, tried)
            });
        }
        Ok(())
    }

    /// Keeps what one that came back came to.
    async fn settle(&mut self, came: Result<(Delivery, Tried), JoinError>) {
        let Ok((delivery, tried)) = came else {
            // Nobody knows which it was: whatever is on its way may be looked for anew.
            self.on_the_way.clear();
            return;
        };
        let app = delivery.app.clone();
        match tried.state {
            DeliveryState::Delivered | DeliveryState::Refused => self.silent.remove(&app),
            DeliveryState::Pending | DeliveryState::GivenUp => self.silent.insert(app.clone()),
        };
        let (now, session) = (self.hub.now(), delivery.session.clone());
        let keep = move |tx: &Tx<'_>| logouts::tried(tx, &delivery, now, &tried);
        if let Err(error) = self.hub.store.write::<_, StoreError, _>(keep).await {
            tracing::error!(%error, "what telling an app came to was not kept; it is told again");
            // Else the same would go out as fast as the app answers.
            self.held_until = now.plus(SHORTEST_SLEEP);
        }
        if let Some(busy) = self.on_the_way.get_mut(&app) {
            busy.remove(&session);
            if busy.is_empty() {
                self.on_the_way.remove(&app);
            }
        }
        self.hub.settled.note();
    }
}

/// Tells one app of one session, once.
async fn tell(hub: &Hub, app: &App, delivery: &Delivery) -> Tried {
    let Some(address) = app.settings.backchannel_logout_uri.as_deref() else {
        let finding = "the app has no back-channel logout address any more";
        return finished(DeliveryState::GivenUp, Some(finding.to_owned()));
    };
    let token = match token::signed(hub, app, delivery) {
        Ok(token) => token,
        Err(error) => {
            tracing::error!(%error, "a logout token cannot be signed");
            return once_more(hub, delivery, "the logout token could not be signed".to_owned());
        }
    };
    let fields = [("logout_token", token.as_str())];
    let told = hub.fetch.tell(address, &fields);
    match tokio::time::timeout(PATIENCE, told).await {
        Ok(Ok(200 | 204)) => finished(DeliveryState::Delivered, None),
        Ok(Ok(400)) => {
            finished(DeliveryState::Refused, Some("the app answered with status 400".to_owned()))
        }
        Ok(Ok(status)) => {
            once_more(hub, delivery, format!("the app answered with status {status}"))
        }
        Ok(Err(error)) => once_more(hub, delivery, error.to_string()),
        Err(_) => once_more(hub, delivery, "the app took too long to answer".to_owned()),
    }
}

const fn finished(state: DeliveryState, finding: Option<String>) -> Tried {
    Tried { state, next_at: Millis(0), finding }
}

fn once_more(hub: &Hub, delivery: &Delivery, finding: String) -> Tried {
    match delivery.again(hub.now()) {
        Some(next_at) => Tried { state: DeliveryState::Pending, next_at, finding: Some(finding) },
        None => {
            tracing::warn!(app = %delivery.app, finding, "an app was not told of a logout");
            finished(DeliveryState::GivenUp, Some(finding))
        }
    }
}
