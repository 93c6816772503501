//! What would become of somebody who typed an address, without anybody signing in. Nothing is
//! counted and nothing written.

use super::map::Leads;
use super::{Hints, Route, route, within};
use crate::broker::as_if;
use crate::broker::domains::{organization_at, standing};
use crate::model::app::App;
use crate::model::code::Code;
use crate::model::connection::NewUsers;
use crate::model::domain::standing::{Entry, entry};
use crate::model::id::{ConnectionId, UserId};
use crate::model::organization::{Organization, address_key, domain_of};
use crate::model::time::Millis;
use crate::model::user::User;
use crate::store::users::search;
use crate::store::{StoreError, Tx, connections, domains, users};

/// What would come of it.
#[derive(Debug, Clone)]
pub struct Foretold {
    /// Whether the app sends people to a page of ours that asks them for an address first.
    pub asked: bool,
    /// The domain of the organization that the address is at.
    pub domain: Option<String>,
    /// Where the address leads; `None` when it is to nothing of this organization.
    pub leads: Option<Leads>,
    /// The person of the organization with this address, if there is one.
    pub person: Option<UserId>,
    /// Why they would be refused when they come back from there, as far as that is known
    /// before.
    pub refused: Option<Code>,
}

/// What would become of somebody who typed `address` to get into `app`, of which `organization`
/// may know: of an address that leads elsewhere only that much is told.
///
/// # Errors
/// A database error.
pub fn foretell(
    tx: &Tx<'_>,
    now: Millis,
    organization: &Organization,
    app: Option<&App>,
    address: &str,
) -> Result<Foretold, StoreError> {
    let without = route(tx, app, &Hints::default())?;
    let asked = matches!(without.map(|route| route.at(now)), Ok(Route::Ask));
    let own = organization_at(tx, address)?.is_some_and(|found| found.id == organization.id);
    let domain = match domain_of(address).filter(|_| own) {
        Some(name) => domains::deciding(tx, &name)?.map(|domain| domain.name),
        None => None,
    };
    if !own {
        return Ok(Foretold { asked, domain, leads: None, person: None, refused: None });
    }
    let leads = match app {
        Some(app) if app.disabled => Leads::Nowhere(Code::AppDisabled),
        _ => Leads::of(within(tx, app, organization)?, now),
    };
    let key = address_key(address).map(|key| search::key(&key));
    let person = match key {
        Some(key) => users::find_by_email(tx, &organization.id, &key)?.map(|user| user.id),
        None => None,
    };
    let through = match &leads {
        Leads::Nowhere(_) => {
            return Ok(Foretold { asked, domain, leads: Some(leads), person, refused: None });
        }
        Leads::Straight(connection) => Some(connection),
        Leads::Choice(_) | Leads::Password(_) => None,
    };
    let refused = match &person {
        Some(person) => afterwards(tx, now, person, through, app)?,
        None => newcomer(tx, organization, through, address)?,
    };
    Ok(Foretold { asked, domain, leads: Some(leads), person, refused })
}

/// Somebody who is known: by the facts that a token would be made of.
fn afterwards(
    tx: &Tx<'_>,
    now: Millis,
    person: &UserId,
    through: Option<&ConnectionId>,
    app: Option<&App>,
) -> Result<Option<Code>, StoreError> {
    if let Some(user) = users::find(tx, person)?.filter(User::is_shut_out) {
        return Ok(Some(if user.disabled { Code::UserDisabled } else { Code::UserInactive }));
    }
    // Through one of several, or with a password: who may use the app depends on which.
    let (Some(through), Some(app)) = (through, app) else { return Ok(None) };
    let facts = as_if::facts(tx, now, person, Some(through.clone()))?;
    Ok(facts.and_then(|facts| facts.may_use(app).err()))
}

/// Somebody who comes for the first time.
fn newcomer(
    tx: &Tx<'_>,
    organization: &Organization,
    through: Option<&ConnectionId>,
    address: &str,
) -> Result<Option<Code>, StoreError> {
    if address_key(address).is_some() {
        let standing = standing(tx, &organization.id, address)?;
        if entry(standing, organization.outside_domains, false) == Entry::Refused {
            return Ok(Some(Code::EmailDomainOutside));
        }
    }
    let Some(through) = through else { return Ok(None) };
    let connection = connections::find(tx, through)?;
    let invited = connection.is_some_and(|of| of.settings.new_users == NewUsers::InvitedOnly);
    Ok(invited.then_some(Code::NotInvited))
}
