//! The deployable Handoff server: the team's dashboard, the chat widget, and a demo shop to try them on.

mod assembly;
mod greeting;
mod owner_link;
mod serve;
mod settings;
mod signals;
mod site;
mod telemetry;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use settings::Settings;

fn main() -> ExitCode {
    let settings = Settings::parse();
    if let Err(error) = telemetry::start(&settings) {
        return fail(&error);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    match runtime.block_on(assembly::run(settings)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

fn fail(error: &dyn std::fmt::Display) -> ExitCode {
    // Whoever can't read this can't be helped.
    writeln!(std::io::stderr(), "handoff: {error}").ok();
    ExitCode::FAILURE
}
