//! What a sign-in costs: the real binary, real signatures, durable commits, beside the least
//! any broker would spend on the same machine in the same minutes.
//!
//! `./install.sh --build-only && cargo bench --bench login`, with `-- --logins N` for another
//! number of sign-ins per app. Nothing here fails for being slow; it fails for being wrong.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark ends at the first thing that goes wrong and prints what it found"
)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;

use floor::{Floor, Plan};
use journey::{PEOPLE, World};
use load::{Phase, Round, Size};
use report::{cell, table};
use server::Server;

mod clock;
mod floor;
mod http;
mod id_token;
mod journey;
mod load;
mod process;
mod report;
mod saml;
mod server;

const ALGORITHMS: [&str; 2] = ["RS256", "ES256"];

/// What a sign-in costs, measured against the real binary and a floor.
#[derive(Parser)]
struct Options {
    /// Sign-ins per app.
    #[arg(long, default_value_t = 2_000)]
    logins: usize,
    /// Browsers at once.
    #[arg(long, default_value_t = 16)]
    browsers: usize,
    /// Rounds the sign-ins are spread over; Doorward and floor take turns.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// The load ends after so many seconds, whatever is left.
    #[arg(long, default_value_t = 120)]
    seconds: u64,
    /// Be a floor, as this file says. For the benchmark itself.
    #[arg(long, hide = true)]
    floor: Option<PathBuf>,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    if let Some(file) = &options.floor {
        floor::run(file);
        return ExitCode::SUCCESS;
    }
    let binary = match server::binary() {
        Ok(binary) => binary,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::FAILURE;
        }
    };
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(measure(&binary, folder.path(), &options));
    ExitCode::SUCCESS
}

/// One app's sign-ins through Doorward, and the same through the floors.
struct Pair {
    algorithm: &'static str,
    doorward: World,
    rounds: Vec<Round>,
    floor: Replayed,
    durable: Replayed,
}

/// Sign-ins through a floor.
struct Replayed {
    world: World,
    process: Floor,
    rounds: Vec<Round>,
}

impl Replayed {
    async fn start(doorward: &World, plan: Plan, folder: &Path, warm_up: Size) -> Self {
        let process = Floor::start(&plan, folder);
        let world = World { target: process.target.clone(), genuine: false, ..doorward.clone() };
        load::round(&world, process.pid(), warm_up).await;
        Self { world, process, rounds: Vec::new() }
    }

    async fn round(&mut self, size: Size) {
        self.rounds.push(load::round(&self.world, self.process.pid(), size).await);
    }
}

async fn measure(binary: &Path, folder: &Path, options: &Options) {
    let idp = Arc::new(saml::Idp::new());
    let (server, first_start) = Server::start(binary, folder);
    let installation = server::set_up(&server, &idp, &ALGORITHMS).await;
    let (server, start) = server.restart();
    let pid = server.pid();
    // What is done once after a start is done by then.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let idle = process::memory_mib(pid, "VmRSS");
    let world = World {
        target: server.target.clone(),
        genuine: true,
        idp,
        provider: installation.provider,
        app: installation.apps[0].clone(),
        serial: Arc::default(),
    };
    let deadline = clock::instant() + Duration::from_secs(options.seconds);
    let size = |logins| Size { logins, browsers: options.browsers, deadline };
    let mut pairs = Vec::new();
    for app in installation.apps {
        pairs.push(pair(World { app, ..world.clone() }, pid, folder, size(PEOPLE)).await);
    }
    for _ in 0..options.rounds {
        let part = size(options.logins.div_ceil(options.rounds));
        for pair in &mut pairs {
            pair.rounds.push(load::round(&pair.doorward, pid, part).await);
            pair.floor.round(part).await;
            pair.durable.round(part).await;
        }
    }
    let alone = Size { browsers: 1, ..size(options.logins.div_ceil(10)) };
    let alone = load::round(&pairs[0].doorward, pid, alone).await;
    let mut phases = Vec::new();
    for pair in &pairs {
        phases.push(in_phases(pair, pid, size(options.logins.div_ceil(2))).await);
    }
    let size = std::fs::metadata(binary).unwrap().len() as f64 / f64::from(1 << 20);
    println!("\n{}, {size:.1} MiB", binary.display());
    let ms = |time: Duration| format!("{:.0} ms", time.as_secs_f64() * 1e3);
    let mib = |mib: f64| format!("{mib:.1} MiB");
    let facts = [
        ("from start to ready", ms(start)),
        ("the same on an empty data folder, keys being made", ms(first_start)),
        ("memory at rest", mib(idle)),
        ("memory after the load", mib(process::memory_mib(pid, "VmRSS"))),
        ("memory at most", mib(process::memory_mib(pid, "VmHWM"))),
    ];
    table("Start and memory", &["", ""], &facts.map(|(name, fact)| vec![name.to_owned(), fact]));
    print(&pairs, &alone, &phases, options.browsers);
}

