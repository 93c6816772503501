//! Where people of an organization are sent: who may ask, and how the answer looks.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::AdminError;
use super::input::Problems;
use super::{Act, Scope, organizations};
use crate::model::code::Code;
use crate::model::id::{AppId, OrganizationId};
use crate::model::organization::domain_of;
use crate::store::apps;

/// Longest address looked at, in bytes (RFC 5321 section 4.5.3.1.3 with room).
const LONGEST: usize = 320;

/// Where something leads.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LeadsItem {
    /// `straight` to a provider, to a `choice` of several, to the page that asks for a
    /// `password`, with the ways in beside it, or `nowhere`.
    #[schema(example = "straight")]
    pub to: &'static str,
    /// The connections people are sent to, or may choose.
    pub connections: Vec<String>,
    /// Why it leads nowhere.
    pub refused: Option<ReasonItem>,
}

/// Why somebody does not get on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReasonItem {
    /// The reason code.
    #[schema(example = "app_connection_refused")]
    pub code: &'static str,
    /// What the person would read.
    pub sentence: &'static str,
}

impl From<Code> for ReasonItem {
    fn from(code: Code) -> Self {
        Self { code: code.as_str(), sentence: code.sentence() }
    }
}

/// A domain people type.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RouteDomainItem {
    /// It.
    pub domain: String,
    /// `pending`, `proved_by_dns`, `proved_by_operator` or `lost`.
    #[schema(example = "proved_by_dns")]
    pub state: &'static str,
    /// Whether it stands for every domain below it, too.
    pub include_subdomains: bool,
    /// Where it leads; null while it leads to nothing of this organization.
    pub leads: Option<LeadsItem>,
}

/// A connection.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RouteConnectionItem {
    /// Its identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Why nobody can sign in through it; null when they can.
    pub refused: Option<ReasonItem>,
}

/// Through what an app may be come to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RouteWayItem {
    /// The connection; null for a password.
    pub connection: Option<String>,
    /// Why not; null when so.
    pub refused: Option<ReasonItem>,
}

/// An app that is open to the organization.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RouteAppItem {
    /// Its identifier.
    pub app: String,
    /// Its name as shown to people.
    pub name: String,
    /// Whether it is only for people with certain roles.
    pub by_role: bool,
    /// Each connection of the map, and a password where people have one.
    pub ways: Vec<RouteWayItem>,
}

/// The ways of an organization's people into their apps.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RouteMapItem {
    /// Its domains.
    pub domains: Vec<RouteDomainItem>,
    /// Its own login address, if it has one.
    pub login_url: Option<String>,
    /// Where that leads, and every domain that leads here.
    pub leads: LeadsItem,
    /// Its connections.
    pub connections: Vec<RouteConnectionItem>,
    /// Whether its people may come in with a password; null where they have none.
    pub password: Option<bool>,
    /// The apps that are open to it.
    pub apps: Vec<RouteAppItem>,
    /// Whether there is more than is shown.
    pub cut: bool,
}

/// Whose way is to be foretold.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoutePreviewInput {
    /// What the person would type: an e-mail address or a company domain.
    #[schema(example = "ann@acme.test")]
    pub address: String,
    /// The app they come from; absent for Doorward's own sign-in page.
    #[serde(default)]
    pub app: Option<String>,
}

/// What would become of them. Nobody is signed in, nothing is counted.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RoutePreview {
    /// Whether they are asked for an address first, unless the app says whom it expects.
    pub asked: bool,
    /// The domain of the organization that the address is at; null for none.
    #[schema(example = "acme.test")]
    pub domain: Option<String>,
    /// Where the address leads; null when it leads to nothing of this organization.
    pub leads: Option<LeadsItem>,
    /// The person of the organization with this address, if there is one.
    pub user: Option<String>,
    /// Why they would be refused when they come back from there, as far as that is known
    /// before: their groups and their provider's word are not.
    pub refused: Option<ReasonItem>,
}

/// What was asked for, checked.
#[derive(Debug, Clone)]
pub struct RouteQuestion {
    /// What the person would type.
    pub address: String,
    /// The app.
    pub app: Option<AppId>,
}

/// Checks who may ask for the map; gives the organization's login address.
///
/// # Errors
/// `NotFound`.
pub fn may_see(act: &Act<'_>, id: &OrganizationId) -> Result<Option<String>, AdminError> {
    let path = organizations::kept(act, id)?.path;
    Ok(path.map(|path| act.hub.config.public_url.at(&format!("/o/{}", path.as_str()))))
}

/// Checks who may ask: whoever reaches the organization, of an app its people may use.
///
/// # Errors
/// `NotFound`, `Invalid`.
pub fn ask(
    act: &Act<'_>,
    id: &OrganizationId,
    input: &RoutePreviewInput,
) -> Result<RouteQuestion, AdminError> {
    organizations::kept(act, id)?;
    let mut problems = Problems::default();
    let address = input.address.trim();
    if address.len() > LONGEST || domain_of(address).is_none() {
        problems.add("address", "give an e-mail address, or a domain such as acme.example");
    }
    let app = match input.app.as_deref() {
        Some(text) => {
            let found = match AppId::try_from(text) {
                Ok(app) => apps::find(act.tx, &app)?,
                Err(_) => None,
            };
            // Whoever reaches one organization is not told which other apps there are.
            let app = found.filter(|app| match act.access.scope() {
                Scope::Installation => true,
                Scope::Organization(own) => app.admits(own),
                Scope::Connection(..) => false,
            });
            if app.is_none() {
                problems.add("app", "give the id of an app that is open to the organization");
            }
            app.map(|app| app.id)
        }
        None => None,
    };
    problems.done()?;
    Ok(RouteQuestion { address: address.to_owned(), app })
}
