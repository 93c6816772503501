//! Sign-ins that somebody else asks us to begin: a provider's tile (OpenID Connect Core section
//! 4) or a bookmark.
//!
//! Nothing in such a request is believed. It chooses a connection and a place to land, both
//! among those that are registered here, and what it begins is a sign-in like any other: bound to
//! the browser, with a state of our own, and ended by the provider's word. Whoever is signed in
//! already goes straight on, unless the request names somebody else.

use super::asked::{self, Sending};
use super::proved::{self, Presence};
use super::reply::{Answer, FlowError, Visitor};
use super::{answered, choose, gate, start};
use crate::broker::route::{self, Hints, Route};
use crate::broker::{self, Admission};
use crate::hub::Hub;
use crate::hub::bounds::About;
use crate::model::app::App;
use crate::model::attempt::{Purpose, Start};
use crate::model::check::{ABSENT, Checks};
use crate::model::code::Code;
use crate::model::connection::{Connection, ConnectionConfig};
use crate::model::id::{AppId, ConnectionId, OrganizationId};
use crate::model::organization::Organization;
use crate::model::session::Method;
use crate::store::{StoreError, Tx, apps, connections, organizations};

/// What such a request says. Texts as received.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    iss: Option<String>,
    login_hint: Option<String>,
    target: Option<String>,
}

/// Longest value looked at, in bytes.
const LONGEST: usize = 2_000;

impl Wanted {
    /// What the three parameters say; one that is empty or too long says nothing.
    pub fn new(iss: Option<String>, login_hint: Option<String>, target: Option<String>) -> Self {
        let [iss, login_hint, target] = [iss, login_hint, target].map(Self::bounded);
        Self { iss, login_hint: login_hint.filter(|hint| hint.len() <= 320), target }
    }

    /// The value, if it says anything.
    pub fn bounded(value: Option<String>) -> Option<String> {
        value.filter(|text| !text.is_empty() && text.len() <= LONGEST)
    }
}

/// What a request comes to.
enum Found {
    /// A sign-in is to be begun.
    Way(Box<Way>),
    /// Nothing here answers to what the request says.
    Nothing(About, Checks),
}

/// A sign-in that is to be begun.
struct Way {
    /// Whoever is signed in goes on at once, and where to.
    present: Option<(Admission, Purpose)>,
    route: Result<Route, Code>,
    purpose: Purpose,
    organization: Option<OrganizationId>,
    /// The name of the app it leads into.
    app: Option<String>,
}

/// Begins at the address of one connection. An issuer that is named has to be its own.
///
/// # Errors
/// A fault of our own.
pub async fn connection(
    hub: &Hub,
    visitor: &Visitor,
    connection: String,
    wanted: Wanted,
) -> Result<Answer, FlowError> {
    begin(hub, visitor, wanted, move |looking| {
        let id = ConnectionId::try_from(connection.as_str());
        let found = match &id {
            Ok(id) => route::usable(looking.tx, None, id)?,
            Err(_) => Err(Code::ConnectionUnknown),
        };
        let (connection, organization) = match found {
            Ok(found) => found,
            Err(code) => return Ok(Found::no_way(code)),
        };
        let Some(own) = issuer(looking.tx, &connection)? else {
            return Ok(Found::no_way(Code::ConnectionUnknown));
        };
        match &looking.wanted.iss {
            Some(iss) if *iss != own => {
                Ok(Found::nothing(About::Connection(connection.id), &own, iss))
            }
            _ => looking.to(connection, &organization),
        }
    })
    .await
}

/// Begins at the address all connections share: the issuer picks the connection.
///
/// # Errors
/// A fault of our own.
pub async fn shared(hub: &Hub, visitor: &Visitor, wanted: Wanted) -> Result<Answer, FlowError> {
    begin(hub, visitor, wanted, |looking| {
        const EXPECTED: &str = "the issuer of a connection that is switched on";
        let Some(iss) = looking.wanted.iss.clone() else {
            return Ok(Found::nothing(About::Routes, EXPECTED, ABSENT));
        };
        let mut candidates = Vec::new();
        for connection in connections::find_live_by_issuer(looking.tx, &iss)? {
            if let Ok(found) = route::usable(looking.tx, None, &connection.id)? {
                candidates.push(found);
            }
        }
        if let [_, _, ..] = candidates.as_slice() {
            return looking.among(candidates);
        }
        match candidates.pop() {
            Some((connection, organization)) => looking.to(connection, &organization),
            None => Ok(Found::nothing(About::Routes, EXPECTED, &iss)),
        }
    })
    .await
}

