//! Probes.

use actix_web::{HttpResponse, web};

use crate::hub::Hub;

/// `GET /health/live`: the process answers.
pub(super) async fn live() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("live\n")
}

/// `GET /health/ready`: the store answers, too.
pub(super) async fn ready(hub: web::Data<Hub>) -> HttpResponse {
    match hub.store.answers().await {
        Ok(()) => HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ready\n"),
        Err(error) => {
            tracing::error!(%error, "not ready");
            HttpResponse::ServiceUnavailable()
                .content_type("text/plain; charset=utf-8")
                .body("the store does not answer\n")
        }
    }
}
