//! What the lists of the admin API cost in a large installation: the real binary over a data
//! folder with 10,000 organizations and 1,000,000 people in it.
//!
//! `./install.sh --build-only && cargo bench --bench lists`, with `-- --largest N` for another
//! number of people in the largest organization, and `-- --keep FOLDER` to find the folder filled
//! another time, and to look at it in a browser. Nothing here fails for being slow: the test that
//! every statement of the store searches an index is what guards that.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark ends at the first thing that goes wrong and prints what it found"
)]

use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;

use asked::asked;
use server::Server;

mod asked;
mod fill;
mod server;

/// What the lists cost, measured against the real binary.
#[derive(Parser)]
struct Options {
    /// People in all organizations together.
    #[arg(long, default_value_t = 1_000_000)]
    people: i64,
    /// People of the largest organization.
    #[arg(long, default_value_t = 100_000)]
    largest: i64,
    /// How often each thing is asked for.
    #[arg(long, default_value_t = 15)]
    rounds: usize,
    /// Measures only what has this in its name.
    #[arg(long, default_value = "")]
    only: String,
    /// Fills this folder, or takes it as it is when it has been filled, and leaves it there.
    #[arg(long)]
    keep: Option<PathBuf>,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

/// A moment to measure from.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn instant() -> Instant {
    Instant::now()
}

fn main() {
    let options = Options::parse();
    let scratch = tempfile::tempdir().unwrap();
    let folder = options.keep.clone().unwrap_or_else(|| scratch.path().to_owned());
    let token = server::token_in(&folder).unwrap_or_else(|| {
        let token = server::prepare(&folder);
        let start = instant();
        fill::fill(&folder, options.people, options.largest);
        println!("filled in {:.0} s", start.elapsed().as_secs_f64());
        server::keep_token(&folder, &token);
        token
    });
    let server = Server::start(&folder, &token);
    println!("\n  {:<58} {:>8} {:>8} {:>8} {:>7}", "", "ms", "most ms", "CPU ms", "KiB");
    for (name, path) in asked(&server) {
        if !name.contains(&options.only) {
            continue;
        }
        let mut times = Vec::new();
        let mut bytes = 0;
        server.get(&path);
        let before = server.cpu_ms();
        for _ in 0..options.rounds {
            let start = instant();
            bytes = server.get(&path).len();
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        let cpu = (server.cpu_ms() - before) / options.rounds as f64;
        times.sort_by(f64::total_cmp);
        let (median, most) = (times[times.len() / 2], times[times.len() - 1]);
        let kib = bytes as f64 / 1_024.0;
        println!("  {name:<58} {median:>8.2} {most:>8.2} {cpu:>8.2} {kib:>7.1}");
    }
}
