//! Races for the floor on every store: one winner each, and every loser learns who it is.

use std::process::ExitCode;

fn main() -> ExitCode {
    handoff_benches::claims::main()
}