/// Begins at the tile of an organization for an app, both named by `path`.
///
/// # Errors
/// A fault of our own.
pub async fn tile(
    hub: &Hub,
    visitor: &Visitor,
    path: (String, String),
    wanted: Wanted,
) -> Result<Answer, FlowError> {
    begin(hub, visitor, wanted, move |looking| {
        let (organization, app) = path;
        let organization = organizations::named(looking.tx, &organization)?;
        let app = match AppId::try_from(app.as_str()) {
            Ok(id) => apps::find(looking.tx, &id)?.filter(|app| !app.disabled),
            Err(_) => None,
        };
        match (organization, app) {
            (Some(organization), Some(app)) => looking.into(&organization, app),
            _ => Ok(Found::no_way(Code::RouteUnknown)),
        }
    })
    .await
}

impl Found {
    /// A refusal that tells a stranger nothing of what there is.
    fn no_way(code: Code) -> Self {
        let (purpose, organization) = (Purpose::Home, None);
        let way = Way { present: None, route: Err(code), purpose, organization, app: None };
        Self::Way(Box::new(way))
    }

    fn nothing(about: About, expected: &str, received: &str) -> Self {
        let mut checks = Checks::new();
        checks.failed(Code::InitiateIssuer, "iss", expected, received);
        Self::Nothing(about, checks)
    }
}

/// Where a request is looked into.
struct Looking<'a> {
    tx: &'a Tx<'a>,
    hub: &'a Hub,
    presence: Presence,
    wanted: &'a Wanted,
}

impl Looking<'_> {
    /// To one connection; whoever signed in through it goes straight on.
    fn to(&self, connection: Connection, organization: &Organization) -> Result<Found, StoreError> {
        let (purpose, app) = self.purpose(Some(organization))?;
        let through = Method::Upstream { connection: connection.id.clone() };
        let present = self.present(|admission| admission.session().method == through)?;
        let present = present.map(|admission| (admission, purpose.clone()));
        let organization = Some(organization.id.clone());
        let route = Ok(Route::To(Box::new(connection)));
        Ok(Found::Way(Box::new(Way { present, route, purpose, organization, app })))
    }

    /// To one of several connections with the same issuer: the one somebody signed in through,
    /// else the one of the organization that the hint leads to, else the person says. Which
    /// there are is nobody's to see.
    fn among(&self, candidates: Vec<(Connection, Organization)>) -> Result<Found, StoreError> {
        let through = |admission: &Admission| match &admission.session().method {
            Method::Upstream { connection } => candidates.iter().any(|(c, _)| c.id == *connection),
            Method::OwnerPassword | Method::Password => false,
        };
        let present = match self.present(through)? {
            Some(admission) => {
                let (purpose, _) = self.purpose(Some(admission.organization()))?;
                Some((admission, purpose))
            }
            None => None,
        };
        let hinted = match &self.wanted.login_hint {
            Some(hint) => route::organization_of(self.tx, hint)?,
            None => None,
        };
        if let Some(hinted) = hinted {
            let of =
                candidates.into_iter().filter(|(_, organization)| organization.id == hinted.id);
            let mut of: Vec<Connection> = of.map(|(connection, _)| connection).collect();
            of.truncate(route::CHOICES);
            let (purpose, app) = self.purpose(Some(&hinted))?;
            let organization = Some(hinted.id);
            let route = match of.len() {
                0 => Route::Ask,
                1 => of.pop().map_or(Route::Ask, |one| Route::To(Box::new(one))),
                _ => Route::Choose(of),
            };
            let way = Way { present, route: Ok(route), purpose, organization, app };
            return Ok(Found::Way(Box::new(way)));
        }
        let (purpose, app) = self.purpose(None)?;
        let way = Way { present, route: Ok(Route::Ask), purpose, organization: None, app };
        Ok(Found::Way(Box::new(way)))
    }

    /// Into an app, for people of one organization. Where it has several connections, the one
    /// with the issuer that is named is taken, and any other name is left alone.
    fn into(&self, organization: &Organization, app: App) -> Result<Found, StoreError> {
        let target = self.wanted.target.as_deref().and_then(|text| start::within(&app, text));
        let purpose = Purpose::Start(Box::new(Start { app: app.id.clone(), target }));
        let open = app.admits(&organization.id);
        let own = |admission: &Admission| open && admission.organization().id == organization.id;
        let present = self.present(own)?.map(|admission| (admission, purpose.clone()));
        let hints = Hints { organization: Some(organization.id.to_string()), ..Hints::default() };
        let mut route = route::route(self.tx, Some(&app), &hints)?;
        if let (Ok(Route::Choose(several)), Some(iss)) = (&mut route, &self.wanted.iss) {
            let named = self.with_issuer(several, iss)?;
            route = named.map_or(route, |one| Ok(Route::To(Box::new(one))));
        }
        let (organization, app) = (Some(organization.id.clone()), Some(app.name));
        Ok(Found::Way(Box::new(Way { present, route, purpose, organization, app })))
    }

    /// The only one of several connections with this issuer.
    fn with_issuer(
        &self,
        several: &[Connection],
        iss: &str,
    ) -> Result<Option<Connection>, StoreError> {
        let mut named = None;
        for connection in several {
            if issuer(self.tx, connection)?.as_deref() == Some(iss) {
                if named.is_some() {
                    return Ok(None);
                }
                named = Some(connection.clone());
            }
        }
        Ok(named)
    }

    /// Where the person lands, and the name of the app that is.
    fn purpose(
        &self,
        organization: Option<&Organization>,
    ) -> Result<(Purpose, Option<String>), StoreError> {
        let Some(text) = &self.wanted.target else { return Ok((Purpose::Home, None)) };
        let url = &self.hub.config.public_url;
        let Some(start) = start::wanted(self.tx, url, organization, text)? else {
            return Ok((Purpose::Home, None));
        };
        let app = apps::find(self.tx, &start.app)?.map(|app| app.name);
        Ok((Purpose::Start(Box::new(start)), app))
    }

    /// Whoever is signed in, if `fits` and the request names nobody else. A name that is no
    /// address may be anybody's: then the provider says who it is.
    fn present(
        &self,
        fits: impl FnOnce(&Admission) -> bool,
    ) -> Result<Option<Admission>, StoreError> {
        let present = proved::for_home(self.tx, self.hub, self.presence)?;
        let hint = self.wanted.login_hint.as_deref();
        Ok(present.filter(fits).filter(|admission| {
            let own = admission.user().profile.email.as_deref().unwrap_or_default();
            hint.is_none_or(|hint| hint.eq_ignore_ascii_case(own))
        }))
    }
}

