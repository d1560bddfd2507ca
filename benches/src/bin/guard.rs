//! Counts questions for what is known already, with and without the guard: `guard [--json FILE]`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command prints its report"
)]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use handoff_benches::guard;

/// 200 conversations in which the visitor tells an agent something; how often is it asked again after the return?
#[derive(Debug, Parser)]
struct Arguments {
    /// Also writes the figures to this file, as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let report = match guard::measure().await {
        Ok(report) => report,
        Err(error) => {
            eprintln!("{error:#}");
            return ExitCode::FAILURE;
        }
    };
    print!("{}", report.table());
    if let Some(path) = arguments.json {
        let written = serde_json::to_vec_pretty(&report)
            .map_err(std::io::Error::from)
            .and_then(|figures| std::fs::write(&path, figures));
        if let Err(error) = written {
            eprintln!("{} could not be written: {error}", path.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
