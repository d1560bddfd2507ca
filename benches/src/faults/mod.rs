//! Breaks real processes on purpose and looks whether the promises hold: kills, pauses and restarts nodes, Postgres and
//! Redis, cuts and delays what goes between them and their clients, and gives what was seen to the checker of the core.
//!
//! Widgets and dashboards are real sockets that come back and send again what was not answered. Everything goes through
//! proxies of this process. At the end the nodes are killed, the store is read, and its logs together with what every
//! client asked, was told and was shown make the history that is judged. What the checker can't see here: what the
//! assistant was told (I11; the simulator shows that) and notifications (I15; the server sends none yet).
//!
//! A kill "before, inside and after the commit" of a takeover (F1) is not placed by failpoints in the server: a node is
//! killed at a random moment of the few milliseconds that a takeover takes, again and again, and the claimer asks once
//! more with the same id. That reaches all three places without code in the server that exists for tests alone; that each
//! single place is reached is the simulator's part, which crashes a node at every effect.

mod client;
mod fault;
mod inject;
mod judge;
mod log;
mod node;
mod proxy;
mod recorder;
mod report;
mod resp;
mod run;

mod shim;
mod world;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Parser;

pub use fault::Kept;

use crate::compare;

/// Injects faults into running servers and checks every promise; ends with 1 where one was broken.
#[derive(Debug, Parser)]
#[command(name = "faults")]
pub struct Options {
    /// Seconds of faults for each store. Every fault happens once, however short that is.
    #[arg(long, default_value_t = 60)]
    pub seconds: u64,
    /// The seed of everything that is random here. What processes make of it depends on the machine.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// On these stores [default: all].
    #[arg(long, value_enum, value_delimiter = ',')]
    pub store: Vec<Kept>,
    /// So many visitors.
    #[arg(long, default_value_t = 24)]
    pub visitors: usize,
    /// So many agents race for one conversation.
    #[arg(long, default_value_t = 50)]
    pub agents: usize,
    /// So many clients come back at the same moment.
    #[arg(long, default_value_t = 2_000)]
    pub storm: usize,
    /// A node is paused for at most so many seconds.
    #[arg(long, default_value_t = 5)]
    pub pause: u64,
    /// Writes the figures there, as JSON.
    #[arg(long)]
    pub json: Option<PathBuf>,
}

/// How much happens.
#[derive(Debug, Clone, Copy)]
struct Load {
    time: Duration,
    visitors: usize,
    agents: usize,
    dashboards: usize,
    storm: usize,
    pause: Duration,
}

/// Runs the command.
pub fn main() -> ExitCode {
    let options = Options::parse();
    let done = tokio::runtime::Runtime::new()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(run(&options)));
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            writeln!(std::io::stderr(), "faults: {error:#}").ok();
            ExitCode::FAILURE
        }
    }
}

/// Runs every store that is wanted and prints the tables. Says whether all promises held and every fault was delivered.
///
/// # Errors
/// The processes could not be started, or did not recover.
pub async fn run(options: &Options) -> Result<bool> {
    let binary = compare::server_binary().await?;
    let stores = if options.store.is_empty() {
        &Kept::ALL[..]
    } else {
        &options.store
    };
    let load = Load {
        time: Duration::from_secs(options.seconds),
        visitors: options.visitors,
        agents: options.agents.max(2),
        dashboards: options.agents.clamp(2, 6),
        storm: options.storm,
        pause: Duration::from_secs(options.pause.max(1)),
    };
    let mut outcomes = Vec::new();
    for kept in stores {
        let outcome = Box::pin(run::run(*kept, load, binary.clone(), options.seed)).await;
        let outcome = outcome.with_context(|| format!("on {kept:?} with seed {}", options.seed))?;
        writeln!(std::io::stdout(), "{outcome}")?;
        outcomes.push(outcome);
    }
    if let Some(path) = &options.json {
        let json = serde_json::to_string_pretty(&serde_json::json!({
            "seed": options.seed, "seconds": options.seconds, "stores": outcomes,
        }))?;
        std::fs::write(path, json)
            .with_context(|| format!("{} could not be written", path.display()))?;
    }
    Ok(outcomes.iter().all(report::Outcome::holds))
}
