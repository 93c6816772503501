//! What happens around every request: a time limit, errors drawn, headers completed, one line
//! in the log. The line has no query and no header: both can carry secrets.

use std::fmt;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse, ResponseError, web};

use super::problem::Problem;
use super::{client_ip, headers, limits};
use crate::hub::Hub;
use crate::model::attempt::Reference;

/// Names the attempt a request belongs to, for the log.
pub fn note_reference(request: &HttpRequest, reference: &Reference) {
    request.extensions_mut().insert(reference.clone());
}

/// The middleware itself.
pub(super) async fn wrap(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(hub) = request.app_data::<web::Data<Hub>>().cloned() else {
        return Err(Bare { status: StatusCode::INTERNAL_SERVER_ERROR, secure: false }.into());
    };
    let started = hub.now();
    // The request cannot be kept aside for the rare case that nothing comes back: the router
    // insists on being its only holder.
    let secure = hub.config.public_url.secure();
    let answered = match tokio::time::timeout(limits::WHOLE, next.call(request)).await {
        Ok(Ok(response)) => response.map_into_boxed_body(),
        Ok(Err(error)) => {
            tracing::error!(%error, "a request ended without an answer");
            return Err(Bare { status: StatusCode::INTERNAL_SERVER_ERROR, secure }.into());
        }
        Err(_) => return Err(Bare { status: StatusCode::REQUEST_TIMEOUT, secure }.into()),
    };
    let mut response = draw(answered, &hub);
    headers::complete(response.headers_mut(), secure);
    log(&response, &hub, started.0);
    Ok(response)
}

/// An answer where there is no request left to draw a page for.
#[derive(Debug)]
struct Bare {
    status: StatusCode,
    secure: bool,
}

impl fmt::Display for Bare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)
    }
}

impl ResponseError for Bare {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status)
            .content_type("text/plain; charset=utf-8")
            .body("This did not work. Go back and try again.\n");
        headers::complete(response.headers_mut(), self.secure);
        response
    }
}

/// Draws what a handler left undrawn: its own `Problem`, or an error of the framework.
fn draw(response: ServiceResponse<BoxBody>, hub: &Hub) -> ServiceResponse<BoxBody> {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let problem = response.response().error().and_then(|e| e.as_error::<Problem>()).cloned();
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let bare = content_type.is_none();
    let foreign = response.response().error().is_some()
        && content_type.is_some_and(|value| value.starts_with("text/plain"));
    if problem.is_none() && !bare && !foreign {
        return response;
    }
    let problem = problem.unwrap_or_else(|| Problem::status(status));
    let mut drawn = problem.answer(response.request(), hub);
    for name in [ALLOW, RETRY_AFTER, WWW_AUTHENTICATE] {
        keep(&response, &mut drawn, &name);
    }
    let (request, _) = response.into_parts();
    ServiceResponse::new(request, drawn)
}

fn keep(from: &ServiceResponse<BoxBody>, to: &mut HttpResponse, name: &HeaderName) {
    if let Some(value) = from.headers().get(name) {
        to.headers_mut().insert(name.clone(), value.clone());
    }
}

fn log(response: &ServiceResponse<BoxBody>, hub: &Hub, started: i64) {
    let request = response.request();
    let reference = request.extensions().get::<Reference>().map(|r| r.0.clone());
    tracing::info!(
        target: "doorward::access",
        method = request.method().as_str(),
        path = request.path(),
        status = response.status().as_u16(),
        milliseconds = hub.now().0.saturating_sub(started),
        client = %client_ip::of(request, &hub.config),
        reference = reference.as_deref(),
    );
}
