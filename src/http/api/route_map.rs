//! `/organizations/{id}/route-map` and what an address would come to.

use actix_web::web::{self, Path, ServiceConfig};

use super::answer::{self, Answer};
use super::at;
use super::caller::Caller;
use super::input::{Body, id};
use super::problem::ApiProblem;
use crate::admin::route_map::{
    self, LeadsItem, ReasonItem, RouteAppItem, RouteConnectionItem, RouteDomainItem, RouteMapItem,
    RoutePreview, RoutePreviewInput, RouteQuestion, RouteWayItem,
};
use crate::broker::route::map::{Destination, Door, Entry, Map};
use crate::flows::route_map::{self as flow, Leads};
use crate::model::code::Code;
use crate::model::id::{ConnectionId, OrganizationId};

pub(super) fn routes(table: &mut ServiceConfig) {
    table
        .service(at("/organizations/{id}/route-map", "GET").route(web::get().to(find)))
        .service(at("/organizations/{id}/route-preview", "POST").route(web::post().to(preview)));
}

/// The ways of an organization's people into their apps: from the domains they type, through
/// the connections they sign in with. At most 40 domains, 20 connections and 40 apps.
#[utoipa::path(get, path = "/api/v1/organizations/{id}/route-map", tag = "organizations",
    operation_id = "load_route_map", params(("id" = String, Path)),
    responses((status = 200, body = RouteMapItem)))]
pub(super) async fn find(caller: Caller, path: Path<String>) -> Answer {
    let id: OrganizationId = id(path.into_inner())?;
    let (hub, asked) = (caller.hub.clone(), id.clone());
    let login_url = caller.read(move |act| route_map::may_see(act, &asked)).await?;
    let map = flow::draw(&hub, id).await?.ok_or_else(ApiProblem::not_found)?;
    answer::item(&shown(map, login_url))
}

/// Say what would become of somebody who typed an address, on the way into an app: by the
/// same rules that send people on. Nobody is signed in, nothing is counted or written, and of
/// an address that leads elsewhere nothing else is said.
#[utoipa::path(post, path = "/api/v1/organizations/{id}/route-preview", tag = "organizations",
    operation_id = "preview_route", request_body = RoutePreviewInput,
    params(("id" = String, Path)), responses((status = 200, body = RoutePreview)))]
pub(super) async fn preview(
    caller: Caller,
    path: Path<String>,
    body: Body<RoutePreviewInput>,
) -> Answer {
    let id: OrganizationId = id(path.into_inner())?;
    let (hub, asked) = (caller.hub.clone(), id.clone());
    let ask = caller.read(move |act| route_map::ask(act, &asked, &body.value)).await?;
    let RouteQuestion { address, app } = ask;
    let found = flow::foretell(&hub, id, app, address).await?.ok_or_else(ApiProblem::not_found)?;
    answer::item(&RoutePreview {
        asked: found.asked,
        domain: found.domain,
        leads: found.leads.map(leads),
        user: found.person.map(String::from),
        refused: found.refused.map(ReasonItem::from),
    })
}

fn shown(map: Map, login_url: Option<String>) -> RouteMapItem {
    let ids: Vec<String> =
        map.connections.iter().map(|door| door.connection.id.to_string()).collect();
    let password = map.password.is_some();
    RouteMapItem {
        domains: map.domains.into_iter().map(domain).collect(),
        login_url,
        leads: leads(map.address),
        connections: map.connections.into_iter().map(connection).collect(),
        password: map.password,
        apps: map.apps.into_iter().map(|app| destination(app, &ids, password)).collect(),
        cut: map.cut,
    }
}

fn domain(entry: Entry) -> RouteDomainItem {
    RouteDomainItem {
        domain: entry.domain.name,
        state: entry.domain.state.as_str(),
        include_subdomains: entry.domain.include_subdomains,
        leads: entry.leads.map(leads),
    }
}

fn connection(door: Door) -> RouteConnectionItem {
    RouteConnectionItem {
        id: door.connection.id.to_string(),
        name: door.connection.name,
        refused: reason(door.open),
    }
}

fn destination(found: Destination, ids: &[String], password: bool) -> RouteAppItem {
    let through = ids.iter().cloned().map(Some).zip(found.through);
    let ways = through.chain(password.then_some((None, found.with_password)));
    RouteAppItem {
        app: found.app.id.to_string(),
        name: found.app.name,
        by_role: !found.app.settings.allowed_roles.is_empty(),
        ways: ways
            .map(|(connection, judged)| RouteWayItem { connection, refused: reason(judged) })
            .collect(),
    }
}

fn reason(judged: Result<(), Code>) -> Option<ReasonItem> {
    judged.err().map(ReasonItem::from)
}

fn leads(found: Leads) -> LeadsItem {
    let ids = |all: Vec<ConnectionId>| all.into_iter().map(String::from).collect();
    let to = |to, connections| LeadsItem { to, connections, refused: None };
    match found {
        Leads::Straight(connection) => to("straight", vec![connection.into()]),
        Leads::Choice(several) => to("choice", ids(several)),
        Leads::Password(beside) => to("password", ids(beside)),
        Leads::Nowhere(code) => {
            LeadsItem { refused: Some(code.into()), ..to("nowhere", Vec::new()) }
        }
    }
}
