//! The reference directory.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::archive::RecordArchive;
use crate::directory::{Directory, PutError, Record, RecordKind};
use crate::error::StoreError;
use crate::time::Timestamp;

type Key = (RecordKind, String);

#[derive(Debug, Default)]
struct Drawers {
    records: BTreeMap<Key, Record>,
    /// From second to first keys.
    lookups: BTreeMap<Key, String>,
}

/// A [`Directory`] in memory. Clones share their records.
#[derive(Debug, Clone, Default)]
pub struct MemoryDirectory {
    drawers: Arc<Mutex<Drawers>>,
}

impl MemoryDirectory {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, Drawers> {
        self.drawers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for MemoryDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("memory directory")
    }
}

impl Record {
    /// Whether it no longer counts as there.
    fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }
}

impl Drawers {
    fn live(&self, key: &Key, now: Timestamp) -> Option<&Record> {
        self.records
            .get(key)
            .filter(|record| !record.has_expired(now))
    }

    fn remove(&mut self, key: &Key) -> bool {
        let Some(record) = self.records.remove(key) else {
            return false;
        };
        if let Some(lookup) = record.lookup {
            self.lookups.remove(&(record.kind, lookup));
        }
        true
    }

    fn put(&mut self, mut record: Record, now: Timestamp) -> Result<u64, PutError> {
        let key = (record.kind, record.key.clone());
        let current = self.live(&key, now).map_or(0, |stored| stored.version);
        if current != record.version {
            return Err(PutError::VersionConflict { current });
        }
        if let Some(lookup) = &record.lookup
            && let Some(holder) = self.lookups.get(&(record.kind, lookup.clone()))
            && *holder != record.key
        {
            let holder = (record.kind, holder.clone());
            if self.live(&holder, now).is_some() {
                return Err(PutError::LookupTaken);
            }
            self.remove(&holder);
        }
        record.version = current + 1;
        let version = record.version;
        self.replace(record);
        Ok(version)
    }

    fn replace(&mut self, record: Record) {
        let key = (record.kind, record.key.clone());
        self.remove(&key);
        if let Some(lookup) = &record.lookup {
            self.lookups
                .insert((record.kind, lookup.clone()), record.key.clone());
        }
        self.records.insert(key, record);
    }

    fn restore(&mut self, record: Record) {
        let lookup = record.lookup.clone().map(|lookup| (record.kind, lookup));
        if let Some(holder) = lookup.and_then(|lookup| self.lookups.get(&lookup).cloned()) {
            self.remove(&(record.kind, holder));
        }
        self.replace(record);
    }
}

#[async_trait]
impl Directory for MemoryDirectory {
    async fn get(
        &self,
        kind: RecordKind,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<Record>, StoreError> {
        Ok(self.lock().live(&(kind, key.to_owned()), now).cloned())
    }

    async fn find(
        &self,
        kind: RecordKind,
        lookup: &str,
        now: Timestamp,
    ) -> Result<Option<Record>, StoreError> {
        let drawers = self.lock();
        let key = drawers.lookups.get(&(kind, lookup.to_owned()));
        Ok(key
            .and_then(|key| drawers.live(&(kind, key.clone()), now))
            .cloned())
    }

    async fn list(
        &self,
        kind: RecordKind,
        after: Option<&str>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Record>, StoreError> {
        let from = match after {
            Some(key) => Bound::Excluded((kind, key.to_owned())),
            None => Bound::Included((kind, String::new())),
        };
        let drawers = self.lock();
        let of_kind = drawers
            .records
            .range((from, Bound::Unbounded))
            .map_while(|(key, record)| (key.0 == kind).then_some(record));
        Ok(of_kind
            .filter(|record| !record.has_expired(now))
            .take(limit)
            .cloned()
            .collect())
    }

    async fn put(&self, record: Record, now: Timestamp) -> Result<u64, PutError> {
        self.lock().put(record, now)
    }

    async fn delete(&self, kind: RecordKind, key: &str) -> Result<bool, StoreError> {
        Ok(self.lock().remove(&(kind, key.to_owned())))
    }
}

#[async_trait]
impl RecordArchive for MemoryDirectory {
    async fn restore_record(&self, record: Record) -> Result<(), StoreError> {
        self.lock().restore(record);
        Ok(())
    }
}
