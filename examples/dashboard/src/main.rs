//! The deployable Handoff server: the team's dashboard, the chat widget, and a demo shop to try them on.

mod assembly;
mod assistant;
mod copy;
mod greeting;
mod owner_link;
mod serve;
mod settings;
mod signals;
mod site;
mod storage;
mod telemetry;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use copy::CopyError;
use settings::{Cli, Settings, Task};
use storage::{Address, OpenError, Place, PlaceError, Storage};

fn main() -> ExitCode {
    let Cli { task, settings } = Cli::parse();
    let logging = match &task {
        Some(Task::Run(settings)) => settings,
        _ => &settings,
    };
    if let Err(error) = telemetry::start(logging) {
        return fail(&error);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    let done = match task {
        None => runtime.block_on(run(settings)),
        Some(Task::Run(settings)) => runtime.block_on(run(*settings)),
        Some(Task::Migrate { store }) => runtime.block_on(migrate(&store)),
        Some(Task::Copy { from, to }) => runtime.block_on(copy_all(&from, &to)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

/// Why a task was not done.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Run(#[from] assembly::RunError),
    #[error(transparent)]
    Place(#[from] PlaceError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Copy(#[from] CopyError),
    #[error("standard output can't be written: {0}")]
    Print(#[from] std::io::Error),
}

async fn run(settings: Settings) -> Result<(), Failed> {
    Ok(assembly::run(settings).await?)
}

async fn migrate(store: &Address) -> Result<(), Failed> {
    let place = Place::try_from(store)?;
    if let Place::Postgres(address) = &place {
        let migrated = handoff_store_postgres::PostgresStore::migrate(address.as_str()).await;
        migrated.map_err(OpenError::from)?;
    } else {
        // Opening it is all that there is to do.
        Storage::open(&place, handoff_store_sqlite::SqliteOptions::default())
            .await?
            .close()
            .await;
    }
    writeln!(std::io::stdout(), "{place} is up to date")?;
    Ok(())
}

async fn copy_all(from: &Address, to: &Address) -> Result<(), Failed> {
    let done = copy::run(Place::try_from(from)?, Place::try_from(to)?).await?;
    writeln!(std::io::stdout(), "{done}")?;
    Ok(())
}

fn fail(error: &dyn std::fmt::Display) -> ExitCode {
    // Whoever can't read this can't be helped.
    writeln!(std::io::stderr(), "handoff: {error}").ok();
    ExitCode::FAILURE
}
