//! Lets schedules of the simulator happen and checks every promise in each: `simulate --seeds 1000000 [--json FILE]`,
//! `simulate --seed N` replays one and prints all that was seen.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command prints its report"
)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use clap::Parser;
use handoff_core::testing::check::Census;
use handoff_core::testing::simulate::{EVENTS, simulate, vacuous};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

/// Simulates visitors, agents, nodes, a store and a network with all their faults, and checks every promise.
#[derive(Debug, Parser)]
struct Arguments {
    /// So many schedules.
    #[arg(long, default_value_t = 20_000)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Replays this one alone, and prints all that was seen.
    #[arg(long, conflicts_with_all = ["seeds", "from"])]
    seed: Option<u64>,
    /// So many threads; none: as many as there are cores.
    #[arg(long)]
    threads: Option<usize>,
    /// Also writes the figures to this file, as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// After so many schedules in which a promise was broken no further ones are tried.
const ENOUGH: usize = 10;

/// A schedule in which a promise was broken.
#[derive(Debug)]
struct Failure {
    seed: u64,
    violations: Vec<String>,
}

/// What came out of all schedules.
#[derive(Debug)]
struct Report {
    census: Census,
    failures: Vec<Failure>,
    took: Duration,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.seed {
        Some(seed) => Ok(replay(seed)),
        None => explore(&arguments),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Prints one schedule. Says whether all promises held.
fn replay(seed: u64) -> bool {
    let run = simulate(seed, None);
    print!("{}", run.history);
    for violation in &run.verdict.violations {
        println!("BROKEN {violation}");
    }
    if run.verdict.violations.is_empty() {
        println!("Seed {seed}: every promise held.");
    }
    run.verdict.violations.is_empty()
}

/// Runs many schedules. Says whether all promises held and everything was exercised.
fn explore(arguments: &Arguments) -> Result<bool> {
    if arguments.seeds == 0 {
        bail!("--seeds must be at least 1");
    }
    let report = run_all(arguments)?;
    print_report(&report);
    let missing = vacuous(&report.census);
    if !missing.is_empty() {
        println!("NOT EXERCISED: {}", missing.join(", "));
    }
    if let Some(path) = &arguments.json {
        write_json(path, &report, &missing)?;
    }
    Ok(report.failures.is_empty() && missing.is_empty())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a measurement reads the real clock"
)]
fn now() -> Instant {
    Instant::now()
}

fn run_all(arguments: &Arguments) -> Result<Report> {
    let start = now();
    let threads = arguments
        .threads
        .or_else(|| std::thread::available_parallelism().ok().map(usize::from));
    let bar = ProgressBar::new(arguments.seeds).with_style(ProgressStyle::with_template(
        "{elapsed_precise} {bar:40} {pos}/{len} schedules, {per_sec}, {eta} to go",
    )?);
    let next = AtomicU64::new(0);
    let results = Mutex::new((Census::default(), Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..threads.unwrap_or(1).max(1) {
            scope.spawn(|| work(arguments, &next, &results, &bar));
        }
    });
    bar.finish_and_clear();
    let (census, mut failures) = results
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    failures.sort_by_key(|failure: &Failure| failure.seed);
    Ok(Report {
        census,
        failures,
        took: start.elapsed(),
    })
}

/// Takes one seed after the other until there are none, or enough went wrong.
fn work(
    arguments: &Arguments,
    next: &AtomicU64,
    results: &Mutex<(Census, Vec<Failure>)>,
    bar: &ProgressBar,
) {
    const BATCH: u64 = 100;
    loop {
        let first = next.fetch_add(BATCH, Ordering::Relaxed);
        if first >= arguments.seeds {
            return;
        }
        let mut census = Census::default();
        let mut failures = Vec::new();
        let last = (first + BATCH).min(arguments.seeds);
        for seed in (first..last).map(|nth| arguments.from.saturating_add(nth)) {
            let verdict = simulate(seed, None).verdict;
            census.add(verdict.census);
            if !verdict.violations.is_empty() {
                let violations = verdict.violations.iter().map(ToString::to_string);
                failures.push(Failure {
                    seed,
                    violations: violations.collect(),
                });
            }
        }
        bar.inc(last - first);
        let mut results = results
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        results.0.add(census);
        results.1.append(&mut failures);
        if results.1.len() >= ENOUGH {
            return;
        }
    }
}

fn print_report(report: &Report) {
    let census = &report.census;
    let seconds = report.took.as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
    let rate = census.runs as f64 / seconds;
    println!(
        "{} schedules in {seconds:.1} s: {rate:.0} a second, {} commits",
        census.runs, census.commits
    );
    println!(
        "takeovers {}, lost races for one {}, repeats answered as before {}, pieces shown {}",
        census.races_won, census.races_lost, census.repeats, census.pieces
    );
    println!(
        "resumes that had missed something {}, nothing {}; schedules that became quiet {}",
        census.resumes_with_replay, census.resumes_without_replay, census.quiet
    );
    let tables = [
        ("events", &census.events),
        ("refusals", &census.refusals),
        ("faults", &census.faults),
        ("timers fired", &census.timers_fired),
        ("timers cancelled", &census.timers_cancelled),
    ];
    for (title, counts) in tables {
        println!("\n{title}");
        for (name, count) in counts {
            println!("  {name:24} {count:>12}");
        }
    }
    let never = EVENTS
        .iter()
        .filter(|kind| !census.events.contains_key(**kind));
    for kind in never {
        println!("never happened: {kind}");
    }
    for failure in &report.failures {
        println!("\nBROKEN under seed {}", failure.seed);
        for violation in failure.violations.iter().take(3) {
            println!("  {violation}");
        }
        println!(
            "  replay it: cargo run --release -p handoff-benches --bin simulate -- --seed {}",
            failure.seed
        );
    }
}

fn write_json(path: &Path, report: &Report, missing: &[String]) -> Result<()> {
    let seconds = report.took.as_secs_f64();
    let failures = report
        .failures
        .iter()
        .map(|failure| json!({ "seed": failure.seed, "violations": failure.violations }));
    #[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
    let rate = report.census.runs as f64 / seconds;
    let figures = json!({
        "schedules": report.census.runs,
        "seconds": seconds,
        "schedules_per_second": rate,
        "census": report.census,
        "not_exercised": missing,
        "failures": failures.collect::<Vec<_>>(),
    });
    std::fs::write(path, format!("{figures:#}\n"))
        .with_context(|| format!("{} could not be written", path.display()))
}
