//! Breaks real processes on purpose, and checks every promise in what was seen.

use std::process::ExitCode;

fn main() -> ExitCode {
    handoff_benches::faults::main()
}
