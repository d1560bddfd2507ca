//! Measures Handoff beside the raw limits and its peers, prints the table and saves it.

use std::process::ExitCode;

fn main() -> ExitCode {
    handoff_benches::compare::main()
}