/// The issuer of a connection's live revision; `None` for one that speaks SAML.
fn issuer(tx: &Tx<'_>, connection: &Connection) -> Result<Option<String>, StoreError> {
    let Some(live) = &connection.live else { return Ok(None) };
    Ok(match connections::revision(tx, live)?.map(|revision| revision.config) {
        Some(ConnectionConfig::Oidc(config)) => Some(config.issuer),
        Some(ConnectionConfig::Saml(_)) | None => None,
    })
}

/// Looks a request up and follows it.
async fn begin<F>(
    hub: &Hub,
    visitor: &Visitor,
    wanted: Wanted,
    look: F,
) -> Result<Answer, FlowError>
where
    F: FnOnce(&Looking<'_>) -> Result<Found, StoreError> + Send + 'static,
{
    let (on, presence, said) = (hub.clone(), Presence::of(visitor), wanted.clone());
    let look = move |tx: &Tx<'_>| look(&Looking { tx, hub: &on, presence, wanted: &said });
    let way = match hub.store.read(look).await? {
        Found::Nothing(about, checks) => {
            return answered::record(hub, about, Code::InitiateIssuer, checks).await;
        }
        Found::Way(way) => *way,
    };
    if let Some((admission, purpose)) = way.present
        && let Some(answer) = choose::into(hub, purpose, admission).await?
    {
        return Ok(answer);
    }
    if let Some(answer) = gate::turned_away(hub, visitor).await? {
        return Ok(answer);
    }
    let (browser, cookie) = visitor.bind(hub.rng.as_ref());
    let mut begun = broker::attempt::begin(hub.rng.as_ref(), hub.now(), way.purpose, Some(browser));
    begun.attempt.organization = way.organization;
    let sending = Sending { force_login: visitor.signed_out, login_hint: wanted.login_hint };
    let answer = asked::follow(hub, begun, way.route, sending, way.app).await?;
    Ok(Answer { browser: cookie, ..answer })
}
