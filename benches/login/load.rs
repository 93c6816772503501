//! Load: many virtual browsers at once on one thread, and what they cost and saw.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::clock;
use crate::floor::Recorded;
use crate::http::Connection;
use crate::id_token;
use crate::journey::{Journey, Step, World, text};
use crate::process::{cpu_ms, threads};

/// Milliseconds, unordered.
pub type Latencies = Vec<f64>;

/// One round against one server.
pub struct Round {
    pub logins: usize,
    pub seconds: f64,
    /// CPU milliseconds per login, of the server and of the generator itself.
    pub server_cpu: f64,
    pub generator_cpu: f64,
    /// The server's, by the names of its threads.
    pub threads: BTreeMap<String, f64>,
    pub latencies: Latencies,
}

/// One step of many sign-ins, all at once.
pub struct Phase {
    /// CPU milliseconds of the server per request.
    pub server_cpu: f64,
    pub latencies: Latencies,
}

/// How much load, and until when at the latest.
#[derive(Clone, Copy)]
pub struct Size {
    pub logins: usize,
    pub browsers: usize,
    pub deadline: Instant,
}

/// One sign-in, kept answer by answer; its ID token is verified.
pub async fn record(world: &World) -> Vec<Recorded> {
    let mut connection = Connection::open(&world.target).await.unwrap();
    let mut journey = Journey::begin(world);
    let mut kept = Vec::new();
    for step in Step::ALL {
        let (_, answer) = journey.step(step, world, &mut connection).await;
        if step == Step::Token {
            let token = text(&answer.body, "id_token");
            id_token::check(token, &journey.nonce(), &world.app, &world.target).await;
        }
        kept.push(Recorded::of(&answer));
    }
    kept
}

/// Whole sign-ins, each browser beginning the next when it is done with one.
pub async fn round(world: &World, pid: u32, size: Size) -> Round {
    let left = Arc::new(AtomicUsize::new(size.logins));
    let own = std::process::id();
    let (start, server, generator) = (clock::instant(), cpu_ms(pid), cpu_ms(own));
    let before = threads(pid);
    let browsers: Vec<_> = (0..size.browsers)
        .map(|_| tokio::spawn(browse(world.clone(), Arc::clone(&left), size.deadline)))
        .collect();
    let mut latencies = Latencies::new();
    for browser in browsers {
        latencies.extend(browser.await.unwrap());
    }
    let logins = latencies.len();
    let mut threads = threads(pid);
    for (name, cpu) in &mut threads {
        *cpu = (*cpu - before.get(name).copied().unwrap_or_default()) / logins as f64;
    }
    Round {
        logins,
        threads,
        seconds: start.elapsed().as_secs_f64(),
        server_cpu: (cpu_ms(pid) - server) / logins as f64,
        generator_cpu: (cpu_ms(own) - generator) / logins as f64,
        latencies,
    }
}

async fn browse(world: World, left: Arc<AtomicUsize>, deadline: Instant) -> Latencies {
    let mut connection = Connection::open(&world.target).await.unwrap();
    let mut latencies = Latencies::new();
    let more = || left.try_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1));
    while more().is_ok() && clock::instant() < deadline {
        let mut journey = Journey::begin(&world);
        let mut total = 0.0;
        for step in Step::ALL {
            let (took, _) = journey.step(step, &world, &mut connection).await;
            total += took.as_secs_f64() * 1e3;
        }
        latencies.push(total);
    }
    latencies
}

/// The same sign-ins step by step: all begin, then all are answered for, and so on, so that
/// what the server spends belongs to one step.
pub async fn phases(world: &World, pid: u32, size: Size) -> Vec<Phase> {
    let mut browsers = Vec::new();
    for _ in 0..size.browsers {
        let connection = Connection::open(&world.target).await.unwrap();
        let each = size.logins.div_ceil(size.browsers);
        let journeys: Vec<_> = (0..each).map(|_| Journey::begin(world)).collect();
        browsers.push((connection, journeys));
    }
    let mut phases = Vec::new();
    for step in Step::ALL {
        let server = cpu_ms(pid);
        let running: Vec<_> = browsers
            .drain(..)
            .map(|(connection, journeys)| {
                tokio::spawn(walk(step, world.clone(), connection, journeys))
            })
            .collect();
        let mut latencies = Latencies::new();
        for one in running {
            let (connection, journeys, seen) = one.await.unwrap();
            browsers.push((connection, journeys));
            latencies.extend(seen);
        }
        let server_cpu = (cpu_ms(pid) - server) / latencies.len() as f64;
        phases.push(Phase { server_cpu, latencies });
    }
    phases
}

async fn walk(
    step: Step,
    world: World,
    mut connection: Connection,
    mut journeys: Vec<Journey>,
) -> (Connection, Vec<Journey>, Latencies) {
    let mut latencies = Latencies::with_capacity(journeys.len());
    for journey in &mut journeys {
        let (took, _) = journey.step(step, &world, &mut connection).await;
        latencies.push(took.as_secs_f64() * 1e3);
    }
    (connection, journeys, latencies)
}
