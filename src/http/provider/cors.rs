//! Which pages of other origins may call (pain of every single-page app): discovery and
//! keys are everybody's, the rest is for origins an app has a redirect URI on. Cookies are
//! never part of it.

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::flows::token::{may_read, origin_known};
use crate::hub::Hub;
use crate::model::app::App;

/// Answers a preflight for what anybody may read.
pub async fn preflight_public() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "GET"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, "*"))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, "3600"))
        .finish()
}

/// Answers a preflight for what apps call. It names no app yet, so any app's origin will do.
pub async fn preflight(request: HttpRequest, hub: Data<Hub>) -> HttpResponse {
    let mut response = HttpResponse::NoContent().finish();
    if let Some(origin) = origin(&request)
        && origin_known(&hub.store, origin).await.unwrap_or(false)
    {
        let headers = response.headers_mut();
        for (name, value) in [
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type"),
            (header::ACCESS_CONTROL_MAX_AGE, "600"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        allow(headers, origin);
    }
    vary(response.headers_mut());
    response
}

/// Lets the page that asked read the answer: of the app when it is proven, else (so that a
/// page can read why it failed) of any app.
pub async fn apply(
    request: &HttpRequest,
    hub: &Hub,
    app: Option<&App>,
    mut response: HttpResponse,
) -> HttpResponse {
    if let Some(origin) = origin(request) {
        let allowed = match app {
            Some(app) => may_read(app, origin),
            None => origin_known(&hub.store, origin).await.unwrap_or(false),
        };
        if allowed {
            allow(response.headers_mut(), origin);
        }
    }
    vary(response.headers_mut());
    response
}

fn origin(request: &HttpRequest) -> Option<&str> {
    request.headers().get(header::ORIGIN)?.to_str().ok()
}

fn allow(headers: &mut HeaderMap, origin: &str) {
    if let Ok(value) = HeaderValue::from_str(origin) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value);
        let exposed = HeaderValue::from_static("www-authenticate");
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
}

fn vary(headers: &mut HeaderMap) {
    headers.append(header::VARY, HeaderValue::from_static("origin"));
}
