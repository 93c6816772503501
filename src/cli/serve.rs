//! `doorward serve`: opens the house and answers until it is told to stop.

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::HttpServer;
use actix_web::dev::Server;
use actix_web::rt::System;
use tokio::signal::unix::{SignalKind, signal};

use super::log;
use crate::config::Config;
use crate::flows::setup;
use crate::http::{self, limits};
use crate::hub::Hub;
use crate::jobs::{self, Jobs};
use crate::model::rng::SystemRng;
use crate::model::secret::Secret;
use crate::model::time::SystemClock;

/// Fewest and most worker threads.
const WORKERS: (usize, usize) = (2, 16);
/// Connections that wait to be accepted.
const BACKLOG: u32 = 1_024;

/// Serves until SIGTERM or SIGINT, then finishes what runs and closes the store.
///
/// # Errors
/// A sentence that names what stopped the start, by option where there is one.
pub fn run(config: Config) -> Result<(), String> {
    log::to_stderr(config.log_level);
    System::new().block_on(async {
        let hub = Hub::open(config, Arc::new(SystemClock), Arc::new(SystemRng)).await?;
        let token = setup::prepare(&hub).await?;
        let server = server(&hub)?;
        let jobs = actix_web::rt::spawn(jobs::run(Jobs::of(&hub)));
        let logouts = actix_web::rt::spawn(jobs::logouts::run(hub.clone()));
        announce(&hub, token.as_ref());
        let ended = server.await;
        jobs.abort();
        logouts.abort();
        // Everything answered is on disk already; this waits for what is queued and lets
        // SQLite fold its log into the file.
        hub.store.close();
        tracing::info!("stopped");
        ended.map_err(|error| format!("the server ended: {error}"))
    })
}

/// Binds and starts the server; it stops by itself on SIGTERM and SIGINT.
fn server(hub: &Hub) -> Result<Server, String> {
    let listen = hub.config.listen;
    let cores = std::thread::available_parallelism().map_or(WORKERS.0, usize::from);
    let handles = hub.clone();
    let server = HttpServer::new(move || http::app(handles.clone()))
        .workers(cores.clamp(WORKERS.0, WORKERS.1))
        .backlog(BACKLOG)
        .max_connections(limits::CONNECTIONS)
        .client_request_timeout(limits::HEAD)
        .client_disconnect_timeout(limits::DISCONNECT)
        .keep_alive(limits::IDLE)
        .shutdown_timeout(limits::SHUTDOWN_SECONDS)
        .shutdown_signal(told_to_stop()?)
        .bind(listen)
        .map_err(|error| cannot_listen(listen, &error))?;
    Ok(server.run())
}

fn cannot_listen(listen: SocketAddr, error: &std::io::Error) -> String {
    format!(
        "--listen {listen}: {error}. Choose another address and port with --listen or DOORWARD_LISTEN"
    )
}

/// Ends when the process is told to stop. Both signals finish running requests.
fn told_to_stop() -> Result<impl Future<Output = ()> + Send + 'static, String> {
    let listen = |kind| signal(kind).map_err(|error| format!("signals cannot be heard: {error}"));
    let (mut terminate, mut interrupt) =
        (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: running requests are finished first");
    })
}

/// The lines for whoever started it. Stdout, so that the set-up token is in no log of ours; after
/// the log of the start and apart from it, so that the address to open is what meets the eye.
fn announce(hub: &Hub, token: Option<&Secret<String>>) {
    let url = &hub.config.public_url;
    tracing::info!(listen = %hub.config.listen, public_url = url.as_str(), "ready");
    let mut out = std::io::stdout().lock();
    let mut lines = format!("Doorward is ready at {}\n", url.as_str());
    if let Some(token) = token {
        let address = url.at("/setup");
        lines.push_str("\nOpen this address to begin. It works once.\n");
        lines.push_str(&format!("Set up: {address}#{}\n\n", token.expose()));
    }
    if let Err(error) = out.write_all(lines.as_bytes()).and_then(|()| out.flush()) {
        tracing::warn!(%error, "nobody reads our standard output");
    }
}
