//! The console: a static single-page app over the admin API, served below `/console/`. Its
//! files come from a build with Node.js ([`files`]); without one there is a note instead.
//!
//! The page holds no secret and knows nobody: what it may do is what the admin API lets the
//! browser's session do. Without one it sends to the sign-in pages, which lead back here.

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, LOCATION, VARY,
};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::cookies::{self, Kind};
use super::route::{document, redirect};
use crate::hub::Hub;
use crate::model::rng::Rng;
use crate::model::secret::random_token;

mod files;

pub use files::Console;

/// What is said where the console should be.
const NOT_BUILT: &str = "The console is not part of this build of Doorward.\n\n\
    It is built with Node.js 20.19 or newer: `./install.sh` does it together with the binary. By hand:\n\n\
    npm ci --prefix web/console\n\
    npm run build --prefix web/console\n\
    cargo build\n\n\
    The admin API works without it: its description is at api/v1/openapi.json.\n";

/// The addresses of this room.
pub(super) fn routes(table: &mut web::ServiceConfig) {
    table
        .route("/console", document().to(entrance))
        .service(web::resource("/console/sign-in").route(web::get().to(sign_in)))
        .route("/console/{path:.*}", document().to(serve));
}

/// The address without its last slash.
async fn entrance(hub: web::Data<Hub>) -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((LOCATION, hub.config.public_url.at("/console/")))
        .finish()
}

/// Which way in.
#[derive(Deserialize)]
struct SignIn {
    #[serde(default)]
    owner: bool,
}

/// Sends to sign in, and remembers in the browser that it is for the console. The mark says
/// no more than that: nobody can be sent anywhere else by it.
async fn sign_in(hub: web::Data<Hub>, asked: web::Query<SignIn>) -> HttpResponse {
    let url = &hub.config.public_url;
    let mut response = redirect(&url.at(if asked.owner { "/owner" } else { "/login" }));
    let rng: &dyn Rng = hub.rng.as_ref();
    // A cookie of ours is always a sound header: base64url and fixed attributes.
    let _added = response.add_cookie(&cookies::keep(url, Kind::Console, &random_token(rng)));
    response
}

/// A file of the console; for every other address below `/console/` the page itself, whose
/// script knows what to show there.
async fn serve(
    request: HttpRequest,
    hub: web::Data<Hub>,
    console: web::Data<Console>,
    path: web::Path<String>,
) -> HttpResponse {
    if let Some(file) = console.file(&path) {
        let accepted = request.headers().get(ACCEPT_ENCODING).and_then(|v| v.to_str().ok());
        let (coding, bytes) = file.variant(accepted.unwrap_or_default());
        let tag = match coding {
            Some(coding) => format!("\"{}-{coding}\"", file.digest()),
            None => format!("\"{}\"", file.digest()),
        };
        let mut answer = HttpResponse::Ok();
        // Its name carries a digest of its content.
        answer.insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"));
        answer.insert_header((VARY, "Accept-Encoding")).insert_header((ETAG, tag.clone()));
        if knows(&request, &tag) {
            return answer.status(StatusCode::NOT_MODIFIED).finish();
        }
        if let Some(coding) = coding {
            answer.insert_header((CONTENT_ENCODING, coding));
        }
        return answer.insert_header((CONTENT_TYPE, file.content_type())).body(bytes);
    }
    if path.starts_with("assets/") {
        return HttpResponse::NotFound().finish();
    }
    let Some(page) = console.page(hub.config.public_url.path()) else {
        return HttpResponse::NotFound().content_type("text/plain; charset=utf-8").body(NOT_BUILT);
    };
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((ETAG, page.tag.clone()))
        .insert_header((CONTENT_SECURITY_POLICY, content_policy(hub.config.public_url.secure())));
    if knows(&request, &page.tag) {
        return answer.status(StatusCode::NOT_MODIFIED).finish();
    }
    answer.content_type("text/html; charset=utf-8").body(page.html)
}

/// Scripts and styles from files of ours only, nothing inline, and no string ever becomes
/// markup but what the compiler of the components wrote (trusted types). Forms lead out only
/// because signing out may end at the identity provider, and Chromium applies the rule to
/// redirects, too.
fn content_policy(secure: bool) -> &'static str {
    if secure {
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self' https:; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html"
    } else {
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self' https: http:; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html"
    }
}

/// Whether the browser holds exactly this already (RFC 9110 section 13.1.2).
fn knows(request: &HttpRequest, tag: &str) -> bool {
    let held = request.headers().get(IF_NONE_MATCH).and_then(|v| v.to_str().ok());
    held.is_some_and(|held| {
        held.split(',').map(str::trim).any(|each| each.trim_start_matches("W/") == tag)
    })
}
