//! `cargo bench -p handoff-benches`: the table of limits and peers, the same as the bin `compare`.

use std::process::ExitCode;

fn main() -> ExitCode {
    handoff_benches::compare::main()
}
