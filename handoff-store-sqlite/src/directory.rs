//! The team's records.

use async_trait::async_trait;
use handoff_core::directory::{Record, RecordKind};
use handoff_core::error::StoreError;
use handoff_core::id::ServiceId;
use handoff_core::time::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, SqlitePool};

use crate::columns::{json_at, number, unsigned};
use crate::error::{Failure, failed};
use crate::read::limit;
use crate::writer::Change;

pub(crate) async fn get(
    pool: &SqlitePool,
    kind: RecordKind,
    key: &str,
    now: Timestamp,
) -> Result<Option<Record>, StoreError> {
    one(
        pool,
        include_str!("../queries/record_by_key.sql"),
        kind,
        key,
        now,
    )
    .await
}

pub(crate) async fn find(
    pool: &SqlitePool,
    kind: RecordKind,
    lookup: &str,
    now: Timestamp,
) -> Result<Option<Record>, StoreError> {
    one(
        pool,
        include_str!("../queries/record_by_lookup.sql"),
        kind,
        lookup,
        now,
    )
    .await
}

async fn one(
    pool: &SqlitePool,
    query: &'static str,
    kind: RecordKind,
    key: &str,
    now: Timestamp,
) -> Result<Option<Record>, StoreError> {
    let row = sqlx::query(query)
        .bind(kind.as_str())
        .bind(key)
        .bind(now.as_millis())
        .fetch_optional(pool)
        .await
        .map_err(failed)?;
    row.map(|row| record(kind, &row)).transpose()
}

pub(crate) async fn list(
    pool: &SqlitePool,
    kind: RecordKind,
    after: Option<&str>,
    rows: usize,
    now: Timestamp,
) -> Result<Vec<Record>, StoreError> {
    let query = match after {
        Some(key) => sqlx::query(include_str!("../queries/records_after.sql"))
            .bind(kind.as_str())
            .bind(key),
        None => sqlx::query(include_str!("../queries/records_first.sql")).bind(kind.as_str()),
    };
    let rows = query
        .bind(now.as_millis())
        .bind(limit(rows))
        .fetch_all(pool)
        .await
        .map_err(failed)?;
    rows.iter().map(|row| record(kind, row)).collect()
}

fn record(kind: RecordKind, row: &SqliteRow) -> Result<Record, StoreError> {
    let service: Option<String> = row.try_get(2).map_err(failed)?;
    let expires_at: Option<i64> = row.try_get(4).map_err(failed)?;
    Ok(Record {
        kind,
        key: row.try_get(0).map_err(failed)?,
        lookup: row.try_get(1).map_err(failed)?,
        service: service
            .map(ServiceId::new)
            .transpose()
            .map_err(StoreError::corrupt)?,
        version: unsigned(row.try_get(3).map_err(failed)?),
        expires_at: expires_at.map(Timestamp::from_millis),
        body: json_at(row, 5)?,
    })
}

/// Writes a record at the version that was read.
#[derive(Debug)]
pub(crate) struct Put {
    record: Record,
    body: String,
    now: Timestamp,
}

/// What stood in the way of a [`Put`].
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The record is at this version.
    Version(u64),
    /// Another record has its second key.
    Lookup,
}

impl Put {
    pub(crate) fn new(record: Record, now: Timestamp) -> Result<Self, StoreError> {
        let body = serde_json::to_string(&record.body).map_err(StoreError::backend)?;
        Ok(Self { record, body, now })
    }

    /// Deletes what has expired: whatever stands in the way, and a little more each time, so that nothing piles up.
    async fn delete_expired(&self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        let Self { record, now, .. } = self;
        sqlx::query(include_str!("../queries/delete_expired.sql"))
            .bind(now.as_millis())
            .bind(record.kind.as_str())
            .bind(record.key.as_str())
            .bind(record.lookup.as_deref())
            .execute(connection)
            .await?;
        Ok(())
    }

    async fn refusal(&self, connection: &mut SqliteConnection) -> Result<Option<Refusal>, Failure> {
        let Record {
            kind,
            key,
            lookup,
            version,
            ..
        } = &self.record;
        let current: Option<i64> =
            sqlx::query_scalar("SELECT version FROM records WHERE kind = ? AND key = ?")
                .bind(kind.as_str())
                .bind(key.as_str())
                .fetch_optional(&mut *connection)
                .await?;
        let current = current.map_or(0, unsigned);
        if current != *version {
            return Ok(Some(Refusal::Version(current)));
        }
        let taken: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM records WHERE kind = ? AND lookup = ? AND key <> ?)",
        )
        .bind(kind.as_str())
        .bind(lookup.as_deref())
        .bind(key.as_str())
        .fetch_one(connection)
        .await?;
        Ok(taken.then_some(Refusal::Lookup))
    }
}

#[async_trait]
impl Change for Put {
    type Made = Result<u64, Refusal>;
    const REPLACES: bool = false;

    async fn make(&mut self, connection: &mut SqliteConnection) -> Result<Self::Made, Failure> {
        self.delete_expired(connection).await?;
        if let Some(refusal) = self.refusal(connection).await? {
            return Ok(Err(refusal));
        }
        let version = self.record.version.saturating_add(1);
        write(connection, &self.record, &self.body, version).await?;
        Ok(Ok(version))
    }
}

async fn write(
    connection: &mut SqliteConnection,
    record: &Record,
    body: &str,
    version: u64,
) -> Result<(), Failure> {
    sqlx::query(include_str!("../queries/put_record.sql"))
        .bind(record.kind.as_str())
        .bind(record.key.as_str())
        .bind(record.lookup.as_deref())
        .bind(record.service.as_ref().map(ServiceId::as_str))
        .bind(number(version))
        .bind(record.expires_at.map(Timestamp::as_millis))
        .bind(body)
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes a record with its version, in place of what is there under one of its keys.
#[derive(Debug)]
pub(crate) struct Restore {
    record: Record,
    body: String,
}

impl Restore {
    pub(crate) fn new(record: Record) -> Result<Self, StoreError> {
        let body = serde_json::to_string(&record.body).map_err(StoreError::backend)?;
        Ok(Self { record, body })
    }
}

#[async_trait]
impl Change for Restore {
    type Made = ();
    const REPLACES: bool = false;

    async fn make(&mut self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        let record = &self.record;
        sqlx::query("DELETE FROM records WHERE kind = ? AND lookup = ?")
            .bind(record.kind.as_str())
            .bind(record.lookup.as_deref())
            .execute(&mut *connection)
            .await?;
        write(connection, record, &self.body, record.version).await
    }
}

/// Deletes a record at any version.
#[derive(Debug)]
pub(crate) struct Delete {
    pub(crate) kind: RecordKind,
    pub(crate) key: String,
}

#[async_trait]
impl Change for Delete {
    type Made = bool;
    const REPLACES: bool = false;

    async fn make(&mut self, connection: &mut SqliteConnection) -> Result<bool, Failure> {
        let deleted = sqlx::query("DELETE FROM records WHERE kind = ? AND key = ?")
            .bind(self.kind.as_str())
            .bind(self.key.as_str())
            .execute(connection)
            .await?;
        Ok(deleted.rows_affected() > 0)
    }
}
