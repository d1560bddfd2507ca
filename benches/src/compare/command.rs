//! The command line.

use super::{
    contender::serve_echo,
    figure::{Figure, measure},
    load,
    machine::{Machine, load_average},
    report::Report,
    run::Run,
};
use anyhow::{Context, Result, ensure};
use clap::{Parser, Subcommand};
use std::{fs, io::Write, net::SocketAddr, path::PathBuf, process::ExitCode};

/// Measures Handoff beside the raw limits and its peers (socket.io with SQLite, NATS JetStream), prints the table
/// and saves it. All traffic stays on this machine.
#[derive(Debug, Parser)]
struct Arguments {
    /// Only these lines of the table, like P1,P4.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Two short repetitions: a look, not a figure to quote.
    #[arg(long)]
    quick: bool,
    /// Interleaved repetitions.
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=100))]
    repetitions: Option<u8>,
    /// Where the table goes.
    #[arg(long, default_value = "target/handoff-figures.md")]
    table: PathBuf,
    /// Where the figures go as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Set by `cargo bench`; means nothing here.
    #[arg(long, hide = true)]
    bench: bool,
    #[command(subcommand)]
    part: Option<Part>,
}

/// The other processes of a run are this program too.
#[derive(Debug, Subcommand)]
enum Part {
    #[command(hide = true)]
    Load { order: String },
    #[command(hide = true)]
    Echo { address: SocketAddr },
}

/// Runs the comparison: the whole of the bin `compare` and of `cargo bench`.
///
/// Prints the table and writes it to a file. Ends with 1 where a measurement could not be made at all; a goal that
/// was missed is a figure, not a failure.
pub fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _written = writeln!(std::io::stderr(), "{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match arguments.part {
            Some(Part::Load { order }) => load::carry_out(&order).await,
            Some(Part::Echo { address }) => serve_echo(address).await,
            None => compare(&arguments).await,
        }
    })
}

async fn compare(arguments: &Arguments) -> Result<()> {
    let wanted = |figure: &Figure| {
        let only = &arguments.only;
        let named = |line: &str| only.iter().any(|name| name.eq_ignore_ascii_case(line));
        only.is_empty() || figure.lines().iter().any(|line| named(line))
    };
    let figures: Vec<Figure> = Figure::ALL.into_iter().filter(wanted).collect();
    ensure!(!figures.is_empty(), "--only names no line of the table");

    let default_repetitions = if arguments.quick { 2 } else { 5 };
    let repetitions = arguments.repetitions.unwrap_or(default_repetitions);
    let mut run = Run::new(usize::from(repetitions), arguments.quick)?;
    let mut machine = Machine::here(&std::env::temp_dir())?;
    let mut rows = Vec::new();
    for figure in figures {
        rows.extend(measure(figure, &mut run).await);
    }
    run.progress.finish_and_clear();

    machine.load_after = load_average();
    let report = Report {
        machine,
        repetitions: run.repetitions,
        quick: run.quick,
        rows,
    };
    let table = report.table();
    writeln!(std::io::stdout(), "{table}")?;
    save(&arguments.table, &table)?;
    if let Some(file) = &arguments.json {
        save(file, &serde_json::to_string_pretty(&report)?)?;
    }
    Ok(())
}

fn save(file: &PathBuf, text: &str) -> Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))?;
    writeln!(std::io::stdout(), "Saved in {}", file.display())?;
    Ok(())
}
