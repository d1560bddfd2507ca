//! `handoff copy`: everything from one store to another.
//!
//! What is there already and the same is passed over, so that a copy that was broken off is only repeated. In the end
//! both stores are read again and compared.

mod conversations;
mod progress;
mod records;
mod report;

use handoff_core::error::StoreError;
use handoff_store_sqlite::SqliteOptions;

use crate::storage::{OpenError, Place, Storage};
use progress::Progress;
pub(crate) use report::Differences;

/// Why nothing, or not everything, was copied.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CopyError {
    #[error("--from and --to are the same store: name two")]
    Same,
    #[error("a memory store is gone with its process: there is nothing to copy from or to it")]
    Memory,
    #[error("{0} does not exist: there is nothing to copy")]
    NoFile(std::path::PathBuf),
    #[error("{place}: {source}")]
    Open { place: Place, source: OpenError },
    #[error(
        "{place} failed: {source}. What was copied stays; repeat the command to go on from there"
    )]
    Store { place: Place, source: StoreError },
    #[error(
        "the stores differ: {0}. End whatever still writes to either of them, and repeat the command"
    )]
    Differ(Differences),
}

/// Two stores.
pub(crate) struct Pair {
    from: Storage,
    to: Storage,
    from_place: Place,
    to_place: Place,
}

impl Pair {
    fn source(&self, source: StoreError) -> CopyError {
        let place = self.from_place.clone();
        CopyError::Store { place, source }
    }

    fn target(&self, source: StoreError) -> CopyError {
        let place = self.to_place.clone();
        CopyError::Store { place, source }
    }
}

/// Copies, compares, and says what was done.
pub(crate) async fn run(from: Place, to: Place) -> Result<String, CopyError> {
    if from == to {
        return Err(CopyError::Same);
    }
    if from == Place::Memory || to == Place::Memory {
        return Err(CopyError::Memory);
    }
    if let Place::Sqlite(path) = &from
        && !path.exists()
    {
        return Err(CopyError::NoFile(path.clone()));
    }
    let pair = Pair {
        from: open(&from).await?,
        to: open(&to).await?,
        from_place: from,
        to_place: to,
    };
    let copied = copy(&pair).await;
    pair.from.close().await;
    pair.to.close().await;
    copied
}

async fn open(place: &Place) -> Result<Storage, CopyError> {
    let opened = Storage::open(place, SqliteOptions::default()).await;
    opened.map_err(|source| CopyError::Open {
        place: place.clone(),
        source,
    })
}

async fn copy(pair: &Pair) -> Result<String, CopyError> {
    let ids = conversations::ids(&pair.from)
        .await
        .map_err(|error| pair.source(error))?;
    let progress = Progress::begin("copying", ids.len());
    let records = records::copy(pair).await?;
    let new = conversations::copy(pair, &ids, &progress).await?;
    progress.end();
    let progress = Progress::begin("comparing", ids.len());
    let mut differences = records::compare(pair).await?;
    conversations::compare(pair, &ids, &progress, &mut differences).await?;
    progress.end();
    if differences.is_empty() {
        Ok(format!(
            "{} conversations and {records} records are the same in both stores; {new} conversations were copied now",
            ids.len()
        ))
    } else {
        Err(CopyError::Differ(differences))
    }
}
