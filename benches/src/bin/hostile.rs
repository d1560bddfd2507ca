//! Lets a hostile model write, and counts what of it reaches anybody: `hostile [--outputs N]`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command prints its report"
)]

use std::process::ExitCode;

use clap::Parser;
use handoff_benches::hostile;

/// A model that echoes its prompt in every form, stops at every byte and answers after a takeover.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many outputs it writes.
    #[arg(long, default_value_t = 100_000)]
    outputs: usize,
}

#[tokio::main]
async fn main() -> ExitCode {
    match hostile::measure(Arguments::parse().outputs).await {
        Ok(report) => {
            println!("{report:#?}");
            if report.is_clean() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
