//! Which connection a person is sent to.

use super::Admission;
use super::domains::organization_at;
use crate::model::app::App;
use crate::model::code::Code;
use crate::model::connection::Connection;
use crate::model::id::{ConnectionId, OrganizationId};
use crate::model::organization::{EnforcementMode, Organization};
use crate::model::tested::TestOf;
use crate::model::time::Millis;
use crate::store::{StoreError, Tx, connections, organizations, setup_links};

pub mod foretold;
pub mod map;

/// What is known of where somebody belongs. Texts as received; nothing is trusted in them.
#[derive(Debug, Clone, Default)]
pub struct Hints {
    /// An organization's path or identifier.
    pub organization: Option<String>,
    /// A connection's identifier.
    pub connection: Option<String>,
    /// An e-mail address.
    pub login_hint: Option<String>,
    /// A mail domain.
    pub domain_hint: Option<String>,
    /// The person wants to choose for themselves.
    pub ask: bool,
}

/// Where to send somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// Straight to this connection.
    To(Box<Connection>),
    /// To one of these: the person chooses. Never empty, at most [`CHOICES`].
    Choose(Vec<Connection>),
    /// To the page that asks for a password, with the organization's own ways in beside.
    Password(Box<Beside>),
    /// To the page that asks for an address.
    Ask,
}

/// An organization whose people may have passwords, and its own ways in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// The organization.
    pub organization: OrganizationId,
    /// Its name.
    pub name: String,
    /// Its own ways in, at most [`CHOICES`]; empty while it has none.
    pub connections: Vec<Connection>,
    /// From then on they are the only ones.
    pub until: Option<Millis>,
}

impl Route {
    /// The way as it is now: where an organization's own ways in are the only ones, there.
    #[must_use]
    pub fn at(self, now: Millis) -> Self {
        match self {
            Self::Password(beside) if beside.until.is_some_and(|until| until <= now) => {
                Self::through(beside.connections).unwrap_or(Self::Ask)
            }
            other => other,
        }
    }

    /// Through one of these.
    fn through(mut connections: Vec<Connection>) -> Option<Self> {
        match connections.len() {
            0 => None,
            1 => connections.pop().map(|one| Self::To(Box::new(one))),
            _ => Some(Self::Choose(connections)),
        }
    }
}

/// Most connections offered on one page.
pub const CHOICES: usize = 20;

/// Finds the way for somebody who comes from `app`, or from nowhere in particular. `Err` is
/// a refusal; what cannot be matched leads to the page that asks.
///
/// # Errors
/// A database error.
pub fn route(
    tx: &Tx<'_>,
    app: Option<&App>,
    hints: &Hints,
) -> Result<Result<Route, Code>, StoreError> {
    if let Some(text) = &hints.connection {
        return to_connection(tx, app, hints, text);
    }
    if let Some(text) = &hints.organization {
        return match organizations::named(tx, text)? {
            Some(organization) => within(tx, app, &organization),
            None => Ok(Err(Code::RouteUnknown)),
        };
    }
    if hints.ask {
        return Ok(Ok(Route::Ask));
    }
    for typed in [&hints.domain_hint, &hints.login_hint].into_iter().flatten() {
        if let Some(organization) = organization_at(tx, typed)? {
            // An address is a guess: what it leads to is offered, never refused for it.
            if let Ok(route) = within(tx, app, &organization)? {
                return Ok(Ok(route));
            }
        }
    }
    only_way(tx, app).map(Ok)
}

/// Finds the way for what somebody typed: an e-mail address or a company domain.
///
/// # Errors
/// A database error.
pub fn typed(tx: &Tx<'_>, app: Option<&App>, typed: &str) -> Result<Option<Route>, StoreError> {
    match organization_at(tx, typed)? {
        Some(organization) => Ok(within(tx, app, &organization)?.ok()),
        None => Ok(None),
    }
}

/// The organization that an e-mail address or a company domain leads to.
///
/// # Errors
/// A database error.
pub fn organization_of(tx: &Tx<'_>, typed: &str) -> Result<Option<Organization>, StoreError> {
    organization_at(tx, typed)
}

/// The connection if it may be signed in through, from `app` or from nowhere in particular.
///
/// # Errors
/// A database error.
pub fn usable(
    tx: &Tx<'_>,
    app: Option<&App>,
    connection: &ConnectionId,
) -> Result<Result<(Connection, Organization), Code>, StoreError> {
    let Some(connection) = connections::find(tx, connection)? else {
        return Ok(Err(Code::ConnectionUnknown));
    };
    let Some(organization) = organizations::find(tx, &connection.organization)? else {
        return Ok(Err(Code::ConnectionUnknown));
    };
    Ok(judged(&connection, &organization, app).map(|()| (connection, organization)))
}

/// Whether a connection may be signed in through, from `app` or from nowhere in particular.
fn judged(
    connection: &Connection,
    organization: &Organization,
    app: Option<&App>,
) -> Result<(), Code> {
    if organization.disabled {
        Err(Code::OrganizationDisabled)
    } else if !offers(organization) {
        Err(Code::SsoNotOffered)
    } else if connection.disabled || connection.live.is_none() {
        Err(Code::ConnectionNotLive)
    } else if app.is_some_and(|app| !app.admits(&organization.id)) {
        Err(Code::AppNotAdmitted)
    } else if app.is_some_and(|app| !app.admits_through(Some(&connection.id))) {
        Err(Code::AppConnectionRefused)
    } else {
        Ok(())
    }
}

