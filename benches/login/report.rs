//! Medians, percentiles and tables.

use crate::journey::Step;
use crate::load::{Latencies, Phase, Round};

/// Prints rows under their heads, the first column to the left, the others to the right.
pub fn table(title: &str, heads: &[&str], rows: &[Vec<String>]) {
    let heads: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    let wide = |column: usize| {
        let cells = rows.iter().chain([&heads]).map(|row| row[column].chars().count());
        cells.max().unwrap_or_default()
    };
    println!("\n{title}");
    for row in [&heads].into_iter().chain(rows) {
        let mut line = format!("  {:<width$}", row[0], width = wide(0));
        for (column, cell) in row.iter().enumerate().skip(1) {
            line.push_str(&format!("  {cell:>width$}", width = wide(column)));
        }
        println!("{}", line.trim_end());
    }
}

/// The middle value.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    percentile(&values.into_iter().collect(), 50)
}

/// The value that `percent` of all values do not exceed.
pub fn percentile(values: &Latencies, percent: usize) -> f64 {
    let mut sorted = values.clone();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() * percent).div_ceil(100).max(1) - 1;
    sorted.get(rank).copied().unwrap_or(f64::NAN)
}

/// One cell with two decimals, or three for small values.
pub fn cell(value: f64) -> String {
    if value < 10.0 { format!("{value:.3}") } else { format!("{value:.1}") }
}

fn percentiles(latencies: &Latencies) -> impl Iterator<Item = String> {
    [50, 95, 99].map(|percent| cell(percentile(latencies, percent))).into_iter()
}

/// The row of some rounds: medians of the rounds, percentiles of all their sign-ins.
pub fn rounds(name: &str, rounds: &[Round]) -> Vec<String> {
    let of = |value: fn(&Round) -> f64| median(rounds.iter().map(value));
    let latencies: Latencies = rounds.iter().flat_map(|r| r.latencies.iter().copied()).collect();
    [
        name.to_owned(),
        latencies.len().to_string(),
        format!("{:.0}", of(|round| round.logins as f64 / round.seconds)),
        cell(of(|round| round.server_cpu)),
        cell(of(|round| round.generator_cpu)),
    ]
    .into_iter()
    .chain(percentiles(&latencies))
    .collect()
}

/// The heads of [`rounds`].
pub const ROUNDS: [&str; 8] =
    ["", "logins", "logins/s", "CPU ms/login", "generator's CPU ms", "p50 ms", "p95 ms", "p99 ms"];

/// The rows of the server's threads in some rounds: medians of the rounds.
pub fn threads(name: &str, rounds: &[Round]) -> Vec<Vec<String>> {
    let Some(first) = rounds.first() else { return Vec::new() };
    let of = |thread: &str| {
        median(rounds.iter().map(|round| round.threads.get(thread).copied().unwrap_or_default()))
    };
    let row = |thread: &String| vec![name.to_owned(), thread.clone(), cell(of(thread))];
    first.threads.keys().map(row).collect()
}

/// The heads of [`threads`].
pub const THREADS: [&str; 3] = ["", "threads", "CPU ms"];

/// The rows of the steps beside those of the floor.
pub fn steps(own: &[Phase], floor: &[Phase]) -> Vec<Vec<String>> {
    let total = |phases: &[Phase]| phases.iter().map(|phase| phase.server_cpu).sum::<f64>();
    let mut rows: Vec<Vec<String>> = Step::ALL
        .iter()
        .zip(own.iter().zip(floor))
        .map(|(step, (own, floor))| {
            [step.name().to_owned(), cell(own.server_cpu), cell(floor.server_cpu)]
                .into_iter()
                .chain(percentiles(&own.latencies))
                .collect()
        })
        .collect();
    let sum = [cell(total(own)), cell(total(floor))];
    let blank = std::iter::repeat_n(String::new(), 3);
    rows.push(["all".to_owned()].into_iter().chain(sum).chain(blank).collect());
    rows
}

/// The heads of [`steps`].
pub const STEPS: [&str; 6] = ["", "CPU ms", "floor's CPU ms", "p50 ms", "p95 ms", "p99 ms"];
