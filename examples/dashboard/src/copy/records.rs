//! Copies and compares the team's records.

use std::collections::BTreeMap;

use handoff_core::directory::{Record, RecordKind};
use handoff_core::error::StoreError;
use handoff_core::runtime::{Clock, SystemClock};
use handoff_core::time::Timestamp;

use super::report::Differences;
use super::{CopyError, Pair};
use crate::storage::Storage;

/// So many records are read at once.
const PAGE: usize = 200;

/// All records of a kind that have not expired then, by key.
async fn all(
    storage: &Storage,
    kind: RecordKind,
    now: Timestamp,
) -> Result<BTreeMap<String, Record>, StoreError> {
    let mut records: BTreeMap<String, Record> = BTreeMap::new();
    let mut after: Option<String> = None;
    loop {
        let page = storage
            .records
            .list(kind, after.as_deref(), PAGE, now)
            .await?;
        let Some(last) = page.last() else {
            return Ok(records);
        };
        after = Some(last.key.clone());
        records.extend(page.into_iter().map(|record| (record.key.clone(), record)));
    }
}

/// Copies what is not there or not the same; returns how many records there are.
pub(super) async fn copy(pair: &Pair) -> Result<usize, CopyError> {
    let now = SystemClock.now();
    let mut count = 0;
    for kind in RecordKind::ALL {
        let here = all(&pair.from, kind, now).await;
        let here = here.map_err(|error| pair.source(error))?;
        let there = all(&pair.to, kind, now).await;
        let there = there.map_err(|error| pair.target(error))?;
        count += here.len();
        for (key, record) in here {
            if there.get(&key) != Some(&record) {
                let restored = pair.to.records.restore_record(record).await;
                restored.map_err(|error| pair.target(error))?;
            }
        }
    }
    Ok(count)
}

/// Compares every record of both stores.
pub(super) async fn compare(pair: &Pair) -> Result<Differences, CopyError> {
    let mut differences = Differences::default();
    for kind in RecordKind::ALL {
        let now = SystemClock.now();
        let here = all(&pair.from, kind, now).await;
        let mut there = all(&pair.to, kind, now)
            .await
            .map_err(|error| pair.target(error))?;
        for (key, record) in here.map_err(|error| pair.source(error))? {
            if there.remove(&key) != Some(record) {
                differences.add(format_args!("{} {key}", kind.as_str()));
            }
        }
        for key in there.keys() {
            differences.add(format_args!("{} {key} is in --to alone", kind.as_str()));
        }
    }
    Ok(differences)
}