/// The connection if what a test tries is still one of its revisions. One that is disabled, or
/// of an organization that is or may have no provider, takes no answers: not even those of a
/// test. One that has switched its providers off tests them first, to switch them on. What the
/// holder of a set-up link asked for ends with the link.
///
/// # Errors
/// A database error.
pub fn testable(
    tx: &Tx<'_>,
    now: Millis,
    of: &TestOf,
) -> Result<Result<(Connection, Organization), Code>, StoreError> {
    if let Some(link) = &of.link
        && !setup_links::find(tx, link)?.is_some_and(|link| link.in_force(now))
    {
        return Ok(Err(Code::TestSuperseded));
    }
    let Some(connection) = connections::find(tx, &of.connection)? else {
        return Ok(Err(Code::ConnectionUnknown));
    };
    let Some(organization) = organizations::find(tx, &connection.organization)? else {
        return Ok(Err(Code::ConnectionUnknown));
    };
    let own = [&connection.draft, &connection.live, &connection.previous];
    Ok(if organization.disabled {
        Err(Code::OrganizationDisabled)
    } else if !organization.settings.sso_allowed {
        Err(Code::SsoNotOffered)
    } else if connection.disabled {
        Err(Code::ConnectionNotLive)
    } else if !own.into_iter().flatten().any(|revision| *revision == of.revision) {
        Err(Code::TestSuperseded)
    } else {
        Ok((connection, organization))
    })
}

/// Whether a live session is one of those an app's hints allow: the app is open to its
/// organization and its connection, and a named organization or connection is its own.
///
/// # Errors
/// A database error.
pub fn within_hints(
    tx: &Tx<'_>,
    admission: &Admission,
    app: &App,
    hints: &Hints,
) -> Result<bool, StoreError> {
    let own = admission.organization();
    if !app.admits(&own.id) || !app.admits_through(admission.session().method.connection()) {
        return Ok(false);
    }
    if let Some(text) = &hints.connection {
        let through = admission.session().method.connection();
        if through.map(ConnectionId::as_str) != Some(text.as_str()) {
            return Ok(false);
        }
    }
    match &hints.organization {
        Some(text) => Ok(organizations::named(tx, text)?.is_some_and(|named| named.id == own.id)),
        None => Ok(true),
    }
}

fn to_connection(
    tx: &Tx<'_>,
    app: Option<&App>,
    hints: &Hints,
    text: &str,
) -> Result<Result<Route, Code>, StoreError> {
    let Ok(id) = ConnectionId::try_from(text) else {
        return Ok(Err(Code::ConnectionUnknown));
    };
    let (connection, organization) = match usable(tx, app, &id)? {
        Ok(usable) => usable,
        Err(code) => return Ok(Err(code)),
    };
    if let Some(named) = &hints.organization
        && organizations::named(tx, named)?.is_none_or(|named| named.id != organization.id)
    {
        return Ok(Err(Code::RouteUnknown));
    }
    Ok(Ok(Route::To(Box::new(connection))))
}

/// Whether people of the organization may sign in through a provider at all: its plan allows
/// that, and it has not switched it off.
fn offers(organization: &Organization) -> bool {
    let settings = &organization.settings;
    settings.sso_allowed && settings.enforcement.mode != EnforcementMode::Off
}

fn within(
    tx: &Tx<'_>,
    app: Option<&App>,
    organization: &Organization,
) -> Result<Result<Route, Code>, StoreError> {
    if organization.disabled {
        return Ok(Err(Code::OrganizationDisabled));
    }
    let admitted = app.is_none_or(|app| app.admits(&organization.id));
    let through =
        |connection: Option<&ConnectionId>| app.is_none_or(|app| app.admits_through(connection));
    let mut beside = beside(tx, organization)?;
    if admitted && through(None) && organization.settings.local_passwords {
        beside.connections.retain(|connection| through(Some(&connection.id)));
        return Ok(Ok(Route::Password(Box::new(beside))));
    }
    if !offers(organization) {
        return Ok(Err(Code::SsoNotOffered));
    }
    if !admitted {
        return Ok(Err(Code::AppNotAdmitted));
    }
    let none = beside.connections.is_empty();
    beside.connections.retain(|connection| through(Some(&connection.id)));
    if beside.connections.is_empty() && !none {
        return Ok(Err(Code::AppConnectionRefused));
    }
    Ok(Route::through(beside.connections).ok_or(Code::ConnectionNotLive))
}

/// The organization's own ways in, to be offered beside a password.
pub(super) fn beside(tx: &Tx<'_>, organization: &Organization) -> Result<Beside, StoreError> {
    let mut connections = match offers(organization) {
        true => connections::find_live_of_organization(tx, &organization.id)?,
        false => Vec::new(),
    };
    connections.truncate(CHOICES);
    Ok(Beside {
        organization: organization.id.clone(),
        name: organization.name.clone(),
        connections,
        until: organization.settings.sso_only_from(),
    })
}

/// Without any hint: an app of one organization goes there; an installation of one
/// organization goes there; everybody else is asked.
fn only_way(tx: &Tx<'_>, app: Option<&App>) -> Result<Route, StoreError> {
    let Some(app) = app else { return Ok(Route::Ask) };
    let organization = match app.organizations.as_slice() {
        [one] => organizations::find(tx, one)?,
        [] => organizations::only(tx)?,
        _ => None,
    };
    match organization {
        Some(organization) => Ok(within(tx, Some(app), &organization)?.unwrap_or(Route::Ask)),
        None => Ok(Route::Ask),
    }
}