/// Warms Doorward up and starts the floors that replay its answers.
async fn pair(doorward: World, pid: u32, folder: &Path, warm_up: Size) -> Pair {
    let algorithm = doorward.app.algorithm;
    let answers = load::record(&doorward).await;
    load::round(&doorward, pid, warm_up).await;
    let plan = Plan { algorithm: algorithm.to_owned(), durable: false, answers };
    let durable = Plan { durable: true, ..plan.clone() };
    let floor = Replayed::start(&doorward, plan, folder, warm_up).await;
    let durable = Replayed::start(&doorward, durable, folder, warm_up).await;
    Pair { algorithm, doorward, rounds: Vec::new(), floor, durable }
}

async fn in_phases(pair: &Pair, pid: u32, size: Size) -> (Vec<Phase>, Vec<Phase>) {
    let own = load::phases(&pair.doorward, pid, size).await;
    (own, load::phases(&pair.floor.world, pair.floor.process.pid(), size).await)
}

type Phases = (Vec<Phase>, Vec<Phase>);

fn print(pairs: &[Pair], alone: &Round, phases: &[Phases], browsers: usize) {
    let mut rows = Vec::new();
    for pair in pairs {
        let floors = [("floor", &pair.floor.rounds), ("durable floor", &pair.durable.rounds)];
        for (name, rounds) in [("Doorward", &pair.rounds)].into_iter().chain(floors) {
            rows.push(report::rounds(&format!("{name} {}", pair.algorithm), rounds));
        }
    }
    let title =
        format!("Whole sign-ins, {browsers} browsers at once (generator on the same machine)");
    table(&title, &report::ROUNDS, &rows);
    let row = report::rounds("Doorward RS256", std::slice::from_ref(alone));
    table("Whole sign-ins, one browser", &report::ROUNDS, &[row]);
    for (pair, (own, floor)) in pairs.iter().zip(phases) {
        let title = format!("Step by step, {}, {browsers} browsers at once", pair.algorithm);
        table(&title, &report::STEPS, &report::steps(own, floor));
    }
    let named: Vec<_> =
        pairs.iter().flat_map(|pair| report::threads(pair.algorithm, &pair.rounds)).collect();
    table("CPU ms per sign-in by Doorward's threads, medians", &report::THREADS, &named);
    let ratio = |pair: &Pair| {
        let cpu = |rounds: &[Round]| report::median(rounds.iter().map(|r| r.server_cpu));
        let own = cpu(&pair.rounds);
        let floors = [cpu(&pair.floor.rounds), cpu(&pair.durable.rounds)];
        [pair.algorithm.to_owned(), cell(own)]
            .into_iter()
            .chain(
                floors.into_iter().flat_map(|floor| [cell(floor), format!("{:.2}", own / floor)]),
            )
            .collect::<Vec<_>>()
    };
    let rows: Vec<_> = pairs.iter().map(ratio).collect();
    let heads = ["", "Doorward", "floor", "times it", "durable floor", "times it"];
    table("CPU ms of the server per sign-in, medians of the rounds", &heads, &rows);
}
