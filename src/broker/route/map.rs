//! The ways into an organization's apps, all of them at once, for those who look after them. The
//! same functions judge each that send people on.

use super::{CHOICES, Route, judged, within};
use crate::broker::domains::organization_at;
use crate::model::app::App;
use crate::model::code::Code;
use crate::model::connection::Connection;
use crate::model::domain::Domain;
use crate::model::id::ConnectionId;
use crate::model::organization::Organization;
use crate::model::time::Millis;
use crate::store::{Page, StoreError, Tx, apps, connections, domains};

/// Most domains, and most apps, of one map.
pub const MOST: usize = 40;

/// From what people type, through what they sign in, into which app.
#[derive(Debug, Clone)]
pub struct Map {
    /// Domains, in the order they were added.
    pub domains: Vec<Entry>,
    /// Where its own login address leads.
    pub address: Leads,
    /// Its connections, oldest first.
    pub connections: Vec<Door>,
    /// Whether its people may come in with a password; `None` where they have none.
    pub password: Option<bool>,
    /// The apps that are open to it.
    pub apps: Vec<Destination>,
    /// Whether there are more domains, connections or apps than these.
    pub cut: bool,
}

/// A domain people type.
#[derive(Debug, Clone)]
pub struct Entry {
    /// It.
    pub domain: Domain,
    /// Where it leads; `None` while it leads to nothing of this organization.
    pub leads: Option<Leads>,
}

/// Where something leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leads {
    /// Straight to the provider of this connection.
    Straight(ConnectionId),
    /// To a page where one of these is chosen.
    Choice(Vec<ConnectionId>),
    /// To the page that asks for a password, with these beside.
    Password(Vec<ConnectionId>),
    /// Nowhere, for this reason.
    Nowhere(Code),
}

impl Leads {
    /// Where a route leads at a moment.
    pub(super) fn of(route: Result<Route, Code>, now: Millis) -> Self {
        let ids = |all: Vec<Connection>| all.into_iter().map(|one| one.id).collect();
        match route.map(|route| route.at(now)) {
            Ok(Route::To(connection)) => Self::Straight(connection.id),
            Ok(Route::Choose(several)) => Self::Choice(ids(several)),
            Ok(Route::Password(beside)) => Self::Password(ids(beside.connections)),
            Ok(Route::Ask) => Self::Nowhere(Code::ConnectionNotLive),
            Err(code) => Self::Nowhere(code),
        }
    }
}

/// A connection.
#[derive(Debug, Clone)]
pub struct Door {
    /// It.
    pub connection: Connection,
    /// Whether people may sign in through it, and why not.
    pub open: Result<(), Code>,
}

/// An app, and through what it may be come to.
#[derive(Debug, Clone)]
pub struct Destination {
    /// It.
    pub app: App,
    /// For each connection of the map, in its order.
    pub through: Vec<Result<(), Code>>,
    /// With a password.
    pub with_password: Result<(), Code>,
}

/// Draws the map of an organization.
///
/// # Errors
/// A database error.
pub fn draw(tx: &Tx<'_>, organization: &Organization, now: Millis) -> Result<Map, StoreError> {
    let own = &organization.id;
    let mut cut = false;
    let named = taken(domains::list(tx, own, &page(MOST))?, MOST, &mut cut);
    let doors = taken(connections::list(tx, Some(own), &page(CHOICES))?, CHOICES, &mut cut);
    let apps = taken(apps::open_to(tx, own, &page(MOST))?, MOST, &mut cut);
    // Whatever leads to the organization leads to the same.
    let home = Leads::of(within(tx, None, organization)?, now);
    let mut entries = Vec::with_capacity(named.len());
    for domain in named {
        let found = organization_at(tx, &domain.name)?;
        let leads = found.filter(|found| found.id == *own).map(|_| home.clone());
        entries.push(Entry { domain, leads });
    }
    let settings = &organization.settings;
    let password = settings.local_passwords.then_some(matches!(home, Leads::Password(_)));
    let destinations = apps.into_iter().map(|app| Destination {
        through: doors
            .iter()
            .map(|door| into(&app, judged(door, organization, Some(&app))))
            .collect(),
        with_password: into(
            &app,
            match app.admits_through(None) {
                true => Ok(()),
                false => Err(Code::AppConnectionRefused),
            },
        ),
        app,
    });
    Ok(Map {
        domains: entries,
        address: home,
        password,
        apps: destinations.collect(),
        connections: doors
            .iter()
            .map(|door| Door { connection: door.clone(), open: judged(door, organization, None) })
            .collect(),
        cut,
    })
}

/// An app that is switched off is refused whatever leads to it.
const fn into(app: &App, judged: Result<(), Code>) -> Result<(), Code> {
    if app.disabled { Err(Code::AppDisabled) } else { judged }
}

/// One more than are wanted, to see whether there are more.
fn page(most: usize) -> Page {
    Page::first(i64::try_from(most).map_or(i64::MAX, |most| most + 1))
}

fn taken<T>(mut all: Vec<T>, most: usize, cut: &mut bool) -> Vec<T> {
    *cut |= all.len() > most;
    all.truncate(most);
    all
}
