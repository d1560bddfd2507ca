//! P7: what the store's commit costs beside raw group commits with rusqlite, in the same run on the same disk.
//!
//! `cargo bench -p handoff-store-sqlite --bench append [-- SECONDS [SENDERS [REPETITIONS]]]`. Each repetition runs every
//! contender once; the medians are printed, and the ratio to each raw one.
//!
//! - `raw same rows`: rusqlite writes, by cached statements, exactly the rows that the store writes.
//! - `raw message`: rusqlite writes one narrow row a message and a version, the least that anybody could.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "what can't be measured ends the measurement"
)]

mod contender;
mod payload;

use std::time::{Duration, Instant};

use contender::Contender;
use contender::ours::ours;
use contender::raw;
use handoff_store_sqlite::Durability;

/// What one run measured.
struct Run {
    rate: f64,
    cpu: f64,
}

#[expect(clippy::print_stdout, reason = "the table is what this program is for")]
fn main() {
    let numbers: Vec<u64> = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let number = |index: usize, default: u64| numbers.get(index).copied().unwrap_or(default);
    let time = Duration::from_secs(number(0, 3));
    let senders = usize::try_from(number(1, 256)).unwrap_or(256);
    let contenders: [(&str, Contender, Durability); 6] = [
        ("store FULL", ours, Durability::Full),
        ("raw same rows FULL", raw::same_rows, Durability::Full),
        ("raw message FULL", raw::message, Durability::Full),
        ("store NORMAL", ours, Durability::Normal),
        ("raw same rows NORMAL", raw::same_rows, Durability::Normal),
        ("raw message NORMAL", raw::message, Durability::Normal),
    ];
    let mut runs: Vec<Vec<Run>> = contenders.iter().map(|_| Vec::new()).collect();
    for _ in 0..number(2, 5) {
        for ((_, contender, durability), runs) in contenders.iter().zip(&mut runs) {
            runs.push(measure(*contender, *durability, senders, time));
        }
    }
    println!(
        "{senders} senders, {time:?} each, medians of {}:",
        number(2, 5)
    );
    let rates: Vec<f64> = runs
        .iter()
        .map(|runs| median(runs.iter().map(|run| run.rate)))
        .collect();
    for ((name, ..), (runs, rate)) in contenders.iter().zip(runs.iter().zip(&rates)) {
        let cpu = median(runs.iter().map(|run| run.cpu));
        println!("{name:22} {rate:9.0} commits/s   {cpu:6.1} µs of CPU each");
    }
    for (mode, rates) in [("FULL", rates.get(..3)), ("NORMAL", rates.get(3..))] {
        if let Some([store, same, message]) = rates {
            println!(
                "{mode}: {:.2} of the same rows, {:.2} of a bare message",
                store / same,
                store / message
            );
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a measurement needs real time")]
fn measure(contender: Contender, durability: Durability, senders: usize, time: Duration) -> Run {
    let folder = tempfile::tempdir_in(std::env::var_os("BENCH_DIR").unwrap_or_else(|| ".".into()))
        .expect("a folder");
    let (cpu, start) = (cpu_seconds(), Instant::now());
    let commits = contender(folder.path(), durability, senders, time);
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let commits = commits as f64;
    Run {
        rate: commits / start.elapsed().as_secs_f64(),
        cpu: (cpu_seconds() - cpu) * 1e6 / commits,
    }
}

/// Processor time of this process, user and system, where the system tells.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let ticks = |index: usize| {
        fields
            .get(index)
            .and_then(|field| field.parse::<f64>().ok())
            .unwrap_or_default()
    };
    (ticks(11) + ticks(12)) / 100.0
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
