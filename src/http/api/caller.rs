//! Who calls: a bearer token, an owner's browser session, or the browser of a set-up link.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, web};

use super::problem::{ApiProblem, ProblemCode};
use crate::admin::{self, Access, Act, AdminError, Scope, access};
use crate::http::{cookies, csrf};
use crate::hub::Hub;
use crate::model::audit::Actor;
use crate::model::id::ConnectionId;
use crate::model::secret::Secret;

/// Longest bearer value looked at.
const LONGEST: usize = 512;

/// Somebody who may administer, and the handles to do it with.
#[derive(Clone)]
pub(super) struct Caller {
    pub(super) hub: Hub,
    pub(super) access: Access,
}

impl Caller {
    /// Looks something up.
    pub(super) async fn read<T, F>(self, f: F) -> Result<T, ApiProblem>
    where
        F: FnOnce(&Act<'_>) -> Result<T, AdminError> + Send + 'static,
        T: Send + 'static,
    {
        Ok(admin::read(self.hub, self.access, f).await?)
    }

    /// Changes something.
    pub(super) async fn write<T, F>(self, f: F) -> Result<T, ApiProblem>
    where
        F: FnOnce(&Act<'_>) -> Result<T, AdminError> + Send + 'static,
        T: Send + 'static,
    {
        Ok(admin::write(self.hub, self.access, f).await?)
    }
}

/// Finds out who calls before anything else of the request is looked at: a stranger learns
/// nothing from what is wrong with the rest of it, and no body of theirs is read.
pub(super) async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let found = find(request.request()).await;
    match found {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            Ok(next.call(request).await?.map_into_boxed_body())
        }
        Err(problem) => Ok(request.into_response(problem.answer())),
    }
}

impl FromRequest for Caller {
    type Error = ApiProblem;
    type Future = std::future::Ready<Result<Self, ApiProblem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let found = request.extensions().get::<Self>().cloned();
        std::future::ready(found.ok_or_else(ApiProblem::unauthenticated))
    }
}

async fn find(request: &HttpRequest) -> Result<Caller, ApiProblem> {
    let hub = request.app_data::<web::Data<Hub>>().ok_or_else(ApiProblem::unauthenticated)?;
    let hub = hub.get_ref().clone();
    // A token that was sent is meant: a wrong one never falls back to the cookie.
    let access = if request.headers().contains_key(AUTHORIZATION) {
        match bearer(request) {
            Some(bearer) => access::by_token(&hub, &bearer).await?,
            None => None,
        }
    } else {
        by_cookie(request, &hub).await?
    };
    let access = access.ok_or_else(ApiProblem::unauthenticated)?;
    if let Scope::Connection(_, own) = access.scope()
        && !prepares(request, &hub, own)
    {
        return Err(AdminError::Forbidden.into());
    }
    Ok(Caller { hub, access })
}

/// Whether a request is one of those that prepare the connection `own`: all that the browser of
/// a set-up link may ask for. Everything else is refused here, whatever is added to the API later;
/// what is let through, `admin` looks at again.
fn prepares(request: &HttpRequest, hub: &Hub, own: &ConnectionId) -> bool {
    let below = format!("{}/api/v1/", hub.config.public_url.path());
    let Some(path) = request.path().strip_prefix(&below) else { return false };
    let parts: Vec<&str> = path.split('/').collect();
    match (request.method().as_str(), parts.as_slice()) {
        ("GET", ["me"] | ["presets"] | ["presets", _]) => true,
        ("POST", ["recognise"] | ["setup-links", "finish"]) => true,
        ("GET", ["connections", id])
        | ("PUT", ["connections", id, "draft"])
        | ("POST", ["connections", id, "test"]) => *id == own.as_str(),
        // Which connection an attempt is of, `admin` looks up.
        ("GET", ["attempts", _]) | ("POST", ["attempts", _, "fixes", _]) => true,
        _ => false,
    }
}

fn bearer(request: &HttpRequest) -> Option<Secret<String>> {
    let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, value) = header.split_once(' ')?;
    let value = value.trim();
    let sound = scheme.eq_ignore_ascii_case("bearer") && (1..=LONGEST).contains(&value.len());
    sound.then(|| Secret::new(value.to_owned()))
}

/// Whose the form token of a browser is: only a person's session and a set-up link need one.
pub(super) fn holder(access: &Access) -> &str {
    match access.actor() {
        Actor::User { id } => id.as_str(),
        Actor::SetupLink { id } => id.as_str(),
        Actor::Token { .. } | Actor::Host | Actor::System => "",
    }
}

async fn by_cookie(request: &HttpRequest, hub: &Hub) -> Result<Option<Access>, ApiProblem> {
    let public_url = &hub.config.public_url;
    let reads = [Method::GET, Method::HEAD].contains(request.method());
    let owner = match cookies::read(request, public_url, cookies::Kind::Session) {
        Some(cookie) => access::by_session(hub, &cookie).await?,
        None => None,
    };
    let link = cookies::read(request, public_url, cookies::Kind::SetupLink);
    let access = match (owner, link) {
        (Some(owner), _) => Some(owner),
        (None, Some(cookie)) => access::by_setup_link(hub, &cookie, !reads).await?,
        (None, None) => None,
    };
    if let Some(access) = &access
        && !reads
    {
        let sent = request.headers().get("X-CSRF-Token").and_then(|value| value.to_str().ok());
        let (sent, actor) = (sent.unwrap_or_default(), holder(access));
        csrf::check_api(request, public_url, sent, actor).map_err(|_| {
            ApiProblem::new(
                StatusCode::FORBIDDEN,
                ProblemCode::Csrf,
                "A write by a browser session needs its X-CSRF-Token, sent from a page of ours.",
            )
        })?;
    }
    Ok(access)
}
