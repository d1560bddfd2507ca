//! Measures the detectors of attention on texts of a folder: `detectors --data FOLDER [--json FILE] [--errors]`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command prints its report"
)]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use handoff_benches::detectors;

/// Precision, recall and F1 of each detector and language, and the time that a message takes.
#[derive(Debug, Parser)]
struct Arguments {
    /// The folder with `support_requests.csv`, `everyday_requests.csv`, `customer_tweets.csv` and `assistant_replies.csv` (those
    /// that are there), and any *.csv with the columns text and `asks_for_person`, perhaps lang.
    #[arg(long)]
    data: PathBuf,
    /// Also writes the figures to this file, as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Prints the texts that went wrong.
    #[arg(long)]
    errors: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let report = match detectors::measure(&arguments.data) {
        Ok(report) => report,
        Err(error) => {
            eprintln!("{error:#}");
            return ExitCode::FAILURE;
        }
    };
    print!("{}", report.table());
    if arguments.errors {
        print!("{}", report.errors());
    }
    if let Some(path) = arguments.json
        && let Err(error) = std::fs::write(&path, format!("{:#}\n", report.json()))
    {
        eprintln!("{} could not be written: {error}", path.display());
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
