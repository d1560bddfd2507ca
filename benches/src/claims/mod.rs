//! Many agents claim one conversation at the same moment, again and again, on every store: one gets it each time, and the
//! others learn who.

mod lane;
mod report;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::{Parser, ValueEnum};
use handoff_core::conversation::Mode;
use handoff_core::directory::Service;
use handoff_core::id::ServiceId;
use handoff_core::runtime::Handoff;
use serde::Serialize;
use tokio::task::JoinSet;

use crate::compare::clock;
use crate::servers::{Postgres, Redis};
use crate::storage::Storage;
use lane::{Lane, Tally};
use report::Outcome;

/// So many engines share a store, as so many nodes do.
const ENGINES: usize = 4;
/// So many conversations are raced for at a time.
const LANES: usize = 32;

/// A store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// The reference store.
    Memory,
    /// A file, synchronous at FULL.
    Sqlite,
    /// A server of our own.
    Postgres,
    /// A server of our own, with an append-only file.
    Redis,
}

/// Races for the floor: one winner each, and every loser learns who it is.
#[derive(Debug, Parser)]
#[command(name = "claims")]
struct Options {
    /// So many races on each store.
    #[arg(long, default_value_t = 100_000)]
    races: u64,
    /// So many agents in each race.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u64).range(2..=1_000))]
    claimers: u64,
    /// No new race begins on a store after so many seconds.
    #[arg(long)]
    seconds: Option<u64>,
    /// On these stores [default: all].
    #[arg(long, value_enum, value_delimiter = ',')]
    store: Vec<Kept>,
    /// Writes the figures there, as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// Runs the command. Ends with 1 where a race had no winner or two, or a loser did not learn the holder.
pub fn main() -> ExitCode {
    let options = Options::parse();
    let done = tokio::runtime::Runtime::new()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(run(&options)));
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            writeln!(std::io::stderr(), "claims: {error:#}").ok();
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<bool> {
    let all = [Kept::Memory, Kept::Sqlite, Kept::Postgres, Kept::Redis];
    let stores = if options.store.is_empty() {
        &all[..]
    } else {
        &options.store
    };
    writeln!(std::io::stdout(), "{}", report::HEAD)?;
    let mut outcomes = Vec::new();
    for kept in stores {
        let outcome = Box::pin(on(*kept, options)).await;
        let outcome = outcome.with_context(|| format!("on {kept:?}"))?;
        writeln!(std::io::stdout(), "{outcome}")?;
        outcomes.push(outcome);
    }
    if let Some(path) = &options.json {
        let json = serde_json::to_string_pretty(&outcomes)?;
        std::fs::write(path, json)
            .with_context(|| format!("{} could not be written", path.display()))?;
    }
    Ok(outcomes.iter().all(Outcome::holds))
}

async fn on(kept: Kept, options: &Options) -> Result<Outcome> {
    let folder = tempfile::tempdir()?;
    let (mut postgres, mut redis) = (None, None);
    let storage = match kept {
        Kept::Memory => Storage::memory(),
        Kept::Sqlite => Storage::sqlite(&folder.path().join("claims.db")).await?,
        Kept::Postgres => {
            let server = postgres.insert(Postgres::start().await?);
            Storage::postgres(&Postgres::url(server.address)).await?
        }
        Kept::Redis => {
            let server = redis.insert(Redis::start().await?);
            Storage::redis(&Redis::url(server.address), "claims").await?
        }
    };
    let outcome = race(kept, options, &storage).await;
    storage.close().await;
    outcome
}

async fn race(kept: Kept, options: &Options, storage: &Storage) -> Result<Outcome> {
    let mut engines = Vec::new();
    let mut service = Service::new(ServiceId::new("claims")?, "Claims");
    service.policy.mode = Mode::HumanOnly;
    for _ in 0..ENGINES {
        let (store, directory) = storage.engine();
        engines.push(Handoff::builder(store, directory).start().await?);
    }
    if let Some(engine) = engines.first() {
        engine.save_service(service.clone(), 0).await?;
    }
    let engines: Arc<[Handoff]> = engines.into();
    let left = Arc::new(AtomicU64::new(options.races));
    let started = clock::now();
    let ends = options
        .seconds
        .map(|seconds| started + Duration::from_secs(seconds));
    let mut lanes = JoinSet::new();
    for number in 0..LANES {
        let lane = Lane {
            number,
            engines: engines.clone(),
            service: service.id.clone(),
            claimers: usize::try_from(options.claimers)?,
            left: left.clone(),
            ends,
        };
        lanes.spawn(lane.run());
    }
    let mut tally = Tally::new()?;
    while let Some(lane) = lanes.join_next().await {
        tally.add(lane??)?;
    }
    let seconds = started.elapsed().as_secs_f64();
    for engine in &*engines {
        engine.shutdown().await;
    }
    Ok(Outcome::of(kept, options.claimers, &tally, seconds))
}
