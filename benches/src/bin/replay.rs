//! Plays real texts as visitors, and checks that nothing is lost, doubled, out of order, or said after a takeover.

use std::process::ExitCode;

fn main() -> ExitCode {
    handoff_benches::replay::main()
}
